"""The line of the first page: whatever is pasted or dropped into it takes the place of what stands there."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDropEvent, QGuiApplication, QMouseEvent

from ashore.ui.widgets.paste_edit import PasteEdit


class AnythingEdit(PasteEdit):
    """A line that inserts no paste itself: half of one text and half of another are nothing, or show a secret."""

    brought = Signal(str)
    """This text was dropped here, or pasted with the middle button."""

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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        for action in menu.actions():
            if action.objectName() == "edit-paste":
                action.triggered.disconnect()
                action.triggered.connect(self.want_paste)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clipboard = QGuiApplication.clipboard()
        if event.button() is Qt.MouseButton.MiddleButton and clipboard.supportsSelection():
            self._bring(clipboard.text(clipboard.Mode.Selection))
            return
        super().mouseReleaseEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        text = event.mimeData().text()
        event.acceptProposedAction()
        self._bring(text)

    def _bring(self, text: str) -> None:
        if text and not self.isReadOnly():
            self.brought.emit(text)
