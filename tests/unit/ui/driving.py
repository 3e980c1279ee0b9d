"""The whole window on a stand-in wallet, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from ashore.ui.link_choice import LinkChoice
from ashore.ui.pages.voyage import VoyagePage
from ashore.ui.shell.sections import Sections
from ashore.ui.shell.state import WindowState
from ashore.ui.shell.window import MainWindow
from ashore.ui.tasks import Tasks
from ashore.ui.theme.icons import Icons
from unit.ui.standin import NOW, StandInWallet, sail

_POPUPS = (Qt.WindowType.Popup, Qt.WindowType.ToolTip)


class StrayWindows(QObject):
    """Notices widgets that were shown before they had a place, and so flashed up as windows of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            allowed = isinstance(watched, MainWindow | QDialog) or watched.windowType() in _POPUPS
            if not allowed:
                self.seen.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


class Shell:
    """The whole window on a stand-in wallet. `faults` holds what would have been a fault of the program."""

    def __init__(
        self, icons: Icons, wallet: StandInWallet, state: WindowState, links: LinkChoice | None = None
    ) -> None:
        self.wallet = wallet
        self.faults: list[BaseException] = []
        self.theme = icons.theme
        self.window = MainWindow(icons.theme, icons, state)
        self.tasks = Tasks(self.faults.append)
        self.sections = Sections(
            self.window,
            wallet,
            icons,
            self.tasks,
            lambda: NOW,
            data_place="/somewhere",
            unlock_hint="practice",
            state=state,
            links=links,
        )

    async def settle(self) -> None:
        """Wait until nothing is being worked on and what changed was shown."""
        await self.until(lambda: not self.tasks.busy and not self.sections.hub.pending)
        for _ in range(3):  # a height that follows a width is laid out in a second round
            await asyncio.sleep(0)
            QApplication.sendPostedEvents()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(5):
            while not true():
                await asyncio.sleep(0.005)


def open_voyage(shell: Shell, upto: str) -> VoyagePage:
    """Bring a withdrawal as far as `upto`, and look at its voyage."""
    sail(shell.wallet, "v", upto)
    shell.sections.show_voyage("v")
    page = shell.sections.page("voyage")
    assert isinstance(page, VoyagePage)
    return page
