"""A voucher that was opened outlives a lock and the window: its service is asked once, and pays in the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from journeys.house import WatchedLife
from journeys.person import Person
from journeys.test_product import own_memory, product
from journeys.vouchers import (
    OPEN,
    claims,
    open_in_vain,
    open_voucher,
    paste_voucher,
    to_the_list,
    voucher,
    withdraw_it,
)

__all__ = ["own_memory"]

LISTED = "Opened, not withdrawn yet"
BURNS = {"burns_on_look": True}


async def unlock(person: Person) -> None:
    person.write("Password", "practice")
    person.press(Qt.Key.Key_Return)
    await person.until(lambda: person.heading != "Ashore is locked", "the page behind the lock")
    await person.settle()


async def go_on(person: Person) -> None:
    """Take up the one voucher that is listed."""
    (button,) = [name for name in person.names() if name.startswith("Go on with the voucher of 127.0.0.1")]
    person.click(button)
    await person.until_sees("Who pays")
    await person.settle()


async def withdraw_the_last(person: Person, life: WatchedLife, made: dict[str, object]) -> None:
    """From the opened voucher to the money: none is listed then."""
    await withdraw_it(person, life, made)
    await to_the_list(person)
    assert not person.sees(LISTED)


@pytest.mark.usefixtures("own_memory")
async def test_an_opened_voucher_outlives_a_lock(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "Lightning voucher (LNURL)")
        made = await voucher(life, title="Burns", faults=BURNS)
        await open_voucher(person, made["lnurl"])
        assert person.sees("Opened. It is kept in your vault until it is withdrawn, and not asked again.")
        person.write("Amount", "17")
        await person.settle()
        person.photograph("opened")
        person.click("Lock the wallet")
        await person.until_sees("Ashore is locked")
        assert not person.sees("sat")
        await unlock(person)
        assert person.sees("Ashore was locked. Nothing was withdrawn.", LISTED, "10 sat to 20 sat, opened at")
        assert not person.sees("Who pays")
        person.photograph("after-the-lock")
        await go_on(person)
        amount = person.find("Amount")
        assert isinstance(amount, QLineEdit)
        assert amount.text() != "17"
        await withdraw_the_last(person, life, made)


@pytest.mark.usefixtures("own_memory")
async def test_opened_vouchers_outlive_the_window(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "Lightning voucher (LNURL)")
        first = await voucher(life, title="First", faults=BURNS)
        second = await voucher(life, title="Second", style="lnbits", faults=BURNS)
        for made in (first, second):
            await open_voucher(person, made["lnurl"])
        person.click("Put the voucher aside")
        await person.settle()
        assert person.sees(LISTED)

    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "2 opened vouchers are not withdrawn yet")
        await person.settle()
        person.photograph("first-page-with-opened-vouchers")
        await paste_voucher(person, f"lightning:{first['lnurl'].upper()}")
        await person.until_sees("Who pays")
        await person.settle()
        assert person.sees("Opened")
        assert OPEN not in person.names()
        await withdraw_it(person, life, first)

    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "1 opened voucher is not withdrawn yet")
        await to_the_list(person)
        person.photograph("one-left")
        await go_on(person)
        await withdraw_the_last(person, life, second)


@pytest.mark.usefixtures("own_memory")
async def test_what_is_forgotten_is_asked_anew(application: QApplication, tmp_path: Path) -> None:
    async with product(application, tmp_path) as (person, life):
        await person.until_sees("Bring funds out", "Lightning voucher (LNURL)")
        made = await voucher(life, title="Burns", faults=BURNS)
        await open_voucher(person, made["lnurl"])
        person.click("Put the voucher aside")
        await person.settle()
        (forget,) = [name for name in person.names() if name.startswith("Forget the voucher of 127.0.0.1")]
        person.click(forget)
        await person.settle()
        assert person.sees("What its service said is deleted from your vault, for good.")
        person.photograph("forget")
        person.click(f"Yes, {forget[0].lower()}{forget[1:]}")
        await person.until_sees("is forgotten.")
        assert not person.sees("opened at")
        assert "spent" in await open_in_vain(person, made["lnurl"])
        assert await claims(life, made) == []
