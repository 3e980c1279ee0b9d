"""The line of the first page: whatever is pasted or dropped into it takes the place of what stands there."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal

from ashore.ui.widgets.field import LineEdit


class AnythingEdit(LineEdit):
    """A line that inserts no paste itself: half of one text and half of another are nothing, or show a secret."""

    brought = Signal(str)
    """This text was dropped here, or pasted with the middle button."""

    def __init__(self, name: str, placeholder: str = "") -> None:
        super().__init__(name, placeholder)
        self.gate = self._bring

    def replace(self, text: str, *, secret: bool) -> None:
        """Hold another text. Undo brings the former one back, unless either of them is a secret."""
        if secret:
            self.setText(text)
            return
        with QSignalBlocker(self):
            self.selectAll()
            self.insert(text)
        self.textChanged.emit(self.text())

    def inserts_paste(self) -> bool:
        return False

    def _bring(self, text: str) -> bool:
        self.brought.emit(text)
        return True
