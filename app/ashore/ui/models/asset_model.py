"""What an account holds on Reddio, as a list of which only what is in view is ever drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ashore.domain.amounts import display_units
from ashore.domain.untrusted import plain
from ashore.systems.reddio.codec import Asset
from ashore.systems.reddio.codec.quanta import unquantise
from ashore.ui.widgets.labels import plain_tip
from ashore.ui.wording import elided

ENTRY = int(Qt.ItemDataRole.UserRole)
"""The role under which an `AssetEntry` is given whole."""

_MOST_NAME = 60
_MOST_SYMBOL = 16
_MOST_RAW = 240
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class AssetEntry:
    """One asset of the list, in words. `key` tells it from all others.

    `title` is the amount of what has amounts, and the name of a collection; `aside` says what is not free to leave.
    """

    key: str
    symbol: str
    title: str
    name: str
    aside: str
    token_id: int | None
    searched: str
    """All that it is found by, in one case."""
    problem: str = ""
    """Why it cannot be chosen to any purpose."""

    @property
    def number(self) -> str:
        """The token id with its sign, cut in the middle where it is long; empty where there is none."""
        return "" if self.token_id is None else f"#{elided(self.token_id)}"

    @property
    def spoken(self) -> str:
        """The whole entry for a screen reader, its token id uncut."""
        number = "" if self.token_id is None else f"token {self.token_id}"
        told = f"{self.title} {number}".strip(), self.name, self.aside, self.problem
        return ", ".join(part for part in told if part)

    @property
    def tip(self) -> str:
        """What one hover away is said in full."""
        number = "" if self.token_id is None else f"Token id {self.token_id}"
        return "\n".join(part for part in (number, self.name, self.aside, self.problem) if part)


def entry_of(
    key: str,
    asset: Asset,
    symbol: str,
    name: str,
    decimals: int,
    *,
    available: int,
    frozen: int = 0,
    withdraw_frozen: int = 0,
    under: str = "",
    problem: str = "",
) -> AssetEntry:
    """Put an asset into words. Amounts are in quanta, as Reddio counts; symbol and name are a server's, untrusted.

    `under` says under which of the account's keys it is, where that is not the usual one.
    """
    symbol = _visible(symbol[:_MOST_RAW], _MOST_SYMBOL) or asset.kind.value
    name = _visible(name[:_MOST_RAW], _MOST_NAME)
    if asset.kind.is_fungible:
        title = _amount(available, asset.quantum, decimals, symbol)
        held, leaving = (_amount(each, asset.quantum, decimals, symbol) for each in (frozen, withdraw_frozen))
        words = f"{held} held by orders", f"{leaving} on its way to Ethereum"
    else:
        title = symbol
        words = "held by an order", "on its way to Ethereum"
    aside = [word for word, quanta in zip(words, (frozen, withdraw_frozen), strict=True) if quanta]
    told = " · ".join([*aside, *filter(None, (f"under {under}" if under else "",))])
    shown = "" if name.casefold() == symbol.casefold() else name
    token = "" if asset.token_id is None else f"#{asset.token_id}"
    searched = f"{symbol} {name} {token} {'0x' + asset.token.hex() if asset.token else ''} {asset.kind.value}"
    return AssetEntry(key, symbol, title, shown, told, asset.token_id, searched.casefold(), problem)


@lru_cache(maxsize=1024)
def _visible(text: str, limit: int) -> str:
    """As `plain`: thousands of tokens have the few names of their collections."""
    return plain(text, limit)


def _amount(quanta: int, quantum: int, decimals: int, symbol: str) -> str:
    return f"{display_units(unquantise(quanta, quantum), decimals)} {symbol}"


class AssetModel(QAbstractListModel):
    """All entries, or those that a search leaves. Every word of the search must be found in an entry."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[AssetEntry, ...] = ()
        self._shown: Sequence[AssetEntry] = ()
        self._words: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many there are, searched or not."""
        return len(self._entries)

    def show_entries(self, entries: Sequence[AssetEntry]) -> None:
        """List these, as far as the search leaves them."""
        if tuple(entries) == self._entries:
            return
        self.beginResetModel()
        self._entries = tuple(entries)
        self._shown = self._found(self._entries)
        self.endResetModel()

    def search(self, text: str) -> None:
        """List what has all words of `text`."""
        words = tuple(plain(text, 200).casefold().split())
        if words == self._words:
            return
        narrower = _narrows(self._words, words)
        self.beginResetModel()
        self._words = words
        self._shown = self._found(self._shown if narrower else self._entries)
        self.endResetModel()

    def entry(self, row: int) -> AssetEntry | None:
        """The entry in that row of what is listed."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def row_of(self, key: str) -> int:
        """The row of an entry, -1 where it is not listed."""
        return next((row for row, entry in enumerate(self._shown) if entry.key == key), -1)

    def _found(self, among: Sequence[AssetEntry]) -> Sequence[AssetEntry]:
        if not self._words:
            return among
        return [entry for entry in among if all(word in entry.searched for word in self._words)]

    # What Qt asks

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index.row())
        tell = _TELL.get(role)
        return None if entry is None or tell is None else tell(entry)


def _narrows(before: tuple[str, ...], now: tuple[str, ...]) -> bool:
    """Whether all that has the words of `now` has those of `before` too."""
    return all(any(old in new for new in now) for old in before)


_TELL: dict[int, Callable[[AssetEntry], Any]] = {
    Qt.ItemDataRole.DisplayRole: lambda entry: f"{entry.title} {entry.number}".strip(),
    Qt.ItemDataRole.ToolTipRole: lambda entry: plain_tip(entry.tip),
    Qt.ItemDataRole.AccessibleTextRole: lambda entry: entry.spoken,
    ENTRY: lambda entry: entry,
}
