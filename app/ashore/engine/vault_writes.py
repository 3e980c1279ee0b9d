"""Writes of the vault that have begun go on to their end, whether or not anybody still waits for them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class VaultWrites:
    """The writes of one list of vouchers."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """`changed` is told of the end of each."""
        self._changed = changed
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Begin a write. Who waits for it shields it."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def settled(self) -> None:
        """Wait until every write has ended. Who gives up waiting stops none."""
        while self._running:
            await asyncio.wait(tuple(self._running))
            # From Python 3.12 on, waiting for what is done already gives nobody else a turn, such as `_ended`.
            await asyncio.sleep(0)

    async def settled_within(self, seconds: float) -> None:
        """Wait for those that run now, and no longer than that."""
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=seconds)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        hear(task)
        self._changed()


def hear(task: "asyncio.Task[Any]") -> None:
    """Take note of how work ended that nobody may wait for any more: it is told to whoever does."""
    if not task.cancelled():
        task.exception()
