"""zkLink X blocks as the L1 contract of a master chain sees them: public data, commitments, stored blocks.

Source: zkLink contracts, branch apex_mainnet (Operations, ZkLink.commitOneBlock and createBlockCommitment).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from eth_abi.abi import encode

from ashore.crypto.keccak import keccak256

CHUNK_BYTES = 23
WITHDRAW_CHUNKS = 5
WITHDRAW_BYTES = WITHDRAW_CHUNKS * CHUNK_BYTES
EMPTY_KECCAK = keccak256(b"")
STORED_BLOCK_TYPE = "(uint32,uint64,bytes32,uint256,bytes32,bytes32,(uint8,bytes32)[])"
_INPUT_MASK = (1 << 253) - 1
_OP_WITHDRAW = 3


@dataclass(frozen=True, slots=True)
class WithdrawOperation:
    """A withdrawal in a block's public data.

    Attributes:
        chain_id: zkLink's id of the chain that pays.
        amount: 18 decimals.
        fee: packed, as signed.
        owner: 20 bytes.
        ratio: fast-withdrawal fee in 1/10000.
        data_hash: keccak of the call data, or 32 zero bytes.
    """

    chain_id: int
    account_id: int
    sub_account_id: int
    l1_token: int
    l2_token: int
    amount: int
    fee: int
    owner: bytes
    nonce: int
    ratio: int = 0
    to_l1: bool = False
    data_hash: bytes = bytes(32)

    def public_data(self) -> bytes:
        """Return the 100 bytes of the operation, filled up to whole chunks."""
        parts = (
            bytes((_OP_WITHDRAW, self.chain_id)),
            self.account_id.to_bytes(4, "big"),
            self.sub_account_id.to_bytes(1, "big"),
            self.l1_token.to_bytes(2, "big"),
            self.l2_token.to_bytes(2, "big"),
            self.amount.to_bytes(16, "big"),
            self.fee.to_bytes(2, "big"),
            bytes(12),
            self.owner,
            self.nonce.to_bytes(4, "big"),
            self.ratio.to_bytes(2, "big"),
            bytes((self.to_l1,)),
            self.data_hash,
        )
        return b"".join(parts).ljust(WITHDRAW_BYTES, b"\0")

    def withdraw_hash(self, token: bytes, amount_l1: int) -> bytes:
        """Return the key of `accepts`, with the token's address and the amount in its own decimals."""
        return keccak256(
            self.account_id.to_bytes(4, "big")
            + self.sub_account_id.to_bytes(1, "big")
            + self.nonce.to_bytes(4, "big")
            + self.owner
            + token
            + amount_l1.to_bytes(16, "big")
            + self.ratio.to_bytes(2, "big")
        )


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """What the contract keeps the hash of."""

    number: int
    operations_hash: bytes
    timestamp: int
    state_hash: bytes
    commitment: bytes

    @classmethod
    def genesis(cls, number: int, state_hash: bytes) -> "StoredBlock":
        """Return the block that the contract starts from."""
        return cls(number, EMPTY_KECCAK, 0, state_hash, bytes(32))

    def as_abi(self) -> tuple[Any, ...]:
        """Return the struct as the contract's functions take it."""
        return (self.number, 0, self.operations_hash, self.timestamp, self.state_hash, self.commitment, ())

    def hash(self) -> bytes:
        """Return the value of `storedBlockHashes[number]`."""
        return keccak256(encode([STORED_BLOCK_TYPE], [self.as_abi()]))


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A block to be committed.

    Attributes:
        number: one more than the block before.
        state_hash: the layer-2 state root after the block.
        timestamp: Unix seconds.
        filler_chunks: chunks of zeros at the end, as other people's traffic would leave them.
    """

    number: int
    state_hash: bytes
    timestamp: int
    withdrawals: Sequence[WithdrawOperation] = ()
    filler_chunks: int = 3

    def public_data(self) -> bytes:
        """Return the block's public data."""
        operations = b"".join(one.public_data() for one in self.withdrawals)
        return operations + bytes(self.filler_chunks * CHUNK_BYTES)

    def as_abi(self) -> tuple[Any, ...]:
        """Return the struct that commitBlocks takes."""
        operations = [(b"", index * WITHDRAW_BYTES) for index in range(len(self.withdrawals))]
        return (self.state_hash, self.public_data(), self.timestamp, operations, self.number)

    def stored_after(self, previous: StoredBlock) -> StoredBlock:
        """Return what the contract stores when this block is committed on top of `previous`."""
        data = self.public_data()
        offsets = bytearray(len(data) // CHUNK_BYTES)
        operations_hash = EMPTY_KECCAK
        for index, one in enumerate(self.withdrawals):
            offsets[index * WITHDRAW_CHUNKS] = 1
            operations_hash = keccak256(operations_hash + one.public_data())
        commitment = sha256(
            self.number.to_bytes(32, "big")
            + bytes(32)
            + previous.state_hash
            + self.state_hash
            + self.timestamp.to_bytes(32, "big")
            + sha256(data).digest()
            + sha256(offsets).digest()
        ).digest()
        return StoredBlock(self.number, operations_hash, self.timestamp, self.state_hash, commitment)

    def execution(self, stored: StoredBlock) -> tuple[Any, ...]:
        """Return the struct that executeBlocks takes for this block."""
        return (stored.as_abi(), [one.public_data() for one in self.withdrawals])


def proof_for(blocks: Sequence[StoredBlock]) -> tuple[Any, ...]:
    """Return the proof that the practice contract accepts for these blocks: their commitments, and nothing else."""
    commitments = [int.from_bytes(one.commitment, "big") & _INPUT_MASK for one in blocks]
    return ([], [], commitments, [], [0] * 16)
