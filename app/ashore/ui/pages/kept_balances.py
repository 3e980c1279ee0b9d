"""The services whose balance link is kept: what they said, a way to look again, and a way to forget (LUD-14)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QHideEvent

from ashore.engine.kept_balances import KeptBalance
from ashore.systems.base import Problem, Severity
from ashore.systems.lnurl.codec import sat_text
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.ui.context import Context
from ashore.ui.pages.kept_list import KeptCard
from ashore.ui.pages.lnurl_words import both_forms
from ashore.ui.pages.replacing import Replacing
from ashore.ui.pages.seen_list import SeenList
from ashore.ui.port import BalancesPort
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label
from ashore.ui.widgets.scroll import bring_into_view
from ashore.ui.wording import breakable, clock_time

TITLE = "Balances to look at again"
_ABOUT = "One click asks the service once."
_WHAT_FORGETTING_MEANS = (
    "Its link is deleted from your vault, for good. What is left at the service stays there, and Ashore has no way "
    "to it any more."
)


class BalanceCard(KeptCard):
    """One service: its host and what it said, never its link."""

    def __init__(self, context: Context, kept: KeptBalance) -> None:
        host = breakable(both_forms(kept.host))
        self.said = Label(role="muted", wrap=True)
        self.look_button = Button("Look again", name=f"Look again at {kept.host}")
        super().__init__(context, kept.host, (Label(host, "strong", wrap=True), self.said), self.look_button)
        self.kept = kept
        self._now = context.now
        self.put(f"Forget {host}?", _WHAT_FORGETTING_MEANS)

    def show_kept(self, kept: KeptBalance, *, asking: bool) -> None:
        """Show what the service said last, or that it is being asked."""
        self.kept = kept
        now = self._now()
        told = f"The service said {sat_text(kept.balance_msat)} at {clock_time(kept.told_at, now, seconds=False)}"
        told += f"; you withdrew {sat_text(kept.taken_msat)} since." if kept.taken_msat else "."
        self.said.setText(breakable(f"{kept.host} is being asked." if asking else told))
        asked = clock_time(kept.asked_at, now, seconds=False)
        doubt = Problem(
            f"It was asked at {asked}, and no answer is known.", "The link may be out of date.", Severity.WARNS
        )
        self.doubt.show_problem(doubt if kept.asked_at and not asking else None)
        self.look_button.setEnabled(not asking)
        self.forget_button.setEnabled(not asking and self.question.isHidden())


class KeptBalances(SeenList[KeptBalance, BalanceCard]):
    """All of them. What a look brings takes the place of no voucher in hand, unless a person says so."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, TITLE, _ABOUT)
        self._asking: set[str] = set()
        self._looked_at: LnurlOffer | None = None
        self.replacing = Replacing()
        self._body.addWidget(self.replacing)
        self.replacing.agreed.connect(self._begin_anew)
        self.replacing.declined.connect(self._let_be)
        context.hub.withdrawals_changed.connect(lambda _ids: self.refresh())
        self.refresh()

    @property
    def _balances(self) -> BalancesPort | None:
        return self._context.wallet.balances

    def entries(self) -> Sequence[KeptBalance]:
        return () if self._balances is None else self._balances.listed()

    def identity(self, entry: KeptBalance) -> object:
        return entry.id, entry.host

    def card(self, entry: KeptBalance) -> BalanceCard:
        card = BalanceCard(self._context, entry)
        card.taken.connect(lambda: self._look(entry.id))
        card.agreed.connect(lambda: self._forget(entry))
        return card

    def show_entry(self, card: BalanceCard, entry: KeptBalance) -> None:
        card.show_kept(entry, asking=entry.id in self._asking)

    def _look(self, balance: str) -> None:
        if balance not in self._asking and self._balances is not None:
            self.notice.clear()
            self._asking.add(balance)
            self.refresh()
            work = self._looked(self._balances, balance)
            self._context.tasks.start(work, failed=self.say, name=f"look at {balance}")

    async def _looked(self, balances: BalancesPort, balance: str) -> None:
        try:
            offer = await balances.look(balance)
        finally:
            here = self.isVisible()
            self._asking.discard(balance)
            self.refresh()
        if not here:  # who has gone elsewhere meanwhile is not fetched back
            return
        begun = self._context.go.unfinished(offer.source.profile, "", None, "")
        if begun is None:
            self._context.go.show_opened(offer)
            return
        self._looked_at = offer
        self.replacing.ask(begun)
        self._show_or_hide()
        bring_into_view(self.replacing)

    def _begin_anew(self) -> None:
        offer, self._looked_at = self._looked_at, None
        if offer is not None:
            self._context.go.show_opened(offer)

    def _let_be(self) -> None:
        """Ask no more. Its link is kept here still, or else what it offers is in the form's list."""
        self._looked_at = None
        self.replacing.hide()
        self._show_or_hide()

    def _show_or_hide(self) -> None:
        super()._show_or_hide()
        if self._wanted and self._looked_at is not None:
            self.show()

    def hideEvent(self, event: QHideEvent) -> None:
        """Elsewhere, or locked: what is begun may be another by then."""
        if not event.spontaneous():
            self._looked_at = None
            self.replacing.hide()
        super().hideEvent(event)

    def _forget(self, kept: KeptBalance) -> None:
        if self._balances is not None:
            done = Problem(f"{both_forms(kept.host)} is forgotten.", "Its link is deleted.")
            self.let_go(kept.id, self._balances.forget, done)
