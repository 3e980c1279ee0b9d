"""Accounts: the addresses whose keys the signer holds."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from ashore.domain.addresses import readable
from ashore.engine.views import Account
from ashore.ui.context import Context
from ashore.ui.pages.page import Page
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.labels import Label, clear
from ashore.ui.widgets.qr import QrCode, show_large
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.wording import breakable


class AccountCard(QFrame):
    """One account: its address in full, its layer-2 key's hash, and a QR code."""

    def __init__(self, context: Context, account: Account) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        address = readable(account.address)
        line = QHBoxLayout(self)
        line.setContentsMargins(20, 16, 20, 16)
        line.setSpacing(20)
        words = QVBoxLayout()
        words.setSpacing(10)
        words.addWidget(Label(breakable(account.label), "section", wrap=True))
        facts = Facts(context.theme)
        facts.add_hex("Address", address)
        if account.pub_key_hash:
            facts.add_hex("zkLink key", account.pub_key_hash)
        words.addWidget(facts)
        words.addStretch(1)
        line.addLayout(words, 1)
        code = QrCode(context.theme, address, f"the address of {account.label}")
        code.pressed.connect(lambda: show_large(context.theme, self.window(), address, account.label))
        line.addWidget(code, 0, Qt.AlignmentFlag.AlignTop)


class AccountsPage(Page):
    """All accounts."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Accounts")
        scroll = ScrollColumn(margins=(0, 0, 14, 24), spacing=12)
        self.body.addWidget(scroll, 1)
        note = "The keys stay in a process of their own. What you see here is public."
        scroll.column.addWidget(Label(note, "muted", wrap=True))
        self._list = QVBoxLayout()
        self._list.setSpacing(12)
        scroll.column.addLayout(self._list)
        self.nothing = Label("Unlock the wallet to see its accounts.", "muted", wrap=True)
        scroll.column.addWidget(self.nothing)
        scroll.column.addStretch(1)
        self._accounts: tuple[Account, ...] = ()

    def shown(self) -> None:
        accounts = self.context.wallet.accounts()
        self.nothing.setVisible(not accounts)
        if accounts != self._accounts:
            self._accounts = accounts
            clear(self._list)
            for account in accounts:
                self._list.addWidget(AccountCard(self.context, account))
