"""A receipt's file and code: what is written is read back, and nothing else is read at all."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.receipt import (
    MOST_CODE,
    ReceiptCode,
    ReceiptError,
    ReceiptSignature,
    code_text,
    coded_words,
    read_code,
    receipt_words,
    signed_text,
)
from ashore.domain.receipt_file import ReceiptChanged, digest, read, write
from ashore.domain.untrusted import plain
from unit.domain.receipts import PAYOUT, RECEIPT, RECIPIENT


def test_a_receipt_is_read_as_it_was_written() -> None:
    signed = replace(RECEIPT, signature=ReceiptSignature(RECIPIENT, "0x" + "00" * 65))
    assert read(write(signed).encode()) == signed
    assert read(write(RECEIPT).encode()) == RECEIPT
    assert digest(signed) == digest(RECEIPT) != digest(replace(RECEIPT, made_at=1))


def test_what_an_editor_puts_before_it_says_nothing() -> None:
    assert read(b"\xef\xbb\xbf" + write(RECEIPT).encode() + b"\r\n") == RECEIPT


@given(st.integers(30, len(write(RECEIPT)) - 1))
def test_one_that_is_cut_off_is_told_from_what_is_none(length: int) -> None:
    part = write(RECEIPT)[:length]
    with pytest.raises(ReceiptChanged, match="damaged or changed" if part.endswith("}") else "cut off"):
        read(part.encode())


def test_one_with_a_name_twice_was_changed() -> None:
    twice = write(RECEIPT).replace('"status":', '"status":"failed","status":', 1)
    with pytest.raises(ReceiptChanged, match="damaged or changed"):
        read(twice.encode())


def test_its_file_begins_with_what_it_is_and_is_ascii() -> None:
    text = write(replace(RECEIPT, headline="gefälscht \u202e ☂"))
    assert text.startswith('{"format":"ashore.receipt"')
    assert text.isascii()


@given(st.data())
def test_whatever_is_changed_in_a_file_is_refused_or_has_another_name(data: st.DataObject) -> None:
    text = write(RECEIPT)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="ascii"))
    changed = text[:place] + other + text[place + 1 :]
    try:
        found = read(changed.encode())
    except ReceiptError:
        return
    assert changed == text or digest(found) != digest(RECEIPT) or found == RECEIPT


@given(st.binary(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_what_is_no_receipt_gets_a_sentence(data: bytes | str) -> None:
    with pytest.raises(ReceiptError):
        read(data if isinstance(data, bytes) else data.encode())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("made_at", -1),
        ("made_at", True),
        ("made_at", 1.5),
        ("stages", [{}]),
        ("stages", [1] * 41),
        ("terms", None),
        ("status", "x" * 4001),
        ("proofs", {"a": 1}),
        ("signature", {"address": "0x"}),
        ("moves", [{"kind": "request", "state": "x", "name": "y", "nonce": -2}]),
        ("other", 1),
    ],
)
def test_a_field_that_is_not_as_it_should_be_is_refused(field: str, value: object) -> None:
    content = json.loads(write(RECEIPT))
    content[field] = value
    with pytest.raises(ReceiptError):
        read(json.dumps(content).encode())


def test_a_proof_that_was_changed_is_named_so() -> None:
    with pytest.raises(ReceiptError, match="changed"):
        read(write(replace(RECEIPT, proofs={"00" * 32: "{}"})).encode())


def test_too_large_and_of_another_version() -> None:
    with pytest.raises(ReceiptError, match="too large"):
        read(b" " * 16_000_001)
    with pytest.raises(ReceiptError, match="another version"):
        read(b'{"format":"ashore.receipt","version":2}')


def test_the_text_to_sign_says_what_it_is_about() -> None:
    text = signed_text(receipt_words(RECEIPT.terms), "final", "2026-11-21 22:40:11 UTC", digest(RECEIPT))
    assert text.splitlines()[:3] == ["Ashore receipt", "", f"25.00 USDC from zkLink to {RECIPIENT} on Ethereum"]
    for bad in ("", "two\nlines", "x" * 201, "hid\u202eden"):
        with pytest.raises(ReceiptError):
            signed_text(bad, "final", "now", digest(RECEIPT))
    with pytest.raises(ReceiptError):
        signed_text("a", "final", "now", "no digest")


def test_the_payout_is_the_strongest_of_what_the_chain_shows() -> None:
    seen = replace(PAYOUT, level=Level.SEEN, tx_hash="0x" + "ee" * 32)
    both = replace(RECEIPT, stages=(replace(RECEIPT.stages[0], evidence=(PAYOUT, seen)),))
    assert both.payout == PAYOUT
    assert replace(RECEIPT, stages=()).payout is None


CODE = ReceiptCode("ab" * 32, "25.00 USDC from zkLink on Ethereum", "final", 1_700_000_000_000, "0x" + "cd" * 32)


@given(st.text(max_size=250), st.text(max_size=60), st.booleans(), st.integers(0, 2**63 - 1))
@example("☂" * 200, "\U0001f6a2" * 40, True, 2**63 - 1)
@example("é" * 190 + " 0x", "final", False, 0)
def test_a_code_is_read_as_it_was_written(words: str, status: str, known: bool, made_at: int) -> None:
    code = replace(CODE, words=words, status=status, made_at=made_at, transaction=CODE.transaction if known else "")
    text = code_text(code)
    assert len(text) <= MOST_CODE
    found = read_code(text)
    assert (found.digest, found.made_at, found.transaction) == (code.digest, code.made_at, code.transaction)
    assert found.words == coded_words(words)
    for cut, whole in ((found.words, plain(words, 200)), (found.status, plain(status, 40))):
        assert cut == whole or (cut.endswith("…") and whole.startswith(cut[:-1]))


def test_words_of_amounts_and_addresses_stand_in_a_code_whole() -> None:
    words = f"{'1,000' * 15}.000000000000000001 WBTC from zkLink to {RECIPIENT} on {'Polygon zkEVM' * 3}"
    assert read_code(code_text(replace(CODE, words=words))).words == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ashore:receipt?",
        code_text(CODE) + "&d=00",
        code_text(CODE) + "&x=1",
        code_text(CODE).replace("v=1", "v=2"),
        code_text(CODE).replace("m=17", "m=-17"),
        code_text(CODE).replace("m=17", f"m={quote_plus('١٧')}"),
        code_text(CODE).replace("m=17", f"m={2**63}"),
        code_text(CODE).replace("m=17", "m=%2B17"),
        code_text(CODE).replace("m=17", "m=1_7"),
        code_text(CODE).replace("ab" * 32, "ab" * 31),
        code_text(CODE).replace("cd" * 32, "cd" * 33),
        code_text(CODE) + "&" * 1000,
        "ashore:receipt?" + "&".join(f"a{n}=1" for n in range(40)),
    ],
)
def test_a_damaged_code_gets_a_sentence(text: str) -> None:
    with pytest.raises(AshoreError):
        read_code(text)
