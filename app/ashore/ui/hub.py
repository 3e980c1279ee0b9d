"""Changes of the wallet, gathered so that the window repaints at most ten times a second."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from ashore.engine.views import Change, Topic
from ashore.ui.port import WalletPort

COALESCE_MS = 100
_TICK_MS = 1000


class ChangeHub(QObject):
    """Turns the wallet's many hints into few signals, and adds a tick for what only time changes."""

    withdrawals_changed = Signal(object)
    """The ids that changed: a frozenset; empty means that any may have."""
    health_changed = Signal()
    lock_changed = Signal()
    unclaimed_changed = Signal()
    opened_changed = Signal()
    tick = Signal()

    def __init__(self, wallet: WalletPort, parent: QObject) -> None:
        super().__init__(parent)
        self._ids: set[str] = set()
        self._topics: set[Topic] = set()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(COALESCE_MS)
        self._pause.timeout.connect(self._deliver)
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._clock.timeout.connect(self.tick)
        self._clock.start()
        self._unsubscribe = wallet.subscribe(self._heard)

    @property
    def pending(self) -> bool:
        """Whether something was heard that was not told yet."""
        return self._pause.isActive()

    def close(self) -> None:
        """Stop listening."""
        self._unsubscribe()
        self._pause.stop()
        self._clock.stop()

    def _heard(self, change: Change) -> None:
        self._topics.add(change.topic)
        if change.topic is Topic.WITHDRAWAL:
            self._ids.add(change.id)
        if not self._pause.isActive():
            self._pause.start()

    def _deliver(self) -> None:
        topics, ids = self._topics, frozenset(self._ids)
        self._topics, self._ids = set(), set()
        if Topic.LOCK in topics:
            self.lock_changed.emit()
        if Topic.WITHDRAWAL in topics:
            self.withdrawals_changed.emit(frozenset() if "" in ids else ids)
        if Topic.UNCLAIMED in topics:
            self.unclaimed_changed.emit()
        if Topic.OPENED in topics:
            self.opened_changed.emit()
        if topics & {Topic.HEALTH, Topic.OPERATOR}:
            self.health_changed.emit()
