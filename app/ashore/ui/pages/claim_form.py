"""The form of a claim: who pays the gas, and at most how much; the money itself goes to its owner in any case."""

from __future__ import annotations

from dataclasses import dataclass

from ashore.domain.addresses import checksum
from ashore.domain.amounts import display_units
from ashore.systems.base import Unclaimed
from ashore.systems.claiming.claims import ClaimOffer, amount_text
from ashore.systems.claiming.gas import gas_words
from ashore.ui.context import Context
from ashore.ui.pages.any_wallet import AnyWallet
from ashore.ui.pages.gas_form import GasFormPage
from ashore.ui.pages.whose import who_receives
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.field import Field
from ashore.ui.widgets.labels import clear

_WHAT = "It goes to its owner, whoever pays the gas."
_WAY_BACK = "It can be cancelled only as long as no block has taken it."
_ROW = "each is reviewed and signed by itself, and the next one follows at once; none has to wait for the one before"


@dataclass
class ClaimRow:
    """Claims that are made one after another.

    `place` counts from 1; `gas` is what all of them may cost, in words, once that is known.
    """

    all: tuple[Unclaimed, ...]
    place: int = 1
    gas: str = ""

    @property
    def words(self) -> str:
        """Which of how many this one is."""
        return f"claim {self.place} of {len(self.all)}"

    @property
    def owed(self) -> Unclaimed:
        """What is to be claimed now."""
        return self.all[self.place - 1]

    def next(self) -> bool:
        """Go on to the next one; False where this was the last."""
        if self.place >= len(self.all):
            return False
        self.place += 1
        return True


class ClaimFormPage(GasFormPage[ClaimOffer]):
    """Asks once what a claim costs, has the choice judged, and leads to the review."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Claim what waits", back="Unclaimed", action="Review claim")
        self._owed: Unclaimed | None = None
        self._claim: ClaimOffer | None = None
        self._row: ClaimRow | None = None
        self.payer = Choice(context.theme, "Who pays the gas")
        self.add_fields(payer=Field(context.icons, "Who pays the gas", self.payer))
        self.summary.warning.setText(_WAY_BACK)
        self.trouble.action.setText("Follow that claim")
        self.trouble.acted.connect(self._follow)
        self.payer.changed.connect(lambda _key: self.edited())
        self.payer.entered.connect(self.submit)

    def begin_with(self, *owed: Unclaimed) -> None:
        """Claim this, or all of these one after another."""
        self._row = ClaimRow(owed) if len(owed) > 1 else None
        self._begin(owed[0])

    def go_on(self) -> bool:
        """Claim the next one of a row, now that one was sent; False where there is none."""
        if self._row is None or not self._row.next():
            return False
        self._begin(self._row.owed)
        return True

    def _begin(self, owed: Unclaimed) -> None:
        self.begin()
        self._owed, self._claim = owed, None
        self.summary.set_caption(who_receives(self.context.wallet, owed.owner))
        self._tell(owed, ())
        clear(self.extra)
        self.ways = AnyWallet(self.context, owed)
        self.extra.addWidget(self.ways)

    def _tell(self, owed: Unclaimed, pays: tuple[str, ...]) -> None:
        clear(self.told)
        facts = Facts(self.context.theme)
        if self._row is not None:
            facts.add("In a row", self._row.words, note=_ROW)
            if self._row.gas:
                facts.add("Gas for all", f"probably {self._row.gas}", note="what is not used is not paid")
        facts.add("Waits", f"{amount_text(owed)} on {owed.chain}")
        for number, part in enumerate(pays):
            facts.add("What it pays" if number == 0 else "", part)
        if owed.rest:
            rest = f"{display_units(owed.rest, owed.rest_decimals)} {owed.symbol}"
            facts.add("Stays there", rest, note=f"below what the token can express on {owed.chain}")
        facts.add_hex("Owner", checksum(bytes.fromhex(owed.owner[2:])))
        facts.add("Who gets it", _WHAT)
        self.told.addWidget(facts)

    def shown(self) -> None:
        super().shown()
        self.payer.setFocus()

    def chain(self) -> str:
        return self._owed.chain if self._owed is not None else ""

    async def ask(self) -> ClaimOffer:
        assert self._owed is not None
        if self._row is not None and not self._row.gas:
            costs = await self.context.wallet.unclaimed.gas_of(self._row.all)
            self._row.gas = " and ".join(
                f"{gas_words(likely, symbol)}, at most {gas_words(most, symbol)}"
                for symbol, (likely, most) in costs.items()
            )
        offer = await self.context.wallet.unclaimed.open_claim(self._owed)
        assert isinstance(offer, ClaimOffer), "this form is of claims"
        return offer

    def offered(self, offer: ClaimOffer) -> None:
        chosen, self._claim = self.payer.key, offer
        options = [
            (str(each.index), f"{each.label} · {gas_words(each.balance, offer.gas_symbol, up=False)}")
            for each in offer.payers
        ]
        usual = next((str(each.index) for each in offer.payers if each.free), "0")
        self.payer.set_options(options, usual)
        if chosen:
            self.payer.select(chosen)
        self.trouble.action.setText("Follow that claim" if offer.under_way else "")
        self._tell(offer.owed, offer.pays)
        self.ways.show_gas(offer)
        self.ways.setVisible(offer.refused is None)  # from no wallet would the contract take it now

    def draft(self) -> dict[str, str]:
        return {**super().draft(), "payer": self.payer.key}

    def _follow(self) -> None:
        if self._claim is not None and self._claim.under_way:
            self.context.go.show_voyage(self._claim.under_way)
