"""Watching invoices: what the wallet pushes and a slow poll together, since push alone loses payments in the field."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ashore.lightning.backends import Receipt, ReceiptState, Trouble
from ashore.lightning.errors import BackendError, BackendMisbehaves, CredentialRefused
from ashore.net.pacing import MonotonicClock

LookUp = Callable[[str], Awaitable[Receipt]]
_SLICE_AT_LEAST = 1.0
_BETWEEN_NEWS = 0.05


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often is asked, in seconds: first soon, then ever more slowly, and each time a little at random."""

    first: float
    longest: float
    factor: float = 1.5
    spread: float = 0.2


class BackOff:
    """The waits of one rhythm, one after the other."""

    def __init__(self, rhythm: Rhythm, rng: random.Random) -> None:
        self._rhythm = rhythm
        self._rng = rng
        self._wait = rhythm.first

    def next(self) -> float:
        """Return the seconds to wait now."""
        wait = self._wait
        self._wait = min(self._rhythm.longest, wait * self._rhythm.factor)
        return wait * self._rng.uniform(1 - self._rhythm.spread, 1 + self._rhythm.spread)

    def reset(self) -> None:
        """Begin again with the first wait."""
        self._wait = self._rhythm.first


class Feed(Protocol):
    """What a wallet pushes, in slices of less than a minute."""

    async def begin(self) -> None:
        """Find the place from which on payments are told. Raises BackendError."""
        ...

    async def next_slice(self) -> Sequence[Receipt]:
        """Return what was paid, waiting for it for a while; empty if nothing was. Raises BackendError."""
        ...


@dataclass(slots=True)
class _Listener:
    """One caller's invoices and what it has not yet been told of them."""

    open: set[str]
    news: asyncio.Queue[Receipt | BaseException] = field(default_factory=asyncio.Queue)
    told: dict[str, ReceiptState] = field(default_factory=dict)

    def offer(self, receipt: Receipt) -> None:
        """Pass on what is new about an open invoice."""
        payment_hash = receipt.payment_hash
        if payment_hash not in self.open or self.told.get(payment_hash) is receipt.state:
            return
        self.told[payment_hash] = receipt.state
        if receipt.state is ReceiptState.SETTLED:
            self.open.discard(payment_hash)
        self.news.put_nowait(receipt)

    def ended(self, task: asyncio.Task[None]) -> None:
        """Pass on an error that nobody foresaw, so that no caller waits for a task that is gone."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.news.put_nowait(error)


class Watching:
    """Watches the invoices of any number of callers at one wallet.

    All share one feed, of which one caller's task at a time takes a slice: a wallet holds few connections open.
    """

    def __init__(
        self, look_up: LookUp, clock: MonotonicClock, rng: random.Random, rhythm: Rhythm, feed: Feed | None = None
    ) -> None:
        self._look_up = look_up
        self._clock = clock
        self._rng = rng
        self._rhythm = rhythm
        self._feed = feed
        self._begun = False
        self._turn = asyncio.Lock()
        self._listeners: list[_Listener] = []

    async def watch(self, payment_hashes: Iterable[str], trouble: Trouble | None) -> AsyncGenerator[Receipt, None]:
        """As `ReceiveBackend.watch`. The hashes are in lower case."""
        unsettled = set(payment_hashes)
        if not unsettled:
            return
        listener = _Listener(set(unsettled))
        self._listeners.append(listener)
        tasks = [asyncio.create_task(self._poll(listener, trouble))]
        if self._feed is not None:
            tasks.append(asyncio.create_task(self._listen(self._feed)))
        for task in tasks:
            task.add_done_callback(listener.ended)
        try:
            while unsettled:
                news = await listener.news.get()
                if isinstance(news, BaseException):
                    raise news
                if news.state is ReceiptState.SETTLED:
                    unsettled.discard(news.payment_hash)
                yield news
        finally:
            self._listeners.remove(listener)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _poll(self, listener: _Listener, trouble: Trouble | None) -> None:
        waits = BackOff(self._rhythm, self._rng)
        before: BackendError | None = None
        while listener.open:
            problem = await self._ask_about(listener)
            if trouble is not None and type(problem) is not type(before):
                trouble(problem)
            before = problem
            await self._clock.sleep(waits.next())

    async def _ask_about(self, listener: _Listener) -> BackendError | None:
        """Ask about every open invoice; return what went wrong."""
        problem: BackendError | None = None
        for payment_hash in sorted(listener.open):
            try:
                listener.offer(await self._look_up(payment_hash))
            except BackendMisbehaves as error:
                problem = error  # One bad answer says nothing about the other invoices.
            except BackendError as error:
                return error
        return problem

    async def _listen(self, feed: Feed) -> None:
        waits = BackOff(self._rhythm, self._rng)
        while True:
            async with self._turn:
                asked_at = self._clock.monotonic()
                try:
                    if not self._begun:
                        await self._begin(feed)
                    receipts = await feed.next_slice()
                except CredentialRefused:
                    return  # The credential may not listen: the poll goes on without.
                except BackendError:
                    pause = waits.next()
                else:
                    for receipt in receipts:
                        for listener in list(self._listeners):
                            listener.offer(receipt)
                    # A wallet that says "nothing yet" at once, again and again, is asked ever less often.
                    lasted = self._clock.monotonic() - asked_at >= _SLICE_AT_LEAST
                    pause = _BETWEEN_NEWS if receipts or lasted else waits.next()
                    if receipts or lasted:
                        waits.reset()
                await self._clock.sleep(pause)

    async def _begin(self, feed: Feed) -> None:
        """Let the feed begin, and ask once more: what was paid since the first look would else wait for the poll."""
        await feed.begin()
        self._begun = True
        for listener in list(self._listeners):
            await self._ask_about(listener)
