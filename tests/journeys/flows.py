"""What journeys have in common: the way to a withdrawal that is sent."""

from __future__ import annotations

from journeys.house import House
from journeys.person import Person

RECIPIENT = "0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"
CHECKSUMMED = "0x5a5Ae1d9f1b2c3d4E5f60718293a4b5c6D7e8f90"
"""The same address as the wallet shows it (EIP-55)."""
FORM = "Withdraw from zkLink"
REVIEW = "Review what you sign"
AWAITED = "awaited"

ON_THE_WAY = {
    "execute_l2": "reported reported awaited awaited awaited awaited awaited",
    "commit": "proven proven proven awaited awaited awaited awaited",
    "prove": "proven proven proven proven awaited awaited awaited",
    "sync": "proven proven proven proven proven awaited awaited",
    "execute": "proven proven proven proven proven proven awaited",
    "payout": "proven proven proven proven proven proven proven",
}
"""The marks after each of the operator's stages, where nothing goes wrong; four blocks later a block is final.

A batch that holds the withdrawal proves that layer 2 took and executed it, too. Until the release is final the
contract can still take the batch back, however old its block is.
"""
SENT = "reported awaited awaited awaited awaited awaited awaited"
ARRIVED = "irreversible irreversible irreversible irreversible irreversible irreversible irreversible"


def system_card(person: Person) -> str:
    """What the card of zkLink on the first page is called."""
    return next(name for name in person.names() if name.startswith(FORM))


async def open_form(person: Person) -> None:
    """From the first page to a form that can be typed in."""
    person.click(system_card(person))
    await person.until_sees("Balance")
    await person.settle()
    assert person.heading == FORM


async def fill(person: Person, amount: str = "25", recipient: str = RECIPIENT) -> None:
    """Type the two fields that everybody has to fill."""
    person.write("Amount", amount)
    person.write("Recipient", recipient)
    await person.settle()


async def review(person: Person) -> None:
    """From a filled form to what will be signed."""
    person.click("Review withdrawal")
    await person.until(lambda: person.heading == REVIEW, "the review")
    await person.settle()


async def send(person: Person, amount: str = "25") -> None:
    """From the first page to a voyage that the node has taken."""
    await open_form(person)
    await fill(person, amount)
    await review(person)
    confirm(person)
    await person.until_marks(SENT)


def confirm(person: Person) -> None:
    """Press the one button that signs and sends."""
    (button,) = (name for name in person.names() if name.startswith("Withdraw ") and " to " in name)
    person.click(button)


async def cancel(person: Person, house: House, opener: str, warning: str, act: str) -> None:
    """From a voyage whose transaction no block has taken to a block that took its cancellation.

    `opener` and `act` are the buttons that lead to it and sign it, `warning` a part of what its form says.
    """
    person.click(opener)
    await person.until_sees(warning, "Until now, at most")
    await person.until(lambda: person.find("Review cancellation").isEnabled(), "what it costs")
    await person.settle()
    person.photograph("cancel-form")
    person.click("Review cancellation")
    await person.until(lambda: person.heading == REVIEW, "the review")
    await person.settle()
    person.photograph("cancel-review")
    person.click(act)
    await person.until_sees("The cancellation is under way.")
    await person.until(house.taken, "the endpoints’ answer")
    await house.mine()
    await house.look_until(lambda: person.sees("A block took the cancellation"))
    await person.until_sees("Gas of the cancellation", "21,000 units at")
    await person.settle()
    person.photograph("cancellation-in-a-block")
    await house.finalize()
