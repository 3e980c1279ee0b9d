"""Outcomes that are not known at once, and windows that are closed on the way."""

from __future__ import annotations

import pytest

from ashore.sandbox.zklink.faults import FaultKind, RpcFault
from journeys.flows import ARRIVED, CHECKSUMMED, FORM, ON_THE_WAY, SENT, confirm, fill, open_form, review, send
from journeys.house import House
from journeys.network import NODE
from journeys.person import Person

UNKNOWN = "outcome-unknown awaited awaited awaited awaited awaited awaited"


def open_voyage(person: Person) -> None:
    """From the first page to the one withdrawal under way."""
    (row,) = (name for name in person.names() if name.endswith("Opens its voyage."))
    person.click(row)


NO_ANSWER = (
    "zkLink’s node cannot be asked at the moment. Ashore asks until it knows, and never sends a second request.",
    "It is not known yet whether zkLink has the request.",
    "Nothing can be paid twice: only the same signed request is ever sent. You need not do anything.",
)
NOT_LEFT = (
    "zkLink’s node cannot be reached; the request has not left. Ashore tries again with the same signed request.",
    "Nothing has left yet: zkLink’s node cannot be reached.",
    "Nothing was taken from your balance. Ashore keeps trying with the same signed request.",
)


@pytest.mark.parametrize("arrived", [False, True], ids=["never-left", "answer-lost"])
async def test_the_node_is_unreachable_at_submit(house: House, arrived: bool) -> None:
    wire = house.practice.wire
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await open_form(person)
        await fill(person)
        await review(person)
        if arrived:
            wire.swallow = {"sendTransaction", "getTransactionByHash"}
        else:
            wire.cut.add(NODE)
        confirm(person)
        await person.until_marks(UNKNOWN)
        await person.until_sees(*(NO_ANSWER if arrived else NOT_LEFT))
        assert person.stages()["Requested"].said_by == "being found out"
        assert house.practice.submissions == int(arrived)
        await person.settle()
        person.photograph("unknown")
        person.click_section("Activity")
        await person.settle()
        ((_amount, _to, _recipient, stage, *_),) = person.activity()
        assert stage == "Requested · outcome unknown"
        person.photograph("activity")

    async with house.window(theme="dark") as person:
        await person.until_sees("25.00 USDC", "Requested · outcome unknown")
        person.photograph("reopened")
        open_voyage(person)
        assert person.marks() == UNKNOWN

    wire.cut.clear()
    wire.swallow.clear()
    async with house.window() as person:
        await person.until_sees("25.00 USDC", "Requested · reported")
        open_voyage(person)
        await person.until_marks(SENT)
        assert not person.sees("It is not known yet")
        await house.operator("payout")
        await house.finalize()
        await person.until_marks(ARRIVED)
    assert house.practice.submissions == 1


async def test_a_refusal_is_told_with_its_reason(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await open_form(person)
        await fill(person)
        await review(person)
        house.practice.world.faults.rules[:] = [RpcFault("sendTransaction", FaultKind.ERROR, code=208)]
        confirm(person)
        await person.until_marks(f"failed{6 * ' not-reached'}")
        await person.until_sees(
            "Harbour cannot pay this amount out at the moment. Nothing was taken from your balance.",
            "Lagoon can pay this amount: choose it under “To chain”.",
            "nothing was taken",
        )
        await person.settle()
        person.photograph("refused")
        assert "Activity" in person.names(), "nothing is open any more"
        house.practice.let_pass(minutes=1)  # the same request in the same second would be the refused one
        person.click("Quote again")
        await person.until(lambda: person.heading == FORM, "the form")
        await person.until_sees("Balance", CHECKSUMMED)
        await person.settle()
        await review(person)
        confirm(person)
        await person.until_marks(SENT)


async def test_closed_in_mid_voyage_and_opened_again(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await send(person)
        await house.operator("commit")
        await person.until_marks(ON_THE_WAY["commit"])

    await house.practice.operator("prove")
    await house.practice.operator("sync")

    async with house.window(theme="dark") as person:
        await person.until_sees("25.00 USDC", "to Harbour", "Verified · we checked it")
        person.photograph("under-way")
        open_voyage(person)
        await person.until_marks(ON_THE_WAY["sync"])
        await house.operator("execute")
        await person.until_marks(ON_THE_WAY["execute"])

    await house.practice.operator("payout")
    await house.practice.finalize()

    async with house.window() as person:
        await person.until_sees("Nothing is under way.", "1,238.90 USDC")
        person.click_section("Activity")
        person.click_row(0)
        assert person.marks() == ARRIVED
        assert person.sees("25.00 USDC arrived on Harbour.")
    assert house.practice.submissions == 1
