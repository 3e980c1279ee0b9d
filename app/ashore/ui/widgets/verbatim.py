"""Text exactly as it is, in a fixed-width face: what is signed, and stored proofs."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit

from ashore.ui.theme import fonts
from ashore.ui.theme.theme import Theme


class Verbatim(QPlainTextEdit):
    """A read-only text that does not keep the Tab key. As high as its lines, up to `most`.

    One that `yields` may be made lower where there is less room, and scrolls then.
    """

    def __init__(self, theme: Theme, text: str, *, what: str, most: int = 14, yields: bool = False) -> None:
        super().__init__()
        self._yields = yields
        self._theme = theme
        self._most = most
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setProperty("role", "mono")
        self.setAccessibleName(what)
        self.setWordWrapMode(self.wordWrapMode().WrapAtWordBoundaryOrAnywhere)
        self.setPlainText(text)
        theme.changed.connect(self._fit)
        self._wraps = False
        self.horizontalScrollBar().rangeChanged.connect(self._wrap)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _wrap(self, _least: int, most: int) -> None:
        """Lines that were laid out before a bar came beside them reach behind it: lay them out anew."""
        if most and not self._wraps:
            self._wraps = True
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
            self._wraps = False

    def _lines(self) -> int:
        """How many lines are shown, as far as they count. Qt lays out a paragraph when it is first asked about it."""
        count, block = 0, self.document().firstBlock()
        while block.isValid() and count < self._most:
            self.blockBoundingRect(block)
            count += max(1, block.layout().lineCount())
            block = block.next()
        return count

    def _fit(self) -> None:
        font = fonts.mono(self._theme.px(12))
        lines = self._lines()
        height = min(max(2, lines), self._most) * (QFontMetrics(font).lineSpacing() + 1) + 24
        if self._yields:
            self.setMinimumHeight(min(height, self._theme.px(72)))
            self.setMaximumHeight(height)
        elif height != self.height():
            self.setFixedHeight(height)
