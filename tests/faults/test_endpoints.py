"""Endpoints of the chain lie or fall silent, and the chain itself goes back. Nothing false is ever shown as proven."""

from __future__ import annotations

import pytest

from ashore.domain.withdrawal import Mark, Status
from ashore.sandbox.evm.faults import FaultKind, FaultRule
from ashore.sandbox.zklink.faults import FaultKind as FaultKindOfNode
from ashore.sandbox.zklink.faults import Phase, RpcFault, Switch
from ashore.systems.attempts import LONGEST_REST
from ashore.systems.zklink.settlement.acceptors import ACCEPTS
from ashore.systems.zklink.settlement.roots import KIND as ROOT
from ashore.systems.zklink.system.tracks import COMMITTED, PAID, PROVED, RELEASED
from faults.bench import Bench

LOOKS_IN_VAIN = 20
"""Each is two at least at the chain."""
PROVEN = {Mark.PROVEN, Mark.IRREVERSIBLE}


def _silence(bench: Bench, *names: str, kind: FaultKind = FaultKind.DROP) -> None:
    for name in names:
        bench.world.endpoints[name].faults.replace([FaultRule(".*", kind, count=None)])


def _restore(bench: Bench) -> None:
    for endpoint in bench.world.endpoints.values():
        endpoint.faults.replace([])
    bench.leap.forward(120)  # who failed is left alone for a while


@pytest.mark.parametrize(
    "lie",
    [
        FaultKind.FORGED_LOG,
        FaultKind.FORGED_HEADER,
        FaultKind.FORGED_HEADER_REHASHED,
        FaultKind.WITHHELD_LOGS,
        FaultKind.FORGED_STATUS,
        FaultKind.FORGED_FINALIZED,
        FaultKind.FORGED_PROOF,
        FaultKind.STALE,
    ],
)
async def test_one_of_three_lies(bench: Bench, lie: FaultKind) -> None:
    # The first endpoint is the one that is asked first.
    bench.world.endpoints["a"].faults.replace([FaultRule(".*", lie, count=None)])
    withdrawal = await bench.withdraw()
    for stage in ("execute_l2", "seal", "commit", "prove", "sync", "execute", "payout"):
        await bench.operate(stage)
        await bench.look()
        assert bench.wrong() == []
        assert bench.voyage(withdrawal).status is Status.UNDER_WAY
    assert bench.mark(withdrawal, PAID) is Mark.PROVEN
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.wrong() == []
    # No stage ever went back: the lie changed nothing.
    for stage, marks in bench.marks[withdrawal].items():
        assert Mark.TAKEN_BACK not in marks, stage


@pytest.mark.parametrize("kind", [FaultKind.HTTP, FaultKind.DROP, FaultKind.GARBAGE])
async def test_two_of_three_down(bench: Bench, kind: FaultKind) -> None:
    withdrawal = await bench.withdraw()
    await bench.operate("execute_l2", "seal")
    await bench.look()
    _silence(bench, "b", "c", kind=kind)
    await bench.operate("commit", "prove")
    await bench.look()
    for stage in (COMMITTED, PROVED):
        row = next(row for row in bench.voyage(withdrawal).rows if row.stage.id == stage)
        assert (row.mark, row.said_by) == (Mark.SEEN, "one endpoint shows it")
    (health,) = bench.wallet.health()
    assert health.agreeing < 2
    await bench.operate("sync", "execute", "payout")
    await bench.world.step("finalize")
    await bench.look()
    assert not any(PROVEN & set(marks) for marks in bench.marks[withdrawal].values())
    assert bench.voyage(withdrawal).status is Status.UNDER_WAY
    assert bench.wrong() == []
    _restore(bench)
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.wrong() == []


async def test_proofs_that_no_endpoint_gives_for_long_come_when_one_does(bench: Bench) -> None:
    """What the contract stores is asked for again and again, however often it was no proof."""
    withdrawal = await bench.withdraw()
    for endpoint in bench.world.endpoints.values():
        endpoint.faults.replace([FaultRule("eth_getProof", FaultKind.FORGED_PROOF, count=None)])
    await bench.operate("execute_l2", "seal", "commit", "prove", "sync", "execute")
    await bench.look_until(lambda: bench.mark(withdrawal, RELEASED) is Mark.PROVEN)
    for _ in range(LOOKS_IN_VAIN):
        await bench.look()
    assert not {ROOT, ACCEPTS} & kinds_of(bench, withdrawal)
    _restore(bench)
    await bench.look_until(lambda: {ROOT, ACCEPTS} <= kinds_of(bench, withdrawal), LONGEST_REST)
    assert bench.wrong() == []
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.wrong() == []


def kinds_of(bench: Bench, withdrawal: str) -> set[str]:
    """What kinds of evidence there are."""
    stages = bench.voyage(withdrawal).withdrawal.stages.values()
    return {piece.kind for view in stages for piece in view.evidence}


async def test_one_endpoint_settles_nothing(bench: Bench) -> None:
    """What only one endpoint shows does not answer for the operator: the request stays unknown."""
    faults = bench.world.faults
    faults.rules.append(RpcFault("sendTransaction", FaultKindOfNode.DROP, Phase.AFTER))
    faults.rules.append(RpcFault("getTransactionByHash", FaultKindOfNode.GARBAGE, count=None))
    withdrawal = await bench.wallet.confirm(await bench.review())
    await bench.until(lambda: bench.voyage(withdrawal).rows[0].sentence.startswith("The answer of zkLink’s node"))
    _silence(bench, "b", "c")
    await bench.operate("execute_l2", "seal", "commit")
    await bench.look()
    voyage = bench.voyage(withdrawal)
    assert bench.mark(withdrawal, COMMITTED) is Mark.SEEN
    assert (voyage.status, voyage.rows[0].mark) == (Status.UNKNOWN, Mark.UNKNOWN)
    _restore(bench)
    await bench.look()
    assert bench.voyage(withdrawal).status is Status.UNDER_WAY
    request = bench.voyage(withdrawal).withdrawal.request
    assert request is not None
    assert request.said == "Found in a batch on Harbour."
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.wrong() == []


async def test_payout_that_only_one_endpoint_showed_moves(bench: Bench) -> None:
    """A payout seen in a block that no other endpoint ever had spends nothing of the true one."""
    withdrawal = await bench.withdraw()
    await bench.operate("execute_l2", "seal", "commit", "prove", "sync", "execute")
    await bench.look()
    _silence(bench, "b", "c")
    await bench.operate("payout")
    await bench.look()
    assert bench.mark(withdrawal, PAID) is Mark.SEEN
    bench.world.faults.switches[Switch.FROZEN] = True
    bench.world.chain.reorg(1)
    _restore(bench)
    await bench.look()
    await bench.look()
    assert bench.mark(withdrawal, PAID) is Mark.PROVEN
    bench.world.faults.clear()
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.wrong() == []


async def test_chain_takes_a_stage_back(bench: Bench) -> None:
    withdrawal = await bench.withdraw()
    await bench.operate("execute_l2", "seal", "commit", "prove")
    await bench.look()
    assert bench.mark(withdrawal, PROVED) is Mark.PROVEN
    first = bench.voyage(withdrawal).withdrawal.stage(PROVED).best
    assert first is not None
    bench.world.faults.switches[Switch.FROZEN] = True
    bench.world.chain.reorg(1, {bytes.fromhex(first.tx_hash[2:])})
    await bench.look()
    row = next(row for row in bench.voyage(withdrawal).rows if row.stage.id == PROVED)
    assert (row.mark, row.said_by) == (Mark.TAKEN_BACK, "taken back")
    assert row.sentence == "Harbour replaced the block that this rested on; it will usually come again."
    assert bench.mark(withdrawal, COMMITTED) is Mark.PROVEN
    assert bench.wrong() == []
    bench.world.faults.clear()
    await bench.world.step("stage")
    await bench.world.step("block")
    await bench.look()
    again = bench.voyage(withdrawal).withdrawal.stage(PROVED).best
    assert bench.mark(withdrawal, PROVED) is Mark.PROVEN
    assert again is not None
    assert again.block_hash != first.block_hash
    assert bench.marks[withdrawal][PROVED][-3:] == [Mark.PROVEN, Mark.TAKEN_BACK, Mark.PROVEN]
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.wrong() == []


async def test_chain_replaces_the_payout(bench: Bench) -> None:
    withdrawal = await bench.withdraw()
    await bench.operate("execute_l2", "seal", "commit", "prove", "sync", "execute", "payout")
    await bench.look()
    assert bench.mark(withdrawal, PAID) is Mark.PROVEN
    paid = bench.voyage(withdrawal).withdrawal.stage(PAID).best
    assert paid is not None
    bench.world.faults.switches[Switch.FROZEN] = True
    bench.world.chain.reorg(2, {bytes.fromhex(paid.tx_hash[2:])})
    await bench.look()
    voyage = bench.voyage(withdrawal)
    assert bench.mark(withdrawal, PAID) is Mark.TAKEN_BACK
    assert voyage.status is Status.UNDER_WAY
    assert "Paid" not in voyage.headline
    assert "arrived" not in voyage.headline
    assert bench.wrong() == []
    bench.world.faults.clear()
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.wrong() == []
