"""A row that breaks into several where it does not fit, and a text that breaks only where it must."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QLayout, QLayoutItem, QWidget

from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label

_SLACK = 3
"""What Qt may need more to lay a line out than it says its letters take."""


class FlowLabel(Label):
    """A text that stands on one line where there is room for it. Qt's own wrapping label would rather be narrow."""

    def __init__(self, role: str) -> None:
        super().__init__(role=role, wrap=True)

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        metrics, edges = self.fontMetrics(), self.contentsMargins()
        written = metrics.boundingRect(QRect(), Qt.TextFlag.TextSingleLine, self.text()).width()
        width = written + edges.left() + edges.right() + _SLACK
        return QSize(width, max(self.heightForWidth(width), metrics.height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(super().minimumSizeHint().width(), self.sizeHint().width()), self.sizeHint().height())


def _baseline(item: QLayoutItem, size: QSize) -> int:
    """Where the first line of text stands, in pixels from the top; the lower edge of what has no text of its own."""
    widget = item.widget()
    if isinstance(widget, HexText):
        return widget.contentsMargins().top() + widget.baseline
    if isinstance(widget, Label):
        widget.ensurePolished()
        return widget.contentsRect().top() + widget.fontMetrics().ascent()
    if isinstance(widget, QAbstractButton) and widget.text():
        widget.ensurePolished()
        metrics = widget.fontMetrics()
        return (size.height() - metrics.height()) // 2 + metrics.ascent()
    return size.height()


class FlowLayout(QLayout):
    """Widgets one after another, standing on one base line, wrapped like words."""

    def __init__(self, *widgets: QWidget, gap: int = 12, last_right: bool = False) -> None:
        """`last_right` puts the last one to the right edge, where it stands on the first line."""
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._last_right = last_right
        self.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        shown = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in shown) + self._gap * max(0, len(shown) - 1)
        return QSize(width, max((size.height() for size in shown), default=0))

    def minimumSize(self) -> QSize:
        least = QSize()
        for item in self._items:
            if not item.isEmpty():
                least = least.expandedTo(item.minimumSize())
        return least

    def _place(self, rect: QRect, *, move: bool) -> int:
        y = rect.y()
        lines = self._lines(rect.width())
        for line in lines:
            stands = [_baseline(item, size) for item, size in line]
            above = max(stands)
            below = max(size.height() - base for (_, size), base in zip(line, stands, strict=True))
            x = rect.x()
            for (item, size), base in zip(line, stands, strict=True):
                if self._last_right and len(lines) == 1 and len(line) > 1 and item is line[-1][0]:
                    x = rect.right() + 1 - size.width()
                if move:
                    item.setGeometry(QRect(QPoint(x, y + above - base), size))
                x += size.width() + self._gap
            y += above + below + 4
        return max(0, y - rect.y() - 4)

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if size.width() > width:
                size = QSize(width, item.heightForWidth(width) if item.hasHeightForWidth() else size.height())
            if not lines or used + self._gap + size.width() > width:
                lines.append([])
                used = 0
            used += size.width() + (self._gap if lines[-1] else 0)
            lines[-1].append((item, size))
        return lines
