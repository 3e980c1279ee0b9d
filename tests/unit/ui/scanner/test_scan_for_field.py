"""Several codes where one field asked for one: those that fit come first, and one that fits alone is taken."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from ashore.domain.addresses import checksum
from ashore.ui.arrivals import Source
from ashore.ui.pages.field_intake import TO_VOUCHER
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from ashore.ui.scanner.chooser import NOT_HERE, Chooser
from ashore.ui.scanner.outline import Tone
from ashore.ui.scanner.still import Found, Looked
from unit.ui.driving import Shell
from unit.ui.looking import texts
from unit.ui.scanner.drawn import scene
from unit.ui.scanner.test_scan import ADDRESS, chooser, copied, intake, voucher
from unit.ui.test_voucher_page import LINK, VoucherWallet

OTHER = checksum(bytes.fromhex("52908400098527886e0f7030069857d2e4169ee7"))
WIFI = "WIFI:T:WPA;S:harbour;P:hunter2;;"
ROOM = QSize(1500, 500)


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


async def scanned(shell: Shell, *codes: str) -> ZkLinkFormPage:
    """The zkLink form, whose recipient was scanned from a picture with these codes."""
    shell.sections.show_form(shell.wallet.profiles()[0].id)
    await shell.settle()
    page = shell.sections.page("form")
    assert isinstance(page, ZkLinkFormPage)
    page.scan.scan.take(copied(image=scene(*codes, size=ROOM)), Source.PICTURE)
    await shell.settle()
    return page


def shown(shell: Shell) -> list[Chooser]:
    return [each for each in shell.window.findChildren(Chooser) if each.isVisible()]


async def test_what_fits_comes_first_and_the_rest_is_said_to_fit_nowhere_here(shell: Shell) -> None:
    page = await scanned(shell, LINK, ADDRESS, OTHER)
    dialog = chooser(shell)
    assert dialog.heading.text() == "3 codes were found. Which one do you mean?"
    names = [row.accessibleName() for row in dialog.rows]
    assert all("Ethereum address" in name and NOT_HERE not in name for name in names[:2])
    assert names[2].startswith("3: A voucher of")
    assert NOT_HERE in names[2]
    assert texts(dialog).count(NOT_HERE) == 1, "said in the list too, not by colour alone"
    outlines = dialog.picture.outlines()
    assert [each.tone for each in outlines] == [Tone.LEADS, Tone.LEADS, Tone.OTHER]
    QTest.keyClick(dialog.rows[0], Qt.Key.Key_3)
    await shell.settle()
    assert page.fields.recipient.text() == ""
    assert page.fields.fields["recipient"].told.text.startswith("A voucher of")
    assert page.intake.way.text() == TO_VOUCHER


async def test_the_only_one_that_fits_is_taken_and_that_is_said(shell: Shell, wallet: VoucherWallet) -> None:
    page = await scanned(shell, LINK, ADDRESS, WIFI)
    assert shown(shell) == []
    assert page.fields.recipient.text() == ADDRESS
    told = shell.sections.banners.arrived.text
    assert told.startswith("3 codes were found. One of them can be used here: that one was taken.")
    assert wallet.asked == []


async def test_the_first_page_takes_the_only_one_that_leads_anywhere(shell: Shell) -> None:
    intake(shell).scanner.scan.take(copied(image=scene(WIFI, LINK, size=ROOM)), Source.PICTURE)
    await shell.settle()
    assert voucher(shell) == LINK
    assert "2 codes were found. One of them can be used here" in shell.sections.banners.arrived.text


async def test_where_none_fits_that_is_said_and_one_can_be_named_all_the_same(shell: Shell) -> None:
    page = await scanned(shell, LINK, WIFI)
    dialog = chooser(shell)
    assert dialog.heading.text() == "2 codes were found. None of them fits here."
    assert all(NOT_HERE in row.accessibleName() for row in dialog.rows)
    assert "hunter2" not in texts(dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await shell.settle()
    assert page.fields.fields["recipient"].told.text == ""


@pytest.mark.parametrize("doubt", ["damaged", "more", "unfinished"])
async def test_nothing_is_taken_while_another_one_may_be_meant(shell: Shell, doubt: str) -> None:
    page = await scanned(shell, WIFI)
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    trouble = "This code is damaged." if doubt == "damaged" else ""
    found = (Found(ADDRESS, image), Found("" if trouble else WIFI, image, trouble=trouble))
    page.scan.scan._of_codes(Looked(found, more=doubt == "more", unfinished=doubt == "unfinished"), Source.SCREEN)
    dialog = chooser(shell)
    assert page.fields.recipient.text() == ""
    await shell.until(dialog.rows[0].hasFocus)
    QTest.keyClick(dialog.rows[0], Qt.Key.Key_Return)
    await shell.settle()
    assert page.fields.recipient.text() == ADDRESS
