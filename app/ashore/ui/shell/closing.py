"""Before the window closes: a voucher whose link is kept nowhere else is not lost without a word."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ashore.systems.base import Problem, Severity
from ashore.ui.arrivals import Arrivals
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.shell.banners import Banners
from ashore.ui.shell.window import MainWindow

AT_STAKE = Problem(
    "A voucher is here that was not opened yet. Its link is not kept when Ashore closes.",
    "Open it first: from then on it is kept, also over a lock and when Ashore is closed. Or keep its link elsewhere.",
    Severity.WARNS,
)


class Closing(QObject):
    """Holds the window back until a person has decided; never the end of the session or of the system."""

    def __init__(
        self, window: MainWindow, banners: Banners, arrivals: Arrivals, form: Callable[[], QWidget | None]
    ) -> None:
        """`form` is where a voucher's link stands, once that page was built."""
        super().__init__(window)
        self._window = window
        self._banners = banners
        self._arrivals = arrivals
        self._form = form
        self._agreed = False
        window.hold_back(self._asks)
        banners.leaving.acted.connect(self._close)
        banners.leaving.closed.connect(banners.space)

    @property
    def at_stake(self) -> bool:
        """Whether a voucher's link is here and nowhere else: in its form, or waiting below the page."""
        form = self._form()
        return self._arrivals.voucher_waits or (isinstance(form, LnurlFormPage) and bool(form.let_go))

    def _asks(self) -> bool:
        if self._agreed or not self.at_stake:
            return False
        self._banners.leaving.show_problem(AT_STAKE, act=True)
        self._banners.space()
        self._banners.leaving.close_button.setFocus()
        return True

    def _close(self) -> None:
        self._agreed = True
        self._window.close()
