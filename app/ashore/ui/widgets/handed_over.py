"""What is said beside a button that hands a page to the browser: its address, to open it oneself.

Whether a browser took it, many desktops never tell: that it was handed over is all they say. So the address is named
whatever they say, and that none could be opened where even that is known.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ashore.systems.base import Problem, Severity
from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.buttons import CopyButton
from ashore.ui.widgets.labels import column
from ashore.ui.widgets.problem import ProblemLine
from ashore.ui.widgets.scroll import bring_into_view

NO_BROWSER = "No browser could be opened."
COPY = "Copy its address"
_MAYBE = "If no browser shows it, open it yourself: {}"
_YOURSELF = "Open it yourself: {}"


class HandedOver(QWidget):
    """Hidden until a page was handed over. `copy` copies its address, and may stand elsewhere beside it."""

    def __init__(self, icons: Icons, address: str, what: str) -> None:
        """`what` names the page: the address of … is copied."""
        super().__init__()
        self._address = address
        self.line = ProblemLine(icons)
        self.copy = CopyButton(f"the address of {what}", address, COPY)
        self.copy.setAccessibleName(f"Copy the address of {what}")
        self.setLayout(column(self.line, self.copy, spacing=4))
        self.hide()

    def tell(self, *, taken: bool) -> None:
        """Say what became of it: handed over, or taken by nobody."""
        if taken:
            self.line.show_problem(Problem(_MAYBE.format(self._address), severity=Severity.NOTES))
        else:
            self.line.show_problem(Problem(NO_BROWSER, _YOURSELF.format(self._address), Severity.WARNS))
        self.show()
        bring_into_view(self)
