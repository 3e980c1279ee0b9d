"""What stands in the way of a withdrawal where zkLink does not know the wallet's key, and the way to change that."""

from __future__ import annotations

from PySide6.QtCore import Signal

from ashore.domain.addresses import readable
from ashore.engine.views import ActivityQuery
from ashore.systems.base import Problem, Severity
from ashore.systems.zklink.system.activation_track import NEW_KEY
from ashore.systems.zklink.system.offer import ZkLinkOffer
from ashore.ui.context import Context
from ashore.ui.widgets.notice import Notice

_MOST = 100

ACTIVATE, REPLACE, LOOK = "Activate this account", "Replace its key", "See how it stands"
UNDER_WAY = Problem(
    "The key of this account is being registered.",
    "You can withdraw as soon as zkLink names it. What you type is kept.",
    Severity.NOTES,
)
_KEPT = "What you type is kept meanwhile."


class KeyNotice(Notice):
    """Hidden unless registering the wallet's own key is all that an account lacks."""

    settled = Signal()
    """An activation came to an end: the account is worth asking for again."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.icons, action=ACTIVATE, below=True)
        self._context = context
        self._offer: ZkLinkOffer | None = None
        self._open = ""
        self.acted.connect(self._go_on)
        context.hub.withdrawals_changed.connect(self._changed)

    def show_offer(self, offer: ZkLinkOffer) -> bool:
        """Say what the account lacks, if it is a key that can be registered here; whether it is."""
        self._offer = offer if offer.key_chain is not None else None
        if self._offer is None:
            self.clear()
            return False
        self._open = open_activation(self._context, offer.address)
        if self._open:
            self.action.setText(LOOK)
            self.show_problem(UNDER_WAY, act=True)
            return True
        self.action.setText(REPLACE if offer.active else ACTIVATE)
        advice = "Registering this wallet’s key takes a moment and is usually free of charge."
        if offer.active:
            advice = "If that key is yours, you can replace it by this wallet’s."
        self.show_problem(Problem(offer.blocked, f"{advice} {_KEPT}", Severity.WARNS), act=True)
        return True

    def _go_on(self) -> None:
        if self._open:
            self._context.go.show_voyage(self._open)
        elif self._offer is not None:
            self._context.go.show_activation(self._offer.source.profile, self._offer.address)

    def _changed(self, ids: frozenset[str]) -> None:
        if self._open and self.isVisible() and (not ids or self._open in ids):
            assert self._offer is not None
            if not open_activation(self._context, self._offer.address):
                self.settled.emit()


def open_activation(context: Context, address: str) -> str:
    """The activation of this account (lower-case hex) that is under way; empty where there is none."""
    rows = context.wallet.activity(ActivityQuery(text=readable(address), only="open"), None, _MOST).rows
    mine = (row.id for row in rows if NEW_KEY in row.terms.details and row.terms.account == address)
    return next(mine, "")
