"""Scanning where one would not look for it: over a lock, and by the keyboard on a form."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from ashore.ui.arrivals import Source
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.scanner.chooser import Chooser
from ashore.ui.scanner.picture_file import load_file
from ashore.ui.scanner.scan import Scan
from unit.ui.driving import Shell
from unit.ui.scanner.drawn import scene
from unit.ui.scanner.test_scan import ADDRESS, intake, scene_size, voucher
from unit.ui.standin import PASSWORD
from unit.ui.voucher_hands import LINK, VoucherWallet


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


@pytest.mark.parametrize("where", ["field", "button"])
@pytest.mark.parametrize("what", ["text", "picture"])
async def test_control_v_pastes_on_the_vouchers_page_wherever_the_keyboard_is(
    shell: Shell, where: str, what: str, wallet: VoucherWallet
) -> None:
    shell.sections.show_form(wallet.profiles()[-1].id)
    await shell.settle()
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    if what == "text":
        QGuiApplication.clipboard().setText(LINK)
    else:
        QGuiApplication.clipboard().setImage(scene(LINK))
    QTest.keyClick(page.link if where == "field" else page.scan, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await shell.until(lambda: page.link.text() == LINK)
    assert wallet.asked == []


async def test_a_picture_whose_looking_ends_over_a_lock_fills_nothing_in(
    shell: Shell, tmp_path: Path, wallet: VoucherWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.sections.show_form(wallet.profiles()[-1].id)
    await shell.settle()
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    await looked_at_over_a_lock(shell, page.scan.scan, LINK, tmp_path, monkeypatch)
    assert page.link.text() == ""
    assert "Unlock Ashore to go on with it." in shell.sections.banners.arrived.text
    await shell.wallet.unlock(bytearray(PASSWORD))
    await shell.settle()
    assert voucher(shell) == LINK
    assert wallet.asked == []


async def test_no_choice_of_codes_comes_up_over_a_lock(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await looked_at_over_a_lock(shell, intake(shell).scanner.scan, ADDRESS, tmp_path, monkeypatch)
    assert not [each for each in shell.window.findChildren(Chooser) if each.isVisible()]
    assert "Several codes were found while Ashore was locked." in shell.sections.banners.arrived.text


async def looked_at_over_a_lock(
    shell: Shell, scan: Scan, what: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have a picture looked at, and lock before it was."""
    path = folder / "code.png"
    picture = scene(LINK) if what == LINK else scene(LINK, ADDRESS, size=scene_size())
    assert picture.save(str(path))
    locked = threading.Event()

    def load(of: Path) -> object:
        assert locked.wait(5)
        return load_file(of)

    monkeypatch.setattr("ashore.ui.scanner.scan.load_file", load)
    scan._of_file(path, Source.PICTURE)
    await asyncio.sleep(0)
    await shell.wallet.lock()
    await shell.until(lambda: shell.window.stack.currentWidget() is shell.sections.unlock)
    locked.set()
    await shell.settle()


async def test_a_file_dialog_closes_at_the_lock(shell: Shell) -> None:
    intake(shell).scanner.ways.actions()[2].trigger()
    assert len(shell.window.findChildren(QFileDialog)) == 1
    await shell.wallet.lock()
    await shell.until(lambda: shell.window.stack.currentWidget() is shell.sections.unlock)
    assert not [each for each in shell.window.findChildren(QFileDialog) if each.isVisible()]
