"""Receipts among the texts that come: their files and their codes are known, whole, before anything is cut off."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.receipt import MOST_CODE, ReceiptCode, code_text, read_code, receipt_words
from ashore.domain.receipt_file import MAX_BYTES, digest, write
from ashore.domain.text_kinds import Kind
from ashore.intake.receipts import MOST_TEXT, bounded
from ashore.intake.recognition import Way, take_in, unwrapped
from ashore.systems.lnurl.codec import encode_lnurl
from unit.domain.receipts import RECEIPT

LINK = encode_lnurl("https://service.example/u?q=1")
NAMED = ReceiptCode(digest(RECEIPT), receipt_words(RECEIPT.terms), "final", RECEIPT.made_at, "0x" + "ab" * 32)
CODE = code_text(NAMED)
FILE = write(RECEIPT)


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        f"  {CODE}\n",
        CODE.replace("ashore:receipt?", "ASHORE:RECEIPT?"),
        CODE.replace("ashore:receipt?", "ashore://receipt?"),
        CODE.replace("ashore:receipt?", "ashore://receipt/?"),
        f"ashore://open?text={quote(CODE)}",
    ],
)
def test_a_code_leads_to_the_receipts_page_whole(text: str) -> None:
    found = take_in(text)
    assert (found.kind, found.way, found.secret, found.recipient) == (Kind.RECEIPT, Way.RECEIPT, False, "")
    assert "holds no proof" in found.sentence
    assert read_code(unwrapped(text)) == NAMED


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CODE.replace("v=1", "v=2"), "another version"),
        (CODE.replace("&m=", "&n="), "damaged"),
        (f"{CODE}&d={'0' * 64}", "damaged"),
        (CODE + "a" * MOST_CODE, "not the code"),
    ],
)
def test_a_code_that_cannot_be_read_leads_nowhere_and_says_why(text: str, told: str) -> None:
    found = take_in(text)
    assert (found.kind, found.way) == (Kind.RECEIPT, Way.NOWHERE)
    assert told in found.sentence


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=300))
def test_whatever_a_code_holds_it_leads_nowhere_else(rest: str) -> None:
    found = take_in(f"ashore:receipt?{rest}")
    assert found.kind is Kind.RECEIPT
    assert found.way in (Way.RECEIPT, Way.NOWHERE)


def test_a_voucher_in_a_receipt_is_not_taken_out_of_it() -> None:
    words = f"25 USDC {LINK}"
    held = code_text(replace(NAMED, words=words))
    assert (take_in(held).way, unwrapped(held)) == (Way.RECEIPT, held)
    file = write(replace(RECEIPT, headline=words, proofs={}))
    assert (take_in(file).way, unwrapped(file)) == (Way.RECEIPT, file)


def test_a_file_of_any_length_is_known_by_its_beginning() -> None:
    for text in (FILE, f"\ufeff\n {FILE}", FILE + " " * 2_000_000):
        assert (take_in(text).kind, take_in(text).way) == (Kind.RECEIPT, Way.RECEIPT)


def test_a_receipt_alone_is_looked_at_beyond_the_bound_of_other_texts() -> None:
    long = FILE + " " * MOST_TEXT
    assert bounded(long) == long
    assert len(bounded(FILE + " " * MAX_BYTES)) == MOST_TEXT
    assert len(bounded("x" * MAX_BYTES)) == MOST_TEXT
