"""Schedules in a row: each in a world and a folder of its own, up to a few that are wrong."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ashore.ui.theme.icons import Icons
from faults.campaign import Campaign, Tally, once
from faults.campaign_loop import run
from faults.campaign_reddio import ReddioSchedule
from faults.campaign_requests import Stage
from faults.campaign_schedule import Schedule
from faults.campaign_window import VoyagePages


async def run_schedule(
    stages: Sequence[Stage], folder: Path, seed: int, icons: Icons | None = None
) -> tuple[Tally, list[str]]:
    """Run one schedule in a folder of its own; its figures, and what is wrong with what happened before."""
    stage = stages[seed % len(stages)]
    campaign = Campaign(stage, folder, seed)
    pages = None if icons is None else VoyagePages(campaign, icons)
    if pages is not None:
        campaign.painted = pages.wrong
    try:
        found = await _schedule(campaign, stage, seed).run()
        tally = Tally(1, campaign.comparisons, campaign.counted, len(found))
        tally.ended.update(str(voyage.status) for voyage in campaign.shown().voyages)
    finally:
        if pages is not None:
            pages.close()
        await campaign.end()
    if found:
        tally.seeds.append(seed)
    return tally, [*found, *(f"   {line}" for line in campaign.log)] if found else []


def _schedule(campaign: Campaign, stage: Stage, seed: int) -> Schedule:
    return Schedule(campaign, stage.requests, seed) if stage.vault is None else ReddioSchedule(campaign, seed)


@dataclass(slots=True)
class Campaigned:
    """Figures of a campaign, and what is wrong, a text for each schedule."""

    tally: Tally
    wrong: list[str]


def run_campaign(
    stages: Sequence[Stage],
    folder: Path,
    first_seed: int,
    count: int,
    most_wrong: int = 3,
    icons: Icons | None = None,
) -> Campaigned:
    """Run schedules one after the other, up to a few that are wrong; with `icons` voyages are painted, too."""
    done = Campaigned(Tally(), [])
    with once():
        for seed in range(first_seed, first_seed + count):
            place = folder / str(seed)
            place.mkdir(parents=True)
            tally, wrong = run(run_schedule(stages, place, seed, icons))
            shutil.rmtree(place)
            done.tally.add(tally)
            if wrong:
                done.wrong.append(f"schedule {seed}:\n" + "\n".join(wrong))
            if len(done.wrong) >= most_wrong:
                break
    return done
