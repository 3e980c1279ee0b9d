"""The live summary of a form: what leaves, every cost, what arrives, how long it takes."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.systems.base import ARRIVES, Problem, Quote, Severity
from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.facts import MoneyRow
from ashore.ui.widgets.labels import Label, ground, rule
from ashore.ui.widgets.problem import ProblemLine
from ashore.ui.wording import breakable

RECEIVE = "You receive"
NOTHING = "—"
NO_WAY_BACK = "It cannot be cancelled once sent."


class SummaryCard(QWidget):
    """The card beside the form, with its one primary action."""

    def __init__(self, icons: Icons, *, caption: str = RECEIVE) -> None:
        super().__init__()
        self._caption = caption
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        card, column = ground("card")
        outer.addWidget(card)
        self.receive = Label(NOTHING, "hero", wrap=True)
        self.destination = Label(role="muted", wrap=True)
        self._legs: list[MoneyRow] = []
        self._legs_column = QVBoxLayout()
        self._legs_column.setSpacing(6)
        self.usually = Label(role="small", wrap=True)
        self.warning = Label(NO_WAY_BACK, "small", wrap=True)
        self.review = Button("Review withdrawal", "primary")
        self.reason = ProblemLine(icons)
        self.caption = Label(caption, "caption", wrap=True)
        column.addWidget(self.caption)
        column.addWidget(self.receive)
        column.addWidget(self.destination)
        column.addSpacing(4)
        column.addWidget(rule())
        column.addSpacing(4)
        column.addLayout(self._legs_column)
        column.addSpacing(4)
        column.addWidget(self.usually)
        column.addWidget(self.warning)
        column.addSpacing(8)
        column.addWidget(self.review)
        column.addWidget(self.reason)
        self.show_nothing("")

    def set_caption(self, caption: str) -> None:
        """Say what the amount above all others is."""
        self._caption = caption
        self.caption.setText(breakable(caption))

    def show_quote(self, quote: Quote, first_problem: Problem | None, usually: str = "", *, place: str = "on") -> None:
        """Show a judged draft. `first_problem` is why one cannot go on yet, if one cannot; `place` is on or in."""
        amount = quote.problems.get("amount")
        impossible = amount is not None and amount.severity is Severity.BLOCKS
        receive = "" if impossible else quote.receive
        self.receive.setText(breakable(receive) or NOTHING)
        self.receive.setAccessibleName(f"{self._caption} {receive or 'nothing yet'}")
        self.destination.show_text(breakable(f"{place} {quote.destination}" if quote.destination else ""))
        self._show_legs(quote)
        self.usually.show_text(breakable(quote.usually or usually))
        self.warning.show()
        self._allow(quote.ready, first_problem)

    def show_nothing(self, why: str) -> None:
        """Nothing is known yet; `why` says what is missing."""
        self.receive.setText(NOTHING)
        self.destination.show_text("")
        self.usually.show_text("")
        self.warning.hide()
        for leg in self._legs:
            leg.hide()
        self._allow(False, Problem(why, severity=Severity.NOTES) if why else None)

    def show_busy(self, sentence: str) -> None:
        """The review is being prepared."""
        self._allow(False, Problem(sentence, severity=Severity.NOTES))

    def _allow(self, ready: bool, problem: Problem | None) -> None:
        self.review.setEnabled(ready)
        shown = Problem(problem.sentence, problem.advice, Severity.NOTES) if problem is not None else None
        self.reason.show_problem(None if ready else shown)
        self.review.setAccessibleDescription("" if ready or shown is None else str(shown))

    def _show_legs(self, quote: Quote) -> None:
        above = (RECEIVE, ARRIVES, self._caption)  # that one stands above, large
        legs = [leg for leg in quote.legs if leg.label not in above]
        while len(self._legs) < len(legs):
            leg = MoneyRow()
            self._legs.append(leg)
            self._legs_column.addWidget(leg)
        for index, leg in enumerate(self._legs):
            leg.setVisible(index < len(legs))
            if index < len(legs):
                leg.show_money(legs[index].label, legs[index].value, legs[index].note)
