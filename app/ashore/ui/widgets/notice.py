"""A notice in the page: a framed sentence with its severity, and at most one action."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from ashore.systems.base import Problem, Severity
from ashore.ui.theme.icons import Icons, IconWidget
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import Label, column, set_property
from ashore.ui.widgets.settled import Settled
from ashore.ui.wording import breakable

_LOOKS = {
    Severity.BLOCKS: ("alert", "bad", "bad"),
    Severity.WARNS: ("alert", "warn", "warn"),
    Severity.NOTES: ("info", "accent", "note"),
}

_LETTERS = 40
"""So many letters in a line can be read well. Where the buttons leave less room, they go below."""


class Notice(QFrame):
    """Hidden until there is something to say."""

    acted = Signal()
    closed = Signal()

    def __init__(self, icons: Icons, action: str = "", *, closable: bool = False, below: bool = False) -> None:
        """`below` puts the buttons under the text also where there is room beside it."""
        super().__init__()
        self.setProperty("ground", "note")
        self._icon = IconWidget(icons, "info", "accent", 18)
        self.sentence = Label(role="strong", wrap=True)
        self.advice = Label(wrap=True)
        self.action = Button(action)
        self.close_button = Button("Dismiss")
        self._buttons = QWidget(self)
        self._buttons.setLayout(FlowLayout(self.action, self.close_button, gap=10))
        self._below = below
        self._beside: bool | None = None
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(14, 10, 14, 10)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.addWidget(self._icon, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(column(self.sentence, self.advice, spacing=2), 0, 1)
        grid.setColumnStretch(1, 1)
        self.action.setVisible(bool(action))
        self.close_button.setVisible(closable)
        self._arrange()
        self.action.clicked.connect(self.acted)
        self.close_button.clicked.connect(self._dismiss)
        for button in (self.action, self.close_button):
            # A notice comes up by itself, maybe where somebody is about to press.
            Settled(button, tells=True)
            button.installEventFilter(self)
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
        self._arrange()
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Make room for a button that comes or goes."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._arrange()
        return False

    def _arrange(self) -> None:
        """The buttons stand beside the text, or below it where they would leave it a narrow strip."""
        shown = not (self.action.isHidden() and self.close_button.isHidden())
        self._buttons.setVisible(shown)
        self._buttons.ensurePolished()
        needed = self._buttons.sizeHint().width()
        room = self.width() - needed - self._icon.width() - 48
        beside = not self._below and room >= _LETTERS * self.sentence.fontMetrics().averageCharWidth()
        self._buttons.setMinimumWidth(needed if beside else 0)
        if beside is not self._beside:
            self._beside = beside
            self._grid.removeWidget(self._buttons)
            if beside:
                self._grid.addWidget(self._buttons, 0, 2, Qt.AlignmentFlag.AlignVCenter)
            else:
                self._grid.addWidget(self._buttons, 1, 1)
