"""A receipt that was made here stays the same until something new is known; and it says when, who and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget

from ashore.domain.receipt import Receipt, ReceiptSignature
from ashore.domain.receipt_file import digest, write
from ashore.domain.withdrawal import SAID_BY
from ashore.engine.receipt_views import PieceCheck, ReceiptCheck
from ashore.ui.arrivals import Source
from ashore.ui.pages.receipt import ReceiptPage
from ashore.ui.pages.receipt_kept import MOST, KeptReceipts
from ashore.ui.pages.receipt_signature import SignDialog
from ashore.ui.pages.receipt_stages import BLOCK_TIME, SEEN_AT
from ashore.ui.pages.voyage import VoyagePage
from ashore.ui.widgets.verbatim import Verbatim
from unit.domain.receipts import ACCOUNT, PAYOUT, RECEIPT
from unit.ui.driving import Shell, open_voyage
from unit.ui.looking import texts
from unit.ui.test_receipt_colours import sound

VOUCHER = replace(
    RECEIPT.terms,
    system="LNURL",
    account="phoenix",
    recipient="",
    details={"amount.text": "5,000 sat", "description": "A gift", SAID_BY: "pays.example"},
)
SIGNED = replace(RECEIPT, signature=ReceiptSignature(ACCOUNT, "0x" + "1b" * 65))


def test_another_time_alone_makes_no_other_receipt() -> None:
    kept = KeptReceipts()
    assert kept.instead_of(RECEIPT) == RECEIPT
    kept.keep(SIGNED)
    later = replace(RECEIPT, made_at=RECEIPT.made_at + 60_000)
    assert kept.instead_of(later) is SIGNED
    news = replace(later, headline="It is under way.")
    assert kept.instead_of(news) is news
    assert kept.instead_of(later) is later, "what was true before is not dug out again"


def test_only_a_few_are_kept() -> None:
    kept = KeptReceipts()
    kept.keep(SIGNED)
    for number in range(MOST):
        kept.keep(replace(RECEIPT, withdrawal=f"w{number}"))
    assert kept.instead_of(RECEIPT) is RECEIPT
    assert kept.instead_of(replace(RECEIPT, withdrawal=f"w{MOST - 1}", made_at=1)).made_at == RECEIPT.made_at


def page_of(shell: Shell) -> ReceiptPage:
    page = shell.sections.page("receipt")
    assert isinstance(page, ReceiptPage)
    return page


async def made(shell: Shell, kind: str) -> ReceiptCheck:
    open_voyage(shell, kind).receipt.click()
    await shell.settle()
    check = page_of(shell).check
    assert check is not None
    return check


async def test_a_signature_is_still_there_after_the_page_was_left(shell: Shell) -> None:
    receipts = shell.wallet.receipts
    receipts.account = shell.wallet.accounts()[0]
    made_before, make = await made(shell, "executed"), receipts.make
    signed = await receipts.sign(made_before.receipt)
    page_of(shell).signature.signed.emit(signed)
    await shell.settle()

    news: list[str] = []

    async def make_later(withdrawal: str) -> Receipt:
        receipt = await make(withdrawal)
        return replace(receipt, made_at=receipt.made_at + 3_600_000, headline=" ".join([receipt.headline, *news]))

    receipts.make = make_later  # type: ignore[method-assign]
    again = await made_again(shell)
    assert again.receipt == signed
    assert again.digest == made_before.digest == digest(signed)
    assert not page_of(shell).signature.sign.isVisible()
    news.append("It is paid.")
    after = await made_again(shell)
    assert after.receipt.signature is None, "what was signed is not what is known now"
    assert after.digest != again.digest


async def made_again(shell: Shell) -> ReceiptCheck:
    """Back on its voyage, its receipt once more."""
    shell.sections.go_back()
    voyage = shell.sections.page("voyage")
    assert isinstance(voyage, VoyagePage)
    voyage.receipt.click()
    await shell.settle()
    check = page_of(shell).check
    assert check is not None
    return check


async def opened(shell: Shell, receipt: Receipt) -> ReceiptPage:
    shell.sections.take_in(write(receipt), Source.DROP)
    await shell.settle()
    return page_of(shell)


async def test_it_says_who_and_when_and_at_what_cost(shell: Shell) -> None:
    header = (await opened(shell, RECEIPT)).header
    assert header.account.text == ACCOUNT
    assert header.fee.text() == "fee 1.60 USDC"
    assert header.made.text() == "made 14 Nov 2023 22:15:00 UTC"
    assert header.started.text() == "started 14 Nov 2023 22:13:20 UTC"
    assert header.started.toolTip() == "2023-11-14 22:13:20 UTC"


async def test_each_step_has_its_time_and_says_what_time_that_is(shell: Shell) -> None:
    page = await opened(shell, RECEIPT)
    assert SEEN_AT in texts(page.rows[0])
    placed = replace(PAYOUT, block_time=1_699_999_000_000)
    stage = replace(RECEIPT.stages[0], evidence=(PAYOUT, placed))
    page = await opened(shell, replace(RECEIPT, stages=(stage,)))
    assert BLOCK_TIME in texts(page.rows[0])
    assert "2023-11-14 21:56:40 UTC" in [label.toolTip() for label in page.rows[0].findChildren(QWidget)]


async def test_who_cannot_sign_it_is_told_why(shell: Shell) -> None:
    await made(shell, "paid")
    assert page_of(shell).signature.why_not.text() == "No account of this wallet can sign it."
    await opened(shell, RECEIPT)
    assert not page_of(shell).signature.why_not.isVisible(), "nobody asked to sign what is another's"


async def test_a_vouchers_receipt_names_who_pays(shell: Shell) -> None:
    page = await opened(shell, replace(RECEIPT, terms=VOUCHER))
    assert page.header.payer.text().replace("\u200b", "").startswith("from pays.example, which calls it “A gift”")
    assert not page.header.account.isVisible()


async def test_asking_again_leaves_the_keyboard_where_it_is(shell: Shell) -> None:
    found: Callable[[ReceiptCheck], ReceiptCheck] = sound
    shell.wallet.receipts.found = found
    page = await opened(shell, RECEIPT)
    page.blocks.again.setFocus()
    page.blocks.again.click()
    assert page.blocks.again.hasFocus()
    page.blocks.again.click()
    await shell.settle()
    assert page.blocks.again.hasFocus()
    assert shell.wallet.receipts.asked == 2, "nobody is asked twice at once"


async def test_two_pieces_of_one_proof_are_one_proof(shell: Shell) -> None:
    def twice(check: ReceiptCheck) -> ReceiptCheck:
        found = sound(check)
        piece = PieceCheck(replace(PAYOUT, proof="ab" * 32), True, "The stored header hashes to block 123.")
        return replace(found, stages=(replace(found.stages[0], pieces=(piece, piece)),))

    shell.wallet.receipts.found = twice
    page = await opened(shell, RECEIPT)
    assert page.rows[0].result.text().startswith("The proof is sound in itself.")


async def test_one_that_was_read_too_late_is_not_said_to_fill_anything_in(shell: Shell) -> None:
    shell.sections.take_in(write(RECEIPT), Source.CLIPBOARD, waits=True)
    assert "You had gone on before it was read, so it was not shown." in shell.sections.banners.arrived.text
    shell.sections.banners.arrived.action.click()
    await shell.settle()
    assert page_of(shell).check is not None


@pytest.mark.parametrize("size", [100, 200])
async def test_all_of_the_text_to_sign_is_seen(shell: Shell, size: int) -> None:
    shell.wallet.receipts.account = shell.wallet.accounts()[0]
    shell.sections.context.theme.apply("light", size)
    await made(shell, "executed")
    page_of(shell).signature.sign.click()
    await shell.settle()
    dialog = shell.window.findChild(SignDialog)
    assert dialog is not None
    text = dialog.findChild(Verbatim)
    assert text is not None
    assert text.verticalScrollBar().maximum() == 0
    assert text.horizontalScrollBar().maximum() == 0
    assert text.geometry().bottom() < dialog.sign_it.geometry().top()
    dialog.reject()
    shell.sections.context.theme.apply("light", 100)
