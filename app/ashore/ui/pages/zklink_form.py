"""The zkLink form: fields at the left, the summary at the right, problems while one types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.signature_text import may_hold_key
from ashore.systems.base import Draft, Problem, Severity
from ashore.systems.zklink.system.again import differences
from ashore.systems.zklink.system.offer import FIELDS, ZkLinkOffer, ZkLinkQuote
from ashore.ui.context import Context
from ashore.ui.pages.key_notice import KeyNotice
from ashore.ui.pages.page import Page
from ashore.ui.pages.summary import SummaryCard
from ashore.ui.pages.zklink_fields import ZkLinkFields, draft_of
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, column, row
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import Columns
from ashore.ui.wording import FAST_WAIT

DEBOUNCE_MS = 120
_SAVE_MS = 600
_FORM = "zklink"
_NOTHING_SENT = "Nothing was sent."
_TYPED = ("amount", "recipient", "fee", "nonce")


class ZkLinkFormPage(Page):
    """Makes a draft, has it judged, and leads to the review. Whatever goes wrong, nothing typed is lost."""

    def __init__(self, context: Context, profile: str) -> None:
        super().__init__(context, "Withdraw from zkLink", back="Withdraw")
        self._profile = profile
        self._account = 0
        self._offer: ZkLinkOffer | None = None
        self._quote: ZkLinkQuote | None = None
        self._draft: dict[str, str] | None = None
        self._filled = False
        self._focus_wanted = True
        self._told = False
        self._before: tuple[Terms, str] | None = None
        self.fields = ZkLinkFields(context.theme, context.icons)
        self.summary = SummaryCard(context.icons)
        self.notice = Notice(context.icons, action="Try again")
        self.key = KeyNotice(context)
        left = QWidget()
        left.setLayout(column(self.key, self.notice, self.fields, -1, spacing=16))
        self.columns = Columns(left, self.summary)
        self.clear = Button("Clear", "small-link", name="Clear your last entries")
        self.kept = QWidget()
        self.kept.setLayout(row(Label("Your last entries were kept.", "small"), self.clear, -1))
        self.kept.hide()
        self.body.addWidget(self.kept)
        self.body.addWidget(self.columns, 1)
        self._debounce = self._timer(DEBOUNCE_MS, self._requote)
        self._save = self._timer(_SAVE_MS, self.keep_draft)
        self._connect()
        self._scale()

    def _timer(self, milliseconds: int, work: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(work)
        return timer

    def _connect(self) -> None:
        self.fields.edited.connect(self._edited)
        self.fields.submitted.connect(self._submit)
        self.fields.account_chosen.connect(self._account_chosen)
        self.fields.maximum.clicked.connect(self._use_maximum)
        self.summary.review.clicked.connect(self._submit)
        self.notice.acted.connect(self.open)
        self.key.settled.connect(self.open)
        self.clear.clicked.connect(self._start_over)
        self.context.theme.changed.connect(self._scale)

    def _scale(self) -> None:
        theme = self.context.theme
        self.columns.set_widths(theme.px(390), theme.px(304))

    # Coming and going

    def begin_with(self, draft: Mapping[str, str]) -> None:
        """Fill the form in with these values as soon as it opens, whatever stands in it. `account` is an address."""
        self._draft = dict(draft)
        self._before = None
        self._told = True
        self._offer = None
        accounts = self.context.wallet.accounts()
        wanted = draft.get("account", "").lower()
        self._account = next((a.index for a in accounts if a.address.lower() == wanted), 0)

    def quote_again(self, before: Terms, code: str) -> None:
        """Fill in what was refused for `code`, ask everything anew, and mark what is different now."""
        self.begin_with(draft_of(before))
        self._before = before, code

    def withdraw_to(self, recipient: str) -> None:
        """Put an address in, and keep whatever else was typed."""
        if self._filled and self._offer is not None:
            self.fields.restore({**self.fields.values(), "recipient": recipient})
            self._edited()
            return
        draft = self._draft if self._draft is not None else self.context.wallet.load_draft(_FORM)
        self.begin_with({**draft, "recipient": recipient})
        self._told = False

    def withdraw_from(self, address: str) -> None:
        """Choose an account, and keep whatever was typed."""
        draft = self._draft if self._draft is not None else self.context.wallet.load_draft(_FORM)
        typed = self._filled and self._draft is None
        self.begin_with({**(self.fields.values() if typed else draft), "account": address})
        self._told = False

    def shown(self) -> None:
        self._focus_wanted = True
        if self._draft is None and not self._filled:
            self.begin_with(self.context.wallet.load_draft(_FORM))
            self._told = False
        entries = self.fields.values() if self._draft is None else self._draft
        self.kept.setVisible(not self._told and any(entries.get(name) for name in _TYPED))
        self._told = False
        self.fields.show_accounts(self.context.wallet.accounts(), self._account)
        lacks_key = self._offer is not None and self._offer.key_chain is not None
        if self._offer is None or lacks_key or self.context.now() - self._offer.opened_at > 30_000:
            self.open()
        self._focus_first()

    def left(self) -> None:
        self.keep_draft()

    def open(self) -> None:
        """Ask what the account holds. The only network read of the form."""
        if self._offer is None:
            self.key.clear()
            self.fields.set_ready(False)
            self.summary.show_nothing("zkLink is being asked what this account holds.")
        self.notice.clear()
        self.context.tasks.start(self._open(), failed=self._open_failed, name=f"open {self._profile}")

    async def _open(self) -> None:
        offer = await self.context.wallet.open(self._profile, self._account)
        assert isinstance(offer, ZkLinkOffer), "this form is zkLink's"
        self._offer = offer
        self.fields.set_ready(True)
        self.fields.show_offer(offer, (self._draft or {}).get("sub_account", ""))
        if self._draft is not None:
            self.fields.reset()
            self.fields.restore(self._draft)
            self._draft, self._filled = None, True
        lacks_key = self.key.show_offer(offer)
        self._focus_first()
        if lacks_key:
            self.notice.clear()
        elif offer.blocked:
            self.notice.show_problem(Problem(offer.blocked, _NOTHING_SENT), act=True)
        elif offer.notes:
            self.notice.show_problem(Problem(" ".join(offer.notes), severity=Severity.NOTES))
        quote = await self._judge()
        if quote is not None and self._before is not None and not self.notice.text:
            self._tell_differences(differences(*self._before, quote))

    def _tell_differences(self, found: Mapping[str, Problem]) -> None:
        """Say above the form what is marked in it: the fields may be out of view."""
        if found:
            told = " ".join(problem.sentence for problem in found.values())
            self.notice.show_problem(Problem("What is different now is marked.", told, Severity.NOTES))

    def _focus_first(self) -> None:
        """Begin where one types first, once the fields are there; never take the focus away later."""
        if self._focus_wanted and self.fields.amount.isEnabled():
            self._focus_wanted = False
            typed = self.fields.amount if not self.fields.amount.text() else self.fields.recipient
            target = typed if self.key.isHidden() else self.key.action  # nothing can be withdrawn before that
            target.setFocus()

    def _open_failed(self, error: AshoreError) -> None:
        self.notice.show_problem(Problem(error.sentence, f"{error.advice} {_NOTHING_SENT}".strip()), act=True)
        if self._offer is None:
            self.summary.show_nothing("The form opens when zkLink has answered.")

    def keep_draft(self) -> None:
        """Store what was typed, so that it survives closing."""
        self._save.stop()
        if self._draft is not None or self._filled:
            accounts = self.context.wallet.accounts()
            account = next((a.address for a in accounts if a.index == self._account), "")
            typed = self.fields.values() if self._draft is None else self._draft
            kept = {name: "" if may_hold_key(text) else text for name, text in typed.items()}
            self.context.wallet.save_draft(_FORM, {**kept, "account": account})

    def clear_draft(self) -> None:
        """Forget what was typed: it was sent."""
        self.fields.reset()
        self._draft = self._before = None
        self._offer = None
        self.context.wallet.save_draft(_FORM, {})

    def _start_over(self) -> None:
        """Empty the form, and say nothing of what it lacks until somebody fills it in again."""
        self.clear_draft()
        self.kept.hide()
        self._filled, self._focus_wanted = True, True
        self.fields.choose_first()
        self.open()

    # Typing

    @property
    def pending(self) -> bool:
        """Whether something typed was not judged yet."""
        return self._debounce.isActive()

    def _edited(self) -> None:
        self._debounce.start()
        self._save.start()

    def _account_chosen(self, index: int) -> None:
        if index != self._account:
            self._account = index
            self._offer = None
            self.open()

    def _use_maximum(self) -> None:
        if self._quote is not None and self._quote.maximum:
            self.fields.use_maximum(self._quote.maximum)

    def _requote(self) -> None:
        if self._offer is not None:
            self.context.tasks.start(self._judge_again(), failed=self._quote_failed, name="quote")

    async def _judge_again(self) -> None:
        await self._judge()

    async def _judge(self) -> ZkLinkQuote | None:
        """Have the draft as it is now judged, and show the answer."""
        self._debounce.stop()
        if self._offer is None:
            return None
        quote = await self.context.wallet.quote(self._offer, Draft(self.fields.values()))
        assert isinstance(quote, ZkLinkQuote), "this form is zkLink's"
        if self._before is not None:
            quote = replace(quote, problems={**differences(*self._before, quote), **quote.problems})
        self._quote = quote
        self.fields.show_quote(quote)
        self._summarise(quote)
        return quote

    def _summarise(self, quote: ZkLinkQuote) -> None:
        name, problem = _first_problem(quote)
        if problem is not None and self.fields.says(name):
            # What is wrong stands beside the field: it is not said twice.
            problem = Problem(f"Correct “{self.fields.fields[name].caption.text()}” to go on.")
        usual = self.context.wallet.usually(self._profile, quote.destination)
        self.summary.show_quote(quote, problem, f"{FAST_WAIT} {usual}" if quote.fast else usual)

    def _quote_failed(self, error: AshoreError) -> None:
        self.summary.show_nothing(str(error))

    # Going on

    def _submit(self) -> None:
        if self._offer is not None:
            self.context.tasks.start(self._review(), failed=self._review_failed, name="review")

    async def _review(self) -> None:
        """Judge once more what stands in the form now (Enter may come before the pause of typing ends)."""
        self.fields.touch_all()
        quote = await self._judge()
        if quote is None or not quote.ready:
            self._focus_first_problem()
            return
        self.notice.clear()
        self.summary.show_busy("The signer reads what you will sign.")
        review = await self.context.wallet.review(quote)
        self._summarise(quote)
        if self.isVisible():  # who has gone elsewhere meanwhile is not fetched back
            self.keep_draft()
            self._told = True  # who comes back from the review knows what stands here
            self.context.go.show_review(review)

    def _review_failed(self, error: AshoreError) -> None:
        self.notice.show_problem(Problem(error.sentence, f"{error.advice} {_NOTHING_SENT}".strip()))
        if self._quote is not None:
            self._summarise(self._quote)

    def _focus_first_problem(self) -> None:
        if self._quote is None:
            return
        for name in FIELDS:
            problem = self._quote.problems.get(name)
            if problem is not None and problem.severity is Severity.BLOCKS:
                self.fields.fields[name].control.setFocus()
                return


def _first_problem(quote: ZkLinkQuote) -> tuple[str, Problem | None]:
    """The first thing that keeps one from going on, in the order of the form, with its field."""
    order = [*(name for name in FIELDS if name in quote.problems), *(n for n in quote.problems if n not in FIELDS)]
    blocking = (name for name in order if quote.problems[name].severity is Severity.BLOCKS)
    name = next(blocking, "")
    return name, quote.problems.get(name)
