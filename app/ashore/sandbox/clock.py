"""One time for the sandbox's chains and operators: real time times a speed, or moved by hand."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

_EPSILON = 1e-6


class Stage(StrEnum):
    """What a zkLink operator does with a transaction, in this order. From `accept` on these are L1 transactions.

    `accept` is what a broker does with a fast withdrawal.
    """

    EXECUTE_L2 = "execute_l2"
    SEAL = "seal"
    ACCEPT = "accept"
    COMMIT = "commit"
    PROVE = "prove"
    SYNC = "sync"
    EXECUTE = "execute"
    PAYOUT = "payout"


class ClockMode(StrEnum):
    """How the sandbox's time passes."""

    DEMO = "demo"
    REALISTIC = "realistic"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast chain and operator move; all durations in seconds of the sandbox's clock."""

    mode: ClockMode
    block_time: float
    """Between two blocks when a transaction waits."""
    idle_block_time: float
    """Between two blocks when nothing waits."""
    safe_depth: int
    finality_depth: int
    """`finalized` is this many blocks behind the head."""
    stages: Mapping[Stage, float] = field(default_factory=dict)
    """How long the operator waits before each stage."""

    @property
    def manual(self) -> bool:
        """Whether nothing moves until it is told to."""
        return self.mode is ClockMode.STEP


def _pace(mode: ClockMode, block: tuple[float, float], depth: tuple[int, int], stages: tuple[float, ...]) -> Pace:
    return Pace(mode, *block, *depth, MappingProxyType(dict(zip(Stage, stages, strict=True))))


PACES: Mapping[ClockMode, Pace] = MappingProxyType(
    {
        ClockMode.DEMO: _pace(ClockMode.DEMO, (1.0, 2.0), (2, 4), (0.5, 3.0, 1.0, 3.0, 5.0, 4.0, 4.0, 3.0)),
        ClockMode.REALISTIC: _pace(
            ClockMode.REALISTIC, (12.0, 12.0), (32, 64), (1, 60, 240, 900, 7200, 1200, 900, 600)
        ),
        ClockMode.STEP: _pace(ClockMode.STEP, (12.0, 12.0), (2, 4), (0.0,) * len(Stage)),
    }
)


class Clock:
    """The sandbox's time in unix seconds.

    Args:
        start: the first value of `now`.
        speed: seconds of sandbox time per second of real time; None means moved by `advance` alone.
        monotonic: the source of real time.
    """

    def __init__(
        self, start: float, *, speed: float | None = 1.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic = monotonic
        self._base = start
        self._since = monotonic()
        self._speed = _checked_speed(speed)
        self._changed = asyncio.Event()

    @property
    def speed(self) -> float | None:
        """Seconds of sandbox time per real second; None when moved by hand."""
        return self._speed

    def now(self) -> float:
        """The sandbox's time, unix seconds. Never goes back but by `restart`."""
        if self._speed is None:
            return self._base
        return self._base + (self._monotonic() - self._since) * self._speed

    def set_speed(self, speed: float | None) -> None:
        """Change how time passes from now on (None: by hand).

        Raises:
            ValueError: the speed is not between 0.01 and 100,000.
        """
        checked = _checked_speed(speed)
        self._rebase(self.now())
        self._speed = checked
        self._wake()

    def advance(self, seconds: float) -> None:
        """Jump forward.

        Raises:
            ValueError: the step is negative or longer than a year.
        """
        if not 0 <= seconds <= 366 * 86_400:
            raise ValueError("a step is between 0 seconds and a year")
        self._rebase(self.now() + seconds)
        self._wake()

    def catch_up(self, moment: float) -> None:
        """Jump to `moment` (unix seconds) if that is ahead."""
        if moment > self.now():
            self._rebase(moment)
            self._wake()

    def restart(self, moment: float) -> None:
        """Begin again at `moment`: the only way back, for a world that begins again."""
        self._rebase(moment)
        self._wake()

    async def sleep(self, seconds: float) -> None:
        """Wait for sandbox time to pass; a change of speed or a jump counts at once."""
        deadline = self.now() + seconds
        while (left := deadline - self.now()) > _EPSILON:
            changed = self._changed
            try:
                async with asyncio.timeout(None if self._speed is None else left / self._speed):
                    await changed.wait()
            except TimeoutError:
                continue
        await asyncio.sleep(0)

    def _rebase(self, value: float) -> None:
        self._base, self._since = value, self._monotonic()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _checked_speed(speed: float | None) -> float | None:
    if speed is not None and not 0.01 <= speed <= 100_000:
        raise ValueError("the speed is between 0.01 and 100,000")
    return speed
