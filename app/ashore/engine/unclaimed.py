"""Money that waits in contracts: looked for whenever something may have changed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from ashore.domain.errors import AshoreError
from ashore.engine.views import Account, Change, Topic
from ashore.systems.base import Offer, Payer, Unclaimed

MOST_OWNERS = 200
"""Addresses that are looked after: one's own, and the recipients of one's withdrawals."""

PAUSE_S = 2.0
"""Seconds between two looks: what stirs comes in flocks."""

TROUBLED_PAUSE_S = 15.0
"""The same while nobody answers."""

_log = logging.getLogger(__name__)


class Purse(Protocol):
    """A deployment whose contracts can owe money."""

    async def look(self, owners: Sequence[str]) -> tuple[Unclaimed, ...]:
        """What each owner is owed. Raises AshoreError."""

    async def open_claim(self, owed: Unclaimed, payers: Sequence[Payer]) -> Offer:
        """What claiming it costs now, and who can pay that. Raises AshoreError."""


class UnclaimedMoney:
    """What waits for own addresses and for recipients of own withdrawals. No operator is asked, no key is needed."""

    def __init__(
        self,
        purses: Mapping[str, Purse],
        accounts: Callable[[], Sequence[Account]],
        recipients: Callable[[], Sequence[str]],
        tell: Callable[[Change], None],
        now: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`purses` by profile; `recipients` gives addresses as lower-case hex; `now` UTC milliseconds."""
        self._purses = purses
        self._accounts = accounts
        self._recipients = recipients
        self._tell = tell
        self._now = now
        self._sleep = sleep
        self._stirred = asyncio.Event()
        self._stirred.set()
        self.found: tuple[Unclaimed, ...] = ()
        """What was found at the last look."""
        self.trouble: AshoreError | None = None
        """Why the last look told nothing; `found` is then of an earlier one."""
        self.looked_at = 0
        """When a look last told anything, in UTC milliseconds; 0 while none has."""

        self.passed_over = 0
        """How many addresses the last look left out: those that were withdrawn to longest ago."""

    def stir(self) -> None:
        """Something may have changed: look again soon."""
        self._stirred.set()

    def heard(self, change: Change) -> None:
        """What changes a withdrawal may change what waits, and with the keys one's own addresses become known."""
        if change.topic in (Topic.WITHDRAWAL, Topic.LOCK):
            self.stir()

    async def open_claim(self, owed: Unclaimed) -> Offer:
        """Ask what claiming that money costs now, and which account can pay for it. Raises AshoreError."""
        payers = [
            Payer(each.index, each.address.lower(), each.label) for each in self._accounts() if not each.elsewhere
        ]
        return await self._purses[owed.profile].open_claim(owed, payers)

    async def run(self) -> None:
        """Look whenever something stirs, until cancelled."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            await self.look()
            if self.trouble is not None:
                self._stirred.set()  # until the endpoints answer again
            await self._sleep(PAUSE_S if self.trouble is None else TROUBLED_PAUSE_S)

    async def look(self) -> None:
        """Look once, and tell."""
        try:
            own = [account.address.lower() for account in self._accounts()]
            every = list(dict.fromkeys([*own, *self._recipients()]))
            owners, self.passed_over = every[:MOST_OWNERS], max(0, len(every) - MOST_OWNERS)
            found = [each for purse in self._purses.values() for each in await purse.look(owners)] if owners else []
            self.found, self.trouble, self.looked_at = tuple(found), None, self._now()
        except AshoreError as error:
            _log.warning("looking for unclaimed money: %s", error.sentence)
            self.trouble = error
        self._tell(Change(Topic.UNCLAIMED))
