"""The form of what an account holds: which account, and a draft that outlasts leaving the form and closing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from PySide6.QtWidgets import QWidget

from ashore.domain.events import Terms
from ashore.domain.pasted_secrets import may_hold_field_element, may_hold_key
from ashore.intake.recognition import Way, take_in
from ashore.systems.base import Offer, Problem, Quote, Severity
from ashore.ui.context import Context
from ashore.ui.pages.account_fields import AccountFields
from ashore.ui.pages.field_intake import FieldIntake
from ashore.ui.pages.quote_form import NOTHING_SENT, QuoteFormPage
from ashore.ui.pages.unfinished import withdrawal_begun
from ashore.ui.pages.whose import who_receives
from ashore.ui.port import reach_of
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, row

_SAVE_MS = 600
_STALE_MS = 30_000
OfferT = TypeVar("OfferT", bound=Offer)
QuoteT = TypeVar("QuoteT", bound=Quote)
FieldsT = TypeVar("FieldsT", bound=AccountFields)


class AccountFormPage(QuoteFormPage[OfferT, QuoteT], Generic[OfferT, QuoteT, FieldsT]):
    """Makes a draft, has it judged, and leads to the review. Whatever goes wrong, nothing typed is lost.

    A system says besides what `QuoteFormPage` asks for: its name; `form`, under which its drafts are kept; `typed`, of
    which fields it is worth saying that they were kept; `focus_first`, and `maximum_of`.
    """

    form = ""
    system = ""
    typed: tuple[str, ...] = ()

    def __init__(self, context: Context, title: str, profile: str, fields: FieldsT, kind: type[QuoteT]) -> None:
        super().__init__(context, title, back="Withdraw", what=profile, kind=kind)
        self._profile = profile
        self._account = 0
        self._draft: dict[str, str] | None = None
        self._filled = False
        self._focus_wanted = True
        self._told = False
        self.fields = fields
        self.clear = Button("Clear", "small-link", name="Clear your last entries")
        self.kept = QWidget()
        self.kept.setLayout(row(Label("Your last entries were kept.", "small"), self.clear, -1))
        self.kept.hide()
        self.body.addWidget(self.kept)
        self._save = self.pause(_SAVE_MS, self.keep_draft)
        for name, edit in fields.edits().items():
            if name != "recipient" and fields.fields[name].control is edit:
                FieldIntake(context, fields.fields[name])
        fields.edited.connect(self.edited)
        fields.submitted.connect(self.submit)
        fields.account_chosen.connect(self._account_chosen)
        fields.maximum.clicked.connect(self._use_maximum)
        self.clear.clicked.connect(self._start_over)

    # What each system says in its own way

    def focus_first(self) -> None:
        """Begin where one decides first, once the fields are there; never take the focus away later."""
        raise AssertionError("each form begins somewhere")

    def maximum_of(self, quote: QuoteT) -> str:
        """The greatest amount that can be asked for, as text; empty where there is none."""
        raise AssertionError(f"each form has amounts: {type(quote).__name__}")

    @property
    def outdated(self) -> bool:
        """Whether the offer is known to be another by now, however young it is."""
        return False

    # Coming and going

    def begin_with(self, draft: Mapping[str, str]) -> None:
        """Fill the form in with these values as soon as it opens, whatever stands in it. `account` is an address."""
        self._draft = dict(draft)
        self._told = True
        self.put_down()
        wanted = draft.get("account", "").lower()
        accounts = self.context.wallet.accounts()
        self._account = next((a.index for a in accounts if a.address.lower() == wanted), 0)

    def withdraw_from(self, address: str) -> None:
        """Choose an account, and keep whatever was typed."""
        self.begin_with({**self.standing(), "account": address})
        self._told = False

    def withdraw_to(self, recipient: str, chain_id: int | None = None) -> None:
        """Put a recipient in, with the chain (EIP-155) that came with it, and keep whatever else was typed."""
        raise AssertionError(f"each form has recipients: {recipient} {chain_id}")

    def begin_anew(self, recipient: str, chain_id: int | None = None) -> None:
        """Put a recipient into an empty form: nothing that was typed for another one. The account stays."""
        account = self.standing().get("account", "")
        self.clear_draft()
        self.started_over()
        self.begin_with({"account": account})
        self.withdraw_to(recipient, chain_id)
        self._told = True

    def unfinished(self, recipient: str, chain_id: int | None = None) -> Problem | None:
        """What is begun here and would be lost to this recipient, put as a question; None where nothing would be."""
        entries = self.standing()
        if not self.begun_for(entries, recipient):
            return None
        same = entries.get("recipient", "").strip().lower() == recipient.lower()
        if same and (chain_id is None or not self.begun_for({**entries, "recipient": ""}, recipient)):
            return None
        return withdrawal_begun(self.system, entries)

    def unfinished_beside(self, before: Terms) -> Problem | None:
        """What is begun here and would be lost if what was asked for `before` were filled in again."""
        entries, wanted = self.standing(), self.drafted(before)
        lost = any(
            text and text != wanted.get(name, "") for name in self.typed if (text := entries.get(name, "").strip())
        )
        return withdrawal_begun(self.system, entries, "the values of this one again") if lost else None

    def drafted(self, before: Terms) -> Mapping[str, str]:
        """What was asked for before, as a draft."""
        raise AssertionError(f"each form has its own fields: {before.system}")

    def begun_for(self, entries: Mapping[str, str], _recipient: str) -> bool:
        """Whether a person has typed or chosen anything here that is no mere preparation for this recipient."""
        return any(entries.get(name, "").strip() for name in self.typed)

    @property
    def untouched(self) -> bool:
        """Whether nothing stands here that a person has typed."""
        entries = self.standing()
        return not any(entries.get(name, "").strip() for name in self.typed)

    def standing(self) -> dict[str, str]:
        """What stands in the form, or was kept of it."""
        if self._draft is not None:
            return self._draft
        return self._whole_draft() if self._filled else self.context.wallet.load_draft(self.form)

    def shown(self) -> None:
        self._focus_wanted = True
        if self._draft is None and not self._filled:
            self.begin_with(self.context.wallet.load_draft(self.form))
            self._told = False
        entries = self.fields.kept() if self._draft is None else self._draft
        self.kept.setVisible(not self._told and any(entries.get(name) for name in self.typed))
        self._told = False
        self.fields.show_accounts(self.context.wallet.accounts(), self._account)
        if self._offer is None or self.outdated or self.context.now() - self._offer.opened_at > _STALE_MS:
            self.open()
        self.focus_first()

    def left(self) -> None:
        self.keep_draft()

    def open(self) -> None:
        """Ask what the account holds."""
        if self._offer is None:
            self.fields.set_ready(False)
        super().open()

    def filled_in(self) -> None:
        """An offer is in the fields: put the draft that waited for it there too."""
        if self._draft is not None:
            self.fields.reset()
            self.fields.restore(self._draft)
            self._draft, self._filled = None, True

    def tell_offer(self, blocked: str, notes: tuple[str, ...]) -> None:
        """Say above the form why nothing can be asked for, or what else there is to know."""
        if blocked:
            self.notice.show_problem(Problem(blocked, NOTHING_SENT), act=True)
        elif notes:
            self.notice.show_problem(Problem(" ".join(notes), severity=Severity.NOTES))

    # The draft

    def _whole_draft(self) -> dict[str, str]:
        accounts = self.context.wallet.accounts()
        account = next((a.address for a in accounts if a.index == self._account), "")
        return {**self.fields.kept(), "account": account}

    def keep_draft(self) -> None:
        """Store what was typed, so that it survives closing; never what may be a private key."""
        self._save.stop()
        if self._draft is not None or self._filled:
            typed = self._whole_draft() if self._draft is None else self._draft
            kept = {name: text if self._may_be_kept(name, text) else "" for name, text in typed.items()}
            self.context.wallet.save_draft(self.form, kept)

    def _may_be_kept(self, name: str, text: str) -> bool:
        """Nobody can tell a Stark key from its owner's private key, so that neither is written down as a recipient.

        Nor is a voucher that was put there by mistake: whoever has it has the money.
        """
        if may_hold_key(text) or ("recipient" in name and may_hold_field_element(text)):
            return False
        return take_in(text, reach_of(self.context.wallet)).way is not Way.VOUCHER

    def clear_draft(self) -> None:
        """Forget what was typed: it was sent."""
        self.fields.reset()
        self._draft = None
        self.put_down()
        self.context.wallet.save_draft(self.form, {})

    def _start_over(self) -> None:
        """Empty the form, and say nothing of what it lacks until somebody fills it in again."""
        self.clear_draft()
        self.kept.hide()
        self._filled, self._focus_wanted = True, True
        self.started_over()
        self.open()

    def started_over(self) -> None:
        """The fields are empty, and about to be offered anew."""

    def draft(self) -> dict[str, str]:
        return self.fields.values()

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
        if self._quote is not None and self.maximum_of(self._quote):
            self.fields.use_maximum(self.maximum_of(self._quote))

    def name_receiver(self, recipient: int | None, digits: int) -> None:
        """Say over the amount who receives it: an address or a Stark key of at least so many hex digits."""
        told = f"0x{recipient:0{digits}x}" if recipient is not None else ""
        self.summary.set_caption(who_receives(self.context.wallet, told))

    # Going on

    def insist(self) -> None:
        self.fields.touch_all()

    def leaving(self) -> None:
        self.keep_draft()
        self._told = True  # who comes back from the review knows what stands here
