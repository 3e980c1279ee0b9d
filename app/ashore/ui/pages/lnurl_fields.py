"""The fields of an LNURL withdrawal: who pays, how much, and where it goes. Nothing here is stored."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ashore.domain.amounts import format_units
from ashore.systems.base import Problem, Severity
from ashore.systems.lnurl.codec.amounts import SAT_DECIMALS
from ashore.systems.lnurl.system.offer import FIELDS, UNITS, LnurlOffer, LnurlQuote
from ashore.systems.lnurl.system.receivers import PASTED
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.field import Field, LineEdit, Pair
from ashore.ui.widgets.labels import Label, ground, row, show_if
from ashore.ui.wording import breakable

_PASTED_TITLE = "Another wallet: paste its invoice"


class LnurlFields(QWidget):
    """Everything that is chosen after a voucher was opened."""

    edited = Signal()
    submitted = Signal()

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._touched: set[str] = set()
        self._asks_pin = False
        self.host = Label(role="strong", wrap=True)
        self.description = Label(role="muted", wrap=True)
        self.range = Label(role="small", wrap=True)
        self.amount = LineEdit("Amount")
        self.unit = Choice(theme, "Unit")
        self.unit.set_options([("sat", "sat"), ("BTC", "BTC")], "sat")
        self.least = Button("Min", "small-link", name="Use the least amount")
        self.most = Button("Max", "small-link", name="Use the greatest amount")
        self.receiver = Choice(theme, "Where to receive")
        self.invoice = LineEdit("Invoice", "lnbc…", "mono")
        self.pin = LineEdit("PIN")
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.fields = {
            "amount": Field(icons, "Amount", self.amount, row(self.least, self.most, -1), lines=2),
            "unit": Field(icons, "Unit", self.unit),
            "receiver": Field(icons, "Where to receive", self.receiver),
            "invoice": Field(icons, "Invoice of your wallet", self.invoice),
            "pin": Field(icons, "PIN of the card or voucher", self.pin),
        }
        self._arrange(theme)
        self._connect()

    def _arrange(self, theme: Theme) -> None:
        card, told = ground("card")
        told.addWidget(Label("Who pays", "caption"))
        for label in (self.host, self.description, self.range):
            told.addWidget(label)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(14)
        outer.addWidget(card)
        outer.addWidget(Pair(theme, self.fields["amount"], self.fields["unit"]))
        for name in ("receiver", "invoice", "pin"):
            outer.addWidget(self.fields[name])

    def _connect(self) -> None:
        for name, edit in (("amount", self.amount), ("invoice", self.invoice), ("pin", self.pin)):
            edit.textEdited.connect(lambda _text, name=name: self._typed(name))
            edit.returnPressed.connect(self.submitted)
        for choice in (self.unit, self.receiver):
            choice.changed.connect(lambda _key: self.edited.emit())

    def _typed(self, name: str) -> None:
        self._touched.add(name)
        self.edited.emit()

    def show_offer(self, offer: LnurlOffer) -> None:
        """Begin with what a service offers."""
        self._touched.clear()
        self._asks_pin = offer.service.pin_limit_msat is not None
        self.host.setText(breakable(offer.host))
        self.description.show_text(breakable(f"“{offer.description}”" if offer.description else ""))
        options = [(each.id, each.name) for each in offer.receivers]
        self.receiver.set_options([*options, (PASTED, _PASTED_TITLE)], options[0][0] if options else PASTED)
        self.receiver.select(options[0][0] if options else PASTED)
        self.unit.select("sat")
        for edit in (self.amount, self.invoice, self.pin):
            edit.setText("")  # which, unlike clear(), leaves nothing to Undo
        whole = offer.range.offered(takes_msat=True)
        first = None if whole is None else offer.service.prefill_msat(whole, bolt_card=offer.one_shot)
        if first is not None:
            self.use(first)

    def use(self, msat: int) -> None:
        """Write an amount into the field, in the unit that is chosen."""
        decimals = UNITS[self.unit.key or "sat"]
        scale = SAT_DECIMALS if self.unit.key != "BTC" else decimals
        self.amount.setText(format_units(msat, scale))
        self._touched.add("amount")
        self.edited.emit()

    def show_quote(self, quote: LnurlQuote) -> None:
        """Show what is wrong beside its field, and only what belongs to what was chosen."""
        pasted = quote.receiver == PASTED
        show_if(self.fields["invoice"], pasted)
        show_if(self.fields["pin"], (self._asks_pin and "pin" in quote.problems) or bool(self.pin.text()))
        allowed = quote.allowed
        for button in (self.least, self.most):
            button.setEnabled(allowed is not None and not allowed.fixed)
        self.range.show_text(breakable(quote.legs[0].note if quote.legs else ""))
        for name in FIELDS:
            problem = quote.problems.get(name)
            shown = problem is not None and (self._says(name) or problem.severity is not Severity.BLOCKS)
            self.fields[name].show_problem(problem if shown else None)

    def _says(self, name: str) -> bool:
        return name in self._touched or name in ("receiver", "unit")

    def says(self, name: str) -> bool:
        """Whether the field shows its problem."""
        return self._says(name)

    def touch_all(self) -> None:
        """From now on every field says what it lacks."""
        self._touched.update(FIELDS)

    def focus_on(self, name: str) -> None:
        """Lead to a field."""
        self.fields[name].control.setFocus()

    def tell(self, name: str, problem: Problem) -> None:
        """Say something beside a field."""
        self.fields[name].show_problem(problem)

    def values(self) -> dict[str, str]:
        """The draft as it stands here."""
        return {
            "amount": self.amount.text(),
            "unit": self.unit.key,
            "receiver": self.receiver.key,
            "invoice": self.invoice.text(),
            "pin": self.pin.text(),
        }

    def forget(self) -> None:
        """Let nothing stand here that is secret."""
        for edit in (self.amount, self.invoice, self.pin):
            edit.setText("")  # which, unlike clear(), leaves nothing to Undo
        self._touched.clear()
