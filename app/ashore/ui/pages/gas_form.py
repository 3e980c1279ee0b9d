"""What the forms of transactions have in common: what gas costs is asked once, each choice is judged, then reviewed."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.systems.base import Draft, Offer, Problem, Quote, Severity
from ashore.ui.context import Context
from ashore.ui.pages.page import Page
from ashore.ui.pages.summary import SummaryCard
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.labels import column, ground
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import Columns

DEBOUNCE_MS = 120
NOTHING_SENT = "Nothing was sent."


class GasFormPage(Page):
    """A form with the highest price of gas. `told` is a column for what it is about, `extra` one below the fields."""

    def __init__(self, context: Context, title: str, *, back: str, action: str) -> None:
        super().__init__(context, title, back=back)
        self._offer: Offer | None = None
        self._quote: Quote | None = None
        self.max_fee = LineEdit("Highest price of gas", "usual")
        self.fields: dict[str, Field] = {}
        self.notice = Notice(context.icons, action="Try again")
        self.trouble = Notice(context.icons, below=True)
        self.summary = SummaryCard(context.icons)
        self.summary.review.setText(action)
        card, self.told = ground("card")
        self._left = QVBoxLayout()
        self.extra = QVBoxLayout()
        left = QWidget()
        left.setLayout(column(self.notice, self.trouble, card, self._left, self.extra, -1, spacing=16))
        self._left.setSpacing(16)
        self.columns = Columns(left, self.summary)
        self.body.addWidget(self.columns, 1)
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(DEBOUNCE_MS)
        self._debounce.timeout.connect(self._requote)
        self.max_fee.textEdited.connect(lambda _text: self._debounce.start())
        self.max_fee.returnPressed.connect(self._submit)
        self.summary.review.clicked.connect(self._submit)
        self.notice.acted.connect(self.open)
        context.theme.changed.connect(self._scale)
        self._scale()

    def add_fields(self, **fields: Field) -> None:
        """Put these above the price of gas, by the names of their problems."""
        self.fields = {
            **fields,
            "max_fee": Field(self.context.icons, "Highest price of gas, in gwei", self.max_fee, lines=1),
        }
        for field in self.fields.values():
            self._left.addWidget(field)

    def _scale(self) -> None:
        theme = self.context.theme
        self.columns.set_widths(theme.px(390), theme.px(304))

    @property
    def pending(self) -> bool:
        """Whether something chosen was not judged yet."""
        return self._debounce.isActive()

    def begin(self) -> None:
        """Begin anew, with nothing known."""
        self._offer, self._quote = None, None
        self.max_fee.clear()
        self.notice.clear()
        self.trouble.clear()

    # What each form does in its own way

    def place(self) -> str:
        """The chain that is asked; empty while there is nothing to ask for."""
        raise AssertionError("each form names its chain")

    async def ask(self) -> Offer:
        """Ask what it costs now. Raises AshoreError."""
        raise AssertionError("each form asks for its own offer")

    def offered(self, offer: Offer) -> bool:
        """Take what was answered into the form; False where that came too late to count."""
        raise AssertionError(f"each form has its own offers: {type(offer).__name__}")

    def draft(self) -> dict[str, str]:
        """The form as chosen."""
        return {"max_fee": self.max_fee.text()}

    # What all do alike

    def shown(self) -> None:
        self.open()

    def open(self) -> None:
        """Ask what gas costs, and what each account holds on that chain."""
        place = self.place()
        if not place:
            return
        self.notice.clear()
        if self._offer is None:
            self.summary.show_nothing(f"{place} is being asked what this costs.")
        self.context.tasks.start(self._open(), failed=self._open_failed, name="open transaction")

    async def _open(self) -> None:
        offer = await self.ask()
        if self.offered(offer):
            self._offer = offer
            await self._judge()

    def _open_failed(self, error: AshoreError) -> None:
        self.notice.show_problem(Problem(error.sentence, f"{error.advice} {NOTHING_SENT}".strip()), act=True)
        if self._offer is None:
            self.summary.show_nothing("This can be prepared when its chain has answered.")

    def _requote(self) -> None:
        if self._offer is not None:
            self.context.tasks.start(self._judge_again(), failed=self._review_failed, name="quote transaction")

    async def _judge_again(self) -> None:
        await self._judge()

    async def _judge(self) -> Quote | None:
        self._debounce.stop()
        if self._offer is None:
            return None
        quote = await self.context.wallet.quote(self._offer, Draft(self.draft()))
        self._quote = quote
        for name, field in self.fields.items():
            field.show_problem(quote.problems.get(name))
        self._tell_trouble(quote)
        self._summarise(quote)
        return quote

    def _tell_trouble(self, quote: Quote) -> None:
        """What is wrong with the whole, and not with a field."""
        whole = [problem for name, problem in quote.problems.items() if name not in self.fields]
        if whole:
            self.trouble.show_problem(whole[0], act=bool(self.trouble.action.text()))
        else:
            self.trouble.clear()

    def _summarise(self, quote: Quote) -> None:
        blocking = [(name, told) for name, told in quote.problems.items() if told.severity is Severity.BLOCKS]
        problem = None
        if blocking:
            name, told = blocking[0]
            caption = self.fields[name].caption.text() if name in self.fields else ""
            problem = Problem(f"Correct “{caption}” to go on.") if caption else Problem(told.sentence)
        self.summary.show_quote(quote, problem)

    def _submit(self) -> None:
        if self._offer is not None:
            self.context.tasks.start(self._review(), failed=self._review_failed, name="review transaction")

    async def _review(self) -> None:
        quote = await self._judge()
        if quote is None or not quote.ready:
            return
        self.summary.show_busy("The signer reads what you will sign.")
        review = await self.context.wallet.review(quote)
        self._summarise(quote)
        if self.isVisible():
            self.context.go.show_review(review)

    def _review_failed(self, error: AshoreError) -> None:
        self.notice.show_problem(Problem(error.sentence, f"{error.advice} {NOTHING_SENT}".strip()))
        if self._quote is not None:
            self._summarise(self._quote)
