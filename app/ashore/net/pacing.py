"""Time as the network layer needs it, and the pace at which one host is asked."""

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol


class MonotonicClock(Protocol):
    """A clock that never goes back; seconds with an arbitrary origin."""

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock and the running event loop's sleep."""

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How often one host may be asked: `per_second` on average, `burst` at once."""

    per_second: float = 20.0
    burst: int = 40


class HostPace:
    """A token bucket for one host that can also be told to pause (Retry-After)."""

    def __init__(self, limit: RateLimit, clock: MonotonicClock) -> None:
        self._limit = limit
        self._clock = clock
        self._tokens = float(limit.burst)
        self._filled_at = clock.monotonic()
        self._paused_until = self._filled_at

    def delay(self) -> float:
        """Return the seconds to wait before the next request, taking its token now."""
        now = self._clock.monotonic()
        refill = (now - self._filled_at) * self._limit.per_second
        self._tokens = min(float(self._limit.burst), self._tokens + refill) - 1.0
        self._filled_at = now
        owed = -self._tokens / self._limit.per_second if self._tokens < 0 else 0.0
        return max(owed, self._paused_until - now, 0.0)

    def pause(self, seconds: float) -> None:
        """Send nothing to this host for `seconds`."""
        self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)
