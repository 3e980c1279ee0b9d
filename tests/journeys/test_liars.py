"""An operator and endpoints that do not tell the truth: what they say is never shown as more than their word."""

from __future__ import annotations

import pytest

from ashore.sandbox.evm.faults import FaultKind, FaultRule
from ashore.sandbox.zklink.faults import Switch
from journeys.flows import ARRIVED, ON_THE_WAY, send
from journeys.house import House

NOT_SHOWN = "Harbour does not show it yet."
LONG_ENOUGH_MIN = 10
DIFFER = "zkLink’s word and the chain differ."


@pytest.mark.parametrize(
    ("switch", "lied", "marks"),
    [
        (Switch.LIE_PROVED, ("Committed", "Proved"), "reported reported reported reported awaited awaited awaited"),
        (Switch.LIE_VERIFIED, ("Released on Harbour",), None),
    ],
    ids=["proved", "verified"],
)
async def test_the_operator_lies_about_a_stage(
    house: House, switch: Switch, lied: tuple[str, ...], marks: str | None
) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await send(person)
        house.practice.operator_lies(switch)
        await house.operator("execute_l2")
        await house.operator("seal")
        await person.until(lambda: all(person.stages()[title].mark == "reported" for title in lied), "the lie")
        if marks is not None:
            await person.until_marks(marks)
        for title in lied:
            shown = person.stages()[title]
            assert shown.said_by == "zkLink says so"
            assert NOT_SHOWN in shown.sentence
        person.photograph("said")

        house.practice.let_pass(LONG_ENOUGH_MIN)
        house.look()
        await person.until_sees(DIFFER, "The money is not lost; Ashore keeps watching the chain itself.")
        for title in lied:
            shown = person.stages()[title]
            assert shown.mark == "reported"
            assert "Harbour does not show it, though 3 of 3 endpoints agree." in shown.sentence + shown.objection
        await person.settle()
        person.photograph("contradicted")
        assert "proven" not in person.marks()

        for stage in ("commit", "prove", "sync", "execute", "payout"):
            await house.operator(stage)
        await house.finalize()
        await person.until_marks(ARRIVED)
        assert not person.sees(DIFFER)
        assert not person.sees("does not show it")
        person.photograph("truth")


async def test_one_of_three_endpoints_lies(house: House) -> None:
    house.practice.endpoint_does("c", FaultRule(".*", FaultKind.FORGED_HEADER_REHASHED, count=None))
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC", "2 of 3 endpoints agree")
        await send(person)
        await house.operator("commit")
        await person.until_marks(ON_THE_WAY["commit"])
        person.click("Evidence of Committed")
        await person.until_sees("2 of 3 endpoints agree on the block")
        person.photograph("two-of-three")
        await house.operator("payout")
        await house.finalize()
        await person.until_marks(ARRIVED)
        assert person.sees("2 of 3 endpoints agree")


async def test_two_of_three_endpoints_are_down(house: House) -> None:
    async with house.window(theme="dark") as person:
        await person.until_sees("1,265.50 USDC", "3 of 3 endpoints agree")
        await send(person)
        await house.operator("execute_l2")
        await person.until_marks(ON_THE_WAY["execute_l2"])
        house.practice.wire.cut.update({"/l1/1/b", "/l1/1/c"})
        await house.operator("commit")
        await person.until_sees("1 of 3 endpoints agree", "Too few endpoints agree on Harbour.")
        await person.until(lambda: person.stages()["Committed"].mark == "seen", "a commit that is only seen")
        assert person.stages()["Committed"].said_by == "one endpoint shows it"
        await person.settle()
        person.photograph("seen")
        await house.operator("prove")
        await person.until(lambda: person.stages()["Proved"].mark == "seen", "a proof that is only seen")
        assert "proven" not in person.marks()

        house.practice.wire.cut.clear()
        house.practice.let_pass(2)  # endpoints that failed are left alone for a while
        house.look()
        await person.until_sees("3 of 3 endpoints agree")
        await person.until_marks(ON_THE_WAY["prove"])
        assert not person.sees("Too few endpoints agree")
        await house.operator("payout")
        await house.finalize()
        await person.until_marks(ARRIVED)


async def test_nobody_answers(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await send(person)
        house.practice.wire.cut.update({"/l1", "/zklink"})
        house.look()
        await person.until_sees("The practice network does not answer.", "What was proven stays proven.")
        person.photograph("offline")
        person.click("Withdraw")
        house.practice.wire.cut.clear()
        house.practice.let_pass(2)  # endpoints that failed are left alone for a while
        house.look()
        await person.until_sees("3 of 3 endpoints agree")
        assert not person.sees("does not answer")
