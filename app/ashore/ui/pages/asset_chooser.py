"""Choosing what to bring out: a search, the list, and what was chosen in full."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ashore.ui.models.asset_model import AssetEntry, AssetModel
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.asset_list import AssetList, paint_emblem
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.field import LineEdit
from ashore.ui.widgets.labels import Label, column, ground, row, show_if
from ashore.ui.wording import breakable

_SEARCHED_FROM = 8
"""Fewer are found by looking."""


class SearchEdit(LineEdit):
    """Searches the list; Down goes to it, Enter takes what is found if it is one, Escape empties it."""

    downwards = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.downwards.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class Emblem(QWidget):
    """The chosen asset's letters or picture; the words beside it say what it is."""

    def __init__(self, theme: Theme, size: float = 48) -> None:
        super().__init__()
        self._theme, self._size = theme, size
        self._entry: AssetEntry | None = None
        self._picture: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    @property
    def pictured(self) -> bool:
        """Whether a picture is shown."""
        return self._picture is not None

    def show_entry(self, entry: AssetEntry, picture: QPixmap | None) -> None:
        """Show this one."""
        self._entry, self._picture = entry, picture
        self.update()

    def sizeHint(self) -> QSize:
        side = self._theme.px(self._size)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._entry is not None:
            painter = QPainter(self)
            paint_emblem(painter, self._theme, QRectF(self.rect()), self._entry, self._picture)
            painter.end()


class ChosenAsset(QWidget):
    """What was chosen, with a token id in full."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.emblem = Emblem(theme)
        self.title = Label(role="strong", wrap=True)
        self.name = Label(role="small", wrap=True)
        self.token_id = Label(role="mono", wrap=True, select=True)
        self.copy = CopyButton("token id", label="Copy token id")
        self.change = Button("Change", "small-link", name="Choose another asset")
        frame, inner = ground("inset", 14)
        words = QWidget()
        words.setLayout(column(self.title, self.name, self.token_id, spacing=2))
        acts = column(self.change, self.copy, -1, spacing=2)
        line = row(self.emblem, words, acts, spacing=12)
        line.setStretch(1, 1)
        for part in (self.emblem, words):
            line.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        inner.addLayout(line)
        self.extra = QVBoxLayout()
        inner.addLayout(self.extra)
        self.setLayout(column(frame))
        self.setFocusProxy(self.change)

    def show_entry(self, entry: AssetEntry, picture: QPixmap | None) -> None:
        """Show it in full."""
        self.emblem.show_entry(entry, picture)
        self.title.setText(breakable(entry.title))
        self.name.show_text(breakable(" · ".join(part for part in (entry.name, entry.aside) if part)))
        numbered = entry.token_id is not None
        self.token_id.show_text(_in_fours(f"#{entry.token_id}") if numbered else "")
        self.token_id.setAccessibleName(f"Token id {entry.token_id}" if numbered else "")
        self.copy.set_text(str(entry.token_id))
        show_if(self.copy, numbered)
        self.setAccessibleName(f"Chosen: {entry.spoken}")


def _in_fours(text: str) -> str:
    """With invisible places to break, for a number has none."""
    return "\u200b".join(text[i : i + 4] for i in range(0, len(text), 4))


class AssetChooser(QWidget):
    """A list until something is chosen, then that; the list comes back on demand."""

    changed = Signal(str)

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._theme = theme
        self._key = ""
        self._kept: AssetEntry | None = None
        self._pictures: dict[str, QPixmap] = {}
        self.model = AssetModel(self)
        self.search = SearchEdit("Search assets", "Search name, symbol, token id or contract")
        self.list = AssetList(theme, self.model)
        self.count = Label(role="small")
        self.nothing = Label(role="muted", wrap=True)
        self.chosen = ChosenAsset(theme)
        self.setLayout(column(self.search, self.list, self.nothing, self.count, self.chosen, spacing=6))
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._take_only)
        self.search.downwards.connect(self._into_list)
        self.list.chosen.connect(self._choose)
        self.list.typed.connect(self._type_on)
        self.list.left_upwards.connect(self.search.setFocus)
        self.chosen.change.clicked.connect(self.look_again)
        self._show(listing=True)

    @property
    def key(self) -> str:
        """The chosen entry's key, empty where nothing is chosen."""
        return self._key

    @property
    def entry(self) -> AssetEntry | None:
        """The chosen entry."""
        return self._kept if self._key else None

    def show_entries(self, entries: Sequence[AssetEntry]) -> None:
        """Offer these. What was chosen stays so while it is among them; a single one is chosen."""
        self.model.show_entries(entries)
        found = next((entry for entry in entries if entry.key == self._key), None)
        if found is None and len(entries) == 1:
            found = entries[0]
        if found is None:
            self._key, self._kept = "", None
            self._show(listing=True)
        else:
            self._take(found)

    def select(self, key: str) -> None:
        """Choose without saying so. A key that is not offered chooses nothing."""
        self.search.clear()
        found = self.model.entry(self.model.row_of(key))
        if found is not None:
            self._take(found)
        else:
            self._key, self._kept = "", None
            self._show(listing=True)

    def clear(self) -> None:
        """Choose nothing, unless there is no choice."""
        self._key, self._kept = "", None
        self.search.clear()
        only = self.model.entry(0) if self.model.total == 1 else None
        if only is not None:
            self._take(only)
        else:
            self._show(listing=True)

    def look_again(self) -> None:
        """Bring the list back, with the place of what was chosen in view."""
        self._show(listing=True)
        place = self.model.row_of(self._key)
        if place >= 0:
            self.list.setCurrentIndex(self.model.index(place))
            self.list.scrollTo(self.model.index(place), AssetList.ScrollHint.PositionAtCenter)
        (self.search if self.search.isVisible() else self.list).setFocus()

    def show_picture(self, key: str, picture: QPixmap) -> None:
        """Show a picture that was loaded, here and in the list."""
        self._pictures[key] = picture
        self.list.show_pictures(self._pictures)
        if self._kept is not None and key == self._key:
            self.chosen.show_entry(self._kept, picture)

    def _take(self, entry: AssetEntry) -> None:
        self._key, self._kept = entry.key, entry
        self.chosen.show_entry(entry, self._pictures.get(entry.key))
        self._show(listing=False)

    def _choose(self, key: str) -> None:
        found = self.model.entry(self.model.row_of(key))
        if found is not None:
            self._take(found)
            self.changed.emit(key)

    def _show(self, *, listing: bool) -> None:
        show_if(self.list, listing and self.model.rowCount() > 0)
        show_if(self.search, listing and self.model.total >= _SEARCHED_FROM)
        show_if(self.chosen, not listing)
        show_if(self.chosen.change, self.model.total > 1)
        self._tell_count(listing)
        self.setFocusProxy(self._first(listing))

    def _first(self, listing: bool) -> QWidget:
        if not listing:
            return self.chosen.change
        return self.search if self.model.total >= _SEARCHED_FROM else self.list

    def _tell_count(self, listing: bool) -> None:
        total, shown = self.model.total, self.model.rowCount()
        found = f"{shown:,} of {total:,} assets" if shown != total else f"{total:,} assets"
        self.count.show_text(found if listing and total >= _SEARCHED_FROM and shown else "")
        empty = "Nothing that you hold here matches." if total else "Nothing is held here."
        self.nothing.show_text(empty if listing and not shown else "")

    def _search(self, text: str) -> None:
        self.model.search(text)
        show_if(self.list, self.model.rowCount() > 0 and self.chosen.isHidden())
        self._tell_count(self.chosen.isHidden())

    def _take_only(self) -> None:
        only = self.model.entry(0)
        if self.model.rowCount() == 1 and only is not None:
            self._choose(only.key)
        else:
            self._into_list()

    def _into_list(self) -> None:
        if self.model.rowCount():
            if not self.list.currentIndex().isValid():
                self.list.setCurrentIndex(self.model.index(0))
            self.list.setFocus()

    def _type_on(self, text: str) -> None:
        if self.search.isVisible():
            self.search.setFocus()
            self.search.setText(self.search.text() + text)
