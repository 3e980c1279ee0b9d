"""What else there is beside the camera: buttons in its dialog, each with the keys that it has everywhere else."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from ashore.ui.scanner.ways import CLIPBOARD, KEYS, PICTURE, SCREEN, keys_named
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import set_tip

_TIPS = {
    SCREEN: "Look for a code on all screens, with this window out of the way",
    PICTURE: "Look for a code in a file",
    CLIPBOARD: "Take the text or the picture that was copied last",
}


class OtherWays(QWidget):
    """The ways that need no camera. `chosen` tells which one, as `ways` names it."""

    chosen = Signal(str)

    def __init__(self, dialog: QWidget) -> None:
        """The keys hold in all of `dialog`."""
        super().__init__()
        self.screen_button = Button("Scan the screen")
        self.picture = Button("Choose a picture…")
        self.paste = Button("Paste", name="Paste a copied code or text")
        for way, button in ((SCREEN, self.screen_button), (PICTURE, self.picture), (CLIPBOARD, self.paste)):
            set_tip(button, f"{_TIPS[way]} ({keys_named(way)})")
            button.clicked.connect(lambda _checked=False, way=way: self.chosen.emit(way))
            QShortcut(QKeySequence(KEYS[way]), dialog, button.click)
        self.setLayout(FlowLayout(self.screen_button, self.picture, self.paste, gap=8))
