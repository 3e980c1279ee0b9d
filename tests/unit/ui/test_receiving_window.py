"""Wallets that receive over Lightning in the window: connected and removed by mouse and by keyboard alone.

The wallets are real HTTP servers on loopback, asked by the wallet's own clients; their credentials are sealed by the
real signer process in a real vault.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from ashore.keys.signer import Signer
from journeys.person import Person
from unit.keys.test_signer import COMMAND
from unit.keys.vault_support import PASSWORD, python_path
from unit.lightning.serving import ADMIN_KEY, API_KEY, LnbitsServer, Node, new_http, serving
from unit.ui.driving import Shell
from unit.ui.looking import cut_off, marked_up, nameless
from unit.ui.receiving_hands import RECEIVING_RUNE, SPENDING_RUNE, wallets_of
from unit.ui.standin import StandInWallet

LIST = "Wallets that receive over Lightning"


@pytest.fixture
async def vault(tmp_path: Path) -> AsyncIterator[Path]:
    return tmp_path / "own.vault"


@pytest.fixture
async def person(shell: Shell, wallet: StandInWallet, vault: Path) -> AsyncIterator[Person]:
    """Somebody before the window of a wallet whose vault is open."""
    async with Signer(COMMAND, python_path()) as signer:
        await signer.create(vault, bytearray(PASSWORD), None, network="sandbox", fast_kdf=True)
        http = new_http()
        wallet.receiving = wallets_of(signer, http)
        shell.window.activateWindow()
        quiet = lambda: not shell.tasks.busy and not shell.sections.hub.pending  # noqa: E731
        yield Person(shell.window, "receiving", quiet)
        await http.aclose()


async def look(person: Person, name: str) -> None:
    """Nothing is cut off, nameless or read as markup."""
    await person.settle()
    page = person.window.stack.currentWidget()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2):
            while cut_off(page):
                await asyncio.sleep(0.01)
    person.photograph(name)
    assert cut_off(page) == [], name
    assert nameless(person.window) == []
    assert marked_up(person.window) == []


def _bytes(file: Path) -> bytes:
    return file.read_bytes()


async def test_a_node_is_connected_by_mouse_and_removed(person: Person, shell: Shell, vault: Path) -> None:
    node = Node(RECEIVING_RUNE)
    node.channels = [{"state": "CHANNELD_NORMAL", "peer_connected": True, "receivable_msat": 2_100_000_000}]
    async with serving(node) as address:
        person.click_section("Accounts")
        await look(person, "accounts")
        person.click(LIST)
        await person.until_sees("Practice node", "SIMULATED")
        await look(person, "list")
        person.click("Connect a wallet")
        await look(person, "empty")
        person.click("Test the connection")
        await person.until_sees("Enter a name by which you know this wallet.", "Enter the rune.")
        assert node.asked == []
        await look(person, "problems")
        person.write("Name", "Harbour")
        person.write("Address", address)
        person.write("Rune", RECEIVING_RUNE)
        assert RECEIVING_RUNE not in person.reads()
        person.click("Show the rune")
        assert RECEIVING_RUNE in person.reads()
        person.click("Hide the rune")
        assert "Connect" not in person.names()
        person.click("Test the connection")
        await person.until_sees("Your own Core Lightning node HARBOUR, on the network regtest.", "2,100,000 sat")
        assert person.sees("The rune can receive and cannot spend.", "in your own node")
        await look(person, "tested")
        for theme, size, name in (("dark", 100, "dark"), ("dark", 200, "dark-large"), ("light", 200, "large")):
            shell.theme.apply(theme, size)
            await look(person, f"tested-{name}")
        shell.theme.apply("light", 100)
        person.click("Connect")
        await person.until_sees("Harbour is connected.")
        await look(person, "connected")
        assert RECEIVING_RUNE.encode() not in _bytes(vault)
        shell.theme.apply("dark", 100)
        person.click("Remove Harbour")
        await look(person, "remove")
        person.click("Keep Harbour")
        person.click("Remove Harbour")
        person.click("Yes, remove Harbour")
        await person.until_sees("Harbour is removed.")
        assert "Remove Harbour" not in person.names()
    assert QApplication.clipboard().text() != RECEIVING_RUNE


async def test_an_lnbits_wallet_is_connected_by_keyboard_alone(person: Person, shell: Shell) -> None:
    async with serving(LnbitsServer()) as address:
        person.press(Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
        await person.until(lambda: person.heading == "Accounts", "the accounts")
        person.tab_to(LIST)
        person.press(Qt.Key.Key_Return)
        await person.until(lambda: person.focus == "Connect a wallet", "the list")
        person.press(Qt.Key.Key_Return)
        await person.until(lambda: person.focus == "Name", "the form")
        person.type("Till")
        person.press(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
        assert person.focus == "Kind of wallet"
        person.press(Qt.Key.Key_Down)
        person.tab_to("Address")
        person.type(address)
        person.tab_to("Invoice key")
        person.type(API_KEY)
        person.press(Qt.Key.Key_Return)
        await person.until(lambda: person.focus == "Connect", "the end of the test")
        assert person.sees("Whoever runs the server", "your custodian’s word", "cannot spend")
        await look(person, "lnbits")
        person.press(Qt.Key.Key_Return)
        await person.until_sees("Till is connected.")
        person.tab_to("Remove Till")
        person.press(Qt.Key.Key_Return)
        assert person.focus == "Keep Till"
        person.press(Qt.Key.Key_Escape)
        assert person.focus == "Remove Till"
        assert person.heading == LIST
        person.press(Qt.Key.Key_Return)
        person.tab_to("Yes, remove Till")
        person.press(Qt.Key.Key_Return)
        await person.until_sees("Till is removed.")
        person.press(Qt.Key.Key_Escape)
        assert person.heading == "Accounts"


@pytest.mark.parametrize("kind", ["rune", "key"])
async def test_what_could_spend_is_said_and_takes_a_word_more(person: Person, shell: Shell, kind: str) -> None:
    server = Node(SPENDING_RUNE) if kind == "rune" else LnbitsServer()
    async with serving(server) as address:
        person.click_section("Accounts")
        person.click(LIST)
        person.click("Connect a wallet")
        if kind == "key":
            await person.choose("Kind of wallet", "LNbits")
        person.write("Name", "Risky")
        person.write("Address", address)
        person.write("Rune" if kind == "rune" else "Invoice key", SPENDING_RUNE if kind == "rune" else ADMIN_KEY)
        person.click("Test the connection")
        await person.until(lambda: person.focus == "Test again", "the warning")
        assert "Connect" not in person.names()
        if kind == "rune":
            assert person.sees("could spend your money.", "createrune restrictions")
        else:
            assert person.sees("the admin key, which can spend the money", "Invoice/read key")
        await look(person, f"risky-{kind}")
        shell.theme.apply("dark", 100)
        await look(person, f"risky-{kind}-dark")
        person.click("Connect anyway")
        await person.until_sees("Risky is connected.")
        assert not [label for label in person.window.findChildren(QLabel) if SPENDING_RUNE in label.text()]
