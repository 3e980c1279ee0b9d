"""Accounts: the addresses whose keys the signer holds, and those of other wallets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ashore.domain.addresses import readable
from ashore.domain.errors import AshoreError
from ashore.engine.ether import Ether
from ashore.engine.views import Account
from ashore.systems.base import Problem, Severity
from ashore.systems.claiming.gas import gas_words
from ashore.systems.reddio.system.offer import ReddioOffer
from ashore.systems.zklink.system.offer import ZkLinkOffer
from ashore.ui.context import Context
from ashore.ui.pages.account_removal import AccountRemoval
from ashore.ui.pages.add_elsewhere import MATCHES
from ashore.ui.pages.add_elsewhere import TITLE as TITLE_ELSEWHERE
from ashore.ui.pages.add_stark_key import TITLE as ADD_KEY
from ashore.ui.pages.holdings import holdings, reddio_words, words_of
from ashore.ui.pages.key_notice import ACTIVATE, REPLACE
from ashore.ui.pages.page import Page
from ashore.ui.pages.receiving import TITLE
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.labels import Label, clear, column, ground, row, set_property, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.problem import ProblemLine
from ashore.ui.widgets.qr import QrCode
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.wording import LIGHTNING, breakable

STALE_MS = 20_000
ASKING = "{} is being asked"
PROVEN = "We checked it. It pays the gas of claims."
SHOWN = "As one endpoint shows it. It pays the gas of claims."
_ONE_SAYS = " (as one endpoint shows it)"
NO_KEY = "Not known: Ashore has no Reddio key of this account."
PRACTICE_ADDRESS = (
    "This is a practice account, and everybody knows its key: what is sent to it on a real network is lost."
)


class AccountCard(QFrame):
    """One account: its address in full, its layer-2 key's hash, what it holds, and a QR code."""

    def __init__(self, context: Context, account: Account) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self._context = context
        self.account = account
        self.asked_at = 0
        self._lacking: ZkLinkOffer | None = None
        self._keyless = ""
        self._stark_key = ""
        address = readable(account.address)
        line = QHBoxLayout(self)
        line.setContentsMargins(20, 16, 20, 16)
        line.setSpacing(20)
        words = QVBoxLayout()
        words.setSpacing(10)
        words.addLayout(_headline(account))
        self._facts = facts = Facts(context.theme)
        facts.add_hex("Address", address)
        if account.pub_key_hash:
            facts.add_hex("zkLink key", account.pub_key_hash)
        words.addWidget(facts)
        self.holdings: dict[str, Label] = {}
        # A voucher's service knows no accounts: nothing is held there.
        for profile in (each for each in context.wallet.profiles() if each.system != LIGHTNING):
            self.holdings[profile.id] = Label(ASKING.format(profile.title), "value", wrap=True)
            facts.add_widget(f"On {profile.title}", self.holdings[profile.id])
        self.ether = Label(role="value", wrap=True)
        self.ether_note = Label(role="small", wrap=True)
        told = QWidget()
        told.setLayout(column(self.ether, self.ether_note, spacing=2))
        self._ether_rows = facts.add_widget("For gas", told), told
        self._show_ether(())
        self.blocked = ProblemLine(context.icons)
        words.addWidget(self.blocked)
        self.removal = AccountRemoval(context, account) if account.elsewhere else None
        if self.removal is not None:
            words.addWidget(self.removal)
        self.add_key = Button(ADD_KEY, name=f"{ADD_KEY}: {account.label}")
        self.add_key.clicked.connect(self._add_key)
        words.addWidget(self.add_key, 0, Qt.AlignmentFlag.AlignLeft)
        self.add_key.hide()
        self.activate = Button("")
        self.activate.clicked.connect(self._activate)
        words.addWidget(self.activate, 0, Qt.AlignmentFlag.AlignLeft)
        self.activate.hide()
        words.addStretch(1)
        line.addLayout(words, 1)
        warning = PRACTICE_ADDRESS if context.wallet.sandbox is not None and not account.elsewhere else ""
        what = f"the address of {account.label}"
        code = QrCode(context.theme, address, what, folder=context.saved_codes, warning=warning)
        line.addWidget(code, 0, Qt.AlignmentFlag.AlignTop)

    async def ask(self) -> None:
        """Show what the account holds at each deployment. What cannot be told is said in its place."""
        self.asked_at = self._context.now()
        for profile, label in self.holdings.items():
            try:
                if await self._lacks_stark_key(profile):
                    set_property(label, "tone", "muted")
                    label.setText(NO_KEY)
                    continue
                offer = await self._context.wallet.open(profile, self.account.index)
            except AshoreError as error:
                label.setText(breakable(error.sentence))
                set_property(label, "tone", "warn")
                self.asked_at = 0
                continue
            if isinstance(offer, ZkLinkOffer):
                set_property(label, "tone", "")
                label.setText(breakable(words_of(holdings(offer), most=4) or "Nothing to withdraw"))
                said = offer.blocked or (MATCHES if self.account.elsewhere else "")
                self.blocked.show_problem(Problem(said, severity=Severity.NOTES) if said else None)
                self._offer_key(offer)
            elif isinstance(offer, ReddioOffer):
                set_property(label, "tone", "")
                label.setText(breakable(reddio_words(offer)))
                self._show_stark_key(offer)

    async def _lacks_stark_key(self, profile: str) -> bool:
        """Whether it is an account that signs elsewhere, and has not signed for its key on Reddio yet."""
        known = next((each for each in self._context.wallet.profiles() if each.id == profile), None)
        if not self.account.elsewhere or known is None or not known.key_chain_id:
            return False
        lacks = not await self._context.wallet.stark_accounts.of(self.account, profile)
        self._keyless = profile if lacks else ""
        self.add_key.setVisible(lacks)
        return lacks

    def _show_stark_key(self, offer: ReddioOffer) -> None:
        key = next((each.stark_key for each in offer.accounts if each.standard), "")
        if key and not self._stark_key:
            self._stark_key = key
            self._facts.add_hex("Reddio key", key)

    def _add_key(self) -> None:
        self.asked_at = 0  # who comes back may have added it
        self._context.go.show_add_stark_key(self._keyless, self.account)

    async def ask_chains(self) -> None:
        """Show the ether on each chain. Where nobody tells, nothing is said: a claim says it when it matters."""
        ether = self._context.wallet.ether
        if ether is not None:
            self._show_ether(await ether.of(self.account.address))

    def _show_ether(self, found: Sequence[Ether]) -> None:
        several = len({each.proven for each in found}) > 1
        parts = [f"{_ether_words(each)}{_ONE_SAYS if several and not each.proven else ''}" for each in found]
        self.ether.setText(breakable(" · ".join(parts)))
        proven = any(each.proven for each in found)
        self.ether_note.setText(PROVEN if proven else SHOWN)
        for part in self._ether_rows:
            show_if(part, bool(found))

    def _offer_key(self, offer: ZkLinkOffer) -> None:
        """The way to an activation, where that is all that the account lacks."""
        self._lacking = offer if offer.key_chain is not None else None
        words = REPLACE if offer.active else ACTIVATE
        self.activate.setText(words)
        self.activate.setAccessibleName(f"{words}: {self.account.label}")
        self.activate.setVisible(self._lacking is not None)

    def _activate(self) -> None:
        if self._lacking is not None:
            self._context.go.show_activation(self._lacking.source.profile, self._lacking.address)


def _ether_words(ether: Ether) -> str:
    return f"{gas_words(ether.wei, ether.symbol, up=False)} on {ether.chain}"


def _headline(account: Account) -> QHBoxLayout:
    """The name, and the mark of one that signs elsewhere."""
    name = Label(breakable(account.label), "section", wrap=True)
    if not account.elsewhere:
        return row(name)
    mark = Label("SIGNS ELSEWHERE", "tag")
    mark.setAccessibleName(f"{account.label} signs elsewhere")
    line = row(name, mark, spacing=12)
    line.setStretch(0, 1)
    line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
    return line


class AccountsPage(Page):
    """All accounts."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Accounts")
        scroll = ScrollColumn(margins=(0, 0, 14, 24), spacing=12)
        self.body.addWidget(scroll, 1)
        note = "The keys stay in a process of their own. What you see here is public."
        scroll.column.addWidget(Label(note, "muted", wrap=True))
        self.receiving = self._receiving()
        scroll.column.addWidget(self.receiving)
        self._list = QVBoxLayout()
        self._list.setSpacing(12)
        scroll.column.addLayout(self._list)
        self.nothing = Label("Unlock the wallet to see its accounts.", "muted", wrap=True)
        scroll.column.addWidget(self.nothing)
        self.done = Notice(context.icons, closable=True)
        scroll.column.addWidget(self.done)
        self.add = Button(TITLE_ELSEWHERE)
        self.add.clicked.connect(context.go.show_add_elsewhere)
        scroll.column.addLayout(row(self.add, -1))
        scroll.column.addStretch(1)
        self._accounts: tuple[Account, ...] = ()
        self.cards: list[AccountCard] = []
        context.hub.withdrawals_changed.connect(self._outdated)

    def _receiving(self) -> QWidget:
        """The way to the wallets that receive over Lightning, where the network has any."""
        card, inner = ground("card", 20)
        self.receiving_count = Label(role="muted", wrap=True)
        way = Button("Show them", name=TITLE)
        way.clicked.connect(self._open_receiving)
        line = row(column(Label(TITLE, "section", wrap=True), self.receiving_count, spacing=4), way, spacing=12)
        line.setStretch(0, 1)
        line.setAlignment(way, Qt.AlignmentFlag.AlignVCenter)
        inner.addLayout(line)
        return card

    def _open_receiving(self) -> None:
        self.context.go.show_receiving()

    def _show_receiving(self) -> None:
        receiving = self.context.wallet.receiving
        self.receiving.setVisible(receiving is not None)
        if receiving is not None:
            names = [wallet.name for wallet in receiving.listed()]
            self.receiving_count.setText(breakable(", ".join(names)) or "None is connected.")

    def _outdated(self, _ids: frozenset[str]) -> None:
        for card in self.cards:
            card.asked_at = 0

    def left(self) -> None:
        self.done.clear()

    def shown(self) -> None:
        self._show_receiving()
        self._show_accounts()

    def _removed(self, label: str) -> None:
        self._show_accounts()
        self.done.show_done(f"{label} is removed.", "Its layer-2 key is deleted.")
        self.add.setFocus()

    def _show_accounts(self) -> None:
        accounts = self.context.wallet.accounts()
        self.nothing.setVisible(not accounts)
        if accounts != self._accounts:
            self._accounts = accounts
            clear(self._list)
            self.cards = [AccountCard(self.context, account) for account in accounts]
            for card in self.cards:
                self._list.addWidget(card)
                if card.removal is not None:
                    card.removal.removed.connect(self._removed)
        now = self.context.now()
        for card in self.cards:
            if now - card.asked_at >= STALE_MS:
                self.context.tasks.start(card.ask(), name=f"holdings {card.account.index}")
                self.context.tasks.start(card.ask_chains(), name=f"ether {card.account.index}")
