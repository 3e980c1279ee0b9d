"""Vouchers that may hold more after a withdrawal: what their services said, and a way to withdraw again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame

from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.untrusted import quoted
from ashore.domain.withdrawal import SAID_BY, Status
from ashore.engine.views import Voyage
from ashore.engine.voucher_rests import VoucherRest
from ashore.store.names import VOUCHER_LINK
from ashore.systems.base import Problem
from ashore.systems.lnurl.codec import sat_text
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.plan import BY_BALANCE, SAID_BALANCE
from ashore.systems.lnurl.system.tracks import REQUESTED
from ashore.ui.context import Context
from ashore.ui.pages.earlier import EarlierNotice
from ashore.ui.pages.kept_list import KeptCard
from ashore.ui.pages.lnurl_words import both_forms
from ashore.ui.pages.seen_list import SeenList
from ashore.ui.port import RestsPort
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, column, show_if
from ashore.ui.wording import LIGHTNING, breakable, clock_time

TITLE = "May hold more"
AGAIN, LOOK = "Withdraw again", "Look at its balance again"
_ABOUT = "What is left is the service’s word. A service is asked when you open its link again."
_WHAT_FORGETTING_MEANS = (
    "Its link is deleted from your vault, for good. What is left at the service stays there, and Ashore has no way to "
    "it any more."
)


class RestCard(KeptCard):
    """One voucher: its host and the host's own words, and what may be left, never its link."""

    def __init__(self, context: Context, rest: VoucherRest) -> None:
        host, at = breakable(both_forms(rest.host)), clock_time(rest.told_at, context.now(), seconds=False)
        which = f"the voucher of {rest.host}, opened at {at}"
        said = breakable(quoted(rest.description)) if rest.description else ""
        left = breakable(f"{sat_text(rest.left_msat)} may be left, at most {sat_text(rest.most_msat)} at once.")
        told = breakable(
            f"At {at} the service said that it held {sat_text(rest.balance_msat)}; you withdrew "
            f"{sat_text(rest.taken_msat)} since."
        )
        if rest.asked_at:
            left = said_since(rest, context.now()) if rest.refused else f"{left} {said_since(rest, context.now())}"
        words = [Label(host, "strong", wrap=True), Label(left, wrap=True), Label(told, "muted", wrap=True)]
        if said:
            words.insert(1, Label(said, wrap=True))
        self.again_button = Button(AGAIN, name=f"Withdraw again from {which}")
        super().__init__(context, which, words, self.again_button)
        self.rest = rest
        its = ", ".join(each for each in (host, said) if each)
        self.put(f"Forget this voucher: {its}?", _WHAT_FORGETTING_MEANS)


def said_since(rest: VoucherRest, now: int) -> str:
    """What its service answered when it was asked again and gave no voucher. `now` in UTC milliseconds."""
    answer = "its service said no, so it may be empty" if rest.refused else "no voucher came in answer"
    return breakable(f"Asked again at {clock_time(rest.asked_at, now, seconds=False)}: {answer}.")


class VoucherRestList(SeenList[VoucherRest, RestCard]):
    """All of them; hidden while another voucher is in hand, too."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, TITLE, _ABOUT)
        context.hub.opened_changed.connect(self.refresh)
        context.hub.withdrawals_changed.connect(lambda _ids: self.refresh())
        self.refresh()

    @property
    def _rests(self) -> RestsPort | None:
        return self._context.wallet.rests

    def entries(self) -> Sequence[VoucherRest]:
        return () if self._rests is None else self._rests.listed()

    def card(self, entry: VoucherRest) -> RestCard:
        card = RestCard(self._context, entry)
        card.taken.connect(lambda: self._take(entry.id))
        card.agreed.connect(lambda: self._forget(entry))
        return card

    def _take(self, rest: str) -> None:
        if self._rests is not None:
            self._context.tasks.start(self._taken(self._rests, rest), failed=self.say, name="take up a rest")

    async def _taken(self, rests: RestsPort, rest: str) -> None:
        link = await rests.link(rest)
        profile = next(each.id for each in self._context.wallet.profiles() if each.system == LIGHTNING)
        if self.isVisible():  # who has gone elsewhere meanwhile, or opened another one, is not fetched back
            self._context.go.show_form(profile, link=link)

    def _forget(self, rest: VoucherRest) -> None:
        if self._rests is not None:
            done = Problem(f"The voucher of {both_forms(rest.host)} is forgotten.", "Its link is deleted.")
            self.let_go(rest.id, self._rests.forget, done)


class KnownVoucher:
    """What the form tells of vouchers that were withdrawn from: of the one in hand, or else of those that hold more."""

    def __init__(self, context: Context) -> None:
        self.notice = EarlierNotice(context, "Voucher")
        self.rests = VoucherRestList(context)

    def show_voucher(self, offer: LnurlOffer | None, text: str) -> None:
        """Of what is open in the form, or else of the link that stands there, or of none."""
        self.notice.show_voucher(offer, text)
        self.rests.want(offer is None and not text)


class VoyageRest(QFrame):
    """In the voyage of a withdrawal: that its voucher may hold more, as the service said, and the way back to it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self._context = context
        self._terms: Terms | None = None
        self._left = ""
        self.left = Label(role="strong", wrap=True)
        self.told = Label(role="small", wrap=True)
        self.button = Button(AGAIN)
        self.button.clicked.connect(self._go)
        parts = (Label(TITLE, "caption"), self.left, self.told, self.button)
        self.setLayout(column(*parts, spacing=8, margins=(20, 16, 20, 16)))
        context.hub.opened_changed.connect(self._changed)
        self.hide()

    def show_voyage(self, voyage: Voyage) -> None:
        """Tell what the service said before it, less what it took."""
        terms = voyage.withdrawal.terms
        balance = terms.details.get(SAID_BALANCE, "")
        left = int(balance) - terms.amount if balance.isdecimal() else 0
        told = left > 0 and voyage.status in (Status.FINAL, Status.UNSEEN)
        self._terms = terms if told else None
        show_if(self, told)
        if not told:
            return
        offered = voyage.withdrawal.stage(REQUESTED).best
        most = offered.facts.get("most", "") if offered is not None else ""
        once = f", and pays at most {most} at once" if most else ""
        self._left = breakable(f"{sat_text(left)} may be left.")
        self.left.setText(self._left)
        told_at = offered.observed_at if offered is not None else voyage.withdrawal.started_at
        host, at = terms.details.get(SAID_BY, ""), clock_time(told_at, self._context.now())
        self.told.setText(
            breakable(f"Before this withdrawal, at {at}, {host} said that it held {sat_text(int(balance))}{once}.")
        )
        self._show_way()

    def _changed(self) -> None:
        if self.isVisible():
            self._show_way()

    def showEvent(self, event: QShowEvent) -> None:
        """What changed out of view is looked up as it comes into view."""
        self._show_way()
        super().showEvent(event)

    def _show_way(self) -> None:
        rests = self._context.wallet.rests
        if self._terms is None or rests is None:
            return
        rest = rests.find(self._terms.details.get(VOUCHER_LINK, ""))
        self.left.setText(self._left if rest is None or not rest.refused else said_since(rest, self._context.now()))
        looks = self._is_looked_at(self._terms)
        show_if(self.button, looks or rest is not None)
        self.button.setText(LOOK if looks else AGAIN)

    def _is_looked_at(self, terms: Terms) -> bool:
        """Whether its balance link was kept, and one of its host still is: each answer may bring another."""
        balances = self._context.wallet.balances
        if BY_BALANCE not in terms.details or balances is None:
            return False
        return any(kept.host == terms.details.get(SAID_BY) for kept in balances.listed())

    def _go(self) -> None:
        rests, terms = self._context.wallet.rests, self._terms
        if rests is None or terms is None:
            return
        rest = rests.find(terms.details.get(VOUCHER_LINK, ""))
        if rest is None:
            self._context.go.show_section("withdraw")  # where the kept balance is looked at again
            return
        work = self._lead(rests, rest.id, terms.profile)
        self._context.tasks.start(work, failed=self._failed, name="lead to a rest")

    async def _lead(self, rests: RestsPort, rest: str, profile: str) -> None:
        link = await rests.link(rest)
        if self.isVisible():
            self._context.go.show_form(profile, link=link)

    def _failed(self, error: AshoreError) -> None:
        self._context.notify(Problem(error.sentence, error.advice))
