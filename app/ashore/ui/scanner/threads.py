"""Threads that look at pictures."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable

LAST_S = 3.0
"""How long the end of the program waits for a look that has begun: longer than the longest takes."""


def begin(work: Callable[[], None], name: str) -> threading.Thread:
    """Do `work` in a thread of its own.

    A read that never ends does not hold up the end of the program. A look that has begun does, for a moment: a thread
    that Python ends within the decoder takes the whole process down with it.
    """

    def run() -> None:
        try:
            work()
        finally:
            atexit.unregister(thread.join)

    thread = threading.Thread(target=run, name=name, daemon=True)
    atexit.register(thread.join, LAST_S)
    thread.start()
    return thread
