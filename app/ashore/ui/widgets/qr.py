"""A QR code, painted from its modules: sharp at every size, dark on light in every theme."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QSizePolicy, QVBoxLayout, QWidget

from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, set_tip
from ashore.ui.widgets.verbatim import Verbatim

_QUIET_MODULES = 4


class QrCode(QWidget):
    """The QR code of a public text. Pressed, it asks to be shown large."""

    pressed = Signal()

    def __init__(self, theme: Theme, text: str, what: str, *, side: int = 96) -> None:
        super().__init__()
        import segno  # only where a code is shown

        self._theme = theme
        self._side = side
        self._modules = [bytes(line) for line in segno.make(text, error="m", micro=False).matrix]
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"QR code of {what}. Press Enter to enlarge.")
        set_tip(self, "Show it large")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        # Readers want dark on light, whatever the theme.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("white"))
        painter.drawRoundedRect(self.rect(), 6, 6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        across = len(self._modules) + 2 * _QUIET_MODULES
        module = self._side / across
        for y, line in enumerate(self._modules):
            for x, dark in enumerate(line):
                if dark:
                    left, top = round((x + _QUIET_MODULES) * module), round((y + _QUIET_MODULES) * module)
                    right, bottom = round((x + 1 + _QUIET_MODULES) * module), round((y + 1 + _QUIET_MODULES) * module)
                    painter.fillRect(QRectF(left, top, right - left, bottom - top), QColor("black"))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent"), 3))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))
        painter.end()


def show_large(theme: Theme, parent: QWidget, text: str, what: str) -> QDialog:
    """Open the code of `text` large, with the text below it."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(f"QR code of {what}")
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 24, 24, 24)
    column.setSpacing(16)
    column.addWidget(Label(what, "section"))
    code = QrCode(theme, text, what, side=320)
    code.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    code.setAccessibleName(f"QR code of {what}")
    set_tip(code, "")
    code.setCursor(Qt.CursorShape.ArrowCursor)
    column.addWidget(code, 0, Qt.AlignmentFlag.AlignCenter)
    shown = HexText(theme, text, what=what) if text.startswith("0x") else Verbatim(theme, text, what=what, yields=True)
    column.addWidget(shown)
    close = Button("Close")
    close.clicked.connect(dialog.accept)
    column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
    dialog.open()
    close.setFocus()
    return dialog
