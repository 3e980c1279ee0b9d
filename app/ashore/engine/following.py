"""Following withdrawals that other wallets made: they are watched, and nothing of them can be sent from here."""

from collections.abc import Callable
from dataclasses import replace

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import PAST, REMOVED, Withdrawal
from ashore.engine.ledger import SUPERSEDED
from ashore.engine.parts import Parts
from ashore.systems.base import Adoption

_HERE = "Ashore"
TOOK = "zkLink’s node tells of it."


class Following:
    """Takes them onto the list, and off it again."""

    def __init__(self, parts: Parts, look: Callable[[], None]) -> None:
        """`look` has chains and operators asked now."""
        self._parts = parts
        self._look = look

    async def follow(self, profile: str, reference: str) -> str:
        """Ask the operator about a hash, and follow that withdrawal; returns its id. One already here is not asked for.

        `reference` has 64 hex digits, with or without 0x. Raises AshoreError, and then nothing is followed.
        """
        name = "0x" + reference.lower().removeprefix("0x")
        known = self._known(name)
        if known is None:
            adoption = await self._parts.systems[profile].adopt(name)
            known = self._known(name)  # the answer may have been waited for twice
            if known is None:
                known_as = self._begin(adoption)
                self._look()
                return known_as
        if known.facts.get(REMOVED):
            # What happened while nobody watched is looked up anew.
            past = [key for key in known.facts if key.startswith(PAST)]
            self._parts.ledger.record(ev.FactLearnt(known.id, key, "", _HERE) for key in (REMOVED, *past))
            self._look()
        return known.id

    def unfollow(self, withdrawal: str) -> None:
        """Take a followed withdrawal off the list. Nothing else changes: Ashore never had its money.

        Raises AshoreError where it was made here.
        """
        state = self._parts.ledger.get(withdrawal)
        if state is None or not state.is_followed:
            raise AshoreError("This withdrawal was made here, so it stays on the list.")
        self._parts.ledger.record([ev.FactLearnt(withdrawal, REMOVED, "yes", _HERE)])

    def _known(self, name: str) -> Withdrawal | None:
        found = self._parts.journal.with_locator(name)
        return found if found is None else self._parts.ledger.get(found.id)

    def _begin(self, adoption: Adoption) -> str:
        withdrawal, move = self._parts.new_id(), replace(adoption.move, id=self._parts.new_id())
        twins = self._parts.ledger.stopped_like(adoption.terms, move)
        self._parts.ledger.record(
            [
                *(ev.FactLearnt(twin.id, SUPERSEDED, withdrawal, _HERE) for twin in twins),
                ev.WithdrawalStarted(withdrawal, adoption.terms),
                ev.MoveIntended(withdrawal, move.id, move.kind, move.profile, move.locator, "", move.scope, move.nonce),
                ev.MoveAccepted(withdrawal, move.id, TOOK),
                *(ev.StageReached(withdrawal, stage, evidence) for stage, evidence in adoption.evidence),
            ]
        )
        return withdrawal
