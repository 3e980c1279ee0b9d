"""The room below the page, for what is said there: as high as that needs, and never so high that no page is left."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize

from ashore.ui.theme.stylesheet import BAR
from ashore.ui.widgets.scroll import ScrollColumn

SIDE = 32
_MOST = 0.6
"""The part of the window that it may take. What needs more scrolls: no sentence is cut, no button out of reach."""


class Below(ScrollColumn):
    """A column of notices."""

    def __init__(self) -> None:
        super().__init__(margins=(SIDE, 0, SIDE, 0), spacing=8)
        self._inner.installEventFilter(self)
        self.setFixedHeight(0)

    def leave_room(self, above: int, below: int) -> None:
        """Leave so many pixels above and below the notices."""
        self.column.setContentsMargins(SIDE, above, SIDE - BAR, below)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self._inner:
            self._fit()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)

    def _fit(self) -> None:
        """Be as high as what is said needs at this width."""
        asked = self.column.totalHeightForWidth(self.viewport().width())
        needed = asked if asked >= 0 else self.column.totalSizeHint().height()
        height = min(needed, int(self.window().height() * _MOST))
        if height != self.height():
            self.setFixedHeight(height)
