"""Transactions and receipts of every known type, against py-evm's encoders."""

import pytest
import rlp as oracle
from eth.rlp.logs import Log
from eth.rlp.receipts import Receipt
from eth.vm.forks.cancun.transactions import BlobTransaction
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto import rlp
from ashore.crypto.keccak import keccak256
from ashore.ethereum.errors import BadAnswer
from ashore.ethereum.receipts import (
    decode_receipt,
    decode_transaction,
    encode_receipt,
    encode_transaction,
    in_order,
)

KEY = bytes.fromhex("22" * 32)
TO = "0x" + "33" * 20
ACCESS = [{"address": TO, "storageKeys": ["0x" + "01" * 32, "0x" + "02" * 32]}, {"address": TO, "storageKeys": []}]
COMMON = {"nonce": 7, "gas": 90_000, "to": TO, "value": 12, "data": "0xaabb", "chainId": 5}
FEES = {"maxFeePerGas": 10**10, "maxPriorityFeePerGas": 1}
FLIPS = ("nonce", "gas", "value", "input", "to", "r", "s")


def authorization():
    entry = {"chainId": 5, "address": "0x" + "44" * 20, "nonce": 3}
    signed = Account.from_key(KEY).sign_authorization(entry)
    return signed, {
        "chainId": "0x5",
        "address": entry["address"],
        "nonce": "0x3",
        "yParity": hex(signed.y_parity),
        "r": hex(signed.r),
        "s": hex(signed.s),
    }


def cases():
    """Pairs of raw bytes as signed by eth_account (or built by py-evm) and the object a node would show."""
    sign = Account.from_key(KEY).sign_transaction
    shown = {"nonce": "0x7", "gas": "0x15f90", "to": TO, "value": "0xc", "input": "0xaabb"}
    fees = {"maxFeePerGas": hex(10**10), "maxPriorityFeePerGas": "0x1"}
    signed_one, shown_one = authorization()
    variants = {
        0: ({**COMMON, "gasPrice": 9}, {"gasPrice": "0x9"}),
        1: (
            {**COMMON, "type": 1, "gasPrice": 9, "accessList": ACCESS},
            {"chainId": "0x5", "gasPrice": "0x9", "accessList": ACCESS},
        ),
        2: (
            {**COMMON, **FEES, "type": 2, "accessList": ACCESS},
            {**fees, "gasPrice": "0x77", "chainId": "0x5", "accessList": ACCESS},
        ),
        4: (
            {**COMMON, **FEES, "type": 4, "accessList": ACCESS, "authorizationList": [signed_one]},
            {**fees, "chainId": "0x5", "accessList": ACCESS, "authorizationList": [shown_one]},
        ),
    }
    for kind, (fields, more) in variants.items():
        signed = sign(fields)
        parity = {"v": hex(signed.v)} if kind == 0 else {"v": hex(signed.v), "yParity": hex(signed.v)}
        signature = {"r": hex(signed.r), "s": hex(signed.s), **parity}
        yield kind, bytes(signed.raw_transaction), {**shown, **more, **signature, "hash": "0x" + signed.hash.hex()}
    yield blob_case(shown, fees)


def blob_case(shown, fees):
    access = [[bytes.fromhex("33" * 20), [1, 2]]]
    hashes = [b"\x01" + b"\x05" * 31]
    to = bytes.fromhex("33" * 20)
    blob = BlobTransaction(5, 7, 1, 10**10, 90_000, to, 12, b"\xaa\xbb", access, 6, hashes, 1, 2**255, 2**200)
    raw = b"\x03" + oracle.encode(blob)
    return (
        3,
        raw,
        {
            **shown,
            **fees,
            "chainId": "0x5",
            "maxFeePerBlobGas": "0x6",
            "blobVersionedHashes": ["0x" + each.hex() for each in hashes],
            "accessList": [{"address": TO, "storageKeys": [f"0x{slot:064x}" for slot in (1, 2)]}],
            "yParity": "0x1",
            "r": hex(2**255),
            "s": "0x" + f"{2**200:064x}",
            "hash": "0x" + keccak256(raw).hex(),
        },
    )


CASES = [pytest.param(kind, raw, {"type": hex(kind), **shown}, id=f"type {kind}") for kind, raw, shown in cases()]


@pytest.mark.parametrize(("kind", "raw", "shown"), CASES)
def test_a_transaction_encodes_to_what_was_signed(kind, raw, shown):
    assert encode_transaction(shown) == raw
    transaction = decode_transaction(raw)
    assert transaction.hash == shown["hash"]
    assert (transaction.type, transaction.nonce, transaction.to) == (kind, 7, TO)
    assert (transaction.value, transaction.input) == (12, "0xaabb")


@pytest.mark.parametrize(("kind", "raw", "shown"), CASES)
@pytest.mark.parametrize("name", FLIPS)
def test_a_changed_field_contradicts_the_hash(kind, raw, shown, name):
    value = shown[name]
    changed = value[:-1] + ("1" if value[-1] != "1" else "2")
    with pytest.raises(BadAnswer):
        encode_transaction({**shown, name: changed})


def test_a_legacy_transaction_without_a_type_and_a_creation():
    _, raw, shown = next(cases())
    assert encode_transaction(shown) == raw
    created = Account.from_key(KEY).sign_transaction({**COMMON, "to": "", "gasPrice": 9})
    transaction = decode_transaction(bytes(created.raw_transaction))
    assert transaction.to == ""


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\x80", b"\x05\xc0", b"\xc0", b"\x02", b"\x02\xc1\x80", b"\xff" * 40])
def test_what_is_no_transaction_is_refused(raw):
    with pytest.raises(BadAnswer):
        decode_transaction(raw)


@pytest.mark.parametrize("kind", ["0x5", "0x7e", "0x80", "2", None, 2])
def test_unknown_types_are_refused(kind):
    _, _, shown = list(cases())[2]
    with pytest.raises(BadAnswer):
        encode_transaction({**shown, "type": kind})


def receipt(**changes):
    logs = [{"address": TO, "topics": ["0x" + "0a" * 32], "data": "0x01"}]
    fields = {"type": "0x2", "status": "0x1", "cumulativeGasUsed": "0x5208", "logsBloom": "0x" + "00" * 256}
    return {**fields, "logs": logs, **changes}


@given(
    st.integers(0, 4),
    st.sampled_from([0, 1]),
    st.integers(0, 2**40),
    st.lists(
        st.tuples(
            st.binary(min_size=20, max_size=20),
            st.lists(st.integers(0, 2**256 - 1), max_size=4),
            st.binary(max_size=70),
        ),
        max_size=5,
    ),
)
def test_a_receipt_encodes_as_py_evm_does(kind, status, gas, logs):
    known = Receipt(bytes([status]) if status else b"", gas, [Log(a, t, d) for a, t, d in logs])
    shown = {
        "type": hex(kind),
        "status": hex(status),
        "cumulativeGasUsed": hex(gas),
        "logsBloom": f"0x{known.bloom:0512x}",
        "logs": [
            {"address": "0x" + a.hex(), "topics": [f"0x{each:064x}" for each in t], "data": "0x" + d.hex()}
            for a, t, d in logs
        ],
    }
    encoded = encode_receipt(shown)
    assert encoded == (bytes([kind]) if kind else b"") + oracle.encode(known)
    decoded = decode_receipt(encoded)
    assert (decoded.type, decoded.succeeded, decoded.cumulative_gas) == (kind, bool(status), gas)
    assert [log.data for log in decoded.logs] == ["0x" + d.hex() for _, _, d in logs]


def test_an_old_receipt_names_a_state_root():
    old = receipt(type="0x0", status=None, root="0x" + "05" * 32)
    assert decode_receipt(encode_receipt(old)).succeeded is None


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "0x2"},
        {"status": None},
        {"logsBloom": "0x00"},
        {"logs": None},
        {"logs": [5]},
        {"logs": [{"address": TO, "topics": ["0x" + "0a" * 32] * 5, "data": "0x"}]},
        {"logs": [{"address": TO[:-2], "topics": [], "data": "0x"}]},
        {"logs": [{"address": TO, "topics": [], "data": "0x0"}]},
        {"cumulativeGasUsed": 5},
        {"type": "0x80"},
    ],
)
def test_malformed_receipts_are_refused(changes):
    with pytest.raises(BadAnswer):
        encode_receipt(receipt(**changes))


@given(st.binary(max_size=300))
def test_random_bytes_are_no_receipt(data):
    with pytest.raises(BadAnswer):
        decode_receipt(data)


def test_receipts_come_in_order_and_complete():
    entries = [{"transactionIndex": hex(index)} for index in (2, 0, 1)]
    assert [entry["transactionIndex"] for entry in in_order(entries)] == ["0x0", "0x1", "0x2"]
    for wrong in (entries[:2], [*entries, entries[0]], [5], [{}]):
        with pytest.raises(BadAnswer):
            in_order(wrong)


def test_the_envelope_keeps_its_type_apart():
    assert rlp.decode(encode_receipt(receipt())[1:])
    assert encode_receipt(receipt())[0] == 2
