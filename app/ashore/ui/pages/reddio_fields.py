"""The fields of a withdrawal from Reddio: what a person decides. Vaults, quanta and nonces are none of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.addresses import readable
from ashore.systems.base import Problem, Severity
from ashore.systems.reddio.codec import NEVER_EXPIRES
from ashore.systems.reddio.system.check_expiration import expiration_text
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_ETHEREUM, TO_VAULT, ReddioOffer, ReddioQuote
from ashore.ui.models.asset_model import AssetEntry
from ashore.ui.pages.account_fields import AccountFields
from ashore.ui.pages.asset_chooser import AssetChooser
from ashore.ui.pages.reddio_details import ExitNote, RegistrationNote, TechnicalDetails
from ashore.ui.pages.reddio_words import searched_words, way_options, way_words
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import Label, clear, set_tip, show_if
from ashore.ui.widgets.scroll import bring_into_view
from ashore.ui.wording import breakable

OTHER_RECIPIENT = "other_recipient"
"""In a kept draft: what stands in the field of the recipient on the way that is not chosen."""

_CAPTION = {TO_ETHEREUM: "Recipient", TO_VAULT: "Receiver’s Stark key", PLAIN_WAY: "Recipient"}
_BRING_OUT = "What to bring out"
_WHAT = {TO_VAULT: "What to transfer"}
_KEY_DIGITS = range(50, 65)


def entry_key(key: str, asset_id: str) -> str:
    """What tells an asset under a Stark key (by its name) from all others in the list."""
    return f"{key}/{asset_id}"


class ReddioFields(AccountFields):
    """The form's left side. It holds raw texts; the wallet judges them."""

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__(theme)
        self._offer: ReddioOffer | None = None
        self._recipients = {TO_ETHEREUM: "", TO_VAULT: ""}
        self._way = TO_ETHEREUM
        self.way = Choice(theme, "What to do")
        self.steps = Label(role="small", wrap=True)
        self.asset = AssetChooser(theme, icons)
        self.looked = Label(role="small", wrap=True)
        self.nearest = FlowLayout(gap=8)
        self.paid_to = Label(wrap=True)
        self.expiration = LineEdit("Expiration", "never")
        self.expires = Label(role="small", wrap=True)
        self.more = Disclosure(icons, "Expiration: never")
        self.details = TechnicalDetails(theme, icons)
        self.registration = RegistrationNote(icons)
        self.exit = ExitNote(theme, icons)
        self._arrange(icons)
        self._connect()

    def _arrange(self, icons: Icons) -> None:
        self.fields = {
            "account": Field(icons, "From account", self.account),
            "way": Field(icons, "What to do", self.way, self.steps),
            "asset": Field(icons, _BRING_OUT, self.asset, self.looked),
            "amount": Field(icons, "Amount", self.amount, self.below_amount(), lines=2),
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
        for part in (self.more, self.registration, self.exit, self.details):
            body.addWidget(part)
        self.paid_to.hide()

    def _connect(self) -> None:
        self.connect_common()
        self.way.changed.connect(self._way_chosen)
        self.asset.changed.connect(lambda _key: self.touch("asset"))
        for part, last in (
            (self.registration, self.registration.register),
            (self.exit, self.exit.steps),
            (self.details, self.details),
            (self.more, self.expiration),
        ):
            part.toggled.connect(partial(_show_opened, last))

    def edits(self) -> dict[str, LineEdit]:
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

    def reset(self) -> None:
        super().reset()
        self._recipients = {TO_ETHEREUM: "", TO_VAULT: ""}
        self.asset.clear()
        self.way.select(TO_ETHEREUM)
        self._way = TO_ETHEREUM
        self._show_way()

    # What the wallet says

    def show_offer(self, offer: ReddioOffer, entries: Sequence[AssetEntry]) -> None:
        """Offer what the account holds, put into words as `entries`, and the ways that there are."""
        self._offer = offer
        self._offer_ways(offer, self._way)
        self.asset.show_entries(entries)
        self.looked.show_text(searched_words(offer.accounts) if not entries else "")
        self.registration.show_offer(offer)
        self.exit.show_offer(offer)
        self._show_way()

    def show_quote(self, quote: ReddioQuote) -> None:
        """Show the problems beside their fields, the balance, and what can be chosen instead."""
        problems = {"asset": quote.problems.get("key"), **quote.problems}
        self.show_problems(problems.get)
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

    def worth_showing(self, name: str, problem: Problem | None) -> Problem | None:
        told = super().worth_showing(name, problem)
        blocks = told is not None and told.severity is Severity.BLOCKS
        untouched = name == "asset" and not self.asset.key and name not in self._touched
        return None if blocks and untouched else told

    # What the person does

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

    def fitting(self, address: str, stark_key: str) -> str:
        """Which of an address and a Stark key (each may be empty) this way goes to; empty where to neither."""
        return {TO_ETHEREUM: address, TO_VAULT: stark_key}.get(self._way, "")

    def take_recipient(self, recipient: str) -> None:
        """Take the recipient over, as if it had been typed."""
        self.recipient.setText(recipient)
        self.touch("recipient")

    def own_address(self) -> str:
        return self._offer.address if self._offer is not None else ""

    def groups(self, digits: int) -> bool:
        return super().groups(digits) or (self._way == TO_VAULT and digits in _KEY_DIGITS)


def _show_opened(last: QWidget, opened: bool) -> None:
    """Bring what was opened into view down to its last part."""
    if opened:
        bring_into_view(last)
