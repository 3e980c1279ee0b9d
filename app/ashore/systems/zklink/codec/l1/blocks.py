"""Recomputing what a contract stores for the blocks of a commit: the roots, from the calldata alone.

Source: zkLinkProtocol/zklink-contracts `ZkLink.sol` (`commitBlocks`, `collectOnchainOps`, `createSyncHash`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from ashore.crypto.abi import AbiValue, decode_call, encode, encode_call, parse_types
from ashore.crypto.keccak import keccak256
from ashore.systems.zklink.codec.errors import CodecError
from ashore.systems.zklink.codec.l1.calls import (
    COMMIT_BLOCKS_X,
    STORED_BLOCK_SECONDARY,
    STORED_BLOCK_V2,
    STORED_BLOCK_X,
)
from ashore.systems.zklink.codec.l1.hashes import EMPTY_HASH, concat_hash, sync_hash_x
from ashore.systems.zklink.codec.l1.pubdata import CHUNK_BYTES, WITHDRAW_OPERATION, PubdataLayout

_DEPOSIT, _FULL_EXIT, _CHANGE_PUBKEY, _FORCED_EXIT = 1, 5, 6, 7
_PRIORITY_OPERATIONS = (_DEPOSIT, _FULL_EXIT)
_PAID_OPERATIONS = (WITHDRAW_OPERATION, _FORCED_EXIT, _FULL_EXIT)
_OTHER_OPERATION_BYTES = 3 * CHUNK_BYTES


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A block as a master chain of zkLink X stores it, under its hash; hashes are 32 bytes, the time unix seconds."""

    block_number: int
    priority_operations: int
    pending_operations_hash: bytes
    timestamp: int
    state_hash: bytes
    commitment: bytes
    sync_hashes: tuple[tuple[int, bytes], ...]

    @property
    def hash(self) -> bytes:
        """What `storedBlockHashes[block_number]` holds."""
        return keccak256(encode(parse_types(STORED_BLOCK_X), (_stored_block_values(self),)))


@dataclass(frozen=True, slots=True)
class SecondaryStoredBlock:
    """A block as a secondary chain of zkLink X stores it, under its sequence."""

    block_number: int
    block_sequence: int
    priority_operations: int
    pending_operations_hash: bytes
    sync_hash: bytes

    @property
    def hash(self) -> bytes:
        """What `storedBlockHashes[block_sequence]` holds."""
        values = (
            self.block_number,
            self.block_sequence,
            self.priority_operations,
            self.pending_operations_hash,
            self.sync_hash,
        )
        return keccak256(encode(parse_types(STORED_BLOCK_SECONDARY), (values,)))


@dataclass(frozen=True, slots=True)
class StoredBlockV2:
    """A block as a chain of profile v2 stores it."""

    block_number: int
    priority_operations: int
    pending_operations_hash: bytes
    timestamp: int
    state_hash: bytes
    commitment: bytes
    sync_hash: bytes

    @property
    def hash(self) -> bytes:
        """What `storedBlockHashes[block_number]` holds."""
        values = (
            self.block_number,
            self.priority_operations,
            self.pending_operations_hash,
            self.timestamp,
            self.state_hash,
            self.commitment,
            self.sync_hash,
        )
        return keccak256(encode(parse_types(STORED_BLOCK_V2), (values,)))


@dataclass(frozen=True, slots=True)
class OnchainOperation:
    """Where in the public data an operation of layer 1 starts, with what its check needs besides."""

    witness: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class NewBlock:
    """One block of a commit."""

    state_hash: bytes
    public_data: bytes
    timestamp: int
    operations: tuple[OnchainOperation, ...]
    block_number: int


@dataclass(frozen=True, slots=True)
class CommitBlocks:
    """The arguments of commitBlocks on a master chain of zkLink X."""

    last_block: StoredBlock
    new_blocks: tuple[NewBlock, ...]


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a master contract was compiled for: its own chain, all chains of the network, its public data's layout."""

    chain_id: int
    all_chain_ids: tuple[int, ...]
    layout: PubdataLayout


def encode_commit_blocks(commit: CommitBlocks) -> bytes:
    """Return the calldata of a commit. Raises CodecError where a value does not fit."""
    new_blocks = tuple(
        (
            block.state_hash,
            block.public_data,
            block.timestamp,
            tuple((operation.witness, operation.offset) for operation in block.operations),
            block.block_number,
        )
        for block in commit.new_blocks
    )
    return encode_call(COMMIT_BLOCKS_X, (_stored_block_values(commit.last_block), new_blocks))


def decode_commit_blocks(calldata: bytes) -> CommitBlocks:
    """Return the commit of calldata. Raises CodecError where it is none."""
    last, new_blocks = cast("tuple[tuple[AbiValue, ...], tuple[AbiValue, ...]]", decode_call(COMMIT_BLOCKS_X, calldata))
    return CommitBlocks(_stored_block(last), tuple(_new_block(block) for block in new_blocks))


def chain_of_stored_blocks(commit: CommitBlocks, deployment: Deployment) -> list[StoredBlock]:
    """Return each block of a commit as the contract stores it, in order.

    Start from `commit.last_block`, whose own hash has to be compared with the chain's. Raises CodecError where the
    contract would have refused the commit for its form.
    """
    stored = []
    previous = commit.last_block
    for block in commit.new_blocks:
        if block.block_number != previous.block_number + 1 or block.timestamp < previous.timestamp:
            raise CodecError("The blocks of this commit do not follow on one another.")
        previous = _store(previous, block, deployment)
        stored.append(previous)
    return stored


def offsets_of(block: NewBlock) -> bytes:
    """Return one byte per chunk, 1 where an operation of layer 1 starts. Raises CodecError for a malformed block."""
    if len(block.public_data) % CHUNK_BYTES:
        raise CodecError("The public data is not made of whole chunks.")
    marks = bytearray(len(block.public_data) // CHUNK_BYTES)
    for operation in block.operations:
        chunk, rest = divmod(operation.offset, CHUNK_BYTES)
        if rest or chunk >= len(marks) or marks[chunk]:
            raise CodecError("An operation starts where none can.")
        marks[chunk] = 1
    return bytes(marks)


def block_commitment(block: NewBlock, previous_state_hash: bytes, fee_account: int = 0) -> bytes:
    """Return the commitment that a proof is about; only profile v2 has a fee account other than 0."""
    return hashlib.sha256(
        block.block_number.to_bytes(32, "big")
        + fee_account.to_bytes(32, "big")
        + previous_state_hash
        + block.state_hash
        + block.timestamp.to_bytes(32, "big")
        + hashlib.sha256(block.public_data).digest()
        + hashlib.sha256(offsets_of(block)).digest()
    ).digest()


def pending_operations_hash(pubdata: Sequence[bytes]) -> bytes:
    """Return the hash under which a block keeps the operations that its execution will pay."""
    chained = EMPTY_HASH
    for data in pubdata:
        chained = concat_hash(chained, data)
    return chained


def paid_operations(pubdata: Sequence[bytes]) -> list[bytes]:
    """Return those operations that a block's execution pays for."""
    return [data for data in pubdata if data[0] in _PAID_OPERATIONS]


def priority_operations(pubdata: Sequence[bytes]) -> int:
    """Return how many operations were asked for on layer 1."""
    return sum(data[0] in _PRIORITY_OPERATIONS for data in pubdata)


def operation_pubdata(block: NewBlock, layout: PubdataLayout) -> list[bytes]:
    """Return the chunks of each operation of layer 1, in order. Raises CodecError for one that is not known."""
    found = []
    for operation in block.operations:
        start = operation.offset
        kind = block.public_data[start] if start < len(block.public_data) else None
        if kind == WITHDRAW_OPERATION:
            end = start + layout.withdraw_bytes
        elif kind in (_DEPOSIT, _FULL_EXIT, _CHANGE_PUBKEY, _FORCED_EXIT):
            end = start + _OTHER_OPERATION_BYTES
        else:
            raise CodecError("An operation in the public data is not known.")
        if end > len(block.public_data):
            raise CodecError("An operation goes beyond the public data.")
        found.append(block.public_data[start:end])
    return found


def _store(previous: StoredBlock, block: NewBlock, deployment: Deployment) -> StoredBlock:
    commitment = block_commitment(block, previous.state_hash)
    by_chain = dict.fromkeys(deployment.all_chain_ids, EMPTY_HASH)
    own: list[bytes] = []
    for data in operation_pubdata(block, deployment.layout):
        chain_id = data[1]
        if chain_id not in by_chain:
            raise CodecError("An operation names a chain that is not part of this network.")
        if chain_id != deployment.chain_id:
            by_chain[chain_id] = concat_hash(by_chain[chain_id], data)
        else:
            own.append(data)
    return replace(
        previous,
        block_number=block.block_number,
        priority_operations=priority_operations(own),
        pending_operations_hash=pending_operations_hash(paid_operations(own)),
        timestamp=block.timestamp,
        state_hash=block.state_hash,
        commitment=commitment,
        sync_hashes=_next_sync_hashes(previous, block, by_chain, deployment.chain_id),
    )


def _next_sync_hashes(
    previous: StoredBlock, block: NewBlock, operations_by_chain: dict[int, bytes], own_chain_id: int
) -> tuple[tuple[int, bytes], ...]:
    """Chain each secondary chain's operations on; a chain without any in this block keeps its hash."""
    before = dict(reversed(previous.sync_hashes))
    after = []
    for chain_id in sorted(operations_by_chain.keys() - {own_chain_id}):
        sync_hash = before.get(chain_id, EMPTY_HASH)
        operations_hash = operations_by_chain[chain_id]
        if operations_hash != EMPTY_HASH:
            sync_hash = sync_hash_x(sync_hash, block.block_number, block.state_hash, operations_hash)
        after.append((chain_id, sync_hash))
    return tuple(after)


def _stored_block_values(block: StoredBlock) -> tuple[AbiValue, ...]:
    return (
        block.block_number,
        block.priority_operations,
        block.pending_operations_hash,
        block.timestamp,
        block.state_hash,
        block.commitment,
        block.sync_hashes,
    )


def _stored_block(value: tuple[AbiValue, ...]) -> StoredBlock:
    # The ABI types of the signature guarantee the shape.
    return StoredBlock(*value)  # type: ignore[arg-type]


def _new_block(value: AbiValue) -> NewBlock:
    state_hash, public_data, timestamp, operations, block_number = cast(
        "tuple[bytes, bytes, int, tuple[tuple[bytes, int], ...], int]", value
    )
    placed = tuple(OnchainOperation(witness, offset) for witness, offset in operations)
    return NewBlock(state_hash, public_data, timestamp, placed, block_number)
