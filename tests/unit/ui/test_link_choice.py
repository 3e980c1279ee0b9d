"""Links are opened with Ashore when a person says so: asked once, shown as it is, undone."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ashore.desktop.links import REGISTERED
from ashore.desktop.registry_links import CLASSES, RegistryLinks
from ashore.ui.link_choice import ASKED, ASKED_KEY, LinkChoice
from ashore.ui.pages.link_asking import DISMISS, UNDO, LinkAsking
from ashore.ui.pages.link_card import LinkCard
from ashore.ui.pages.settings import SettingsPage
from ashore.ui.shell.state import WindowState
from ashore.ui.theme.icons import Icons
from journeys.person import bring_into_view
from unit.desktop.test_registry_links import CHOICE, ELECTRUM, MemoryRegistry
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, nameless
from unit.ui.standin import StandInWallet

LIGHTNING = rf"{CLASSES}\lightning\shell\open\command"
PROGRAM = r"C:\Ashore\ashore.exe"
Open = Callable[[], Shell]


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry()


@pytest.fixture
async def opened(icons: Icons, wallet: StandInWallet, registry: MemoryRegistry, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens windows of one wallet, one after another."""
    made: list[Shell] = []

    def window() -> Shell:
        choice = LinkChoice(RegistryLinks(registry, [PROGRAM], "icon"))
        shell = Shell(icons, wallet, WindowState(tmp_path / "window.json"), choice)
        shell.window.resize(1100, 760)
        shell.window.show()
        shell.sections.start()
        made.append(shell)
        return shell

    yield window
    for shell in made:
        await shell.tasks.aclose()
        shell.window.close()
        shell.window.deleteLater()
    QApplication.sendPostedEvents()
    assert not any(shell.faults for shell in made)


def asking(shell: Shell) -> LinkAsking:
    return shell.sections.home.asking


def ours(registry: MemoryRegistry) -> list[str]:
    """The schemes that are opened with Ashore, as Windows sees it."""
    return [each.scheme for each in RegistryLinks(registry, [PROGRAM], "icon").openers() if each.ours]


async def card(shell: Shell) -> LinkCard:
    shell.sections.show_section("settings")
    await shell.settle()
    page = shell.sections.page("settings")
    assert isinstance(page, SettingsPage)
    assert page.links is not None
    return page.links


async def test_it_is_asked_once_and_says_who_opens_them_now(
    opened: Open, registry: MemoryRegistry, wallet: StandInWallet
) -> None:
    registry.set(LIGHTNING, "", ELECTRUM)
    shell = opened()
    await shell.settle()
    assert asking(shell).text == (
        "Open lnurlw:, ethereum: and ashore: links with Ashore? No program opens them now. “electrum.exe” opens "
        "lightning: links, which stays as it is. A click on one then fills a form here, and sends nothing. "
        "Settings has a switch for each kind, and undoes it at any time."
    )
    assert cut_off(shell.window) == []
    assert nameless(shell.window) == []
    assert list(registry.texts()) == [LIGHTNING]
    asking(shell).close_button.click()
    assert wallet.setting(ASKED_KEY, "") == ASKED
    shell.sections.show_section("activity")
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert asking(shell).isHidden()
    again = opened()
    await again.settle()
    assert asking(again).isHidden()
    assert list(registry.texts()) == [LIGHTNING]


@pytest.mark.parametrize("by", ["mouse", "keys"])
async def test_a_yes_is_confirmed_in_its_place_and_can_be_undone_there(
    opened: Open, registry: MemoryRegistry, by: str
) -> None:
    registry.set(LIGHTNING, "", ELECTRUM)
    shell = opened()
    await shell.settle()
    card = asking(shell)
    if by == "mouse":
        QTest.mouseClick(card.action, Qt.MouseButton.LeftButton)
    else:
        card.action.setFocus()
        QTest.keyClick(card.action, Qt.Key.Key_Return)
    assert not card.action.isEnabled(), "one change for one press"
    await shell.settle()
    assert card.text == (
        "Ashore opens lnurlw:, ethereum: and ashore: links now. "
        "Settings has a switch for each kind, and undoes it at any time."
    )
    assert ours(registry) == ["lnurlw", "ethereum", "ashore"]
    assert registry.keys[LIGHTNING][""] == ELECTRUM, "what another program opens is not taken by a Yes"
    assert (card.action.text(), card.close_button.text()) == (UNDO, DISMISS)
    assert shell.window.focusWidget() is card.close_button, "a second Enter undoes nothing"
    assert card.close_button.property("ring") == ("keys" if by == "keys" else "")
    card.action.click()
    await shell.settle()
    assert card.text.startswith("Links are opened as before.")
    assert card.action.isHidden()
    assert registry.texts() == {LIGHTNING: {"": ELECTRUM}}
    shell.sections.show_section("activity")
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert card.isHidden()


async def test_who_dismisses_the_confirmation_keeps_what_was_chosen(opened: Open, registry: MemoryRegistry) -> None:
    shell = opened()
    await shell.settle()
    asking(shell).action.click()
    await shell.settle()
    asking(shell).close_button.click()
    assert asking(shell).isHidden()
    assert ours(registry) == list(REGISTERED)


async def test_what_is_refused_of_a_yes_is_told_by_its_scheme(opened: Open, registry: MemoryRegistry) -> None:
    registry.refused = rf"{CLASSES}\ethereum"
    shell = opened()
    await shell.settle()
    asking(shell).action.click()
    await shell.settle()
    assert asking(shell).text == (
        "Ashore opens lightning:, lnurlw: and ashore: links now, but not all that you chose. "
        "ethereum: is still opened by no program. Windows did not let it be written for this user."
    )
    asking(shell).action.click()
    await shell.settle()
    assert registry.texts() == {}
    registry.refuses = True


async def test_a_yes_that_is_refused_whole_is_no_good_end(opened: Open, registry: MemoryRegistry) -> None:
    registry.refuses = True
    shell = opened()
    await shell.settle()
    asking(shell).action.click()
    await shell.settle()
    assert asking(shell).text.startswith("The system did not let Ashore change which program opens links.")
    assert asking(shell).text.count("is still opened by no program.") == 4
    assert asking(shell).action.isHidden()
    assert asking(shell).close_button.isEnabled()


async def test_a_yes_takes_nothing_from_a_program_that_came_after_the_question(
    opened: Open, registry: MemoryRegistry
) -> None:
    shell = opened()
    await shell.settle()
    assert asking(shell).text.startswith("Open lightning:, lnurlw:, ethereum: and ashore: links with Ashore?")
    registry.set(LIGHTNING, "", ELECTRUM)
    asking(shell).action.click()
    await shell.settle()
    assert registry.keys[LIGHTNING][""] == ELECTRUM
    assert ours(registry) == ["lnurlw", "ethereum", "ashore"]
    assert asking(shell).text == (
        "Ashore opens lnurlw:, ethereum: and ashore: links now, but not all that you chose. "
        "lightning: is opened by “electrum.exe” by now, and stays so."
    )
    assert cut_off(shell.window) == []
    asking(shell).action.click()
    await shell.settle()
    assert registry.texts() == {LIGHTNING: {"": ELECTRUM}}


async def test_a_yes_for_which_nothing_is_left_free_is_no_refusal(opened: Open, registry: MemoryRegistry) -> None:
    for scheme in ("lnurlw", "ethereum", "ashore"):
        registry.machine[rf"{CLASSES}\{scheme}\shell\open\command", ""] = ELECTRUM
    shell = opened()
    await shell.settle()
    assert asking(shell).text.startswith(
        "Open lightning: links with Ashore? No program opens them now. “electrum.exe” opens lnurlw:, ethereum: and "
        "ashore: links, which stays as it is."
    )
    registry.set(LIGHTNING, "", ELECTRUM)
    asking(shell).action.click()
    await shell.settle()
    assert asking(shell).text == (
        "Nothing was changed. lightning: is opened by “electrum.exe” by now, and stays so. "
        "Settings has a switch for each kind, and undoes it at any time."
    )
    assert asking(shell).action.isHidden()
    assert asking(shell).close_button.isEnabled()
    assert registry.texts() == {LIGHTNING: {"": ELECTRUM}}


async def test_where_other_programs_open_them_all_nobody_is_asked(
    opened: Open, registry: MemoryRegistry, wallet: StandInWallet
) -> None:
    for scheme in REGISTERED:
        registry.set(rf"{CLASSES}\{scheme}\shell\open\command", "", ELECTRUM)
    shell = opened()
    await shell.settle()
    assert asking(shell).isHidden()
    assert wallet.setting(ASKED_KEY, "") == ""


async def test_each_kind_has_its_switch(opened: Open, registry: MemoryRegistry) -> None:
    registry.set(LIGHTNING, "", ELECTRUM)
    before = registry.texts()
    shell = opened()
    await shell.settle()
    setting = await card(shell)
    assert [tick.on for tick in setting.ticks.values()] == [False] * 4
    assert setting.ticks["lightning"].meaning.text().endswith("Now opened by “electrum.exe”.")
    assert setting.ticks["lightning"].box.accessibleDescription().endswith("Now opened by “electrum.exe”.")
    assert setting.ticks["ethereum"].meaning.text().endswith("Now opened by no program.")
    for scheme in ("lightning", "ethereum"):
        setting.ticks[scheme].box.setFocus()
        QTest.keyClick(setting.ticks[scheme].box, Qt.Key.Key_Space)
        await shell.settle()
        assert shell.window.focusWidget() is setting.ticks[scheme].box
    assert [scheme for scheme, tick in setting.ticks.items() if tick.on] == ["lightning", "ethereum"]
    assert ours(registry) == ["lightning", "ethereum"]
    assert setting.ticks["lightning"].meaning.text().endswith("Now opened by Ashore.")
    setting.ticks["lightning"].box.click()
    await shell.settle()
    assert ours(registry) == ["ethereum"]
    assert setting.ticks["lightning"].meaning.text().endswith("Now opened by “electrum.exe”.")
    setting.ticks["ethereum"].box.click()
    await shell.settle()
    assert registry.texts() == before


@pytest.mark.parametrize(("colours", "size"), [("light", 200), ("dark", 100), ("dark", 200)])
async def test_nothing_of_it_is_cut_off(opened: Open, registry: MemoryRegistry, colours: str, size: int) -> None:
    registry.set(LIGHTNING, "", ELECTRUM)
    shell = opened()
    shell.theme.apply(colours, size)
    await shell.settle()
    assert cut_off(shell.window) == []
    photograph(shell, f"link-asking-{colours}-{size}")
    asking(shell).action.click()
    await shell.settle()
    photograph(shell, f"link-done-{colours}-{size}")
    assert cut_off(shell.window) == []
    setting = await card(shell)
    bring_into_view(setting.ticks["ashore"].meaning)
    await shell.settle()
    assert cut_off(shell.window) == []
    photograph(shell, f"link-setting-{colours}-{size}")


def photograph(shell: Shell, name: str) -> None:
    if "ASHORE_SHOTS" in os.environ:
        shell.window.grab().save(str(Path(os.environ["ASHORE_SHOTS"]) / f"{name}.png"))


async def test_what_the_system_refuses_is_said_and_shown_as_it_is(opened: Open, registry: MemoryRegistry) -> None:
    shell = opened()
    await shell.settle()
    setting = await card(shell)
    registry.refuses = True
    setting.ticks["lnurlw"].box.click()
    await shell.settle()
    assert not setting.ticks["lnurlw"].on
    assert setting.trouble.text == (
        "The system did not let Ashore change which program opens links. lnurlw: is still opened by no program. "
        "Windows did not let it be written for this user."
    )
    registry.refuses = False
    setting.ticks["lnurlw"].box.click()
    await shell.settle()
    assert setting.ticks["lnurlw"].on
    assert setting.trouble.isHidden()


async def test_a_choice_of_the_systems_own_that_comes_first_is_said(opened: Open, registry: MemoryRegistry) -> None:
    registry.set(CHOICE, "ProgId", "Electrum.Url")
    shell = opened()
    await shell.settle()
    setting = await card(shell)
    setting.ticks["lightning"].box.click()
    await shell.settle()
    assert not setting.ticks["lightning"].on
    assert "lightning: is still opened by “Electrum.Url”. Another choice comes first" in setting.trouble.text


async def test_what_another_program_takes_is_seen_when_the_page_is(opened: Open, registry: MemoryRegistry) -> None:
    shell = opened()
    await shell.settle()
    setting = await card(shell)
    setting.ticks["lightning"].box.click()
    await shell.settle()
    assert setting.ticks["lightning"].on
    registry.set(LIGHTNING, "", '"C:\\\u202eevil”\x1b[0m\\' + "x" * 200 + '.exe" "%1"')
    shell.sections.show_section("activity")
    setting = await card(shell)
    assert not setting.ticks["lightning"].on
    told = setting.ticks["lightning"].meaning.text()
    assert "xxx" in told
    assert "\u202e" not in told
    assert "\x1b" not in told
    assert told.count("”") == 1, "the name of a program cannot end its quotation"
    assert len(told) < 200


async def test_what_the_settings_have_answered_is_not_asked_on(opened: Open, registry: MemoryRegistry) -> None:
    shell = opened()
    await shell.settle()
    assert asking(shell).text.startswith("Open lightning:, lnurlw:, ethereum: and ashore: links")
    registry.set(LIGHTNING, "", ELECTRUM)
    shell.sections.show_section("activity")
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert asking(shell).text.startswith("Open lnurlw:, ethereum: and ashore: links"), "it is asked about what is so"
    setting = await card(shell)
    setting.ticks["ethereum"].box.click()
    await shell.settle()
    shell.sections.show_section("withdraw")
    await shell.settle()
    assert asking(shell).isHidden()
    assert ours(registry) == ["ethereum"]


async def test_where_it_is_so_already_nobody_is_asked(opened: Open, registry: MemoryRegistry) -> None:
    RegistryLinks(registry, [PROGRAM], "icon").register()
    shell = opened()
    await shell.settle()
    assert asking(shell).isHidden()


async def test_without_a_choice_there_is_nothing_to_set(shell: Shell) -> None:
    shell.sections.show_section("settings")
    await shell.settle()
    page = shell.sections.page("settings")
    assert isinstance(page, SettingsPage)
    assert page.links is None
    assert asking(shell).isHidden()
