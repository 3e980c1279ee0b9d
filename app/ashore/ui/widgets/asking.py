"""A card with a question before something is let go of. Escape answers it with no."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, ground, row
from ashore.ui.widgets.scroll import bring_into_view
from ashore.ui.widgets.settled import Settled


class AskingCard(QFrame):
    """Asks in its own place: `begin` is the button that leads to the question, `no` and `yes` answer it.

    A yes comes up where somebody may be pressing something else, and takes no click before it has settled.
    """

    agreed = Signal()

    def __init__(self, begin: Button, no: Button, yes: Button) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self._begin, self.no, self.yes = begin, no, yes
        self.question = QWidget()
        self._sentence = Label(role="strong", wrap=True)
        self.meaning = Label(wrap=True)
        self._settled = Settled(yes, tells=True)
        begin.clicked.connect(lambda: self.ask(True))
        no.clicked.connect(lambda: self.ask(False))
        yes.clicked.connect(self._agree)

    def put(self, question: str, meaning: str) -> QWidget:
        """The question and what a yes means, hidden until it is asked."""
        self.question, inner = ground("warn", 14)
        self.reword(question, meaning)
        inner.addWidget(self._sentence)
        inner.addWidget(self.meaning)
        inner.addLayout(row(self.no, self.yes, -1))
        self.question.hide()
        return self.question

    def reword(self, question: str, meaning: str) -> None:
        """Ask it in other words."""
        if (question, meaning) != (self._sentence.text(), self.meaning.text()):
            self._settled.wait()
        self._sentence.setText(question)
        self.meaning.setText(meaning)

    @property
    def asking(self) -> bool:
        """Whether an answer is wanted."""
        return not self.question.isHidden()

    def ask(self, asking: bool) -> None:
        """Ask, or do not ask any more."""
        self.question.setVisible(asking)
        self._begin.setEnabled(not asking)
        if asking:
            bring_into_view(self.question)
        (self.no if asking else self._begin).setFocus(Qt.FocusReason.OtherFocusReason)

    def withdraw(self) -> None:
        """Ask no more, or once more at a press; the keyboard's focus stays where it is."""
        self.question.hide()
        self._begin.setEnabled(True)

    def _agree(self) -> None:
        self.question.hide()
        self.agreed.emit()

    def event(self, event: QEvent) -> bool:
        """Escape answers the question with no, and leads back only where none is asked."""
        meant = event.type() == QEvent.Type.ShortcutOverride and self.asking
        if meant and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.asking:
            self.ask(False)
            return
        super().keyPressEvent(event)
