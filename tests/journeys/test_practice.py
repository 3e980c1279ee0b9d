"""The practice network as a person moves it: each press is answered, and what was chosen outlives a new beginning."""

from __future__ import annotations

from ashore.sandbox.zklink.faults import Switch
from journeys.flows import send
from journeys.house import House


async def test_each_press_says_what_was_done(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await send(person)
        person.photograph("practice-before")
        for words in (
            "The requests that waited were executed on layer 2.",
            "A batch was made of what was executed.",
            "Batch 1 was committed on Harbour.",
        ):
            head = house.practice.world.chain.head.number
            person.click("Let the practice operator take its next stage")
            await person.until_sees(f"{words} Block {head + 1} on Harbour and")
        await person.settle()
        person.photograph("practice-committed")
        person.click("Let the practice chain make a block")
        await person.until_sees(f"Block {head + 2} on Harbour and")


async def test_a_relayer_that_rests_does_so_after_a_new_beginning_too(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        person.click_section("Settings")
        await person.settle()
        person.click("The relayer rests")
        await person.settle()
    house.practice.operator_lies(Switch.RELAYER_OFF, on=False)  # as of a network that was started anew
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        assert house.practice.world.faults.on(Switch.RELAYER_OFF, 1)
        person.click_section("Settings")
        await person.settle()
        person.photograph("relayer")
        person.click("The relayer rests")
        await person.settle()
        assert not house.practice.world.faults.on(Switch.RELAYER_OFF, 1)
