"""The button that offers the ways to scan."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from ashore.ui.context import Context
from ashore.ui.scanner.scan import Scan
from ashore.ui.scanner.ways import CAMERA, CLIPBOARD, KEYS, PICTURE, SCREEN
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import set_tip

_LOOKING = "Looking…"


class ScanButton(Button):
    """Opens a menu; what is found is told by its `scan`. `keys` makes its shortcuts hold in the whole of that page."""

    def __init__(self, context: Context, what: str = "", *, role: str = "", keys: QWidget | None = None) -> None:
        super().__init__("Scan", role, name=f"Scan {what}" if what else "Scan a code")
        set_tip(self, "Read a QR code with the camera, from the screen, a picture or the clipboard")
        context.icons.dress(self, "chevron-down", "accent" if role else "muted", 14)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the word
        self.has_keys = keys is not None
        """Whether its shortcuts hold in the whole of its page."""
        self.scan = Scan(context, self)
        self.scan.working.connect(self._working)
        self.ways = QMenu(self)
        self.ways.setAccessibleName("Ways to scan")
        for words, act in (
            (CAMERA, self.scan.with_camera),
            (SCREEN, self.scan.from_screen),
            (PICTURE, self.scan.choose_picture),
            (CLIPBOARD, self.scan.from_clipboard),
        ):
            action = self.ways.addAction(words)
            action.triggered.connect(act)
            if keys is not None:
                action.setShortcut(QKeySequence(KEYS[words]))
                keys.addAction(action)
        self.clicked.connect(self._open)

    def _open(self) -> None:
        self.ways.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        below = self.mapToGlobal(QPoint(0, self.height() + 2))
        self.ways.popup(below)

    def _working(self, working: bool) -> None:
        self.setText(_LOOKING if working else "Scan")
        self.setEnabled(not working)
