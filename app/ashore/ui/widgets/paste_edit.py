"""A line for whatever was copied, text or not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

from ashore.ui.widgets.field import LineEdit


class PasteEdit(LineEdit):
    """A line into which a text can be pasted, and which passes on a paste of anything else, or of nothing."""

    no_text_pasted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and not QGuiApplication.clipboard().text().strip():
            self.no_text_pasted.emit()
            return
        super().keyPressEvent(event)
