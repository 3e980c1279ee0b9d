"""What journeys on Reddio have in common: the way to a request that is sent, and what the operator makes of it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QListView

from journeys.flows import RECIPIENT, REVIEW
from journeys.house import House
from journeys.person import Person, bring_into_view

FORM = "Withdraw from Reddio"
ASSETS = "Assets on Reddio"
SENT = "reported awaited not-applicable awaited awaited awaited awaited"
MARKS = {
    "reddio_accept": "reported reported not-applicable awaited awaited awaited awaited",
    "reddio_batch": "reported reported not-applicable reported awaited awaited awaited",
    "reddio_update": "reported reported not-applicable reported proven proven awaited",
}
"""The marks after each thing that the operator does: until the state update it is Reddio's word alone."""

CLAIMABLE = "reported reported not-applicable reported irreversible irreversible awaited"
WAITS = "It waits on Harbour: claim it."

_STAGES = ("reddio_accept", "reddio_batch", "reddio_prove", "reddio_update")


def card(person: Person) -> str:
    """What the card of Reddio on the first page is called."""
    return next(name for name in person.names() if name.startswith(FORM))


async def open_vaults(person: Person) -> None:
    """From the first page to a form that can be filled in."""
    person.click(card(person))
    await person.until(lambda: person.heading == FORM, "the form")
    await person.until(lambda: bool(assets(person)) or "Change" in person.reads(), "what the account holds")
    await person.settle()


def assets(person: Person) -> list[str]:
    """The rows of the list of assets, as a screen reader tells them; empty while it is not there."""
    found = [view for view in person.window.findChildren(QListView) if view.accessibleName() == ASSETS]
    shown = [view for view in found if view.isVisible()]
    if not shown:
        return []
    model = shown[0].model()
    return [str(model.index(row, 0).data() or "") for row in range(model.rowCount())]


async def choose_asset(person: Person, begins: str) -> None:
    """Click on the asset whose row begins so."""
    await person.settle()
    view = person.find(ASSETS, QListView)
    assert isinstance(view, QListView)
    rows = assets(person)
    place = next((row for row, text in enumerate(rows) if text.startswith(begins)), None)
    assert place is not None, f"nothing begins with {begins!r}: {rows}"
    bring_into_view(view)
    index = view.model().index(place, 0)
    view.scrollTo(index)
    person.click_on(view.viewport(), view.visualRect(index).center())
    await person.settle()


async def ask_for(person: Person, asset: str, amount: str = "", recipient: str = RECIPIENT) -> None:
    """Fill in what everybody has to fill in."""
    if asset:
        await choose_asset(person, asset)
    if amount:
        person.write("Amount", amount)
    person.write("Recipient", recipient)
    await person.settle()


def misbehave(house: House, **switches: object) -> None:
    """Let Reddio go wrong, or right again where a switch is false."""
    world = house.practice.world.reddio
    assert world is not None
    world.read_faults({"switches": switches})()


def rule(house: House, **told: object) -> None:
    """Let calls to Reddio go wrong by one rule."""
    world = house.practice.world.reddio
    assert world is not None
    world.read_faults({"rules": [told]})()


def truth(house: House, kind: str = "withdrawals") -> list[dict[str, Any]]:
    """What really became of what was asked of Reddio."""
    found: list[dict[str, Any]] = house.practice.status()["reddio"][kind]
    return found


async def review(person: Person, what: str = "Review withdrawal") -> None:
    """From a filled form to what will be signed."""
    person.click(what)
    await person.until(lambda: person.heading == REVIEW, "the review")
    await person.settle()


async def send(person: Person, asset: str, amount: str = "", recipient: str = RECIPIENT) -> None:
    """From the first page to a voyage that Reddio has taken."""
    await open_vaults(person)
    await ask_for(person, asset, amount, recipient)
    await review(person)
    confirm(person)
    await person.until_marks(SENT)


async def bring_to_ethereum(house: House, person: Person) -> None:
    """From a request that was taken to money that waits for its claim."""
    for stage, marks in MARKS.items():
        await reddio(house, stage)
        await person.until_marks(marks)
    await house.finalize()
    await person.until_marks(CLAIMABLE)
    await person.until_sees(WAITS)


async def told_by_its_card(person: Person) -> None:
    """Wait until Reddio's card says what is held."""
    await person.until(lambda: ":" in card(person), "what is held on Reddio")
    await person.settle()


def confirm(person: Person, begins: str = "Withdraw ") -> None:
    """Press the one button that signs and sends."""
    (button,) = (name for name in person.names() if name.startswith(begins) and name != "Withdraw")
    person.click(button)


async def reddio(house: House, upto: str = "reddio_update") -> None:
    """Let Reddio's operator go on until it has taken `upto`, each transaction in a block, and the wallet look."""
    world = house.practice.world
    assert upto in _STAGES
    for _ in range(40):
        moved = (await world.step("stage"))["moved"]
        if moved is None:
            await world.step("block")
        elif moved == upto:
            await world.step("block")
            house.look()
            return
    raise AssertionError(f"the operator does not come to {upto}")


REGISTERED = "Stark key registered on Harbour"


async def send_registration(person: Person) -> None:
    """From the first page to the voyage of a registration that nobody has taken yet, by mouse."""
    await told_by_its_card(person)
    await open_vaults(person)
    person.click("Withdrawing under a registered Stark key")
    await person.settle()
    assert person.sees("Registering takes about 1,560,000 gas")
    person.photograph("explained")
    person.click("Register your Stark key")
    await person.until_sees("Is tied to", "Gas, probably", "At most")
    await person.settle()
    person.photograph("form")
    person.click("Review registration")
    await person.until(lambda: person.heading == REVIEW, "the review")
    await person.settle()
    person.photograph("review")
    (button,) = (name for name in person.names() if name.startswith("Register"))
    person.click(button)
    await person.until(lambda: "Registration sent" in person.stages(), "the voyage")


async def take_registration(house: House, person: Person) -> None:
    """Let a block take it, and make that final."""
    await house.look_until(house.taken)
    await house.mine()
    await person.until(lambda: person.stages()[REGISTERED].mark == "proven", "the proof")
    await house.finalize()
    await house.look_until(lambda: person.stages()[REGISTERED].mark == "irreversible")
    await person.settle()
    person.photograph("registered")


async def fill_plainly(person: Person) -> None:
    """From any page to a filled form of a plain request, which nobody signs."""
    person.click_section("Withdraw")
    await told_by_its_card(person)
    await open_vaults(person)
    await person.choose("What to do", "Withdraw under your Stark key")
    await choose_asset(person, "1.25 ETH")
    person.write("Amount", "0.5")
    await person.settle()
