"""What nobody has to know of a withdrawal from Reddio, kept where those look who want to."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.addresses import readable
from ashore.systems.reddio.system.offer import Holding, ReddioOffer, ReddioQuote
from ashore.ui.pages.reddio_words import exit_words, key_words, registration_words
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.labels import Label, clear, column, row, show_if
from ashore.ui.wording import breakable


class TechnicalDetails(Disclosure):
    """By what numbers Reddio keeps the chosen asset."""

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__(icons, "Technical details")
        self._theme = theme
        self._shown: tuple[str, Holding] | None = None
        inner = QWidget()
        self._place = QVBoxLayout(inner)
        self._place.setContentsMargins(0, 0, 0, 0)
        self.set_content(inner)
        self.hide()

    def show_quote(self, quote: ReddioQuote) -> None:
        """Show those of what is chosen."""
        holding, account = quote.holding, quote.account
        show_if(self, holding is not None)
        if holding is None or account is None:
            return
        if self._shown is not None and self._shown[1].asset == holding.asset and self._shown[0] == account.name:
            return
        self._shown = account.name, holding
        clear(self._place)
        facts = Facts(self._theme)
        facts.add("Kind", str(holding.asset.kind))
        if holding.asset.token:
            facts.add_hex("Contract", readable("0x" + holding.asset.token.hex()))
        if holding.asset.token_id is not None:
            facts.add("Token id", str(holding.asset.token_id))
        facts.add_hex("Asset id", holding.asset_id)
        if holding.asset.kind.is_fungible:
            facts.add("Quantum", f"{holding.asset.quantum:,}", note="base units that one unit on Reddio stands for")
        facts.add_hex("Stark key", account.stark_key)
        made = key_words(account.name, account.standard) or "the usual key of Reddio’s clients"
        facts.add("Made as", made, note=account.name)
        self._place.addWidget(facts)


class ExitNote(Disclosure):
    """Says what an owner can do on Ethereum alone, and with which numbers."""

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__(icons, "If Reddio does not bring it out")
        self._theme = theme
        self._told: tuple[str, ...] = ()
        self.steps = QWidget()
        self._place = QVBoxLayout(self.steps)
        self._place.setContentsMargins(0, 0, 0, 0)
        self._place.setSpacing(8)
        self.set_content(self.steps)
        self.hide()

    def show_offer(self, offer: ReddioOffer) -> None:
        """Name the contract, and the account’s usual Stark key with those that anything may lie under."""
        keys = [account.stark_key for account in offer.accounts if account.standard or account.holdings != 0]
        told = (exit_words(offer), offer.contract, *keys)
        show_if(self, bool(offer.contract and offer.accounts))
        if told == self._told:
            return
        self._told = told
        clear(self._place)
        for step in told[0].split("\n"):
            self._place.addWidget(Label(breakable(step), "small", wrap=True))
        facts = Facts(self._theme)
        facts.add_hex("Contract", readable(offer.contract))
        for key in keys:
            facts.add_hex("Stark key", key)
        self._place.addWidget(facts)


class RegistrationNote(Disclosure):
    """Says what a registered Stark key is for, what it costs, and offers it."""

    asked = Signal(str)

    def __init__(self, icons: Icons) -> None:
        super().__init__(icons, "Withdrawing under a registered Stark key")
        self._key = ""
        self.words = Label(role="small", wrap=True)
        self.register = Button("Register your Stark key")
        self.register.clicked.connect(lambda: self.asked.emit(self._key))
        inner = QWidget()
        inner.setLayout(column(self.words, row(self.register, -1)))
        self.set_content(inner)
        self.hide()

    def show_offer(self, offer: ReddioOffer) -> None:
        """Offer it for the usual key, unless that is registered or nobody knows."""
        first = offer.accounts[0] if offer.accounts else None
        wanted = first is not None and offer.registry_known and first.stark_key not in offer.registered
        self._key = first.name if first is not None else ""
        self.words.setText(breakable(registration_words(offer)))
        show_if(self, wanted)
