"""The fields of a zkLink withdrawal: every parameter that the protocol's request has, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.addresses import readable
from ashore.domain.amounts import display_units, format_units
from ashore.domain.events import Terms
from ashore.systems.zklink.codec.fast import ratio_percent
from ashore.systems.zklink.system.offer import (
    FAST_SPEED,
    FIELDS,
    L2_DECIMALS,
    NORMAL_SPEED,
    TokenOffer,
    ZkLinkOffer,
    ZkLinkQuote,
)
from ashore.ui.pages.account_fields import AccountFields
from ashore.ui.pages.holdings import holdings, words_of
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.field import Field, LineEdit, Pair
from ashore.ui.widgets.labels import column, set_tip

_AUTOMATIC = ("fee", "nonce", "ratio")
_EXTRA, _EXTRA_FAST = "Fee and nonce", "Fee, nonce and broker’s share"
_USUAL, _USUAL_FAST = "Use the usual fee and nonce", "Use the usual fee, nonce and share"
"""Filled by the quote until a person writes something else."""

_TIPS = {
    "sub_account": "zkLink divides an account into up to 32 parts with balances of their own. 0 is the main one.",
    "chain": "The chain on which the money arrives. The practice chain is called Harbour.",
    "target_token": "The token that arrives on the chain. It can differ where zkLink keeps dollars as USD.",
    "speed": "Fast: a broker pays you out of its own pocket before zkLink does, and keeps a share for it.",
    "ratio": "What the broker may keep of the amount, in per cent. For too little, none pays in advance.",
    "fee": "What zkLink keeps for the withdrawal, on top of the amount.",
    "nonce": "The number of the request. zkLink takes each number of a sub-account once, and in order.",
}
"""Words that not everybody knows, one hover away."""


class ZkLinkFields(AccountFields):
    """The form's left side. It holds raw texts; the wallet judges them."""

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__(theme)
        self._offer: ZkLinkOffer | None = None
        self._own: set[str] = set()
        self.sub_account = Choice(theme, "Sub-account")
        self.chain = Choice(theme, "To chain")
        self.source_token = Choice(theme, "Token")
        self.target_token = Choice(theme, "Paid out as")
        self.speed = Choice(theme, "Speed")
        self.speed.set_options([(NORMAL_SPEED, "Normal"), (FAST_SPEED, "Fast")])
        self.ratio = LineEdit("Broker’s share in per cent", "filled in by the brokers’ price")
        self.fee = LineEdit("Fee", "filled in by zkLink's rate")
        self.nonce = LineEdit("Nonce", "filled in from your account")
        self.automatic = Button(_USUAL, "small-link")
        self.more = Disclosure(icons, _EXTRA)
        self._arrange(theme, icons)
        self._connect()

    def _arrange(self, theme: Theme, icons: Icons) -> None:
        make = {
            "account": Field(icons, "From account", self.account),
            "sub_account": Field(icons, "Sub-account", self.sub_account),
            "chain": Field(icons, "To chain", self.chain),
            "source_token": Field(icons, "Token", self.source_token),
            "target_token": Field(icons, "Paid out as", self.target_token),
            "amount": Field(icons, "Amount", self.amount, self.below_amount(), lines=2),
            "recipient": Field(icons, "Recipient", self.recipient, self.grouped, lines=2),
            "speed": Field(icons, "Speed", self.speed),
            "ratio": Field(icons, "Broker’s share in per cent", self.ratio),
            "fee": Field(icons, "Fee", self.fee),
            "nonce": Field(icons, "Nonce", self.nonce),
        }
        make["recipient"].put_above(self.own)
        self.fields = make
        for name, tip in _TIPS.items():
            set_tip(make[name], tip)
        self.automatic.hide()
        extra = QWidget()
        extra.setLayout(column(Pair(theme, make["fee"], make["nonce"]), make["ratio"], self.automatic))
        for name in ("speed", "ratio"):
            make[name].hide()
        self.more.set_content(extra)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(16)
        body.addWidget(make["account"])
        body.addWidget(Pair(theme, make["sub_account"], make["chain"], below=True))
        body.addWidget(Pair(theme, make["source_token"], make["target_token"], below=True))
        for name in ("amount", "recipient", "speed"):
            body.addWidget(make[name])
        body.addWidget(self.more)

    def _connect(self) -> None:
        for name, choice in self._choices().items():
            choice.changed.connect(lambda _key, name=name: self._chosen(name))
        for edit in self.edits().values():
            edit.guard()
        self.automatic.clicked.connect(self._use_automatic)
        self.connect_common()

    def _choices(self) -> dict[str, Choice]:
        return {
            "sub_account": self.sub_account,
            "chain": self.chain,
            "source_token": self.source_token,
            "target_token": self.target_token,
            "speed": self.speed,
        }

    def edits(self) -> dict[str, LineEdit]:
        return {
            "amount": self.amount,
            "recipient": self.recipient,
            "ratio": self.ratio,
            "fee": self.fee,
            "nonce": self.nonce,
        }

    # What is in the form

    def values(self) -> dict[str, str]:
        """The draft: raw texts by field name. A fee or nonce that nobody wrote is left to the quote."""
        values = {name: choice.key for name, choice in self._choices().items()}
        values.update({name: edit.text() for name, edit in self.edits().items()})
        for name in _AUTOMATIC:
            if name not in self._own:
                values[name] = ""
        return {name: values[name] for name in FIELDS}

    def restore(self, values: Mapping[str, str]) -> None:
        """Put an unfinished draft back. Choices that are no longer offered fall to the first one."""
        for name, choice in self._choices().items():
            if values.get(name):
                choice.select(values[name])
                if self._offer is not None:
                    self._offer_tokens(self._offer)
        for name, edit in self.edits().items():
            edit.setText(values.get(name, ""))
            if name in _AUTOMATIC and values.get(name):
                self._own.add(name)
                self.more.set_open(True)

    def choose_chain(self, evm_chain_id: int) -> bool:
        """Choose the chain of that number of EIP-155; whether it is among those that are offered."""
        chains = self._offer.chains.values() if self._offer is not None else ()
        chosen = next((str(chain.id) for chain in chains if chain.evm_chain_id == evm_chain_id), "")
        if chosen and chosen != self.chain.key and self._offer is not None:
            self.chain.select(chosen)
            self._offer_targets(self._offer)
        return bool(chosen)

    def reset(self) -> None:
        super().reset()
        self._own.clear()
        self.speed.select(NORMAL_SPEED)

    def choose_first(self) -> None:
        """Choose of every list what it offers first. The account stays."""
        for choice in self._choices().values():
            choice.select("")

    # What the wallet says

    def set_ready(self, ready: bool) -> None:
        super().set_ready(ready)
        self.automatic.setEnabled(ready)

    def show_offer(self, offer: ZkLinkOffer, sub_account: str = "") -> None:
        """Offer what the account has and where it can go. `sub_account` is offered even where it is empty."""
        self._offer = offer
        self.sub_account.set_options(sub_account_options(offer, sub_account or self.sub_account.key))
        self.chain.set_options(
            [(str(c.id), c.name + (" (not now)" if c.problem else "")) for c in offer.chains.values()]
        )
        self._offer_tokens(offer)

    def show_quote(self, quote: ZkLinkQuote) -> None:
        """Show the problems beside their fields, the balance, and the usual fee and nonce."""
        self.show_problems(quote.problems.get)
        if quote.balance is not None:
            shown = display_units(quote.balance.base, quote.balance.decimals)
            self.balance.setText(f"Balance {shown} {quote.balance.symbol}")
        else:
            self.balance.setText("")
        self.maximum.setEnabled(bool(quote.maximum))
        if "fee" not in self._own and quote.fee is not None:
            self.fee.setText(format_units(quote.fee, L2_DECIMALS))
        self._show_speed(quote)
        if "nonce" not in self._own and quote.nonce is not None:
            self.nonce.setText(str(quote.nonce))
        self.automatic.setVisible(bool(self._own))
        if any(name in quote.problems for name in _AUTOMATIC):
            self.more.set_open(True)

    def _show_speed(self, quote: ZkLinkQuote) -> None:
        """Offer to be fast where zkLink allows it; who chose it keeps the choice, and reads what stands against it."""
        price = ratio_percent(quote.asked) if quote.asked is not None else ""
        fast = f"Fast · {price} to a broker" if price else "Fast · no broker now"
        self.speed.set_options([(NORMAL_SPEED, "Normal"), (FAST_SPEED, fast)])
        self.fields["speed"].setVisible(quote.fast_possible or quote.fast)
        self.fields["ratio"].setVisible(quote.fast)
        self.more.call(_EXTRA_FAST if quote.fast else _EXTRA)
        self.automatic.setText(_USUAL_FAST if quote.fast else _USUAL)
        if "ratio" not in self._own and quote.ratio is not None:
            self.ratio.setText(format_units(quote.ratio, 2) if quote.fast else "")

    def _offer_tokens(self, offer: ZkLinkOffer) -> None:
        sub = offer.sub_accounts.get(int(self.sub_account.key or 0))
        balances = sub.balances if sub is not None else {}
        held = sorted(offer.tokens.values(), key=lambda token: (-balances.get(token.id, 0), token.id))
        self.source_token.set_options([(str(token.id), with_balance(token, balances)) for token in held])
        self._offer_targets(offer)

    def _offer_targets(self, offer: ZkLinkOffer) -> None:
        token = offer.tokens.get(int(self.source_token.key)) if self.source_token.key else None
        chain = int(self.chain.key) if self.chain.key else 0
        known = [offer.tokens[t] for t in (token.targets if token else ()) if t in offer.tokens]
        # What was chosen stays so on a chain that lacks it: another token is taken by choice alone.
        chosen = self.target_token.key
        there = [t for t in known if chain in t.decimals or str(t.id) == chosen] or known
        self.target_token.set_options([(str(t.id), t.symbol) for t in there], self.source_token.key)

    # What the person does

    def _chosen(self, name: str) -> None:
        self._touched.add(name)
        if self._offer is not None:
            if name == "sub_account":
                self._own.discard("nonce")
                self._offer_tokens(self._offer)
            elif name in ("chain", "source_token"):
                self._offer_targets(self._offer)
        self.edited.emit()

    def touch(self, name: str) -> None:
        if name in _AUTOMATIC:
            self._own.add(name)
        super().touch(name)

    def own_address(self) -> str:
        return self._offer.address if self._offer is not None else ""

    def _use_automatic(self) -> None:
        self._own.clear()
        self.edited.emit()


def draft_of(terms: Terms) -> dict[str, str]:
    """The values of a withdrawal for the form, with its account's address; fee and nonce are left to the new quote."""
    return {
        "account": terms.account,
        "sub_account": terms.details.get("sub_account_id", ""),
        "chain": terms.details.get("chain_id", ""),
        "source_token": terms.details.get("source_token", ""),
        "target_token": terms.details.get("target_token", ""),
        "amount": format_units(terms.amount, terms.decimals),
        "recipient": readable(terms.recipient),
        "speed": FAST_SPEED if terms.details.get("ratio", "0") != "0" else NORMAL_SPEED,
    }


def with_balance(token: TokenOffer, balances: Mapping[int, int]) -> str:
    """A token as an option, with what there is of it."""
    held = balances.get(token.id, 0)
    return f"{token.symbol} · {display_units(held, L2_DECIMALS)}" if held else token.symbol


def sub_account_options(offer: ZkLinkOffer, chosen: str) -> list[tuple[str, str]]:
    """The sub-accounts that hold something, and the one that was chosen; the main one where none does."""
    held = {i for i, sub in offer.sub_accounts.items() if holdings(offer, [sub])}
    if chosen.isascii() and chosen.isdigit() and int(chosen) in offer.sub_accounts:
        held.add(int(chosen))
    return [(str(i), _sub_account(offer, i)) for i in sorted(held or {0})]


def _sub_account(offer: ZkLinkOffer, number: int) -> str:
    held = words_of(holdings(offer, [offer.sub_accounts[number]]), most=1)
    return f"{'0 (main)' if number == 0 else number} · {held or 'empty'}"
