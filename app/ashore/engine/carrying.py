"""Carries every open move on: one carrier each, resting between two tries until its time or a rousing comes."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine

from ashore.engine.carrier import SETTLED, Carrier
from ashore.engine.parts import Parts

Spawn = Callable[[Coroutine[None, None, None]], None]
"""Runs work beside everything else, until the wallet closes."""


class Carrying:
    """All carriers of a wallet."""

    def __init__(self, parts: Parts, spawn: Spawn) -> None:
        self._parts = parts
        self._spawn = spawn
        self._roused = asyncio.Event()

    def take_up(self) -> None:
        """Carry on whatever the journal holds that has no outcome yet."""
        for state in self._parts.ledger.open:
            for move in state.moves.values():
                if move.state not in SETTLED:
                    self.carry(state.terms.profile, state.id, move.id)

    def carry(self, profile: str, withdrawal: str, move: str) -> None:
        """Carry one move until its outcome is known. Does nothing for a system that is not here."""
        system = self._parts.systems.get(profile)
        if system is not None:
            carrier = Carrier(
                self._parts.ledger,
                system,
                self._parts.clock.now,
                self._parts.probe,
                self._rest,
                self._parts.patience_ms,
            )
            self._spawn(carrier.carry(withdrawal, move))

    def rouse(self) -> None:
        """Let everything that is being carried take its next turn now."""
        self._roused.set()
        self._roused = asyncio.Event()

    async def _rest(self, seconds: float) -> None:
        """Wait between two tries. Unlocking ends it (a secret of the vault may be all that was missing), or a wish."""
        roused = self._roused
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await roused.wait()
