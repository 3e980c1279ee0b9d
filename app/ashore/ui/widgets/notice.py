"""A notice in the page: a framed sentence with its severity, and at most one action."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from ashore.systems.base import Problem, Severity
from ashore.ui.theme.icons import Icons, IconWidget
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, column, set_property
from ashore.ui.widgets.settled import Settled
from ashore.ui.wording import breakable

_LOOKS = {
    Severity.BLOCKS: ("alert", "bad", "bad"),
    Severity.WARNS: ("alert", "warn", "warn"),
    Severity.NOTES: ("info", "accent", "note"),
}


class Notice(QFrame):
    """Hidden until there is something to say."""

    acted = Signal()
    closed = Signal()

    def __init__(self, icons: Icons, action: str = "", *, closable: bool = False, below: bool = False) -> None:
        """`below` puts the action under the text, for a notice in a column that is not wide."""
        super().__init__()
        self.setProperty("ground", "note")
        self._icon = IconWidget(icons, "info", "accent", 18)
        self.sentence = Label(role="strong", wrap=True)
        self.advice = Label(wrap=True)
        self.action = Button(action)
        self.close_button = Button("Dismiss")
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 10, 14, 10)
        line.setSpacing(10)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        told = column(self.sentence, self.advice, spacing=2)
        line.addLayout(told, 1)
        if below:
            told.addSpacing(6)
            told.addWidget(self.action, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            line.addWidget(self.action, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.close_button.setVisible(closable)
        self.action.clicked.connect(self.acted)
        self.close_button.clicked.connect(self._dismiss)
        for button in (self.action, self.close_button):
            Settled(button)  # a notice comes up by itself, maybe where somebody is about to press
        self.hide()

    @property
    def text(self) -> str:
        """What is said, empty where nothing is."""
        return "" if self.isHidden() else f"{self.sentence.text()} {self.advice.text()}".strip()

    def show_problem(self, problem: Problem, *, act: bool = False) -> None:
        """Say it; offer the action where it could help."""
        icon, token, look = _LOOKS[problem.severity]
        self._icon.show_icon(icon, token)
        set_property(self, "ground", look)
        self.sentence.setText(breakable(problem.sentence))
        self.advice.show_text(breakable(problem.advice))
        self.action.setVisible(act)
        self.setAccessibleName(str(problem))
        self.show()

    def show_done(self, sentence: str, advice: str) -> None:
        """Say that something has come to its good end."""
        self.show_problem(Problem(sentence, advice, Severity.NOTES))
        self._icon.show_icon("check", "ok")
        set_property(self, "ground", "ok")

    def clear(self) -> None:
        """Say nothing."""
        self.hide()

    def _dismiss(self) -> None:
        self.hide()
        self.closed.emit()
