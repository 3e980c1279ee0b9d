"""Links are opened with Ashore when a person says so: asked once, shown as it is, undone."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from ashore.desktop.registry_links import CLASSES, RegistryLinks
from ashore.ui.link_choice import ASKED, ASKED_KEY, LinkChoice
from ashore.ui.pages.link_asking import LinkAsking
from ashore.ui.pages.link_card import LinkCard
from ashore.ui.pages.settings import SettingsPage
from ashore.ui.shell.state import WindowState
from ashore.ui.theme.icons import Icons
from journeys.person import bring_into_view
from unit.desktop.test_registry_links import ELECTRUM, MemoryRegistry
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, nameless
from unit.ui.standin import StandInWallet

LIGHTNING = rf"{CLASSES}\lightning\shell\open\command"
Open = Callable[[], Shell]


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry()


@pytest.fixture
async def opened(icons: Icons, wallet: StandInWallet, registry: MemoryRegistry, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens windows of one wallet, one after another."""
    made: list[Shell] = []

    def window() -> Shell:
        choice = LinkChoice(RegistryLinks(registry, [r"C:\Ashore\ashore.exe"], "icon"))
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
        "Open lightning:, lnurlw:, ethereum: and ashore: links with Ashore? A click on one then fills a form here. "
        "It sends nothing. Settings undoes it. Now opened: lightning: by electrum.exe."
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


async def test_yes_opens_them_here_and_the_setting_gives_them_back(opened: Open, registry: MemoryRegistry) -> None:
    registry.set(LIGHTNING, "", ELECTRUM)
    shell = opened()
    await shell.settle()
    asking(shell).action.click()
    await shell.settle()
    assert asking(shell).isHidden()
    assert registry.keys[LIGHTNING][""].startswith(r"C:\Ashore\ashore.exe")
    setting = await card(shell)
    assert setting.tick.on
    assert setting.state.text() == "Now: lightning: Ashore · lnurlw: Ashore · ethereum: Ashore · ashore: Ashore."
    setting.tick.box.click()
    await shell.settle()
    assert not setting.tick.on
    assert setting.tick.box.isEnabled()
    words = "Now: lightning: electrum.exe · lnurlw: no program · ethereum: no program · ashore: no program."
    assert setting.state.text() == words
    assert registry.texts() == {LIGHTNING: {"": ELECTRUM}}


@pytest.mark.parametrize(("colours", "size"), [("light", 200), ("dark", 100), ("dark", 200)])
async def test_nothing_of_it_is_cut_off(opened: Open, registry: MemoryRegistry, colours: str, size: int) -> None:
    registry.set(LIGHTNING, "", ELECTRUM)
    shell = opened()
    shell.theme.apply(colours, size)
    await shell.settle()
    assert cut_off(shell.window) == []
    photograph(shell, f"link-asking-{colours}-{size}")
    asking(shell).action.click()
    setting = await card(shell)
    bring_into_view(setting.state)
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
    setting.tick.box.click()
    await shell.settle()
    assert not setting.tick.on
    assert "The system did not let Ashore change" in shell.sections.banners.fault.text


async def test_what_another_program_takes_is_seen_when_the_page_is(opened: Open, registry: MemoryRegistry) -> None:
    shell = opened()
    await shell.settle()
    setting = await card(shell)
    setting.tick.box.click()
    await shell.settle()
    registry.set(LIGHTNING, "", '"C:\\\u202eevil\x1b[0m\\' + "x" * 200 + '.exe" "%1"')
    shell.sections.show_section("activity")
    setting = await card(shell)
    assert setting.tick.on
    told = setting.state.text()
    assert "xxx" in told
    assert "\u202e" not in told
    assert "\x1b" not in told
    assert len(told) < 300
    assert "Your system’s own settings can give the others to Ashore" in told


async def test_where_it_is_so_already_nobody_is_asked(opened: Open, registry: MemoryRegistry) -> None:
    RegistryLinks(registry, [r"C:\Ashore\ashore.exe"], "icon").register()
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
