"""Unsigned transactions are read from their bytes, and what is signed is compared with them."""

from typing import Any

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto import rlp
from ashore.keys import derivation
from ashore.keys.key_ring import KeyRing
from ashore.keys.reading import ReadingError
from ashore.keys.transactions import read_transaction, signed_matches, signer_fields

RECIPIENT = bytes.fromhex("78537c3a647dae9a4408b938f5fcb90b8ae2afcf")


def unsigned(**changes: Any) -> bytes:
    parts: dict[str, Any] = {
        "chain": rlp.encode_int(31337), "nonce": rlp.encode_int(7), "tip": rlp.encode_int(10**9),
        "fee": rlp.encode_int(3 * 10**9), "gas": rlp.encode_int(60_000), "to": RECIPIENT, "value": b"",
        "data": bytes.fromhex("2f25807e"), "access": [],
    }  # fmt: skip
    return b"\x02" + rlp.encode([*(parts | changes).values()])


def preimage(data: bytes) -> dict[str, object]:
    return {"unsigned": "0x" + data.hex()}


@pytest.fixture(scope="module")
def ring() -> KeyRing:
    return KeyRing(derivation.seed_from_mnemonic(derivation.PUBLIC_TEST_MNEMONIC.encode()), "any text")


def test_every_field_is_shown() -> None:
    reading = read_transaction(preimage(unsigned()))
    assert reading.fields == {
        "chainId": "31337", "nonce": "7", "maxPriorityFeePerGas": "1000000000", "maxFeePerGas": "3000000000",
        "gas": "60000", "value": "0", "to": "0x" + RECIPIENT.hex(), "data": "0x2f25807e",
    }  # fmt: skip


def test_the_signature_is_the_accounts_over_these_very_bytes(ring: KeyRing) -> None:
    raw = ring.sign_transaction(0, signer_fields(read_transaction(preimage(unsigned()))))
    assert Account.recover_transaction(raw) == ring.account(0).address
    assert signed_matches(raw, preimage(unsigned()))
    assert not signed_matches(raw, preimage(unsigned(nonce=b"\x08")))
    assert not signed_matches(b"\x01" + raw[1:], preimage(unsigned()))


@pytest.mark.parametrize(
    "data",
    [
        unsigned(chain=b""),
        unsigned(chain=b"\x00\x01"),
        unsigned(nonce=b"\xff" * 9),
        unsigned(tip=rlp.encode_int(4 * 10**9)),
        unsigned(to=b""),
        unsigned(to=bytes(32)),
        unsigned(access=[[RECIPIENT, []]]),
        unsigned(access=b""),
        unsigned(extra=b""),
        unsigned() + b"\x00",
        unsigned()[:-1],
        b"\x02",
        b"\x01" + unsigned()[1:],
        unsigned(data=bytes(129 * 1024)),
    ],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ReadingError):
        read_transaction(preimage(data))


@pytest.mark.parametrize(
    "content", [{}, {"unsigned": 1}, {"unsigned": "0x02zz"}, {"unsigned": None}, {"digest": "0x" + "00" * 32}]
)
def test_other_preimages_are_refused(content: dict[str, object]) -> None:
    with pytest.raises(ReadingError):
        read_transaction(content)


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(ReadingError):
        read_transaction(preimage(b"\x02" + data))
