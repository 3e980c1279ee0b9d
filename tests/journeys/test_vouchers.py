"""Lightning vouchers in the real window on the real practice service: what a person sees, and what was so."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from journeys.person import Person
from journeys.test_product import own_memory, product
from journeys.vouchers import CARD, FORM, REVIEW, open_voucher, truth, voucher, withdraw
from unit.systems.lnurl.codec.test_original_page import PAGE_LNURL

__all__ = ["own_memory"]


@pytest.mark.usefixtures("own_memory")
async def test_a_voucher_becomes_money_by_mouse_and_by_keyboard(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC", "Lightning voucher (LNURL)")
        person.photograph("voucher-home")
        first, second = await voucher(life), await voucher(life)

        person.click(CARD)
        await person.settle()
        assert person.heading == FORM
        person.write("Voucher", PAGE_LNURL)
        await person.settle()
        assert "real service" in person.field_says("Voucher")
        assert not person.find("Open the voucher").isEnabled()
        person.write("Voucher", "0x8f3A12C4B7d09E21f3Aa5c6D7E8f901277b091C2")
        await person.settle()
        assert "Ethereum" in person.field_says("Voucher")
        person.photograph("voucher-named")

        await open_voucher(person, first["lnurl"])
        assert person.sees("“Gift”", "20 sat", "10 sat to 20 sat")
        person.photograph("voucher-form")
        person.write("Amount", "21")
        await person.settle()
        assert "The most is 20 sat" in person.field_says("Amount")
        person.click("Use the least amount")
        await person.settle()
        assert person.sees("10 sat")
        person.write("Amount", "15")
        await person.settle()
        person.click("Review withdrawal")
        await person.until(lambda: person.heading == REVIEW, "the review")
        assert person.sees("15 sat", "“Gift”", "the practice node (simulated)", "Nothing is signed")
        person.photograph("voucher-review")
        assert (await truth(life))["claims"] == []
        person.click("Withdraw 15 sat")
        await person.until_sees("15 sat settled in the practice node (simulated).")
        await person.settle()
        person.photograph("voucher-settled")
        assert person.sees("Handed to the service", "leaves no public proof", "Practice node shows it")
        (claim,) = (await truth(life))["claims"]
        assert (claim["paid"], claim["amount_msat"]) == (True, 15_000)

        person.click_section("Withdraw")
        await person.settle()
        person.tab_to(CARD)
        person.press(Qt.Key.Key_Return)
        await person.settle()
        person.type(second["lightning"])
        await person.settle()
        person.press(Qt.Key.Key_Return)
        person.press(Qt.Key.Key_Return)
        await person.until(lambda: person.focus == "Amount", "a form to type in")
        person.press(Qt.Key.Key_Return)
        await person.until(lambda: person.heading == REVIEW, "the review")
        person.tab_to("Withdraw 20 sat")
        person.press(Qt.Key.Key_Space)
        await person.until_sees("20 sat settled in the practice node (simulated).")
        looks = {each["id"]: each["looks"] for each in (await truth(life))["vouchers"]}
        assert (looks[first["id"]], looks[second["id"]]) == (1, 1), "one look for one act of a person"


@pytest.mark.usefixtures("own_memory")
async def test_a_service_that_lies_is_not_believed(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "Lightning voucher (LNURL)")
        idle = await voucher(life, title="Idle", faults={"never_pays": True})
        await withdraw(person, idle["lnurl"])
        await person.until_sees("Waiting for the payment.")
        await person.settle()
        assert person.sees("That is a promise, not the money.")
        assert not person.sees("settled in the practice node (simulated).")
        person.photograph("voucher-promised")

        grumpy = await voucher(life, title="Grumpy", faults={"error_but_pays": True})
        await withdraw(person, grumpy["lnurl"])
        await person.until_sees("15 sat settled in the practice node (simulated).")

        firm = await voucher(life, title="Firm", faults={"refuses": "Come back tomorrow."})
        await withdraw(person, firm["lnurl"])
        await person.until_sees("“Come back tomorrow.”")
        await person.settle()
        person.photograph("voucher-refused")
        assert person.sees("The service said no.", "If it pays anyway, you will see it here.")

        await open_voucher_in_vain(person, idle["lnurl"])
        person.click_section("Activity")
        await person.settle()
        person.photograph("voucher-activity")


async def open_voucher_in_vain(person: Person, link: str) -> None:
    """The voucher's use is spent at the service, or its claim is open here: either way nothing is handed over again."""
    await open_voucher(person, link)
    person.click("Review withdrawal")
    await person.until(lambda: person.heading == REVIEW, "the review")
    person.click("Withdraw 20 sat")
    await person.until_sees("This voucher is already being withdrawn.")
