"""Something that can be opened and closed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.buttons import Button


class Disclosure(QWidget):
    """A button that shows and hides what is below it."""

    toggled = Signal(bool)

    def __init__(self, icons: Icons, words: str, *, role: str = "small-link") -> None:
        super().__init__()
        self._icons = icons
        self._name = words
        self.button = Button(words, role, name=words)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.button)
        self._content: QWidget | None = None
        self._open = False
        self.setMouseTracking(True)
        icons.dress(self.button, "chevron-right", "accent", 12)
        icons.theme.changed.connect(self._paint)
        self.button.clicked.connect(lambda: self.set_open(not self._open))

    @property
    def is_open(self) -> bool:
        """Whether the content is shown."""
        return self._open

    def set_name(self, name: str) -> None:
        """What a screen reader calls it; it adds by itself when it is open."""
        self._name = name
        self._tell()

    def call(self, words: str) -> None:
        """Name it anew, where it holds something else."""
        self.button.setText(words)
        self.set_name(words)

    def set_content(self, content: QWidget) -> None:
        """What to show when opened."""
        self._content = content
        content.setCursor(Qt.CursorShape.ArrowCursor)  # not the hand of the row above it
        self._column.addWidget(content)
        content.setVisible(self._open)

    def _in_row(self, event: QMouseEvent) -> bool:
        """Whether it is about the row of the button, also beside its words."""
        row, spot = self.button.geometry(), event.position().toPoint()
        return self.rect().contains(spot) and row.top() <= spot.y() <= row.bottom()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hand = Qt.CursorShape.PointingHandCursor if self._in_row(event) else Qt.CursorShape.ArrowCursor
        self.setCursor(hand)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._in_row(event):
            self.button.click()

    def set_open(self, opened: bool) -> None:
        """Show or hide the content."""
        if opened == self._open:
            return
        self._open = opened
        self.toggled.emit(opened)
        if self._content is not None:
            self._content.setVisible(opened)
        self._paint()

    def _paint(self) -> None:
        self._tell()
        name = "chevron-down" if self._open else "chevron-right"
        self.button.setIcon(self._icons.icon(name, "accent", size=12))

    def _tell(self) -> None:
        self.button.setAccessibleName(f"{self._name}, open" if self._open else self._name)
