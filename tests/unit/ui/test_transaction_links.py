"""A transaction in the evidence: as a code, and on a known explorer's page where its chain has one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from ashore.domain.observations import ChainHealth
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.handed_over import HandedOver
from ashore.ui.widgets.qr_dialog import CodeDialog
from unit.ui.driving import Shell, open_voyage
from unit.ui.looking import cut_off, nameless, texts, visible
from unit.ui.test_qr import painted, said_by

HASH = "0x5d41" + "90aa" * 14 + "02e1"
PAGE = f"https://arbiscan.io/tx/{HASH}"


class Browser(QObject):
    """What a desktop's browser would have opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.fixture
def browser() -> Iterator[Browser]:
    made = Browser()
    QDesktopServices.setUrlHandler("https", made, "take")  # type: ignore[arg-type]
    yield made
    QDesktopServices.unsetUrlHandler("https")


def known(shell: Shell, evm_chain_id: int) -> None:
    shell.wallet.chains = (ChainHealth("Arbitrum", 3, 3, 21_004_180, 21_004_112, evm_chain_id=evm_chain_id),)


def named(shell: Shell, text: str) -> Button:
    found = [w for w in visible(shell.window, Button) if isinstance(w, Button) and w.text() == text]
    return found[0]


def open_evidence(shell: Shell) -> str:
    page = open_voyage(shell, "committed")
    page.rows[2].more.set_open(True)
    return texts(page.rows[2].panel)


async def test_on_a_known_chain_the_explorers_page_is_shown_and_opened_by_a_press(
    shell: Shell, browser: Browser
) -> None:
    known(shell, 42161)
    assert "Open explorer" in open_evidence(shell)
    explore = named(shell, "Open explorer")
    assert explore.accessibleName() == "Open the transaction on arbiscan.io"
    assert browser.opened == []
    explore.click()
    assert browser.opened == [PAGE]
    named(shell, "QR code").click()
    (dialog,) = shell.window.findChildren(CodeDialog)
    assert dialog.code is not None
    assert said_by(painted(dialog.code, 1.0)) == [PAGE]
    dialog.accept()


@pytest.mark.parametrize(("colours", "percent", "taken"), [("light", 100, False), ("dark", 200, True)])
async def test_what_became_of_the_press_is_said_beside_it_with_the_address_to_copy(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, colours: str, percent: int, taken: bool
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: taken)
    shell.theme.apply(colours, percent)
    known(shell, 42161)
    open_evidence(shell)
    (handed,) = shell.window.findChildren(HandedOver)
    assert handed.isHidden()
    named(shell, "Open explorer").click()
    await shell.settle()
    assert handed.isVisible()
    assert shell.window.isAncestorOf(handed)
    said = texts(handed)
    assert ("No browser could be opened. Open it yourself: " in said) is not taken
    assert ("If no browser shows it, open it yourself: " in said) is taken
    assert PAGE in said
    assert shell.sections.banners.fault.text == "", "it is said where it was pressed"
    assert (cut_off(handed), nameless(handed)) == ([], [])
    (copy,) = visible(handed, CopyButton)
    assert copy.accessibleName() == "Copy the address of the transaction’s page"
    handed.copy.click()
    assert QGuiApplication.clipboard().text() == PAGE


@pytest.mark.parametrize("evm_chain_id", [0, 31337])
async def test_on_another_chain_the_hash_is_shown_and_nothing_is_opened(shell: Shell, evm_chain_id: int) -> None:
    known(shell, evm_chain_id)
    said = open_evidence(shell)
    assert "Open explorer" not in said
    named(shell, "QR code").click()
    (dialog,) = shell.window.findChildren(CodeDialog)
    assert dialog.code is not None
    assert said_by(painted(dialog.code, 1.0)) == [HASH]
    dialog.accept()


async def test_what_the_operator_says_without_a_transaction_has_neither(shell: Shell) -> None:
    known(shell, 42161)
    page = open_voyage(shell, "requested")
    page.rows[0].more.set_open(True)
    assert "QR code" not in texts(page.rows[0].panel)


async def test_where_codes_are_saved_is_remembered(shell: Shell, tmp_path: object) -> None:
    folder = shell.sections.context.saved_codes
    folder.keep(str(tmp_path))
    assert shell.sections.context.saved_codes.start() == str(tmp_path)
    folder.keep("/no/such/folder")
    assert shell.sections.context.saved_codes.start() != "/no/such/folder"


async def test_a_large_code_goes_when_the_wallet_locks(shell: Shell) -> None:
    open_evidence(shell)
    named(shell, "QR code").click()
    (dialog,) = shell.window.findChildren(CodeDialog)
    closed: list[int] = []
    dialog.finished.connect(closed.append)
    await shell.wallet.lock()
    await shell.until(lambda: closed != [])
    assert shell.sections.place == "unlock"
