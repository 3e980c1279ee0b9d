"""A Lightning voucher: its link pasted and named, opened with one request, then how much and where to."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QProgressBar, QWidget

from ashore.domain.errors import AshoreError
from ashore.systems.base import Draft, Problem, Severity
from ashore.systems.lnurl.codec import Kind, Reach, recognise
from ashore.systems.lnurl.system.offer import FIELDS, LnurlOffer, LnurlQuote
from ashore.ui.context import Context
from ashore.ui.pages.lnurl_fields import LnurlFields
from ashore.ui.pages.lnurl_words import (
    ASK_NAME,
    CONNECT,
    NO_WALLET,
    NOT_MONEY,
    OPEN_NAME,
    OPENED,
    STOPPED,
    forgotten,
    named,
)
from ashore.ui.pages.page import Page
from ashore.ui.pages.summary import SummaryCard
from ashore.ui.port import ReceivingPort
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.labels import Label, column, row, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import Columns
from ashore.ui.wording import breakable

DEBOUNCE_MS = 120
_OPEN, _QUOTE, _REVIEW, _WALLETS = "open a voucher", "quote a voucher", "review a voucher", "ask the wallets"


class LnurlFormPage(Page):
    """From a pasted text to the review. What is pasted here is a secret: it is stored nowhere."""

    def __init__(self, context: Context, profile: str) -> None:
        super().__init__(context, "Withdraw a Lightning voucher", back="Withdraw")
        self._profile = profile
        self._reach = Reach.PRACTICE if context.wallet.sandbox is not None else Reach.PUBLIC
        self._offer: LnurlOffer | None = None
        self._quote: LnurlQuote | None = None
        self._asking: object | None = None
        self._opened: tuple[str, LnurlOffer] | None = None
        self._opened_before: dict[str, LnurlOffer] = {}
        self._was_asked = False
        self.link = LineEdit("Voucher", "LNURL1…, lightning:…, lnurlw://…")
        self.open_button = Button("Open", "primary", name=OPEN_NAME)
        self.cancel = Button("Cancel", "small-link", name="Stop opening the voucher")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("The service is being asked")
        self.intake = Field(context.icons, "Voucher (LNURL)", self.link, row(self.open_button, self.cancel, -1))
        self.fields = LnurlFields(context.theme, context.icons)
        self.summary = SummaryCard(context.icons)
        self.notice = Notice(context.icons)
        self.no_wallet = Notice(context.icons, action=CONNECT, below=True)
        left = QWidget()
        self.tips = self._tips()
        parts = (self.notice, self.intake, self.progress, self.tips, self.no_wallet, self.fields)
        left.setLayout(column(*parts, -1, spacing=16))
        self.columns = Columns(left, self.summary)
        self.body.addWidget(self.columns, 1)
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(DEBOUNCE_MS)
        self._connect()
        self._scale()
        self._begin()

    def _tips(self) -> QWidget:
        tips = QWidget()
        address = self.context.wallet.voucher_page
        copy = CopyButton("the address of the practice vouchers")
        copy.set_text(address)
        told = Label(breakable(f"Practice vouchers: open {address} in a browser and copy one."), "small", wrap=True)
        tips.setLayout(row(told, copy))
        show_if(tips, bool(address))
        return tips

    def _connect(self) -> None:
        self.link.textChanged.connect(self._pasted)
        self.link.returnPressed.connect(self._entered)
        self.open_button.clicked.connect(self._open)
        self.cancel.clicked.connect(self._stop)
        self.fields.edited.connect(self._debounce.start)
        self.fields.submitted.connect(self._submit)
        self.fields.least.clicked.connect(lambda: self._bound(least=True))
        self.fields.most.clicked.connect(lambda: self._bound(least=False))
        self._debounce.timeout.connect(self._requote)
        self.summary.review.clicked.connect(self._submit)
        self.fields.ask_wallet.clicked.connect(self._ask_again)
        for way in (self.no_wallet.acted, self.fields.connect_wallet.clicked):
            way.connect(self.context.go.show_wallet_setup)
        self.context.hub.lock_changed.connect(self._lock_changed)
        self.context.theme.changed.connect(self._scale)

    def _scale(self) -> None:
        theme = self.context.theme
        self.columns.set_widths(theme.px(390), theme.px(304))

    def _begin(self) -> None:
        """As if nothing had been pasted yet."""
        for work in (_OPEN, _QUOTE, _REVIEW, _WALLETS):
            self.context.tasks.cancel(work)
        self._debounce.stop()
        self._offer, self._quote, self._opened, self._was_asked = None, None, None, False
        self.link.setText("")  # which, unlike clear(), leaves nothing to Undo
        self.fields.forget()
        self._busy(None)
        self.intake.show_problem(None)
        self.notice.clear()
        self._show_parts()

    def _show_parts(self) -> None:
        """Show what belongs to an open voucher, or to none."""
        opened = self._offer is not None
        show_if(self.fields, opened)
        show_if(self.open_button, not opened)
        show_if(self.tips, not opened and bool(self.context.wallet.voucher_page))
        receiving = self.context.wallet.receiving
        if opened or receiving is None or receiving.listed():
            self.no_wallet.clear()
        else:
            self.no_wallet.show_problem(NO_WALLET, act=True)
        if not opened:
            pasted = recognise(self.link.text(), self._reach).can_be_asked
            self.summary.show_nothing("Open the voucher first." if pasted else "Paste a voucher’s link and open it.")

    def _lock_changed(self) -> None:
        """Over a lock nothing stays here that opens or pays a voucher."""
        stood = bool(self._opened or self._opened_before or self.link.text()) or self.fields.typed
        if self.context.wallet.locked and stood:
            offer, asked = self._offer, self._was_asked
            kept = offer is not None and offer.kept and bool(offer.balance_host)
            self._begin()
            self._opened_before.clear()
            self.notice.show_problem(forgotten(asked=asked, kept=kept))

    def shown(self) -> None:
        self._show_parts()
        self._meet_wallets()
        if self._offer is not None:
            self.fields.amount.setFocus()
        else:
            (self.open_button if self.open_button.isEnabled() else self.link).setFocus()

    def begin_with(self, text: str) -> None:
        """Begin anew with a text that came from elsewhere: it is named, and nothing is asked before Open is pressed.

        A voucher that was opened before is there again without a further request, which could be one too many.
        """
        self._begin()
        self.link.setText(text)
        self.shown()

    def show_opened(self, offer: LnurlOffer) -> None:
        """Begin anew with an offer that a kept balance link led to (LUD-14): nothing is pasted, nothing is asked."""
        self._begin()
        self._was_asked = True
        self._offer, self._opened = offer, ("", offer)
        self._allow_open()
        self.intake.show_problem(OPENED)
        self.fields.show_offer(offer)
        self.shown()
        self.fields.amount.selectAll()
        self._requote()

    def clear_draft(self) -> None:
        """Forget everything: it was handed over."""
        if self._opened is not None:
            self._opened_before.pop(self._name_of(self._opened[0]), None)
        self._begin()

    # Pasting and opening

    def _pasted(self) -> None:
        text = self.link.text()
        for work in (_QUOTE, _REVIEW, _WALLETS):
            self.context.tasks.cancel(work)
        self._find_opened(text)
        opened = self._opened is not None and self._opened[0] == text
        if opened or self._offer is not None:
            # A slip of the finger does not cost an opened voucher: taken back, it is there again.
            self._offer = self._opened[1] if self._opened is not None and opened else None
            self._requote()
        self._show_parts()
        self.notice.clear()
        found = recognise(text, self._reach)
        self.open_button.setText("Ask" if found.kind is Kind.PLAIN_URL else "Open")
        self.open_button.setAccessibleName(ASK_NAME if found.kind is Kind.PLAIN_URL else OPEN_NAME)
        told = OPENED if opened else named(found)
        self.intake.show_problem(told if text.strip() else None)
        self._allow_open()

    def _find_opened(self, text: str) -> None:
        """Take up what was opened before from this link, in whatever form the link comes now."""
        offer = self._opened_before.get(self._name_of(text))
        if offer is None:
            return
        shown = self._opened is not None and self._opened[1] is offer
        self._offer, self._opened, self._was_asked = offer, (text, offer), True
        if not shown:  # what was typed for it stays
            self.fields.show_offer(offer)

    def _name_of(self, text: str) -> str:
        found = recognise(text, self._reach)
        return found.url.wire if found.url is not None else ""

    def _allow_open(self) -> None:
        free = self._asking is None and self._offer is None
        self.open_button.setEnabled(free and recognise(self.link.text(), self._reach).can_be_asked)

    def _entered(self) -> None:
        if recognise(self.link.text(), self._reach).kind is Kind.PLAIN_URL:
            self.open_button.setFocus()  # not known to be a voucher: it is asked by a second act only
        else:
            self._open()

    def _open(self) -> None:
        if not self.open_button.isEnabled():
            return  # one request for one act of a person, however often it is pressed
        asking = object()
        self._was_asked = True
        self.link.setFocus()  # where a second Enter stops nothing
        self._busy(asking)
        self.context.tasks.start(self._ask(self.link.text(), asking), failed=self._not_opened, name=_OPEN)

    async def _ask(self, text: str, asking: object) -> None:
        try:
            offer = await self.context.wallet.open_link(self._profile, text)
        finally:
            if self._asking is asking:  # and nobody has begun anew meanwhile
                self._busy(None)
        assert isinstance(offer, LnurlOffer), "this form is LNURL's"
        self._offer, self._opened = offer, (text, offer)
        self._opened_before[self._name_of(text)] = offer
        self._allow_open()
        self.intake.show_problem(OPENED)
        self.fields.show_offer(offer)
        self._show_parts()
        await self._judge()
        if self.isVisible():
            self.fields.amount.setFocus()
            self.fields.amount.selectAll()

    def _not_opened(self, error: AshoreError) -> None:
        self._offer_again()
        self.intake.show_problem(Problem(error.sentence, error.advice))

    def _stop(self) -> None:
        self.context.tasks.cancel(_OPEN)
        self._busy(None)
        self._offer_again()
        self.intake.show_problem(STOPPED)

    def _offer_again(self) -> None:
        """The keyboard goes back to where it was pressed, unless it went elsewhere by itself."""
        if self.link.hasFocus() or self.cancel.hasFocus():
            self.open_button.setFocus()

    def _busy(self, asking: object | None) -> None:
        """A service is being asked, or (None) nobody is. What was asked about stays what stands there."""
        self._asking = asking
        show_if(self.progress, asking is not None)
        show_if(self.cancel, asking is not None)
        self.link.setReadOnly(asking is not None)
        self._allow_open()

    def _meet_wallets(self) -> None:
        """List the wallets that were connected or removed meanwhile; the service is not asked again for that."""
        receiving = self.context.wallet.receiving
        if self._offer is None or receiving is None:
            return
        if [each.id for each in receiving.listed()] != [each.id for each in self._offer.receivers]:
            self._ask_again()

    def _ask_again(self) -> None:
        receiving = self.context.wallet.receiving
        if self._offer is not None and receiving is not None:
            self.fields.ask_wallet.setEnabled(False)
            self.context.tasks.start(self._ask_wallets(receiving), failed=self._review_failed, name=_WALLETS)

    async def _ask_wallets(self, receiving: ReceivingPort) -> None:
        try:
            receivers = await receiving.offers()
        finally:
            self.fields.ask_wallet.setEnabled(True)
        if self._offer is None or self._opened is None:
            return
        self._offer = replace(self._offer, receivers=receivers)
        self._opened = (self._opened[0], self._offer)
        if self._opened[0]:
            self._opened_before[self._name_of(self._opened[0])] = self._offer
        self.fields.show_receivers(self._offer)
        await self._judge()

    # Typing

    @property
    def pending(self) -> bool:
        """Whether something typed was not judged yet."""
        return self._debounce.isActive()

    def _bound(self, *, least: bool) -> None:
        allowed = self._quote.allowed if self._quote else None
        if allowed is not None:
            self.fields.use(allowed.min_msat if least else allowed.max_msat)

    def _requote(self) -> None:
        if self._offer is not None:
            self.context.tasks.start(self._judge_again(), failed=self._review_failed, name=_QUOTE)

    async def _judge_again(self) -> None:
        await self._judge()

    async def _judge(self) -> LnurlQuote | None:
        self._debounce.stop()
        if self._offer is None:
            return None
        quote = await self.context.wallet.quote(self._offer, Draft(self.fields.values()))
        assert isinstance(quote, LnurlQuote), "this form is LNURL's"
        if quote.offer is not self._offer:
            return None  # another voucher stands here by now
        self._quote = quote
        self.fields.show_quote(quote)
        self._summarise(quote)
        return quote

    def _summarise(self, quote: LnurlQuote) -> None:
        name = _first_blocking(quote)
        problem = quote.problems.get(name)
        if problem is not None and self.fields.says(name):
            problem = Problem(f"Correct “{self.fields.fields[name].caption.text()}” to go on.")
        # The range stands beside who pays already.
        legs = tuple(replace(leg, note="") if index == 0 else leg for index, leg in enumerate(quote.legs))
        self.summary.show_quote(replace(quote, legs=legs), problem, NOT_MONEY, place="in")

    # Going on

    def _submit(self) -> None:
        if self._offer is not None:
            self.context.tasks.start(self._review(), failed=self._review_failed, name=_REVIEW)

    async def _review(self) -> None:
        self.fields.touch_all()
        quote = await self._judge()
        if quote is None or not quote.ready:
            if quote is not None and (name := _first_blocking(quote)) in self.fields.fields:
                self.fields.focus_on(name)
            return
        self.summary.show_busy("The wallet that receives makes the invoice.")
        review = await self.context.wallet.review(quote)
        self._summarise(quote)
        if self.isVisible():  # who has gone elsewhere meanwhile is not fetched back
            self.context.go.show_review(review)

    def _review_failed(self, error: AshoreError) -> None:
        self.notice.show_problem(Problem(error.sentence, error.advice or "Nothing was withdrawn."))
        self.columns.main_scroll.ensureWidgetVisible(self.notice)
        if self._quote is not None:
            self._summarise(self._quote)


def _first_blocking(quote: LnurlQuote) -> str:
    order = [*(name for name in FIELDS if name in quote.problems), *(n for n in quote.problems if n not in FIELDS)]
    return next((name for name in order if quote.problems[name].severity is Severity.BLOCKS), "")
