"""A text that another wallet signs: exactly as it is, to be copied or scanned."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.labels import column, row
from ashore.ui.widgets.qr import show_large
from ashore.ui.widgets.saving import Folder
from ashore.ui.widgets.verbatim import Verbatim


class TextToSign(QWidget):
    """The text, a button that copies it byte for byte, and one that shows its QR code."""

    def __init__(self, theme: Theme, text: str, *, what: str, folder: Folder | None = None) -> None:
        super().__init__()
        self._folder = folder
        self._theme = theme
        self._text = text
        self._what = what
        self.verbatim = Verbatim(theme, text, what=what)
        self.copy = CopyButton("the text", text, "Copy the text")
        self.code = Button("Show it as a QR code", "small-link")
        self.code.clicked.connect(self._show_code)
        self.setLayout(column(self.verbatim, row(self.copy, self.code, -1, spacing=16), spacing=4))

    def _show_code(self) -> None:
        show_large(self._theme, self.window(), self._text, self._what, self._folder)
