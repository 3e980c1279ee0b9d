"""Every page in mid-voyage, light and dark, in a small window and at twice the text size: nothing is cut off."""

from __future__ import annotations

import asyncio
import contextlib

from journeys.flows import CHECKSUMMED, ON_THE_WAY, fill, open_form, review, send
from journeys.house import House
from journeys.person import Person
from unit.ui.looking import cut_off, marked_up, nameless

LAID_OUT_S = 2.0


async def look(person: Person, name: str) -> None:
    """Look at the page in view and at the side bar. What has just changed is laid out within a moment."""
    await person.settle()
    page, side = person.window.stack.currentWidget(), person.window.side
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAID_OUT_S):
            while cut_off(page) or cut_off(side):
                await asyncio.sleep(0.01)
    person.photograph(name)
    assert cut_off(page) + cut_off(side) == [], f"on the page {name}: {cut_off(page) + cut_off(side)}"
    assert nameless(person.window) == [], f"on the page {name}"
    assert marked_up(person.window) == [], f"on the page {name}"


async def look_around(person: Person, kind: str) -> None:
    """All pages, one after another."""
    person.click_section("Withdraw")
    await person.until_sees("Committed · we checked it")
    await look(person, f"{kind}-home")
    await open_form(person)
    await look(person, f"{kind}-form-empty")
    await fill(person, "1.0000001", "0x" + "ab" * 32)
    await look(person, f"{kind}-form-problems")
    await fill(person, "100")
    await look(person, f"{kind}-form")
    await review(person)
    person.click("What the layer-2 key signs")
    await look(person, f"{kind}-review")
    person.click_section("Activity")
    await look(person, f"{kind}-activity")
    person.click_row(0)
    person.click("Evidence of Committed")
    await look(person, f"{kind}-voyage")
    person.click_section("Unclaimed")
    await look(person, f"{kind}-unclaimed")
    person.click_section("Accounts")
    assert person.sees("Account 3")
    await look(person, f"{kind}-accounts")
    person.click_section("Settings")
    await look(person, f"{kind}-settings")


async def test_every_page_in_mid_voyage(house: House) -> None:
    async with house.window(theme="system", size=(1024, 700)) as person:
        await person.until_sees("1,265.50 USDC")
        await send(person)
        await house.operator("commit")
        await person.until_marks(ON_THE_WAY["commit"])
        assert person.sees(CHECKSUMMED)
        await look_around(person, "light")
        person.click("Colours: Dark")
        await look_around(person, "dark")
        person.click("Text size: 200 %")
        await look_around(person, "dark-large")
        house.practice.wire.cut.update({"/l1/1/b", "/l1/1/c"})
        house.look()
        await person.until_sees("Too few endpoints agree on Harbour.")
        person.click("Colours: Light")
        await look(person, "large-trouble")
        person.click("Lock the wallet")
        await person.until_sees("Ashore is locked")
        await look(person, "large-locked")
