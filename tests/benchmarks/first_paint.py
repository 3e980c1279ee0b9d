"""From the start of the process to the first painted window: Ashore's against a bare one, in turn."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.table import Figure

ROUNDS = 9
TARGET = 1.5
_LIMIT_S = 60


def figures(platform: str, rounds: int = ROUNDS) -> list[Figure]:
    """Measure on one of Qt's platforms (`xcb` needs a display)."""
    bare, ours = list[Paint](), list[Paint]()
    with tempfile.TemporaryDirectory(prefix="ashore-bench-") as folder:
        environment = {**with_bytecode(Path(folder)), "QT_QPA_PLATFORM": platform}
        for turn in range(rounds + 1):
            times = (
                _painted(environment, ["-m", "tests.benchmarks.bare_window"]),
                _painted(environment, ["-m", "tests.benchmarks.painted_window", "--data-dir", folder]),
            )
            if turn:  # the first pair compiles and warms the disk's cache
                bare.append(times[0])
                ours.append(times[1])
    pairs = list(zip(ours, bare, strict=True))
    ratio = statistics.median(our.wall / its.wall for our, its in pairs)
    processor = statistics.median(our.processor / its.processor for our, its in pairs)
    return [
        Figure(f"first paint, {platform}: bare window", 1000 * statistics.median(paint.wall for paint in bare), "ms"),
        Figure(f"first paint, {platform}: Ashore", 1000 * statistics.median(paint.wall for paint in ours), "ms"),
        Figure(
            f"first paint, {platform}: ratio (median of {rounds} pairs)",
            ratio,
            "×",
            TARGET,
            f"processor time until then: {processor:.2f} ×",
        ),
    ]


@dataclass(frozen=True, slots=True)
class Paint:
    """Seconds until the first paint: on the wall, and of a processor (which a busy machine does not lengthen)."""

    wall: float
    processor: float


def with_bytecode(folder: Path) -> dict[str, str]:
    """An environment in which modules are compiled once, as they are where a program is installed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**environment, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def _painted(environment: Mapping[str, str], arguments: Sequence[str]) -> Paint:
    before = _children()
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=_LIMIT_S,
    )
    return Paint(float(done.stdout.split()[-1]) - began, _children() - before)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
