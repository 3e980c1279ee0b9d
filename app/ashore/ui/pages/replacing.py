"""The question before something else takes the place of what a person has begun. Nothing is replaced without a yes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ashore.systems.base import Problem
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import Label, column, ground
from ashore.ui.widgets.settled import Settled
from ashore.ui.wording import breakable

KEEP, ANEW = "Keep what I began", "Begin anew with this"


class Replacing(QWidget):
    """Says what is begun, and what a yes would cost. The keyboard begins at no, as does Escape.

    It may come up, or be about something else, as somebody presses: a yes takes no click before it has settled.
    """

    agreed = Signal()
    declined = Signal()

    def __init__(self) -> None:
        super().__init__()
        frame, inner = ground("warn", 14)
        self.sentence = Label(role="strong", wrap=True)
        self.meaning = Label(wrap=True)
        self.keep, self.anew = Button(KEEP), Button(ANEW)
        self._settled = Settled(self.anew, tells=True)
        inner.addWidget(self.sentence)
        inner.addWidget(self.meaning)
        buttons = QWidget()
        buttons.setLayout(FlowLayout(self.keep, self.anew))
        inner.addWidget(buttons)
        self.setLayout(column(frame))
        self.setContentsMargins(0, 6, 0, 0)
        self.keep.clicked.connect(self._decline)
        self.anew.clicked.connect(self._agree)
        self.hide()

    @property
    def asking(self) -> bool:
        """Whether an answer is wanted, in view or not."""
        return not self.isHidden()

    def ask(self, begun: Problem) -> None:
        """Ask whether `begun` may be replaced: what it is, and what becomes of it."""
        self.sentence.setText(breakable(begun.sentence))
        self.meaning.setText(breakable(begun.advice))
        self.keep.setAccessibleDescription(str(begun))
        self._settled.wait()
        self.show()
        self.keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def _decline(self) -> None:
        self.hide()
        self.declined.emit()

    def _agree(self) -> None:
        self.hide()
        self.agreed.emit()

    def event(self, event: QEvent) -> bool:
        """Escape answers the question, and leads back only where none is asked."""
        meant = event.type() == QEvent.Type.ShortcutOverride and self.asking
        if meant and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.asking:
            self._decline()
            return
        super().keyPressEvent(event)
