"""The window's scenarios, each in a process of its own: what it costs, and how long it holds the event loop."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.first_paint import with_bytecode
from tests.benchmarks.population import advance, populate
from tests.benchmarks.table import Figure

MANY = 1000
P99_MS, MAX_MS = 16.0, 50.0
_LIMIT_S = 600


def run(scenario: str, data_dir: Path, *options: str) -> dict[str, Any]:
    """Go through one scenario in a window and return its figures."""
    out = data_dir / f"{scenario}.json"
    data_dir.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.benchmarks.window_process", scenario]
    subprocess.run(
        [*command, "--data-dir", str(data_dir), "--out", str(out), *options],
        env=with_bytecode(data_dir.parent),
        stderr=None if "ASHORE_BENCH_STDERR" in os.environ else subprocess.DEVNULL,
        check=True,
        timeout=_LIMIT_S,
    )
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def voyage_figures(folder: Path) -> list[Figure]:
    """One withdrawal in an empty wallet. Leaves its journal below `folder`."""
    run("anchor", folder / "warm")  # compiles the modules, as they are where a program is installed
    told = run("voyage", folder / "voyage")
    return [
        Figure("window: processor time until it stands and rests", told["started"]["cpu_s"], "s"),
        Figure("window: memory then", told["started"]["rss_mib"], "MiB"),
        Figure("window: processor time after a voyage", told["after_voyage"]["cpu_s"], "s"),
        Figure("window: memory after a voyage", told["after_voyage"]["rss_mib"], "MiB"),
        *stall_figures("start, nothing open", told["start_stalls"]),
        *stall_figures("one voyage in view", told["voyage_stalls"]),
    ]


def idle_figures(folder: Path) -> list[Figure]:
    """Nothing happens but empty blocks: with nothing and with many open."""
    found: list[Figure] = []
    for count in (0, MANY):
        place = _prepared(folder, count, "idle")
        told = run("idle", place)
        found += [
            Figure(f"idle, {told['open']:,} open: processor", told["idle_cpu_percent"], "%"),
            Figure(f"idle, {told['open']:,} open: memory", told["idle_rss_mib"], "MiB"),
            *stall_figures(f"idle, {told['open']:,} open", told["idle_stalls"]),
        ]
    return found


def settling_figures(folder: Path, page: str = "activity") -> list[Figure]:
    """Many open withdrawals come to their end in batches of hundreds; then the same after a long absence."""
    told = run("settle", _prepared(folder, MANY, "settle"), "--page", page)
    found = [
        *stall_figures(f"start, {told['open']:,} open", told["start_stalls"]),
        *stall_figures(f"{told['open']:,} open settle in batches of hundreds", told["settle_stalls"], judged=True),
        Figure("  left open in the end", told["left"], "", 0),
        Figure("  processor time for all of it", told["settle_cpu_s"], "s"),
        Figure("  memory at most", told["rss_peak_mib"], "MiB"),
    ]
    place = _prepared(folder, MANY, "absence")
    run("anchor", place)
    advance(place)
    told = run("settle", place, "--page", page)
    return [
        *found,
        *stall_figures(f"{MANY:,} settled while it was closed: start", told["start_stalls"]),
        *stall_figures(f"{MANY:,} settled while it was closed: catching up", told["settle_stalls"], judged=True),
        Figure("  left open in the end", told["left"], "", 0),
    ]


def stall_figures(name: str, told: Mapping[str, float], *, judged: bool = False) -> list[Figure]:
    """What a probe told: own processor time has targets, the wall's depends on the machine's other work."""
    wall = f"wall {told['wall_p99']:.1f} / {told['wall_max']:.0f} ms, window's thread {told['main_max']:.0f} ms at most"
    return [
        Figure(f"stall p99, {name}", told["own_p99"], "ms", P99_MS if judged else None),
        Figure(f"stall max, {name}", told["own_max"], "ms", MAX_MS if judged else None, wall),
    ]


def _prepared(folder: Path, count: int, name: str) -> Path:
    """A data folder with `count` open withdrawals, made once."""
    made = folder / f"made-{count}"
    if not made.exists():
        populate(made, count)
    place = folder / f"{name}-{count}"
    shutil.copytree(made, place)
    return place
