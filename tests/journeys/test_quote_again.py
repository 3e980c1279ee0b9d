"""A refusal that has a remedy: the voyage says which, one button asks everything anew and marks what is different."""

from __future__ import annotations

from ashore.sandbox.zklink.faults import Switch
from faults.stranger import withdrawn_elsewhere
from journeys.flows import ARRIVED, CHECKSUMMED, FORM, SENT, confirm, fill, open_form, review
from journeys.house import House
from journeys.person import Person

FAILED = f"failed{6 * ' not-reached'}"
NOT_TAKEN = "Nothing was taken from your balance."


async def reviewed(person: Person) -> None:
    """From the first page to what will be signed."""
    await person.until_sees("1,265.50 USDC")
    await open_form(person)
    await fill(person)
    await review(person)


async def quoted_again(house: House, person: Person, button: str) -> None:
    """From the refusal to a form that was judged anew."""
    house.practice.let_pass(minutes=1)  # the same request in the same second would be the refused one
    person.click(button)
    await person.until(lambda: person.heading == FORM, "the form")
    await person.until_sees("Balance", CHECKSUMMED)
    await person.settle()


async def test_the_fee_rises_between_form_and_submission(house: House) -> None:
    async with house.window() as person:
        await reviewed(person)
        house.practice.world.faults.switches[Switch.GAS_DEARER] = "6400.0"
        confirm(person)
        await person.until_marks(FAILED)
        await person.until_sees(
            f"The fee is lower than zkLink asks now: 1.60 USDC instead of 3.20 USDC. {NOT_TAKEN}", "nothing was taken"
        )
        await person.settle()
        person.photograph("fee-refused")
        await quoted_again(house, person, "Try with the new fee")
        person.photograph("fee-marked")
        assert person.sees("What is different now is marked.")
        assert person.field_says("Fee") == ("zkLink asks for 3.20 USDC now; the request before offered 1.60 USDC.")
        await review(person)
        assert person.sees("3.20 USDC", "28.20 USDC")
        confirm(person)
        await person.until_marks(SENT)
        await house.operator("payout")
        await house.finalize()
        await person.until_marks(ARRIVED)


async def test_another_chain_is_suggested(house: House) -> None:
    async with house.window(theme="dark") as person:
        await reviewed(person)
        house.practice.world.faults.switches[Switch.RESERVE_EMPTY] = [1]
        confirm(person)
        await person.until_marks(FAILED)
        await person.until_sees(
            f"Harbour cannot pay this amount out at the moment. {NOT_TAKEN}",
            "Lagoon can pay this amount: choose it under “To chain”.",
        )
        await person.settle()
        person.photograph("reserve-refused")
        await quoted_again(house, person, "Quote again")
        assert person.field_says("Amount").startswith("zkLink can pay out 0.00 USDC on Harbour at the moment.")
        assert person.sees("Lagoon can pay this amount: choose it under “To chain”.")
        assert not person.find("Review withdrawal").isEnabled(), "it is said before anything is signed"
        person.photograph("reserve-before-signing")
        await person.choose("To chain", "Lagoon")
        await person.settle()
        await review(person)
        confirm(person)
        await person.until(lambda: person.marks().startswith("reported awaited"), "the node's word")
        assert person.sees("to Lagoon")


async def test_another_device_used_the_number(house: House) -> None:
    house.alone = False
    async with house.window() as person:
        await reviewed(person)
        await withdrawn_elsewhere(house.practice.world)
        confirm(person)
        await person.until_marks(FAILED)
        await person.until_sees(
            "zkLink expects nonce 1 of sub-account 0 now, and this one has 0: another request was made meanwhile. "
            + NOT_TAKEN
        )
        await person.settle()
        person.photograph("nonce-refused")
        await quoted_again(house, person, "Quote again")
        person.photograph("nonce-marked")
        assert person.field_says("Nonce") == "The request before had 0."
        await review(person)
        assert person.sees("nonce 1")
        confirm(person)
        await person.until_marks(SENT)


async def test_money_in_a_sub_account_of_its_own(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await open_form(person)
        await fill(person, "24")
        await person.choose("Sub-account", "1 ·")
        await person.settle()
        assert person.field_says("Amount").startswith("Amount and fee together are 25.60 USDC")
        assert person.sees("Balance 25.00 USDC")
        person.write("Amount", "20")
        await person.settle()
        await review(person)
        assert person.sees("sub-account 1", "sub_account_id 1", "nonce 0")
        confirm(person)
        await person.until_marks(SENT)
        await house.operator("execute_l2")
        person.click("Back to Withdraw")
        await person.settle()
        await open_form(person)
        await person.choose("Sub-account", "1 ·")
        await person.until_sees("Balance 3.40 USDC")
        person.click("Fee and nonce")
        await person.settle()
        assert person.find("Nonce").text() == "1", "each sub-account counts for itself"  # type: ignore[attr-defined]
        await person.choose("Sub-account", "0 (main)")
        await person.settle()
        assert person.find("Nonce").text() == "0"  # type: ignore[attr-defined]
