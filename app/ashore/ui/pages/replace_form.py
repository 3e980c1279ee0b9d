"""The form of another transaction in the place of one that waits: a higher price, or a cancellation."""

from __future__ import annotations

from ashore.domain.withdrawal import Withdrawal
from ashore.systems.claiming.gas import gwei_words
from ashore.systems.claiming.replacing import ReplacementOffer, waiting
from ashore.ui.context import Context
from ashore.ui.pages.gas_form import GasFormPage
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.labels import Label, clear

_FASTER = (
    "The same call is signed once more, with the same number and a higher price, so that a block takes it sooner. "
)
_NOTHING = (
    "A transaction that does nothing is signed with the {noun}’s number and a higher price. If a block takes it first, "
    "the {noun} can never take effect{rest}. It costs gas, too. "
)
_WAITS_ON = {"claim": ", and what it claims waits on"}


class ReplaceFormPage(GasFormPage[ReplacementOffer]):
    """Asks once what it costs to outbid what waits, and leads to the review."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Speed up", back="Claim", action="Review")
        self._waits: Withdrawal | None = None
        self._cancel = False
        self.add_fields()
        self.summary.warning.setText("Once a block has taken one of them, it cannot be undone.")

    def begin_with(self, waits: Withdrawal, *, cancel: bool) -> None:
        """Replace the transaction of this claim or registration, or cancel it."""
        self.begin()
        self._waits, self._cancel = waits, cancel
        noun = waiting(waits).noun
        self.name_page(f"{'Cancel' if cancel else 'Speed up'} the {noun}")
        if self.back_button is not None:
            self.back_button.setText(noun.capitalize())
            self.back_button.setAccessibleName(f"Back to the {noun}")
        self.summary.review.setText("Review cancellation" if cancel else "Review speed-up")
        self._tell(None)

    def _tell(self, offer: ReplacementOffer | None) -> None:
        clear(self.told)
        if self._waits is None:
            return
        words = waiting(self._waits)
        nothing = _NOTHING.format(noun=words.noun, rest=_WAITS_ON.get(words.noun, "")) + words.may_lose
        self.told.addWidget(Label(nothing if self._cancel else _FASTER + words.first_wins, wrap=True))
        if offer is None:
            return
        terms = self._waits.terms
        facts = Facts(self.context.theme)
        facts.add(f"The {words.noun}", f"{terms.details['amount.text']} on {terms.destination}")
        facts.add("Its number", terms.details["nonce"], note=f"of {offer.payer.label}, which pays the gas")
        facts.add("Offers now", gwei_words(offer.outbid.max_fee), note="for each unit of gas, at most")
        facts.add("Gas costs", gwei_words(offer.fees.base), note="in the newest block, without a tip")
        self.told.addWidget(facts)
        self.max_fee.setPlaceholderText(f"usual: {gwei_words(offer.usual_fee)}")

    def shown(self) -> None:
        super().shown()
        self.max_fee.setFocus()

    def chain(self) -> str:
        return self._waits.terms.destination if self._waits is not None else ""

    async def ask(self) -> ReplacementOffer:
        assert self._waits is not None
        offer = await self.context.wallet.unclaimed.open_replacement(self._waits.id, cancel=self._cancel)
        assert isinstance(offer, ReplacementOffer), "this form is of replacements"
        return offer

    def offered(self, offer: ReplacementOffer) -> None:
        self._tell(offer)
