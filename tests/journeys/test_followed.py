"""A withdrawal that another wallet made: its hash is pasted, and its way is shown in the real window to the end."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from ashore.domain.withdrawal import Mark
from ashore.sandbox.zklink.faults import Switch
from faults.stranger import made_elsewhere
from journeys.flows import ARRIVED, ON_THE_WAY, REVIEW
from journeys.house import House
from journeys.person import Person

ANYTHING = "Paste or scan anything"
FOLLOW = "Follow this withdrawal"
KEEP, REMOVE = "Keep following", "Remove it"
STOP = "Stop following this withdrawal"


@pytest.fixture
def house(house: House) -> House:
    house.alone = False
    return house


async def follow(person: Person, reference: str) -> None:
    """From the first page to the voyage of what has that hash."""
    person.click_section("Withdraw")
    person.write(ANYTHING, reference)
    await person.settle()
    assert "another wallet made" in person.field_says(ANYTHING)
    assert "whoever has a key has the money" in person.field_says(ANYTHING)
    person.photograph("follow-offered")
    person.click(FOLLOW)
    await person.until_sees("Followed")
    await person.settle()


async def test_a_withdrawal_of_another_wallet_is_followed_to_the_end(house: House) -> None:
    reference = await made_elsewhere(house.practice.world)
    async with house.window() as person:
        await follow(person, reference)
        await person.until_sees("25.00 USDC", "Signed in another wallet; zkLink’s node tells of it.")
        person.photograph("followed-begun")
        for stage, marks in ON_THE_WAY.items():
            await house.operator(stage)
            await person.until_marks(marks)
        person.photograph("followed-paid")
        await house.finalize()
        await person.until_marks(ARRIVED)
        await person.until_sees("25.00 USDC arrived on Harbour.")
        person.photograph("followed-arrived")

        person.click_section("Withdraw")
        person.write(ANYTHING, reference)
        await person.settle()
        assert "This belongs to" in person.field_says(ANYTHING)
        person.click("Show the withdrawal")
        await person.until_sees("25.00 USDC arrived on Harbour.")


async def test_hours_later_the_relayer_never_came_and_the_money_is_claimed(house: House) -> None:
    house.practice.operator_lies(Switch.RELAYER_OFF)
    reference = await made_elsewhere(house.practice.world)
    for stage in ("execute_l2", "commit", "prove", "sync", "execute"):
        await house.practice.operator(stage)
    await house.practice.finalize()
    async with house.window() as person:
        await follow(person, reference)
        await house.look_until(lambda: "irreversible awaited" in house.marks())
        await house.look_until(house.unclaimed)
        person.photograph("followed-stuck")
        await person.until(lambda: "Claim it" in person.names(), "the claim")
        person.click("Claim it")
        await person.until(lambda: "Review claim" in person.names(), "the form")
        await person.settle()
        person.click("Review claim")
        await person.until(lambda: person.heading == REVIEW, "the review")
        await person.settle()
        person.click("Claim 25.00 USDC on Harbour")
        await person.until(lambda: "Claim sent" in person.stages(), "the claim's voyage")
        await house.look_until(house.taken)
        await house.mine()
        await house.finalize()
        person.click_section("Activity")
        await person.settle()
        person.photograph("followed-and-claimed-in-the-list")
        person.click_row(1)
        await person.until(lambda: person.marks() == ARRIVED, "all of it")


async def test_off_the_list_and_not_by_mistake(house: House) -> None:
    reference = await made_elsewhere(house.practice.world)
    async with house.window(theme="dark", size=(1024, 700)) as person:
        await follow(person, reference)
        person.click(STOP)
        await person.until_sees("Stop following this withdrawal?")
        person.photograph("follow-removal")
        person.click(KEEP)
        await person.settle()
        person.click(STOP)
        await person.settle()
        person.click(REMOVE)
        await person.until_sees("No withdrawals yet.")
        person.photograph("follow-removed")
        await follow(person, reference)
        assert person.marks()[0:8] == str(Mark.REPORTED)
        person.click_section("Settings")
        await person.settle()
        person.click("Text size: 200 %")
        person.click_section("Activity")
        await person.settle()
        person.photograph("followed-in-the-list-large")
        assert "followed" in " ".join(person.activity()[0])
        person.click_row(0)
        await person.until_sees("Followed")
        await person.settle()
        person.photograph("followed-large")
        person.click_section("Withdraw")
        person.write(ANYTHING, "ab" * 32)
        await person.settle()
        person.photograph("follow-offered-large")


async def test_what_cannot_be_followed_is_said_beside_the_field(house: House) -> None:
    reference = await made_elsewhere(house.practice.world)
    async with house.window() as person:
        person.write(ANYTHING, "ab" * 32)
        await person.settle()
        person.press(Qt.Key.Key_Return)
        await person.settle()
        assert "does not know this hash" not in person.field_says(ANYTHING), "Enter asks nobody about what may be a key"
        person.click(FOLLOW)
        await person.until(lambda: "does not know this hash" in person.field_says(ANYTHING), "the answer")
        person.photograph("follow-unknown")
        house.practice.operator_lies(Switch.WRONG_RECIPIENT)
        person.write(ANYTHING, reference)
        await person.settle()
        person.click(FOLLOW)
        said = "zkLink tells another withdrawal than the one you asked for."
        await person.until(lambda: said in person.field_says(ANYTHING), "the answer")
        person.photograph("follow-refused")
