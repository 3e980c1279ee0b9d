"""Which claim paid a withdrawal, and which withdrawals a claim paid: they rest on one transaction."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout

from ashore.domain.withdrawal import LAST_STAGE
from ashore.engine.views import ActivityQuery, ActivityRow, Voyage
from ashore.ui.context import Context
from ashore.ui.widgets.buttons import RowButton
from ashore.ui.widgets.labels import Label, clear, column
from ashore.ui.wording import clock_time, is_claim, title, towards

MOST = 20
"""Withdrawals of one payout that are named one by one."""

LAST_PAYOUT = "last payout"
"""The fact that names a payout’s transaction, where the evidence itself is what a contract stores."""


class RelatedCard(QFrame):
    """Leads from a withdrawal to the claim that paid it, and back."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self._context = context
        self._asked = ""
        self.caption = Label("", "caption")
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.setLayout(column(self.caption, self._list, margins=(20, 16, 20, 16)))
        self.buttons: list[RowButton] = []

    def show_voyage(self, voyage: Voyage) -> None:
        """Look up what else was paid by the transaction that this one was paid by; asked once for each."""
        state = voyage.withdrawal
        hashes = _paid_by(voyage)
        asked = f"{state.id} {' '.join(hashes)}"
        if asked == self._asked:
            return
        self._asked = asked
        rows = {row.id: row for named in hashes for row in self._named(named, state.id)}
        wanted = [row for row in rows.values() if is_claim(row.terms) is not is_claim(state.terms)]
        clear(self._list)
        self.buttons = [self._button(row) for row in wanted]
        for button in self.buttons:
            self._list.addWidget(button)
        self.caption.setText("It paid" if is_claim(state.terms) else "Paid by")
        self.setVisible(bool(self.buttons))

    def _named(self, tx_hash: str, but: str) -> list[ActivityRow]:
        page = self._context.wallet.activity(ActivityQuery(tx_hash), None, MOST)
        return [row for row in page.rows if row.id != but]

    def _button(self, row: ActivityRow) -> RowButton:
        at = clock_time(row.started_at, self._context.now(), seconds=False)
        kind = "" if is_claim(row.terms) else "Withdrawal of "
        words = f"{kind}{title(row.terms)} {towards(row.terms)}"
        button = RowButton(f"{words}, started {at}. Opens its voyage.")
        button.fill(column(Label(words, "strong", wrap=True), Label(f"started {at}", "small"), margins=(12, 8, 12, 8)))
        button.clicked.connect(lambda: self._context.go.show_voyage(row.id))
        return button


def _paid_by(voyage: Voyage) -> list[str]:
    """The transactions that the payout rests on."""
    last = voyage.withdrawal.stage(voyage.withdrawal.facts.get(LAST_STAGE, ""))
    hashes = [named for piece in last.evidence for named in (piece.tx_hash, piece.facts.get(LAST_PAYOUT, ""))]
    return [named for named in dict.fromkeys(hashes) if named]
