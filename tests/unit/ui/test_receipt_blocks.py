"""What the endpoints say of a receipt's blocks, in the window: nothing is green without it, nor by it alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.domain.receipt_file import write
from ashore.engine.receipt_views import (
    BlockAnswer,
    BlockStanding,
    PieceCheck,
    ReceiptAnswers,
    ReceiptCheck,
    Verdict,
)
from ashore.ui.arrivals import Source
from ashore.ui.pages.receipt import PAID, THE_REST
from ashore.ui.pages.receipt_findings import ITS_MAKERS_WORD, OF_IT
from unit.domain.receipts import PAYOUT, RECEIPT
from unit.ui.driving import Shell
from unit.ui.test_receipt_page import opened, page_of

ENDED = replace(RECEIPT, last_stage="paid")
FINAL, AGREED, ANOTHER, UNKNOWN = BlockStanding


def answers(standing: BlockStanding, verdict: Verdict) -> ReceiptAnswers:
    block = BlockAnswer("Ethereum", PAYOUT.block_number, PAYOUT.block_hash, standing, 3, 3, "Block 123: told.")
    return ReceiptAnswers((block,), verdict, f"The endpoints: {standing}.")


def sound(check: ReceiptCheck) -> ReceiptCheck:
    """The same receipt as it is found where its proof holds, and pays what the terms say."""
    piece = PieceCheck(PAYOUT, True, "The stored header hashes to block 123.", pays=True)
    stages = tuple(replace(stage, proven=True, pieces=(piece,), contradiction="") for stage in check.stages)
    told = "Its one proof is sound in itself."
    return replace(
        check, stages=stages, verdict=Verdict.SOUND, headline=told, contradictions=(), holding=1, failing=0, arrival=""
    )


@pytest.mark.parametrize(
    ("standing", "verdict", "look", "told"),
    [
        (FINAL, Verdict.HOLDS, ("ok", "proven", "ok"), PAID),
        (AGREED, Verdict.HOLDS, ("note", "seen", "accent"), "Its one proof holds, and its block is in the chain."),
        (
            *(UNKNOWN, Verdict.SAID, ("note", "seen", "accent")),
            "Its one proof is sound in itself. Whether the chain has its block is not known.",
        ),
        (ANOTHER, Verdict.FAILS, ("bad", "failed", "bad"), "The endpoints: another."),
    ],
)
async def test_only_blocks_that_the_endpoints_have_make_it_green(
    shell: Shell, standing: BlockStanding, verdict: Verdict, look: tuple[str, str, str], told: str
) -> None:
    receipts = shell.wallet.receipts
    receipts.found, receipts.answers = sound, answers(standing, verdict)
    shell.sections.take_in(write(ENDED), Source.DROP)
    page = page_of(shell)
    await shell.until(lambda: page.check is not None)
    if not page.answers:
        assert page.notice.property("ground") == "note"
        assert page.notice.sentence.text().endswith("is being asked.")
        assert str(page.rows[0].rail.mark.mark) == "seen"
    await shell.settle()
    (row,) = page.rows
    assert (page.notice.property("ground"), str(row.rail.mark.mark), row.result.property("tone")) == look
    assert page.notice.sentence.text() == told
    assert (THE_REST in page.notice.text) is (told == PAID)
    assert receipts.asked == 1
    QTest.mouseClick(page.blocks.again, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert receipts.asked == 2


async def test_a_proof_of_something_else_is_never_green_where_it_ends(shell: Shell) -> None:
    def unbound(check: ReceiptCheck) -> ReceiptCheck:
        found = sound(check)
        pieces = tuple(replace(piece, pays=False) for piece in found.stages[0].pieces)
        return replace(found, stages=(replace(found.stages[0], pieces=pieces),))

    receipts = shell.wallet.receipts
    receipts.found, receipts.answers = unbound, answers(FINAL, Verdict.HOLDS)
    page = await opened(shell, ENDED)
    (row,) = page.rows
    look = page.notice.property("ground"), str(row.rail.mark.mark), row.result.property("tone")
    assert look == ("note", "seen", "accent")
    assert row.result.text().endswith(ITS_MAKERS_WORD)


async def test_a_beginning_that_is_proven_is_not_green(shell: Shell) -> None:
    receipts = shell.wallet.receipts
    receipts.found, receipts.answers = sound, answers(FINAL, Verdict.HOLDS)
    page = await opened(shell, replace(ENDED, last_stage="another"))
    assert page.notice.property("ground") == "note"
    assert (str(page.rows[0].rail.mark.mark), page.rows[0].result.property("tone")) == ("seen", "accent")
    assert OF_IT in page.notice.text
    assert page.rows[0].title.text() == "“Paid”", "a stranger chose what it is called"


async def test_a_receipt_that_fails_alone_is_not_made_good_by_its_blocks(shell: Shell) -> None:
    receipts = shell.wallet.receipts
    receipts.found = lambda check: replace(sound(check), verdict=Verdict.FAILS, headline="The signature is false.")
    receipts.answers = answers(BlockStanding.FINAL, Verdict.HOLDS)
    page = await opened(shell, RECEIPT)
    assert page.notice.property("ground") == "bad"
    assert page.notice.sentence.text() == "The signature is false."


async def test_other_terms_than_ones_own_are_warned_of(shell: Shell) -> None:
    receipts = shell.wallet.receipts
    receipts.found = lambda check: replace(sound(check), own_withdrawal="v", own_differs="It differs.")
    receipts.answers = answers(BlockStanding.FINAL, Verdict.HOLDS)
    page = await opened(shell, ENDED)
    assert page.notice.property("ground") == "bad"
    assert page.notice.sentence.text() == "It differs.", "what this wallet knows itself comes first"
    assert page.to_voyage.isVisible()
