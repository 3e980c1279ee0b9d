"""The page of a receipt has green for what was found out here alone, and only where nothing of the receipt fails."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from ashore.domain.receipt import Receipt
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
from ashore.ui.pages.receipt import ReceiptPage
from unit.domain.receipts import PAYOUT, RECEIPT
from unit.ui.driving import Shell, open_voyage

FINAL = ReceiptAnswers(
    (BlockAnswer("Ethereum", PAYOUT.block_number, PAYOUT.block_hash, BlockStanding.FINAL, 3, 3, "Block 123: final."),),
    Verdict.HOLDS,
    "The endpoints have it.",
)


def sound(check: ReceiptCheck) -> ReceiptCheck:
    """The same receipt as it is found where its proofs hold, and its last step pays what the terms say."""
    piece = PieceCheck(PAYOUT, True, "The stored header hashes to block 123.", pays=True)
    stages = tuple(
        replace(stage, proven=True, pieces=(piece,), contradiction="") if stage.pieces else stage
        for stage in check.stages
    )
    return replace(
        check,
        stages=stages,
        verdict=Verdict.SOUND,
        contradictions=(),
        holding=1,
        failing=0,
        arrival="",
        headline="Sound.",
    )


def false_signature(check: ReceiptCheck) -> ReceiptCheck:
    return replace(sound(check), verdict=Verdict.FAILS, headline="The signature is false.")


async def shown(shell: Shell, receipt: Receipt) -> ReceiptPage:
    shell.wallet.receipts.answers = FINAL
    shell.sections.take_in(write(receipt), Source.DROP)
    await shell.settle()
    page = shell.sections.page("receipt")
    assert isinstance(page, ReceiptPage)
    return page


def is_green(widget: QWidget) -> bool:
    """Whether any point of it is painted in more green than red."""
    picture = widget.grab().toImage()
    colours = (QColor(picture.pixel(x, y)) for x in range(picture.width()) for y in range(picture.height()))
    return any(each.green() > each.red() + 40 and each.green() > each.blue() + 20 for each in colours)


async def test_the_makers_own_mark_is_never_green(shell: Shell) -> None:
    shell.wallet.receipts.found = sound
    page = await shown(shell, replace(RECEIPT, last_stage="paid"))
    (row,) = page.rows
    assert is_green(row.rail.mark), "what was found out here is"
    assert page.notice.property("ground") == "ok"
    assert RECEIPT.headline not in page.notice.text, "nor does what its maker says stand in the green frame"
    assert RECEIPT.headline in page.says.text()
    assert not is_green(row.said)


async def test_no_step_is_green_where_the_receipt_fails(shell: Shell) -> None:
    shell.wallet.receipts.found = false_signature
    page = await shown(shell, replace(RECEIPT, last_stage="paid"))
    (row,) = page.rows
    row.more.set_open(True)
    page.blocks.each.set_open(True)
    await shell.settle()
    assert page.notice.property("ground") == "bad"
    assert not is_green(row)
    assert not is_green(page.blocks)


async def test_nor_where_it_was_made_here(shell: Shell) -> None:
    shell.wallet.receipts.found, shell.wallet.receipts.answers = false_signature, FINAL
    open_voyage(shell, "paid").receipt.click()
    await shell.settle()
    page = shell.sections.page("receipt")
    assert isinstance(page, ReceiptPage)
    assert page.answers is not None
    assert not any(is_green(row) for row in page.rows)
