"""The Reddio form: withdraw to Ethereum, transfer to a vault, or withdraw under a registered Stark key."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from ashore.domain.amounts import format_units
from ashore.domain.events import Terms
from ashore.domain.pasted_secrets import may_hold_key
from ashore.intake.recognition import Intake, Way
from ashore.systems.base import Problem, Severity
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_ETHEREUM, TO_VAULT, Holding, ReddioOffer, ReddioQuote
from ashore.ui.context import Context
from ashore.ui.models.asset_model import AssetEntry, entry_of
from ashore.ui.pages.picture_asking import PictureAsking
from ashore.ui.pages.quote_form import NOTHING_SENT, QuoteFormPage, not_paid_there
from ashore.ui.pages.reddio_fields import ADDRESS_DIGITS, ReddioFields, entry_key
from ashore.ui.pages.reddio_words import key_words
from ashore.ui.pages.whose import who_receives
from ashore.ui.scanner.filling import scan_into
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.field import Field
from ashore.ui.widgets.labels import Label, row
from ashore.ui.wording import elided

_SAVE_MS = 600
_STALE_MS = 30_000
_FORM = "reddio"
_TYPED = ("asset", "amount", "recipient", "expiration")
_AT_ONCE = 250
"""Assets that are put into words before the window gets its turn again."""

_BEFORE = {
    "reddio.withdrawal": TO_ETHEREUM,
    "reddio.transfer": TO_VAULT,
    "reddio.plain": PLAIN_WAY,
}
FORM_TITLE, TRANSFER_TITLE = "Withdraw from Reddio", "Transfer on Reddio"
_REVIEW = {TO_ETHEREUM: "Review withdrawal", TO_VAULT: "Review transfer", PLAIN_WAY: "Review withdrawal"}

_SCAN_WANTS = "An address on Ethereum and a Stark key go different ways: choose yours under “What to do”."


class ReddioFormPage(QuoteFormPage[ReddioOffer, ReddioQuote]):
    """Makes a draft, has it judged, and leads to the review. Whatever goes wrong, nothing typed is lost."""

    unopened = "The form opens when Reddio has answered."

    def __init__(self, context: Context, profile: str) -> None:
        super().__init__(context, FORM_TITLE, back="Withdraw", what=profile, kind=ReddioQuote)
        self._profile = profile
        self._account = 0
        self._draft: dict[str, str] | None = None
        self._entries: list[AssetEntry] = []
        self._filled = False
        self._focus_wanted = True
        self._told = False
        self._outdated = False
        self._named_chain: int | None = None
        self.fields = ReddioFields(context.theme, context.icons)
        self.picture = PictureAsking(context)
        self.picture.loaded.connect(self._show_picture)
        self.fields.asset.chosen.extra.addWidget(self.picture)
        self.clear = Button("Clear", "small-link", name="Clear your last entries")
        self.kept = QWidget()
        self.kept.setLayout(row(Label("Your last entries were kept.", "small"), self.clear, -1))
        self.kept.hide()
        self.body.addWidget(self.kept)
        self.arrange(self.notice, self.fields)
        self._save = self.pause(_SAVE_MS, self.keep_draft)
        recipient = self.fields.fields["recipient"]
        self.scan = scan_into(context, recipient, "a recipient", _SCAN_WANTS, self._scanned)
        self.fields.edited.connect(self.edited)
        self.fields.submitted.connect(self.submit)
        self.fields.account_chosen.connect(self._account_chosen)
        self.fields.maximum.clicked.connect(self._use_maximum)
        self.clear.clicked.connect(self._start_over)
        context.hub.withdrawals_changed.connect(self._something_moved)
        self.fields.registration.asked.connect(self._register)

    # Coming and going

    def begin_with(self, draft: Mapping[str, str]) -> None:
        """Fill the form in with these values as soon as it opens, whatever stands in it. `account` is an address."""
        self._draft = dict(draft)
        self._named_chain = None
        self._told = True
        self.put_down()
        wanted = draft.get("account", "").lower()
        accounts = self.context.wallet.accounts()
        self._account = next((a.index for a in accounts if a.address.lower() == wanted), 0)

    def quote_again(self, before: Terms, _code: str = "") -> None:
        """Fill in what was asked for before, and ask everything anew."""
        self.begin_with(draft_of(before))

    def withdraw_to(self, recipient: str, chain_id: int | None = None) -> None:
        """Put an address or a Stark key in, and keep whatever else was typed. `chain_id` came with the address."""
        way = TO_ETHEREUM if len(recipient.strip()) == len("0x") + 40 else TO_VAULT
        self.begin_with({**self._standing(), "way": way, "recipient": recipient})
        self._named_chain = chain_id
        self._told = False

    def _scanned(self, _text: str, found: Intake) -> bool:
        """Of an address and a Stark key, only what this way goes to is taken."""
        return self.fields.take_recipient(found.recipient, found.stark_key if found.way is Way.VAULT else "")

    def withdraw_from(self, address: str) -> None:
        """Choose an account, and keep whatever was typed."""
        self.begin_with({**self._standing(), "account": address})
        self._told = False

    def _standing(self) -> dict[str, str]:
        """What stands in the form, or was kept of it."""
        if self._draft is not None:
            return self._draft
        return self._whole_draft() if self._filled else self.context.wallet.load_draft(_FORM)

    def shown(self) -> None:
        self._focus_wanted = True
        if self._draft is None and not self._filled:
            self.begin_with(self.context.wallet.load_draft(_FORM))
            self._told = False
        entries = self.fields.kept() if self._draft is None else self._draft
        self.kept.setVisible(not self._told and any(entries.get(name) for name in _TYPED))
        self._told = False
        self.fields.show_accounts(self.context.wallet.accounts(), self._account)
        if self._offer is None or self._outdated or self.context.now() - self._offer.opened_at > _STALE_MS:
            self.open()
        self._focus_first()

    def left(self) -> None:
        self.keep_draft()

    def asks(self) -> str:
        return "Reddio is being asked what this account holds, under every key that its clients make."

    def open(self) -> None:
        """Ask what the account holds."""
        if self._offer is None:
            self.fields.set_ready(False)
        super().open()

    def _something_moved(self, _ids: frozenset[str]) -> None:
        """A withdrawal or a registration went on: what is held, or registered, may be another when one comes back."""
        self._outdated = True

    async def ask(self) -> ReddioOffer:
        self._outdated = False
        offer = await self.context.wallet.open(self._profile, self._account)
        assert isinstance(offer, ReddioOffer), "this form is Reddio's"
        self._entries = await entries_of(offer)
        return offer

    def offered(self, offer: ReddioOffer) -> None:
        self.fields.set_ready(True)
        self.fields.show_offer(offer, self._entries)
        if self._draft is not None:
            self.fields.reset()
            self.fields.restore(self._draft)
            self._draft, self._filled = None, True
        self._focus_first()
        if offer.blocked:
            self.notice.show_problem(Problem(offer.blocked, NOTHING_SENT), act=True)
        elif self._named_chain not in (None, offer.chain.evm_chain_id):
            self.notice.show_problem(not_paid_there(self._named_chain or 0, "Reddio"))
        elif offer.notes:
            self.notice.show_problem(Problem(" ".join(offer.notes), severity=Severity.NOTES))

    def _focus_first(self) -> None:
        """Begin where one decides first, once the fields are there; never take the focus away later."""
        if not self._focus_wanted or not self.fields.asset.isEnabled():
            return
        self._focus_wanted = False
        fields, entry = self.fields, self.fields.asset.entry
        counted = entry is not None and entry.token_id is None
        if entry is None:
            self.begin_at(fields.asset)
        else:
            self.begin_at(fields.amount if counted and not fields.amount.text() else fields.recipient)

    def _whole_draft(self) -> dict[str, str]:
        accounts = self.context.wallet.accounts()
        account = next((a.address for a in accounts if a.index == self._account), "")
        return {**self.fields.kept(), "account": account}

    def keep_draft(self) -> None:
        """Store what was typed, so that it survives closing; never what may be a private key."""
        self._save.stop()
        if self._draft is not None or self._filled:
            typed = self._whole_draft() if self._draft is None else self._draft
            kept = {name: "" if may_hold_key(text) else text for name, text in typed.items()}
            self.context.wallet.save_draft(_FORM, kept)

    def clear_draft(self) -> None:
        """Forget what was typed: it was sent."""
        self.fields.reset()
        self._draft = None
        self.put_down()
        self.context.wallet.save_draft(_FORM, {})

    def _start_over(self) -> None:
        """Empty the form, and say nothing of what it lacks until somebody fills it in again."""
        self.clear_draft()
        self.kept.hide()
        self._filled, self._focus_wanted = True, True
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

    def _register(self, key: str) -> None:
        """Lead to the registration of a Stark key, by its name."""
        found = self._offer.account(key) if self._offer is not None else None
        account = next((a for a in self.context.wallet.accounts() if a.index == self._account), None)
        if found is not None and account is not None:
            self.context.go.show_registration(self._profile, account, (found.name, found.stark_key))

    def _use_maximum(self) -> None:
        if self._quote is not None and self._quote.maximum:
            self.fields.use_maximum(self._quote.maximum)

    def named_fields(self) -> Mapping[str, Field]:
        fields = self.fields.fields
        return {**fields, "key": fields["asset"]}

    def draft(self) -> dict[str, str]:
        return self.fields.values()

    def amended(self, quote: ReddioQuote) -> ReddioQuote:
        """With a long token id cut in the summary: it stands in full where it was chosen, and in the review."""
        token_id = quote.holding.asset.token_id if quote.holding is not None else None
        if token_id is None:
            return quote
        digits, shown = str(token_id), elided(token_id).replace("…", "…\u200b")  # where a line may end
        legs = tuple(replace(leg, value=leg.value.replace(digits, shown)) for leg in quote.legs)
        return replace(quote, receive=quote.receive.replace(digits, shown), legs=legs)

    def judged(self, quote: ReddioQuote) -> None:
        self.fields.show_quote(quote)
        self.picture.show_holding(self.fields.asset.key, quote.holding)
        self.name_page(TRANSFER_TITLE if quote.way == TO_VAULT else FORM_TITLE)
        self.summary.review.setText(_REVIEW[quote.way])
        digits = 0 if quote.way == TO_VAULT else ADDRESS_DIGITS  # a Stark key is shown as the number that it is
        recipient = f"0x{quote.recipient:0{digits}x}" if quote.recipient is not None else ""
        self.summary.set_caption(who_receives(self.context.wallet, recipient))

    def usually(self, quote: ReddioQuote) -> str:
        return "" if quote.way == TO_VAULT else self.context.wallet.usually(self._profile, quote.destination)

    # Going on

    def _show_picture(self, key: str, picture: QPixmap) -> None:
        """Show it, and keep the keyboard where it was loaded: what asked for it goes."""
        self.fields.asset.show_picture(key, picture)
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self.fields.asset.chosen.change.setFocus()

    def insist(self) -> None:
        self.fields.touch_all()

    def leaving(self) -> None:
        self.keep_draft()
        self._told = True  # who comes back from the review knows what stands here


async def entries_of(offer: ReddioOffer) -> list[AssetEntry]:
    """All that is held, in words: what is free first, money before tokens. Gives the window its turn now and then."""
    standard = {account.name: account.standard for account in offer.accounts}
    entries: list[AssetEntry] = []
    for number, holding in enumerate(sorted(offer.holdings, key=_place)):
        if number and number % _AT_ONCE == 0:
            await asyncio.sleep(0)
        entries.append(_entry(holding, standard.get(holding.key, False)))
    return entries


def _place(holding: Holding) -> tuple[bool, bool, str, int]:
    asset = holding.asset
    return not holding.available, not asset.kind.is_fungible, holding.symbol, asset.token_id or 0


def _entry(holding: Holding, standard: bool) -> AssetEntry:
    return entry_of(
        entry_key(holding.key, holding.asset_id),
        holding.asset,
        holding.symbol,
        holding.name,
        holding.decimals,
        available=holding.available,
        frozen=holding.frozen,
        withdraw_frozen=holding.withdraw_frozen,
        under=key_words(holding.key, standard),
        problem=holding.problem,
    )


def draft_of(terms: Terms) -> dict[str, str]:
    """The values of a withdrawal for the form, with its account's address."""
    single = bool(terms.details.get("token_id"))
    way = _BEFORE.get(terms.track.partition("@")[0], TO_ETHEREUM)
    return {
        "account": terms.account,
        "way": way,
        "asset": f"{int(terms.details.get('asset_id', '0') or '0', 0):#x}",
        "key": terms.details.get("key", ""),
        "amount": "" if single else format_units(terms.amount, terms.decimals),
        "recipient": "" if way == PLAIN_WAY else terms.recipient,
    }
