"""The form of another transaction in the place of a claim that waits: a higher price, or a cancellation."""

from __future__ import annotations

from ashore.domain.withdrawal import Withdrawal
from ashore.systems.claiming.gas import gwei_words
from ashore.systems.claiming.replacing import FIRST_WINS, MAY_LOSE, ReplacementOffer
from ashore.ui.context import Context
from ashore.ui.pages.gas_form import GasFormPage
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.labels import Label, clear

SPEED_UP, CANCEL = "Speed up the claim", "Cancel the claim"
_FASTER = (
    "The same call is signed once more, with the same number and a higher price, so that a block takes it sooner. "
    + FIRST_WINS
)
_NOTHING = (
    "A transaction that does nothing is signed with the claim’s number and a higher price. If a block takes it first, "
    "the claim can never take effect, and the money waits on. It costs gas, too. " + MAY_LOSE
)


class ReplaceFormPage(GasFormPage[ReplacementOffer]):
    """Asks once what it costs to outbid what waits, and leads to the review."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, SPEED_UP, back="Claim", action="Review")
        self._claim: Withdrawal | None = None
        self._cancel = False
        self.add_fields()
        self.summary.warning.setText("Once a block has taken one of them, it cannot be undone.")

    def begin_with(self, claim: Withdrawal, *, cancel: bool) -> None:
        """Replace this claim's transaction, or cancel it."""
        self.begin()
        self._claim, self._cancel = claim, cancel
        self.name_page(CANCEL if cancel else SPEED_UP)
        self.summary.review.setText("Review cancellation" if cancel else "Review speed-up")
        self._tell(None)

    def _tell(self, offer: ReplacementOffer | None) -> None:
        clear(self.told)
        self.told.addWidget(Label(_NOTHING if self._cancel else _FASTER, wrap=True))
        if self._claim is None or offer is None:
            return
        terms = self._claim.terms
        facts = Facts(self.context.theme)
        facts.add("The claim", f"{terms.details['amount.text']} on {terms.destination}")
        facts.add("Its number", terms.details["nonce"], note=f"of {offer.payer.label}, which pays the gas")
        facts.add("Offers now", gwei_words(offer.outbid.max_fee), note="for each unit of gas, at most")
        facts.add("Gas costs", gwei_words(offer.fees.base), note="in the newest block, without a tip")
        self.told.addWidget(facts)
        self.max_fee.setPlaceholderText(f"usual: {gwei_words(offer.usual_fee)}")

    def shown(self) -> None:
        super().shown()
        self.max_fee.setFocus()

    def chain(self) -> str:
        return self._claim.terms.destination if self._claim is not None else ""

    async def ask(self) -> ReplacementOffer:
        assert self._claim is not None
        offer = await self.context.wallet.unclaimed.open_replacement(self._claim.id, cancel=self._cancel)
        assert isinstance(offer, ReplacementOffer), "this form is of replacements"
        return offer

    def offered(self, offer: ReplacementOffer) -> None:
        self._tell(offer)
