"""What a person sees of each fault of operator, endpoints, chain and clock, and that all of it passes."""

from __future__ import annotations

from ashore.sandbox.evm.faults import FaultKind, FaultRule
from ashore.sandbox.zklink.faults import FaultKind as NodeFault
from ashore.sandbox.zklink.faults import RpcFault, Switch
from journeys.flows import ARRIVED, CHECKSUMMED, ON_THE_WAY, open_form, send
from journeys.house import House
from journeys.person import Person

TAKEN_BACK = "zkLink took its batch back before it was executed; it will send it again."
REPLACED = "Harbour replaced the block that this rested on; it will usually come again."
DAY_MIN = 24 * 60
CAUGHT_UP = "Nothing is lost: Ashore goes on asking, and catches up by itself."
UNASKED = "zkLink’s node cannot be asked at the moment."


async def arrive(house: House, person: Person) -> None:
    """The operator goes on to the end, and the money is there."""
    await house.operator("payout")
    await house.finalize()
    await person.until_marks(ARRIVED)
    await person.until_sees("25.00 USDC arrived on Harbour.")


async def test_what_goes_back_is_shown_going_back(house: House) -> None:
    world = house.practice.world
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await send(person)
        await house.operator("commit")
        await house.operator("prove")
        await person.until_marks(ON_THE_WAY["prove"])

        assert world.operator.revert()
        await house.mine()
        await person.until(lambda: person.stages()["Proved"].mark == "taken-back", "the revert")
        for title in ("Requested", "Executed on layer 2", "Committed", "Proved"):
            shown = person.stages()[title]
            assert (shown.mark, shown.said_by) == ("taken-back", "taken back")
            assert shown.sentence == TAKEN_BACK
        await person.settle()
        person.photograph("reverted")

        await house.operator("commit")
        await person.until_marks("proven proven proven taken-back awaited awaited awaited")
        world.chain.reorg(1, [bytes(one.hash) for one in world.chain.head.transactions])
        house.look()
        await person.until(lambda: person.stages()["Committed"].mark == "taken-back", "the reorganisation")
        assert person.stages()["Committed"].sentence == REPLACED
        await person.settle()
        person.photograph("reorganised")

        house.practice.operator_lies(Switch.SYNC_STALLED)
        await house.operator("prove")  # what was dropped is sent again by itself
        await person.until_marks(ON_THE_WAY["prove"])
        await house.finalize()
        assert (await world.step("stage"))["moved"] is None
        waiting = person.stages()["Verified"]
        assert (waiting.mark, waiting.sentence) == (
            "awaited",
            "The connected chains compare their roots (the final root, or sync hash).",
        )
        assert "irreversible" not in person.marks(), "the batch can still be taken back"
        await person.settle()
        person.photograph("stalled")
        house.practice.operator_lies(Switch.SYNC_STALLED, on=False)
        await arrive(house, person)


async def test_the_operator_tells_other_values_than_were_signed(house: House) -> None:
    for switch, told, sentence in (
        (
            Switch.WRONG_CONTRACT,
            "0x" + "66" * 20,
            "zkLink names another contract for Harbour than the one Ashore knows.",
        ),
        (Switch.WRONG_DECIMALS, "8", "on Harbour otherwise than Ashore knows it."),
    ):
        house.practice.world.faults.switches[switch] = told
        async with house.window() as person:
            await person.until_sees("1,265.50 USDC")
            await open_form(person)
            await person.until_sees(sentence, "Do not go on; nothing was sent.")
            assert not person.find("Review withdrawal").isEnabled()
            await person.settle()
            person.photograph(switch)
        house.practice.operator_lies(switch, on=False)
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        for switch in (Switch.WRONG_AMOUNT, Switch.WRONG_RECIPIENT, Switch.WRONG_ROOT, Switch.WRONG_L1_TX):
            house.practice.operator_lies(switch)
        await send(person)
        await house.operator("sync")
        await person.until_marks(ON_THE_WAY["sync"])
        assert person.sees("25.00 USDC", CHECKSUMMED), "what was signed, not what the operator tells"
        person.click("Evidence of Committed")
        await person.until_sees(house.practice.truth()["stages"]["commit"])
        person.photograph("other-values")
        await arrive(house, person)


async def test_an_endpoint_lies_about_logs_and_about_what_is_final(house: House) -> None:
    lies = (FaultKind.FORGED_LOG, FaultKind.WITHHELD_LOGS, FaultKind.FORGED_FINALIZED, FaultKind.FORGED_PROOF)
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await send(person)
        # The first one is asked first: whatever it makes up, another one is asked for what can be proven.
        for stage, lie in zip(("commit", "prove", "sync", "execute"), lies, strict=True):
            house.practice.endpoint_does("a", FaultRule(".*", lie, count=None))
            await house.operator(stage)
            await person.until_marks(ON_THE_WAY[stage])
        house.practice.endpoint_does("a", FaultRule(".*", FaultKind.FORGED_FINALIZED, count=None))
        await house.operator("payout")
        await person.until_marks(ON_THE_WAY["payout"])
        assert person.sees("Paid out on Harbour; waiting until it is irreversible.")
        await house.finalize()
        await person.until_marks(ARRIVED)


async def test_servers_fail_in_every_way_and_come_back(house: House) -> None:
    faults, endpoints = house.practice.world.faults, house.practice.world.endpoints
    async with house.window(theme="dark") as person:
        await person.until_sees("1,265.50 USDC", "3 of 3 endpoints agree")
        await send(person)
        for kind, status, told in (
            (NodeFault.HTTP, 429, "127.0.0.1 refused the request (HTTP 429)."),
            (NodeFault.HTTP, 500, "127.0.0.1 could not answer (HTTP 500)."),
            (NodeFault.GARBAGE, 500, "The answer of 127.0.0.1"),
            (NodeFault.DROP, 500, "The answer of 127.0.0.1"),
        ):
            faults.rules[:] = [RpcFault("*", kind, count=None, status=status)]
            house.look()
            await person.until_sees(UNASKED, told, CAUGHT_UP)
            await person.settle()
            person.photograph(f"node-{kind}-{status}")
            faults.clear()
            house.practice.let_pass(3)
            await house.look_until(lambda: not person.sees(CAUGHT_UP))
        for rule in (
            FaultRule(".*", FaultKind.HTTP, count=None, status=429),
            FaultRule(".*", FaultKind.HTTP, count=None, status=500),
            FaultRule(".*", FaultKind.GARBAGE, count=None),
            FaultRule(".*", FaultKind.DROP, count=None),
        ):
            for name in ("b", "c"):
                endpoints[name].faults.replace([rule])
            await house.look_until(lambda: person.sees("1 of 3 endpoints agree"))
            await person.until_sees("Too few endpoints agree on Harbour.", "Your money is not affected.")
            for name in ("b", "c"):
                endpoints[name].faults.replace([])
            house.practice.let_pass(3)
            await house.look_until(lambda: person.sees("3 of 3 endpoints agree"))
            assert not person.sees("Too few endpoints agree")
        await house.operator("commit")
        await person.until_marks(ON_THE_WAY["commit"])
        await arrive(house, person)


async def test_the_clock_is_wrong_by_a_day_and_the_machine_sleeps(house: House) -> None:
    async with house.window() as person:
        await person.until_sees("1,265.50 USDC")
        await send(person)
        await house.operator("commit")
        await person.until_marks(ON_THE_WAY["commit"])
        for minutes in (DAY_MIN, -2 * DAY_MIN):
            house.practice.let_pass(minutes)
            house.look()
            await person.settle()
            assert person.marks() == ON_THE_WAY["commit"]
            assert not person.sees("differ")
            person.photograph(f"{minutes}")
        house.practice.let_pass(DAY_MIN)
        # Asleep: the world goes on for a night, and nobody looks.
        await house.practice.operator("prove")
        await house.practice.operator("sync")
        await house.practice.finalize()
        house.practice.let_pass(8 * 60)
        house.look()
        await person.until_marks(ON_THE_WAY["sync"])
        await arrive(house, person)
