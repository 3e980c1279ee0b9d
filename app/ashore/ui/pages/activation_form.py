"""The form of an activation: what it is, for which account and key, and what pays a fee where there is one."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from ashore.domain.addresses import readable
from ashore.domain.errors import AshoreError
from ashore.engine.views import Account
from ashore.systems.base import Draft, Problem, Severity
from ashore.systems.zklink.system.activation import (
    CHARGED,
    REPLACES,
    WHAT,
    ActivationOffer,
    ActivationQuote,
    activation_offer,
)
from ashore.systems.zklink.system.offer import ZkLinkOffer
from ashore.ui.context import Context
from ashore.ui.pages.page import Page
from ashore.ui.pages.summary import SummaryCard
from ashore.ui.pages.zklink_fields import sub_account_options, with_balance
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.labels import Label, clear, column, ground
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import Columns

DEBOUNCE_MS = 120
TITLE, REPLACE_TITLE = "Activate this account", "Replace the key of this account"
_FORM = "Withdraw from zkLink"
_NOTHING_SENT = "Nothing was sent."
_WHAT_IT_IS = (
    "zkLink takes requests that are signed with a second key, the layer-2 key, and has to be told once which one that "
    "is. You sign with both: the Ethereum key shows whose the account is, the layer-2 key that you have it. Nothing is "
    "withdrawn by this."
)


class ActivationFormPage(Page):
    """Asks what the account lacks, has the choice judged, and leads to the review."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, TITLE, back=_FORM)
        self._profile = ""
        self._account: Account | None = None
        self._charged = False
        self._offer: ActivationOffer | None = None
        self._quote: ActivationQuote | None = None
        self.sub_account = Choice(context.theme, "Sub-account that pays")
        self.fee_token = Choice(context.theme, "Fee is paid in")
        self.fee = LineEdit("Fee", "none")
        self.fields = {
            "fee": Field(context.icons, "Fee", self.fee),
            "fee_token": Field(context.icons, "Fee is paid in", self.fee_token),
            "sub_account": Field(context.icons, "Sub-account that pays", self.sub_account),
        }
        self.more = Disclosure(context.icons, "Fee")
        extra = QWidget()
        extra.setLayout(column(*self.fields.values(), spacing=12))
        self.more.set_content(extra)
        self.notice = Notice(context.icons, action="Try again")
        self.warning = Notice(context.icons)
        self.summary = SummaryCard(context.icons, caption="You register")
        self.summary.review.setText("Review activation")
        card, self._told = ground("card")
        left = QWidget()
        left.setLayout(column(self.notice, self.warning, card, self.more, -1, spacing=16))
        self.columns = Columns(left, self.summary)
        self.body.addWidget(self.columns, 1)
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(DEBOUNCE_MS)
        self._connect()
        self._scale()

    def _connect(self) -> None:
        self._debounce.timeout.connect(self._requote)
        self.sub_account.changed.connect(self._sub_account_chosen)
        self.fee_token.changed.connect(lambda _key: self._debounce.start())
        self.fee.textEdited.connect(lambda _text: self._debounce.start())
        self.fee.returnPressed.connect(self._submit)
        self.summary.review.clicked.connect(self._submit)
        self.notice.acted.connect(self.open)
        self.context.theme.changed.connect(self._scale)

    def _scale(self) -> None:
        theme = self.context.theme
        self.columns.set_widths(theme.px(390), theme.px(304))

    @property
    def pending(self) -> bool:
        """Whether something chosen was not judged yet."""
        return self._debounce.isActive()

    def begin_with(self, profile: str, account: Account, *, charged: bool) -> None:
        """Activate this account; `charged` where zkLink refused to do it without a fee."""
        self._profile, self._account, self._charged = profile, account, charged
        self._offer = self._quote = None
        self.fee.clear()
        self.fee.setPlaceholderText("what a withdrawal costs" if charged else "none")
        self.more.set_open(charged)
        self.warning.clear()
        clear(self._told)

    def shown(self) -> None:
        self.open()
        self.setFocus()  # on no button: Tab begins at the top

    def open(self) -> None:
        """Ask which key and which nonce the account has."""
        if self._account is None:
            return
        self.notice.clear()
        if self._offer is None:
            self.summary.show_nothing("zkLink is being asked about this account.")
        self.context.tasks.start(self._open(self._account), failed=self._open_failed, name="open activation")

    async def _open(self, account: Account) -> None:
        found = await self.context.wallet.open(self._profile, account.index)
        assert isinstance(found, ZkLinkOffer), "this form is zkLink's"
        if account is not self._account:
            return
        if found.own_key:
            self._offer = None
            self.summary.show_nothing("zkLink knows this wallet’s key: there is nothing to register.")
            self.context.go.show_form(self._profile, account=found.address)
            return
        self._offer = activation_offer(found)
        self._tell(self._offer, account)
        self.sub_account.set_options(sub_account_options(found, self.sub_account.key))
        self._offer_tokens()
        await self._judge()

    def _tell(self, offer: ActivationOffer, account: Account) -> None:
        title = REPLACE_TITLE if offer.replaces else TITLE
        self.title.setText(title)
        self.setAccessibleName(title)
        clear(self._told)
        facts = Facts(self.context.theme)
        facts.add_hex(account.label, readable(account.address))
        facts.add("zkLink account", str(offer.account.account_id))
        facts.add_hex(WHAT, account.pub_key_hash)
        if offer.replaces:
            facts.add_hex("Registered now", offer.account.registered_key)
        else:
            facts.add("Registered now", "none: zkLink takes no request for this account")
        self._told.addWidget(Label(_WHAT_IT_IS, wrap=True))
        self._told.addWidget(facts)
        if offer.replaces:
            sentence, _, rest = REPLACES.partition(". ")
            self.warning.show_problem(Problem(f"{sentence}.", rest, Severity.WARNS))

    def _offer_tokens(self) -> None:
        if self._offer is None:
            return
        number = int(self.sub_account.key or 0)
        sub = self._offer.account.sub_accounts.get(number)
        balances = sub.balances if sub is not None else {}
        options = [(str(t.id), with_balance(t, balances)) for t in self._offer.tokens(number)]
        self.fee_token.set_options(options)

    def _sub_account_chosen(self, _key: str) -> None:
        self._offer_tokens()
        self._debounce.start()

    def _open_failed(self, error: AshoreError) -> None:
        self.notice.show_problem(Problem(error.sentence, f"{error.advice} {_NOTHING_SENT}".strip()), act=True)
        if self._offer is None:
            self.summary.show_nothing("The activation can be prepared when zkLink has answered.")

    def _requote(self) -> None:
        if self._offer is not None:
            self.context.tasks.start(self._judge_again(), failed=self._review_failed, name="quote activation")

    async def _judge_again(self) -> None:
        await self._judge()

    async def _judge(self) -> ActivationQuote | None:
        self._debounce.stop()
        if self._offer is None:
            return None
        fields = {"sub_account": self.sub_account.key, "fee_token": self.fee_token.key, "fee": self.fee.text()}
        quote = await self.context.wallet.quote(self._offer, Draft({**fields, CHARGED: "yes" if self._charged else ""}))
        assert isinstance(quote, ActivationQuote)
        self._quote = quote
        for name, field in self.fields.items():
            field.show_problem(quote.problems.get(name))
        if any(name in quote.problems for name in self.fields):
            self.more.set_open(True)
        self._summarise(quote)
        return quote

    def _summarise(self, quote: ActivationQuote) -> None:
        blocking = [(n, p) for n, p in quote.problems.items() if p.severity is Severity.BLOCKS]
        problem = None
        if blocking:
            name, told = blocking[0]
            caption = self.fields[name].caption.text() if name in self.fields else ""
            problem = Problem(f"Correct “{caption}” to go on.") if caption else told
        self.summary.show_quote(quote, problem, place="for")

    def _submit(self) -> None:
        if self._offer is not None:
            self.context.tasks.start(self._review(), failed=self._review_failed, name="review activation")

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
