"""The wallet is killed everywhere; nothing may be lost, nothing sent twice."""

from __future__ import annotations

import faulthandler
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from ashore.engine.boundaries import Boundary
from faults.kill_cases import KILLS_IN_CI, OVERTAKEN, Case, answer_cases, boundary_cases, random_cases
from faults.kill_matrix import Tally, open_lanes, run_lanes, summed

LANES = 3
CASES_A_LANE = 80

pytestmark = pytest.mark.timeout(1200)


def _kill(cases: Sequence[Case], folder: Path, figures: dict[str, Tally]) -> dict[str, Tally]:
    faulthandler.cancel_dump_traceback_later()  # it takes minutes when all is well
    with open_lanes(min(LANES, len(cases)), folder) as lanes:
        wrong = run_lanes(cases, lanes)
        found = summed(lanes)
    rows = {case.row: found.get(case.row, Tally()) for case in cases}
    figures.update(rows)
    assert not wrong, "\n".join(wrong)
    for row, tally in rows.items():
        assert (tally.lost, tally.twice) == (0, 0), f"{row}: {tally}"
    return rows


def test_killed_at_every_boundary(tmp_path: Path, figures: dict[str, Tally]) -> None:
    rows = _kill(boundary_cases(), tmp_path, figures)
    assert set(rows) == {str(boundary) for boundary in Boundary}
    for boundary in Boundary:
        assert rows[boundary].kills == 3
    # Dead before the intent: the second and third passing had one and two others before them.
    assert rows[Boundary.CONFIRM_SIGNED].final == rows[Boundary.CONFIRM_BEFORE_SIGNING].final == 3
    assert rows[Boundary.INTENT_JOURNALED].final == 6
    # What was sent before the death and is not known to be taken is asked for, not sent again.
    assert sum(tally.duplicates for tally in rows.values()) == 0


def test_killed_when_the_answer_is_lost(tmp_path: Path, figures: dict[str, Tally]) -> None:
    rows = _kill(answer_cases(), tmp_path, figures)
    refused = rows.pop("answer: refusal")
    assert (refused.final, refused.refused) == (0, 2)
    assert all(tally.final and not tally.refused for tally in rows.values())
    # Only what overtook itself came twice, byte for byte the same, and was taken once.
    assert {row: tally.duplicates for row, tally in rows.items() if tally.duplicates} == {OVERTAKEN: 1}


def test_killed_at_random_moments(tmp_path: Path, figures: dict[str, Tally], request: pytest.FixtureRequest) -> None:
    seed = request.config.getoption("--kill-seed", None)
    if seed is None:
        seed = random.SystemRandom().randrange(2**32)
    count = int(request.config.getoption("--kills", KILLS_IN_CI))
    # Shown with a failure: the moments can be had again, the machine's own timing cannot.
    print(f"--kills {count} --kill-seed {seed}")
    cases, total = random_cases(count, seed), Tally()
    # The practice accounts would run out of money in the end.
    for start in range(0, count, LANES * CASES_A_LANE):
        rows = _kill(cases[start : start + LANES * CASES_A_LANE], tmp_path / str(start), figures)
        total.add(rows["random moment"])
    figures.pop("random moment")
    figures[f"random moment (seed {seed})"] = total
    assert total.kills >= count
