"""A card with a question before something is let go of. Escape answers it with no."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, ground, row
from ashore.ui.widgets.scroll import bring_into_view


class AskingCard(QFrame):
    """Asks in its own place: `begin` is the button that leads to the question, `no` and `yes` answer it."""

    agreed = Signal()

    def __init__(self, begin: Button, no: Button, yes: Button) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self._begin, self.no, self.yes = begin, no, yes
        self.question = QWidget()
        self.meaning = Label(wrap=True)
        begin.clicked.connect(lambda: self.ask(True))
        no.clicked.connect(lambda: self.ask(False))
        yes.clicked.connect(self._agree)

    def put(self, question: str, meaning: str) -> QWidget:
        """The question and what a yes means, hidden until it is asked."""
        self.question, inner = ground("warn", 14)
        inner.addWidget(Label(question, "strong", wrap=True))
        self.meaning.setText(meaning)
        inner.addWidget(self.meaning)
        inner.addLayout(row(self.no, self.yes, -1))
        self.question.hide()
        return self.question

    def ask(self, asking: bool) -> None:
        """Ask, or do not ask any more."""
        self.question.setVisible(asking)
        self._begin.setEnabled(not asking)
        if asking:
            bring_into_view(self.question)
        (self.no if asking else self._begin).setFocus(Qt.FocusReason.OtherFocusReason)

    def _agree(self) -> None:
        self.question.hide()
        self.agreed.emit()

    def event(self, event: QEvent) -> bool:
        """Escape answers the question with no, and leads back only where none is asked."""
        meant = event.type() == QEvent.Type.ShortcutOverride and not self.question.isHidden()
        if meant and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.question.isHidden():
            self.ask(False)
            return
        super().keyPressEvent(event)
