"""A window on a stand-in wallet, and how to look at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from ashore.resources import resource_path
from ashore.ui.shell.state import WindowState
from ashore.ui.theme import fonts
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from unit.ui.driving import Shell, StrayWindows
from unit.ui.standin import StandInWallet


@pytest.fixture(scope="session")
def _typefaces(qapp: QApplication) -> None:
    fonts.load(resource_path("fonts"))


@pytest.fixture
def theme(application: QApplication, _typefaces: None) -> Iterator[Theme]:
    """The light theme at the usual size."""
    application.setStyle("Fusion")
    made = Theme(application)
    made.apply("light", 100)
    yield made
    application.setStyleSheet("")
    application.setFont(QFont())
    made.setParent(None)


@pytest.fixture
def icons(theme: Theme) -> Icons:
    return Icons(resource_path("icons"), theme)


@pytest.fixture
def wallet() -> StandInWallet:
    return StandInWallet()


def close(shell: Shell) -> None:
    """Close the window, also over a voucher that was not opened: one that stays would be the last of a later test."""
    if not shell.window.close():
        shell.sections.banners.leaving.action.click()
    assert not shell.window.isVisible()
    shell.window.deleteLater()


@pytest.fixture
async def shell(icons: Icons, wallet: StandInWallet, tmp_path: Path) -> AsyncIterator[Shell]:
    """A started window of 1100 by 760 pixels."""
    stray = StrayWindows()
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(stray)
    made = Shell(icons, wallet, WindowState(tmp_path / "window.json"))
    made.window.resize(1100, 760)
    made.window.show()
    made.sections.start()
    await made.settle()
    yield made
    await made.tasks.aclose()
    close(made)
    QApplication.sendPostedEvents()
    application.removeEventFilter(stray)
    assert not made.faults
    assert not stray.seen


@pytest.fixture
def next_shell(icons: Icons, wallet: StandInWallet, tmp_path: Path) -> Iterator[Callable[[], Shell]]:
    """A second window on the same wallet, after the first was closed."""
    made: list[Shell] = []

    def make() -> Shell:
        again = Shell(icons, wallet, WindowState(tmp_path / "window.json"))
        again.window.show()
        again.sections.start()
        made.append(again)
        return again

    yield make
    for again in made:
        close(again)
