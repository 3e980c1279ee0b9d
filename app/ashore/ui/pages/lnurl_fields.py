"""The fields of an LNURL withdrawal: who pays, how much, and where it goes. Nothing here is stored."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ashore.domain.amounts import format_units
from ashore.systems.base import Problem, Severity
from ashore.systems.lnurl.codec import sat_text
from ashore.systems.lnurl.system.offer import FIELDS, KEEP_BALANCE, UNITS, LnurlOffer, LnurlQuote
from ashore.systems.lnurl.system.receivers import PASTED
from ashore.ui.pages.balance_choice import BalanceChoice
from ashore.ui.pages.lnurl_service import ServiceCard
from ashore.ui.pages.lnurl_words import CONNECT, WRONG_PIN
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.field import Field, LineEdit, Pair
from ashore.ui.widgets.labels import Label, row, show_if

_PASTED_TITLE = "Another wallet: paste its invoice"


class LnurlFields(QWidget):
    """Everything that is chosen after a voucher was opened."""

    edited = Signal()
    submitted = Signal()

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._touched: set[str] = set()
        self._first: dict[str, str] = {}
        self._asks_pin = False
        self._good: tuple[str, str, int] | None = None
        self.service = ServiceCard(icons)
        self.amount = LineEdit("Amount")
        self.fixed = Label(role="value", wrap=True)
        self.unit = Choice(theme, "Unit")
        self.unit.set_options([("sat", "sat"), ("BTC", "BTC")], "sat")
        self.least = Button("Min", "small-link", name="Use the least amount")
        self.most = Button("Max", "small-link", name="Use the greatest amount")
        self.receiver = Choice(theme, "Where to receive")
        self.connect_wallet = Button(CONNECT, "small-link")
        self.ask_wallet = Button("Ask the wallet again", "small-link")
        self.ask_wallet.hide()
        self.invoice = LineEdit("Invoice", "lnbc…", "mono")
        self.wanted = Label(role="small", wrap=True)
        self.balance = BalanceChoice(icons)
        self.pin = LineEdit("PIN")
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.fields = {
            "amount": Field(icons, "Amount", self.amount, self.fixed, row(self.least, self.most, -1), lines=2),
            "unit": Field(icons, "Unit", self.unit),
            "receiver": Field(icons, "Where to receive", self.receiver, row(self.connect_wallet, self.ask_wallet, -1)),
            "invoice": Field(icons, "Invoice of your wallet", self.invoice, self.wanted),
            "pin": Field(icons, "PIN of the card or voucher", self.pin, Label(WRONG_PIN, "small", wrap=True)),
        }
        self._arrange(theme)
        self._connect()

    def _arrange(self, theme: Theme) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(14)
        outer.addWidget(self.service)
        outer.addWidget(Pair(theme, self.fields["amount"], self.fields["unit"]))
        for name in ("receiver", "invoice", "pin"):
            outer.addWidget(self.fields[name])
        outer.addWidget(self.balance)

    def _connect(self) -> None:
        for name, edit in (("amount", self.amount), ("invoice", self.invoice), ("pin", self.pin)):
            edit.textEdited.connect(lambda _text, name=name: self._typed(name))
            edit.returnPressed.connect(self.submitted)
        for choice in (self.receiver, self.unit):
            choice.entered.connect(self.submitted)
        self.receiver.changed.connect(lambda _key: self.edited.emit())
        self.unit.changed.connect(self._convert)

    def _typed(self, name: str) -> None:
        self._touched.add(name)
        self.edited.emit()

    def show_offer(self, offer: LnurlOffer) -> None:
        """Begin with what a service offers."""
        self.forget()
        self._asks_pin = offer.service.pin_limit_msat is not None
        self.service.show_offer(offer)
        self.balance.show_offer(offer)
        self.show_receivers(offer)
        self.receiver.select(offer.receivers[0].id if offer.receivers else PASTED)
        units = ("sat", "BTC", "msat") if offer.range.needs_msat else ("sat", "BTC")
        self.unit.set_options([(unit, unit) for unit in units], "sat")
        self.unit.select("sat")
        whole = offer.range.offered(takes_msat=True)
        first = None if whole is None else offer.service.prefill_msat(whole, bolt_card=offer.one_shot)
        if first is not None:
            self.use(first)
        self._show_fixed(whole.min_msat if whole is not None and whole.fixed and first is not None else None)
        self._first = self.values()

    def _show_fixed(self, msat: int | None) -> None:
        """An amount that the service has fixed is a fact, and nothing to type."""
        self.fixed.show_text("" if msat is None else f"{sat_text(msat)}, fixed by the service")
        for choice in (self.amount, self.fields["unit"]):
            show_if(choice, msat is None)

    def begin(self) -> None:
        """Lead to what can be chosen first."""
        first = self.amount if self.fixed.isHidden() else self.receiver
        first.setFocus()
        self.amount.selectAll()

    def show_receivers(self, offer: LnurlOffer) -> None:
        """List the wallets that are connected now, and keep what was chosen where it is still there."""
        options = [(each.id, each.name) for each in offer.receivers]
        self.receiver.set_options([*options, (PASTED, _PASTED_TITLE)], options[0][0] if options else PASTED)
        if options and self.receiver.key == PASTED and not self.invoice.text():
            self.receiver.select(options[0][0])
        show_if(self.connect_wallet, not options)

    def use(self, msat: int) -> None:
        """Write an amount into the field, in the unit that is chosen."""
        self.amount.setText(format_units(msat, UNITS[self.unit.key]))
        self._touched.add("amount")
        self.edited.emit()

    def _convert(self, unit: str) -> None:
        """Keep an amount that was good the same in another unit; anything else stays as it was typed."""
        good, self._good = self._good, None
        if good is not None and good[0] == self.amount.text() and good[1] != unit:
            self.use(good[2])
        self.edited.emit()

    def show_quote(self, quote: LnurlQuote) -> None:
        """Show what is wrong beside its field, and only what belongs to what was chosen."""
        pasted = quote.receiver == PASTED
        assert isinstance(quote.offer, LnurlOffer), "these fields are LNURL's"
        chosen = quote.offer.receiver(quote.receiver)
        show_if(self.ask_wallet, chosen is not None and bool(chosen.problem))
        show_if(self.fields["invoice"], pasted)
        show_if(self.fields["pin"], (self._asks_pin and "pin" in quote.problems) or bool(self.pin.text()))
        allowed = quote.allowed
        for button in (self.least, self.most):
            button.setEnabled(allowed is not None)
            show_if(button, allowed is None or not allowed.fixed)
        amount_wanted = "" if quote.amount_msat is None else f" over exactly {sat_text(quote.amount_msat)}"
        self.wanted.setText(f"Make an invoice{amount_wanted} in your wallet, and paste it here.")
        show_if(self.wanted, quote.invoice is None and "invoice" not in self._shown_problems(quote))
        self.service.show_range(quote.legs[0].note if quote.legs else "")
        amount, unit = quote.draft.text("amount"), quote.draft.text("unit")
        self._good = None if quote.amount_msat is None else (amount, unit, quote.amount_msat)
        shown = self._shown_problems(quote)
        for name in FIELDS:
            self.fields[name].show_problem(shown.get(name))

    def _shown_problems(self, quote: LnurlQuote) -> dict[str, Problem]:
        """What is said beside the fields: what a field lacks only once somebody was there."""
        known = {name: quote.problems[name] for name in FIELDS if name in quote.problems}
        return {
            name: problem
            for name, problem in known.items()
            if self._says(name) or problem.severity is not Severity.BLOCKS
        }

    def _says(self, name: str) -> bool:
        return name in self._touched or name in ("receiver", "unit")

    def touch_all(self) -> None:
        """From now on every field says what it lacks."""
        self._touched.update(FIELDS)

    @property
    def typed(self) -> bool:
        """Whether anything stands in a field."""
        return any(edit.text() for edit in (self.amount, self.invoice, self.pin))

    @property
    def changed(self) -> bool:
        """Whether anything stands here that the offer did not begin with."""
        return self.values() != self._first

    def values(self) -> dict[str, str]:
        """The draft as it stands here."""
        return {
            "amount": self.amount.text(),
            "unit": self.unit.key,
            "receiver": self.receiver.key,
            "invoice": self.invoice.text(),
            "pin": self.pin.text(),
            KEEP_BALANCE: "yes" if self.balance.wanted else "",
        }

    def forget(self) -> None:
        """Let nothing stand here that is secret, or that a service said."""
        for edit in (self.amount, self.invoice, self.pin):
            edit.setText("")  # which, unlike clear(), leaves nothing to Undo
        for field in self.fields.values():
            field.show_problem(None)
        self.service.forget()
        self.balance.forget()
        self._good = None
        self._touched.clear()
