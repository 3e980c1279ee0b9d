"""What following one withdrawal costs the network, from the request to its end, at the pace of a real operator.

Nothing waits: the loop's time jumps. Blocks come every twelve seconds, and finality is 64 of them deep.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.benchmarks.table import Figure

from ashore.domain.withdrawal import Status
from ashore.sandbox.clock import PACES, ClockMode, Stage
from ashore.sandbox.evm.blocks import Finality

# The campaign's world and wallet serve here too; tests import each other from this folder.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from faults.campaign import Campaign, once
from faults.campaign_loop import run
from faults.campaign_requests import prepare

REAL = PACES[ClockMode.REALISTIC]
PLACES = {"l1": "three L1 endpoints", "zklink": "the operator"}
_MOST_BLOCKS = 3_000


def figures(folder: Path) -> list[Figure]:
    """Follow one withdrawal on a network of one chain, and count."""
    place = folder / "way"
    (place / "stage").mkdir(parents=True)
    (place / "run").mkdir()
    stage = asyncio.run(prepare(1, place / "stage"))
    with once():
        campaign = Campaign(stage, place / "run", 0)
        hours = run(_follow(campaign, stage.requests[0])) / 3600
    wire, found = campaign.wire, list[Figure]()
    for name, words in PLACES.items():
        note = f"in {hours:.1f} h, {wire.sent[name] / 1000:,.0f} kB out, {wire.received[name] / 1000:,.0f} kB in"
        found.append(Figure(f"requests to {words}, request to final", wire.requests[name], "", note=note))
        kilobytes = (wire.sent[name] + wire.received[name]) / 1000
        found.append(Figure(f"bodies to and from {words}, request to final", kilobytes, "kB"))
    return found


async def _follow(campaign: Campaign, request: object) -> float:
    """Let a withdrawal go its way; seconds from its request to its end."""
    world = campaign.world
    world.chain.set_finality(Finality(REAL.safe_depth, REAL.finality_depth))
    try:
        await campaign.start([request])  # type: ignore[list-item]
        began = world.clock.now()
        for stage in (each for each in Stage if each is not Stage.ACCEPT):
            for _ in range(round(REAL.stages[stage] / REAL.block_time)):
                await _block(campaign)
            while (await world.step("stage"))["moved"] != stage:
                await _block(campaign)
        for _ in range(_MOST_BLOCKS):
            (voyage,) = campaign.shown().voyages
            if voyage.status is Status.FINAL:
                return world.clock.now() - began
            await _block(campaign)
        raise RuntimeError(f"it ends {voyage.status}")
    finally:
        await campaign.end()


async def _block(campaign: Campaign) -> None:
    await campaign.world.step("block")
    await asyncio.sleep(REAL.block_time)
