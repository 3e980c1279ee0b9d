"""A withdrawal to a secondary chain: proven on the primary one, confirmed, released and paid on its own."""

from __future__ import annotations

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Mark, Status
from ashore.sandbox.zklink.faults import Switch
from ashore.systems.base import Unclaimed
from ashore.systems.zklink.settlement.roots import KIND as STORED_ROOT
from ashore.systems.zklink.system.tracks import COMMITTED, CONFIRMED, PAID, PROVED, RELEASED, VERIFIED
from faults.bench import Bench

HARBOUR, LAGOON = 1, 2
NAMES = {HARBOUR: "Harbour", LAGOON: "Lagoon"}
PLACES = {COMMITTED: HARBOUR, PROVED: HARBOUR, VERIFIED: HARBOUR, CONFIRMED: LAGOON, RELEASED: LAGOON, PAID: LAGOON}
STANDS = {Mark.PROVEN, Mark.IRREVERSIBLE}


async def up_to(two: Bench, what: str, chain: int) -> None:
    """Go on until something was sent to a chain and is mined, then let the wallet look."""
    for _ in range(60):
        answer = await two.world.step("stage")
        sent = answer.get("sent"), answer.get("chain")
        if sent == (what, chain) or answer["waits_for"] == "block":
            await two.world.step("block")
        if sent == (what, chain):
            await two.look()
            return
    raise AssertionError(f"{what} was not sent")


def standing(two: Bench, withdrawal: str) -> set[str]:
    """The stages that are proven or more."""
    return {stage for stage in PLACES if two.mark(withdrawal, stage) in STANDS}


async def ends_well(two: Bench, *withdrawals: str) -> None:
    """Let everything that is left happen, and see that it is told so and no more."""
    two.world.faults.clear()
    await two.arrive()
    for _ in range(4):
        if not all(two.voyage(name).status is Status.FINAL for name in withdrawals):
            await two.look()
    assert [two.voyage(name).status for name in withdrawals] == [Status.FINAL] * len(withdrawals)
    assert two.wrong() == []


async def test_every_stage_is_proven_on_its_own_chain(two: Bench) -> None:
    there = await two.withdraw(chain="2")
    steps = (
        ("commit", HARBOUR, {COMMITTED}),
        ("commit", LAGOON, {COMMITTED}),
        ("prove", HARBOUR, {COMMITTED, PROVED}),
        ("receive_sync", HARBOUR, {COMMITTED, PROVED}),
        ("sync", HARBOUR, {COMMITTED, PROVED, VERIFIED}),
        ("confirm", LAGOON, {COMMITTED, PROVED, VERIFIED, CONFIRMED}),
        ("execute", LAGOON, {COMMITTED, PROVED, VERIFIED, CONFIRMED, RELEASED}),
        ("payout", LAGOON, set(PLACES)),
    )
    for what, chain, stages in steps:
        await up_to(two, what, chain)
        assert standing(two, there) == stages, (what, chain)
        assert two.wrong() == []
    await ends_well(two, there)
    for row in two.voyage(there).rows:
        if row.stage.id in PLACES:
            assert row.mark is Mark.IRREVERSIBLE, row
            assert {e.chain for e in row.view.evidence if e.on_chain} == {NAMES[PLACES[row.stage.id]]}
            assert NAMES[PLACES[row.stage.id]] in row.stage.title
    for stage in (VERIFIED, CONFIRMED):
        kinds = {e.kind for e in two.voyage(there).withdrawal.stage(stage).evidence}
        assert kinds == {"BlockSynced", STORED_ROOT}
    assert two.voyage(there).headline == "25.00 USDC arrived on Lagoon."
    # The token has 18 decimals there, and 6 on the primary chain.
    assert int(two.truth(there)["paid_l1"]) == 25 * 10**18


async def test_both_chains_at_once(two: Bench) -> None:
    names = []
    for amount, chain in (("25", LAGOON), ("30", HARBOUR), ("35", LAGOON)):
        names.append(await two.withdraw(amount, chain=str(chain)))
        await two.operate("execute_l2")
    await ends_well(two, *names)
    assert two.voyage(names[1]).rows[2].stage.title == "Committed"


@pytest.mark.parametrize(
    ("switch", "chain", "last"),
    [
        (Switch.COMMIT_STALLED, LAGOON, PROVED),
        (Switch.COMMIT_STALLED, HARBOUR, None),
        (Switch.PROVE_STALLED, HARBOUR, COMMITTED),
        (Switch.SYNC_STALLED, LAGOON, PROVED),
        (Switch.SYNC_STALLED, HARBOUR, PROVED),
        (Switch.EXECUTE_STALLED, LAGOON, CONFIRMED),
        (Switch.RELAYER_OFF, LAGOON, RELEASED),
    ],
)
async def test_a_stall_of_one_chain_shows_where_it_stands(
    two: Bench, switch: Switch, chain: int, last: str | None
) -> None:
    there = await two.withdraw(chain="2")
    two.world.faults.switches[switch] = [chain]
    await two.arrive()
    await two.look()
    order = list(PLACES)
    assert standing(two, there) == set(order[: order.index(last) + 1] if last else [])
    assert two.voyage(there).status is Status.UNDER_WAY
    assert two.wrong() == []
    if switch is Switch.RELAYER_OFF:
        (owed,) = await waiting(two)
        assert (owed.chain, owed.amount, owed.decimals) == ("Lagoon", 25 * 10**18, 18)
    await ends_well(two, there)


async def waiting(two: Bench) -> tuple[Unclaimed, ...]:
    await two.wallet.unclaimed.look()
    return two.wallet.unclaimed.found


async def test_a_chain_that_was_never_seen_stops_only_what_passes_it(two: Bench) -> None:
    await two.aclose()
    two.wire.cut.add(f"/l1/{LAGOON}/")
    two.folder = two.folder / "new"
    two.folder.mkdir()
    two.wallet = two._composed()
    await two.start()
    await two.until(lambda: any(chain.health is not None for chain in two.wallet._parts.chains))
    there = await two.review(chain="2")
    with pytest.raises(AshoreError, match="has not reached Lagoon yet"):
        await two.wallet.confirm(there)
    at_home = await two.withdraw()
    await two.world.settle()
    await two.world.step("finalize")
    two.wallet.look_again()
    await two.until(lambda: two.voyage(at_home).status is Status.FINAL)
    assert two.wrong() == []


@pytest.mark.parametrize("silent", [HARBOUR, LAGOON])
async def test_a_chain_that_nobody_can_ask_hides_no_money_that_waits_on_the_other(two: Bench, silent: int) -> None:
    rest = next(number for number in NAMES if number != silent)
    two.world.faults.switches[Switch.RELAYER_OFF] = True
    await two.withdraw(chain=str(rest))
    await two.arrive()
    two.wallet.unclaimed.found = ()
    two.wire.cut.add(f"/l1/{silent}/")
    (owed,) = await waiting(two)
    assert owed.chain == NAMES[rest]
    assert str(two.wallet.unclaimed.trouble).startswith(f"{NAMES[silent]} could not be looked at.")


@pytest.mark.parametrize("chain", [None, HARBOUR, LAGOON])
@pytest.mark.parametrize("moment", [("commit", LAGOON), ("confirm", LAGOON)])
async def test_blocks_that_are_taken_back_are_awaited_again(
    two: Bench, chain: int | None, moment: tuple[str, int]
) -> None:
    there = await two.withdraw(chain="2")
    await up_to(two, *moment)
    before = standing(two, there)
    assert two.world.operator.revert(chain)
    await two.world.step("block")
    await two.look()
    assert two.wrong() == []
    fallen = before - standing(two, there)
    assert all(two.mark(there, stage) is Mark.TAKEN_BACK for stage in fallen)
    on_primary, on_second = {COMMITTED, PROVED, VERIFIED}, {CONFIRMED}
    expected = {HARBOUR: on_primary | on_second, LAGOON: on_second, None: on_primary | on_second}[chain]
    assert fallen == before & expected
    await ends_well(two, there)


async def test_the_second_chain_replaces_its_blocks(two: Bench) -> None:
    there = await two.withdraw(chain="2")
    await up_to(two, "payout", LAGOON)
    paid = two.voyage(there).withdrawal.stage(PAID).best
    assert paid is not None
    two.world.faults.switches[Switch.FROZEN] = True
    two.world.chains[LAGOON].chain.reorg(2, {bytes.fromhex(paid.tx_hash[2:])})
    await two.look()
    assert two.mark(there, PAID) is Mark.TAKEN_BACK
    assert {COMMITTED, PROVED, VERIFIED} <= standing(two, there)
    assert two.wrong() == []
    await ends_well(two, there)


@pytest.mark.parametrize(("silent", "shown"), [(HARBOUR, {RELEASED, PAID}), (LAGOON, {COMMITTED, PROVED, VERIFIED})])
async def test_a_chain_that_nobody_can_ask_hides_its_own_stages_only(two: Bench, silent: int, shown: set[str]) -> None:
    there = await two.withdraw(chain="2")
    await two.look()
    rest = next(number for number in NAMES if number != silent)
    two.wire.cut.add(f"/l1/{silent}/")
    await two.world.settle()
    await two.world.step("finalize")
    two.wallet.look_again()
    await two.until(lambda: standing(two, there) == shown)
    assert {e.chain for s in shown for e in two.voyage(there).withdrawal.stage(s).evidence if e.on_chain} == {
        NAMES[rest]
    }
    assert two.voyage(there).status is Status.UNDER_WAY or silent == HARBOUR
    assert two.wrong() == []
    two.wire.cut.clear()
    await ends_well(two, there)
