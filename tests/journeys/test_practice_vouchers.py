"""Vouchers of the practice service met in the window itself: shown as a code, taken from there, and withdrawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from ashore.ui.widgets.qr_dialog import CodeDialog
from journeys.person import bring_into_view
from journeys.test_codes_shown import read
from journeys.test_product import own_memory, product
from journeys.vouchers import FORM, VOUCHER, looks, open_and_withdraw, voucher, voucher_card

__all__ = ["own_memory"]

GIFT = "practice voucher 1: “Gift”, 10 sat to 20 sat"


@pytest.mark.usefixtures("own_memory")
async def test_a_practice_voucher_is_shown_used_and_withdrawn(
    application: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: bool(opened.append(QUrl(url).toString()) or True))
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "Lightning voucher (LNURL)")
        gift = await voucher(life)
        person.click(voucher_card(person))
        await person.until_sees("Practice vouchers", "“Gift”", "10 sat to 20 sat · one use left")
        await person.settle()
        person.photograph("practice-vouchers")
        person.click("Open the page of the practice vouchers in the browser")
        assert opened == [f"{life.sandbox.url}/lnurl"]

        bring_into_view(person.find(f"Show the code of {GIFT}"))
        person.click(f"Show the code of {GIFT}")
        await person.settle()
        (dialog,) = (each for each in person.window.findChildren(CodeDialog) if each.isVisible())
        assert read(dialog) == [gift["lnurl"]]
        person.photograph_of(dialog, "practice-code")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()

        person.click(f"Use {GIFT}")
        await person.settle()
        link = person.find(VOUCHER, QLineEdit)
        assert isinstance(link, QLineEdit)
        assert link.text() == gift["lnurl"]
        assert await looks(life, gift) == 0, "it is only filled in"
        await open_and_withdraw(person, life, gift)

        person.click_section("Withdraw")
        await person.settle()
        person.click(voucher_card(person))
        await person.until(lambda: person.heading == FORM and person.sees("Practice vouchers"), "the form")
        await person.until(lambda: not person.sees("“Gift”"), "a list without what was withdrawn")
