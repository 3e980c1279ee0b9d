"""Opened vouchers in the window: listed while none is in hand, taken up by a click or by their link, and forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from ashore.domain.errors import AshoreError
from ashore.engine.views import Change, Topic
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.ui.pages.home import HomePage
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.opened_vouchers import TITLE
from ashore.ui.shell.status import not_written
from unit.systems.lnurl.system.offers import offer, receiver
from unit.ui.balance_hands import with_balance
from unit.ui.driving import Shell
from unit.ui.filling import focused
from unit.ui.looking import texts
from unit.ui.standin import NOW
from unit.ui.voucher_hands import LINK, VoucherWallet, opened, says, the_page, typed

OTHER = encode_lnurl("http://127.0.0.1:8080/u?q=8")
FULL = "The vault cannot be written: the disk is full."


@pytest.fixture
def wallet() -> VoucherWallet:
    made = VoucherWallet()
    made.opened.keep(LINK, long_ago())
    made.opened.keep(OTHER, replace(offer(21_000, 21_000), opened_at=NOW - 60_000))
    return made


def long_ago() -> LnurlOffer:
    return replace(offer(), opened_at=NOW - 7_200_000)


def press(button: QAbstractButton) -> None:
    assert button.isEnabled()
    QApplication.sendPostedEvents()  # what was just shown has its place then
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def test_each_is_listed_and_gone_on_with_by_a_click(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    shown = texts(page.vouchers)
    assert TITLE in shown
    assert "10 sat to 20 sat, opened at " in shown
    assert "21 sat, opened at " in shown
    press(page.vouchers.cards[0].go_on_button)
    await shell.settle()
    assert page.fields.isVisible()
    assert page.vouchers.isHidden()
    assert "Opened at " in says(page)
    assert "so its service is not asked again" in says(page)
    assert page.summary.review.isEnabled()
    assert wallet.asked == [], "the service is not asked"
    assert wallet.opened.taken_up == [wallet.opened.find(LINK)]


async def test_each_is_known_by_the_words_of_its_service(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.opened.keep(
        LINK, replace(long_ago(), service=replace(long_ago().service, description='Tea" for <b>two</b>'))
    )
    page = await the_page(shell)
    card = page.vouchers.cards[0]
    assert "“Tea' for <b>two</b>”" in texts(card), "as plain text, between marks that it cannot close"
    press(card.forget_button)
    question = texts(card.question)
    assert "Forget this voucher: 127.0.0.1:8080, “Tea' for <b>two</b>”, 10 sat to 20 sat, opened at " in question


async def test_an_amount_that_is_fixed_is_a_fact(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    press(page.vouchers.cards[1].go_on_button)
    await shell.settle()
    assert page.fields.fixed.isVisible()
    assert page.fields.fixed.text() == "21 sat, fixed by the service"
    for hidden in (page.fields.amount, page.fields.unit, page.fields.least, page.fields.most):
        assert not hidden.isVisible()
    assert page.summary.review.isEnabled()
    assert focused() is page.fields.receiver.combo
    press(page.intake.aside)
    await shell.settle()
    press(page.vouchers.cards[0].go_on_button)
    await shell.settle()
    assert page.fields.amount.isVisible()
    assert page.fields.unit.isVisible()
    assert page.fields.fixed.isHidden()
    assert focused() is page.fields.amount


async def test_what_is_put_aside_is_listed_again(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    press(page.vouchers.cards[1].go_on_button)
    await shell.settle()
    assert page.fields.amount.text() == "21"
    press(page.intake.aside)
    await shell.settle()
    assert page.fields.isHidden()
    assert page.intake.aside.isHidden()
    assert len(page.vouchers.cards) == 2
    assert page.vouchers.isVisible()
    assert page.link.text() == ""


async def test_its_link_takes_it_up_and_shows_that_the_wallets_are_asked(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.opened.answers.clear()
    page = await the_page(shell)
    page.link.setText("lightning:" + LINK)
    await asyncio.sleep(0)
    assert page.intake.progress.isVisible()
    assert page.intake.cancel.isHidden(), "there is nothing that could be stopped"
    assert not page.open_button.isEnabled()
    QTest.keyClick(page.link, Qt.Key.Key_Return)
    wallet.opened.answers.set()
    await shell.settle()
    assert page.fields.isVisible()
    assert page.intake.progress.isHidden()
    assert wallet.asked == []
    page.link.setText(OTHER)
    await shell.settle()
    assert page.fields.amount.text() == "21", "and another link another one"
    assert wallet.asked == []


async def test_what_cannot_be_read_is_said_beside_the_field(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.opened.refusal = AshoreError("The vault’s note about this voucher cannot be read.", "Forget it.")
    page = await the_page(shell)
    press(page.vouchers.cards[0].go_on_button)
    await shell.settle()
    assert "cannot be read. Forget it." in says(page)
    assert page.fields.isHidden()
    assert page.vouchers.isVisible()
    press(page.vouchers.cards[0].forget_button)
    press(page.vouchers.cards[0].yes)
    await shell.settle()
    assert "cannot be read" in page.vouchers.notice.text, "nor is it forgotten without a word"
    assert len(page.vouchers.cards) == 2


async def test_forgetting_is_asked_about_and_says_what_it_means(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    card = page.vouchers.cards[0]
    press(card.forget_button)
    assert "nobody can withdraw this voucher any more" in texts(card)
    QTest.keyClick(card.no, Qt.Key.Key_Escape)
    assert card.question.isHidden()
    assert shell.sections.place == "voucher"
    press(card.forget_button)
    press(card.yes)
    await shell.settle()
    assert "The voucher of 127.0.0.1:8080 is forgotten." in page.vouchers.notice.text
    assert len(page.vouchers.cards) == 1
    page.link.setText(LINK)
    await shell.settle()
    assert page.open_button.isEnabled(), "its link is one like any other"


async def test_what_was_taken_back_after_forgetting_is_not_there_again(shell: Shell, wallet: VoucherWallet) -> None:
    page = await opened(shell, LINK + "x")  # a text that leads nowhere
    page.link.setText(LINK)
    await shell.settle()
    page.link.setText(LINK + "x")
    await shell.settle()
    press(page.vouchers.cards[0].forget_button)
    press(page.vouchers.cards[0].yes)
    await shell.settle()
    page.link.setText(LINK)
    await shell.settle()
    assert page.fields.isHidden()
    assert page.open_button.isEnabled()


async def test_an_answer_that_comes_when_one_has_gone_on_is_listed(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.opened.offers.clear()
    wallet.answers.clear()
    page = await the_page(shell)
    page.link.setText(LINK)
    press(page.open_button)
    await asyncio.sleep(0)
    page.begin_with("0x8f3A12C4B7d09E21f3Aa5c6D7E8f901277b091C2")
    wallet.answers.set()
    await shell.settle()
    assert page.fields.isHidden()
    assert "Ethereum" in says(page)
    assert len(page.vouchers.cards) == 1


async def test_an_error_that_comes_when_one_has_gone_on_says_nothing(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.opened.offers.clear()
    wallet.answers.clear()
    wallet.voucher = AshoreError("127.0.0.1:8080 says: “spent”")
    page = await the_page(shell)
    page.link.setText(LINK)
    press(page.open_button)
    await asyncio.sleep(0)
    page.begin_with(OTHER)
    wallet.answers.set()
    await shell.settle()
    assert "spent" not in says(page)
    assert page.open_button.isEnabled()


async def test_what_is_not_written_is_said_on_the_page_in_the_list_and_over_all(
    shell: Shell, wallet: VoucherWallet
) -> None:
    page = await the_page(shell)
    wallet.opened.trouble = FULL
    wallet.tell(Change(Topic.OPENED))
    await shell.settle()
    assert "It is not written to your vault yet." in texts(page.vouchers)
    assert FULL in shell.sections.banners.trouble.text
    assert "Withdraw it before you close Ashore" in shell.sections.banners.trouble.text
    press(page.vouchers.cards[0].go_on_button)
    await shell.settle()
    assert f"Opened, but not written to your vault. {FULL} Withdraw it before you close Ashore." in says(page)
    await wallet.lock()
    await shell.until(lambda: shell.sections.place == "unlock")
    await shell.settle()
    assert "Unlock Ashore before you close it, or the voucher may be lost." in shell.sections.banners.trouble.text
    wallet.opened.trouble = ""
    wallet.tell(Change(Topic.OPENED))
    await shell.settle()
    assert shell.sections.banners.trouble.isHidden()
    assert not_written("", locked=True) is None


async def test_the_first_page_says_how_many_wait(shell: Shell, wallet: VoucherWallet) -> None:
    shell.sections.show_section("withdraw")
    await shell.settle()
    home = shell.sections.page("withdraw")
    assert isinstance(home, HomePage)
    assert "2 opened vouchers are not withdrawn yet" in texts(home)
    await wallet.opened.forget(wallet.opened.find(OTHER))
    await shell.settle()
    assert "1 opened voucher is not withdrawn yet" in texts(home)
    await wallet.opened.forget(wallet.opened.find(LINK))
    await shell.settle()
    assert "not withdrawn yet" not in texts(home)
    assert "to a wallet of your own" in texts(home)


async def test_a_balance_that_was_looked_at_says_where_to_look_again(shell: Shell, wallet: VoucherWallet) -> None:
    page = await the_page(shell)
    assert isinstance(page, LnurlFormPage)
    page.show_opened(with_balance(kept=True))
    await shell.settle()
    assert "What is left there can be looked at again on the first page." in says(page)
    await wallet.lock()
    await shell.until(page.fields.isHidden)
    assert page.notice.text.endswith("Look again at the balance on the first page.")


async def test_what_was_typed_for_it_is_not_kept(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.opened.keep(LINK, replace(long_ago(), receivers=(receiver(),)))
    page = await the_page(shell)
    press(page.vouchers.cards[0].go_on_button)
    await shell.settle()
    await typed(shell, page, page.fields.amount, "13")
    press(page.intake.aside)
    press(page.vouchers.cards[0].go_on_button)
    await shell.settle()
    assert page.fields.amount.text() == "20"
