"""`ashore verify-receipt FILE`: checks a receipt from its bytes alone and says what holds. No keys, no network, no Qt.

Ends with 0 where it is sound in itself: whatever it calls proven has a proof inside that bears checking, and no
signature is false. With 1 where something does not hold or was changed, with 2 where the file is no receipt. Nobody is
asked whether the blocks are in the chain, so nothing is called proven here: anybody can make up a block with all its
proofs. Whatever is printed of the receipt's own words is made plain.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from ashore.domain.amounts import display_units
from ashore.domain.errors import AshoreError
from ashore.domain.receipt import Receipt, ReceiptError, made_words, receipt_words
from ashore.domain.receipt_file import MAX_BYTES, ReceiptChanged, read
from ashore.domain.untrusted import plain, quoted
from ashore.domain.withdrawal import Mark
from ashore.engine.receipt_checks import ALONE, IN_PRACTICE, check_receipt
from ashore.engine.receipt_contracts import contracts_named_by
from ashore.engine.receipt_views import PieceCheck, ReceiptCheck, StageCheck, Verdict
from ashore.marks import MARKS

SOUND, HOLDS_NOT, UNREADABLE = 0, 1, 2
_WORDS = {Verdict.SOUND: "SOUND IN ITSELF", Verdict.SAID: "NOTHING PROVEN", Verdict.FAILS: "DOES NOT HOLD"}
_PIECE = {True: "sound in itself:", False: "DOES NOT HOLD:", None: "only said:"}
_FIRST = (IN_PRACTICE, ALONE)
_END = (
    "The proof of its last step is sound in itself. That its block is in the chain and final, and that it belongs to "
    "this withdrawal, is its maker’s word."
)
_SENTENCE, _NAME = 400, 60
_ITS_WORD = "its maker says"


def main(arguments: Sequence[str]) -> int:
    """Check the file that is named; the result is the exit code."""
    chosen = _parser().parse_args(list(arguments))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that knows fewer characters than the marks
    try:
        receipt = read(_content(chosen.file))
    except ReceiptChanged as error:
        _print([f"{_WORDS[Verdict.FAILS]}: {error}"])
        return HOLDS_NOT
    except AshoreError as error:
        print(f"ashore: {error}", file=sys.stderr)
        return UNREADABLE
    try:
        contracts, why_none = contracts_named_by(receipt), ""
    except ReceiptError as error:
        contracts, why_none = None, error.sentence
    check = check_receipt(receipt, contracts, why_none)
    _print(lines_of(check))
    return HOLDS_NOT if check.verdict is Verdict.FAILS else SOUND


def _print(lines: Iterable[str]) -> None:
    """Whoever reads may stop reading, as `head` does: what was found out, and the exit code of it, stay the same."""
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left in the buffer would be written once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ashore verify-receipt",
        description="Checks a receipt of a withdrawal on this computer alone, without keys or network.",
        epilog="Ends with 0 where it is sound in itself or claims no proof, 1 where something does not hold, 2 where "
        "the file is no receipt. Nobody is asked whether its blocks are in the chain, which anybody can make up: open "
        "the file in an Ashore, which asks its endpoints.",
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE", help="the receipt; - reads it from the standard input")
    return parser


def _content(name: str) -> bytes:
    """What the file holds, cut just beyond the most that a receipt may have. Raises ReceiptError."""
    try:
        if name == "-":
            return _some(sys.stdin.buffer)
        with Path(name).open("rb") as file:
            return _some(file)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or "it has no such name"
        raise ReceiptError(f"The file cannot be read: {why}.") from None


def _some(file: BinaryIO) -> bytes:
    return file.read(MAX_BYTES + 1)


def lines_of(check: ReceiptCheck) -> Iterator[str]:
    """All that is said of it, line by line, and nothing in it that a terminal would obey."""
    receipt = check.receipt
    yield f"{_WORDS[check.verdict]}: {check.headline}"
    yield from check.contradictions
    yield from (note for note in _FIRST if note in check.notes)
    yield ""
    yield receipt_words(receipt.terms)
    yield from _about(receipt, check)
    yield ""
    yield "Steps, each as it stands by what was checked here, and what its maker’s wallet showed:"
    for stage in check.stages:
        yield from _stage(stage)
    yield ""
    notes = (note for note in check.notes if note not in _FIRST)
    yield from filter(None, (_arrival(check), *notes))


def _arrival(check: ReceiptCheck) -> str:
    """How far its end is shown by a file alone: never that it came."""
    last = next((stage for stage in check.stages if stage.ends), None)
    return _END if check.arrival and last is not None and last.proven else check.arrival


def _about(receipt: Receipt, check: ReceiptCheck) -> Iterator[str]:
    terms = receipt.terms
    rows = (
        ("Status", f"{plain(receipt.status, _NAME)}, its maker says: {quoted(receipt.headline, _SENTENCE)}"),
        ("Made", f"{_time(receipt.made_at)} by {plain(receipt.made_by, _NAME)}, its maker says"),
        ("Started", f"{_time(receipt.started_at)}, its maker says"),
        ("Account", plain(terms.account)),
        ("Recipient", plain(terms.recipient)),
        ("Fee", plain(f"{display_units(terms.fee, terms.decimals)} {terms.symbol}", _NAME) if terms.fee else ""),
        ("Network", f"{plain(terms.network, _NAME)}, {plain(terms.profile, _NAME)}"),
        ("Signature", check.signature.sentence),
        ("SHA-256", check.digest),
    )
    for name, value in rows:
        yield f"  {name:<10} {value or '(none)'}"
    for move in receipt.moves:
        number = "" if move.nonce < 0 else f", number {move.nonce}"
        yield f"  {'Request':<10} {plain(move.kind, _NAME)} {plain(move.name)}{number}: {plain(move.state, _NAME)}"


def _time(at: int) -> str:
    try:
        return made_words(at)
    except ReceiptError:
        return "at no time of the calendar"


def _stage(stage: StageCheck) -> Iterator[str]:
    shown = quoted if stage.contradiction else plain  # a title that is not of its way is its maker's word
    title, said = shown(stage.stage.title, _NAME), plain(stage.stage.mark, _NAME)
    sound = stage.proven and not stage.contradiction
    yield f"{_mark(stage)} {title}: {'sound in itself; ' if sound else ''}its maker says {said}"
    at = _when(stage)
    if at:
        yield f"    {at}"
    for piece in stage.pieces:
        yield from _piece(piece)


def _when(stage: StageCheck) -> str:
    """When it was, by the block that shows it; else when its maker’s wallet saw it. Empty where nothing tells."""
    found = max(stage.pieces, key=lambda each: (each.piece.level, each.piece.block_time), default=None)
    if found is None:
        return ""
    if found.piece.block_time:
        return f"{_time(found.piece.block_time)}, {'the time of its block' if found.holds else _ITS_WORD}"
    return f"{_time(found.piece.observed_at)}, {_ITS_WORD}" if found.piece.observed_at else ""


def _mark(stage: StageCheck) -> str:
    """What was checked here counts, not what the maker drew: a proof of which nobody knows the block is only seen."""
    if stage.contradiction or any(piece.holds is False for piece in stage.pieces) or stage.said is None:
        return MARKS[Mark.FAILED]
    if stage.proven:
        return MARKS[Mark.SEEN]
    return MARKS[Mark.REPORTED if stage.said is Mark.SEEN else stage.said]


def _piece(check: PieceCheck) -> Iterator[str]:
    yield f"    {_PIECE[check.holds]} {check.sentence}"
    piece = check.piece
    if piece.on_chain:
        yield f"      block {piece.block_number:,} of {plain(piece.chain, _NAME)}, {plain(piece.block_hash)}"
    if piece.tx_hash:
        yield f"      transaction {plain(piece.tx_hash)}"
