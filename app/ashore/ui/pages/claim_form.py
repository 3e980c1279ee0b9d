"""The form of a claim: who pays the gas, and at most how much; the money itself goes to its owner in any case."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.systems.base import Draft, Problem, Severity, Unclaimed
from ashore.systems.zklink.system.claims import ClaimOffer, ClaimQuote, amount_text, gas_words
from ashore.ui.context import Context
from ashore.ui.pages.page import Page
from ashore.ui.pages.summary import SummaryCard
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.labels import clear, column, ground
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import Columns

DEBOUNCE_MS = 120
_WHAT = "The money goes to its owner, whoever pays the gas."
_NOTHING_SENT = "Nothing was sent."


class ClaimFormPage(Page):
    """Asks once what a claim costs, has the choice judged, and leads to the review."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Claim what waits", back="Unclaimed")
        self._owed: Unclaimed | None = None
        self._offer: ClaimOffer | None = None
        self._quote: ClaimQuote | None = None
        self.payer = Choice(context.theme, "Who pays the gas")
        self.max_fee = LineEdit("Highest price of gas", "usual")
        self.fields = {
            "payer": Field(context.icons, "Who pays the gas", self.payer),
            "max_fee": Field(context.icons, "Highest price of gas, in gwei", self.max_fee, lines=1),
        }
        self.notice = Notice(context.icons, action="Try again")
        self.summary = SummaryCard(context.icons)
        self.summary.review.setText("Review claim")
        card, self._told = ground("card")
        left = QWidget()
        left.setLayout(column(self.notice, card, *self.fields.values(), -1, spacing=16))
        self.columns = Columns(left, self.summary)
        self.body.addWidget(self.columns, 1)
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(DEBOUNCE_MS)
        self._debounce.timeout.connect(self._requote)
        self.payer.changed.connect(lambda _key: self._debounce.start())
        self.max_fee.textEdited.connect(lambda _text: self._debounce.start())
        self.max_fee.returnPressed.connect(self._submit)
        self.summary.review.clicked.connect(self._submit)
        self.notice.acted.connect(self.open)
        context.theme.changed.connect(self._scale)
        self._scale()

    def _scale(self) -> None:
        theme = self.context.theme
        self.columns.set_widths(theme.px(390), theme.px(304))

    @property
    def pending(self) -> bool:
        """Whether something chosen was not judged yet."""
        return self._debounce.isActive()

    def begin_with(self, owed: Unclaimed) -> None:
        """Claim this."""
        self._owed, self._offer, self._quote = owed, None, None
        self.max_fee.clear()
        clear(self._told)
        facts = Facts(self.context.theme)
        facts.add("Waits", f"{amount_text(owed)} on {owed.chain}")
        facts.add_hex("Owner", checksum(bytes.fromhex(owed.owner[2:])))
        facts.add("Who gets it", _WHAT)
        self._told.addWidget(facts)

    def shown(self) -> None:
        self.open()
        self.payer.setFocus()

    def open(self) -> None:
        """Ask what gas costs, and what each account holds on that chain."""
        if self._owed is None:
            return
        self.notice.clear()
        if self._offer is None:
            self.summary.show_nothing(f"{self._owed.chain} is being asked what this costs.")
        self.context.tasks.start(self._open(self._owed), failed=self._open_failed, name="open claim")

    async def _open(self, owed: Unclaimed) -> None:
        offer = await self.context.wallet.unclaimed.open_claim(owed)
        assert isinstance(offer, ClaimOffer)
        if owed is not self._owed:
            return
        chosen, self._offer = self.payer.key, offer
        options = [
            (str(each.index), f"{each.label} · {gas_words(each.balance, offer.gas_symbol, up=False)}")
            for each in offer.payers
        ]
        usual = next((str(each.index) for each in offer.payers if each.balance), "0")
        self.payer.set_options(options, usual)
        if chosen:
            self.payer.select(chosen)
        await self._judge()

    def _open_failed(self, error: AshoreError) -> None:
        self.notice.show_problem(Problem(error.sentence, f"{error.advice} {_NOTHING_SENT}".strip()), act=True)
        if self._offer is None:
            self.summary.show_nothing("The claim can be prepared when its chain has answered.")

    def _requote(self) -> None:
        if self._offer is not None:
            self.context.tasks.start(self._judge_again(), failed=self._review_failed, name="quote claim")

    async def _judge_again(self) -> None:
        await self._judge()

    async def _judge(self) -> ClaimQuote | None:
        self._debounce.stop()
        if self._offer is None:
            return None
        draft = Draft({"payer": self.payer.key, "max_fee": self.max_fee.text()})
        quote = await self.context.wallet.quote(self._offer, draft)
        assert isinstance(quote, ClaimQuote)
        self._quote = quote
        for name, field in self.fields.items():
            field.show_problem(quote.problems.get(name))
        self._summarise(quote)
        return quote

    def _summarise(self, quote: ClaimQuote) -> None:
        blocking = [(n, p) for n, p in quote.problems.items() if p.severity is Severity.BLOCKS]
        problem = None
        if blocking:
            name, told = blocking[0]
            caption = self.fields[name].caption.text() if name in self.fields else ""
            problem = Problem(f"Correct “{caption}” to go on.") if caption else told
        self.summary.show_quote(quote, problem)

    def _submit(self) -> None:
        if self._offer is not None:
            self.context.tasks.start(self._review(), failed=self._review_failed, name="review claim")

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
        self.notice.show_problem(Problem(error.sentence, f"{error.advice} {_NOTHING_SENT}".strip()))
        if self._quote is not None:
            self._summarise(self._quote)
