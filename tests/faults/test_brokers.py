"""Fast withdrawals through the whole wallet, each claim held against what really happened."""

from __future__ import annotations

import pytest

from ashore.domain.withdrawal import Mark, Status
from ashore.sandbox.evm.faults import FaultKind, FaultRule
from ashore.sandbox.zklink.faults import Switch
from ashore.systems.zklink.system.tracks import ADVANCED, CONFIRMED, FAST, FAST_SECONDARY, RELEASED
from faults.bench import Bench

LAGOON = "2"


async def test_a_broker_on_the_secondary_chain(two: Bench) -> None:
    withdrawal = await two.withdraw(speed="fast", chain=LAGOON, fee="")
    assert two.voyage(withdrawal).track is FAST_SECONDARY
    await two.operate("execute_l2", "seal", "accept")
    await two.until(lambda: two.mark(withdrawal, ADVANCED) is Mark.PROVEN)
    assert two.wrong() == []
    assert two.mark(withdrawal, CONFIRMED) is Mark.NOT_APPLICABLE
    await two.world.step("finalize")
    await two.look()
    await two.until(lambda: two.voyage(withdrawal).status is Status.FINAL)
    assert two.voyage(withdrawal).headline == "24.975 USDC arrived on Lagoon."
    assert two.truth(withdrawal)["received_l1"] == str(24_975 * 10**15)
    assert two.wrong() == []


async def test_no_broker_on_the_secondary_chain(two: Bench) -> None:
    two.world.faults.switches[Switch.BROKER_AWAY] = [int(LAGOON)]
    offer = await two.wallet.open(two.wallet.profiles()[0].id, 0)
    assert {chain for _, chain in offer.brokers} == {1}  # type: ignore[attr-defined]
    two.world.faults.switches.clear()
    withdrawal = await two.withdraw(speed="fast", chain=LAGOON, fee="")
    two.world.faults.switches[Switch.BROKER_AWAY] = True
    await two.arrive()
    await two.until(lambda: two.voyage(withdrawal).status is Status.FINAL)
    assert two.mark(withdrawal, ADVANCED) is Mark.NOT_APPLICABLE
    assert two.voyage(withdrawal).headline == "25.00 USDC arrived on Lagoon."


@pytest.mark.parametrize(
    "lie", [FaultKind.FORGED_LOG, FaultKind.WITHHELD_LOGS, FaultKind.FORGED_PROOF, FaultKind.STALE]
)
async def test_one_endpoint_lies_while_a_broker_pays(bench: Bench, lie: FaultKind) -> None:
    bench.world.endpoints["a"].faults.replace([FaultRule(".*", lie, count=None)])
    withdrawal = await bench.withdraw(speed="fast")
    assert bench.voyage(withdrawal).track is FAST
    for stage in ("execute_l2", "seal", "accept"):
        await bench.operate(stage)
        await bench.look()
        assert bench.wrong() == []
    assert bench.mark(withdrawal, ADVANCED) is Mark.PROVEN
    assert bench.voyage(withdrawal).status is Status.UNDER_WAY
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.mark(withdrawal, RELEASED) is Mark.NOT_APPLICABLE
    assert bench.wrong() == []


async def test_what_one_endpoint_alone_shows_of_a_broker_is_never_enough(bench: Bench) -> None:
    withdrawal = await bench.withdraw(speed="fast")
    await bench.operate("execute_l2", "seal")
    for name in "ab":
        bench.world.endpoints[name].faults.replace([FaultRule(".*", FaultKind.DROP, count=None)])
    await bench.operate("accept")
    await bench.look()
    assert bench.mark(withdrawal, ADVANCED) is Mark.SEEN
    for _ in range(2):
        await bench.world.step("finalize")
        await bench.look()
    assert bench.voyage(withdrawal).status is Status.UNDER_WAY
    assert bench.mark(withdrawal, RELEASED) is Mark.AWAITED, "the way is decided by what is proven"
    assert bench.wrong() == []
    await bench.restart()
    for endpoint in bench.world.endpoints.values():
        endpoint.faults.replace([])
    bench.leap.forward(120)
    await bench.look()
    await bench.arrive()
    await bench.until(lambda: bench.voyage(withdrawal).status is Status.FINAL)
    assert bench.voyage(withdrawal).headline == "24.975 USDC arrived on Harbour."
    assert bench.wrong() == []
