"""What is found when the person has gone on already fills nothing in: it waits, or is said."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QDialog

from ashore.systems.base import Problem
from ashore.ui.arrivals import Source
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from unit.ui.driving import Shell
from unit.ui.scanner.drawn import scene
from unit.ui.scanner.test_scan import ADDRESS, PAIRING, copied, intake
from unit.ui.test_voucher_page import LINK, VoucherWallet


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


async def form(shell: Shell) -> ZkLinkFormPage:
    shell.sections.show_form(shell.wallet.profiles()[0].id)
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    return page


async def leave_while_scanning(shell: Shell, page: ZkLinkFormPage, data: QMimeData) -> None:
    """Bring a picture to the recipient's scan, and go on before it was looked at."""
    page.scan.scan.take(data, Source.PICTURE)
    assert shell.tasks.busy
    shell.sections.show_section("activity")
    await shell.settle()


async def test_a_late_address_waits_and_fills_nothing_in(shell: Shell) -> None:
    page = await form(shell)
    page.fields.amount.setText("2.5")
    await leave_while_scanning(shell, page, copied(image=scene(ADDRESS)))
    notice = shell.sections.banners.arrived
    assert shell.sections.place == "activity"
    assert "You had gone on before it was found, so nothing was filled in." in notice.text
    assert page.fields.recipient.text() == ""
    notice.action.click()
    await shell.settle()
    assert shell.sections.place == "withdraw"
    assert intake(shell).edit.text() == ADDRESS


async def test_a_late_voucher_is_not_lost(shell: Shell, wallet: VoucherWallet) -> None:
    page = await form(shell)
    await leave_while_scanning(shell, page, copied(image=scene(LINK)))
    assert shell.sections.arrivals.waiting
    assert len(wallet.unopened.listed()) == 1
    assert shell.sections.place == "activity", "nobody is led away from where they went"
    assert wallet.asked == []


async def test_late_on_the_first_page_is_late_too(shell: Shell) -> None:
    intake(shell).scanner.scan.take(copied(image=scene(LINK)), Source.PICTURE)
    shell.sections.show_section("settings")
    await shell.settle()
    assert shell.sections.place == "settings"
    assert shell.sections.arrivals.waiting


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ((PAIRING,), "It was not kept"),
        ((LINK, ADDRESS), "Several codes were found in what you scanned before you went on."),
        ((), "There is no QR code in this picture."),
    ],
)
async def test_what_cannot_wait_is_said(shell: Shell, texts: tuple[str, ...], said: str) -> None:
    page = await form(shell)
    told: list[Problem] = []
    page.scan.scan.told.connect(told.append)
    await leave_while_scanning(shell, page, copied(image=scene(*texts)))
    assert said in shell.sections.banners.arrived.text
    assert told == [], "a page that is not in view would say it to nobody"
    assert not shell.sections.arrivals.waiting
    assert not [each for each in shell.window.findChildren(QDialog) if each.isVisible()]


async def test_who_stayed_has_it_filled_in(shell: Shell) -> None:
    page = await form(shell)
    page.scan.scan.take(copied(image=scene(ADDRESS)), Source.PICTURE)
    await shell.settle()
    assert page.fields.recipient.text() == ADDRESS
