"""Ending a request whose outcome nobody can tell, at a person's decision: a fact of its own, that proves nothing."""

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.moves import Accepted, Unknown
from ashore.domain.withdrawal import ENDED_BY_YOU, Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.engine.parts import Parts
from ashore.systems.base import signed_move

AGREEMENT = 2
"""How many endpoints have to agree before it counts that a chain shows nothing."""
YOU = "you"
_KNOWN = AshoreError("The other side has this request after all. It was not ended.", "Look at what is known of it.")


class Endings:
    """Ends them only after everybody who could know was asked once more."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def end(self, withdrawal: str) -> None:
        """Ask once more, then write down that a person ended it; it may still happen, and is watched for.

        Raises AshoreError where it was found, is not to be ended (yet), or somebody could not be asked. Then it goes
        on as before.
        """
        state = self._endable(withdrawal)
        self._refuse_unread(state)
        request = state.request
        assert request is not None
        outcome = await self._parts.systems[state.terms.profile].locate(signed_move(request))
        if isinstance(outcome, Accepted):
            raise _KNOWN  # whoever carries it hears of it by itself
        if not isinstance(outcome, Unknown) or not outcome.absent:
            said = outcome.sentence if isinstance(outcome, Unknown) else ""
            raise AshoreError(
                f"It was not ended: who has to be asked first gave no clear answer. {said}".strip(),
                "Try again later. Nothing is lost meanwhile.",
            )
        self._parts.probe(Boundary.ENDING_ANSWERED)
        async with self._parts.ledger.turn:
            state = self._endable(withdrawal)  # the chain may have told meanwhile
            self._refuse_unread(state)
            at = str(self._parts.clock.now())
            self._parts.ledger.record([ev.FactLearnt(withdrawal, ENDED_BY_YOU, at, YOU)])
            self._parts.probe(Boundary.ENDING_JOURNALED)

    def _endable(self, withdrawal: str) -> Withdrawal:
        state = self._parts.ledger.get(withdrawal)
        track = self._parts.ledger.track_of(state) if state is not None else None
        if state is None or track is None or not track.words.end:
            raise AshoreError("This cannot be ended by you.")
        if not state.may_be_ended(self._parts.clock.now(), track.ends_after_ms):
            raise AshoreError("This is not to be ended now.", "Look at what is known of it meanwhile.")
        return state

    def _refuse_unread(self, state: Withdrawal) -> None:
        """That a chain shows nothing says something only where all of it was read."""
        for chain in self._parts.chains:
            if chain.name != state.terms.destination:
                continue
            health = chain.health
            if chain.trouble or health is None or health.agreeing < AGREEMENT or health.behind:
                raise AshoreError(
                    f"It was not ended: Ashore has not read all of {chain.name} yet, where it may be.",
                    "Wait until its endpoints answer, then try again.",
                )
