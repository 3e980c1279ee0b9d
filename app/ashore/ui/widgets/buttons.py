"""Buttons: by Enter as well as by Space, never clicked twice by accident."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ashore.ui.widgets.labels import set_property, set_tip

_COPIED_MS = 1600
_KEEPS_RING = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class Button(QPushButton):
    """A push button with a role (primary, link, small-link, nav, or none) that Enter presses too."""

    def __init__(self, text: str = "", role: str = "", *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("role", role)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoDefault(False)
        if role.endswith("link"):
            self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        if name:
            self.setAccessibleName(name)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is to those who use it: a click needs no ring."""
        if event.reason() not in _KEEPS_RING:
            set_property(self, "ring", "" if event.reason() is Qt.FocusReason.MouseFocusReason else "keys")
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        set_property(self, "ring", "keys")
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)


class FittedButton(Button):
    """A button that names an act in one line or two; only what fits into neither is cut in the middle."""

    _LEAST, _EDGES = 120, 38

    def __init__(self, role: str = "") -> None:
        super().__init__("", role)
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_text(self, words: str) -> None:
        """Say this; a screen reader says all of it."""
        self._words = words
        self.setAccessibleName(words)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(self._LEAST, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _fit(self) -> None:
        self.ensurePolished()
        shown = "\n".join(self._lines(max(0, self.width() - self._EDGES)))
        if shown != self.text():
            self.setText(shown)
            self.updateGeometry()

    def _lines(self, room: int) -> list[str]:
        """The words in one line, else in two of about one length, else as much of them as one line holds."""
        metrics, words = self.fontMetrics(), self._words.split(" ")
        if metrics.horizontalAdvance(self._words) <= room:
            return [self._words]
        pairs = [[" ".join(words[:at]), " ".join(words[at:])] for at in range(1, len(words))]
        widest = {max(metrics.horizontalAdvance(line) for line in pair): pair for pair in pairs}
        if widest and min(widest) <= room:
            return widest[min(widest)]
        return [metrics.elidedText(self._words, Qt.TextElideMode.ElideMiddle, room)]


class RowButton(Button):
    """A whole row that is one button: everything in it is its label."""

    def __init__(self, name: str) -> None:
        super().__init__("", "row", name=name)
        # A push button's own policy takes its widest text for the least width.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def fill(self, content: QVBoxLayout | QHBoxLayout) -> None:
        """What stands on the button."""
        self.setLayout(content)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else QPushButton.sizeHint(self)

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return layout.minimumSize() if layout is not None else QPushButton.minimumSizeHint(self)


class CopyButton(Button):
    """Copies a public text (an address, a hash) and says so for a moment."""

    def __init__(self, what: str, text: str = "", label: str = "Copy") -> None:
        super().__init__(label, "small-link", name=f"{label} {what}" if label == "Copy" else label)
        self._label = label
        self._copied = text
        set_tip(self, f"Copy {what}")
        self.clicked.connect(self._copy)

    def sizeHint(self) -> QSize:
        # Wide enough for both of its texts, so that nothing moves when it is pressed.
        hint = super().sizeHint()
        wider = self.fontMetrics().horizontalAdvance("Copied") - self.fontMetrics().horizontalAdvance(self.text())
        return QSize(hint.width() + max(0, wider), hint.height())

    def set_text(self, text: str) -> None:
        """What to copy from now on."""
        self._copied = text

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._copied)
        self.setText("Copied")
        QTimer.singleShot(_COPIED_MS, self, self._restore)

    def _restore(self) -> None:
        self.setText(self._label)
