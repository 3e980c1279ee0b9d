"""While something is signed, nothing that comes up by itself moves the ground under the mouse."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from ashore.ui.pages.review import ReviewPage
from ashore.ui.widgets import settled
from journeys.flows import FORM, REVIEW, fill, open_form, review
from journeys.person import Person
from journeys.test_product import own_memory, product
from journeys.vouchers import voucher

__all__ = ["own_memory"]


def where(person: Person, name: str) -> QPoint:
    """The middle of a button in the window."""
    button = person.find(name, QPushButton)
    return button.mapTo(person.window, button.rect().center())


@pytest.mark.usefixtures("own_memory")
async def test_a_link_that_comes_during_the_review_moves_nothing(
    application: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        assert life._sections is not None
        gift = await voucher(life)
        for colours, size in (("Dark", "200 %"), ("Light", "100 %")):
            person.click_section("Settings")
            person.click(f"Colours: {colours}")
            person.click(f"Text size: {size}")
            person.click_section("Withdraw")
            await person.settle()
            await open_form(person)
            await fill(person)
            await review(person)
            act = next(name for name in person.names() if name.startswith("Withdraw 25"))
            stood = [where(person, name) for name in ("Back", act)]
            life._sections.take_in(gift["lightning"])
            await person.until_sees("This came from a link. A voucher of 127.0.0.1:")
            await person.settle()
            assert [where(person, name) for name in ("Back", act)] == stood
            person.photograph(f"came-during-review-{colours}")
            person.click("Leave it")
            await person.settle()
            assert [where(person, name) for name in ("Back", act)] == stood
            person.press(Qt.Key.Key_Escape)
            await person.settle()
            assert person.heading == FORM
            person.press(Qt.Key.Key_Escape)
            await person.settle()

        monkeypatch.setattr(settled, "STILL_MS", 500)
        await open_form(person)
        await review(person)
        act = next(name for name in person.names() if name.startswith("Withdraw 25"))
        button: QWidget = person.find(act, QPushButton)
        handle = person.window.windowHandle()
        assert handle is not None
        at = where(person, act)
        await person.until(lambda: not _review(person).settled.waits, "a page that stands still")
        _review(person).body.insertSpacing(0, 8)
        QApplication.sendPostedEvents()
        QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        assert person.sees("Press it again if you mean it.")
        assert button.isEnabled()
        assert person.heading == REVIEW


def _review(person: Person) -> ReviewPage:
    page = person.window.stack.currentWidget()
    assert isinstance(page, ReviewPage)
    return page
