"""The fields of a withdrawal from Reddio: what a person decides. Vaults, quanta and nonces are none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.addresses import readable
from ashore.engine.views import Account
from ashore.systems.base import Problem, Severity
from ashore.systems.reddio.codec import NEVER_EXPIRES
from ashore.systems.reddio.system.check_expiration import expiration_text
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_ETHEREUM, TO_VAULT, ReddioOffer, ReddioQuote
from ashore.ui.models.asset_model import AssetEntry
from ashore.ui.pages.asset_chooser import AssetChooser
from ashore.ui.pages.reddio_details import RegistrationNote, TechnicalDetails
from ashore.ui.pages.reddio_words import searched_words, way_options, way_words
from ashore.ui.pages.zklink_fields import account_words
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.field import AddressEdit, Field, LineEdit
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, clear, row, set_tip, show_if
from ashore.ui.widgets.scroll import bring_into_view
from ashore.ui.wording import breakable

OTHER_RECIPIENT = "other_recipient"
"""In a kept draft: what stands in the field of the recipient on the way that is not chosen."""

_CAPTION = {TO_ETHEREUM: "Recipient", TO_VAULT: "Receiver’s Stark key", PLAIN_WAY: "Recipient"}
_BRING_OUT = "What to bring out"
_WHAT = {TO_VAULT: "What to transfer"}
ADDRESS_DIGITS, _KEY_DIGITS = 40, range(50, 65)


def entry_key(key: str, asset_id: str) -> str:
    """What tells an asset under a Stark key (by its name) from all others in the list."""
    return f"{key}/{asset_id}"


class ReddioFields(QWidget):
    """The form's left side. It holds raw texts; the wallet judges them."""

    edited = Signal()
    account_chosen = Signal(int)
    submitted = Signal()

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._offer: ReddioOffer | None = None
        self._touched: set[str] = set()
        self._recipients = {TO_ETHEREUM: "", TO_VAULT: ""}
        self._way = TO_ETHEREUM
        self.account = Choice(theme, "From account")
        self.way = Choice(theme, "What to do")
        self.steps = Label(role="small", wrap=True)
        self.asset = AssetChooser(theme, icons)
        self.looked = Label(role="small", wrap=True)
        self.amount = LineEdit("Amount", "0.00")
        self.maximum = Button("Max", "small-link", name="Use the greatest amount that can be withdrawn")
        self.balance = Label(role="small")
        self.nearest = FlowLayout(gap=8)
        self.recipient = AddressEdit(theme, "Recipient", "0x…")
        self.own = Button("Use this account’s own address", "small-link")
        self.grouped = HexText(theme, what="Recipient in groups", size=12)
        self.paid_to = Label(wrap=True)
        self.expiration = LineEdit("Expiration", "never")
        self.expires = Label(role="small", wrap=True)
        self.more = Disclosure(icons, "Expiration: never")
        self.details = TechnicalDetails(theme, icons)
        self.registration = RegistrationNote(icons)
        self.fields: dict[str, Field] = {}
        self._arrange(icons)
        self._connect()

    def _arrange(self, icons: Icons) -> None:
        below_amount = row(self.balance, self.maximum, -1, spacing=10)
        self.fields = {
            "account": Field(icons, "From account", self.account),
            "way": Field(icons, "What to do", self.way, self.steps),
            "asset": Field(icons, _BRING_OUT, self.asset, self.looked),
            "amount": Field(icons, "Amount", self.amount, below_amount, lines=2),
            "recipient": Field(icons, "Recipient", self.recipient, self.grouped, self.paid_to, lines=2),
            "expiration": Field(icons, "Expiration", self.expiration, self.expires),
        }
        self.fields["recipient"].put_above(self.own)
        set_tip(self.fields["expiration"], "Until when Reddio may carry the request out. Its own clients write never.")
        choices = QWidget()
        choices.setLayout(self.nearest)
        layout = self.fields["amount"].layout()
        assert layout is not None
        layout.addWidget(choices)
        self._near = choices
        choices.hide()
        self.more.set_content(self.fields["expiration"])
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(16)
        for name in ("account", "way", "asset", "amount", "recipient"):
            body.addWidget(self.fields[name])
        for part in (self.more, self.registration, self.details):
            body.addWidget(part)
        self.grouped.hide()
        self.paid_to.hide()

    def _connect(self) -> None:
        self.account.changed.connect(lambda key: self.account_chosen.emit(int(key)))
        self.way.changed.connect(self._way_chosen)
        self.asset.changed.connect(lambda _key: self._touch("asset"))
        for name, edit in self._edits().items():
            edit.textEdited.connect(lambda _text, name=name: self._touch(name))
            edit.returnPressed.connect(self.submitted)
        self.recipient.textChanged.connect(lambda _text: self._show_grouped())
        self.own.clicked.connect(self._use_own)
        for part, last in (
            (self.registration, self.registration.register),
            (self.details, self.details),
            (self.more, self.expiration),
        ):
            part.toggled.connect(partial(_show_opened, last))

    def _edits(self) -> dict[str, LineEdit]:
        return {"amount": self.amount, "recipient": self.recipient, "expiration": self.expiration}

    # What is in the form

    def values(self) -> dict[str, str]:
        """The draft: raw texts by field name. What has no amount or no recipient of its own leaves them empty."""
        key, _, asset = self.asset.key.partition("/")
        entry = self.asset.entry
        counted = entry is None or entry.token_id is None
        return {
            "way": self._way,
            "asset": asset,
            "key": key,
            "amount": self.amount.text() if counted else "",
            "recipient": "" if self._way == PLAIN_WAY else self.recipient.text(),
            "expiration": self.expiration.text(),
        }

    def kept(self) -> dict[str, str]:
        """The draft with all that was typed, whether this way needs it or not."""
        self._keep_recipient()
        other = TO_ETHEREUM if self._way == TO_VAULT else TO_VAULT
        return {**self.values(), "amount": self.amount.text(), OTHER_RECIPIENT: self._recipients[other]}

    def restore(self, values: Mapping[str, str]) -> None:
        """Put an unfinished draft back. What is no longer offered falls to the first choice, or to none."""
        way = values.get("way", "")
        if self._offer is not None:
            self._offer_ways(self._offer, way)
        self.way.select(way)
        self._way = self.way.key or TO_ETHEREUM
        vault = self._way == TO_VAULT
        self._recipients[TO_VAULT if vault else TO_ETHEREUM] = values.get("recipient", "")
        self._recipients[TO_ETHEREUM if vault else TO_VAULT] = values.get(OTHER_RECIPIENT, "")
        self.asset.select(entry_key(values.get("key", ""), values.get("asset", "")))
        self.amount.setText(values.get("amount", ""))
        self.expiration.setText(values.get("expiration", ""))
        if self.expiration.text():
            self.more.set_open(True)
        self._show_way()

    def touch_all(self) -> None:
        """From now on say of empty fields too what they lack: the person wanted to go on."""
        self._touched.update(self.fields)

    def reset(self) -> None:
        """Empty what was typed, after it was sent."""
        self._touched.clear()
        self._recipients = {TO_ETHEREUM: "", TO_VAULT: ""}
        for edit in self._edits().values():
            edit.clear()
        self.asset.clear()
        self.way.select(TO_ETHEREUM)
        self._way = TO_ETHEREUM
        self._show_way()

    # What the wallet says

    def set_ready(self, ready: bool) -> None:
        """Whether there is an offer to fill the fields in for. Another account can be chosen all the same."""
        for name, field in self.fields.items():
            field.setEnabled(ready or name == "account")

    def show_accounts(self, accounts: tuple[Account, ...], chosen: int) -> None:
        """Offer these accounts to withdraw from."""
        self.account.set_options([(str(a.index), account_words(a)) for a in accounts], str(chosen))
        self.account.select(str(chosen))

    def show_offer(self, offer: ReddioOffer, entries: Sequence[AssetEntry]) -> None:
        """Offer what the account holds, put into words as `entries`, and the ways that there are."""
        self._offer = offer
        self._offer_ways(offer, self._way)
        self.asset.show_entries(entries)
        self.looked.show_text(searched_words(offer.accounts) if not entries else "")
        self.registration.show_offer(offer)
        self._show_way()

    def show_quote(self, quote: ReddioQuote) -> None:
        """Show the problems beside their fields, the balance, and what can be chosen instead."""
        for name, field in self.fields.items():
            found = quote.problems.get(name)
            if name == "asset" and found is None:
                found = quote.problems.get("key")
            field.show_problem(self._worth_showing(name, found))
        holding = quote.holding
        counted = holding is None or holding.asset.kind.is_fungible
        show_if(self.fields["amount"], counted)
        self.balance.setText(f"Balance {holding.text(holding.base)}" if holding is not None else "")
        self.maximum.setEnabled(bool(quote.maximum))
        self._show_nearest(quote.nearest if self.fields["amount"].problem.text else ())
        paid = f"0x{quote.recipient:040x}" if quote.way == PLAIN_WAY and quote.recipient is not None else ""
        self.paid_to.show_text(breakable(f"Paid to {readable(paid)}") if paid else "")
        self._show_expiration(quote)
        self.details.show_quote(quote)

    def use_maximum(self, text: str) -> None:
        """Write the greatest amount."""
        self.amount.setText(text)
        self._touch("amount")

    def _show_nearest(self, amounts: tuple[str, ...]) -> None:
        clear(self.nearest)
        for text in amounts:
            button = Button(f"Use {text}", name=f"Use the amount {text}")
            button.clicked.connect(lambda _checked=False, text=text: self._use_nearest(text))
            self.nearest.addWidget(button)
        show_if(self._near, bool(amounts))

    def _use_nearest(self, text: str) -> None:
        self.use_maximum(text)
        self.amount.setFocus()

    def _show_expiration(self, quote: ReddioQuote) -> None:
        hours = quote.expiration_hours
        told = "" if hours is None else expiration_text(hours)
        self.expires.show_text(told)
        blocked = "expiration" in quote.problems and quote.problems["expiration"].severity is Severity.BLOCKS
        words = "not valid" if blocked else "never" if hours in (None, NEVER_EXPIRES) else told
        self.more.button.setText(f"Expiration: {words}")
        self.more.set_name(f"Expiration: {words}")
        if "expiration" in quote.problems:
            self.more.set_open(True)
        show_if(self.more, quote.way != PLAIN_WAY)

    def _worth_showing(self, name: str, problem: Problem | None) -> Problem | None:
        """Nobody is told off for a field that was not reached yet; what ails the account is said above the form."""
        if name == "account":
            return None
        if problem is None or problem.severity is not Severity.BLOCKS or name in self._touched:
            return problem
        if name == "asset":
            return problem if self.asset.key else None
        edit = self._edits().get(name)
        return None if edit is not None and not edit.text() else problem

    # What the person does

    def _touch(self, name: str) -> None:
        self._touched.add(name)
        self.edited.emit()

    def _way_chosen(self, way: str) -> None:
        self._keep_recipient()
        self._way = way
        self._touched.discard("recipient")
        self._show_way()
        self.edited.emit()

    def _keep_recipient(self) -> None:
        if self._way in self._recipients:
            self._recipients[self._way] = self.recipient.text()

    def _offer_ways(self, offer: ReddioOffer, chosen: str) -> None:
        plain = bool(offer.registered) or chosen == PLAIN_WAY
        self.way.set_options(way_options(offer.chain.name, plain=plain), TO_ETHEREUM)

    def _show_way(self) -> None:
        way = self._way
        chain = self._offer.chain.name if self._offer is not None else ""
        self.steps.show_text(breakable(way_words(way, chain)) if chain else "")
        caption = _CAPTION[way]
        self.fields["recipient"].caption.setText(caption)
        self.fields["asset"].caption.setText(_WHAT.get(way, _BRING_OUT))
        self.recipient.setAccessibleName(caption)
        self.recipient.setText(self._recipients.get(way, ""))
        show_if(self.recipient, way != PLAIN_WAY)
        show_if(self.own, way == TO_ETHEREUM)

    def _use_own(self) -> None:
        if self._offer is not None:
            self.recipient.setText(readable(self._offer.address))
            self._touch("recipient")

    def take_recipient(self, address: str, stark_key: str) -> bool:
        """Take an address or a Stark key (or empty) for the recipient; False where this way does not go there."""
        fitting = {TO_ETHEREUM: address, TO_VAULT: stark_key}.get(self._way, "")
        if fitting:
            self.recipient.setText(fitting)
            self._touch("recipient")
        return bool(fitting)

    def _show_grouped(self) -> None:
        text = self.recipient.text().strip()
        digits = text[2:]
        whole = len(digits) == ADDRESS_DIGITS or (self._way == TO_VAULT and len(digits) in _KEY_DIGITS)
        plain = text[:2] == "0x" and whole and all(c in "0123456789abcdefABCDEF" for c in digits)
        self.grouped.show_hex(text if plain else "")
        show_if(self.grouped, plain)


def _show_opened(last: QWidget, opened: bool) -> None:
    """Bring what was opened into view down to its last part."""
    if opened:
        bring_into_view(last)
