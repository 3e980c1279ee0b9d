"""What all forms do alike: ask once, have each choice judged, say beside each field what is wrong, lead to the review.

A form of a new system is a `QuoteFormPage` with its own fields. It says

* `asks`: the sentence shown while its system is asked, empty while there is nothing to ask for;
* `ask`: the one network read, and `offered`: what the answer puts into the fields;
* `named_fields`: its fields by the names under which the quote speaks of them, in the order of reading;
* `draft`: what stands in them, as raw texts.

Whoever types calls `edited`; whoever presses Enter calls `submit`. A pause later the draft is judged, `judged` shows
it, and `summarise` puts it into the card beside the fields. All judging is the wallet's: a form computes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from PySide6.QtCore import QPoint, QRect, QTimer
from PySide6.QtWidgets import QLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.evm_chains import chain_words
from ashore.systems.base import Draft, Offer, Problem, Quote, Severity
from ashore.ui.context import Context
from ashore.ui.pages.page import Page
from ashore.ui.pages.summary import RECEIVE, SummaryCard
from ashore.ui.widgets.field import Field
from ashore.ui.widgets.labels import column
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import Columns

DEBOUNCE_MS = 120
NOTHING_SENT = "Nothing was sent."
OfferT = TypeVar("OfferT", bound=Offer)
QuoteT = TypeVar("QuoteT", bound=Quote)


class QuoteFormPage(Page, Generic[OfferT, QuoteT]):
    """A form that turns an offer and what is chosen into a quote, and a quote that is ready into a review.

    `what` names its work among the window's tasks; `kind` is the quote that its wallet answers with. Whatever goes
    wrong, nothing typed is lost, and an answer about an earlier offer is never shown.
    """

    unopened = "This can be prepared when its chain has answered."
    """Said where the summary stands, while nobody has answered."""

    reads = "The signer reads what you will sign."
    """Said while the review is made."""

    place = "on"
    """What stands before the quote's destination in the summary."""

    def __init__(
        self,
        context: Context,
        title: str,
        *,
        back: str,
        what: str,
        kind: type[QuoteT],
        action: str = "",
        caption: str = RECEIVE,
        retry: str = "Try again",
    ) -> None:
        super().__init__(context, title, back=back)
        self._offer: OfferT | None = None
        self._quote: QuoteT | None = None
        self._what = what
        self._kind = kind
        self.notice = Notice(context.icons, action=retry)
        self.summary = SummaryCard(context.icons, caption=caption)
        if action:
            self.summary.review.setText(action)
        self._debounce = self.pause(DEBOUNCE_MS, self._requote)
        self.summary.review.clicked.connect(self.submit)
        self.notice.acted.connect(self.open)

    def arrange(self, *parts: QWidget | QLayout) -> None:
        """Put these below each other at the left, and the summary beside them."""
        left = QWidget()
        left.setLayout(column(*parts, -1, spacing=16))
        self.columns = Columns(left, self.summary)
        self.body.addWidget(self.columns, 1)
        self.context.theme.changed.connect(self._scale)
        self._scale()

    def _scale(self) -> None:
        theme = self.context.theme
        self.columns.set_widths(theme.px(390), theme.px(304))

    def begin_at(self, target: QWidget) -> None:
        """Show the form from its top, and type at `target` where that is in view then; else begin at the top."""
        self.columns.to_top()
        shown = self.columns.main_scroll.viewport()
        place = QRect(target.mapTo(shown, QPoint()), target.size()) if shown.isAncestorOf(target) else QRect()
        (target if shown.rect().contains(place) else self).setFocus()

    def pause(self, milliseconds: int, work: Callable[[], None]) -> QTimer:
        """A timer that does `work` once, that long after it was last started. It stops when the wallet closes."""
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(work)
        return timer

    # What each form says in its own way

    def asks(self) -> str:
        """What is said while the system is asked; empty while there is nothing to ask for."""
        return ""

    async def ask(self) -> OfferT | None:
        """Ask what there is; None where there is nothing to choose. Raises AshoreError."""
        raise AssertionError("a form that says that it asks does so")

    def offered(self, offer: OfferT) -> None:
        """Put an answer into the form. It is the answer to what was asked last."""
        raise AssertionError(f"a form that asks takes its answers: {type(offer).__name__}")

    def named_fields(self) -> Mapping[str, Field]:
        """The fields by the names of their problems, in the order of reading."""
        raise AssertionError("each form has its own fields")

    def draft(self) -> Mapping[str, str]:
        """What stands in the fields: raw texts by name."""
        raise AssertionError("each form has its own fields")

    # What a form may do in its own way

    def amended(self, quote: QuoteT) -> QuoteT:
        """The quote with what the form knows besides."""
        return quote

    def judged(self, quote: QuoteT) -> None:
        """Show the problems beside their fields, and what the quote filled in."""
        for name, field in self.named_fields().items():
            field.show_problem(quote.problems.get(name))

    def summarise(self, quote: QuoteT) -> None:
        """Show what leaves and arrives, and why one cannot go on yet."""
        self.summary.show_quote(quote, self.hindrance(quote), self.usually(quote), place=self.place)

    def usually(self, _quote: QuoteT) -> str:
        """How long it takes, where the quote does not say it."""
        return ""

    def insist(self) -> None:
        """The person wants to go on: from now on say of empty fields too what they lack."""

    def leaving(self) -> None:
        """The review is about to be shown."""

    # Asking

    @property
    def pending(self) -> bool:
        """Whether something chosen was not judged yet."""
        return self._debounce.isActive()

    def edited(self) -> None:
        """Something was typed or chosen: it is judged after a pause."""
        self._debounce.start()

    def open(self) -> None:
        """Ask what there is. The only network read of the form."""
        asks = self.asks()
        if not asks:
            return
        self.notice.clear()
        if self._offer is None:
            self.summary.show_nothing(asks)
        self.context.tasks.start(self._open(), failed=self._open_failed, name=f"open {self._what}")

    async def _open(self) -> None:
        self._offer = offer = await self.ask()
        if offer is not None:
            self.offered(offer)
            await self._judge()

    def _open_failed(self, error: AshoreError) -> None:
        self.notice.show_problem(Problem(error.sentence, f"{error.advice} {NOTHING_SENT}".strip()), act=True)
        if self._offer is None:
            self.summary.show_nothing(self.unopened)

    def put_down(self) -> None:
        """Let go of the offer, and of every answer that is still to come about it."""
        for work in ("open", "quote", "review"):
            self.context.tasks.cancel(f"{work} {self._what}")
        self._debounce.stop()
        self._offer, self._quote = None, None

    # Judging

    def _requote(self) -> None:
        if self._offer is not None:
            self.context.tasks.start(self._judge_again(), failed=self.not_reviewed, name=f"quote {self._what}")

    async def _judge_again(self) -> None:
        await self._judge()

    async def _judge(self) -> QuoteT | None:
        """Have the draft as it is now judged by the offer as it is now, and show the answer."""
        self._debounce.stop()
        while (offer := self._offer) is not None:
            answer = await self.context.wallet.quote(offer, Draft(dict(self.draft())))
            assert isinstance(answer, self._kind), f"this form is for {self._kind.__name__}"
            if offer is not self._offer:
                continue  # by now something else stands here
            quote = self._quote = self.amended(answer)
            self.judged(quote)
            self.summarise(quote)
            return quote
        return None

    def first_blocking(self, quote: QuoteT) -> str:
        """The name of the first problem that keeps one from going on, in the order of reading; empty without one."""
        order = [name for name in self.named_fields() if name in quote.problems]
        order += [name for name in quote.problems if name not in order]
        return next((name for name in order if quote.problems[name].severity is Severity.BLOCKS), "")

    def hindrance(self, quote: QuoteT) -> Problem | None:
        """Why one cannot go on. What stands beside a field is not said twice."""
        name = self.first_blocking(quote)
        field = self.named_fields().get(name)
        if field is not None and field.problem.text:
            return Problem(f"Correct “{field.caption.text()}” to go on.")
        return quote.problems.get(name)

    # Going on

    def submit(self) -> None:
        """Lead to the review, or to the field that keeps one from it."""
        if self._offer is not None:
            self.context.tasks.start(self._review(), failed=self.not_reviewed, name=f"review {self._what}")

    async def _review(self) -> None:
        """Judge once more what stands in the form now (Enter may come before the pause of typing ends)."""
        self.insist()
        quote = await self._judge()
        if quote is None:
            return
        if not quote.ready:
            field = self.named_fields().get(self.first_blocking(quote))
            if field is not None:
                field.control.setFocus()
            return
        self.notice.clear()
        self.summary.show_busy(self.reads)
        review = await self.context.wallet.review(quote)
        self.summarise(quote)
        if self.isVisible():  # who has gone elsewhere meanwhile is not fetched back
            self.leaving()
            self.context.go.show_review(review)

    def not_reviewed(self, error: AshoreError) -> None:
        """Say why there is no review, and that nothing was sent."""
        self.notice.show_problem(Problem(error.sentence, f"{error.advice} {NOTHING_SENT}".strip()))
        if self._quote is not None:
            self.summarise(self._quote)


def not_paid_there(chain_id: int, system: str) -> Problem:
    """What to say of an address that came with a chain (EIP-155) on which that system pays nothing out now."""
    return Problem(
        f"The link names {chain_words(chain_id)}, and {system} does not pay out there from here.",
        "Only the address was taken over: make sure that the receiver wants the money where it goes, and choose "
        "token and amount yourself.",
        Severity.WARNS,
    )
