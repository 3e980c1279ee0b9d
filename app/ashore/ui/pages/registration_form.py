"""The form of a registration: which Stark key is tied to which address, who pays the gas, and at most how much."""

from __future__ import annotations

from dataclasses import replace

from ashore.domain.addresses import readable
from ashore.engine.views import Account
from ashore.systems.base import Quote
from ashore.systems.claiming.gas import gas_words
from ashore.systems.reddio.system.registration import RegistrationOffer
from ashore.ui.context import Context
from ashore.ui.pages.gas_form import GasFormPage
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.field import Field
from ashore.ui.widgets.labels import Label, clear

TITLE = "Register a Reddio key"
ABOUT = (
    "Only what was withdrawn to the Stark key itself needs this: it lies under the key on Ethereum, and can be claimed "
    "once the contract knows whose the key is. A withdrawal to an Ethereum address needs no registration."
)
_ONCE = "It can be done once for each key, and cannot be undone."


class RegistrationFormPage(GasFormPage[RegistrationOffer]):
    """Asks once what it costs, has the choice judged, and leads to the review."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, TITLE, back="Withdraw from Reddio", action="Review registration")
        self._profile, self._key = "", ""
        self._account: Account | None = None
        self.payer = Choice(context.theme, "Who pays the gas")
        self.add_fields(payer=Field(context.icons, "Who pays the gas", self.payer))
        self.summary.warning.setText(_ONCE)
        self.summary.set_caption("You register")
        self.payer.changed.connect(lambda _key: self.edited())
        self.payer.entered.connect(self.submit)
        self.trouble.action.clicked.connect(self._follow)
        self._under_way = ""

    def begin_with(self, profile: str, account: Account, key: str, stark_key: str) -> None:
        """Register that key, by its name, for the account's own address."""
        self.begin()
        self._profile, self._account, self._key = profile, account, key
        clear(self.told)
        facts = Facts(self.context.theme)
        facts.add_hex("Stark key", stark_key)
        facts.add_hex("Is tied to", readable(account.address))
        self.told.addWidget(facts)
        self.told.addWidget(Label(ABOUT, "small", wrap=True))

    def shown(self) -> None:
        super().shown()
        self.payer.setFocus()

    def chain(self) -> str:
        return "Ethereum" if self._account is not None else ""

    def amended(self, quote: Quote) -> Quote:
        """With a name for what no money is."""
        return replace(quote, receive="your Stark key")

    async def ask(self) -> RegistrationOffer:
        assert self._account is not None
        offer = await self.context.wallet.registering.open(self._profile, self._account.index, self._key)
        assert isinstance(offer, RegistrationOffer), "this form is of registrations"
        return offer

    def offered(self, offer: RegistrationOffer) -> None:
        chosen = self.payer.key
        options = [
            (str(each.index), f"{each.label} · {gas_words(each.balance, offer.gas_symbol, up=False)}")
            for each in offer.payers
        ]
        usual = next((str(each.index) for each in offer.payers if each.free), "0")
        self.payer.set_options(options, usual)
        if chosen:
            self.payer.select(chosen)
        self._under_way = offer.under_way
        self.trouble.action.setText("Follow that registration" if offer.under_way else "")

    def _follow(self) -> None:
        if self._under_way:
            self.context.go.show_voyage(self._under_way)

    def draft(self) -> dict[str, str]:
        return {**super().draft(), "payer": self.payer.key}
