"""Addresses and hashes in groups of four, the first and the last stressed, broken only between groups."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ashore.domain.hex_groups import grouped
from ashore.ui.theme import fonts
from ashore.ui.theme.theme import Theme

_GAP = 6


class HexText(QWidget):
    """A hex text in full. Wraps between groups and takes the height it needs."""

    def __init__(self, theme: Theme, text: str = "", *, what: str = "Address", size: float = 13) -> None:
        super().__init__()
        self._theme = theme
        self._what = what
        self._size = size
        self._groups: list[str] = []
        self._text = ""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.updateGeometry)
        self.show_hex(text)

    @property
    def text(self) -> str:
        """The text without its groups."""
        return self._text

    def show_hex(self, text: str) -> None:
        """Show another text."""
        if text == self._text and self._groups:
            return
        self._text = text
        self._groups = grouped(text).split(" ") if text else []
        self.setAccessibleName(f"{self._what} {text}" if text else "")
        self.updateGeometry()
        self.update()

    @property
    def baseline(self) -> int:
        """Where the first line stands, in pixels from the top of its contents."""
        return QFontMetrics(self._font(QFont.Weight.Normal)).ascent() + 1

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = -(-len(self._groups) // self._per_line(width)) if self._groups else 0
        return max(1, lines) * self._line_height() + self.contentsMargins().top()

    def sizeHint(self) -> QSize:
        # As wide as one line of an address needs; hashes take two.
        shown = min(len(self._groups), 10)
        return QSize(shown * self._advance() + self._first_extra(), self.heightForWidth(shown * self._advance() + 40))

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * self._advance() + self._first_extra(), self._line_height() + self.contentsMargins().top())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        plain, strong = self._font(QFont.Weight.Normal), self._font(QFont.Weight.Medium)
        metrics = QFontMetrics(plain)
        per_line, top = self._per_line(self.width()), self.contentsMargins().top()
        for index, group in enumerate(self._groups):
            line, place = divmod(index, per_line)
            stressed = index in (0, len(self._groups) - 1)
            painter.setFont(strong if stressed else plain)
            painter.setPen(self._theme.colour("text" if stressed else "muted"))
            x = place * self._advance() + (self._first_extra() if line == 0 and place else 0)
            painter.drawText(x, top + line * self._line_height() + metrics.ascent() + 1, group)
        painter.end()

    def _font(self, weight: QFont.Weight) -> QFont:
        return fonts.mono(self._size * self._theme.scale, weight)

    def _advance(self) -> int:
        return QFontMetrics(self._font(QFont.Weight.Normal)).horizontalAdvance("0000") + self._theme.px(_GAP)

    def _first_extra(self) -> int:
        """The prefix stands with the first group, which is that much wider."""
        first = self._groups[0] if self._groups else ""
        return QFontMetrics(self._font(QFont.Weight.Medium)).horizontalAdvance(first[: max(0, len(first) - 4)])

    def _line_height(self) -> int:
        return QFontMetrics(self._font(QFont.Weight.Normal)).height() + 3

    def _per_line(self, width: int) -> int:
        fitting = max(1, (width - self._first_extra() + self._theme.px(_GAP)) // max(1, self._advance()))
        lines = max(1, -(-len(self._groups) // fitting))
        return max(1, -(-len(self._groups) // lines))  # lines of equal length are compared more easily
