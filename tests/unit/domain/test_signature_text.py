"""A pasted signature: every form in which wallets give it is read, and of anything else is said what it is."""

import json

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto.secp256k1 import ORDER
from ashore.domain.signature_text import MOST_CHARACTERS, SignatureTextError, parse_signature

KEY = "0x" + "11" * 32
TEXT = "Withdraw 1.0 USDC to: 0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90\nNonce: 7"
SIGNATURE = bytes(Account.sign_message(encode_defunct(text=TEXT), KEY).signature)
ADDRESS = Account.from_key(KEY).address


def compact(signature: bytes) -> bytes:
    """EIP-2098."""
    s = int.from_bytes(signature[32:64], "big") | (signature[64] - 27) << 255
    return signature[:32] + s.to_bytes(32, "big")


def high_s(signature: bytes) -> bytes:
    s = ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes((55 - signature[64],))


@pytest.mark.parametrize(
    "text",
    [
        SIGNATURE.hex(),
        "0x" + SIGNATURE.hex(),
        "0X" + SIGNATURE.hex().upper(),
        f"  0x{SIGNATURE.hex()}\n",
        f'"0x{SIGNATURE.hex()}",',
        f"`{SIGNATURE.hex()}`",
        f"“0x{SIGNATURE.hex()}”",
        f"0x{SIGNATURE.hex()[:65]}\r\n  {SIGNATURE.hex()[65:]}",
        "0x" + SIGNATURE[:64].hex() + f"{SIGNATURE[64] - 27:02x}",
        "0x" + compact(SIGNATURE).hex(),
        "0x" + high_s(SIGNATURE).hex(),
        json.dumps({"address": ADDRESS, "msg": TEXT, "sig": "0x" + SIGNATURE.hex(), "version": "2"}, indent=2),
        json.dumps({"signature": SIGNATURE.hex()}),
    ],
)
def test_every_usual_form(text: str) -> None:
    assert parse_signature(text) == SIGNATURE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste the signature"),
        (" \n'' ", "Paste the signature"),
        ("test test test test test test test test test test test junk", "recovery phrase"),
        ("0x" + "g" * 130, "not a signature"),
        ("0x" + "1" * 64, "private key"),
        (KEY[2:], "private key"),
        (ADDRESS, "an address"),
        ("0x" + SIGNATURE.hex()[:-1], "129 digits"),
        ("0x12", "2 digits"),
        ("0x" + SIGNATURE.hex() * 2, "EIP-1271"),
        ("0x" + SIGNATURE.hex() + "00", "EIP-1271"),
        ("0x" + SIGNATURE[:64].hex() + "25", "last byte of this signature is 37"),
        ("0x" + "00" * 64 + "1b", "No Ethereum key"),
        ("0x" + "ff" * 64 + "1b", "No Ethereum key"),
        ("0x" + "00" * 64, "No Ethereum key"),
        ("0x" + SIGNATURE.hex()[:64] + "\u200b" + SIGNATURE.hex()[64:], "invisible"),
        ('{"sig":"0x12","signature":"0x34"}', "cannot be told"),
        ('{"message":"0x12"}', "cannot be told"),
        ("0" * (MOST_CHARACTERS + 1), "too long"),
    ],
)
def test_what_is_no_signature(text: str, words: str) -> None:
    with pytest.raises(SignatureTextError) as refused:
        parse_signature(text)
    assert words in str(refused.value)
    assert refused.value.sentence.endswith(".")


@given(st.binary(min_size=32, max_size=32).filter(lambda key: 0 < int.from_bytes(key, "big") < ORDER), st.text())
def test_all_forms_of_any_signature_are_one(key: bytes, text: str) -> None:
    content = text.encode("utf-8", "ignore").decode()
    signature = bytes(Account.sign_message(encode_defunct(text=content), key).signature)
    for form in (signature, compact(signature), high_s(signature), signature[:64] + bytes((signature[64] - 27,))):
        assert parse_signature(form.hex()) == signature


@given(st.text() | st.text('0123456789abcdefx{}":sig ', max_size=200) | st.binary(max_size=80).map(bytes.hex))
def test_anything_is_read_or_refused_and_never_quoted(text: str) -> None:
    try:
        raw = parse_signature(text)
    except SignatureTextError as refused:
        said = str(refused)
        assert len(text) < 12 or text not in said
    else:
        assert len(raw) == 65
        assert raw[64] in (27, 28)
        assert 0 < int.from_bytes(raw[32:64], "big") <= ORDER // 2
        assert parse_signature(raw.hex()) == raw
