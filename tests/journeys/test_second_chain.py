"""Withdrawing to a chain where nothing is proven: what each of two chains shows, and what a person sees of it."""

from __future__ import annotations

from ashore.sandbox.zklink.faults import Switch
from journeys.flows import FORM, RECIPIENT, confirm, open_form, review
from journeys.house import House
from journeys.person import Person

HARBOUR, LAGOON = 1, 2
WAY = (
    (
        "commit",
        HARBOUR,
        "Committed on Harbour",
        "The batch with your withdrawal is on Harbour, where zkLink proves its",
    ),
    ("prove", HARBOUR, "Proved on Harbour", "The validity proof of that batch was taken by the contract on Harbour."),
    ("sync", HARBOUR, "Verified on Harbour", "Harbour compared the chains’ roots of the batch, and they agree."),
    ("confirm", LAGOON, "Confirmed on Lagoon", "Lagoon holds your part of the very batch that Harbour verified"),
    ("execute", LAGOON, "Released on Lagoon", "The contract on Lagoon set the money aside for its recipient."),
    ("payout", LAGOON, "Paid out on Lagoon", "The money is at the recipient’s address."),
)


async def to_lagoon(person: Person, amount: str = "25") -> None:
    """From the first page to a voyage to the second chain."""
    await person.until_sees("1,265.50 USDC")
    await open_form(person)
    await person.choose("To chain", "Lagoon")
    person.write("Amount", amount)
    person.write("Recipient", RECIPIENT)
    await person.settle()
    await review(person)
    assert person.sees("to_chain_id 2", "paid out on Lagoon", f"Withdraw {amount}.00 USDC to Lagoon")
    confirm(person)
    await person.until(lambda: person.heading == f"{amount}.00 USDC to Lagoon", "the voyage")
    await person.until(lambda: person.stages()["Requested"].said_by == "zkLink says so", "the node's word")


async def test_a_withdrawal_to_the_second_chain(house: House) -> None:
    async with house.window() as person:
        await to_lagoon(person)
        for what, chain, title, sentence in WAY:
            await house.practice.sends(what, chain)
            await person.until(lambda title=title: person.stages()[title].said_by == "we checked it", title)  # type: ignore[misc]
            assert person.stages()[title].sentence.startswith(sentence)
            if title == "Verified on Harbour":
                assert person.stages()["Confirmed on Lagoon"].said_by == ""
                person.photograph("verified")
        person.click("Evidence of Confirmed on Lagoon")
        await person.until_sees("the same that Harbour compared", "Sequence")
        await person.settle()
        person.photograph("confirmed")
        person.click("Check the proof again: The batch’s root, agreed between the chains")
        await person.until_sees("on this computer alone: the stored header hashes to block", "says BlockSynced(")
        await house.finalize()
        await person.until_sees("25.00 USDC arrived on Lagoon.")
        await person.until(
            lambda: {s.said_by for s in person.stages().values()} == {"checked, irreversible"}, "the end on both chains"
        )
        await person.settle()
        person.photograph("arrived")
        person.click_section("Activity")
        await person.settle()
        ((amount, to, _recipient, stage, _started, _mark),) = person.activity()
        assert (amount, to, stage) == ("25.00 USDC", "Lagoon", "Paid out on Lagoon")


async def test_a_stalled_second_chain_is_told_by_its_name(house: House) -> None:
    house.practice.world.faults.switches[Switch.COMMIT_STALLED] = [LAGOON]
    async with house.window(theme="dark") as person:
        await to_lagoon(person)
        await house.practice.sends("prove", HARBOUR)
        await person.until(lambda: person.stages()["Proved on Harbour"].said_by == "we checked it", "the proof")
        waiting = person.stages()["Verified on Harbour"].sentence
        assert waiting.startswith("Lagoon gets its part of the batch; then Harbour compares the roots")
        await person.settle()
        person.photograph("stalled")


async def test_a_token_that_the_second_chain_lacks(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await open_form(person)
        await person.choose("Token", "USD ·")
        await person.choose("Paid out as", "DAI")
        person.write("Amount", "5")
        person.write("Recipient", RECIPIENT)
        await person.choose("To chain", "Lagoon")
        await person.settle()
        assert person.heading == FORM
        assert person.field_says("Paid out as") == "DAI does not exist on Lagoon. It exists on Harbour."
        person.photograph("lacks")
        await person.choose("Paid out as", "USDC")
        await person.settle()
        assert person.field_says("Paid out as") == ""
        assert person.sees("5.00 USDC")
