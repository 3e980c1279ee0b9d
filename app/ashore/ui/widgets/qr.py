"""A small QR code beside its text: large enough for a telephone, and larger at a press."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.labels import Label, set_tip
from ashore.ui.widgets.qr_dialog import CodeArea, show_large
from ashore.ui.widgets.qr_picture import Modules, NoCode, encode
from ashore.ui.widgets.saving import Folder

__all__ = ["QrCode", "show_large", "small_code"]

_SMALL = 120


class QrCode(CodeArea):
    """The code of a public text. Pressed, by mouse or keyboard, it is shown large.

    Raises NoCode for a text that has none; `small_code` says so in a sentence instead.
    """

    pressed = Signal()

    def __init__(
        self,
        theme: Theme,
        text: str,
        what: str,
        *,
        side: int = _SMALL,
        folder: Folder | None = None,
        warning: str = "",
    ) -> None:
        modules: Modules = encode(text)
        super().__init__(theme, modules, side)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"QR code of {what}. Press Enter to enlarge.")
        set_tip(self, "Show it large")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.pressed.connect(lambda: show_large(theme, self.window(), text, what, folder, warning))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(self._theme.colour("accent"), 3))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
            painter.end()


def small_code(theme: Theme, text: str, what: str, folder: Folder | None = None) -> QWidget:
    """The code of a text, or the sentence that says why there is none."""
    try:
        return QrCode(theme, text, what, folder=folder)
    except NoCode as error:
        return Label(str(error), "small", wrap=True)
