"""Balance links in the window: kept by a tick alone, looked at by a click alone, and never shown (LUD-14)."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from ashore.domain.errors import AshoreError
from ashore.engine.kept_balances import KeptBalance
from ashore.engine.views import Change, Topic
from ashore.systems.lnurl.system.offer import KEEP_BALANCE
from ashore.ui.pages.kept_balances import KeptBalances
from ashore.ui.pages.lnurl_form import LnurlFormPage
from unit.ui.balance_hands import HOST, SECRET, Balances, the_list, with_balance
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, faint, marked_up, nameless, texts
from unit.ui.standin import NOW
from unit.ui.voucher_hands import VoucherWallet, opened, typed

ALBUM = os.environ.get("ASHORE_SHOTS", "")
LOOKS = [("light", 100, (1024, 700)), ("dark", 200, (1024, 700))]
FIRST = KeptBalance("1", HOST, 20_000, NOW - 60_000)
SECOND = KeptBalance("2", "xn--80ak6aa92e.example", 0, NOW - 90_000_000, NOW - 30_000)


@pytest.fixture
def balances() -> Balances:
    return Balances(FIRST, SECOND)


@pytest.fixture
def wallet(balances: Balances) -> VoucherWallet:
    made = VoucherWallet()
    made.balances = balances
    return made


def press(button: QAbstractButton) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def form(shell: Shell) -> LnurlFormPage:
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    return page


async def test_they_are_counted_only_where_they_are_seen(
    shell: Shell, wallet: VoucherWallet, balances: Balances
) -> None:
    shown = the_list(shell.sections)
    before = balances.listings
    wallet.tell(Change(Topic.WITHDRAWAL, "w"))
    await shell.settle()
    assert balances.listings == before + 1
    shell.sections.show_section("activity")
    balances.entries["1"] = replace(FIRST, taken_msat=5_000)
    wallet.tell(Change(Topic.WITHDRAWAL, "w"))
    await shell.settle()
    assert balances.listings == before + 1
    assert "you withdrew" not in texts(shown)
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert "you withdrew 5 sat since" in texts(shown)


# The tick


async def test_without_a_tick_nothing_is_kept(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = with_balance()
    page = await opened(shell)
    shown = texts(page.fields.balance)
    assert f"{HOST} says that 60 sat are left there." in shown
    assert "Whoever has this link can take the balance" in shown
    assert page.fields.values()[KEEP_BALANCE] == ""
    press(page.fields.balance.tick.box)
    assert page.fields.values()[KEEP_BALANCE] == "yes"
    QTest.keyClick(page.fields.balance.tick.box, Qt.Key.Key_Return)
    assert page.fields.values()[KEEP_BALANCE] == ""


async def test_each_voucher_begins_without_a_tick(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.voucher = with_balance()
    page = await opened(shell)
    press(page.fields.balance.tick.box)
    page.clear_draft()
    assert page.fields.values()[KEEP_BALANCE] == ""
    await opened(shell)
    assert not page.fields.balance.tick.on
    press(page.fields.balance.tick.box)
    await typed(shell, page, page.fields.amount, "15")
    assert page.fields.values()[KEEP_BALANCE] == "yes", "typing an amount does not change one's mind"


@pytest.mark.parametrize(
    ("left", "link", "tick", "said"),
    [
        (None, None, False, ""),
        (60_000, None, False, "60 sat are left"),
        (None, f"http://127.0.0.1:8080/left/{SECRET}", True, "Whoever"),
        (0, f"http://127.0.0.1:8080/left/{SECRET}?tag=login", False, "0 sat are left"),
    ],
)
async def test_a_tick_is_there_where_there_is_something_to_keep(
    shell: Shell, wallet: VoucherWallet, left: int | None, link: str | None, tick: bool, said: str
) -> None:
    wallet.voucher = with_balance(left, link=link)
    page = await opened(shell)
    assert page.fields.balance.tick.isHidden() is not tick
    assert said in texts(page.fields)
    assert page.fields.balance.isHidden() is not bool(said)


# Looking again


async def test_a_click_asks_once_and_opens_the_voucher_page(shell: Shell, balances: Balances) -> None:
    shown = the_list(shell.sections)
    assert "The service said 20 sat at " in texts(shown)
    balances.answers.clear()
    press(shown.cards[0].look_button)
    await asyncio.sleep(0.01)
    assert f"{HOST} is being asked." in texts(shown)
    assert not shown.cards[0].look_button.isEnabled()
    assert not shown.cards[0].forget_button.isEnabled()
    assert shown.cards[1].look_button.isEnabled()
    balances.answers.set()
    await shell.settle()
    assert balances.asked == ["1"]
    page = form(shell)
    assert page.isVisible()
    assert page.fields.amount.text() == "20"
    assert page.link.text() == ""
    assert "has taken the place of the old one" in texts(page.fields)
    assert page.fields.balance.tick.isHidden()
    assert page.fields.values()[KEEP_BALANCE] == ""
    assert page.summary.review.isEnabled()
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert "The service said 40 sat at " in texts(shown)


async def test_a_lock_forgets_the_offer_and_says_where_it_is_found_again(
    shell: Shell, wallet: VoucherWallet, balances: Balances
) -> None:
    shown = the_list(shell.sections)
    press(shown.cards[0].look_button)
    await shell.settle()
    assert form(shell).fields.amount.selectedText() == "20"
    await wallet.lock()
    await shell.settle()
    assert form(shell).fields.isHidden()
    assert "Look again at the balance on the first page." in form(shell).notice.text.replace("\u200b", "")


async def test_that_the_link_is_gone_is_said(shell: Shell, balances: Balances) -> None:
    shown = the_list(shell.sections)
    balances.answer = with_balance(40_000, link=None, kept=True)
    press(shown.cards[0].look_button)
    await shell.settle()
    assert "has deleted the one it kept" in texts(form(shell).fields)
    assert [card.kept.id for card in shown.cards] == ["2"]


async def test_the_last_one_that_went_leaves_nothing(shell: Shell, balances: Balances) -> None:
    shown = the_list(shell.sections)
    del balances.entries["2"]
    shown.refresh()
    balances.answer = with_balance(40_000, link=None, kept=True)
    press(shown.cards[0].look_button)
    await shell.settle()
    assert form(shell).isVisible()
    assert shown.isHidden()


async def test_an_answer_that_is_no_offer_is_said_in_its_place(shell: Shell, balances: Balances) -> None:
    shown = the_list(shell.sections)
    balances.answer = AshoreError(f"{HOST} has nothing left to withdraw now.", "Its link stays here.")
    press(shown.cards[0].look_button)
    await shell.settle()
    assert shown.notice.text.replace("\u200b", "") == f"{HOST} has nothing left to withdraw now. Its link stays here."
    assert shown.cards[0].look_button.isEnabled()
    press(shown.notice.close_button)
    assert shown.notice.text == ""
    assert not shown.isHidden()
    assert balances.asked == ["1"], "nothing is asked by itself"


async def test_who_has_gone_elsewhere_is_not_fetched_back(shell: Shell, balances: Balances) -> None:
    shown = the_list(shell.sections)
    balances.answers.clear()
    press(shown.cards[0].look_button)
    shell.sections.show_section("activity")
    balances.answers.set()
    await shell.settle()
    assert shell.sections.place == "activity"
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert "The service said 40 sat at " in texts(shown)


async def test_a_doubtful_link_is_said(shell: Shell) -> None:
    shown = the_list(shell.sections)
    assert shown.cards[0].doubt.isHidden()
    assert "no answer is known. The link may be out of date." in shown.cards[1].doubt.text
    assert "letters that may look like others" in texts(shown)


# Forgetting, and where nothing is


async def forgotten(shell: Shell, shown: KeptBalances) -> None:
    """Press Forget beside the first, and then yes."""
    press(shown.cards[0].forget_button)
    await shell.settle()
    press(shown.cards[0].yes)
    await shell.settle()


async def test_forgetting_asks_first_and_is_said(shell: Shell, balances: Balances) -> None:
    shown = the_list(shell.sections)
    shell.window.activateWindow()
    press(shown.cards[0].forget_button)
    assert "Ashore has no way to it any more" in texts(shown).replace("\n", " ")
    assert shown.cards[0].no.hasFocus()
    QTest.keyClick(shown.cards[0].no, Qt.Key.Key_Escape)
    await shell.settle()
    assert shown.cards[0].question.isHidden()
    assert shown.cards[0].forget_button.hasFocus()
    await forgotten(shell, shown)
    assert list(balances.entries) == ["2"]
    assert "is forgotten." in texts(shown)
    balances.refusal = AshoreError("The vault file cannot be written.", "Look at the disk.")
    await forgotten(shell, shown)
    assert "cannot be written" in texts(shown)
    assert list(balances.entries) == ["2"]
    balances.refusal = None
    await forgotten(shell, shown)
    assert shown.cards == []
    press(shown.notice.close_button)
    assert shown.isHidden()


async def test_it_is_hidden_where_there_are_none_and_appears_with_the_first(shell: Shell, balances: Balances) -> None:
    balances.entries.clear()
    shown = the_list(shell.sections)
    shown.refresh()
    assert shown.isHidden()
    balances.entries["1"] = FIRST
    shell.wallet.tell(Change(Topic.WITHDRAWAL, ""))
    await shell.settle()
    assert not shown.isHidden()
    balances.entries.clear()
    shell.wallet.tell(Change(Topic.LOCK))
    await shell.settle()
    assert shown.isHidden()


async def test_a_network_without_lightning_has_no_list(shell: Shell, wallet: VoucherWallet) -> None:
    wallet.balances = None
    shown = the_list(shell.sections)
    shown.refresh()
    assert shown.isHidden()


# What is seen


@pytest.mark.parametrize(("look", "percent", "size"), LOOKS)
async def test_it_is_whole_and_readable(
    shell: Shell, wallet: VoucherWallet, look: str, percent: int, size: tuple[int, int]
) -> None:
    shell.theme.apply(look, percent)
    shell.window.resize(*size)
    shown = the_list(shell.sections)
    shown.notice.show_done("Something is done.", "And something else is not.")
    shown.cards[0].ask(True)
    await shell.settle()
    photograph(shell, f"kept-{look}-{percent}")
    look_at(shown)
    wallet.voucher = with_balance()
    page = await opened(shell)
    press(page.fields.balance.tick.box)
    page.columns.main_scroll.ensureWidgetVisible(page.fields.balance)
    await shell.settle()
    photograph(shell, f"kept-form-{look}-{percent}")
    look_at(page.fields.balance)


def look_at(shown: object) -> None:
    assert isinstance(shown, KeptBalances) or shown is not None
    for seen in (cut_off, marked_up, nameless, faint):
        assert seen(shown) == []  # type: ignore[arg-type]


def photograph(shell: Shell, name: str) -> None:
    if ALBUM:
        Path(ALBUM).mkdir(parents=True, exist_ok=True)
        shell.window.grab().save(str(Path(ALBUM) / f"{name}.png"))


async def test_nothing_of_a_link_is_shown(shell: Shell, wallet: VoucherWallet, balances: Balances) -> None:
    wallet.voucher = replace(with_balance(), host=HOST)
    page = await opened(shell)
    balances.answer = with_balance(40_000, kept=True)
    shell.sections.show_section("withdraw")
    shown = the_list(shell.sections)
    press(shown.cards[0].look_button)
    await shell.settle()
    everything = texts(shell.window) + texts(page) + texts(shown) + page.link.text()
    assert SECRET not in everything + str(wallet._drafts) + str(wallet._settings)
