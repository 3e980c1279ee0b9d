"""Ether that a relayer pays out to many in one transaction: no log names who was paid, the contract's storage does."""

from __future__ import annotations

from ashore.domain.withdrawal import Mark, Status
from ashore.sandbox.zklink.faults import Switch
from ashore.systems.zklink.settlement.emptied import EMPTIED
from ashore.systems.zklink.system.tracks import PAID, RELEASED
from faults.bench import Bench

ETHER = {"source_token": "33", "target_token": "33"}
ANOTHER = "0x6a6ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f91"


async def two_released(bench: Bench) -> list[str]:
    """Withdrawals to two recipients that the relayer is about to pay together."""
    bench.world.faults.switches[Switch.RELAYER_BATCHES] = True
    first = await bench.withdraw("0.1", **ETHER)
    await bench.operate("execute_l2")
    second = await bench.withdraw("0.2", recipient=ANOTHER, **ETHER)
    await bench.operate("execute_l2")
    await bench.world.settle(up_to="execute")
    await bench.look()
    assert {bench.mark(name, RELEASED) for name in (first, second)} == {Mark.PROVEN}
    assert {bench.mark(name, PAID) for name in (first, second)} == {Mark.AWAITED}
    return [first, second]


async def later(bench: Bench) -> None:
    """Let the block become final from which the storage was read, which is the newest one at that time."""
    await bench.world.step("finalize")
    await bench.look()


async def test_it_is_proven_by_what_is_not_owed_any_more(bench: Bench) -> None:
    both = await two_released(bench)
    await bench.operate("payout")
    await bench.look()
    for name in both:
        assert bench.mark(name, PAID) is Mark.PROVEN
        (shown,) = bench.voyage(name).withdrawal.stage(PAID).evidence
        assert (shown.kind, shown.facts["still owed"]) == (EMPTIED, "0")
        told = await bench.wallet.check_proof(name, shown)
        assert "owes nothing of this token to 0x" in str(told)
    assert bench.wrong() == []
    await bench.arrive()
    await later(bench)
    assert {bench.voyage(name).status for name in both} == {Status.FINAL}
    assert bench.wrong() == []


async def test_it_falls_with_the_block_that_was_read(bench: Bench) -> None:
    (first, _) = await two_released(bench)
    await bench.operate("payout")
    await bench.look()
    assert bench.mark(first, PAID) is Mark.PROVEN
    bench.world.faults.switches[Switch.FROZEN] = True
    bench.world.chain.reorg(1, [bytes.fromhex(tx[2:]) for tx in bench.truth(first)["paid_by"]])
    await bench.look()
    assert bench.mark(first, PAID) is Mark.TAKEN_BACK
    assert bench.wrong() == []
    bench.world.faults.clear()
    await bench.arrive()
    await bench.world.step("block")  # what is read at the newest block is final with a later one
    await bench.arrive()
    await bench.look()
    assert bench.voyage(first).status is Status.FINAL
    assert bench.wrong() == []
