"""The zkLink form: fields at the left, the summary at the right, problems while one types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ashore.domain.events import Terms
from ashore.intake.recognition import Intake
from ashore.systems.base import Problem, Severity
from ashore.systems.zklink.system.again import differences
from ashore.systems.zklink.system.offer import FIELDS, ZkLinkOffer, ZkLinkQuote
from ashore.ui.context import Context
from ashore.ui.pages.account_fields import ADDRESS_DIGITS
from ashore.ui.pages.account_form import AccountFormPage
from ashore.ui.pages.field_intake import FieldIntake
from ashore.ui.pages.key_notice import KeyNotice
from ashore.ui.pages.quote_form import not_paid_there
from ashore.ui.pages.zklink_fields import ZkLinkFields, draft_of
from ashore.ui.scanner.filling import SCAN_WANTS, scan_into
from ashore.ui.widgets.field import Field
from ashore.ui.wording import FAST_WAIT


class ZkLinkFormPage(AccountFormPage[ZkLinkOffer, ZkLinkQuote, ZkLinkFields]):
    """Every parameter of a withdrawal, with what is different after a refusal."""

    form = "zklink"
    system = "zkLink"
    typed = ("amount", "recipient", "fee", "nonce")

    unopened = "The form opens when zkLink has answered."

    def __init__(self, context: Context, profile: str) -> None:
        fields = ZkLinkFields(context.theme, context.icons)
        super().__init__(context, "Withdraw from zkLink", profile, fields, ZkLinkQuote)
        self._before: tuple[Terms, str] | None = None
        self._named_chain: int | None = None
        self._not_there: Problem | None = None
        self.key = KeyNotice(context)
        self.arrange(self.key, self.notice, self.fields)
        recipient = self.fields.fields["recipient"]
        self.intake = FieldIntake(
            context, recipient, SCAN_WANTS, fits=lambda _text, found: found.recipient, fill=self._take
        )
        self.scan = scan_into(context, recipient, "a recipient", self.intake)
        self.key.settled.connect(self.open)

    # Coming and going

    def begin_with(self, draft: Mapping[str, str]) -> None:
        self._before = self._named_chain = self._not_there = None
        super().begin_with(draft)

    def quote_again(self, before: Terms, code: str) -> None:
        """Fill in what was refused for `code`, ask everything anew, and mark what is different now."""
        self.begin_with(self.drafted(before))
        self._before = before, code

    def drafted(self, before: Terms) -> Mapping[str, str]:
        return draft_of(before)

    def withdraw_to(self, recipient: str, chain_id: int | None = None) -> None:
        """Put an address in, with the chain (EIP-155) that came with it, and keep whatever else was typed."""
        untouched = self.untouched
        if self._filled and self._offer is not None:
            self._told = untouched
            self._named_chain, self._not_there = chain_id, None
            self.intake.forget()
            self.fields.restore({**self.fields.values(), "recipient": recipient})
            self._take_chain(self._offer)
            self.edited()
            return
        self.begin_with({**self.standing(), "recipient": recipient})
        self._named_chain = chain_id
        self._told = untouched

    def _take(self, _text: str, found: Intake) -> None:
        """An address, alone or out of a link, with the chain that the link names."""
        self.withdraw_to(found.recipient, found.chain_id)
        self._told = False

    def _take_chain(self, offer: ZkLinkOffer) -> None:
        """Choose the chain that was named with the recipient, once; say so beside it where it is not to be had."""
        if self._named_chain is not None and not self.fields.choose_chain(self._named_chain):
            self._not_there = not_paid_there(self._named_chain, "zkLink")
        self._named_chain = None
        if self._not_there is not None and not offer.blocked:
            self.fields.fields["recipient"].tell(self._not_there)  # above the form it would move what is used
            self._not_there = None

    @property
    def outdated(self) -> bool:
        return self._offer is not None and self._offer.key_chain is not None  # it lacks a key, which may come

    def asks(self) -> str:
        return "zkLink is being asked what this account holds."

    def open(self) -> None:
        if self._offer is None:
            self.key.clear()
        super().open()

    async def ask(self) -> ZkLinkOffer:
        offer = await self.context.wallet.open(self._profile, self._account)
        assert isinstance(offer, ZkLinkOffer), "this form is zkLink's"
        return offer

    def offered(self, offer: ZkLinkOffer) -> None:
        self.fields.set_ready(True)
        self.fields.show_offer(offer, (self._draft or {}).get("sub_account", ""))
        self.filled_in()
        lacks_key = self.key.show_offer(offer)
        self.focus_first()
        if lacks_key:
            self.notice.clear()
        else:
            self.tell_offer(offer.blocked, offer.notes)
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

    def focus_first(self) -> None:
        if self._focus_wanted and self.fields.amount.isEnabled():
            self._focus_wanted = False
            typed = self.fields.amount if not self.fields.amount.text() else self.fields.recipient
            target = typed if self.key.isHidden() else self.key.action  # nothing can be withdrawn before that
            self.begin_at(target)

    def clear_draft(self) -> None:
        super().clear_draft()
        self._before = self._not_there = None

    def started_over(self) -> None:
        self.fields.choose_first()

    # Judging

    def maximum_of(self, quote: ZkLinkQuote) -> str:
        return quote.maximum

    def named_fields(self) -> Mapping[str, Field]:
        return {name: self.fields.fields[name] for name in FIELDS}

    def amended(self, quote: ZkLinkQuote) -> ZkLinkQuote:
        """With what is different from what was refused before."""
        if self._before is None:
            return quote
        return replace(quote, problems={**differences(*self._before, quote), **quote.problems})

    def judged(self, quote: ZkLinkQuote) -> None:
        self.fields.show_quote(quote)
        recipient = quote.recipient
        self.name_receiver(None if recipient is None else int.from_bytes(recipient, "big"), ADDRESS_DIGITS)

    def usually(self, quote: ZkLinkQuote) -> str:
        usual = self.context.wallet.usually(self._profile, quote.destination)
        return f"{FAST_WAIT} {usual}" if quote.fast else usual
