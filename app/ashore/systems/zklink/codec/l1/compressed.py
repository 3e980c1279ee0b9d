"""Recomputing what a secondary chain stores for the blocks of a commit, from the calldata alone.

Such a chain gets only what concerns it: no time and no proof. Its blocks count by a sequence of those that touch it.
Source: zkLinkProtocol/zklink-contracts `ZkLink.sol` (`commitCompressedBlocks`, `createSlaverSyncHash`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from ashore.crypto.abi import AbiValue, decode_call, encode_call
from ashore.systems.zklink.codec.errors import CodecError
from ashore.systems.zklink.codec.l1.blocks import (
    Deployment,
    NewBlock,
    OnchainOperation,
    SecondaryStoredBlock,
    offsets_of,
    operation_pubdata,
    paid_operations,
    pending_operations_hash,
    priority_operations,
)
from ashore.systems.zklink.codec.l1.calls import COMMIT_BLOCKS_SECONDARY
from ashore.systems.zklink.codec.l1.hashes import EMPTY_HASH, sync_hash_x

_NO_TIME = 0


@dataclass(frozen=True, slots=True)
class CommitCompressedBlocks:
    """The arguments of commitCompressedBlocks. The blocks carry no time here: it is 0."""

    last_block: SecondaryStoredBlock
    new_blocks: tuple[NewBlock, ...]


def encode_commit_compressed_blocks(commit: CommitCompressedBlocks) -> bytes:
    """Return the calldata of a commit on a secondary chain. Raises CodecError where a value does not fit."""
    last = commit.last_block
    stored = (
        last.block_number,
        last.block_sequence,
        last.priority_operations,
        last.pending_operations_hash,
        last.sync_hash,
    )
    new_blocks = tuple(
        (
            block.state_hash,
            block.public_data,
            tuple((operation.witness, operation.offset) for operation in block.operations),
            block.block_number,
        )
        for block in commit.new_blocks
    )
    return encode_call(COMMIT_BLOCKS_SECONDARY, (stored, new_blocks))


def decode_commit_compressed_blocks(calldata: bytes) -> CommitCompressedBlocks:
    """Return the commit of calldata. Raises CodecError where it is none."""
    last, new_blocks = cast(
        "tuple[tuple[AbiValue, ...], tuple[AbiValue, ...]]", decode_call(COMMIT_BLOCKS_SECONDARY, calldata)
    )
    # The ABI types of the signature guarantee the shape.
    return CommitCompressedBlocks(
        SecondaryStoredBlock(*last),  # type: ignore[arg-type]
        tuple(_new_block(block) for block in new_blocks),
    )


def chain_of_compressed_blocks(commit: CommitCompressedBlocks, deployment: Deployment) -> list[SecondaryStoredBlock]:
    """Return each block of a commit as the contract stores it, in order.

    Start from `commit.last_block`, whose own hash has to be compared with the chain's. Raises CodecError where the
    contract would have refused the commit for its form.
    """
    stored = []
    previous = commit.last_block
    for block in commit.new_blocks:
        if block.block_number <= previous.block_number:
            raise CodecError("The blocks of this commit do not follow on one another.")
        previous = _store(previous, block, deployment)
        stored.append(previous)
    return stored


def _store(previous: SecondaryStoredBlock, block: NewBlock, deployment: Deployment) -> SecondaryStoredBlock:
    offsets_of(block)
    found: Sequence[bytes] = operation_pubdata(block, deployment.layout)
    if any(data[1] != deployment.chain_id for data in found):
        raise CodecError("An operation in this commit is meant for another chain.")
    everything = pending_operations_hash(found)
    if everything == EMPTY_HASH:
        raise CodecError("A block of this commit holds nothing for this chain.")
    return SecondaryStoredBlock(
        block.block_number,
        previous.block_sequence + 1,
        priority_operations(found),
        pending_operations_hash(paid_operations(found)),
        sync_hash_x(previous.sync_hash, block.block_number, block.state_hash, everything),
    )


def _new_block(value: AbiValue) -> NewBlock:
    state_hash, public_data, operations, block_number = cast(
        "tuple[bytes, bytes, tuple[tuple[bytes, int], ...], int]", value
    )
    placed = tuple(OnchainOperation(witness, offset) for witness, offset in operations)
    return NewBlock(state_hash, public_data, _NO_TIME, placed, block_number)
