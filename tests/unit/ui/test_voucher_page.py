"""The page of a Lightning voucher: texts named at once, opened once, problems beside fields, and nothing kept."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ashore.domain.errors import AshoreError
from ashore.systems.lnurl.codec import Reach, encode_lnurl, recognise
from ashore.systems.lnurl.profile import PRACTICE
from unit.systems.lnurl.system.offers import invoice, offer
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import PASSWORD
from unit.ui.voucher_hands import LINK, REAL, VoucherWallet, opened, says, the_page, typed

ADDRESS = "http://127.0.0.1:8080/u?q=7"


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


@pytest.mark.parametrize(
    ("text", "named", "askable"),
    [
        (LINK, "A voucher of 127.0.0.1:8080.", True),
        ("lightning:" + LINK.lower(), "A voucher of 127.0.0.1:8080.", True),
        (REAL, "real service", False),
        ("0x8f3A12C4B7d09E21f3Aa5c6D7E8f901277b091C2", "Ethereum", False),
        (invoice(15_000), "invoice", False),
        ("abandon " * 12, "recovery words", False),
        (LINK[:-1] + "P", "damaged", False),
        ("<b>\u202e", "", False),
    ],
)
async def test_a_text_is_named_before_anything_is_asked(
    shell: Shell, wallet: VoucherWallet, text: str, named: str, askable: bool
) -> None:
    page = await the_page(shell)
    page.link.setText(text)
    await shell.settle()
    assert named in says(page)
    assert says(page)
    assert page.open_button.isEnabled() is askable
    QTest.keyClick(page.link, Qt.Key.Key_Return)
    QTest.keyClick(page.link, Qt.Key.Key_Return)
    await shell.settle()
    assert wallet.asked == ([text] if askable else []), "one request for one act, and none for anything else"


async def test_when_to_open_a_voucher_is_said_before_and_how_long_it_stays_open_after(shell: Shell) -> None:
    page = await the_page(shell)
    page.link.setText(LINK)
    await shell.settle()
    assert "may be used up by being opened, so open it when you are ready to withdraw." in says(page)
    QTest.keyClick(page.link, Qt.Key.Key_Return)
    await shell.settle()
    assert "Opened. It is kept in your vault until it is withdrawn, and not asked again." in says(page)


async def test_a_web_address_is_asked_by_a_second_act_only(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    shell.window.activateWindow()
    page.link.setFocus()
    page.link.setText(ADDRESS)
    QTest.keyClick(page.link, Qt.Key.Key_Return)
    await shell.settle()
    assert "Shall Ashore ask 127.0.0.1:8080?" in says(page)
    assert "“Ask” sends it one request" in says(page)
    assert wallet.asked == []
    assert page.open_button.hasFocus()
    assert page.open_button.text() == "Ask"
    QTest.keyClick(page.open_button, Qt.Key.Key_Return)
    await shell.settle()
    assert wallet.asked == [ADDRESS]
    page.link.setText(LINK)
    await shell.settle()
    assert page.open_button.text() == "Open"


async def test_a_slip_of_the_finger_costs_no_opened_voucher(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell)
    await typed(shell, page, page.fields.amount, "15")
    page.link.setFocus()
    QTest.keyClicks(page.link, "x")
    await shell.settle()
    assert page.fields.isHidden()
    assert not page.summary.review.isEnabled()
    QTest.keyClick(page.link, Qt.Key.Key_Backspace)
    await shell.until(page.summary.review.isEnabled)
    assert page.fields.amount.text() == "15"
    assert "15 sat" in page.summary.receive.text()
    assert wallet.asked == [LINK]


async def test_the_form_begins_with_the_most_and_follows_what_is_typed(shell: Shell) -> None:
    page = await opened(shell)
    assert page.fields.amount.text() == "20"
    assert "20 sat" in page.summary.receive.text()
    await typed(shell, page, page.fields.amount, "21")
    assert "The most is 20 sat." in texts(page.fields)
    assert not page.summary.review.isEnabled()
    QTest.mouseClick(page.fields.least, Qt.MouseButton.LeftButton)
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert page.fields.amount.text() == "10"
    page.fields.unit.combo.setCurrentIndex(1)
    QTest.mouseClick(page.fields.most, Qt.MouseButton.LeftButton)
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert page.fields.amount.text() == "0.0000002"
    assert page.summary.review.isEnabled()


async def test_a_pasted_invoice_says_that_ashore_cannot_see_that_wallet(shell: Shell) -> None:
    page = await opened(shell)
    assert page.fields.fields["invoice"].isHidden()
    page.fields.receiver.combo.setCurrentIndex(1)
    await shell.until(lambda: not page.pending)
    await shell.settle()
    assert not page.fields.fields["invoice"].isHidden()
    await typed(shell, page, page.fields.invoice, invoice(19_000))
    assert "19 sat instead of 20 sat" in texts(page.fields)
    await typed(shell, page, page.fields.invoice, invoice(20_000))
    assert "Ashore cannot see that wallet" in texts(page.fields)
    assert page.summary.review.isEnabled()


async def test_a_pin_is_asked_where_the_service_asks_one_and_never_shown(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = offer(pin_limit=15_000)
    page = await opened(shell)
    assert page.fields.amount.text() == "", "a maximum is not what such a card pays without a PIN"
    await typed(shell, page, page.fields.amount, "20")
    assert not page.fields.fields["pin"].isHidden()
    assert "A wrong PIN costs this try" in str(texts(page.fields.fields["pin"])), "before it is entered"
    await typed(shell, page, page.fields.pin, "1234")
    assert page.summary.review.isEnabled()
    assert "1234" not in texts(page)


async def test_a_service_that_fails_leaves_a_sentence_and_can_be_asked_again(
    shell: Shell, wallet: VoucherWallet
) -> None:
    wallet.voucher = AshoreError("127.0.0.1:8080 says: “spent”", "Nothing was withdrawn.")
    page = await opened(shell)
    assert "“spent”" in says(page)
    assert page.fields.isHidden()
    wallet.voucher = offer()
    QTest.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert len(wallet.asked) == 2
    assert not page.fields.isHidden()


async def test_waiting_can_be_stopped(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.answers.clear()
    page = await the_page(shell)
    page.link.setText(LINK)
    QTest.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    await asyncio.sleep(0)
    assert not page.intake.cancel.isHidden()
    QTest.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(page.intake.cancel, Qt.MouseButton.LeftButton)
    await shell.settle()
    assert "You stopped waiting." in says(page)
    assert wallet.asked == [LINK]
    assert page.fields.isHidden()
    assert page.open_button.isEnabled(), "one may ask again"
    assert not page.link.isReadOnly()


async def test_a_text_from_elsewhere_is_named_and_waits_for_a_hand(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    shell.window.activateWindow()
    page.begin_with(LINK)
    await shell.settle()
    assert "A voucher of 127.0.0.1:8080." in says(page)
    assert page.open_button.hasFocus()
    assert wallet.asked == []
    QTest.keyClick(page.open_button, Qt.Key.Key_Space)
    await shell.settle()
    assert wallet.asked == [LINK]
    page.begin_with("0x8f3A12C4B7d09E21f3Aa5c6D7E8f901277b091C2")
    await shell.settle()
    assert "Ethereum" in says(page)
    assert page.link.hasFocus()
    assert wallet.asked == [LINK]


async def test_beginning_anew_ends_the_waiting_for_the_old(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.answers.clear()
    page = await the_page(shell)
    page.link.setText(LINK)
    QTest.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    await asyncio.sleep(0)
    QTest.keyClicks(page.link, "x")
    assert page.link.text() == LINK, "what is asked about stays"
    page.begin_with(LINK.lower())
    QTest.mouseClick(page.open_button, Qt.MouseButton.LeftButton)
    await asyncio.sleep(0.01)
    assert not page.intake.cancel.isHidden(), "the end of the old one does not hide that the new one is under way"
    wallet.answers.set()
    await shell.settle()
    assert wallet.asked == [LINK, LINK.lower()]
    assert not page.fields.isHidden()


async def test_nothing_of_a_voucher_is_kept(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell)
    await typed(shell, page, page.fields.amount, "15")
    shell.sections.show_section("activity")
    await shell.settle()
    assert LINK not in str(wallet._drafts) + str(wallet._settings)
    page.clear_draft()
    assert page.link.text() == page.fields.amount.text() == ""
    assert page.fields.isHidden()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_no_text_is_unnamed(text: str) -> None:
    found = recognise(text, Reach.PRACTICE)
    assert found.sentence.endswith((".", "?"))


async def test_a_voucher_that_was_opened_is_there_again_in_whatever_form_its_link_comes(
    shell: Shell, wallet: VoucherWallet
) -> None:
    page = await opened(shell)
    await typed(shell, page, page.fields.amount, "15")
    shell.sections.show_section("activity")
    await shell.settle()
    shell.sections.show_form(PRACTICE.id, link=f"  lightning:{LINK.lower()}\n")
    await shell.settle()
    assert page.fields.isVisible()
    assert page.fields.amount.text() == "15", "it is the same voucher"
    assert not page.open_button.isVisible()
    assert page.summary.review.isEnabled()
    assert wallet.asked == [LINK], "one look for one act of a person, for a link may burn"


async def test_two_opened_vouchers_are_both_there_and_one_that_was_handed_over_is_asked_anew(
    shell: Shell, wallet: VoucherWallet
) -> None:
    other = encode_lnurl("http://127.0.0.1:8080/u?q=8")
    await opened(shell)
    page = await opened(shell, other)
    page.begin_with(LINK)
    await shell.settle()
    assert page.fields.isVisible()
    page.clear_draft()
    del wallet.opened.offers[wallet.opened.find(LINK)]  # as the confirming wallet does
    page.begin_with(LINK)
    await shell.settle()
    assert page.open_button.isEnabled(), "this one was handed over"
    page.begin_with(other)
    await shell.settle()
    assert page.fields.isVisible()
    await wallet.lock()
    await shell.settle()
    await wallet.unlock(bytearray(PASSWORD))
    await shell.settle()
    page.begin_with(other)
    await shell.settle()
    assert page.fields.isVisible(), "what was opened is kept over a lock"
    assert wallet.asked == [LINK, other]


async def test_enter_goes_on_also_from_a_choice(shell: Shell) -> None:
    page = await opened(shell)
    gone_on: list[str] = []
    fields = page.fields
    for stop in (fields.amount, fields.invoice, fields.receiver.combo, fields.unit.combo):
        name = stop.accessibleName()
        count = fields.submitted.connect(lambda name=name: gone_on.append(name))
        QTest.keyClick(stop, Qt.Key.Key_Return)
        fields.submitted.disconnect(count)
    assert gone_on == ["Amount", "Invoice", "Where to receive", "Unit"]
