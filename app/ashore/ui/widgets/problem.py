"""A problem beside what it is about: a shape, a colour, a sentence, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ashore.systems.base import Problem, Severity
from ashore.ui.theme.icons import Icons, IconWidget
from ashore.ui.widgets.labels import Label, row, set_property
from ashore.ui.wording import breakable

_LOOKS = {
    Severity.BLOCKS: ("close", "bad", "Problem"),
    Severity.WARNS: ("alert", "warn", "Warning"),
    Severity.NOTES: ("info", "muted", "Note"),
}


class ProblemLine(QWidget):
    """One problem, or nothing."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icon = IconWidget(icons, "info", "muted", 15)
        self._text = Label(role="small", wrap=True)
        self._problem: Problem | None = None
        line = row(self._icon, self._text, spacing=6)
        line.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        line.setStretch(1, 1)
        self.setLayout(line)
        self.hide()

    @property
    def problem(self) -> Problem | None:
        """What is shown."""
        return self._problem

    @property
    def text(self) -> str:
        """What is shown, empty where nothing is."""
        return str(self._problem) if self._problem is not None else ""

    def show_problem(self, problem: Problem | None) -> None:
        """Show `problem`, or nothing."""
        if problem != self._problem:
            self._problem = problem
            if problem is not None:
                icon, token, word = _LOOKS[problem.severity]
                self._icon.show_icon(icon, token)
                self._text.setText(breakable(str(problem)))
                self._text.setAccessibleName(f"{word}: {problem}")
                set_property(self._text, "tone", token)
        self.setVisible(problem is not None)
