"""Layer-2 blocks in the form in which zkLink's L1 contract takes them: public data, stored blocks, calldata.

Layout of zkLink X's master chain (zkLinkProtocol/zklink-contracts, branches zkex_mainnet and apex_mainnet).
Written apart from the wallet's codec, so that the two check each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ashore.crypto.keccak import keccak256
from ashore.sandbox.evm.contracts import Contract
from ashore.sandbox.zklink.rollup import Batch, L2Block
from ashore.sandbox.zklink.transactions import Withdraw
from ashore.systems.zklink.codec.floats import FEE

CHUNK = 23
_WITHDRAW_CHUNKS = 5
_EMPTY_HASH = keccak256(b"")
_INPUT_MASK = (1 << 253) - 1

# Storage of the published contract: slot and bit at which a counter of blocks begins.
EXECUTED = (50, 160)
COMMITTED = (51, 160)
PROVEN = (52, 160)
SYNCHRONIZED = (53, 0)
PENDING_BALANCES_SLOT = 54


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """What the contract keeps the hash of."""

    number: int
    operations_hash: bytes
    timestamp: int
    root: bytes
    commitment: bytes

    def abi(self) -> tuple[Any, ...]:
        """StoredBlockInfo."""
        return (self.number, 0, self.operations_hash, self.timestamp, self.root, self.commitment, [])


def genesis_block(number: int, root: bytes) -> StoredBlock:
    """The block that the contract's constructor stores."""
    return StoredBlock(number, _EMPTY_HASH, 0, root, bytes(32))


def withdraw_public_data(tx: Withdraw) -> bytes:
    """A withdrawal's public data: 100 bytes in five chunks."""
    data = b"".join(
        (
            b"\x03",
            tx.chain_id.to_bytes(1, "big"),
            tx.account_id.to_bytes(4, "big"),
            tx.sub_account_id.to_bytes(1, "big"),
            tx.target_token.to_bytes(2, "big"),
            tx.source_token.to_bytes(2, "big"),
            tx.amount.to_bytes(16, "big"),
            FEE.pack(tx.fee),
            tx.to.rjust(32, b"\0"),
            tx.nonce.to_bytes(4, "big"),
            tx.ratio.to_bytes(2, "big"),
            bytes([tx.flag]),
            bytes(32) if tx.call_data is None else keccak256(tx.call_data),
        )
    )
    return data.ljust(_WITHDRAW_CHUNKS * CHUNK, b"\0")


def operations(block: L2Block) -> list[bytes]:
    """The public data of what a block pays out on L1, in order."""
    return [withdraw_public_data(record.tx) for record in block.txs if isinstance(record.tx, Withdraw)]


def public_data(block: L2Block) -> bytes:
    """All public data of a block: payouts, then one empty chunk, as every real block is padded."""
    return b"".join(operations(block)) + bytes(CHUNK)


def next_stored(previous: StoredBlock, block: L2Block) -> StoredBlock:
    """What the contract will store after committing `block` on top of `previous`."""
    data = public_data(block)
    marks = bytearray(len(data) // CHUNK)
    operations_hash = _EMPTY_HASH
    for index, operation in enumerate(operations(block)):
        marks[index * _WITHDRAW_CHUNKS] = 1
        operations_hash = keccak256(operations_hash + operation)
    commitment = hashlib.sha256(
        _word(block.number)
        + _word(0)
        + previous.root
        + block.root
        + _word(block.timestamp)
        + hashlib.sha256(data).digest()
        + hashlib.sha256(marks).digest()
    ).digest()
    return StoredBlock(block.number, operations_hash, block.timestamp, block.root, commitment)


def stored_chain(previous: StoredBlock, batch: Batch) -> list[StoredBlock]:
    """What the contract stores of each block of a batch."""
    stored = []
    for block in batch.blocks:
        previous = next_stored(previous, block)
        stored.append(previous)
    return stored


def commit_blocks(main: Contract, last: StoredBlock, batch: Batch) -> bytes:
    """Calldata that commits a batch."""
    fresh = []
    for block in batch.blocks:
        offsets = [(b"", index * _WITHDRAW_CHUNKS * CHUNK) for index in range(len(operations(block)))]
        fresh.append((block.root, public_data(block), block.timestamp, offsets, block.number))
    return main.calldata("commitBlocks", last.abi(), fresh)


def prove_blocks(main: Contract, stored: Sequence[StoredBlock]) -> bytes:
    """Calldata that proves blocks. There is no circuit: only the public inputs are real."""
    inputs = [int.from_bytes(block.commitment, "big") & _INPUT_MASK for block in stored]
    proof: tuple[list[int], ...] = ([], [], inputs, [], [0] * 16)
    return main.calldata("proveBlocks", [block.abi() for block in stored], proof)


def confirm_block(main: Contract, stored: StoredBlock) -> bytes:
    """Calldata that says that every chain agrees on a block."""
    return main.calldata("confirmBlock", stored.abi())


def execute_blocks(main: Contract, batch: Batch, stored: Sequence[StoredBlock]) -> bytes:
    """Calldata that executes a batch."""
    return main.calldata(
        "executeBlocks", [(info.abi(), operations(block)) for block, info in zip(batch.blocks, stored, strict=True)]
    )


def revert_blocks(main: Contract, stored: Sequence[StoredBlock]) -> bytes:
    """Calldata that takes blocks back; they are given oldest first."""
    return main.calldata("revertBlocks", [block.abi() for block in reversed(stored)])


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")
