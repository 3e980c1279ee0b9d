"""Codes in the real window: what a telephone would read from its pixels is what stands beside them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from ashore.intake import codes
from ashore.intake.recognition import Way, take_in
from ashore.ui.pages.any_wallet import payment_link
from ashore.ui.widgets.qr import QrCode
from ashore.ui.widgets.qr_dialog import CodeDialog
from journeys.flows import ON_THE_WAY, send
from journeys.house import House
from journeys.person import Person, bring_into_view
from journeys.test_looks import look
from journeys.test_unclaimed import released
from unit.ui.looking import cut_off

LOOKS = [("Light", "100"), ("Light", "150"), ("Light", "200"), ("Dark", "200"), ("Dark", "100")]


def read(widget: QWidget) -> list[str]:
    """What a camera finds in a window."""
    grey = widget.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    luma = codes.Luma(bytes(grey.constBits()), grey.width(), grey.height(), grey.bytesPerLine())
    return [code.text for code in codes.read(luma).codes]


async def enlarged(person: Person, name: str) -> str:
    """The text of the large code that is open now; it is closed again by keyboard."""
    await person.settle()
    (dialog,) = (each for each in person.window.findChildren(CodeDialog) if each.isVisible())
    (text,) = read(dialog)
    assert cut_off(dialog) == []
    person.photograph_of(dialog, name)
    dialog.close_button.setFocus(Qt.FocusReason.TabFocusReason)
    dialog.close_button.click()
    await person.settle()
    return text


async def test_addresses_and_transactions_are_shown_as_codes(house: House) -> None:
    async with house.window(size=(1024, 760)) as person:
        await person.until_sees("1,265.50 USDC")
        await send(person)
        for stage in ("execute_l2", "commit"):
            await house.operator(stage)
        await person.until_marks(ON_THE_WAY["commit"])
        for colours, size in LOOKS:
            kind = f"{colours}-{size}".lower()
            person.click_section("Settings")
            person.click(f"Colours: {colours}")
            person.click(f"Text size: {size} %")
            person.click_section("Accounts")
            await person.settle()
            first = person.window.stack.currentWidget().findChildren(QrCode)[0]
            bring_into_view(first)
            await look(person, f"codes-accounts-{kind}")
            small = read(person.window)
            person.click_on(first)
            address = await enlarged(person, f"codes-large-{kind}")
            assert address in small
            assert person.sees(address)
            assert take_in(address).recipient == address

            person.click_section("Activity")
            person.click_row(0)
            if "Evidence of Committed" in person.names():
                person.click("Evidence of Committed")
            await look(person, f"codes-evidence-{kind}")
            person.click("Show the transaction as a QR code")
            text = await enlarged(person, f"codes-transaction-{kind}")
            assert take_in(text).way is Way.LOOK_UP


async def test_what_another_wallet_has_to_send_is_shown_as_a_code(house: House) -> None:
    async with house.window(size=(1024, 700)) as person:
        await released(house, person)
        person.click_section("Unclaimed")
        await person.until_sees("25.00 USDC")
        person.click("Have it paid out from any wallet")
        await person.settle()
        (owed,) = house.unclaimed()
        for size in (200, 100):
            person.click_section("Settings")
            person.click(f"Text size: {size} %")
            person.click_section("Unclaimed")
            await look(person, f"codes-any-wallet-{size}")
        (code,) = person.window.stack.currentWidget().findChildren(QrCode)
        bring_into_view(code)
        assert read(person.window) == [payment_link(owed)]
        person.click_on(code)
        assert await enlarged(person, "codes-any-wallet-large") == payment_link(owed)
