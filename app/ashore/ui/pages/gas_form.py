"""What the forms of transactions have in common besides: a highest price of gas, and trouble with the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from PySide6.QtWidgets import QVBoxLayout

from ashore.systems.base import Offer, Problem, Quote
from ashore.ui.context import Context
from ashore.ui.pages.field_intake import FieldIntake
from ashore.ui.pages.quote_form import QuoteFormPage
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.labels import ground
from ashore.ui.widgets.notice import Notice

OfferT = TypeVar("OfferT", bound=Offer)


class GasFormPage(QuoteFormPage[OfferT, Quote]):
    """A form with the highest price of gas. `told` is a column for what it is about, `extra` one below the fields."""

    def __init__(self, context: Context, title: str, *, back: str, action: str) -> None:
        super().__init__(context, title, back=back, what="transaction", kind=Quote, action=action)
        self.max_fee = LineEdit("Highest price of gas", "usual")
        self.fields: dict[str, Field] = {}
        self.trouble = Notice(context.icons, below=True)
        card, self.told = ground("card")
        self._left = QVBoxLayout()
        self._left.setSpacing(16)
        self.extra = QVBoxLayout()
        self.arrange(self.notice, self.trouble, card, self._left, self.extra)
        self.max_fee.textEdited.connect(lambda _text: self.edited())
        self.max_fee.guard()
        self.max_fee.returnPressed.connect(self.submit)

    def add_fields(self, **fields: Field) -> None:
        """Put these above the price of gas, by the names of their problems."""
        self.fields = {
            **fields,
            "max_fee": Field(self.context.icons, "Highest price of gas, in gwei", self.max_fee, lines=1),
        }
        for field in self.fields.values():
            self._left.addWidget(field)
        self.intake = FieldIntake(self.context, self.fields["max_fee"])

    def begin(self) -> None:
        """Begin anew, with nothing known."""
        self.put_down()
        self.max_fee.clear()
        self.intake.forget()
        self.notice.clear()
        self.trouble.clear()

    def chain(self) -> str:
        """The chain that is asked; empty while there is nothing to ask for."""
        raise AssertionError("each form names its chain")

    def asks(self) -> str:
        chain = self.chain()
        return f"{chain} is being asked what this costs." if chain else ""

    def named_fields(self) -> Mapping[str, Field]:
        return self.fields

    def draft(self) -> dict[str, str]:
        return {"max_fee": self.max_fee.text()}

    def shown(self) -> None:
        self.open()

    def judged(self, quote: Quote) -> None:
        super().judged(quote)
        whole = [problem for name, problem in quote.problems.items() if name not in self.fields]
        if whole:
            self.trouble.show_problem(whole[0], act=bool(self.trouble.action.text()))
        else:
            self.trouble.clear()

    def hindrance(self, quote: Quote) -> Problem | None:
        """As `trouble` says at length already, without its advice."""
        found = super().hindrance(quote)
        return Problem(found.sentence) if found is not None else None
