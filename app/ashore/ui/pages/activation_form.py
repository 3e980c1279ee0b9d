"""The form of an activation: what it is, for which account and key, and what pays a fee where there is one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from ashore.domain.addresses import readable
from ashore.engine.views import Account
from ashore.systems.base import Problem, Severity
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
from ashore.ui.pages.field_intake import FieldIntake
from ashore.ui.pages.quote_form import QuoteFormPage
from ashore.ui.pages.zklink_fields import sub_account_options, with_balance
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.labels import Label, clear, column, ground
from ashore.ui.widgets.notice import Notice

TITLE, REPLACE_TITLE = "Activate this account", "Replace the key of this account"
FORM = "Withdraw from zkLink"
_WHAT_IT_IS = (
    "zkLink takes requests that are signed with a second key, the layer-2 key, and has to be told once which one that "
    "is. You sign with both: the Ethereum key shows whose the account is, the layer-2 key that you have it. Nothing is "
    "withdrawn by this."
)


class ActivationFormPage(QuoteFormPage[ActivationOffer, ActivationQuote]):
    """Asks what the account lacks, has the choice judged, and leads to the review."""

    unopened = "The activation can be prepared when zkLink has answered."
    place = "for"

    def __init__(self, context: Context) -> None:
        super().__init__(
            context,
            TITLE,
            back=FORM,
            what="activation",
            kind=ActivationQuote,
            action="Review activation",
            caption="You register",
        )
        self._profile = ""
        self._account: Account | None = None
        self._charged = False
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
        self.warning = Notice(context.icons)
        card, self._told = ground("card")
        self.arrange(self.notice, self.warning, card, self.more)
        self.sub_account.changed.connect(self._sub_account_chosen)
        self.fee_token.changed.connect(lambda _key: self.edited())
        self.fee.textEdited.connect(lambda _text: self.edited())
        self.fee.guard()
        self.intake = FieldIntake(context, self.fields["fee"])
        for entered in (self.fee.returnPressed, self.sub_account.entered, self.fee_token.entered):
            entered.connect(self.submit)

    def begin_with(self, profile: str, account: Account, *, charged: bool) -> None:
        """Activate this account; `charged` where zkLink refused to do it without a fee."""
        self.put_down()
        self._profile, self._account, self._charged = profile, account, charged
        self.fee.clear()
        self.intake.forget()
        self.fee.setPlaceholderText("what a withdrawal costs" if charged else "none")
        self.more.set_open(charged)
        self.warning.clear()
        clear(self._told)

    def shown(self) -> None:
        self.open()
        self.setFocus()  # on no button: Tab begins at the top

    def asks(self) -> str:
        return "zkLink is being asked about this account." if self._account is not None else ""

    async def ask(self) -> ActivationOffer | None:
        """Ask which key and which nonce the account has."""
        assert self._account is not None
        found = await self.context.wallet.open(self._profile, self._account.index)
        assert isinstance(found, ZkLinkOffer), "this form is zkLink's"
        if not found.own_key:
            return activation_offer(found)
        self.summary.show_nothing("zkLink knows this wallet’s key: there is nothing to register.")
        self.context.go.show_form(self._profile, account=found.address)
        return None

    def offered(self, offer: ActivationOffer) -> None:
        assert self._account is not None
        self._tell(offer, self._account)
        self.sub_account.set_options(sub_account_options(offer.account, self.sub_account.key))
        self._offer_tokens(offer)

    def _tell(self, offer: ActivationOffer, account: Account) -> None:
        self.name_page(REPLACE_TITLE if offer.replaces else TITLE)
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

    def _offer_tokens(self, offer: ActivationOffer) -> None:
        number = int(self.sub_account.key or 0)
        sub = offer.account.sub_accounts.get(number)
        balances = sub.balances if sub is not None else {}
        options = [(str(t.id), with_balance(t, balances)) for t in offer.tokens(number)]
        self.fee_token.set_options(options)

    def _sub_account_chosen(self, _key: str) -> None:
        if self._offer is not None:
            self._offer_tokens(self._offer)
        self.edited()

    def named_fields(self) -> Mapping[str, Field]:
        return self.fields

    def draft(self) -> dict[str, str]:
        fields = {"sub_account": self.sub_account.key, "fee_token": self.fee_token.key, "fee": self.fee.text()}
        return {**fields, CHARGED: "yes" if self._charged else ""}

    def judged(self, quote: ActivationQuote) -> None:
        super().judged(quote)
        if any(name in quote.problems for name in self.fields):
            self.more.set_open(True)
