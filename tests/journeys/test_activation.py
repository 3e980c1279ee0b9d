"""An account whose key zkLink does not know: activated, and then withdrawn from, with everything typed kept."""

from __future__ import annotations

from ashore.sandbox.zklink.faults import Switch
from faults.stranger import registered_elsewhere
from journeys.flows import ARRIVED, FORM, RECIPIENT, REVIEW, SENT, confirm, open_form, review
from journeys.house import House
from journeys.person import Person

SECOND = "Account 2"
REGISTERED = "reported reported reported not-applicable"


async def choose_second(person: Person) -> None:
    """From the first page to the form of the account that is not activated."""
    await open_form(person)
    await person.choose("From account", SECOND)
    await person.until_sees("This account is not activated: zkLink does not know its layer-2 key yet.")
    await person.settle()


async def activate(person: Person, way: str = "Activate this account") -> None:
    """From the notice in the form to an activation that the node has taken."""
    person.click(way)
    await person.until_sees("You sign with both")
    await person.settle()
    person.photograph("activation-form")
    person.click("Review activation")
    await person.until(lambda: person.heading == REVIEW, "the review")
    await person.settle()
    person.photograph("activation-review")
    (button,) = (name for name in person.names() if name.endswith("this account"))
    person.click(button)
    await person.until_marks("reported awaited awaited not-applicable")


async def test_activate_then_withdraw(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await choose_second(person)
        person.write("Amount", "25")
        person.write("Recipient", RECIPIENT)
        await person.settle()
        assert not person.find("Review withdrawal").isEnabled()
        person.photograph("not-activated")
        await activate(person)
        person.photograph("activation-taken")
        person.click("Back to Withdraw")
        await person.settle()
        assert person.sees("Activation", "of your zkLink account")
        await open_form(person)
        await person.until_sees("The key of this account is being registered.")
        person.photograph("activation-under-way")
        person.click("See how it stands")
        await house.operator("execute_l2")
        await person.until_marks(REGISTERED)
        await person.until_sees("zkLink says that it knows this wallet’s key now: you can withdraw.")
        await person.settle()
        person.photograph("activated")
        person.click("Go on to the withdrawal")
        await person.until(lambda: person.heading == FORM, "the form")
        await person.until_sees("Balance 60.00 USDC", RECIPIENT)
        await person.settle()
        assert not person.sees("not activated")
        await review(person)
        assert person.sees("account_id 1043")
        confirm(person)
        await person.until_marks(SENT)
        await house.operator("payout")
        await house.finalize()
        await person.until_marks(ARRIVED)
        person.click_section("Activity")
        await person.settle()
        person.photograph("activity")
        assert [row[0] for row in person.activity()] == ["25.00 USDC", "Activation"]
    (told,) = house.practice.status()["zklink"]["activations"]
    assert (told["account_id"], told["fee"], told["holds"]) == (1043, "0", True)


async def test_a_key_of_another_device_is_replaced(house: House) -> None:
    world = house.practice.world
    await registered_elsewhere(world, 1)
    house.alone = False
    async with house.window(theme="dark") as person:
        await person.until_sees("1,265.50 USDC")
        person.click_section("Accounts")
        await person.until_sees("Another layer-2 key is registered for this account")
        await person.settle()
        person.photograph("accounts")
        person.click("Replace its key: Account 2")
        await person.until_sees("Replacing it ends what uses the old one", "Registered now")
        await person.settle()
        person.photograph("replace-form")
        person.click("Review activation")
        await person.until(lambda: person.heading == REVIEW, "the review")
        await person.settle()
        person.photograph("replace-review")
        assert person.sees("In place of", "Replacing it ends what uses the old one")
        person.click("Replace the key of this account")
        await person.until_marks("reported awaited awaited not-applicable")
        await house.operator("execute_l2")
        await person.until_marks(REGISTERED)
    assert [told["holds"] for told in house.practice.status()["zklink"]["activations"]] == [False, True]


async def test_a_node_that_wants_a_fee_for_it(house: House) -> None:
    house.practice.operator_lies(Switch.ACTIVATION_CHARGED)
    async with house.window(theme="dark") as person:
        await person.until_sees("1,265.50 USDC")
        await choose_second(person)
        person.click("Activate this account")
        await person.until_sees("You sign with both")
        await person.settle()
        person.click("Review activation")
        await person.until(lambda: person.heading == REVIEW, "the review")
        await person.settle()
        person.click("Activate this account")
        await person.until_sees("The fee is lower than zkLink asks now.", "Nothing was taken from your balance.")
        await person.settle()
        person.photograph("wants-a-fee")
        house.practice.let_pass(minutes=1)
        person.click("Try with a fee")
        await person.until_sees("this is what a withdrawal costs", "1.60 USDC")
        await person.settle()
        person.photograph("with-a-fee")
        person.click("Review activation")
        await person.until(lambda: person.heading == REVIEW, "the review")
        await person.settle()
        assert person.sees("1.60 USDC", "kept by zkLink")
        person.click("Activate this account")
        await person.until_marks("reported awaited awaited not-applicable")
        await house.operator("execute_l2")
        await person.until_marks(REGISTERED)
        assert person.sees("1.60 USDC")
