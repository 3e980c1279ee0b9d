"""The Reddio form: withdraw to Ethereum, transfer to a vault, or withdraw under a registered Stark key."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from ashore.domain.amounts import format_units
from ashore.domain.events import Terms
from ashore.intake.recognition import Intake, Way
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_ETHEREUM, TO_VAULT, Holding, ReddioOffer, ReddioQuote
from ashore.ui.context import Context
from ashore.ui.models.asset_model import AssetEntry, entry_of
from ashore.ui.pages.account_fields import ADDRESS_DIGITS
from ashore.ui.pages.account_form import AccountFormPage
from ashore.ui.pages.field_intake import FieldIntake
from ashore.ui.pages.picture_asking import PictureAsking
from ashore.ui.pages.quote_form import not_paid_there
from ashore.ui.pages.reddio_fields import OTHER_RECIPIENT, ReddioFields, entry_key
from ashore.ui.pages.reddio_words import key_words
from ashore.ui.scanner.filling import scan_into
from ashore.ui.widgets.field import Field
from ashore.ui.wording import elided

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


class ReddioFormPage(AccountFormPage[ReddioOffer, ReddioQuote, ReddioFields]):
    """An asset, where it shall go, and its picture where a person wants one."""

    form = "reddio"
    system = "Reddio"
    typed = ("asset", "amount", "recipient", "expiration")

    unopened = "The form opens when Reddio has answered."

    def __init__(self, context: Context, profile: str) -> None:
        super().__init__(context, FORM_TITLE, profile, ReddioFields(context.theme, context.icons), ReddioQuote)
        self._entries: list[AssetEntry] = []
        self._outdated = False
        self._named_chain: int | None = None
        self.picture = PictureAsking(context)
        self.picture.loaded.connect(self._show_picture)
        self.fields.asset.chosen.extra.addWidget(self.picture)
        self.arrange(self.notice, self.fields)
        recipient = self.fields.fields["recipient"]
        self.intake = FieldIntake(context, recipient, _SCAN_WANTS, fits=self._fits, fill=self._take, own=self._own)
        self.scan = scan_into(context, recipient, "a recipient", self.intake)
        context.hub.withdrawals_changed.connect(self._something_moved)
        self.fields.registration.asked.connect(self._register)

    # Coming and going

    def begin_with(self, draft: Mapping[str, str]) -> None:
        self._named_chain = None
        super().begin_with(draft)

    def quote_again(self, before: Terms, _code: str = "") -> None:
        """Fill in what was asked for before, and ask everything anew."""
        self.begin_with(self.drafted(before))

    def drafted(self, before: Terms) -> Mapping[str, str]:
        return draft_of(before)

    def withdraw_to(self, recipient: str, chain_id: int | None = None) -> None:
        """Put an address or a Stark key in, and keep whatever else was typed. `chain_id` came with the address."""
        untouched = self.untouched
        self.begin_with({**self.standing(), "way": _way_to(recipient), "recipient": recipient})
        self._named_chain = chain_id
        self._told = untouched

    def begun_for(self, entries: Mapping[str, str], recipient: str) -> bool:
        chosen = entries.get("way", "") not in ("", TO_ETHEREUM, _way_to(recipient))
        return chosen or bool(entries.get(OTHER_RECIPIENT)) or super().begun_for(entries, recipient)

    def _fits(self, _text: str, found: Intake) -> str:
        """Of an address and a Stark key, only what this way goes to."""
        return self.fields.fitting(found.recipient, found.stark_key if found.way is Way.VAULT else "")

    def _own(self, found: Intake) -> bool:
        """A Stark key is left as it was pasted, also one that nobody can tell from a hash or a private key."""
        return bool(self.fields.fitting("", found.stark_key))

    def _take(self, text: str, found: Intake) -> None:
        self.fields.take_recipient(self._fits(text, found))
        self._named_chain = found.chain_id
        if self._offer is not None:
            self._tell_chain(self._offer)

    @property
    def outdated(self) -> bool:
        return self._outdated

    def asks(self) -> str:
        return "Reddio is being asked what this account holds, under every key that its clients make."

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
        self.filled_in()
        self.focus_first()
        self.tell_offer(offer.blocked, offer.notes)
        self._tell_chain(offer)

    def _tell_chain(self, offer: ReddioOffer) -> None:
        """Say that the chain which came with the address is not the one where Reddio pays out."""
        if not offer.blocked and self._named_chain not in (None, offer.chain.evm_chain_id):
            self.fields.fields["recipient"].tell(not_paid_there(self._named_chain or 0, "Reddio"))
            self._named_chain = None

    def focus_first(self) -> None:
        if not self._focus_wanted or not self.fields.asset.isEnabled():
            return
        self._focus_wanted = False
        fields, entry = self.fields, self.fields.asset.entry
        counted = entry is not None and entry.token_id is None
        if entry is None:
            self.begin_at(fields.asset)
        else:
            self.begin_at(fields.amount if counted and not fields.amount.text() else fields.recipient)

    # Judging

    def _register(self, key: str) -> None:
        """Lead to the registration of a Stark key, by its name."""
        found = self._offer.account(key) if self._offer is not None else None
        account = next((a for a in self.context.wallet.accounts() if a.index == self._account), None)
        if found is not None and account is not None:
            self.context.go.show_registration(self._profile, account, (found.name, found.stark_key))

    def maximum_of(self, quote: ReddioQuote) -> str:
        return quote.maximum

    def named_fields(self) -> Mapping[str, Field]:
        fields = self.fields.fields
        return {**fields, "key": fields["asset"]}

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
        # A Stark key is shown as the number that it is.
        self.name_receiver(quote.recipient, 0 if quote.way == TO_VAULT else ADDRESS_DIGITS)

    def usually(self, quote: ReddioQuote) -> str:
        return "" if quote.way == TO_VAULT else self.context.wallet.usually(self._profile, quote.destination)

    def _show_picture(self, key: str, picture: QPixmap) -> None:
        """Show it, and keep the keyboard where it was loaded: what asked for it goes."""
        self.fields.asset.show_picture(key, picture)
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self.fields.asset.chosen.change.setFocus()


def _way_to(recipient: str) -> str:
    """Where an address, or else a Stark key, is paid."""
    return TO_ETHEREUM if len(recipient.strip()) == len("0x") + 40 else TO_VAULT


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
