"""How long Qt's event loop is held, and by whom: a timer of 2 ms that looks at three clocks."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MS = 2


@dataclass(frozen=True, slots=True)
class Stalls:
    """Percentiles of the gaps between two ticks, in milliseconds.

    `wall` is what a person could notice, whoever caused it; `own` is the part of it for which this process had a
    processor (all its threads: a worker that holds the interpreter's lock holds the window too), so that a busy
    machine does not count; `main` is the processor time of the window's thread alone.
    """

    ticks: int
    wall_p99: float
    wall_max: float
    own_p99: float
    own_max: float
    main_p99: float
    main_max: float


class Probe(QObject):
    """Ticks from `start` to `stop`."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._last = (0.0, 0.0, 0.0)
        self._gaps: list[tuple[float, float, float]] = []

    def start(self) -> None:
        """Begin anew."""
        self._gaps = []
        self._last = _clocks()
        self._timer.start()

    def stop(self) -> Stalls:
        """End, and tell."""
        self._timer.stop()
        wall = [gap for gap, _main, _whole in self._gaps]
        own = [min(gap, whole) for gap, _main, whole in self._gaps]
        main = [main for _gap, main, _whole in self._gaps]
        return Stalls(len(wall), *_p99_and_max(wall), *_p99_and_max(own), *_p99_and_max(main))

    def _tick(self) -> None:
        now, last = _clocks(), self._last
        self._gaps.append((now[0] - last[0], now[1] - last[1], now[2] - last[2]))
        self._last = now


def _clocks() -> tuple[float, float, float]:
    return time.perf_counter(), time.thread_time(), time.process_time()


def _p99_and_max(seconds: Sequence[float]) -> tuple[float, float]:
    if not seconds:
        return 0.0, 0.0
    ordered = sorted(seconds)
    return 1000 * ordered[int(0.99 * (len(ordered) - 1))], 1000 * ordered[-1]


def resident_mib() -> float:
    """What this process has in memory now, in MiB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def peak_mib() -> float:
    """The most that it ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
