"""A list whose entries are counted in the journal: only where it is seen, or would be if it had any."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject

from ashore.ui.context import Context
from ashore.ui.pages.kept_list import CardT, EntryT, KeptList


class SeenList(KeptList[EntryT, CardT]):
    """Changes that nobody sees are caught up on when what it stands in comes into view."""

    def __init__(self, context: Context, title: str, about: str) -> None:
        super().__init__(context, title, about)
        self._stale = False

    def refresh(self) -> None:
        """Show what is kept now: at once where it is seen or the vault is locked, else when it comes into view."""
        around = self.parentWidget()
        seen = self._wanted and around is not None and around.isVisible()
        self._stale = not seen and not self._context.wallet.locked
        if self._stale:
            self._show_or_hide()
        else:
            super().refresh()

    def event(self, event: QEvent) -> bool:
        around = self.parentWidget()
        if event.type() == QEvent.Type.ParentChange and around is not None:
            around.installEventFilter(self)
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A list without entries is never shown itself: what it stands in is."""
        if event.type() == QEvent.Type.Show and watched is self.parentWidget() and self._stale:
            self.refresh()
        return False
