"""What is dropped anywhere on the window: a file, a picture, a link or a text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.systems.base import Problem
from ashore.ui.arrivals import Source
from ashore.ui.context import Context
from ashore.ui.scanner.scan import Scan
from ashore.ui.shell.window import MainWindow
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.labels import Label

HINT = "Drop it here"
_EXPLAINED = "A picture with a QR code, a link, an address or a receipt. It is only looked at."
_DRAGS = (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.DragLeave, QEvent.Type.Drop)


class Drops(QObject):
    """Takes what the parts of the window leave to it. What is found arrives like anything from outside."""

    def __init__(self, window: MainWindow, context: Context, say: Callable[[Problem], None]) -> None:
        super().__init__(window)
        self._window = window
        self.scan = Scan(context, window)
        self.scan.got.connect(context.go.take_in)
        self.scan.told.connect(say)
        self.hint = DropHint(context.theme, window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show where it would go while it is dragged, and take it."""
        if event.type() not in _DRAGS:
            return False
        if event.type() == QEvent.Type.DragLeave:
            self.hint.hide()
        elif isinstance(event, QDropEvent):
            self._dragged(event)
        return True

    def _dragged(self, event: QDropEvent) -> None:
        # What is dragged out of the window itself (marked text) has come from nowhere else.
        wanted = event.source() is None and _may_be_read(event)
        if not wanted:
            event.ignore()
            self.hint.hide()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if isinstance(event, QDragEnterEvent):
            self.hint.cover()
        elif event.type() == QEvent.Type.Drop:
            self.hint.hide()
            self.scan.take(event.mimeData(), Source.DROP)


class DropHint(QWidget):
    """Covers the window while something is dragged over it."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.said = Label(HINT, "title")
        self.explained = Label(_EXPLAINED, "muted", wrap=True)
        for label in (self.said, self.explained):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 48, 48, 48)
        column.addStretch(1)
        column.addWidget(self.said)
        column.addWidget(self.explained)
        column.addStretch(1)
        self.hide()

    def cover(self) -> None:
        """Show over the whole window."""
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self._theme.colour("canvas")
        ground.setAlphaF(0.94)
        painter.fillRect(self.rect(), ground)
        painter.setPen(QPen(self._theme.colour("accent"), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(16, 16, -16, -16), 8, 8)
        painter.end()


def _may_be_read(event: QDropEvent) -> bool:
    data = event.mimeData()
    return data.hasUrls() or data.hasImage() or data.hasText()
