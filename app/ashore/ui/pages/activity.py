"""Activity: every withdrawal, newest first; a click or Enter opens its voyage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStackedLayout,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ashore.engine.views import ActivityQuery, ActivityRow
from ashore.ui.context import Context
from ashore.ui.models.activity_model import AMOUNT, RECIPIENT, STAGE, STARTED, TO, ActivityModel
from ashore.ui.pages.page import Page
from ashore.ui.pages.receipt_opening import OpenReceipt
from ashore.ui.theme import fonts
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.field import LineEdit
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import Label, column, row
from ashore.ui.widgets.marks import mark_pixmap
from ashore.ui.wording import fitted

FILTERS = (("all", "All"), ("open", "Under way"), ("final", "Done"), ("stopped", "Stopped"))
_SEARCH_MS = 200
_NEWS_MS = 400
_ROW, _AROUND = 44, 28
"""The least height of a row, and what stands around its lines."""

_BESIDE, _PICTURE = 26, 20
"""What a cell keeps free beside its text, and the place of a mark before it."""

_WIDTHS = {AMOUNT: 140, STAGE: 185, TO: 130, STARTED: 100, RECIPIENT: 130}
"""The least widths, the most important column first."""

_NARROWEST = 97
"""Per cent of its least width that a column which is never left out may shrink to before the list scrolls aside."""

_ENDLESS = 10_000
_Index = QModelIndex | QPersistentModelIndex

_ALWAYS = (AMOUNT, STAGE)
"""Columns that are never left out, however large the text is: they scroll before that."""


class _Cells(QStyledItemDelegate):
    """Shortens an address in its middle, so that both of its ends are seen."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        if index.column() != RECIPIENT:
            return
        told: Any = option  # Qt's own attributes, which its stubs do not know
        room = told.rect.width() - _BESIDE
        told.textElideMode = Qt.TextElideMode.ElideMiddle
        told.text = fitted(told.text, lambda text: told.fontMetrics.horizontalAdvance(text) <= room)


class ActivityTable(QTableView):
    """The list. Enter opens a row; Tab goes on to what comes after the list."""

    opened = Signal(int)
    left_out = Signal(frozenset)
    resized = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._hidden: frozenset[int] = frozenset()
        self._widths: dict[int, int] = {}
        self.setAccessibleName("Withdrawals")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setItemDelegate(_Cells(self))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda index: self.opened.emit(index.row()))

    def set_widths(self, widths: Mapping[int, int]) -> None:
        """The least width of each column, the most important first."""
        self._widths = dict(widths)
        self._share_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        """Show as many columns as fit, give the rest of the width to all of them, and say which were left out."""
        room = self.viewport().width()
        shown: list[int] = []
        for place, width in self._widths.items():
            fits = place in _ALWAYS or sum(self._widths[p] for p in shown) + width <= room
            self.setColumnHidden(place, not fits)
            if fits:
                shown.append(place)
        total = sum(self._widths[place] for place in shown) or 1
        least = total * _NARROWEST // 100
        for place in shown:  # texts wrap: a little less room is better than a bar
            self.setColumnWidth(place, self._widths[place] * max(room, least) // total)
        hidden = frozenset(self._widths) - frozenset(shown)
        if hidden != self._hidden:
            self._hidden = hidden
            self.left_out.emit(hidden)
        self.resized.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)


class ActivityPage(Page):
    """The list with its search and its filter."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Activity")
        self.opening = OpenReceipt(context, "link")
        self.body.removeWidget(self.title)
        head = QWidget()
        head.setLayout(FlowLayout(self.title, self.opening, gap=16, last_right=True))
        head.setContentsMargins(0, 0, 14, 0)
        self.body.addWidget(head)
        self.search = LineEdit("Search withdrawals", "Search address, hash, amount, token, chain or status")
        self.filter = Choice(context.theme, "Show")
        self.filter.set_options(FILTERS)
        self.model = ActivityModel(context.wallet.activity, context.now, self._picture, self._hex_font, self)
        self.table = ActivityTable()
        self.table.setModel(self.model)
        self.empty = Label(role="muted", wrap=True)
        self.start = Button("Bring funds out", "primary")
        self.start.clicked.connect(lambda: context.go.show_section("withdraw"))
        nothing = QWidget()
        nothing.setLayout(column(self.empty, row(self.start, -1), -1, spacing=16, margins=(0, 24, 0, 0)))
        controls = row(self.search, self.filter, spacing=12, margins=(0, 0, 14, 0))
        controls.setStretch(0, 3)
        controls.setStretch(1, 1)
        self.body.addLayout(controls)
        self._stack = QStackedLayout()
        lists = row(self._stack, margins=(0, 0, 14, 24))
        self.body.addLayout(lists, 1)
        # Only now: a stack without a place would show its first widget as a window of its own.
        self._stack.addWidget(self.table)
        self._stack.addWidget(nothing)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_SEARCH_MS)
        self._pause.timeout.connect(self.reload)
        self.search.textChanged.connect(self._pause.start)
        self.search.returnPressed.connect(self.reload)
        self.filter.changed.connect(self.reload)
        self.table.opened.connect(self._open)
        self.table.left_out.connect(self._make_up)
        for news in (self.table.resized, self.model.modelReset, self.model.rowsInserted, self.model.dataChanged):
            news.connect(self._fit_rows)
        self._news: set[str] = set()
        self._news_pause = QTimer(self)
        self._news_pause.setSingleShot(True)
        self._news_pause.setInterval(_NEWS_MS)
        self._news_pause.timeout.connect(self._show_news)
        context.hub.withdrawals_changed.connect(self._changed)
        context.theme.changed.connect(self._scale)
        self._pictures: dict[str, QPixmap] = {}
        self._scale()

    def _scale(self) -> None:
        theme = self.context.theme
        self._pictures.clear()
        self.table.set_widths({place: theme.px(width) for place, width in _WIDTHS.items()})
        self._fit_rows()

    def _make_up(self, left_out: frozenset[int]) -> None:
        """What has no column any more stands below what has one."""
        self.model.tell_below(left_out)
        self._fit_rows()

    def _fit_rows(self) -> None:
        """All rows are as high as the longest of their texts needs: no stage's name is ever cut off."""
        px, metrics = self.context.theme.px, self.table.fontMetrics()
        highest = metrics.height()
        for place, texts in self.model.called.items():
            if self.table.isColumnHidden(place):
                continue
            beside = _BESIDE + (px(_PICTURE) if place == STAGE else 0)
            room = QRect(0, 0, max(1, self.table.columnWidth(place) - beside), _ENDLESS)
            below = metrics.lineSpacing() * self.model.lines_below(place)
            for text in texts:
                needs = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, text).height()
                highest = max(highest, needs + below)
        self.table.verticalHeader().setDefaultSectionSize(max(px(_ROW), px(_AROUND) + highest))

    @property
    def begun(self) -> bool:
        return False  # what is searched for is looked for again in a moment

    def shown(self) -> None:
        self.reload()

    def search_for(self, text: str) -> None:
        """List what `text` is found in, whatever was searched for before."""
        self.filter.select("all")
        self.search.setText(text)
        self.reload()

    def end(self) -> None:
        super().end()
        self.table.setModel(None)  # a list that is laid out once more would read on

    def reload(self, _key: str = "") -> None:
        """List again, from the newest on."""
        self._pause.stop()
        self._news.clear()
        selected = self.model.row_at(self.table.currentIndex().row())
        self.model.search(ActivityQuery(self.search.text().strip(), self.filter.key))
        if selected is not None:
            self._select(selected.id)
        self._show_emptiness()

    @property
    def pending(self) -> bool:
        """Whether there are news that the list does not show yet."""
        return self._news_pause.isActive()

    def _select(self, withdrawal_id: str) -> None:
        for place in range(min(self.model.rowCount(), 100)):
            row_there = self.model.row_at(place)
            if row_there is not None and row_there.id == withdrawal_id:
                self.table.setCurrentIndex(self.model.index(place, 0))
                return

    def _changed(self, ids: frozenset[str]) -> None:
        if self.isVisible():
            self._news |= ids or {""}
            if not self._news_pause.isActive():
                self._news_pause.start()

    def _show_news(self) -> None:
        """A list is read at leisure, and reading its rows again costs more than a mark: twice a second is enough."""
        ids, self._news = frozenset(self._news), set()
        self.model.refresh(frozenset() if "" in ids else ids)
        self._show_emptiness()

    def _show_emptiness(self) -> None:
        empty = self.model.rowCount(QModelIndex()) == 0
        narrowed = bool(self.search.text().strip()) or self.filter.key != "all"
        self.empty.setText(
            "Nothing matches. Change the search or the filter."
            if narrowed
            else "No withdrawals yet. What you bring out appears here, with its evidence, and stays."
        )
        self.start.setVisible(not narrowed)
        self._stack.setCurrentIndex(1 if empty else 0)

    def _open(self, position: int) -> None:
        found = self.model.row_at(position)
        if found is not None:
            self.context.go.show_voyage(found.id)

    def _picture(self, shown: ActivityRow) -> QPixmap:
        if shown.mark not in self._pictures:
            self._pictures[shown.mark] = mark_pixmap(self.context.theme, shown.mark, 14, self.devicePixelRatioF())
        return self._pictures[shown.mark]

    def _hex_font(self) -> QFont:
        return fonts.mono(self.context.theme.px(12))
