"""The activity list as a model: pages by key from the journal, never by offset, changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont, QPixmap

from ashore.domain.addresses import readable
from ashore.domain.withdrawal import FOLLOWED, Mark, Status
from ashore.engine.ledger import NOTHING_SENT
from ashore.engine.views import ActivityPage, ActivityQuery, ActivityRow
from ashore.ui.widgets.labels import plain_tip
from ashore.ui.widgets.marks import WORDS, described
from ashore.ui.wording import clock_time, exact_time, is_claim, party, payer, stage_words, title, voucher_name

PAGE = 100
COLUMNS = ("Amount", "To", "Recipient or payer", "Stage", "Started")
AMOUNT, TO, RECIPIENT, STAGE, STARTED = range(len(COLUMNS))

_SAID_OUT = frozenset({Mark.UNKNOWN, Mark.FAILED, Mark.TAKEN_BACK})
"""Marks so important that their word stands in the list too."""

_BELOW = {AMOUNT: ((TO, "to"),), STAGE: ((STARTED, "started"),)}
"""Which column says what another would, where that one has no room."""

_NAME = 24
"""Letters of a voucher's name that stand beside the amount where the payer has no column."""

_Index = QModelIndex | QPersistentModelIndex
_Key = tuple[int, int] | None
Fetch = Callable[[ActivityQuery, _Key, int], ActivityPage]


@dataclass(slots=True)
class _Page:
    """Rows that follow `key` in the journal's order."""

    key: _Key
    rows: list[ActivityRow]


class ActivityModel(QAbstractTableModel):
    """Loads `PAGE` rows at a time, as the view comes near the end."""

    def __init__(
        self,
        fetch: Fetch,
        now: Callable[[], int],
        mark_picture: Callable[[ActivityRow], QPixmap],
        hex_font: Callable[[], QFont],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._now = now
        self._mark_picture = mark_picture
        self._hex_font = hex_font
        self._query = ActivityQuery()
        self._pages: list[_Page] = []
        self._next: _Key = None
        self._at_end = False
        self.called: dict[int, set[str]] = {AMOUNT: set(), TO: set(), STAGE: set()}
        """What was listed in columns whose words are never cut off: every stage, and of the others the longest."""
        self._unnamed = False
        self.below: frozenset[int] = frozenset()
        """Columns that are not shown: amount and stage say in a second line what they would."""

    def tell_below(self, columns: frozenset[int]) -> None:
        """Say these columns in a second line of those that are always shown."""
        self.below = columns & {column for beside in _BELOW.values() for column, _ in beside}
        self._unnamed = RECIPIENT in columns
        self.called = {column: set() for column in self.called}
        for page in self._pages:
            self._note(page.rows)
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(COLUMNS) - 1))

    def lines_below(self, column: int) -> int:
        """How many lines stand in a cell of this column for columns that are not shown."""
        return sum(of in self.below for of, _word in _BELOW.get(column, ()))

    # What is listed

    def search(self, query: ActivityQuery) -> None:
        """List what answers `query`, from the newest on."""
        self.beginResetModel()
        self._query = query
        page = self._fetch(query, None, PAGE)
        self.called = {column: set() for column in self.called}
        self._note(page.rows)
        self._pages = [_Page(None, list(page.rows))]
        self._next, self._at_end = page.next_key, page.next_key is None
        self.endResetModel()

    def refresh(self, ids: frozenset[str]) -> None:
        """Read again the first page, where new rows come in, and the pages of `ids` (all where empty)."""
        for number, page in enumerate(self._pages):
            if number == 0 or not ids or any(row.id in ids for row in page.rows):
                self._refresh_page(number)

    def row_at(self, position: int) -> ActivityRow | None:
        """The row at `position` from the top."""
        for page in self._pages:
            if position < len(page.rows):
                return page.rows[position] if position >= 0 else None
            position -= len(page.rows)
        return None

    def _refresh_page(self, number: int) -> None:
        """Read a page again: up to the next page's first row, whatever came in between."""
        page = self._pages[number]
        following = self._pages[number + 1].rows[:1] if number + 1 < len(self._pages) else []
        limit = len(page.rows) + (PAGE if following or self._at_end else 0)
        fresh = self._fetch(self._query, page.key, max(limit, PAGE))
        rows = list(fresh.rows)
        if following:
            ids = [row.id for row in rows]
            rows = rows[: ids.index(following[0].id)] if following[0].id in ids else rows[: len(page.rows)]
        else:
            self._next, self._at_end = fresh.next_key, fresh.next_key is None
        self._replace(number, rows)

    def _replace(self, number: int, rows: list[ActivityRow]) -> None:
        """Put `rows` in the place of a page's, telling the view only what changed."""
        self._note(rows)
        page = self._pages[number]
        top = sum(len(earlier.rows) for earlier in self._pages[:number])
        wanted = {row.id for row in rows}
        for place in range(len(page.rows) - 1, -1, -1):
            if page.rows[place].id not in wanted:
                self.beginRemoveRows(QModelIndex(), top + place, top + place)
                del page.rows[place]
                self.endRemoveRows()
        known = {row.id for row in page.rows}
        for place, row in enumerate(rows):
            if row.id not in known:
                self.beginInsertRows(QModelIndex(), top + place, top + place)
                page.rows.insert(place, row)
                self.endInsertRows()
            elif page.rows[place].id != row.id:
                self._reset_page(page, rows)
                return
            elif page.rows[place] != row:
                page.rows[place] = row
                self.dataChanged.emit(self.index(top + place, 0), self.index(top + place, len(COLUMNS) - 1))

    def _note(self, rows: Iterable[ActivityRow]) -> None:
        for row in rows:
            for column, texts in self.called.items():
                text = self._text(row, column)
                if column == STAGE:
                    texts.add(text)
                elif len(text) > len(next(iter(texts), "")):
                    self.called[column] = {text}

    def _reset_page(self, page: _Page, rows: list[ActivityRow]) -> None:
        self.beginResetModel()
        page.rows = rows
        self.endResetModel()

    # What Qt asks

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else sum(len(page.rows) for page in self._pages)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(COLUMNS)

    def canFetchMore(self, parent: _Index) -> bool:
        return not parent.isValid() and bool(self._pages) and not self._at_end

    def fetchMore(self, parent: _Index) -> None:
        key = self._next
        page = self._fetch(self._query, key, PAGE)
        self._next, self._at_end = page.next_key, page.next_key is None
        self._note(page.rows)
        if page.rows:
            first = self.rowCount()
            self.beginInsertRows(QModelIndex(), first, first + len(page.rows) - 1)
            self._pages.append(_Page(key, list(page.rows)))
            self.endInsertRows()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(index.row())
        if row is None:
            return None
        tell = _TELL.get(role)
        return None if tell is None else tell(self, row, index.column())

    def _lines(self, row: ActivityRow, column: int) -> str:
        """What stands in a cell, with what has no column of its own below it."""
        below = self._below(row, column)
        # One cell, two lines: a line separator, as Qt's own views draw it.
        return "\u2028".join([self._text(row, column), *below])

    def _below(self, row: ActivityRow, column: int) -> list[str]:
        """What other columns would say, each with its word; of a followed withdrawal that word says so."""
        words = {STARTED: FOLLOWED} if FOLLOWED in row.terms.details else {}
        if is_claim(row.terms):
            words[TO] = "on"
        beside = [(of, words.get(of, word)) for of, word in _BELOW.get(column, ()) if of in self.below]
        return [f"{word} {self._text(row, of)}" for of, word in beside]

    def _text(self, row: ActivityRow, column: int) -> str:
        terms = row.terms
        marked = FOLLOWED in terms.details and STARTED not in self.below
        texts = {
            AMOUNT: f"{title(terms)} {voucher_name(terms, _NAME) if self._unnamed else ''}".strip(),
            TO: f"{terms.destination} · {FOLLOWED}" if marked else terms.destination,
            RECIPIENT: party(terms),
            STAGE: self._stage(row),
            STARTED: clock_time(row.started_at, self._now(), seconds=False),
        }
        return texts[column]

    def _stage(self, row: ActivityRow) -> str:
        by_word = row.status is Status.FINAL and row.mark is Mark.REPORTED  # what is proved ends without a word
        plain = row.mark not in _SAID_OUT or row.stage_title == NOTHING_SENT  # which says all there is to say
        return stage_words(row, "" if plain and not by_word else WORDS[row.mark].name, self._now())

    def _spoken(self, row: ActivityRow, column: int) -> str:
        stage = stage_words(row, WORDS[row.mark].name, self._now()).replace(" · ", ", ")
        spoken = stage if column == STAGE else self._text(row, column)
        below = self._below(row, column)
        return ", ".join([spoken, *below])

    def _accessible(self, row: ActivityRow, column: int) -> str:
        return f"{COLUMNS[column]}: {self._spoken(row, column)}"

    def _picture(self, row: ActivityRow, column: int) -> QPixmap | None:
        return self._mark_picture(row) if column == STAGE else None

    def _font(self, row: ActivityRow, column: int) -> QFont | None:
        return self._hex_font() if column == RECIPIENT else None

    def _tooltip(self, row: ActivityRow, column: int) -> str:
        if column == STAGE:
            return described(row.mark)
        made = "\nAnother wallet made it; it is only followed here." if FOLLOWED in row.terms.details else ""
        told = {
            AMOUNT: title(row.terms),
            TO: row.terms.destination + made,
            RECIPIENT: payer(row.terms) or readable(row.terms.recipient),
            STARTED: exact_time(row.started_at),
        }
        return plain_tip(told.get(column, ""))


_TELL: dict[int, Callable[[ActivityModel, ActivityRow, int], Any]] = {
    Qt.ItemDataRole.DisplayRole: ActivityModel._lines,
    Qt.ItemDataRole.DecorationRole: ActivityModel._picture,
    Qt.ItemDataRole.FontRole: ActivityModel._font,
    Qt.ItemDataRole.ToolTipRole: ActivityModel._tooltip,
    Qt.ItemDataRole.AccessibleTextRole: ActivityModel._accessible,
}
