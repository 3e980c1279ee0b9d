"""One deadline for all that an opening asks, so that a person never waits for who does not answer."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

_T = TypeVar("_T")


class Hurry:
    """Ends what takes longer than `seconds` from now on; `late` once something was ended."""

    def __init__(self, seconds: float) -> None:
        self._until = asyncio.get_running_loop().time() + seconds
        self.late = False

    async def within(self, work: Awaitable[_T], otherwise: _T) -> _T:
        """What `work` gives, or `otherwise` where the time is over before."""
        deadline = asyncio.timeout_at(self._until)
        try:
            async with deadline:
                return await work
        except TimeoutError:
            if not deadline.expired():
                raise
            self.late = True
            return otherwise
