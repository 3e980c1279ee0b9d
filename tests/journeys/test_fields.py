"""What is pasted into a field of a form is understood there, and what belongs elsewhere leads there, in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from ashore.ui.scanner.chooser import NOT_HERE, Chooser
from journeys.flows import CHECKSUMMED, RECIPIENT, REVIEW, open_form, review
from journeys.flows import FORM as ZKLINK_FORM
from journeys.person import Person
from journeys.test_product import own_memory, product
from journeys.vouchers import CARD, FORM, VOUCHER, looks, open_and_withdraw, voucher
from unit.ui.scanner.drawn import scene

__all__ = ["own_memory"]

OWN = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
LOOKS = (("Light", "100 %"), ("Dark", "200 %"), ("Dark", "100 %"), ("Light", "200 %"))


def stands(person: Person, name: str) -> str:
    """What stands in a field."""
    edit = person.find(name, QLineEdit)
    assert isinstance(edit, QLineEdit)
    return edit.text()


async def choose_among(person: Person, name: str, *codes: str) -> None:
    """Paste a picture with several codes into the recipient, and look at what there is to choose from."""
    person.click("Recipient", QLineEdit)
    QGuiApplication.clipboard().setImage(scene(*codes, size=QSize(1500, 500)))
    person.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await person.until(lambda: any(each.isVisible() for each in person.window.findChildren(Chooser)), "a choice")
    (dialog,) = (each for each in person.window.findChildren(Chooser) if each.isVisible())
    await person.until(dialog.isActiveWindow, "the turn of the dialog")
    person.photograph_of(dialog, name)
    assert "Which one do you mean?" in dialog.heading.text()
    assert NOT_HERE in dialog.rows[-1].accessibleName()


async def looks_like(person: Person, colours: str, size: str) -> None:
    """Another look, and back to the first page."""
    person.click_section("Settings")
    person.click(f"Colours: {colours}")
    person.click(f"Text size: {size}")
    person.click_section("Withdraw")
    await person.settle()


@pytest.mark.usefixtures("own_memory")
async def test_a_voucher_in_the_recipient_finds_its_form(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        gift = await voucher(life)
        for number, (colours, size) in enumerate(LOOKS):
            await looks_like(person, colours, size)
            await open_form(person)
            if not number:
                person.write("Amount", "25")
            person.click("Recipient", QLineEdit)
            person.paste(gift["lightning"])
            await person.settle()
            assert person.field_says("Recipient").startswith("A voucher of 127.0.0.1:")
            assert person.sees("Nothing was filled in here. An address on Ethereum would fit: 0x and 40 digits.")
            assert (stands(person, "Amount"), stands(person, "Recipient")) == ("25", "")
            person.photograph(f"voucher-in-recipient-{colours}-{size[:3]}")
            if number < 2:
                await choose_among(person, f"several-{colours}", gift["lightning"], CHECKSUMMED, OWN)
                person.press(Qt.Key.Key_3)
                person.window.activateWindow()
                await person.until(person.window.isActiveWindow, "the window's turn")
                await person.settle()
                assert person.field_says("Recipient").startswith("A voucher of 127.0.0.1:")
        person.tab_to("Go to the voucher")
        person.press(Qt.Key.Key_Return)
        await person.settle()
        assert person.heading == FORM
        assert await looks(life, gift) == 0, "nobody has opened it"

        person.click(VOUCHER, QLineEdit)
        person.paste(RECIPIENT)
        await person.settle()
        assert stands(person, VOUCHER) == gift["lightning"], "what stood there stays"
        assert "This is an Ethereum address." in person.field_says(VOUCHER)
        person.photograph("address-in-voucher")
        person.click("Withdraw to it…")
        await person.settle()
        if person.heading != ZKLINK_FORM:
            assert person.sees("Withdraw to it from zkLink")
            person.click("Withdraw to it from zkLink")
            await person.settle()
        assert person.sees("A withdrawal from zkLink is begun and not finished: amount 25.")
        person.photograph("address-asks")
        person.click("Keep what I began")
        await looks_like(person, "Light", "100 %")
        await open_form(person)
        assert (stands(person, "Amount"), stands(person, "Recipient")) == ("25", "")

        person.click("Recipient", QLineEdit)
        person.paste(f"ethereum:{RECIPIENT}@1?value=1e18")
        await person.settle()
        assert stands(person, "Recipient") == CHECKSUMMED
        assert "choose token and amount yourself" in person.field_says("Recipient")
        person.photograph("link-in-recipient")
        await review(person)
        assert person.heading == REVIEW
        assert person.sees("25.00 USDC")
        person.click_section("Withdraw")
        await person.settle()
        person.click(next(name for name in person.names() if name.startswith(CARD)))
        await person.settle()
        await open_and_withdraw(person, life, gift)
