"""Receipts of voyages for tests: one that has arrived, and ones that were changed."""

from __future__ import annotations

from dataclasses import replace

from ashore.domain.evidence import Evidence
from ashore.domain.receipt import Receipt, ReceiptStage
from ashore.engine.receipt_views import StageCheck
from faults.bench import Bench
from faults.reddio_bench import ReddioBench
from faults.test_reddio_claims import claimed, set_aside, waiting


async def arrived(two: Bench) -> Receipt:
    """The receipt of a withdrawal that has arrived on the second chain, signed."""
    there = await two.withdraw(chain="2")
    await two.arrive()
    await two.look_until(lambda: not two.voyage(there).withdrawal.is_open)
    return await two.wallet.receipts.sign(await two.wallet.receipts.make(there))


async def taken_and_claimed(vaults: ReddioBench) -> tuple[str, str]:
    """A withdrawal of ether from Reddio and its claim, which has arrived."""
    taken = await vaults.take_out("ETH", "0.5")
    await set_aside(vaults)
    (owed,) = await waiting(vaults)
    claim = await claimed(vaults, owed)
    await vaults.arrive()
    await vaults.look_until(lambda: not vaults.voyage(claim).withdrawal.is_open)
    return taken, claim


def with_piece(receipt: Receipt, stage: ReceiptStage, piece: Evidence, other: Evidence) -> Receipt:
    """The receipt with another piece of evidence in the place of one."""
    evidence = tuple(other if each == piece else each for each in stage.evidence)
    stages = (replace(stage, evidence=evidence) if each.id == stage.id else each for each in receipt.stages)
    return replace(receipt, stages=tuple(stages))


def unbound(stages: tuple[StageCheck, ...]) -> tuple[StageCheck, ...]:
    """The same as whoever has no contracts of their own finds them: no payout is bound to the terms."""
    bare = (tuple(replace(piece, pays=False) for piece in stage.pieces) for stage in stages)
    return tuple(replace(stage, pieces=pieces) for stage, pieces in zip(stages, bare, strict=True))
