"""Dropping on the window: a hint while it is dragged, and whatever was dropped arrives as from anywhere outside."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell
from unit.ui.scanner.drawn import scene
from unit.ui.test_voucher_page import LINK, VoucherWallet

_COPY, _LEFT, _NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


def of(*, files: list[Path] | None = None, text: str = "") -> QMimeData:
    data = QMimeData()
    if files is not None:
        data.setUrls([QUrl.fromLocalFile(str(each)) for each in files])
    if text:
        data.setText(text)
    return data


def enter(over: QWidget, data: QMimeData) -> bool:
    event = QDragEnterEvent(QPoint(40, 40), _COPY, data, _LEFT, _NONE)
    event.ignore()
    QApplication.sendEvent(over, event)
    return event.isAccepted()


def drop(over: QWidget, data: QMimeData) -> None:
    assert enter(over, data)
    QApplication.sendEvent(over, QDropEvent(QPointF(40, 40), _COPY, data, _LEFT, _NONE))


async def test_a_picture_dropped_on_the_window_leads_to_its_form(
    shell: Shell, wallet: VoucherWallet, tmp_path: Path
) -> None:
    path = tmp_path / "voucher.png"
    assert scene(LINK).save(str(path))
    data = of(files=[path])
    shell.sections.show_section("activity")
    assert enter(shell.window, data)
    assert shell.sections.drops.hint.isVisible()
    assert shell.sections.drops.hint.geometry() == shell.window.rect()
    drop(shell.window, data)
    assert not shell.sections.drops.hint.isVisible()
    await shell.until(lambda: shell.sections.place == "voucher")
    assert wallet.asked == []


async def test_what_leaves_again_leaves_no_hint(shell: Shell) -> None:
    data = of(text=LINK)
    assert enter(shell.window, data)
    QApplication.sendEvent(shell.window, QDragLeaveEvent())
    assert not shell.sections.drops.hint.isVisible()
    assert shell.sections.place == "withdraw"


async def test_what_nobody_can_read_is_not_taken(shell: Shell) -> None:
    assert not enter(shell.window, QMimeData())
    assert not shell.sections.drops.hint.isVisible()


async def test_a_file_over_a_field_is_the_windows_and_never_its_own_path(shell: Shell, tmp_path: Path) -> None:
    edit = shell.sections.home.intake.edit
    hint = shell.sections.drops.hint
    assert enter(edit, of(files=[tmp_path / "a.png"]))
    assert hint.isVisible()
    QApplication.sendEvent(shell.window, QDragLeaveEvent())
    assert enter(edit, of(text="0x8f"))
    assert not hint.isVisible()


async def test_a_refusal_is_said_over_the_page_in_view(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(b"%PDF-1.7")
    shell.sections.show_section("activity")
    drop(shell.window, of(files=[path]))
    await shell.until(lambda: "PDF" in shell.sections.banners.arrived.text)
    assert shell.sections.place == "activity"


async def test_a_drop_takes_nothing_from_a_form_that_is_half_filled(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "voucher.png"
    assert scene(LINK).save(str(path))
    shell.sections.show_form(shell.wallet.profiles()[0].id)
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    page.fields.amount.setText("2.5")
    drop(shell.window, of(files=[path]))
    await shell.until(lambda: "from what was dropped here" in shell.sections.banners.arrived.text)
    assert shell.sections.place == "form"
    assert page.fields.amount.text() == "2.5"
