"""The sentences below the page: what stands in the way, what went wrong, what came, and what has ended.

They come up by themselves, at any time. Above the page they would push it down under the pointer of whoever is about
to press a button there.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from ashore.systems.base import Problem
from ashore.ui.port import WalletPort
from ashore.ui.shell.status import link_not_written, not_written, trouble
from ashore.ui.shell.window import MainWindow
from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.notice import Notice

LEAVE = "Close all the same"


class Banners(QObject):
    """Says the worst that is so, and no trouble that another banner explains."""

    def __init__(self, window: MainWindow, wallet: WalletPort, icons: Icons) -> None:
        super().__init__(window)
        self._below = window.below
        self._wallet = wallet
        self.trouble = Notice(icons)
        self.fault = Notice(icons, closable=True)
        self.stopped = Notice(icons, action="Start it again")
        self.arrived = Notice(icons, action="Show it", closable=True)
        self.leaving = Notice(icons, action=LEAVE, closable=True)
        self.leaving.close_button.setText("Stay here")
        self._all = (self.leaving, self.stopped, self.trouble, self.fault, self.arrived)
        for banner in self._all:
            self._below.column.addWidget(banner)
        self.fault.closed.connect(self.space)

    def show_trouble(self) -> None:
        """What keeps the wallet from going on, as it is now."""
        wallet = self._wallet
        problem = trouble(wallet.health(), wallet.operator_notes(), practice=wallet.sandbox is not None)
        opened, unopened = wallet.opened, wallet.unopened
        lost = not_written(opened.trouble, locked=wallet.locked) if opened is not None else None
        if lost is None and unopened is not None:
            lost = link_not_written(unopened.trouble)
        if lost is not None:
            self.trouble.show_problem(lost)
        elif problem is None or not self.stopped.isHidden():
            self.trouble.clear()
        else:
            self.trouble.show_problem(problem)
        self.space()

    def show_stopped(self, problem: Problem | None, *, act: bool = True) -> None:
        """The practice network's process has ended, which explains every other trouble; None when it runs again."""
        if problem is None:
            self.stopped.clear()
        else:
            self.stopped.show_problem(problem, act=act)
        self.show_trouble()

    def show_fault(self, problem: Problem) -> None:
        """A calm sentence, until it is dismissed."""
        self.fault.show_problem(problem)
        self.space()

    def space(self) -> None:
        """Leave room around what is said."""
        said = not all(notice.isHidden() for notice in self._all)
        self._below.leave_room(12 if said else 0, 16 if said else 0)
