"""The services whose balance link is kept: what they said, a way to look again, and a way to forget (LUD-14)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.engine.kept_balances import KeptBalance
from ashore.systems.base import Problem, Severity
from ashore.systems.lnurl.codec import sat_text
from ashore.ui.context import Context
from ashore.ui.pages.lnurl_words import both_forms
from ashore.ui.port import BalancesPort
from ashore.ui.widgets.asking import AskingCard
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, clear, column, row, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.problem import ProblemLine
from ashore.ui.wording import breakable, clock_time

TITLE = "Balances to look at again"
_ABOUT = "One click asks the service once."
_WHAT_FORGETTING_MEANS = (
    "Its link is deleted from your vault, for good. What is left at the service stays there, and Ashore has no way "
    "to it any more."
)


class BalanceCard(AskingCard):
    """One service: its host and what it said, never its link; and the question before it is forgotten."""

    look = Signal(str)
    forget = Signal(str)

    def __init__(self, context: Context, kept: KeptBalance) -> None:
        self.forget_button = Button("Forget", "small-link", name=f"Forget {kept.host}")
        no = Button("Keep it", name=f"Keep {kept.host}")
        super().__init__(self.forget_button, no, Button("Forget it", name=f"Yes, forget {kept.host}"))
        self.kept = kept
        self._now = context.now
        self.said = Label(role="muted", wrap=True)
        self.doubt = ProblemLine(context.icons)
        self.look_button = Button("Look again", name=f"Look again at {kept.host}")
        words = column(Label(breakable(both_forms(kept.host)), "strong", wrap=True), self.said, spacing=4)
        line = row(words, self.forget_button, self.look_button, spacing=12)
        line.setStretch(0, 1)
        for button in (self.forget_button, self.look_button):
            line.setAlignment(button, Qt.AlignmentFlag.AlignVCenter)
        asked = self.put(f"Forget {breakable(both_forms(kept.host))}?", _WHAT_FORGETTING_MEANS)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 14, 20, 14)
        outer.setSpacing(8)
        outer.addLayout(line)
        outer.addWidget(self.doubt)
        outer.addWidget(asked)
        self.look_button.clicked.connect(lambda: self.look.emit(self.kept.id))
        self.agreed.connect(lambda: self.forget.emit(self.kept.id))
        self.show_kept(kept)

    def show_kept(self, kept: KeptBalance, *, asking: bool = False) -> None:
        """Show what the service said last, or that it is being asked."""
        self.kept = kept
        now = self._now()
        told = f"The service says: {sat_text(kept.balance_msat)}, at {clock_time(kept.told_at, now, seconds=False)}"
        self.said.setText(breakable(f"{kept.host} is being asked." if asking else told))
        asked = clock_time(kept.asked_at, now, seconds=False)
        doubt = Problem(
            f"It was asked at {asked}, and no answer is known.", "The link may be out of date.", Severity.WARNS
        )
        self.doubt.show_problem(doubt if kept.asked_at and not asking else None)
        self.look_button.setEnabled(not asking)
        self.forget_button.setEnabled(not asking and self.question.isHidden())


class KeptBalances(QWidget):
    """All of them; hidden while there are none and nothing is to be said."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._asking: set[str] = set()
        self.notice = Notice(context.icons, closable=True)
        self.heading = column(Label(TITLE, "section"), Label(_ABOUT, "small", wrap=True), spacing=2)
        self.cards: list[BalanceCard] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.setLayout(column(self.heading, self.notice, self._list, spacing=8))
        self.notice.closed.connect(self._show_or_hide)
        context.hub.lock_changed.connect(self._lock_changed)
        context.hub.withdrawals_changed.connect(lambda _ids: self.refresh())
        self.refresh()

    @property
    def _balances(self) -> BalancesPort | None:
        return self._context.wallet.balances

    def refresh(self) -> None:
        """Show what is kept now. Nobody is asked."""
        listed = () if self._balances is None else self._balances.listed()
        if [(card.kept.id, card.kept.host) for card in self.cards] != [(kept.id, kept.host) for kept in listed]:
            clear(self._list)
            self.cards = [self._card(kept) for kept in listed]
        for card, kept in zip(self.cards, listed, strict=True):
            card.show_kept(kept, asking=kept.id in self._asking)
        self._show_or_hide()

    def _card(self, kept: KeptBalance) -> BalanceCard:
        card = BalanceCard(self._context, kept)
        card.look.connect(self._look)
        card.forget.connect(self._forget)
        self._list.addWidget(card)
        return card

    def _show_or_hide(self) -> None:
        show_if(self, bool(self.cards) or not self.notice.isHidden())

    def _lock_changed(self) -> None:
        self.notice.clear()
        self.refresh()

    def _look(self, balance: str) -> None:
        if balance not in self._asking and self._balances is not None:
            self.notice.clear()
            self._asking.add(balance)
            self.refresh()
            work = self._looked(self._balances, balance)
            self._context.tasks.start(work, failed=self._not_answered, name=f"look at {balance}")

    async def _looked(self, balances: BalancesPort, balance: str) -> None:
        try:
            offer = await balances.look(balance)
        finally:
            here = self.isVisible()
            self._asking.discard(balance)
            self.refresh()
        if here:  # who has gone elsewhere meanwhile is not fetched back
            self._context.go.show_opened(offer)

    def _not_answered(self, error: AshoreError) -> None:
        self._say(Problem(error.sentence, error.advice, Severity.WARNS))

    def _forget(self, balance: str) -> None:
        if self._balances is not None:
            work = self._forgotten(self._balances, balance)
            self._context.tasks.start(work, failed=self._not_answered, name=f"forget {balance}")

    async def _forgotten(self, balances: BalancesPort, balance: str) -> None:
        host = next((card.kept.host for card in self.cards if card.kept.id == balance), "")
        await balances.forget(balance)
        self.refresh()
        self.notice.show_done(f"{both_forms(host)} is forgotten.", "Its link is deleted.")
        self._show_or_hide()

    def _say(self, problem: Problem) -> None:
        self.refresh()
        self.notice.show_problem(problem)
        self._show_or_hide()
