"""Keeps the vault tidy: a bearer's secret stays sealed as long as its withdrawal is open, and no longer."""

import asyncio
import logging

from ashore.domain.errors import AshoreError
from ashore.engine.parts import Parts
from ashore.engine.requests import NOTE_FOR, Requests
from ashore.engine.views import Change, Topic
from ashore.keys.signer import SEALED_NOTE, SealedRecord

_log = logging.getLogger(__name__)


class SealedNotes:
    """Forgets notes of withdrawals that have ended, and of those that were never journaled because of a crash."""

    def __init__(self, parts: Parts, requests: Requests) -> None:
        self._parts = parts
        self._requests = requests
        self._wanted = asyncio.Event()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Look through the notes after each unlocking, and whenever a withdrawal ended; for ever."""
        unsubscribe = self._parts.ledger.subscribe(self._hear)
        self._wanted.set()
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                try:
                    await self.tidy()
                except AshoreError as error:
                    # Such as a lock meanwhile: what stays is sealed, and the next unlocking looks again.
                    _log.info("notes stay for now: %s", error.sentence)
        finally:
            unsubscribe()

    async def tidy(self) -> None:
        """Forget what no open withdrawal needs. Does nothing while locked. Raises AshoreError."""
        if not self._parts.signer.unlocked:
            return
        async with self._turn:
            for note in await self._parts.signer.sealed():
                if note.kind == SEALED_NOTE and not self._needed(note):
                    await self._parts.signer.forget(note.record_id)

    def _hear(self, change: Change) -> None:
        ended = change.topic is Topic.WITHDRAWAL and not self._parts.ledger.is_open(change.id)
        if ended or change.topic is Topic.LOCK:
            self._wanted.set()

    def _needed(self, note: SealedRecord) -> bool:
        """Whether an open move holds on to this very note, or one may that is not journaled yet.

        No move is asked for here that ended: nothing of it is sent again. A note of another kind of use is left alone.
        """
        name = note.meta.get(NOTE_FOR, "")
        if not name:
            return True
        moves = [move for state in self._parts.ledger.open for move in state.moves.values()]
        if any(move.payload == note.record_id for move in moves):
            return True
        return self._requests.under_way(name) and not self._parts.journal.knows(name)
