"""Layer-2 blocks in the form in which zkLink's L1 contract takes them: public data, stored blocks, calldata.

Layout of zkLink X's master chain (zkLinkProtocol/zklink-contracts, branches zkex_mainnet and apex_mainnet); what a
slave chain takes is in `secondary`.
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
WITHDRAW_CHUNKS = 5
EMPTY_HASH = keccak256(b"")
_INPUT_MASK = (1 << 253) - 1

# Storage of the published contract: slot and bit at which a counter of blocks begins.
EXECUTED = (50, 160)
COMMITTED = (51, 160)
PROVEN = (52, 160)
SYNCHRONIZED = (53, 0)
ACCEPTS_SLOT = 0
PENDING_BALANCES_SLOT = 54
PENDING_L1_SLOT = 55
AUTH_FACTS_SLOT = 58


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """What the contract keeps the hash of."""

    number: int
    operations_hash: bytes
    timestamp: int
    root: bytes
    commitment: bytes
    sync_hashes: tuple[tuple[int, bytes], ...] = ()
    """What each slave chain has chained of its own operations."""

    def abi(self) -> tuple[Any, ...]:
        """StoredBlockInfo."""
        return (
            self.number,
            0,
            self.operations_hash,
            self.timestamp,
            self.root,
            self.commitment,
            list(self.sync_hashes),
        )


def genesis_block(number: int, root: bytes) -> StoredBlock:
    """The block that the contract's constructor stores."""
    return StoredBlock(number, EMPTY_HASH, 0, root, bytes(32))


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
    return data.ljust(WITHDRAW_CHUNKS * CHUNK, b"\0")


def operations(block: L2Block, chain: int | None = None) -> list[bytes]:
    """The public data of what a block pays out on L1, in order; of one chain alone if one is named."""
    return [
        withdraw_public_data(record.tx)
        for record in block.txs
        if isinstance(record.tx, Withdraw) and chain in (None, record.tx.chain_id)
    ]


def operations_hash(paid: Sequence[bytes]) -> bytes:
    """The hash under which a block keeps operations that its execution will pay."""
    chained = EMPTY_HASH
    for operation in paid:
        chained = keccak256(chained + operation)
    return chained


def padded(paid: Sequence[bytes]) -> tuple[bytes, list[tuple[bytes, int]]]:
    """Public data of operations, then one empty chunk, as every real block is padded; and where each one starts."""
    offsets = [(b"", index * WITHDRAW_CHUNKS * CHUNK) for index in range(len(paid))]
    return b"".join(paid) + bytes(CHUNK), offsets


def sync_hash(previous: bytes, block: L2Block, chain: int) -> bytes:
    """A slave chain's sync hash after a block; a block without operations of that chain leaves it as it was."""
    paid = operations(block, chain)
    if not paid:
        return previous
    return keccak256(previous + block.number.to_bytes(4, "big") + block.root + operations_hash(paid))


def next_stored(previous: StoredBlock, block: L2Block, chain: int, slaves: Sequence[int]) -> StoredBlock:
    """What the contract of the master chain will store after committing `block` on top of `previous`."""
    data, offsets = padded(operations(block))
    marks = bytearray(len(data) // CHUNK)
    for _, offset in offsets:
        marks[offset // CHUNK] = 1
    commitment = hashlib.sha256(
        _word(block.number)
        + _word(0)
        + previous.root
        + block.root
        + _word(block.timestamp)
        + hashlib.sha256(data).digest()
        + hashlib.sha256(marks).digest()
    ).digest()
    before = dict(previous.sync_hashes)
    synced = tuple((slave, sync_hash(before.get(slave, EMPTY_HASH), block, slave)) for slave in slaves)
    paid = operations_hash(operations(block, chain))
    return StoredBlock(block.number, paid, block.timestamp, block.root, commitment, synced)


def stored_chain(previous: StoredBlock, batch: Batch, chain: int, slaves: Sequence[int]) -> list[StoredBlock]:
    """What the contract stores of each block of a batch."""
    stored = []
    for block in batch.blocks:
        previous = next_stored(previous, block, chain, slaves)
        stored.append(previous)
    return stored


def commit_blocks(main: Contract, last: StoredBlock, batch: Batch) -> bytes:
    """Calldata that commits a batch."""
    fresh = []
    for block in batch.blocks:
        data, offsets = padded(operations(block))
        fresh.append((block.root, data, block.timestamp, offsets, block.number))
    return main.calldata("commitBlocks", last.abi(), fresh)


def prove_blocks(main: Contract, stored: Sequence[StoredBlock]) -> bytes:
    """Calldata that proves blocks. There is no circuit: only the public inputs are real."""
    inputs = [int.from_bytes(block.commitment, "big") & _INPUT_MASK for block in stored]
    proof: tuple[list[int], ...] = ([], [], inputs, [], [0] * 16)
    return main.calldata("proveBlocks", [block.abi() for block in stored], proof)


def confirm_block(main: Contract, stored: StoredBlock) -> bytes:
    """Calldata that says that every chain agrees on a block."""
    return main.calldata("confirmBlock", stored.abi())


def execute_blocks(main: Contract, batch: Batch, stored: Sequence[StoredBlock], chain: int) -> bytes:
    """Calldata that executes a batch."""
    blocks = zip(batch.blocks, stored, strict=True)
    return main.calldata("executeBlocks", [(info.abi(), operations(block, chain)) for block, info in blocks])


def revert_blocks(main: Contract, stored: Sequence[StoredBlock]) -> bytes:
    """Calldata that takes blocks back; they are given oldest first."""
    return main.calldata("revertBlocks", [block.abi() for block in reversed(stored)])


def receive_sync_hash(main: Contract, chain: int, told: bytes) -> bytes:
    """Calldata by which the bridge brings a slave chain's sync hash."""
    return main.calldata("receiveSyncHash", chain, told)


def withdraw_hash(tx: Withdraw, token: bytes, amount: int, ratio: int | None = None) -> bytes:
    """The key of `accepts`: the token by its address, the amount in its own units; `ratio` if not the signed one."""
    return keccak256(
        tx.account_id.to_bytes(4, "big")
        + tx.sub_account_id.to_bytes(1, "big")
        + tx.nonce.to_bytes(4, "big")
        + tx.to[-20:]
        + token
        + amount.to_bytes(16, "big")
        + (tx.ratio if ratio is None else ratio).to_bytes(2, "big")
    )


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")
