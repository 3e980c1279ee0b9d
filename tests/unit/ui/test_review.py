"""The review: what the signer read, confirmed once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPlainTextEdit

from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.ui.pages.review import HASHED, LAST_WORD, NAMES_CHAIN, RECKONED, ReviewPage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.hextext import HexText
from unit.ui.driving import Shell
from unit.ui.looking import texts, visible
from unit.ui.standin import ADDRESS, OTHER, PROFILE


@pytest.fixture
async def review(shell: Shell) -> ReviewPage:
    """The review of 25.5 USDC to Arbitrum."""
    shell.sections.show_form(PROFILE)
    await shell.settle()
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    form.fields.amount.setText("25.5")
    form.fields.recipient.setText(OTHER)
    form.fields.submitted.emit()
    await shell.settle()
    page = shell.sections.page("review")
    assert isinstance(page, ReviewPage)
    return page


async def test_it_shows_every_line_as_the_signer_read_it(shell: Shell, review: ReviewPage) -> None:
    shown = texts(review)
    for words in ("25.50 USDC", "Arbitrum", "0.10 USDC", "25.60 USDC", "main sub-account", "paid out as it is", "12"):
        assert words in shown
    assert "2026-01-01 14:02:11 UTC" in shown
    full = [widget.text for widget in visible(review, HexText) if isinstance(widget, HexText)]
    assert full == [checksum(bytes.fromhex(OTHER[2:])), checksum(bytes.fromhex(ADDRESS[2:]))]
    assert LAST_WORD in shown
    assert review.confirm.text() == "Withdraw 25.50 USDC to Arbitrum"
    assert "the text below with your Ethereum key, the request’s bytes with your layer-2 key." in shown
    assert NAMES_CHAIN in shown


async def test_what_ashore_reckons_has_a_heading_of_its_own(review: ReviewPage) -> None:
    read, reckoned = texts(review).split(RECKONED)
    assert "As the signer read it from the bytes" in read
    assert "Taken from your balance" not in read
    assert "Recipient" in read
    assert "Taken from your balance" in reckoned


async def test_every_signed_field_is_shown_as_it_is_signed(shell: Shell, review: ReviewPage) -> None:
    assert review._review is not None
    shown = texts(review)
    fields = dict(review._review.reading.fields)
    assert {fields.pop("symbol"), fields.pop("profile")} == {"USDC", "x-apex"}, "these are words of the texts"
    assert fields.pop("to") == OTHER, "which stands there in full, in groups"
    assert len(fields) == 12
    for name, value in fields.items():
        assert f"{name} {value or 'none'}" in shown
    assert "amount 25500000000000000000" in shown
    raw = next(label for label in visible(review, QLabel) if label.text().startswith("amount "))
    assert raw.property("role") == "raw", "small and in equal letters, after the words"


async def test_the_ethereum_text_stands_there_verbatim(shell: Shell, review: ReviewPage) -> None:
    boxes = [box for box in visible(review, QPlainTextEdit) if isinstance(box, QPlainTextEdit)]
    assert len(boxes) == 1
    plain = boxes[0].toPlainText()
    assert plain.startswith("Withdraw 25.5 USDC to: " + OTHER)
    assert plain.endswith("FastWithdrawFeeRatio: 0%")
    assert boxes[0].isReadOnly()
    more = visible(review, Disclosure)[0]
    assert isinstance(more, Disclosure)
    more.set_open(True)
    boxes = [box for box in visible(review, QPlainTextEdit) if isinstance(box, QPlainTextEdit)]
    assert len(boxes[1].toPlainText()) == 2 * 63
    assert more.button.text() == "What the layer-2 key signs"
    assert HASHED in texts(review)


async def test_bytes_that_are_no_hash_are_not_called_one(shell: Shell, review: ReviewPage) -> None:
    assert review._review is not None
    review.show_review(replace(review._review, layer2_message="03" + "00" * 100))
    for more in review.findChildren(Disclosure):
        more.set_open(True)
    assert HASHED not in texts(review)


async def test_two_clicks_are_one_withdrawal(shell: Shell, review: ReviewPage) -> None:
    QTest.mouseClick(review.confirm, Qt.MouseButton.LeftButton)
    QTest.mouseClick(review.confirm, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(review.confirm, Qt.MouseButton.LeftButton)
    assert not review.confirm.isEnabled()
    assert review.progress.isVisible()
    assert "Signing" in review.state.text()
    await shell.until(lambda: shell.sections.place == "voyage")
    await shell.settle()
    assert len(shell.wallet.confirmed) == 1


async def test_one_does_not_leave_while_it_is_being_signed(shell: Shell, review: ReviewPage) -> None:
    review.confirm.click()
    shell.sections.go_back()
    shell.sections.show_section("withdraw")
    shell.window.side.lock_pressed.emit()
    assert shell.sections.place == "review"
    assert not shell.wallet.locked
    await shell.until(lambda: shell.sections.place == "voyage")


async def test_a_failure_says_what_it_means_for_the_money(shell: Shell, review: ReviewPage) -> None:
    shell.wallet.confirming = AshoreError("The signer has ended.", "Unlock and try again.")
    review.confirm.click()
    await shell.settle()
    assert review.notice.text == "The signer has ended. Nothing was sent. Unlock and try again."
    assert review.confirm.isEnabled()
    shell.wallet.confirming = AshoreError("An earlier request is still open. Nothing was sent.", "Wait for it.")
    review.confirm.click()
    await shell.settle()
    assert review.notice.text.count("Nothing was sent.") == 1
    shell.wallet.confirming = None
    review.confirm.click()
    await shell.until(lambda: shell.sections.place == "voyage")
    assert len(shell.wallet.confirmed) == 1


async def test_locking_voids_a_review(shell: Shell, review: ReviewPage) -> None:
    await shell.wallet.lock()
    await shell.settle()
    assert shell.sections.place == "unlock"
    await shell.wallet.unlock(bytearray(b"practice"))
    await shell.settle()
    assert shell.sections.place == "form"


@pytest.mark.parametrize("text_size", [100, 200])
async def test_it_opens_at_its_top_every_time(shell: Shell, review: ReviewPage, text_size: int) -> None:
    shell.theme.apply("light", text_size)
    shell.window.resize(1024, 700)
    await shell.settle()
    bar = review.columns.main_scroll.verticalScrollBar()
    for _ in range(2):
        assert bar.maximum() > 0
        bar.setValue(bar.maximum())
        shell.sections.go_back()
        await shell.settle()
        form = shell.sections.page("form")
        assert isinstance(form, ZkLinkFormPage)
        form.fields.submitted.emit()
        await shell.until(lambda: shell.sections.place == "review")
        await shell.settle()
        assert bar.value() == 0
    QTest.keyClick(shell.window.windowHandle(), Qt.Key.Key_Return)
    assert not review.busy


async def test_a_lock_leaves_nothing_of_the_review(shell: Shell, review: ReviewPage) -> None:
    assert "25.50 USDC" in texts(review.columns.main_scroll)
    await shell.wallet.lock()
    await shell.settle()
    assert vars(review)["_review"] is None
    assert texts(review.columns.main_scroll).strip() == ""


@pytest.mark.parametrize("fails", [True, False])
async def test_a_lock_while_it_is_confirmed_leaves_nothing_in_the_page(
    shell: Shell, review: ReviewPage, fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = asyncio.Event()

    async def confirm(_review: object) -> str:
        await gate.wait()
        if fails:
            raise AshoreError("The vault is locked. Nothing was sent.", "Unlock it.")
        return "w"

    monkeypatch.setattr(shell.wallet, "confirm", confirm)
    monkeypatch.setattr(shell.sections.context.go, "withdrawal_sent", lambda _name: None, raising=False)
    QTest.mouseClick(review.confirm, Qt.MouseButton.LeftButton)
    await asyncio.sleep(0)
    assert review.busy
    shell.window.side.buttons["activity"].click()
    assert (shell.sections.place, shell.window.side.buttons["withdraw"].isChecked()) == ("review", True), (
        "nothing is marked that is not shown"
    )
    await shell.wallet.lock()
    await asyncio.sleep(0)
    gate.set()
    await shell.settle()
    assert not review.busy
    assert review._review is None
    assert "25.50 USDC" not in texts(review.columns.main_scroll)


@pytest.mark.parametrize("keys", ["Ctrl+V", "Ctrl+Shift+S", "Ctrl+O"])
async def test_while_it_is_open_it_is_said_that_nothing_is_pasted(shell: Shell, review: ReviewPage, keys: str) -> None:
    combination = QKeySequence(keys)[0]
    QTest.keyClick(shell.window, combination.key(), combination.keyboardModifiers())
    assert "while you review" in shell.sections.banners.arrived.text
    assert review.isVisible()
    shell.sections.go_back()
    assert shell.sections.banners.arrived.text == ""
