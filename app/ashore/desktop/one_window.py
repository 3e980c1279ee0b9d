"""One window for each data folder: who takes the lock is it, and everybody else hands over.

Little is imported here, for every start comes this way.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from enum import Enum

from ashore.desktop.messages import Message
from ashore.desktop.paths import Paths
from ashore.desktop.single_instance import AlreadyRunning, InstanceLock

PATIENCE_S = 8.0
"""How long a start waits for the window: another start may be making it, or it may be closing."""

_PAUSE_S = 0.02


class Outcome(Enum):
    """What became of a hand-over."""

    TAKEN = "taken"
    REFUSED = "refused"
    """By a window of another version."""
    NOBODY = "nobody"
    """The window is there (its lock is held) and does not answer."""


def token_of(environment: Mapping[str, str]) -> str:
    """What the desktop gave this start for bringing a window to the front; empty where it gave nothing."""
    return environment.get("XDG_ACTIVATION_TOKEN", "") or environment.get("DESKTOP_STARTUP_ID", "")


def lock_or_hand_over(
    paths: Paths, message: Message, environment: Mapping[str, str], patience_s: float = PATIENCE_S
) -> InstanceLock | Outcome:
    """Become the one window of this data, or hand the message to the window that is.

    The lock decides, so that of many starts at once exactly one becomes the window, and a socket that a crash has left
    behind means nothing.

    Raises:
        OSError: the data folder cannot be used.
    """
    end = time.monotonic() + patience_s
    while True:
        lock = InstanceLock(paths.instance_lock)
        with contextlib.suppress(AlreadyRunning):
            lock.take()
            return lock
        from ashore.desktop.hand_over import hand_over  # sockets: the window itself needs none of it to be painted

        answer = hand_over(paths.data, message, environment)
        if answer is not None:
            return answer
        if time.monotonic() >= end:
            return Outcome.NOBODY
        time.sleep(_PAUSE_S)
