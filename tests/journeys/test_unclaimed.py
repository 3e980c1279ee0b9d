"""Money that nobody sends on: found by proof, shown with the call that anybody may send, gone once it was sent."""

from __future__ import annotations

from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender
from journeys.flows import CHECKSUMMED, ON_THE_WAY, send
from journeys.house import House
from journeys.person import Person

_SOMEBODY = 9
"""The practice account that has ether and no part in this."""


async def released(house: House, person: Person) -> None:
    """A withdrawal that the contract owes and nobody sends on."""
    await person.until_sees("1,265.50 USDC")
    person.click_section("Settings")
    await person.settle()
    person.click("The relayer rests")
    await person.settle()
    person.click_section("Withdraw")
    await person.settle()
    await send(person)
    for stage in ("execute_l2", "commit", "prove", "sync", "execute"):
        await house.operator(stage)
        await person.until_marks(ON_THE_WAY[stage])
    await person.until(lambda: "Unclaimed, 1 open" in person.names(), "the count beside the section")


async def test_money_that_nobody_sends_on_is_found_and_paid_out_by_somebody_else(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        person.click_section("Unclaimed")
        await person.until_sees("Nothing waits for you.")

        person.click_section("Withdraw")
        await person.settle()
        await released(house, person)
        assert "look under Unclaimed" in person.stages()["Paid out on Harbour"].sentence
        person.click_section("Unclaimed")
        await person.until_sees("25.00 USDC", "Waits on Harbour for a recipient of your withdrawals.", "We checked")
        person.click("Have it paid out from any wallet")
        await person.settle()
        person.photograph("unclaimed")
        assert person.sees("The money goes to the owner above, whoever sends it")

        (owed,) = house.unclaimed()
        assert owed.owner == CHECKSUMMED.lower()
        chain = house.practice.world.chain
        call = bytes.fromhex(owed.calldata[2:])
        Sender(chain, genesis.private_key(_SOMEBODY)).send(bytes.fromhex(owed.contract[2:]), call, gas=200_000)
        await house.finalize()
        await person.until_sees("Nothing waits for you.")
        person.click_section("Activity")
        await person.settle()
        ((amount, _to, _recipient, stage, *_),) = person.activity()
        assert (amount, stage) == ("25.00 USDC", "Paid out on Harbour")


async def test_what_waits_is_claimed_by_mouse(house: House) -> None:
    async with house.window() as person:
        await released(house, person)
        person.click_section("Unclaimed")
        await person.until_sees("25.00 USDC")
        person.click("Claim 25.00 USDC on Harbour")
        await person.until_sees("Gas, probably", "At most")
        await person.settle()
        person.photograph("claim-form")
        person.click("Review claim")
        await person.until(lambda: person.heading == "Review what you sign", "the review")
        await person.settle()
        person.photograph("claim-review")
        assert person.misses("25.00 USDC", CHECKSUMMED, "withdrawPendingBalance", "You will sign one thing") == []
        person.click("Claim 25.00 USDC on Harbour")
        await person.until(lambda: "Claim sent" in person.stages(), "the claim's voyage")
        await person.until(
            lambda: person.stages()["Claim sent"].said_by == "An endpoint of Harbour says so", "the word"
        )
        person.photograph("claim-sent")
        await house.mine()
        await person.until(lambda: person.stages()["Paid out on Harbour"].said_by == "we checked it", "the proof")
        await house.finalize()
        await person.until_sees("25.00 USDC arrived on Harbour.")
        await person.settle()
        person.photograph("claim-final")
        person.click_section("Unclaimed")
        await person.until_sees("Nothing waits for you.")
        person.click_section("Activity")
        await person.settle()
        assert [row[3] for row in person.activity()] == ["Paid out on Harbour", "Paid out on Harbour"]
