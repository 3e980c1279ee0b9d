"""The wallets that receive over Lightning: what is connected, and the way to another one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout

from ashore.domain.errors import AshoreError
from ashore.engine.receiving import ConnectedWallet
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.pages.page import Page
from ashore.ui.pages.receiving_entries import CORE_LIGHTNING, LNBITS
from ashore.ui.port import ReceivingPort
from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.asking import AskingCard
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, clear, column, row, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.problem import ProblemLine
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.wording import breakable

TITLE = "Wallets that receive over Lightning"
KIND_WORDS = {
    CORE_LIGHTNING: "Core Lightning: your own node",
    LNBITS: "LNbits: whoever runs the server holds the money",
    "practice": "Core Lightning on the practice network: no real money",
}
_ABOUT = (
    "A withdrawal over Lightning goes to one of these. They make the invoice and say when it was paid. "
    "Without any you can paste an invoice of another wallet, and look there whether it was paid."
)
_WHAT_REMOVING_MEANS = (
    "Its credential is deleted from your vault. The money in the wallet is not touched. "
    "To connect it again, you need the credential again."
)


class WalletCard(AskingCard):
    """One wallet, and the question before it is removed."""

    removed = Signal(str)

    def __init__(self, icons: Icons, wallet: ConnectedWallet) -> None:
        self.remove = Button("Remove", name=f"Remove {wallet.name}")
        self.confirm = Button("Remove it", name=f"Yes, remove {wallet.name}")
        self.keep = Button("Keep it", name=f"Keep {wallet.name}")
        super().__init__(self.remove, self.keep, self.confirm)
        self.wallet = wallet
        self.problem = ProblemLine(icons)
        kind = Label(KIND_WORDS.get(wallet.kind, wallet.kind), "muted", wrap=True)
        words = column(Label(breakable(wallet.name), "section", wrap=True), kind, spacing=4)
        line = row(words, spacing=12)
        line.setStretch(0, 1)
        if wallet.fixed:
            badge = Label("SIMULATED", "badge")
            badge.setAccessibleName(f"{wallet.name} is simulated")
            line.addWidget(badge, 0, Qt.AlignmentFlag.AlignVCenter)
        else:
            line.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignVCenter)
        asked = self.put(f"Remove {breakable(wallet.name)}?", _WHAT_REMOVING_MEANS)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 16, 20, 16)
        outer.setSpacing(12)
        outer.addLayout(line)
        outer.addWidget(asked)
        outer.addWidget(self.problem)
        self.agreed.connect(lambda: self.removed.emit(self.wallet.id))

    def ask(self, asking: bool) -> None:
        self.problem.show_problem(None)
        super().ask(asking)

    def fail(self, error: AshoreError) -> None:
        """It could not be removed."""
        self.ask(False)
        self.problem.show_problem(Problem(error.sentence, error.advice))


class ReceivingPage(Page):
    """All connected wallets."""

    def __init__(self, context: Context, receiving: ReceivingPort) -> None:
        super().__init__(context, TITLE, back="Accounts")
        self._receiving = receiving
        self.done = Notice(context.icons, closable=True)
        self.trouble = Notice(context.icons)
        self.add = Button("Connect a wallet", "primary")
        self.cards: list[WalletCard] = []
        self._listed: tuple[ConnectedWallet, ...] | None = None
        scroll = ScrollColumn(margins=(0, 0, 14, 24), spacing=12)
        self.body.addWidget(scroll, 1)
        scroll.column.addWidget(Label(_ABOUT, "muted", wrap=True))
        scroll.column.addWidget(self.done)
        scroll.column.addWidget(self.trouble)
        self._list = QVBoxLayout()
        self._list.setSpacing(12)
        scroll.column.addLayout(self._list)
        self.nothing = Label("None is connected.", "muted", wrap=True)
        scroll.column.addWidget(self.nothing)
        scroll.column.addLayout(row(self.add, -1))
        scroll.column.addStretch(1)
        self.add.clicked.connect(context.go.show_wallet_setup)
        context.hub.lock_changed.connect(self._lock_changed)

    def shown(self) -> None:
        self._show_list()
        self.add.setFocus()

    def left(self) -> None:
        self.done.clear()
        for card in self.cards:
            card.question.hide()
            card.remove.setEnabled(True)

    def say(self, done: Problem) -> None:
        """Say what has just come to its good end."""
        self.done.show_done(done.sentence, done.advice)

    def _lock_changed(self) -> None:
        if not self.context.wallet.locked:
            self._show_list()

    def _show_list(self) -> None:
        troubles = self._receiving.troubles
        if troubles:
            self.trouble.show_problem(Problem("A wallet is missing.", " ".join(troubles), Severity.WARNS))
        else:
            self.trouble.clear()
        self._show_wallets(self._receiving.listed())

    def _show_wallets(self, wallets: Sequence[ConnectedWallet]) -> None:
        show_if(self.nothing, not wallets)
        if tuple(wallets) == self._listed:
            return
        self._listed = tuple(wallets)
        clear(self._list)
        self.cards = [WalletCard(self.context.icons, wallet) for wallet in wallets]
        for card in self.cards:
            card.removed.connect(self._remove)
            self._list.addWidget(card)

    def _remove(self, wallet: str) -> None:
        card = next(card for card in self.cards if card.wallet.id == wallet)
        self.context.tasks.start(self._disconnect(card.wallet), failed=card.fail, name=f"remove {wallet}")

    async def _disconnect(self, wallet: ConnectedWallet) -> None:
        await self.context.wallet.disconnect_wallet(wallet.id)
        self._show_list()
        self.say(Problem(f"{wallet.name} is removed.", "Its credential is deleted."))
        self.add.setFocus()
