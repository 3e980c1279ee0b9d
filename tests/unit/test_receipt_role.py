"""`ashore verify-receipt` as other programs run it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import ashore
from ashore.domain import receipt_file
from ashore.domain.receipt import Receipt, ReceiptMove, ReceiptSignature, ReceiptStage
from ashore.domain.untrusted import hidden_characters
from ashore.engine.receipt_checks import check_receipt
from ashore.receipt_role import lines_of
from unit.domain.receipts import NO_WORD_YET, RECEIPT


@pytest.mark.parametrize(("stages", "code"), [(RECEIPT.stages, 1), (NO_WORD_YET, 0)])
def test_a_reader_that_stops_reading_changes_nothing(
    tmp_path: Path, stages: tuple[ReceiptStage, ...], code: int
) -> None:
    file = tmp_path / f"receipt{receipt_file.SUFFIX}"
    receipt = replace(RECEIPT, status="under-way", headline="x" * 300, stages=stages)
    file.write_text(receipt_file.write(receipt))
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ashore", "verify-receipt", str(file)],
            stdout=writing,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(ashore.__file__).parents[1])},
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.stderr, done.returncode) == (b"", code)


HOSTILE = "\x1b[2J\x1b[1;32mSOUND\u202e\nHOLDS\r\u2028\x9b1m"


def made_of(words: str) -> Receipt:
    """A receipt that says the same wherever it can say anything."""
    piece = replace(
        RECEIPT.stages[0].evidence[0], kind=words, source=words, chain=words, tx_hash=words, block_hash=words
    )
    pieces = (
        replace(piece, facts={words: words, "event": words}),
        replace(piece, proof=""),
        replace(piece, proof="", level=type(piece.level).SEEN),
    )
    stage = replace(
        RECEIPT.stages[0], id=words, title=words, mark=words, said_by=words, sentence=words, evidence=pieces
    )
    said = {name: words for name in ("system", "network", "profile", "track", "account", "symbol", "recipient")}
    terms = replace(RECEIPT.terms, **said, destination=words, receive_symbol=words, details={"amount.text": words})
    return replace(
        RECEIPT,
        made_by=words,
        status=words,
        headline=words,
        terms=terms,
        moves=(ReceiptMove(words, words, words, 1),),
        stages=(stage, replace(stage, mark="reported"), replace(stage, mark="proven")),
        practice=words,
        last_stage=words,
        signature=ReceiptSignature(words, words),
    )


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=60), st.booleans())
@example(HOSTILE, True)
@example(HOSTILE, False)
def test_whatever_it_says_no_line_of_it_hides_or_moves_anything(words: str, practice: bool) -> None:
    receipt = made_of(words)
    if practice:
        receipt = replace(receipt, terms=replace(receipt.terms, network="sandbox"))
    told = list(lines_of(check_receipt(receipt, None, "Nobody knows.")))
    assert not [line for line in told if hidden_characters(line)]
