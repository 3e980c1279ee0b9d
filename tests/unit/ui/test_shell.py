"""The frame: ways, keys, lock, health, faults, and what survives closing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.observations import ChainHealth
from ashore.engine.autolock import LOCK_AFTER
from ashore.engine.views import Change, Topic
from ashore.systems.base import Problem
from ashore.ui.pages.activity import ActivityPage
from ashore.ui.pages.home import HomePage
from ashore.ui.pages.practice import CLOCK_KEY
from ashore.ui.pages.settings import TEXT_SIZE_KEY, THEME_KEY, SettingsPage
from ashore.ui.pages.unlock import UnlockPage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from ashore.ui.shell.sidebar import SECTIONS
from ashore.ui.shell.state import WindowState
from ashore.ui.shell.status import health_words, lock_words, trouble
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.standin import NOW, OTHER, PROFILE, sail, shown
from unit.ui.test_unclaimed_page import OWED


def unlock_page(shell: Shell) -> UnlockPage:
    page = shell.window.stack.currentWidget()
    assert isinstance(page, UnlockPage)
    return page


async def test_control_and_a_number_choose_a_section(shell: Shell) -> None:
    shell.window.activateWindow()
    for place, (key, _title, _icon) in reversed(list(enumerate(SECTIONS, 1))):
        QTest.keySequence(shell.window, f"Ctrl+{place}")
        assert shell.sections.place == key
        assert shell.window.side.buttons[key].isChecked()


async def test_escape_goes_back(shell: Shell) -> None:
    shell.window.activateWindow()
    sail(shell.wallet, "a", "executed")
    shell.sections.show_section("activity")
    shell.sections.show_voyage("a")
    QTest.keyClick(shell.window, Qt.Key.Key_Escape)
    assert shell.sections.place == "activity"
    QTest.keyClick(shell.window, Qt.Key.Key_Escape)
    assert shell.sections.place == "activity"


async def test_the_network_is_always_visible(shell: Shell) -> None:
    for key, _title, _icon in SECTIONS:
        shell.sections.show_section(key)
        assert shell.window.side.badge.isVisible()
        assert shell.window.side.badge.text() == "SANDBOX"
        assert shell.window.stripe.isVisible()
        assert shell.window.stripe.height() == 3


async def test_the_count_of_what_is_under_way(shell: Shell) -> None:
    button = shell.window.side.buttons["activity"]
    assert not button.count.isVisible()
    for name in ("a", "b"):
        sail(shell.wallet, name, "executed")
    await shell.settle()
    assert button.count.text() == "2"
    assert button.accessibleName() == "Activity, 2 open"


async def test_the_first_page_follows_what_is_under_way(shell: Shell) -> None:
    page = shell.sections.page("withdraw")
    assert isinstance(page, HomePage)
    assert "Nothing is under way." in texts(page)
    sail(shell.wallet, "a", "committed")
    await shell.settle()
    assert "Committed · we checked it" in texts(page)
    assert "1,245.50 USDC" in texts(page)
    assert page.cards[0].detail.text().startswith("in 2 sub-accounts · also 310.00 USD")
    assert "1,245.50 USDC in 2 sub-accounts" in page.cards[0].accessibleName()
    page.rows[0].click()
    assert shell.sections.place == "voyage"


async def test_asking_for_balances_is_not_done_for_its_own_sake(shell: Shell) -> None:
    """Asking counts as use: a window that is only open must still lock itself."""
    asked = 0
    real = shell.wallet.open

    async def counting(profile: str, account: int) -> object:
        nonlocal asked
        asked += 1
        return await real(profile, account)

    shell.wallet.open = counting  # type: ignore[method-assign, assignment]
    for _ in range(3):
        shell.wallet.tell(Change(Topic.HEALTH))
        await shell.settle()
    assert asked == 0


# Lock


async def test_lock_and_unlock(shell: Shell) -> None:
    shell.window.activateWindow()
    shell.sections.show_section("accounts")
    shell.window.side.lock.click()
    await shell.settle()
    page = unlock_page(shell)
    assert not any(button.isEnabled() for button in shell.window.side.buttons.values())
    assert "Locked" in shell.window.side.lock_time.text()
    assert QApplication.focusWidget() is page.password
    QTest.keySequence(shell.window, "Ctrl+2")
    assert shell.sections.place == "unlock"
    QTest.keyClicks(page.password, "wrong")
    QTest.keyClick(page.password, Qt.Key.Key_Return)
    await shell.settle()
    assert page.field.problem.text == "That is not the password."
    assert "Restore a backup." not in texts(page)
    page.why.button.click()
    assert "Restore a backup." in texts(page)
    page.password.setFocus()
    QTest.keyClicks(page.password, "practice")
    QTest.keyClick(page.password, Qt.Key.Key_Return)
    await shell.settle()
    assert shell.sections.place == "accounts"
    assert page.password.text() == ""


async def test_an_empty_password_is_not_tried(shell: Shell) -> None:
    await shell.wallet.lock()
    await shell.settle()
    unlock_page(shell).unlock.click()
    assert "Enter your password." in unlock_page(shell).field.problem.text


async def test_a_locked_window_tells_how_many_are_watched_and_nothing_else(shell: Shell) -> None:
    for name in ("a", "b"):
        sail(shell.wallet, name, "executed")
    await shell.settle()
    await shell.wallet.lock()
    await shell.settle()
    assert "2 withdrawals are under way. Watching goes on." in texts(shell.window)
    shell.wallet.happen(ev.StageReached("a", "paid", shown("Withdrawal", NOW, 21_004_170, Level.IRREVERSIBLE)))
    await shell.settle()
    assert "1 withdrawal is under way. Watching goes on." in texts(shell.window)
    assert "USDC" not in texts(shell.window)
    assert OTHER[:6] not in texts(shell.window)


def test_words_of_the_lock() -> None:
    assert lock_words(300) == "Unlocked · locks in 5 min"
    assert lock_words(241) == "Unlocked · locks in 5 min"
    assert lock_words(40) == "Unlocked · locks in 40 s"
    assert lock_words(None) == "Unlocked"


# Health


@pytest.mark.parametrize(
    ("agreeing", "text", "tone"),
    [(3, "3 of 3 endpoints agree", "ok"), (2, "2 of 3 endpoints agree", "warn"), (1, "1 of 3 endpoints agree", "bad")],
)
def test_words_of_the_endpoints(agreeing: int, text: str, tone: str) -> None:
    words = health_words([ChainHealth("Harbour", agreeing, 3, 1200, 1100, ("third lags",))])
    assert (words.text, words.tone) == (text, tone)
    assert "third lags" in words.details
    assert "1,200" in words.details


def test_the_worst_chain_is_the_one_that_is_named() -> None:
    words = health_words([ChainHealth("A", 3, 3, 1, 1), ChainHealth("B", 2, 3, 1, 1)])
    assert words.text == "2 of 3 endpoints agree on B"
    assert health_words([]).tone == "muted"


def test_trouble_is_said_in_the_order_of_its_weight() -> None:
    good, few, dark = (ChainHealth("A", agreeing, 3, 1, 1) for agreeing in (3, 1, 0))
    assert trouble([good], []) is None
    assert trouble([], []) is None
    assert "offline" in str(trouble([dark], ["zkLink’s node does not answer."]))
    assert "offline" not in str(trouble([dark], [], practice=True)), "it is on this computer"
    assert "Too few endpoints agree" in str(trouble([few], []))
    assert "zkLink’s node does not answer." in str(trouble([good], ["zkLink’s node does not answer."]))


async def test_the_banner_comes_and_goes(shell: Shell) -> None:
    assert not shell.sections.banners.trouble.isVisible()
    shell.wallet.chains = (ChainHealth("Arbitrum", 0, 3, 1, 1),)
    shell.wallet.tell(Change(Topic.HEALTH))
    await shell.settle()
    assert shell.sections.banners.trouble.text.startswith("The practice network does not answer.")
    shell.wallet.chains = (ChainHealth("Arbitrum", 3, 3, 1, 1),)
    shell.wallet.tell(Change(Topic.HEALTH))
    await shell.settle()
    assert not shell.sections.banners.trouble.isVisible()


# Faults


async def test_a_fault_is_one_calm_sentence_without_its_text(shell: Shell) -> None:
    async def broken() -> None:
        raise ZeroDivisionError("secret 0xdeadbeef")

    shell.tasks.start(broken())
    await shell.settle()
    assert [type(fault) for fault in shell.faults] == [ZeroDivisionError]
    shell.faults.clear()
    shell.sections.banners.show_fault(Problem("Something in the window went wrong.", "Your money is not affected."))
    assert shell.sections.banners.fault.isVisible()
    shell.sections.banners.fault.close_button.click()
    assert not shell.sections.banners.fault.isVisible()


async def test_errors_for_people_go_to_who_asked(shell: Shell) -> None:
    told: list[AshoreError] = []

    async def refused() -> None:
        raise AshoreError("No.", "Later.")

    shell.tasks.start(refused(), failed=told.append)
    await shell.settle()
    assert [str(error) for error in told] == ["No. Later."]


async def test_work_of_a_name_replaces_earlier_work(shell: Shell) -> None:
    import asyncio

    done: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0.01)
        done.append(number)

    for number in range(5):
        shell.tasks.start(work(number), name="same")
    await shell.settle()
    assert done == [4]


# Settings


async def test_settings_are_in_force_at_once(shell: Shell) -> None:
    shell.sections.show_section("settings")
    page = shell.sections.page("settings")
    assert isinstance(page, SettingsPage)

    def choose(key: str, value: str) -> None:
        next(b for b in page.groups[key].buttons() if b.property("value") == value).click()

    choose(THEME_KEY, "dark")
    assert shell.theme.dark
    choose(TEXT_SIZE_KEY, "200")
    assert shell.theme.text_size == 200
    assert not page.steps.next_stage.isVisible()
    choose(CLOCK_KEY, "step")
    await shell.settle()
    assert shell.wallet.setting(CLOCK_KEY, "") == "step"
    page.steps.next_stage.click()
    page.steps.next_block.click()
    await shell.settle()
    assert shell.wallet.sandbox is not None
    assert shell.wallet.sandbox.asked == ["step", "stage", "block", "block"]
    assert shell.wallet.looks == 2
    assert "/somewhere" in texts(page).replace("\u200b", "")


async def test_the_time_of_the_automatic_lock_is_chosen(shell: Shell) -> None:
    shell.sections.show_section("settings")
    page = shell.sections.page("settings")
    assert isinstance(page, SettingsPage)
    choices = {str(b.property("value")): b for b in page.groups[LOCK_AFTER].buttons()}
    assert [value for value, button in choices.items() if button.isChecked()] == ["0"], "never, in practice"
    assert [button.text() for button in choices.values()] == ["Never", "1 min", "5 min", "15 min", "1 h"]
    choices["900"].click()
    assert shell.wallet.setting(LOCK_AFTER, "") == "900"
    assert shell.wallet.sandbox is not None
    assert shell.wallet.sandbox.asked == []


async def test_use_of_the_window_puts_the_lock_off(shell: Shell) -> None:
    handle = shell.window.windowHandle()
    before = shell.wallet.touches
    QTest.keyClick(handle, Qt.Key.Key_A)
    assert shell.wallet.touches > before


# What survives closing


async def test_where_the_window_stood(shell: Shell, tmp_path: Path) -> None:
    shell.window.resize(790, 641)
    shell.window.close()
    assert WindowState(tmp_path / "window.json").geometry()
    shell.window.resize(770, 600)
    shell.window._state = WindowState(tmp_path / "window.json")
    shell.window._restore_geometry()
    assert shell.window.size().toTuple() == (790, 641)


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"geometry": 5, "theme": ["dark"]}', "\x00" * 99])
def test_a_broken_memory_is_as_good_as_none(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "window.json"
    file.write_text(broken)
    state = WindowState(file)
    assert state.geometry() == b""
    assert state.text("theme", "system") == "system"
    state.remember(theme="dark")
    assert WindowState(file).text("theme", "system") == "dark"


def test_a_disk_that_refuses_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    state = WindowState(tmp_path / "file" / "window.json")
    state.remember(theme="dark")
    assert state.text("theme", "system") == "dark"


async def test_leaving_a_page_keeps_its_draft(shell: Shell) -> None:
    shell.sections.show_form(PROFILE)
    await shell.settle()
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    QTest.keyClicks(form.fields.amount, "7")
    shell.sections.show_section("settings")
    assert shell.wallet.load_draft("zklink")["amount"] == "7"
    await shell.until(lambda: not form.pending)  # its timer would go off when the test's loop has ended


async def test_nothing_is_asked_of_a_wallet_that_closes(shell: Shell) -> None:
    for number in range(3):
        sail(shell.wallet, f"w{number}", "executed")
    shell.sections.show_form(PROFILE)
    await shell.settle()
    form = shell.sections.page("form")
    assert isinstance(form, ZkLinkFormPage)
    shell.sections.show_section("activity")
    page = shell.sections.page("activity")
    assert isinstance(page, ActivityPage)
    shell.wallet.happen(ev.FactLearnt("w0", "x", "y", "zkLink"))
    await shell.until(lambda: page.pending)
    QTest.keyClicks(page.search, "usdc")
    form.fields.edited.emit()
    assert form.pending
    shell.sections.close()
    asked: list[str] = []
    for name in ("activity", "voyage", "quote", "save_draft", "load_draft", "setting", "proof", "open_count"):
        setattr(shell.wallet, name, lambda *_given, name=name: asked.append(name))
    shell.wallet.happen(ev.FactLearnt("w0", "x", "z", "zkLink"))
    QTest.keySequence(shell.window, "Ctrl+1")
    QTest.keySequence(shell.window, "Esc")
    shell.window.resize(900, 600)
    shell.sections.close()  # as closing the window does once more
    assert not [timer for timer in shell.sections.findChildren(QTimer) if timer.isActive()]
    assert not [timer for built in (page, form) for timer in built.findChildren(QTimer) if timer.isActive()]
    assert "Ashore is closing." in texts(shell.window)
    await shell.settle()
    assert asked == []


async def test_a_locked_window_says_that_something_waits_and_nothing_else_of_it(shell: Shell) -> None:
    await shell.wallet.lock()
    await shell.settle()
    page = unlock_page(shell)
    assert not page.waiting.isVisible()
    shell.wallet.unclaimed.found = (OWED,)
    shell.wallet.tell(Change(Topic.UNCLAIMED))
    await shell.settle()
    assert page.waiting.text() == "1 thing waits to be claimed. Unlock to see what."
    shell.wallet.unclaimed.found = (OWED, replace(OWED, token_id=18), replace(OWED, token_id=19, amount=0))
    shell.wallet.tell(Change(Topic.UNCLAIMED))
    await shell.settle()
    assert page.waiting.text() == "2 things wait to be claimed. Unlock to see what."
    assert "25" not in page.waiting.text()
    shell.wallet.unclaimed.claimed_by = "c"
    shell.wallet.tell(Change(Topic.UNCLAIMED))
    await shell.settle()
    assert not page.waiting.isVisible()
