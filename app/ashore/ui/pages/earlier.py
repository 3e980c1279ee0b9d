"""What was withdrawn from a voucher before, in words, and the way to that withdrawal."""

from __future__ import annotations

from collections.abc import Callable

from ashore.domain.withdrawal import Status
from ashore.engine.earlier_claims import EarlierClaim
from ashore.intake.recognition import unwrapped
from ashore.systems.base import Plan, Problem, Severity
from ashore.systems.lnurl.codec import sat_text
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.ui.context import Context
from ashore.ui.widgets.notice import Notice
from ashore.ui.wording import clock_time

SEE = "See that withdrawal"
_MANY = "{count} withdrawals of it are under Activity."
_MAY_PAY_AGAIN = "Where it can be used several times, it may pay again; where not, its service refuses."
_WAIT = "Wait until that is known: the service may pay only one of the two."
_LESS = " It may count uses rather than amounts, or somebody else withdrew."


def earlier_words(claim: EarlierClaim, now: int) -> Problem:
    """What is said of it: a note, and a warning where its end is not known yet. `now` in UTC milliseconds."""
    at = clock_time(claim.started_at, now, seconds=False)
    sentence, advice = _words(claim, at, now)
    if claim.differs is not None:
        advice = _difference(*claim.differs)
    many = f" {_MANY.format(count=claim.count)}" if claim.count > 1 else ""
    return Problem(sentence, f"{advice}{many}", Severity.WARNS if claim.is_open else Severity.NOTES)


def _difference(said_msat: int, expected_msat: int) -> str:
    said, expected = sat_text(said_msat), sat_text(expected_msat)
    told = (
        f"When it was opened, its service said {said}; by what it said before and what was withdrawn here, it would be "
        f"{expected}."
    )
    return f"{told}{_LESS if said_msat < expected_msat else ''}"


def withdrawn_before(context: Context, text: str) -> str:
    """The same of a link in one sentence; empty where nothing was withdrawn by it."""
    earlier = context.wallet.earlier
    claim = earlier.of_link(unwrapped(text)) if earlier is not None else None
    return earlier_words(claim, context.now()).sentence if claim is not None else ""


def _words(claim: EarlierClaim, at: str, now: int) -> tuple[str, str]:
    amount = claim.amount
    if claim.refused_so_far:
        until = f" until {clock_time(claim.watched_until, now, seconds=False)}" if claim.watched_until > now else ""
        said = f"You asked this voucher for {amount} at {at}, and its service said no."
        return said, f"It may still pay that{until}. {_WAIT}"
    if claim.is_open:
        return f"{amount} of this voucher are being withdrawn since {at}, and have not come yet.", _WAIT
    return {
        Status.FINAL: (f"You withdrew {amount} from this voucher at {at}, and that settled.", _MAY_PAY_AGAIN),
        Status.UNSEEN: (
            f"You gave this voucher an invoice of another wallet over {amount} at {at}.",
            "Only that wallet can tell whether it was paid: look there first.",
        ),
    }.get(claim.status, (f"You asked this voucher for {amount} at {at}, and nothing came of it.", "You may try again."))


def _nothing() -> EarlierClaim | None:
    return None


class EarlierNotice(Notice):
    """Hidden where nothing was withdrawn before, or nothing of it is known here."""

    def __init__(self, context: Context, back: str) -> None:
        """`back` names the page that it stands in, to which the way back from the withdrawal leads."""
        super().__init__(context.icons, SEE, below=True)
        self._context = context
        self._withdrawal = ""
        self._look: Callable[[], EarlierClaim | None] = _nothing
        context.hub.withdrawals_changed.connect(lambda _ids: self._changed())
        self.acted.connect(lambda: context.go.show_voyage(self._withdrawal, back=back))

    def show_voucher(self, offer: LnurlOffer | None, text: str) -> None:
        """Of what is open in a form, or else of the link that stands there."""
        earlier = self._context.wallet.earlier
        if earlier is not None:
            self._look = (lambda: earlier.of_offer(offer)) if offer is not None else (lambda: earlier.of_link(text))
            self.look_again()

    def show_plan(self, plan: Plan) -> None:
        """Of what is being reviewed."""
        earlier = self._context.wallet.earlier
        self._look = (lambda: earlier.of_plan(plan)) if earlier is not None else _nothing
        self.look_again()

    def forget(self) -> None:
        """Say nothing, and know no voucher any more."""
        self._look = _nothing
        self.clear()

    def _changed(self) -> None:
        page = self.parentWidget()
        if page is not None and page.isVisible():
            self.look_again()

    def look_again(self) -> None:
        """Tell what is known by now: nothing is looked up by itself while the page is out of view."""
        claim = self._look()
        if claim is None:
            self.clear()
            return
        self._withdrawal = claim.id
        self.show_problem(earlier_words(claim, self._context.now()), act=True)
