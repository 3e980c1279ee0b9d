"""Unclaimed: money that a contract holds for somebody, with the proof, and how anybody can have it paid out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from itertools import islice

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ashore.domain.addresses import readable
from ashore.domain.amounts import display_units
from ashore.domain.withdrawal import Mark
from ashore.systems.base import Problem, Severity, Unclaimed
from ashore.systems.claiming.paying import MOST_NUMBERS
from ashore.ui.context import Context
from ashore.ui.pages.any_wallet import AnyWallet
from ashore.ui.pages.page import Page
from ashore.ui.pages.whose import own_label, who
from ashore.ui.port import WalletPort
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.labels import Label, column, row
from ashore.ui.widgets.marks import MarkWidget
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.wording import breakable, clock_time, without_long_numbers

_WHAT = (
    "A withdrawal ends in a contract first. zkLink’s relayer usually sends it on by itself; what comes from Reddio "
    "waits for you. It stays there under its owner’s address until somebody has it paid out, and does not expire."
)


AT_FIRST, FURTHER = 20, 20
"""How many are shown at first, and at each wish for more."""
_Sum = tuple[tuple[str, str, str], str, int, str, str]
_Key = tuple[str, _Sum, str]


class UnclaimedCard(QFrame):
    """What one contract owes one owner of one token."""

    def __init__(self, context: Context, owed: Unclaimed, claimed_by: str = "") -> None:
        """`claimed_by` is the withdrawal id of a claim of this money that has not ended."""
        super().__init__()
        self.setProperty("ground", "card")
        self._context = context
        self.owed = owed
        self.claimed_by = claimed_by
        self.key = _key(owed, claimed_by)
        self.claim = Button()
        self.amount = Label(breakable(owed_words(owed)), "title", wrap=True)
        evidence = owed.evidence
        checked = (
            f"Waits on {owed.chain} for {_whose(context, owed)}. We checked: proven from the contract’s storage under "
            f"block {evidence.block_number:,}, which {evidence.agreeing} of {evidence.asked} endpoints agree on."
        )
        mark = MarkWidget(context.theme, Mark.PROVEN)
        proof = row(mark, Label(breakable(checked), "muted", wrap=True), spacing=8)
        proof.setStretch(1, 1)
        proof.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        facts = Facts(context.theme)
        facts.add_hex("Owner", readable(owed.owner))
        if owed.token:
            facts.add_hex("Token’s contract", readable(owed.token))
        if owed.kind:
            facts.add_widget("Kind", Label(breakable(f"{owed.kind[0].upper()}{owed.kind[1:]}."), "small", wrap=True))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(10)
        outer.addWidget(self.amount)
        outer.addLayout(proof)
        outer.addWidget(facts)
        if owed.rest:
            rest = f"{display_units(owed.rest, owed.rest_decimals)} {owed.symbol}"
            told = f"A rest of {rest} is below what the token can express on {owed.chain}; it stays in the contract."
            outer.addWidget(Label(breakable(told), "small", wrap=True))
        if owed.unclear:
            outer.addWidget(Label(breakable(owed.unclear), "small", wrap=True))
        outer.addWidget(self._act())
        self.ways = AnyWallet(context, owed)

        outer.addWidget(self.ways)
        if not owed.calldata:
            self.ways.hide()

    def _act(self) -> QWidget:
        """The claim; or, where one is under way, the way to it: a second one could only spend its gas."""
        owed, go, line = self.owed, self._context.go, QWidget()
        if self.claimed_by:
            self.claim = Button("Follow the claim", name=f"Follow the claim of {owed_words(owed)} on {owed.chain}")
            self.claim.clicked.connect(lambda: go.show_voyage(self.claimed_by))
            line.setLayout(column(Label("It is being claimed.", "strong"), row(self.claim, -1)))
            return line
        self.claim = Button("Claim", "primary", name=f"Claim {owed_words(owed)} on {owed.chain}")
        self.claim.setEnabled(bool(owed.amount) and not owed.unclear)
        self.claim.clicked.connect(lambda: go.show_claim(owed))
        line.setLayout(row(self.claim, -1))
        return line


class UnclaimedPage(Page):
    """Everything that waits for own addresses and for recipients of own withdrawals."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Unclaimed")
        scroll = ScrollColumn(margins=(0, 0, 14, 24), spacing=12)
        self.body.addWidget(scroll, 1)
        self.notice = Notice(context.icons, action="Look again")
        self.notice.acted.connect(self._look)
        scroll.column.addWidget(Label(_WHAT, "muted", wrap=True))
        scroll.column.addWidget(self.notice)
        self.said = Label(role="strong", wrap=True)
        self.again = Button("Look again", "small-link")
        self.again.clicked.connect(self._look)
        self.all = Button("Claim all, one after another")
        self.all.clicked.connect(lambda: context.go.show_claim(*self._ready()[:MOST_NUMBERS]))
        scroll.column.addWidget(self.said)
        self.left_out = Label(role="small", wrap=True)
        scroll.column.addWidget(self.left_out)
        self.each_receives = Label(wrap=True)
        scroll.column.addWidget(self.each_receives)
        scroll.column.addLayout(row(self.all, -1))
        self._list = QVBoxLayout()
        self._list.setSpacing(12)
        scroll.column.addLayout(self._list)
        self.more = Button("")
        self.more.clicked.connect(self._show_more)
        scroll.column.addLayout(row(self.more, -1))
        scroll.column.addLayout(row(self.again, -1))
        scroll.column.addStretch(1)
        self.cards: list[UnclaimedCard] = []
        self._most = AT_FIRST
        self._shown: list[_Key] = []
        self._opened: set[tuple[str, str, str]] = set()
        context.hub.unclaimed_changed.connect(self.refresh)

    def shown(self) -> None:
        self._look()
        self.refresh()

    def _look(self) -> None:
        self.context.wallet.unclaimed.stir()

    def refresh(self) -> None:
        """Show what the last look found, and leave what is the same as it stands."""
        money = self.context.wallet.unclaimed
        trouble = money.trouble
        if trouble is not None:
            told = Problem(trouble.sentence, "What is shown may be out of date.", Severity.WARNS)
            self.notice.show_problem(told, act=True)
        else:
            self.notice.clear()
        self.again.setVisible(trouble is None)
        self._show_cards()
        self.said.setText(self._sentence())
        self.left_out.setText(breakable(" ".join(money.left_out)))
        self.left_out.setVisible(bool(money.left_out))
        ready = self._ready()
        which = "all" if len(ready) <= MOST_NUMBERS else f"the first {MOST_NUMBERS}"
        self.all.setText(f"Claim {which}, one after another")
        self.all.setVisible(len(ready) > 1)
        gets = receivers_words(self.context.wallet, ready[:MOST_NUMBERS]) if len(ready) > 1 else ""
        self.each_receives.show_text(breakable(gets))

    def _show_cards(self) -> None:
        """The first of what was found, money before single tokens: anybody can have thousands of those set aside."""
        money = self.context.wallet.unclaimed
        ordered = self._ordered()
        wanted = {
            _key(owed, claim): (owed, claim) for owed in ordered[: self._most] for claim in [money.claim_of(owed)]
        }
        left = len(ordered) - len(wanted)
        self.more.setText(f"Show {min(left, FURTHER):,} more of {left:,}")
        self.more.setVisible(left > 0)
        if list(wanted) != self._shown:
            self._shown = list(wanted)
            self.context.tasks.start(self._build(wanted), name="unclaimed cards")

    async def _build(self, wanted: Mapping[_Key, tuple[Unclaimed, str]]) -> None:
        """Change what is different, a card at a time: each takes the window some time to make."""
        have = {card.key: card for card in self.cards}
        self._opened = {card.owed.name for card in self.cards if card.ways.is_open}
        for card in [card for key, card in have.items() if key not in wanted]:
            self.cards.remove(card)
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        for place, (key, (owed, claim)) in enumerate(wanted.items()):
            card = have.get(key) or UnclaimedCard(self.context, owed, claim)
            if card in self.cards[: place + 1]:
                continue
            if card in self.cards:
                self.cards.remove(card)
                self._list.removeWidget(card)
            self.cards.insert(place, card)
            self._list.insertWidget(place, card)
            if key not in have:
                card.ways.set_open(owed.name in self._opened)
                await asyncio.sleep(0)

    def _ordered(self) -> list[Unclaimed]:
        found = self.context.wallet.unclaimed.found
        return sorted(found, key=lambda owed: (owed.single, bool(owed.unclear)))

    def _show_more(self) -> None:
        self._most += FURTHER
        self._show_cards()

    def _ready(self) -> list[Unclaimed]:
        """What can be claimed now, and is not being claimed yet; of very much the first."""
        money = self.context.wallet.unclaimed
        free = (owed for owed in self._ordered() if owed.amount and not owed.unclear and not money.claim_of(owed))
        return list(islice(free, MOST_NUMBERS + 1))

    def _sentence(self) -> str:
        money = self.context.wallet.unclaimed
        if money.found:
            return "This waits to be claimed:" if len(money.found) == 1 else "These wait to be claimed, each by itself:"
        if money.trouble is not None:
            return "Not everything could be looked up."
        if not money.looked_at:
            return "Ashore is looking."
        when = clock_time(money.looked_at, self.context.now())
        where = "your accounts and every recipient on your list"
        if money.passed_over:
            where = f"your accounts and the newest recipients; {money.passed_over:,} older ones were left out"
        return f"Nothing waits for you. Looked at {when}, at {where}."


def owed_words(owed: Unclaimed) -> str:
    """What waits, with its unit; of a single token its name and number."""
    return owed.symbol if owed.single else f"{display_units(owed.amount, owed.decimals)} {owed.symbol}"


def receivers_words(wallet: WalletPort, claims: Sequence[Unclaimed]) -> str:
    """What each owner receives of several claims, a line each: own accounts first."""
    owners = dict.fromkeys(owed.owner.lower() for owed in claims)
    ordered = sorted(owners, key=lambda owner: not own_label(wallet, owner))
    lines = []
    for owner in ordered:
        sums = [f"{without_long_numbers(owed_words(o))} on {o.chain}" for o in claims if o.owner.lower() == owner]
        lines.append(f"{who(wallet, owner)} receives {', '.join(sums)}")
    return "\n".join(lines)


def _key(owed: Unclaimed, claimed_by: str) -> _Key:
    return owed.profile, _sum(owed), claimed_by


def _sum(owed: Unclaimed) -> _Sum:
    """What differs to a person: not the block that the proof was read of."""
    return owed.name, owed_words(owed), owed.rest, owed.unclear, owed.kind


def _whose(context: Context, owed: Unclaimed) -> str:
    own = own_label(context.wallet, owed.owner)
    return f"your {own}" if own else "a recipient of withdrawals on your list"
