"""What the wallet shows of all that it follows: single ways, the list, proofs, and how those stand who are asked."""

import asyncio
from collections.abc import Mapping

from ashore.domain.errors import AshoreError
from ashore.domain.eta import Expectation
from ashore.domain.evidence import Evidence
from ashore.domain.observations import ChainHealth
from ashore.engine.parts import Parts
from ashore.engine.rechecking import check_again
from ashore.engine.views import BY_HAND, CLOCK_KEY, ActivityPage, ActivityQuery, Change, ProofCheck, Topic, Voyage
from ashore.engine.voyages import activity_row, usually, voyage_of

_DAMAGED = "The wallet’s journal is damaged on disk. Make a copy of the data folder before you go on."


class Shown:
    """Reads the journal and what is known of chains and operators; changes nothing."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._warnings: tuple[str, ...] = ()

    def usually(self, profile: str, destination: str) -> str:
        """How long a withdrawal of this profile to that chain usually takes, in a sentence."""
        return usually(self._expectations(profile, destination), self._parts.systems[profile].tracks()[0].words)

    def voyage(self, withdrawal: str) -> Voyage | None:
        """The view of one withdrawal."""
        state = self._parts.ledger.get(withdrawal)
        if state is None:
            return None
        track = self._parts.ledger.track_of(state)
        expected = self._expectations(state.terms.profile, state.terms.destination)
        return voyage_of(state, track, expected, self._parts.clock.now())

    def _expectations(self, profile: str, destination: str) -> Mapping[str, Expectation] | None:
        """None while the practice clock is moved by hand: its pauses are not how long anything takes."""
        on_l1 = bool(self._parts.systems[profile].chains)
        moved = self._parts.sandbox is not None and self._parts.keep.setting(CLOCK_KEY, "") == BY_HAND
        return None if on_l1 and moved else self._parts.systems[profile].expectations(destination)

    def activity(self, query: ActivityQuery, before: tuple[int, int] | None, limit: int) -> ActivityPage:
        """A page of the list, newest first."""
        rows = self._parts.journal.page(query.text, query.only, before, limit)
        told = ((row, self._parts.ledger.terms(row.id)) for row in rows)
        shown = [activity_row(row, terms) for row, terms in told if terms is not None]
        key = (rows[-1].started_at, rows[-1].number) if len(rows) == limit else None
        return ActivityPage(tuple(shown), key)

    async def check_proof(self, withdrawal: str, piece: Evidence) -> ProofCheck:
        """Check the stored proof of a withdrawal's evidence once more, from its bytes alone. Raises AshoreError."""
        terms = self._parts.ledger.terms(withdrawal)
        if terms is None:
            raise AshoreError("This withdrawal is not in the journal.")
        read = self._parts.systems[terms.profile].read_again
        return await check_again(self._parts.keep, piece, read, self._parts.clock.now)

    def health(self) -> tuple[ChainHealth, ...]:
        """How the endpoints of each chain stand."""
        return tuple(chain.health for chain in self._parts.chains if chain.health is not None)

    def operator_notes(self) -> tuple[str, ...]:
        """What the operators said instead of answering, and what is wrong with the journal's file."""
        troubles = tuple(chain.trouble for chain in self._parts.chains if chain.trouble)
        troubles += self._parts.wallets.troubles if self._parts.wallets else ()
        return self._warnings + troubles + tuple(note for told in self._parts.operators for note in told.notes)

    async def check_journal(self) -> None:
        """Let SQLite check its file, in a worker thread: a damaged journal must be known, not met."""
        if not await asyncio.to_thread(self._parts.journal_is_sound):
            self._warnings = (_DAMAGED,)
            self._parts.ledger.tell(Change(Topic.OPERATOR))
