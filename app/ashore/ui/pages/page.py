"""What all pages share: a title, a way back, and a margin."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ashore.ui.context import Context
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label

MARGIN = 32


class Page(QWidget):
    """A page of the window. `body` is its column; `shown` is called each time it comes into view."""

    def __init__(self, context: Context, title: str, *, back: str = "") -> None:
        super().__init__()
        self.context = context
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(MARGIN, 24, MARGIN - 14, 0)
        self.body.setSpacing(16)
        self.back_button: Button | None = None
        self.top = QHBoxLayout()
        self.top.setContentsMargins(0, 0, 14, 0)
        if back:
            self.back_button = Button(back, "link", name=f"Back to {back}")
            context.icons.dress(self.back_button, "chevron-left", "accent", 14)
            self.back_button.clicked.connect(context.go.go_back)
            self.top.addWidget(self.back_button)
            self.top.addStretch(1)
            self.body.addLayout(self.top)
        self.title = Label(title, "title", wrap=True)
        self.title.setContentsMargins(0, 0, 14, 0)
        if title:
            self.body.addWidget(self.title)
        self.setAccessibleName(title)

    def shown(self) -> None:
        """The page has come into view."""

    def left(self) -> None:
        """The page has gone out of view."""

    @property
    def begun(self) -> bool:
        """Whether something stands here that a person wrote, and would not like to be led away from."""
        lines = any(_open(edit) and not edit.isReadOnly() and edit.text() for edit in self.findChildren(QLineEdit))
        texts = (each for each in self.findChildren(QPlainTextEdit) if _open(each) and not each.isReadOnly())
        return lines or any(each.toPlainText() for each in texts)

    def end(self) -> None:
        """The wallet is about to close: from now on nothing may be asked of it."""
        for timer in self.findChildren(QTimer):
            timer.stop()

    def name_page(self, title: str) -> None:
        """Give the page another title."""
        self.title.setText(title)
        self.setAccessibleName(title)

    def name_way_back(self, title: str) -> None:
        """Say where Back leads."""
        if self.back_button is not None:
            self.back_button.setText(title)
            self.back_button.setAccessibleName(f"Back to {title}")


def _open(edit: QWidget) -> bool:
    return edit.isVisible() and edit.isEnabled()
