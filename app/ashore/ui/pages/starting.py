"""What the window shows until the wallet is there: what it waits for, and what to do when that fails."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ashore.ui.widgets.labels import Label


class StartingPage(QWidget):
    """Light enough to be painted first: it imports nothing of the wallet."""

    again = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Starting")
        self.title = Label("Starting", "title", wrap=True)
        self.sentence = Label("", "muted", wrap=True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Starting")
        self.retry = QPushButton("Try again")
        self.retry.setProperty("role", "primary")
        self.retry.clicked.connect(self.again)
        self.retry.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(12)
        column.addWidget(self.title)
        column.addWidget(self.sentence)
        column.addWidget(self.progress)
        line = QHBoxLayout()
        line.addWidget(self.retry)
        line.addStretch(1)
        column.addLayout(line)
        column.addStretch(1)

    def say(self, sentence: str) -> None:
        """What is being waited for."""
        self.title.setText("Starting")
        self.sentence.setText(sentence)
        self.progress.show()
        self.retry.hide()

    def end(self) -> None:
        """The last page: everything is being closed in order."""
        self.title.setText("Ashore is closing.")
        self.sentence.setText("What is under way is written down, and is followed on when you come back.")
        self.progress.show()
        self.retry.hide()

    def fail(self, sentence: str, advice: str) -> None:
        """It did not start: what happened, what it means for the money, what to do."""
        self.title.setText(sentence)
        self.sentence.setText(advice)
        self.progress.hide()
        self.retry.show()
        self.retry.setFocus()
