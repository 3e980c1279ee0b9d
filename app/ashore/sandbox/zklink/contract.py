"""Calls of zkLink's L1 contract as its operator makes them: block structures, public data, calldata.

Layout of zkLink X's master chain (zkLinkProtocol/zklink-contracts, branches zkex_mainnet and apex_mainnet).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from eth_abi import encode

from ashore.crypto.keccak import keccak256
from ashore.sandbox.zklink.rollup import Batch, L2Block, Record
from ashore.sandbox.zklink.transactions import Withdraw
from ashore.systems.zklink.codec.floats import FEE

CHUNK = 23
_WITHDRAW_CHUNKS = 5
_EMPTY_HASH = keccak256(b"")
_INPUT_MASK = (1 << 253) - 1

_STORED = "(uint32,uint64,bytes32,uint256,bytes32,bytes32,(uint8,bytes32)[])"
_FRESH = "(bytes32,bytes,uint256,(bytes,uint32)[],uint32)"
_PROOF = "(uint256[],uint256[],uint256[],uint8[],uint256[16])"

# Storage of the published contract: slot and bit at which a counter of blocks begins.
EXECUTED = (50, 160)
COMMITTED = (51, 160)
PROVEN = (52, 160)
SYNCHRONIZED = (53, 0)


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """What the contract keeps the hash of."""

    number: int
    operations_hash: bytes
    timestamp: int
    root: bytes
    commitment: bytes

    def abi(self) -> tuple[object, ...]:
        """StoredBlockInfo."""
        return (self.number, 0, self.operations_hash, self.timestamp, self.root, self.commitment, [])


def genesis_block(number: int, root: bytes) -> StoredBlock:
    """The block that the contract's constructor stores."""
    return StoredBlock(number, _EMPTY_HASH, 0, root, bytes(32))


def withdraw_public_data(record: Record, tx: Withdraw) -> bytes:
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
    return [withdraw_public_data(r, r.tx) for r in block.txs if isinstance(r.tx, Withdraw)]


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


def commit_blocks(last: StoredBlock, batch: Batch) -> bytes:
    """Calldata of commitBlocks."""
    fresh = []
    for block in batch.blocks:
        offsets = [(b"", index * _WITHDRAW_CHUNKS * CHUNK) for index in range(len(operations(block)))]
        fresh.append((block.root, public_data(block), block.timestamp, offsets, block.number))
    return _call("commitBlocks", [_STORED, _FRESH + "[]"], [last.abi(), fresh])


def prove_blocks(stored: list[StoredBlock]) -> bytes:
    """Calldata of proveBlocks. There is no circuit: only the public inputs are real."""
    inputs = [int.from_bytes(block.commitment, "big") & _INPUT_MASK for block in stored]
    proof = ([0], [0] * 33, inputs, [0] * len(inputs), [0] * 16)
    return _call("proveBlocks", [_STORED + "[]", _PROOF], [[block.abi() for block in stored], proof])


def confirm_block(stored: StoredBlock) -> bytes:
    """Calldata of confirmBlock: every chain agrees on this block."""
    return _call("confirmBlock", [_STORED], [stored.abi()])


def execute_blocks(batch: Batch, stored: list[StoredBlock]) -> bytes:
    """Calldata of executeBlocks."""
    blocks = [(info.abi(), operations(block)) for block, info in zip(batch.blocks, stored, strict=True)]
    return _call("executeBlocks", [f"({_STORED},bytes[])[]"], [blocks])


def revert_blocks(stored: list[StoredBlock]) -> bytes:
    """Calldata of revertBlocks; the newest block comes first."""
    return _call("revertBlocks", [_STORED + "[]"], [[block.abi() for block in stored]])


def withdraw_pending_balance(owner: bytes, token_id: int, amount: int) -> bytes:
    """Calldata of withdrawPendingBalance; the amount in the token's units on L1."""
    return _call("withdrawPendingBalance", ["address", "uint16", "uint128"], [owner, token_id, amount])


def get_pending_balance(owner: bytes, token_id: int) -> bytes:
    """Calldata of getPendingBalance."""
    return _call("getPendingBalance", ["bytes32", "uint16"], [owner.rjust(32, b"\0"), token_id])


def add_token(token_id: int, token: bytes, decimals: int) -> bytes:
    """Calldata of addToken."""
    return _call("addToken", ["uint16", "address", "uint8"], [token_id, token, decimals])


def set_validator(validator: bytes) -> bytes:
    """Calldata of setValidator."""
    return _call("setValidator", ["address", "bool"], [validator, True])


def mint(to: bytes, amount: int) -> bytes:
    """Calldata of the practice token's mint."""
    return _call("mint", ["address", "uint256"], [to, amount])


def balance_of(owner: bytes) -> bytes:
    """Calldata of balanceOf."""
    return _call("balanceOf", ["address"], [owner])


def _call(name: str, types: list[str], values: list[object]) -> bytes:
    return keccak256(f"{name}({','.join(types)})".encode())[:4] + encode(types, values)


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")
