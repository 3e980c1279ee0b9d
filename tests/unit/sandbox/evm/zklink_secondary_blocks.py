"""zkLink X blocks as the contract of a slave chain sees them: no state root, no time, a sequence of their own.

Source: zkLink contracts (ZkLink.commitOneCompressedBlock, createSlaverChainSyncHash).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import encode

from ashore.crypto.keccak import keccak256
from unit.sandbox.evm.zklink_blocks import CHUNK_BYTES, EMPTY_KECCAK, WITHDRAW_BYTES, WithdrawOperation

SECONDARY_BLOCK_TYPE = "(uint32,uint32,uint64,bytes32,bytes32)"


@dataclass(frozen=True, slots=True)
class SecondaryBlock:
    """What the contract keeps the hash of, under the sequence."""

    number: int
    sequence: int
    operations_hash: bytes = EMPTY_KECCAK
    sync_hash: bytes = EMPTY_KECCAK

    def as_abi(self) -> tuple[Any, ...]:
        """Return the struct as the contract's functions take it."""
        return (self.number, self.sequence, 0, self.operations_hash, self.sync_hash)

    def hash(self) -> bytes:
        """Return the value of `storedBlockHashes[sequence]`."""
        return keccak256(encode([SECONDARY_BLOCK_TYPE], [self.as_abi()]))


@dataclass(frozen=True, slots=True)
class CompressedBlock:
    """A block to be committed on a slave chain: only that chain's operations."""

    number: int
    state_hash: bytes
    withdrawals: Sequence[WithdrawOperation]

    def as_abi(self) -> tuple[Any, ...]:
        """Return the struct that commitCompressedBlocks takes."""
        data = b"".join(one.public_data() for one in self.withdrawals) + bytes(CHUNK_BYTES)
        operations = [(b"", index * WITHDRAW_BYTES) for index in range(len(self.withdrawals))]
        return (self.state_hash, data, operations, self.number)

    def stored_after(self, previous: SecondaryBlock) -> SecondaryBlock:
        """Return what the contract stores when this block is committed on top of `previous`."""
        operations_hash = EMPTY_KECCAK
        for one in self.withdrawals:
            operations_hash = keccak256(operations_hash + one.public_data())
        sync_hash = sync_hash_after(previous.sync_hash, self.number, self.state_hash, operations_hash)
        return SecondaryBlock(self.number, previous.sequence + 1, operations_hash, sync_hash)

    def execution(self, stored: SecondaryBlock) -> tuple[Any, ...]:
        """Return the struct that executeCompressedBlocks takes for this block."""
        return (stored.as_abi(), [one.public_data() for one in self.withdrawals])


def sync_hash_after(previous: bytes, number: int, state_hash: bytes, operations_hash: bytes) -> bytes:
    """Return a slave chain's sync hash after a block that touches it."""
    return keccak256(previous + number.to_bytes(4, "big") + state_hash + operations_hash)
