"""The keys of the scanner hold on every page of the unlocked window, and on none over a lock."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.scanner import screen
from ashore.ui.scanner.camera_dialog import CameraDialog
from unit.ui.driving import Shell, open_voyage
from unit.ui.filling import open_form, type_into
from unit.ui.scanner.drawn import scene
from unit.ui.test_arrivals import lock
from unit.ui.test_voucher_page import LINK, VoucherWallet

_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
_PAGES = ("withdraw", "activity", "unclaimed", "accounts", "settings", "voyage", "form", "voucher")


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


async def at(shell: Shell, place: str) -> None:
    if place == "voyage":
        open_voyage(shell, "proven")
    elif place == "form":
        await open_form(shell)
    elif place == "voucher":
        shell.sections.show_vouchers()
    else:
        shell.sections.show_section(place)
    await shell.settle()


def dialogs(shell: Shell) -> list[QFileDialog]:
    return [each for each in shell.window.findChildren(QFileDialog) if each.isVisible()]


def press_open(widget: QWidget) -> None:
    QTest.keyClick(widget, Qt.Key.Key_O, _CONTROL)


@pytest.mark.parametrize("place", _PAGES)
async def test_a_picture_is_asked_for_once_on_every_page(shell: Shell, wallet: VoucherWallet, place: str) -> None:
    await at(shell, place)
    press_open(shell.window)
    (dialog,) = dialogs(shell)
    press_open(dialog)
    press_open(shell.window)
    assert dialogs(shell) == [dialog], "over a dialog they do nothing"
    dialog.reject()


async def test_what_is_found_leads_on_where_nothing_is_begun_and_waits_where_something_is(
    shell: Shell, wallet: VoucherWallet, tmp_path: Path
) -> None:
    path = tmp_path / "code.png"
    assert scene(LINK).save(str(path))
    form = await open_form(shell)
    await type_into(shell, form, amount="2.5")
    await at(shell, "accounts")
    press_open(shell.window)
    (dialog,) = dialogs(shell)
    dialog.fileSelected.emit(str(path))
    dialog.close()
    await shell.until(lambda: shell.sections.place == "voucher")
    page = shell.sections.page("voucher")
    assert isinstance(page, LnurlFormPage)
    assert (page.link.text(), wallet.asked, form.fields.amount.text()) == (LINK, [], "2.5")


async def test_the_camera_and_the_screen_are_asked_too(
    shell: Shell, wallet: VoucherWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    await at(shell, "accounts")
    monkeypatch.setattr(screen, "grab", lambda: [scene(LINK)])
    QTest.keyClick(shell.window, Qt.Key.Key_S, _CONTROL | _SHIFT)
    await shell.until(lambda: shell.sections.place == "voucher")
    await at(shell, "settings")
    QTest.keyClick(shell.window, Qt.Key.Key_C, _CONTROL | _SHIFT)
    assert [each for each in shell.window.findChildren(CameraDialog) if each.isVisible()]


async def test_over_a_lock_and_after_the_end_they_do_nothing(shell: Shell, wallet: VoucherWallet) -> None:
    await at(shell, "accounts")
    await lock(shell, locked=True)
    press_open(shell.window)
    assert dialogs(shell) == []
    await lock(shell, locked=False)
    press_open(shell.window)
    (dialog,) = dialogs(shell)
    dialog.reject()
    QApplication.sendPostedEvents()
    shell.sections.close()
    press_open(shell.window)
    assert dialogs(shell) == []
