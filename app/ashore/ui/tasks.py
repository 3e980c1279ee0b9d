"""Work that the window has started and does not wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ashore.domain.errors import AshoreError

Failed = Callable[[AshoreError], object]
Unexpected = Callable[[BaseException], object]


class Tasks:
    """Runs coroutines for pages. A named task that is started again replaces the one before it.

    Errors made for people go to the page that started the work; anything else is a fault of the program and goes to
    `unexpected`.
    """

    def __init__(self, unexpected: Unexpected) -> None:
        self._unexpected = unexpected
        self._running: set[asyncio.Task[None]] = set()
        self._named: dict[str, asyncio.Task[None]] = {}

    @property
    def busy(self) -> bool:
        """Whether anything still runs."""
        return bool(self._running)

    def start(self, work: Coroutine[Any, Any, None], *, failed: Failed | None = None, name: str = "") -> None:
        """Run `work`. `failed` is told an AshoreError; with a `name`, earlier work of that name is cancelled.

        Where no loop runs (any more) nothing is begun: a timer of a form may still go off while the program ends.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            work.close()
            return
        task = loop.create_task(work)
        self._running.add(task)
        if name:
            self.cancel(name)
            self._named[name] = task
        task.add_done_callback(lambda done: self._ended(done, failed))

    def cancel(self, name: str) -> None:
        """Cancel the work of that name, if it still runs."""
        earlier = self._named.pop(name, None)
        if earlier is not None:
            earlier.cancel()

    async def aclose(self) -> None:
        """Cancel everything and wait for it to end."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None], failed: Failed | None) -> None:
        self._running.discard(task)
        for name in [name for name, known in self._named.items() if known is task]:
            del self._named[name]
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        if isinstance(error, AshoreError) and failed is not None:
            failed(error)
        else:
            self._unexpected(error)
