"""Hands on the pages of receiving wallets, and what such a wallet is set up with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from ashore.engine.compose_lightning import WalletClients
from ashore.engine.receiving import ConnectedWallets
from ashore.keys.errors import RecordMissing
from ashore.keys.signer import SealedRecord
from ashore.lightning.runes import NEEDED_METHODS
from ashore.net.http import HttpClient
from ashore.net.pacing import SystemClock
from ashore.ui.pages.connect_wallet import ConnectWalletPage
from ashore.ui.pages.receiving import ReceivingPage
from ashore.ui.pages.receiving_result import Stage
from unit.lightning.conftest import rune_of
from unit.ui.driving import Shell

SPENDING_RUNE = rune_of("=9")
RECEIVING_RUNE = rune_of("=7&" + "|".join(f"method={name}" for name in NEEDED_METHODS))


class Keeper:
    """Seals in memory, for tests that are not about the vault."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, str, Mapping[str, str]]] = {}
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()

    async def keep(self, kind: str, secret: str, meta: Mapping[str, str]) -> str:
        self.asked += 1
        await self.open.wait()
        record = f"r{len(self.kept) + 1}"
        self.kept[record] = (kind, secret, meta)
        return record

    async def show(self, record: str) -> str:
        return self.kept[record][1]

    async def sealed(self) -> tuple[SealedRecord, ...]:
        return tuple(SealedRecord(record, kind, meta) for record, (kind, _, meta) in self.kept.items())

    async def forget(self, record: str) -> None:
        if self.kept.pop(record, None) is None:
            raise RecordMissing("It is not there.")


def wallets_of(keeper: object, http: HttpClient) -> ConnectedWallets:
    """The wallet's own list of receiving wallets, with the practice node in it."""
    from ashore.engine.receiving import WalletSetup
    from ashore.systems.lnurl.system.receivers import Receiver

    clients = WalletClients(http, SystemClock())
    practice = clients.build(WalletSetup("core-lightning", "P", "http://127.0.0.1:9", RECEIVING_RUNE))
    fixed = Receiver("practice-node", "Practice node", "the practice node (simulated)", practice)
    return ConnectedWallets(keeper, clients.build, [fixed])  # type: ignore[arg-type]


async def open_list(shell: Shell) -> ReceivingPage:
    shell.sections.show_section("accounts")
    shell.sections.show_receiving()
    await shell.settle()
    page = shell.sections.page("receiving")
    assert isinstance(page, ReceivingPage)
    return page


async def open_setup(shell: Shell, **entries: str) -> ConnectWalletPage:
    """The form, with these entries."""
    shell.sections.show_wallet_setup()
    page = shell.sections.page("connect")
    assert isinstance(page, ConnectWalletPage)
    enter(page, **entries)
    await shell.settle()
    return page


def enter(page: ConnectWalletPage, **entries: str) -> None:
    fields = page.fields
    if "kind" in entries:
        fields.kind.combo.setCurrentIndex(["core-lightning", "lnbits"].index(entries.pop("kind")))
    for name, text in entries.items():
        control = getattr(fields, name)
        control.setPlainText(text) if isinstance(control, QPlainTextEdit) else control.setText(text)


async def try_connection(shell: Shell, page: ConnectWalletPage) -> None:
    page.test()
    await shell.until(lambda: page.result.stage is not Stage.TESTING)
    await shell.settle()


def everything_held(root: QWidget) -> str:
    """Every text that any widget has, shown or not, and what Undo would bring back."""
    found: list[str] = []
    for widget in [root, *root.findChildren(QWidget)]:
        found += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.windowTitle()]
        found += [str(widget.property(name)) for name in ("role", "tone", "severity", "ground", "value")]
        if isinstance(widget, QLabel):
            found.append(widget.text())
        elif isinstance(widget, QLineEdit):
            before = widget.text()
            widget.undo()
            found += [before, widget.text()]
        elif isinstance(widget, QPlainTextEdit):
            before = widget.toPlainText()
            if not widget.isReadOnly():
                widget.undo()
            found += [before, widget.toPlainText()]
        elif hasattr(widget, "text") and callable(widget.text):
            found.append(str(widget.text()))
    return "\n".join(found).replace("\u200b", "")
