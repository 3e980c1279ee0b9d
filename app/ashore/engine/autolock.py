"""The lock that falls by itself when nobody is there."""

import asyncio
from collections.abc import Callable

LOCK_AFTER = "lock-after-seconds"
"""Name of the setting: after how many seconds without use the keys are taken away; 0 for never."""

LOCK_CHOICES_S = (0, 60, 300, 900, 3600)
LOCK_AFTER_S = 300
"""What is usual where there is something to guard."""

LOCK_CHECK_S = 30
"""How often it is looked whether the time has come: timers stand still while the machine sleeps."""


def lock_default(network: str) -> int:
    """After how many seconds the keys go away where nobody chose: never on a practice network, which guards nothing."""
    return 0 if network == "sandbox" else LOCK_AFTER_S


def lock_seconds(told: str, network: str) -> int:
    """The setting as it was stored, or the default where it is none of the choices."""
    known = {str(seconds): seconds for seconds in LOCK_CHOICES_S}
    return known.get(told, lock_default(network))


class AutoLock:
    """Counts the time since somebody was there, while the keys are open."""

    def __init__(self, monotonic: Callable[[], float], after: Callable[[], int], fall: Callable[[], None]) -> None:
        """`monotonic` in seconds; `after` the seconds without use, 0 for never; `fall` takes the keys away."""
        self._monotonic = monotonic
        self._after = after
        self._fall = fall
        self._last_use = monotonic()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def left(self) -> int | None:
        """Seconds until the keys are taken away; None for never."""
        after = self._after()
        return max(0, round(after - (self._monotonic() - self._last_use))) if after else None

    def touch(self) -> None:
        """Somebody is there: count anew, unless the time came while the machine slept."""
        if self.left == 0:
            self._fall()
        else:
            self._last_use = self._monotonic()

    def begin(self) -> None:
        """The keys were opened, or the setting was changed: count from now on."""
        self._last_use = self._monotonic()
        self.look()

    def look(self) -> None:
        """Take the keys away if their time has come, and look again in a while if not."""
        self.end()
        left = self.left
        if left == 0:
            self._fall()
        elif left is not None:
            self._timer = asyncio.get_running_loop().call_later(min(left, LOCK_CHECK_S), self.look)

    def end(self) -> None:
        """The keys are away: there is nothing to count."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
