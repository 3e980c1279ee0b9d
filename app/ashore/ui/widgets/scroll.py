"""A page that scrolls when it does not fit, up and down only."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ashore.ui.theme.stylesheet import BAR

_ROOM = 14
"""What a page leaves at its right edge for the scroll bar."""

_SAME_WHEEL_MS = 500
"""Between two turns of the wheel that are one movement of the hand."""

_LEAST_BELOW = 8
_BELOW = 24


def bring_into_view(widget: QWidget) -> None:
    """Scroll to a widget as soon as what has just changed is laid out, and wrapped lines have their height."""
    QTimer.singleShot(0, widget, lambda: _scroll_to(widget, once_more=True))


def _scroll_to(widget: QWidget, *, once_more: bool = False) -> None:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, ScrollColumn):
        parent = parent.parentWidget()
    if parent is not None and widget.isVisible():
        parent.ensureWidgetVisible(widget, 0, 24)
    if once_more:
        QTimer.singleShot(0, widget, lambda: _scroll_to(widget))


def scrolled_by_hand(widget: QWidget) -> bool:
    """Whether a widget moves because a person scrolls what it is in."""
    shown_in = widget.parentWidget()
    column = shown_in.parentWidget() if shown_in is not None else None
    return isinstance(column, ScrollColumn) and column.by_hand


class _Inner(QWidget):
    """What scrolls. Its height is what its width asks for, not what its narrowest width would."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


class _Bar(QScrollBar):
    """A scroll bar that always has its place, so that nothing moves aside for it, and shows when there is need."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.maximum() > self.minimum():
            super().paintEvent(event)


class ScrollColumn(QScrollArea):
    """A column that scrolls, and follows the keyboard's focus. `margins` include the scroll bar's place."""

    def __init__(self, *, margins: tuple[int, int, int, int] = (0, 0, _ROOM, _BELOW), spacing: int = 16) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        bar = _Bar()
        self.setVerticalScrollBar(bar)
        self.by_hand = False
        """Whether what is in the column moves now because a person scrolls it."""
        bar.actionTriggered.connect(self._scrolled_by_hand)
        bar.valueChanged.connect(self._scrolled)  # by then everything has moved
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._wheeled_at = -_SAME_WHEEL_MS
        self._inner = _Inner()
        self._inner.setProperty("ground", "clear")
        self.column = QVBoxLayout(self._inner)
        left, top, right, self._below = margins
        self.column.setContentsMargins(left, top, max(0, right - BAR), self._below)
        self.column.setSpacing(spacing)
        self.setWidget(self._inner)
        self.verticalScrollBar().rangeChanged.connect(self._fit)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._inner.minimumSizeHint().width() + BAR, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give up some of the space below the content rather than scroll for it."""
        margins = self.column.contentsMargins()
        asked = self.column.totalHeightForWidth(self.viewport().width())
        needed = (asked if asked >= 0 else self.column.totalSizeHint().height()) - margins.bottom()
        below = min(self._below, max(_LEAST_BELOW, self.viewport().height() - needed))
        if below != margins.bottom():
            margins.setBottom(below)
            self.column.setContentsMargins(margins)

    def _scrolled_by_hand(self) -> None:
        bar = self.verticalScrollBar()
        self.by_hand = bar.sliderPosition() != bar.value()

    def _scrolled(self) -> None:
        self.by_hand = False

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        self._wheeled_at = event.timestamp()

    def wheels(self, event: QWheelEvent) -> bool:
        """Whether a turn of the wheel belongs to what scrolls this column: what comes under the pointer by that, is
        not meant."""
        return 0 <= event.timestamp() - self._wheeled_at < _SAME_WHEEL_MS

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        pressed = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        if pressed and not isinstance(new, QLineEdit):
            return  # who presses sees it; what moved away under the pointer would never be clicked
        if new is not None and self.isVisible() and self._inner.isAncestorOf(new):
            self.ensureWidgetVisible(new, 0, 24)


class Columns(QWidget):
    """A main part and a narrow one beside it; the narrow one goes below where there is no room.

    Beside each other only the main part scrolls, so that the narrow one is always in view. `lead` is what of the narrow
    part comes first in any case: above the main part where there is no room beside it. `still` stands above even that,
    where there is room beside: nothing that changes its height can move it. Else it comes behind the main part.
    """

    def __init__(
        self,
        main: QWidget,
        aside: QWidget,
        *,
        gap: int = 24,
        lead: QWidget | None = None,
        still: QWidget | None = None,
    ) -> None:
        super().__init__()
        self._main, self._aside, self._lead, self._still = main, aside, lead, still
        self._gap = gap
        self._wide: bool | None = None
        self._aside_width = 300
        self._main_least = 400
        self.main_scroll = ScrollColumn(spacing=gap)
        self._side_scroll = ScrollColumn()
        self._side_scroll.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.main_scroll.setParent(self)
        self._side_scroll.setParent(self)
        self._side_scroll.column.setSpacing(gap)
        self.main_scroll.column.addWidget(main)
        main.installEventFilter(self)

    def set_widths(self, main_least: int, aside: int) -> None:
        """The least width of the main part, and the width of the narrow one, in pixels."""
        if (main_least, aside) != (self._main_least, self._aside_width):
            self._main_least, self._aside_width = main_least, aside
            self._arrange()

    @property
    def beside(self) -> bool:
        """Whether the two parts stand beside each other."""
        return bool(self._wide)

    def to_top(self) -> None:
        """Show the beginning of both parts."""
        for scroll in (self.main_scroll, self._side_scroll):
            scroll.verticalScrollBar().setValue(0)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    def sizeHint(self) -> QSize:
        return QSize(self._main_least + self._gap + self._aside_width, 400)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return False

    def _arrange(self) -> None:
        # The scroll bars stand outside of the cards' right edge.
        width, height = self.width() - _ROOM, self.height()
        wide = width >= self._main_least + self._gap + self._aside_width
        if wide is not self._wide:
            self._wide = wide
            self._move_aside(wide)
        if wide:
            main_width = width - self._gap - self._aside_width
            self.main_scroll.setGeometry(0, 0, main_width + _ROOM, height)
            self._side_scroll.setGeometry(main_width + self._gap, 0, self._aside_width + _ROOM, height)
        else:
            self.main_scroll.setGeometry(0, 0, width + _ROOM, height)

    def _move_aside(self, wide: bool) -> None:
        side, main = self._side_scroll.column, self.main_scroll.column
        moved = [part for part in (self._still, self._lead, self._aside) if part is not None]
        stays_hidden = self._still is not None and self._still.isHidden()
        for column in (side, main):
            for part in moved:
                # Not by takeAt: a layout's item that Python lets go too late leaves the widget with stale heights.
                column.removeWidget(part)
            while column.count() > (1 if column is main else 0):
                column.takeAt(column.count() - 1)
        for part in moved if wide else (part for part in moved if part is not self._lead):
            (side if wide else main).addWidget(part)
        if self._lead is not None and not wide:
            main.insertWidget(0, self._lead)
        for column in (side, main):
            column.addStretch(1)
        self._side_scroll.setVisible(wide)
        for part in moved:
            part.setVisible(part is not self._still or not stays_hidden)
