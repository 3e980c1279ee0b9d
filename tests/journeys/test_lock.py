"""The lock: without the keys nothing is signed, and everything is still watched."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from journeys.flows import FORM, ON_THE_WAY, RECIPIENT, SENT, confirm, fill, open_form, review, send
from journeys.house import House
from journeys.person import Person

LOCKED = "Your keys are closed: nothing new can be signed."


async def unlock(person: Person, password: str) -> None:
    """Type a password and press Enter."""
    person.write("Password", password)
    person.press(Qt.Key.Key_Return)
    await person.settle()


async def test_locked_and_unlocked_in_mid_voyage(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await send(person)
        person.click("Lock the wallet")
        await person.until_sees("Ashore is locked", LOCKED, "1 withdrawal is under way. Watching goes on.")
        assert not person.sees("USDC")
        assert not person.sees("0x")
        assert person.focus == "Password"
        person.photograph("locked")
        for section in ("Withdraw", "Accounts", "Settings"):
            assert not person.find(section).isEnabled()
        person.press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
        person.press(Qt.Key.Key_Escape)
        assert person.heading == "Unlock"

        await house.operator("commit")
        await person.until(lambda: house.marks() == ON_THE_WAY["commit"], "watching while locked")

        await unlock(person, "not the password")
        await person.until(lambda: person.field_says("Password"), "a sentence about the password")
        said = person.field_says("Password")
        assert "password" in said.lower()
        assert person.sees(said)
        assert person.heading == "Unlock"
        person.photograph("wrong-password")
        await unlock(person, "practice")
        await person.until_marks(ON_THE_WAY["commit"])
        assert person.heading == "25.00 USDC to Harbour"
        password = [
            edit for edit in person.window.findChildren(QLineEdit) if edit.echoMode() != QLineEdit.EchoMode.Normal
        ]
        assert [edit.text() for edit in password] == [""]


async def test_locked_at_the_review_nothing_is_signed(house: House) -> None:
    async with house.window(theme="dark") as person:
        await person.until_sees("1,265.50 USDC")
        await open_form(person)
        await fill(person)
        await review(person)
        person.click("Lock the wallet")
        await person.until_sees("Ashore is locked")
        assert not [name for name in person.names() if name.startswith("Withdraw 25")]
        person.photograph("locked")
        await unlock(person, "practice")
        await person.until(lambda: person.heading == FORM, "the form, not the review")
        assert person.sees("25", RECIPIENT)
        assert house.practice.submissions == 0
        await person.settle()
        await review(person)
        confirm(person)
        await person.until_marks(SENT)


async def test_the_keys_go_away_by_themselves(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await open_form(person)
        await fill(person)
        await review(person)
        await house.take_keys_away()
        await person.until_sees("Ashore is locked", LOCKED, "Nothing is under way. Watching goes on.")
    assert house.practice.submissions == 0


async def test_a_lock_holds_over_closing_while_watching_goes_on(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await send(person)
        person.click("Lock the wallet")
        await person.until_sees("Ashore is locked")
    await house.practice.operator("commit")
    async with house.window() as person:
        await person.until_sees("Ashore is locked", "1 withdrawal is under way. Watching goes on.")
        assert person.focus == "Password"
        await person.until(lambda: house.marks() == ON_THE_WAY["commit"], "watching from a locked start")
        await house.operator("payout")
        await house.finalize()
        await person.until_sees("Nothing is under way. Watching goes on.")
        person.photograph("locked-start")
        await unlock(person, "practice")
        await person.until_sees("Bring funds out", "1,238.90 USDC")
