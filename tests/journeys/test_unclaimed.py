"""Money that nobody sends on: found by proof, shown with the call that anybody may send, gone once it was sent."""

from __future__ import annotations

from ashore.domain.addresses import checksum
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender, load_artifact
from journeys.flows import CHECKSUMMED, ON_THE_WAY, REVIEW, SENT, cancel, confirm, fill, open_form, review, send
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
    await person.until_sees("Set aside on Harbour for its recipient.")


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
        await person.until_sees(
            "25.00 USDC", "Waits on Harbour for a recipient of withdrawals on your list.", "We checked"
        )
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
        await person.until_sees("25.00 USDC arrived on Harbour.", "Gas paid", "checked, irreversible")
        await person.settle()
        person.photograph("claim-final")
        person.click_section("Unclaimed")
        await person.until_sees("Nothing waits for you.")
        person.click_section("Activity")
        await person.settle()
        assert [row[3] for row in person.activity()] == ["Paid out on Harbour", "Paid out on Harbour"]


async def claim_sent(person: Person) -> None:
    """From what waits to a claim that an endpoint took."""
    person.click_section("Unclaimed")
    await person.until_sees("25.00 USDC")
    person.click("Claim 25.00 USDC on Harbour")
    await person.until_sees("Gas, probably", "At most")
    await person.settle()
    person.click("Review claim")
    await person.until(lambda: person.heading == REVIEW, "the review")
    await person.settle()
    person.click("Claim 25.00 USDC on Harbour")
    await person.until(lambda: "Claim sent" in person.stages(), "the claim's voyage")
    await person.until(lambda: person.stages()["Claim sent"].said_by == "An endpoint of Harbour says so", "the word")


async def test_a_claim_that_gas_left_behind_is_sped_up_and_paid(house: House) -> None:
    async with house.window() as person:
        await released(house, person)
        await claim_sent(person)
        house.practice.world.chain.set_least_base_fee(60 * 10**9)
        await house.mine()
        await house.look_until(lambda: person.sees("It waits: gas costs 60 gwei now"))
        await person.until_sees("It waits: gas costs 60 gwei now, more than this claim may spend.")
        await person.settle()
        person.photograph("claim-priced-out")

        person.click("Speed up")
        await person.until_sees("Until now, at most", "Offers now", "60 gwei")
        await person.settle()
        person.write("Highest price of gas", "1")
        await person.until_sees("No block would take it: gas costs")
        person.write("Highest price of gas", "90")
        await person.until(lambda: person.find("Review speed-up").isEnabled(), "a price that will do")
        await person.settle()
        person.photograph("speed-up-form")
        person.click("Review speed-up")
        await person.until(lambda: person.heading == REVIEW, "the review")
        await person.settle()
        person.photograph("speed-up-review")
        assert person.misses("25.00 USDC", CHECKSUMMED, "90 gwei", "until now", "a block takes only one") == []
        person.click("Speed up the claim of 25.00 USDC")
        await person.until_sees("Under way, with a higher price of gas.")
        await person.until(house.taken, "the endpoints’ answer")
        await house.mine()
        await person.until(lambda: person.stages()["Paid out on Harbour"].said_by == "we checked it", "the proof")
        await house.finalize()
        await person.until_sees("25.00 USDC arrived on Harbour.")
        await person.settle()
        person.photograph("speed-up-final")
        await person.until(lambda: person.marks() == "reported irreversible irreversible", "which one was taken")
        person.click_section("Unclaimed")
        await person.until_sees("Nothing waits for you.")


async def test_a_claim_is_cancelled_and_the_money_waits_on(house: House) -> None:
    async with house.window(theme="dark") as person:
        await released(house, person)
        await claim_sent(person)
        person.click_section("Unclaimed")
        await person.until_sees("It is being claimed.")
        person.photograph("being-claimed")
        person.click("Follow the claim of 25.00 USDC on Harbour")
        await person.until(lambda: "Claim sent" in person.stages(), "the claim's voyage")
        await cancel(person, house, "Cancel the claim", "It may lose the race", "Cancel the claim of 25.00 USDC")
        await person.until_sees("Cancelled, as you wished.")
        await person.settle()
        person.photograph("cancelled")
        assert not person.sees("still waits")
        steps = person.stages()
        assert list(steps) == ["Claim sent", "Cancelled", "Paid out on Harbour"]
        assert steps["Claim sent"].said_by == "An endpoint of Harbour says so"
        assert steps["Cancelled"].said_by == "checked, irreversible"
        person.click_section("Activity")
        await person.settle()
        assert ("Claim of 25.00 USDC", "Cancelled") in [(row[0], row[3]) for row in person.activity()]
        person.photograph("cancelled-in-activity")
        person.click_section("Unclaimed")
        await person.until(lambda: "Claim 25.00 USDC on Harbour" in person.names(), "the claim once more")


async def test_an_owner_that_refuses_ether_is_told_before_anything_is_signed(house: House) -> None:
    chain = house.practice.world.chain
    chain.automine = True
    refusing = Sender(chain, genesis.private_key(_SOMEBODY)).deploy(load_artifact("RefusingWallet"))
    chain.automine = False
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        person.click_section("Settings")
        await person.settle()
        person.click("The relayer rests")
        await person.settle()
        person.click_section("Withdraw")
        await person.settle()
        await open_form(person)
        await person.choose("Token", "ETH")
        await fill(person, "0.1", checksum(refusing.address))
        await review(person)
        assert person.sees("The recipient is a contract on Harbour.")
        confirm(person)
        await person.until_marks(SENT)
        for stage in ("execute_l2", "commit", "prove", "sync", "execute"):
            await house.operator(stage)
            await person.until_marks(ON_THE_WAY[stage])
        person.click_section("Unclaimed")
        await person.until_sees("0.10 ETH")
        person.click("Claim 0.10 ETH on Harbour")
        await person.until_sees("The owner does not take this money", "no gas was spent")
        await person.settle()
        person.photograph("owner-refuses")
        assert not person.find("Review claim").isEnabled()


async def test_merged_money_is_told_apart_in_the_form_and_in_the_review(house: House) -> None:
    async with house.window() as person:
        await released(house, person)
        person.click_section("Withdraw")
        await person.settle()
        await send(person, "3.5")
        for stage in ("execute_l2", "commit", "prove", "sync", "execute"):
            await house.operator(stage)
            await person.until_marks(ON_THE_WAY[stage])
        person.click_section("Unclaimed")
        await person.until_sees("28.50 USDC")
        person.click("Claim 28.50 USDC on Harbour")
        await person.until_sees("25.00 USDC that you withdrew at", "3.50 USDC that you withdrew at")
        await person.settle()
        person.photograph("merged-form")
        person.click("Review claim")
        await person.until(lambda: person.heading == REVIEW, "the review")
        await person.settle()
        person.photograph("merged-review")
        assert person.misses("What it pays", "25.00 USDC that you withdrew at", "3.50 USDC that you withdrew at") == []


async def test_a_claim_and_its_end_at_twice_the_text_size(house: House) -> None:
    async with house.window(theme="dark", size=(1024, 700)) as person:
        await released(house, person)
        person.click_section("Settings")
        person.click("Text size: 200 %")
        await person.settle()
        await claim_sent(person)
        await person.settle()
        person.photograph("large-claim-sent")
        await house.mine()
        await person.until(lambda: person.stages()["Paid out on Harbour"].said_by == "we checked it", "the proof")
        await house.finalize()
        await person.until_sees("25.00 USDC arrived on Harbour.", "Gas paid", "checked, irreversible")
        await person.settle()
        person.photograph("large-claim-final")
        person.click("Evidence of Claim sent")
        await person.settle()
        person.photograph("large-claim-evidence")
        person.click_section("Activity")
        await person.settle()
        person.photograph("large-activity")
        assert {row[0].partition("\u2028")[0] for row in person.activity()} == {"Claim of 25.00 USDC", "25.00 USDC"}
        person.click_section("Withdraw")
        await person.settle()
        person.photograph("large-home")
