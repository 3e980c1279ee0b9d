"""What a person ends or cancels on Reddio by the real buttons, and what the window says of it from then on."""

from __future__ import annotations

from ashore.systems.reddio.system.tracks import ENDS_AFTER_MS
from ashore.ui.widgets.buttons import Button
from journeys.flows import cancel
from journeys.house import House
from journeys.person import Person
from journeys.reddio_flows import (
    REGISTERED,
    confirm,
    fill_plainly,
    open_vaults,
    review,
    rule,
    send_registration,
    take_registration,
    told_by_its_card,
    truth,
)

NOT_KNOWN = "It is not known yet whether Reddio has the request."
END = "End this request"
ASKED, MEANS = "End this request without knowing?", "It may still happen: Reddio may have the request all the same"
ENDED = "You ended this request, and it may still happen."


def enders(person: Person) -> list[Button]:
    """The buttons that lead to the question: beside the stage, and where it is said what that means."""
    found = [each for each in person.window.findChildren(Button) if each.isVisible() and each.text() == END]
    assert len(found) == 2
    return found


async def test_a_request_that_nobody_knows_of_is_ended_by_who_made_it(vaults: House) -> None:
    async with vaults.window() as person:
        await send_registration(person)
        await take_registration(vaults, person)
        rule(vaults, path="/v1/withdrawal", kind="drop", phase="before")
        await fill_plainly(person)
        await review(person)
        confirm(person)
        await person.until_sees(NOT_KNOWN, "If nothing is found until")
        assert END not in person.names(), "it is too early to decide"
        person.photograph("not known")
        vaults.practice.let_pass(ENDS_AFTER_MS // 60_000 + 1)
        await vaults.look_until(lambda: END in person.names())
        beside_stage, in_card = enders(person)
        person.click_on(beside_stage)
        await person.until_sees(ASKED, MEANS)
        await person.settle()
        person.photograph("asked")
        person.click("Keep waiting")
        await person.settle()
        assert not person.sees(ASKED)
        assert person.sees(NOT_KNOWN)
        person.click_on(in_card)
        await person.until_sees(ASKED)
        await person.settle()
        person.click("End it")
        await person.until_sees(ENDED, "Asked for", "not known")
        await person.settle()
        person.photograph("ended")
        assert END not in person.names()
        assert {step.mark for step in person.stages().values()} <= {"outcome-unknown", "awaited", "not-applicable"}
    async with vaults.window() as person:
        person.click_section("Activity")
        await person.settle()
        person.photograph("activity")
        assert any(row[3].startswith("Ended by you, may still happen") for row in person.activity())
        await fill_plainly(person)
        await review(person)
        assert person.sees("You ended an earlier request of 0.50 ETH", "both are")
        person.photograph("asked for again")
    assert truth(vaults) == [], "nothing of it ever came to Reddio"


async def test_a_registration_is_cancelled_and_the_key_is_free(vaults: House) -> None:
    async with vaults.window() as person:
        await send_registration(person)
        await person.until(lambda: "Cancel the registration" in person.names(), "the button beside the stage")
        act = "Cancel the registration"
        await cancel(person, vaults, act, "the key is registered all the same", act)
        await person.until_sees("Cancelled, as you wished.", "Your Stark key was not registered by this.")
        await person.settle()
        person.photograph("cancelled")
        steps = person.stages()
        assert list(steps) == ["Registration sent", "Cancelled", REGISTERED]
        assert steps["Cancelled"].said_by == "checked, irreversible"
        person.click_section("Withdraw")
        await told_by_its_card(person)
        await open_vaults(person)
        assert "Register your Stark key" in person.names(), "it can be registered at any time"
    assert len(truth(vaults, "registered")) == 0
