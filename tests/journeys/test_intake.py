"""One field for everything: what was pasted is named, and leads to the right form in the real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from journeys.flows import CHECKSUMMED, RECIPIENT
from journeys.flows import FORM as ZKLINK_FORM
from journeys.test_product import own_memory, product
from journeys.vouchers import FORM, SETTLED, looks, open_and_withdraw, voucher

__all__ = ["own_memory"]

ANYTHING = "Paste or scan anything"


@pytest.mark.usefixtures("own_memory")
async def test_whatever_is_pasted_leads_to_the_right_place(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1,265.50 USDC")
        gift = await voucher(life)

        person.tab_to(ANYTHING)
        person.paste(gift["lightning"])
        await person.settle()
        assert person.field_says(ANYTHING).startswith("A voucher of 127.0.0.1:")
        person.photograph("intake-voucher")
        person.press(Qt.Key.Key_Return)
        await person.settle()
        assert person.heading == FORM
        assert await looks(life, gift) == 0, "a text opens nothing by itself"
        await open_and_withdraw(person, life, gift)

        person.click_section("Withdraw")
        await person.settle()
        person.write(ANYTHING, f"ethereum:{RECIPIENT}@42161?value=1e18")
        await person.settle()
        assert "Only the address and, where it is offered, the chain are taken over" in person.field_says(ANYTHING)
        person.photograph("intake-address")
        person.click("Withdraw to it from zkLink")
        await person.until_sees("Balance")
        await person.settle()
        assert person.heading == ZKLINK_FORM
        recipient = person.find("Recipient", QLineEdit)
        assert isinstance(recipient, QLineEdit)
        assert recipient.text().replace(" ", "").lower() == CHECKSUMMED.lower()

        person.click_section("Withdraw")
        await person.settle()
        (made,) = (await life.sandbox.call("lightning", {}))["claims"]
        person.write(ANYTHING, made["payment_hash"])
        await person.settle()
        assert "your withdrawal of 15 sat" in person.field_says(ANYTHING)
        person.click("Show the withdrawal")
        await person.until_sees(SETTLED)

        person.click_section("Withdraw")
        await person.settle()
        person.write(ANYTHING, "keyauth://service.example/login?k1=" + "ab" * 32)
        await person.settle()
        assert "log in" in person.field_says(ANYTHING)
        assert not {"Go to the voucher", "Withdraw to it from zkLink"} & person.names()
