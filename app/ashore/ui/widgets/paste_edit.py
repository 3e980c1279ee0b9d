"""A line for whatever was copied, text or not."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

from ashore.ui.widgets.field import LineEdit


class PasteEdit(LineEdit):
    """A line that inserts a pasted text, and leaves a paste of anything else, or of nothing, to who made it."""

    paste_wanted = Signal()
    """Whatever was copied last is wanted here, and was not inserted."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and not self.inserts_paste():
            self.want_paste()
            return
        super().keyPressEvent(event)

    def inserts_paste(self) -> bool:
        """Whether the line inserts what was copied last by itself."""
        return bool(QGuiApplication.clipboard().text().strip())

    def want_paste(self) -> None:
        """Ask for what was copied, unless nothing may be put here now."""
        if not self.isReadOnly():
            self.paste_wanted.emit()
