"""Layer-2 blocks in the form in which the contract of a slave chain takes them.

No state root and no time; counted by a sequence of the blocks that touch the chain (zkLinkProtocol/zklink-contracts).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ashore.sandbox.evm.contracts import Contract
from ashore.sandbox.zklink.contract import EMPTY_HASH, operations, operations_hash, padded, sync_hash
from ashore.sandbox.zklink.rollup import Batch, L2Block


@dataclass(frozen=True, slots=True)
class SecondaryBlock:
    """What the contract keeps the hash of, under the sequence."""

    number: int
    sequence: int
    operations_hash: bytes
    sync_hash: bytes

    def abi(self) -> tuple[Any, ...]:
        """StoredBlockInfo."""
        return (self.number, self.sequence, 0, self.operations_hash, self.sync_hash)


def genesis_block(number: int, sequence: int) -> SecondaryBlock:
    """The block that the contract's constructor stores."""
    return SecondaryBlock(number, sequence, EMPTY_HASH, EMPTY_HASH)


def touching(batch: Batch, chain: int) -> list[L2Block]:
    """The blocks of a batch that pay something on a chain: all that is committed there."""
    return [block for block in batch.blocks if operations(block, chain)]


def stored_chain(previous: SecondaryBlock, batch: Batch, chain: int) -> list[SecondaryBlock]:
    """What the contract stores of each block of a batch that touches its chain."""
    stored = []
    for block in touching(batch, chain):
        paid = operations_hash(operations(block, chain))
        told = sync_hash(previous.sync_hash, block, chain)
        previous = SecondaryBlock(block.number, previous.sequence + 1, paid, told)
        stored.append(previous)
    return stored


def commit_blocks(main: Contract, last: SecondaryBlock, batch: Batch, chain: int) -> bytes:
    """Calldata that commits what of a batch touches the chain."""
    fresh = []
    for block in touching(batch, chain):
        data, offsets = padded(operations(block, chain))
        fresh.append((block.root, data, offsets, block.number))
    return main.calldata("commitCompressedBlocks", last.abi(), fresh)


def send_sync_hash(main: Contract, stored: SecondaryBlock) -> bytes:
    """Calldata that hands the sync hash to the bridge."""
    return main.calldata("sendSyncHash", stored.abi())


def confirm(main: Contract, number: int) -> bytes:
    """Calldata by which the bridge brings the master chain's confirmation of a block."""
    return main.calldata("receiveBlockConfirmation", number)


def execute_blocks(main: Contract, batch: Batch, stored: Sequence[SecondaryBlock], chain: int) -> bytes:
    """Calldata that executes what of a batch touches the chain."""
    blocks = zip(touching(batch, chain), stored, strict=True)
    return main.calldata("executeCompressedBlocks", [(info.abi(), operations(block, chain)) for block, info in blocks])


def revert_blocks(main: Contract, left: SecondaryBlock, stored: Sequence[SecondaryBlock]) -> bytes:
    """Calldata that takes blocks back down to `left`; they are given oldest first."""
    return main.calldata("revertBlocks", left.abi(), [block.abi() for block in reversed(stored)])
