"""Receipts in the window: whatever way one comes, what it says and what holds of it never look the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from ashore.desktop.messages import message_for
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.receipt import Receipt, ReceiptCode, ReceiptSignature, ReceiptStage, code_text, receipt_words
from ashore.domain.receipt_file import digest, write
from ashore.ui.arrivals import SHOW, Source
from ashore.ui.links import Links
from ashore.ui.pages.field_intake import SHOW_RECEIPT
from ashore.ui.pages.receipt import CHECKING, FOREIGN, MADE, ReceiptPage
from ashore.ui.pages.receipt_opening import NO_RECEIPT
from ashore.ui.pages.receipt_signature import SignDialog
from ashore.ui.pages.receipt_stages import MOST_FACTS, MOST_PIECES
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.domain.receipts import NO_WORD_YET, PAYOUT, RECEIPT
from unit.ui.driving import Shell, open_voyage
from unit.ui.looking import cut_off, texts
from unit.ui.scanner.drawn import scene
from unit.ui.scanner.test_scan import copied
from unit.ui.standin import PASSWORD
from unit.ui.test_drops import drop, of

SAID = replace(PAYOUT, level=Level.REPORTED, source="zkLink", tx_hash="", block_hash="", block_number=0, chain="")
WORD_ONLY = replace(
    RECEIPT,
    status="under-way",
    stages=(
        ReceiptStage("requested", "Requested", "reported", "zkLink says so", "The node took it.", (SAID,)),
        *NO_WORD_YET[1:],
    ),
)
"""A receipt that proves nothing, and does not say so either."""

CODE = ReceiptCode(digest(WORD_ONLY), receipt_words(WORD_ONLY.terms), "under-way", WORD_ONLY.made_at, "0x" + "ab" * 32)


def page_of(shell: Shell) -> ReceiptPage:
    page = shell.sections.page("receipt")
    assert isinstance(page, ReceiptPage)
    return page


async def opened(shell: Shell, receipt: Receipt) -> ReceiptPage:
    shell.sections.take_in(write(receipt), Source.DROP)
    await shell.settle()
    assert shell.sections.place == "receipt"
    return page_of(shell)


# The ways to it


async def test_a_dropped_file_of_any_size_leads_to_its_page(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "any name at all"
    path.write_text(write(WORD_ONLY) + " " * 3_000_000)
    drop(shell.window, of(files=[path]))
    await shell.until(lambda: shell.sections.place == "receipt" and page_of(shell).check is not None)
    await shell.settle()
    assert page_of(shell).notice.sentence.text() == "It holds no proof. 1 step is only zkLink’s word."
    assert "Its maker says: “The money has arrived" in page_of(shell).says.text()
    assert "arrived" not in page_of(shell).notice.text
    assert page_of(shell).header.whose.text() == FOREIGN


async def test_of_a_file_with_the_name_of_a_receipt_nothing_is_said_of_pictures(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "a.ashore-receipt.json"
    for size, told in ((5_000, "has the name of a receipt, and is none"), (20_000_000, "too large to be a receipt")):
        with path.open("wb") as file:
            file.truncate(size)
        drop(shell.window, of(files=[path]))
        await shell.until(lambda told=told: told in texts(shell.window))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (write(WORD_ONLY)[:-40], "cut off"),
        (write(WORD_ONLY).replace('"version":1', '"version":7'), "another version"),
        (write(WORD_ONLY).replace('"reported"', '"reported","more":1'), "damaged or changed"),
        (write(WORD_ONLY) + " " * 17_000_000, "too large to be a receipt"),
        ('{"a": "b"}' * 20_000, "too long to be an address or a link"),
    ],
)
async def test_a_file_that_is_none_says_why(shell: Shell, tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "a.ashore-receipt.json"
    path.write_text(content)
    drop(shell.window, of(files=[path]))
    await shell.until(lambda: told in texts(shell.window))
    await shell.settle()
    if shell.sections.place == "receipt":
        assert page_of(shell).check is None
        assert not page_of(shell).card.isVisible()
        assert page_of(shell).opening.isVisible(), "the right one can be brought at once"
        assert told in page_of(shell).failure.text


async def test_a_whole_receipt_pasted_on_the_first_page_is_shown_at_once(shell: Shell) -> None:
    long = replace(WORD_ONLY, practice="x" * 60_000)
    QGuiApplication.clipboard().setText(write(long))
    field = shell.sections.home.intake
    field.edit.setText("0x8f")
    QTest.keyClick(field.edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await shell.settle()
    assert shell.sections.place == "receipt"
    assert page_of(shell).check is not None
    assert page_of(shell).check.digest == digest(long)
    assert field.edit.text() == "0x8f"


async def test_a_pasted_code_is_named_first_and_led_on_by_enter(shell: Shell) -> None:
    field = shell.sections.home.intake
    field.edit.setText(code_text(CODE))
    assert "holds no proof" in field.field.problem.text
    assert [button.text() for button in field.ways if button.isVisible()] == [SHOW_RECEIPT]
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert shell.sections.place == "receipt"
    assert field.edit.text() == ""


async def test_in_a_field_of_a_form_a_code_fills_nothing_and_leads_on(shell: Shell) -> None:
    shell.sections.show_form(shell.wallet.profiles()[0].id)
    await shell.settle()
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    edit = form.fields.recipient
    edit.setFocus()
    QGuiApplication.clipboard().setText(code_text(CODE))
    QTest.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert edit.text() == ""
    assert SHOW_RECEIPT in texts(form)


async def test_a_link_of_the_system_leads_there_too(shell: Shell) -> None:
    links = Links(shell.window)
    sections = shell.sections
    links.lead_to(sections.take_in, sections.say, sections.say, sections.arrivals.keep)
    links.arrive(message_for(code_text(CODE)))
    await shell.settle()
    assert shell.sections.place == "receipt"
    assert CODE.words in texts(page_of(shell))


async def test_over_a_lock_it_waits_and_comes_up_after_it(shell: Shell) -> None:
    await shell.wallet.lock()
    await shell.settle()
    shell.sections.take_in(write(WORD_ONLY), Source.DROP)
    assert shell.sections.place == "unlock"
    assert "receipt of Ashore" in shell.sections.banners.arrived.text
    await shell.wallet.unlock(bytearray(PASSWORD))
    await shell.settle()
    assert shell.sections.place == "receipt"
    assert page_of(shell).check is not None


async def test_it_takes_nothing_from_a_form_that_is_half_filled(shell: Shell) -> None:
    shell.sections.show_form(shell.wallet.profiles()[0].id)
    await shell.settle()
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    form.fields.amount.setText("2.5")
    shell.sections.take_in(code_text(CODE), Source.LINK)
    assert shell.sections.place == "form"
    assert shell.sections.banners.arrived.action.text() == SHOW
    shell.sections.banners.arrived.action.click()
    await shell.settle()
    assert shell.sections.place == "receipt"
    assert form.fields.amount.text() == "2.5"


async def test_from_activity_a_file_is_opened_and_what_is_no_receipt_leads_nowhere(shell: Shell) -> None:
    shell.sections.show_section("activity")
    opening = shell.sections.page("activity").opening  # type: ignore[attr-defined]
    opening.scan.take(copied(text="0x" + "12" * 20), Source.CLIPBOARD)
    await shell.settle()
    assert shell.sections.place == "activity"
    assert shell.sections.banners.arrived.text.replace("\u200b", "") == str(NO_RECEIPT)
    opening.scan.take(copied(image=scene(code_text(CODE))), Source.PICTURE)
    await shell.until(lambda: shell.sections.place == "receipt")


# What is shown


async def test_what_only_somebody_says_is_never_green(shell: Shell) -> None:
    page = await opened(shell, WORD_ONLY)
    row, *_ = page.rows
    assert (str(row.rail.mark.mark), row.result.property("tone")) == ("reported", "muted")
    assert row.result.text() == "Nothing: no proof comes with it."
    assert page.notice.property("ground") == "note"
    assert page.header.badge.isVisible() is False
    assert not page.blocks.isVisible(), "there is no block to ask for"


async def test_a_claim_without_a_proof_is_red(shell: Shell) -> None:
    page = await opened(shell, RECEIPT)
    (row,) = page.rows
    assert str(row.said.mark) == "proven"
    assert (str(row.rail.mark.mark), row.result.property("tone")) == ("failed", "bad")
    assert page.notice.property("ground") == "bad"
    assert "Do not rely on this receipt." in page.notice.text


async def test_what_a_receipt_says_is_plain_text_and_never_too_wide(shell: Shell) -> None:
    hostile = "<b>\u202epaid</b>" + "W" * 3_000
    stage = ReceiptStage("x", hostile, "\u202eproven", hostile, hostile, (replace(SAID, kind=hostile, source=hostile),))
    late = 2**63 - 1
    stage = replace(stage, evidence=(*stage.evidence, replace(SAID, observed_at=late, block_time=late)))
    terms = replace(RECEIPT.terms, receive_symbol=hostile, destination=hostile, details={}, recipient=hostile)
    page = await opened(shell, replace(WORD_ONLY, terms=terms, stages=(stage,) * 3, headline=hostile, made_at=late))
    for row in page.rows:
        row.more.set_open(True)
    await shell.settle()
    assert "\u202e" not in texts(page)
    assert cut_off(page) == []
    assert str(page.rows[0].rail.mark.mark) == "failed", "a mark that nobody knows is a contradiction"
    assert not page.header.recipient.isVisible()


async def test_of_thousands_of_pieces_a_few_are_laid_open_the_bad_ones_first(shell: Shell) -> None:
    facts = {f"fact {number}": "x" for number in range(200)}
    many = tuple(replace(SAID, observed_at=number, facts=facts) for number in range(59))
    stage = replace(WORD_ONLY.stages[0], evidence=(*many, PAYOUT))
    page = await opened(shell, replace(WORD_ONLY, stages=(stage, *WORD_ONLY.stages[:1] * 39)))
    page.rows[0].more.set_open(True)
    await shell.settle()
    told = texts(page.rows[0].panel)
    assert told.count("Checked here") == MOST_PIECES
    assert "names no proof" in told
    assert told.count("Fact ") == MOST_FACTS * (MOST_PIECES - 1)


async def test_while_its_proofs_are_checked_nothing_of_the_one_before_is_shown(shell: Shell) -> None:
    page = await opened(shell, WORD_ONLY)
    shell.sections.take_in(write(RECEIPT), Source.DROP)
    assert page.notice.text == CHECKING
    assert not any(part.isVisible() for part in (page.card, page.signature, page.pass_on, page.blocks))
    await shell.settle()
    assert page.check is not None
    assert page.check.receipt == RECEIPT


# A code


async def test_a_code_is_its_own_word_and_asks_for_the_file(shell: Shell) -> None:
    shell.sections.take_in(code_text(CODE), Source.CAMERA)
    page = page_of(shell)
    told = texts(page)
    assert "This code names a receipt, and proves nothing." in told
    assert "Ask for the receipt’s file" in told
    assert CODE.words in told
    assert not page.card.isVisible()
    same = await opened(shell, WORD_ONLY)
    assert "It is the receipt whose code you brought before." in same.notice.text
    other = await opened(shell, replace(WORD_ONLY, made_by="Ashore 7"))
    assert "It is not the receipt whose code you brought before" in other.notice.text
    assert other.notice.property("ground") == "warn"


async def test_a_code_of_an_own_withdrawal_leads_to_its_voyage(shell: Shell) -> None:
    open_voyage(shell, "paid")
    shell.wallet.receipts.named = "v"
    shell.sections.take_in(code_text(CODE), Source.CAMERA)
    page = page_of(shell)
    QTest.mouseClick(page.named.to_voyage, Qt.MouseButton.LeftButton)
    assert shell.sections.place == "voyage"


# One's own


async def made(shell: Shell) -> ReceiptPage:
    voyage = open_voyage(shell, "executed")
    QTest.mouseClick(voyage.receipt, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert shell.sections.place == "receipt"
    return page_of(shell)


async def test_a_voyage_has_its_receipt_and_the_way_back(shell: Shell) -> None:
    page = await made(shell)
    assert page.header.whose.text() == MADE
    assert [str(row.said.mark) for row in page.rows[:2]] == ["reported", "reported"]
    assert page.header.badge.isVisible()
    shell.sections.go_back()
    assert shell.sections.place == "voyage"


async def test_its_evidence_is_reached_by_tab_before_what_can_be_done_with_it(shell: Shell) -> None:
    page = await made(shell)
    assert page.back_button is not None
    page.back_button.setFocus()
    reached = []
    for _ in range(6):
        QTest.keyClick(shell.window, Qt.Key.Key_Tab)
        focus = shell.window.focusWidget()
        reached.append("" if focus is None else focus.accessibleName())
    assert reached[:2] == ["Evidence of Requested", "Evidence of Executed on layer 2"]
    assert "Save the receipt" in reached


async def test_it_is_saved_whole_and_reads_the_same(shell: Shell, tmp_path: Path) -> None:
    page = await made(shell)
    path = tmp_path / "mine.ashore-receipt.json"
    page.pass_on.save_as(path)
    await shell.settle()
    assert page.pass_on.said.text().replace("\u200b", "").startswith("Saved as mine.ashore-receipt.json")
    assert page.pass_on.open_folder.isVisible()
    long = tmp_path / "receipt-100-50-usdc-of-a-withdrawal-ab12.ashore-receipt.json"
    page.pass_on.save_as(long)
    await shell.settle()
    assert long.name in page.pass_on.said.text().replace("\u200b", ""), "its end tells it apart"
    assert page.check is not None
    assert path.read_text() == write(page.check.receipt)
    page.pass_on.save_as(tmp_path / "nowhere" / "mine.json")
    await shell.settle()
    assert page.pass_on.said.property("tone") == "bad"
    assert not page.pass_on.open_folder.isVisible()


async def test_it_is_signed_only_after_its_text_was_shown(shell: Shell) -> None:
    shell.wallet.receipts.account = shell.wallet.accounts()[0]
    page = await made(shell)
    QTest.mouseClick(page.signature.sign, Qt.MouseButton.LeftButton)
    dialog = shell.window.findChild(SignDialog)
    assert dialog is not None
    assert page.check is not None
    assert page.check.digest in dialog.findChild(type(dialog._text())).toPlainText()  # type: ignore[attr-defined]
    assert cut_off(dialog) == []
    shell.wallet.receipts.signing = AshoreError("The signer is busy. Nothing was signed.")
    QTest.mouseClick(dialog.sign_it, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert "Nothing was signed." in dialog.trouble.text()
    shell.wallet.receipts.signing = None
    QTest.mouseClick(dialog.sign_it, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert page.check.receipt.signature is not None
    assert not page.signature.sign.isVisible()


async def test_what_was_asked_about_one_receipt_is_never_said_of_the_next(shell: Shell) -> None:
    shell.wallet.receipts.account = shell.wallet.accounts()[0]
    page = await made(shell)
    QTest.mouseClick(page.signature.sign, Qt.MouseButton.LeftButton)
    dialog = shell.window.findChild(SignDialog)
    assert dialog is not None
    own = page.check
    assert own is not None
    shell.sections.take_in(write(WORD_ONLY), Source.LINK)
    assert not dialog.isVisible()
    await shell.settle()
    page.signature.signed.emit(replace(own.receipt, signature=ReceiptSignature("0x" + "12" * 20, "0x")))
    await shell.settle()
    assert page.check is not None
    assert page.check.receipt == WORD_ONLY


async def test_an_account_that_signs_elsewhere_brings_its_signature(shell: Shell) -> None:
    receipts = shell.wallet.receipts
    receipts.account = replace(shell.wallet.accounts()[0], elsewhere=True)
    page = await made(shell)
    QTest.mouseClick(page.signature.sign, Qt.MouseButton.LeftButton)
    dialog = shell.window.findChild(SignDialog)
    assert dialog is not None
    assert cut_off(dialog) == []
    receipts.signing = AshoreError("This is another account’s signature.", "Sign with the right one.")
    dialog.pasted.setText("0x" + "ab" * 65)
    QTest.mouseClick(dialog.sign_it, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert "another account" in dialog.field.problem.text
    assert dialog.pasted.text() == "0x" + "ab" * 65
    receipts.signing = None
    QTest.mouseClick(dialog.sign_it, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert page.check is not None
    assert page.check.receipt.signature is not None


async def test_an_opened_receipt_is_never_signed(shell: Shell) -> None:
    shell.wallet.receipts.account = shell.wallet.accounts()[0]
    page = await opened(shell, WORD_ONLY)
    assert not page.signature.sign.isVisible()
