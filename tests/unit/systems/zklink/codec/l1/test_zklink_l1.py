"""Logs, public data, stored blocks and storage slots."""

import hashlib
from dataclasses import replace

import eth_abi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto.event_logs import encode_event
from ashore.crypto.keccak import keccak256
from ashore.crypto.storage_slots import IMPLEMENTATION_SLOT, mapping_slot
from ashore.systems.zklink.codec import FEE, CodecError
from ashore.systems.zklink.codec.l1 import blocks, events, hashes, storage
from ashore.systems.zklink.codec.l1.calls import STORED_BLOCK_SECONDARY, STORED_BLOCK_V2, STORED_BLOCK_X
from ashore.systems.zklink.codec.l1.pubdata import (
    CHUNK_BYTES,
    PubdataLayout,
    WithdrawPubdata,
    decode_withdraw_pubdata,
    encode_withdraw_pubdata,
)

OPERATION = WithdrawPubdata(
    chain_id=1,
    account_id=4711,
    sub_account_id=3,
    l1_token=17,
    l2_token=1,
    amount=25 * 10**18,
    fee=2050,
    to=bytes(12) + b"\xa5" * 20,
    nonce=12,
    withdraw_fee_ratio=25,
    flag=0,
)

operations = st.builds(
    WithdrawPubdata,
    chain_id=st.integers(0, 255),
    account_id=st.integers(0, (1 << 32) - 1),
    sub_account_id=st.integers(0, 255),
    l1_token=st.integers(0, 65535),
    l2_token=st.integers(0, 65535),
    amount=st.integers(0, (1 << 128) - 1),
    fee=st.integers(0, 1 << 100).map(FEE.closest_packable_down),
    to=st.binary(min_size=32, max_size=32),
    nonce=st.integers(0, (1 << 32) - 1),
    withdraw_fee_ratio=st.integers(0, 65535),
    flag=st.integers(0, 255),
    call_hash=st.binary(min_size=32, max_size=32),
)


# ---------------------------------------------------------------- logs


@given(st.integers(0, 65535), st.binary(min_size=32, max_size=32), st.integers(0, (1 << 128) - 1))
def test_pending_withdrawals_are_read_as_written(token_id: int, recipient: bytes, amount: int) -> None:
    topics, data = encode_event(events.WITHDRAWAL_PENDING, (token_id, recipient, amount))
    assert events.decode_log(topics, data) == events.WithdrawalPending(token_id, recipient, amount)
    assert topics[0] == events.topic_of(events.WithdrawalPending)


@pytest.mark.parametrize("kind", [events.BlockCommit, events.BlockProven, events.BlockSynced, events.BlockExecuted])
def test_block_events(kind: type[events.BlockCommit]) -> None:
    topics = [events.topic_of(kind), (812).to_bytes(32, "big")]
    assert events.decode_log(topics, b"") == kind(812)


def test_foreign_logs_are_passed_over() -> None:
    assert events.decode_log([], b"") is None
    assert events.decode_log([bytes(32)], b"") is None
    assert events.decode_log(*encode_event(events.EXODUS_MODE, ())) is None


@pytest.mark.parametrize(
    ("topics", "data"),
    [
        ([events.topic_of(events.BlockCommit)], b""),
        ([events.topic_of(events.BlockCommit), (1 << 32).to_bytes(32, "big")], b""),
        ([events.topic_of(events.BlockCommit), bytes(31)], b""),
        ([events.topic_of(events.BlockCommit), bytes(32)], bytes(32)),
        ([events.topic_of(events.BlocksRevert)], bytes(32)),
        ([events.topic_of(events.Withdrawal), bytes(32)], b"\xff" * 32),
    ],
)
def test_malformed_logs_are_refused(topics: list[bytes], data: bytes) -> None:
    with pytest.raises(CodecError):
        events.decode_log(topics, data)


# ---------------------------------------------------------------- public data


@given(operations, st.sampled_from(list(PubdataLayout)))
def test_public_data_is_read_as_written(operation: WithdrawPubdata, layout: PubdataLayout) -> None:
    if layout is PubdataLayout.NO_CALL_HASH:
        operation = replace(operation, call_hash=bytes(32))
    data = encode_withdraw_pubdata(operation, layout)
    assert len(data) == layout.withdraw_bytes
    assert decode_withdraw_pubdata(data, layout) == operation


def test_where_the_layouts_differ() -> None:
    with_call = replace(OPERATION, call_hash=b"\xcc" * 32)
    last = encode_withdraw_pubdata(with_call, PubdataLayout.CALL_HASH_LAST)
    after_amount = encode_withdraw_pubdata(with_call, PubdataLayout.CALL_HASH_AFTER_AMOUNT)
    plain = encode_withdraw_pubdata(OPERATION, PubdataLayout.NO_CALL_HASH)
    assert len(last) == len(after_amount) == 115
    assert len(plain) == 69
    assert last[:27] == after_amount[:27] == plain[:27]
    assert last[41:61] == b"\xa5" * 20 == OPERATION.owner
    assert last[68:100] == b"\xcc" * 32 == after_amount[27:59]
    assert after_amount[73:93] == b"\xa5" * 20
    assert last[100:] == after_amount[100:] == bytes(15)
    with pytest.raises(CodecError, match="cannot attach"):
        encode_withdraw_pubdata(with_call, PubdataLayout.NO_CALL_HASH)


@pytest.mark.parametrize("layout", list(PubdataLayout))
def test_malformed_public_data_is_refused(layout: PubdataLayout) -> None:
    data = encode_withdraw_pubdata(OPERATION, layout)
    for wrong in (b"", data[:-1], data + b"\0", b"\x04" + data[1:], data[:-1] + b"\1"):
        with pytest.raises(CodecError):
            decode_withdraw_pubdata(wrong, layout)
    for broken in (
        replace(OPERATION, to=b"\1" * 20),
        replace(OPERATION, nonce=1 << 32),
        replace(OPERATION, amount=1 << 128),
    ):
        with pytest.raises(CodecError):
            encode_withdraw_pubdata(broken, layout)


# ---------------------------------------------------------------- blocks

GENESIS = blocks.StoredBlock(0, 0, hashes.EMPTY_HASH, 0, b"\x11" * 32, bytes(32), ())
NETWORK = blocks.Deployment(chain_id=1, all_chain_ids=(1, 3, 9), layout=PubdataLayout.CALL_HASH_LAST)
HERE = encode_withdraw_pubdata(OPERATION, NETWORK.layout)
THERE = encode_withdraw_pubdata(replace(OPERATION, chain_id=3), NETWORK.layout)
DEPOSIT = bytes([1, 1]) + bytes(67)
TRANSFER = b"\x04" + bytes(CHUNK_BYTES - 1)
FIRST = blocks.NewBlock(
    state_hash=b"\x22" * 32,
    public_data=DEPOSIT + TRANSFER + HERE + THERE,
    timestamp=1_750_000_000,
    operations=(
        blocks.OnchainOperation(b"", 0),
        blocks.OnchainOperation(b"", 92),
        blocks.OnchainOperation(b"witness", 207),
    ),
    block_number=1,
)
SECOND = blocks.NewBlock(b"\x33" * 32, b"", 1_750_000_001, (), 2)
COMMIT = blocks.CommitBlocks(GENESIS, (FIRST, SECOND))


def test_a_commit_survives_its_calldata() -> None:
    calldata = blocks.encode_commit_blocks(COMMIT)
    assert calldata[:4].hex() == "1f75bb28"
    assert blocks.decode_commit_blocks(calldata) == COMMIT


def test_stored_blocks_follow_from_the_calldata() -> None:
    """The same by hand: tight packing and hashes, as the contract does them."""
    first, second = blocks.chain_of_stored_blocks(COMMIT, NETWORK)
    marks = b"\1\0\0" + b"\0" + b"\1\0\0\0\0" + b"\1\0\0\0\0"
    assert blocks.offsets_of(FIRST) == marks
    commitment = hashlib.sha256(
        (1).to_bytes(32, "big")
        + bytes(32)
        + GENESIS.state_hash
        + FIRST.state_hash
        + FIRST.timestamp.to_bytes(32, "big")
        + hashlib.sha256(FIRST.public_data).digest()
        + hashlib.sha256(marks).digest()
    ).digest()
    there = keccak256(hashes.EMPTY_HASH + THERE)
    sync_hash = keccak256(hashes.EMPTY_HASH + (1).to_bytes(4, "big") + FIRST.state_hash + there)
    assert first == blocks.StoredBlock(
        block_number=1,
        priority_operations=1,
        pending_operations_hash=keccak256(hashes.EMPTY_HASH + HERE),
        timestamp=FIRST.timestamp,
        state_hash=FIRST.state_hash,
        commitment=commitment,
        sync_hashes=((3, sync_hash), (9, hashes.EMPTY_HASH)),
    )
    assert second.sync_hashes == first.sync_hashes
    assert second.pending_operations_hash == hashes.EMPTY_HASH
    assert second.priority_operations == 0
    assert len({GENESIS.hash, first.hash, second.hash}) == 3


def test_stored_hashes_are_those_of_the_abi() -> None:
    first, _ = blocks.chain_of_stored_blocks(COMMIT, NETWORK)
    values = (
        1,
        1,
        first.pending_operations_hash,
        FIRST.timestamp,
        FIRST.state_hash,
        first.commitment,
        first.sync_hashes,
    )
    assert first.hash == keccak256(eth_abi.encode([STORED_BLOCK_X], [values]))
    secondary = blocks.SecondaryStoredBlock(812, 7, 1, b"\1" * 32, b"\2" * 32)
    values = (812, 7, 1, b"\1" * 32, b"\2" * 32)
    assert secondary.hash == keccak256(eth_abi.encode([STORED_BLOCK_SECONDARY], [values]))
    old = blocks.StoredBlockV2(812, 1, b"\1" * 32, 5, b"\2" * 32, b"\3" * 32, b"\4" * 32)
    values = (812, 1, b"\1" * 32, 5, b"\2" * 32, b"\3" * 32, b"\4" * 32)
    assert old.hash == keccak256(eth_abi.encode([STORED_BLOCK_V2], [values]))


@pytest.mark.parametrize(
    "block",
    [
        replace(FIRST, block_number=2),
        replace(FIRST, timestamp=-1),
        replace(FIRST, public_data=FIRST.public_data + b"\0"),
        replace(FIRST, operations=(blocks.OnchainOperation(b"", 1),)),
        replace(FIRST, operations=(blocks.OnchainOperation(b"", 69),)),
        replace(FIRST, operations=(blocks.OnchainOperation(b"", 0), blocks.OnchainOperation(b"", 0))),
        replace(FIRST, operations=(blocks.OnchainOperation(b"", 230),)),
        replace(FIRST, operations=(blocks.OnchainOperation(b"", len(FIRST.public_data)),)),
        replace(FIRST, public_data=encode_withdraw_pubdata(replace(OPERATION, chain_id=2), NETWORK.layout)),
    ],
    ids=["number", "time", "chunks", "inside-chunk", "transfer", "twice", "padding", "beyond", "foreign-chain"],
)
def test_what_the_contract_would_refuse_is_refused(block: blocks.NewBlock) -> None:
    if block.public_data != FIRST.public_data and len(block.public_data) == NETWORK.layout.withdraw_bytes:
        block = replace(block, operations=(blocks.OnchainOperation(b"", 0),))
    with pytest.raises(CodecError):
        blocks.chain_of_stored_blocks(blocks.CommitBlocks(GENESIS, (block,)), NETWORK)


@given(st.binary(max_size=800))
def test_hostile_calldata_is_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        blocks.decode_commit_blocks(bytes.fromhex("1f75bb28") + data)


# ---------------------------------------------------------------- hashes and slots


def test_hashes_refuse_what_does_not_fit() -> None:
    key = hashes.WithdrawKey(1, 2, 3, b"\1" * 20, 4, 5)
    assert hashes.withdraw_hash_x(key, b"\2" * 20) != hashes.withdraw_hash_v2(key, 2)
    for broken in (replace(key, owner=b"\1" * 32), replace(key, nonce=1 << 32), replace(key, amount=-1)):
        with pytest.raises(CodecError):
            hashes.withdraw_hash_x(broken, b"\2" * 20)
    with pytest.raises(CodecError):
        hashes.sync_hash_x(bytes(31), 1, bytes(32), bytes(32))


def test_slots_of_mappings() -> None:
    """Solidity: keccak of the padded key and the slot; nested mappings outermost key first."""
    layout = storage.STORAGE_LAYOUTS["main"]
    owner = b"\xa5" * 20
    outer = keccak256(owner.rjust(32, b"\0") + (54).to_bytes(32, "big"))
    inner = keccak256((17).to_bytes(32, "big") + outer)
    assert storage.pending_balance_slot(layout, owner, 17) == int.from_bytes(inner, "big")
    assert storage.pending_balance_slot(layout, bytes(12) + owner, 17) == int.from_bytes(inner, "big")
    single = keccak256((9).to_bytes(32, "big") + (60).to_bytes(32, "big"))
    assert storage.stored_block_hash_slot(layout, 9) == int.from_bytes(single, "big")
    assert storage.accepts_slot(layout, b"\1" * 32, 7) == mapping_slot(b"\1" * 32, 0)
    old = storage.STORAGE_LAYOUTS["v2"]
    assert storage.accepts_slot(old, b"\1" * 32, 7) == mapping_slot(b"\1" * 32, mapping_slot(7, 11))
    assert storage.auth_fact_slot(old, owner, 2) == mapping_slot(2, mapping_slot(owner, 7))
    assert storage.token_slot(layout, 17) == mapping_slot(17, 63)


def test_packed_counters() -> None:
    layout = storage.STORAGE_LAYOUTS["main"]
    word = 0xDEADBEEF << 192 | 812 << 160 | int.from_bytes(b"\xff" * 20, "big")
    assert layout.committed.read(word) == 812
    assert layout.synchronized.read(1 << 32 | 811) == 811
    assert layout.exodus_mode.read(1 << 32 | 811) == 1
    assert int.from_bytes(keccak256(b"eip1967.proxy.implementation"), "big") - 1 == IMPLEMENTATION_SLOT
