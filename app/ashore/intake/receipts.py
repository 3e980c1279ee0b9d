"""Receipts of Ashore among the texts that come from outside: the whole file, or the code that names one."""

from __future__ import annotations

import re

from ashore.domain.receipt import CODE_HEAD, ReceiptError, read_code
from ashore.domain.receipt_file import MAX_BYTES
from ashore.domain.text_kinds import Kind
from ashore.intake.words import Named

FILE = Named(
    Kind.RECEIPT,
    "This is a receipt of Ashore: it tells what was withdrawn, and moves no money.",
    "Look at it to see what of it holds, and what is only said.",
)
CODE = Named(
    Kind.RECEIPT,
    "This is the code of a receipt of Ashore: it names the receipt, and holds no proof.",
    "Look at it to find the withdrawal, or to compare a receipt’s file with it.",
)
MOST_TEXT = 20_000
"""Characters of any other text that are looked at: more than any link has."""

_HEAD, _LONGEST = 400, 4096
_FILE = re.compile(r'\s{0,20}\{.{0,200}"ashore(?:"\s*:\s*"|[ ./_-]?)receipt', re.IGNORECASE | re.ASCII | re.DOTALL)
_CODE = re.compile(r"ashore:(?://)?receipt/?\?(?P<parts>[!-~]*)", re.IGNORECASE | re.ASCII)


def is_file(head: str) -> bool:
    """Whether a text begins as the file of a receipt does."""
    return _FILE.match(head[:_HEAD].lstrip("\ufeff")) is not None


def code_in(text: str) -> str:
    """The code that a text without blanks around it is, as Ashore writes its beginning; else empty."""
    found = _CODE.fullmatch(text) if len(text) <= _LONGEST else None
    return f"{CODE_HEAD}{found['parts']}" if found is not None else ""


def trouble(code: str) -> ReceiptError | None:
    """Why a text that begins as a code cannot be read; None where it can."""
    try:
        read_code(code)
    except ReceiptError as error:
        return error
    return None


def bounded(text: str) -> str:
    """As much of a text as is looked at: of a receipt's file all, which is needed, within its own bound."""
    return text if len(text) <= MAX_BYTES and is_file(text) else text[:MOST_TEXT]
