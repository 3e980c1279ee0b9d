"""The zkLink form: fields at the left, the summary at the right, problems while one types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from ashore.domain.events import Terms
from ashore.domain.pasted_secrets import may_hold_key
from ashore.intake.recognition import Intake
from ashore.systems.base import Problem, Severity
from ashore.systems.zklink.system.again import differences
from ashore.systems.zklink.system.offer import FIELDS, ZkLinkOffer, ZkLinkQuote
from ashore.ui.context import Context
from ashore.ui.pages.key_notice import KeyNotice
from ashore.ui.pages.quote_form import NOTHING_SENT, QuoteFormPage, not_paid_there
from ashore.ui.pages.whose import who_receives
from ashore.ui.pages.zklink_fields import ZkLinkFields, draft_of
from ashore.ui.scanner.filling import SCAN_WANTS, scan_into
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.field import Field
from ashore.ui.widgets.labels import Label, row
from ashore.ui.wording import FAST_WAIT

_SAVE_MS = 600
_FORM = "zklink"
_TYPED = ("amount", "recipient", "fee", "nonce")


class ZkLinkFormPage(QuoteFormPage[ZkLinkOffer, ZkLinkQuote]):
    """Makes a draft, has it judged, and leads to the review. Whatever goes wrong, nothing typed is lost."""

    unopened = "The form opens when zkLink has answered."

    def __init__(self, context: Context, profile: str) -> None:
        super().__init__(context, "Withdraw from zkLink", back="Withdraw", what=profile, kind=ZkLinkQuote)
        self._profile = profile
        self._account = 0
        self._draft: dict[str, str] | None = None
        self._filled = False
        self._focus_wanted = True
        self._told = False
        self._before: tuple[Terms, str] | None = None
        self._named_chain: int | None = None
        self._not_there: Problem | None = None
        self.fields = ZkLinkFields(context.theme, context.icons)
        self.key = KeyNotice(context)
        self.clear = Button("Clear", "small-link", name="Clear your last entries")
        self.kept = QWidget()
        self.kept.setLayout(row(Label("Your last entries were kept.", "small"), self.clear, -1))
        self.kept.hide()
        self.body.addWidget(self.kept)
        self.arrange(self.key, self.notice, self.fields)
        self._save = self.pause(_SAVE_MS, self.keep_draft)
        self.scan = scan_into(context, self.fields.fields["recipient"], "a recipient", SCAN_WANTS, self._scanned)
        self._connect()

    def _connect(self) -> None:
        self.fields.edited.connect(self.edited)
        self.fields.submitted.connect(self.submit)
        self.fields.account_chosen.connect(self._account_chosen)
        self.fields.maximum.clicked.connect(self._use_maximum)
        self.key.settled.connect(self.open)
        self.clear.clicked.connect(self._start_over)

    # Coming and going

    def begin_with(self, draft: Mapping[str, str]) -> None:
        """Fill the form in with these values as soon as it opens, whatever stands in it. `account` is an address."""
        self._draft = dict(draft)
        self._before = self._named_chain = self._not_there = None
        self._told = True
        self.put_down()
        accounts = self.context.wallet.accounts()
        wanted = draft.get("account", "").lower()
        self._account = next((a.index for a in accounts if a.address.lower() == wanted), 0)

    def quote_again(self, before: Terms, code: str) -> None:
        """Fill in what was refused for `code`, ask everything anew, and mark what is different now."""
        self.begin_with(draft_of(before))
        self._before = before, code

    def withdraw_to(self, recipient: str, chain_id: int | None = None) -> None:
        """Put an address in, with the chain (EIP-155) that came with it, and keep whatever else was typed."""
        if self._filled and self._offer is not None:
            self._named_chain, self._not_there = chain_id, None
            self.notice.clear()
            self.fields.restore({**self.fields.values(), "recipient": recipient})
            self._take_chain(self._offer)
            self.edited()
            return
        draft = self._draft if self._draft is not None else self.context.wallet.load_draft(_FORM)
        self.begin_with({**draft, "recipient": recipient})
        self._named_chain = chain_id
        self._told = False

    def _scanned(self, _text: str, found: Intake) -> bool:
        if found.recipient:
            self.withdraw_to(found.recipient, found.chain_id)
        return bool(found.recipient)

    def _take_chain(self, offer: ZkLinkOffer) -> None:
        """Choose the chain that was named with the recipient, once; say so for as long as it is not to be had."""
        if self._named_chain is not None and not self.fields.choose_chain(self._named_chain):
            self._not_there = not_paid_there(self._named_chain, "zkLink")
        self._named_chain = None
        if self._not_there is not None and not offer.blocked:
            self.notice.show_problem(self._not_there)

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

    def asks(self) -> str:
        return "zkLink is being asked what this account holds."

    def open(self) -> None:
        """Ask what the account holds."""
        if self._offer is None:
            self.key.clear()
            self.fields.set_ready(False)
        super().open()

    async def ask(self) -> ZkLinkOffer:
        offer = await self.context.wallet.open(self._profile, self._account)
        assert isinstance(offer, ZkLinkOffer), "this form is zkLink's"
        return offer

    def offered(self, offer: ZkLinkOffer) -> None:
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
            self.notice.show_problem(Problem(offer.blocked, NOTHING_SENT), act=True)
        elif offer.notes:
            self.notice.show_problem(Problem(" ".join(offer.notes), severity=Severity.NOTES))
        self._take_chain(offer)

    async def _open(self) -> None:
        await super()._open()
        if self._quote is not None and self._before is not None and not self.notice.text:
            self._tell_differences(differences(*self._before, self._quote))

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
            self.begin_at(target)

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
        self._draft = self._before = self._not_there = None
        self.put_down()
        self.context.wallet.save_draft(_FORM, {})

    def _start_over(self) -> None:
        """Empty the form, and say nothing of what it lacks until somebody fills it in again."""
        self.clear_draft()
        self.kept.hide()
        self._filled, self._focus_wanted = True, True
        self.fields.choose_first()
        self.open()

    # Typing

    def edited(self) -> None:
        super().edited()
        self._save.start()

    def _account_chosen(self, index: int) -> None:
        if index != self._account:
            self._account = index
            self.put_down()
            self.open()

    def _use_maximum(self) -> None:
        if self._quote is not None and self._quote.maximum:
            self.fields.use_maximum(self._quote.maximum)

    def named_fields(self) -> Mapping[str, Field]:
        return {name: self.fields.fields[name] for name in FIELDS}

    def draft(self) -> dict[str, str]:
        return self.fields.values()

    def amended(self, quote: ZkLinkQuote) -> ZkLinkQuote:
        """With what is different from what was refused before."""
        if self._before is None:
            return quote
        return replace(quote, problems={**differences(*self._before, quote), **quote.problems})

    def judged(self, quote: ZkLinkQuote) -> None:
        self.fields.show_quote(quote)
        recipient = f"0x{quote.recipient.hex()}" if quote.recipient is not None else ""
        self.summary.set_caption(who_receives(self.context.wallet, recipient))

    def usually(self, quote: ZkLinkQuote) -> str:
        usual = self.context.wallet.usually(self._profile, quote.destination)
        return f"{FAST_WAIT} {usual}" if quote.fast else usual

    # Going on

    def insist(self) -> None:
        self.fields.touch_all()

    def leaving(self) -> None:
        self.keep_draft()
        self._told = True  # who comes back from the review knows what stands here
