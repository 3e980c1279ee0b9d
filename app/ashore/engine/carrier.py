"""Carrying a move: journal, send, journal; after an unknown outcome ask, and send only the same bytes again.

States: intended → sending → accepted | refused | unknown; unknown is resolved by `locate`. What provably never left is
sent again, or ends as not sent where that is of no use; from the first byte on only the other side can end it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.move_view import MoveView
from ashore.domain.moves import NOT_SENT, Accepted, MoveKind, MoveState, NeverLeft, Outcome, Refused, Unknown
from ashore.domain.withdrawal import BEGINNINGS, REPLACEMENTS, SAID_BY, Status, Withdrawal
from ashore.engine.boundaries import Boundary, Probe
from ashore.engine.ledger import Ledger
from ashore.systems.base import WithdrawalSystem, signed_move

SETTLED = frozenset({MoveState.ACCEPTED, MoveState.REFUSED, MoveState.DEAD})
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
ROUNDS = 3
"""How often a refusal that may be an echo has to be repeated, besides standing for a while."""
_SUBMISSION = {MoveKind.REPLACE: "replacement", MoveKind.CANCEL: "cancellation"}
"""Kinds of evidence that are not called a submission: the hashes of all that was sent stay in view."""

Sleep = Callable[[float], Awaitable[None]]

_log = logging.getLogger(__name__)


class Doubt:
    """Weighs refusals that may be the echo of the first send's success, such as of a used nonce or a spent balance.

    They are believed only after the other side stood by them, asked again and again, for as long as patience lasts:
    any other answer in between, or none, begins the wait anew.
    """

    def __init__(self, patience_ms: int, now: Callable[[], int]) -> None:
        self._patience = patience_ms
        self._now = now
        self._code = ""
        self._since = 0
        self._rounds = 0

    def forget(self) -> None:
        """Something else than the refusal was answered: it does not stand any more."""
        self._rounds = 0

    def weigh(self, outcome: Outcome) -> Outcome:
        """Return the refusal once it stood long enough, else the outcome as it is."""
        if not isinstance(outcome, Unknown) or outcome.refusal is None:
            self.forget()
            return outcome
        if outcome.refusal.code != self._code:
            self.forget()
        self._rounds += 1
        if self._rounds == 1:
            self._code, self._since = outcome.refusal.code, self._now()
        patience = max(self._patience, outcome.patience_ms)
        certain = self._rounds >= ROUNDS and self._now() - self._since >= patience
        return outcome.refusal if certain else outcome


class Carrier:
    """Carries one move of one withdrawal until its outcome is known."""

    def __init__(
        self,
        ledger: Ledger,
        system: WithdrawalSystem,
        now: Callable[[], int],
        probe: Probe,
        sleep: Sleep = asyncio.sleep,
        patience_ms: int = 0,
    ) -> None:
        """`patience_ms` is how long the other side has to stand by a refusal that may be only an echo."""
        self._ledger = ledger
        self._system = system
        self._now = now
        self._probe = probe
        self._sleep = sleep
        self._doubt = Doubt(patience_ms, now)
        self._in_vain_at = -1
        """The wish, by its number, of which every send would be in vain."""

    async def carry(self, withdrawal: str, move: str) -> None:
        """Bring the move to an outcome, however long it takes. May be cancelled and begun again at any point."""
        wait = FIRST_WAIT_S
        while True:
            try:
                if await self._settled(withdrawal, move):
                    return
            except AshoreError as error:
                # Such as a full disk: it is tried again, for what was not journaled was not sent.
                _log.error("carrying paused: %s", error.sentence)
            await self._sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def _settled(self, withdrawal: str, move: str) -> bool:
        """Take one turn: ask where it may have arrived, send where that is harmless. Whether the outcome is known."""
        current = self._pending(withdrawal, move)
        if current is None:
            return True
        outcome: Outcome | None = None
        if current.arrivals or current.sends:
            outcome = await self._locate(withdrawal, current)
            current = self._pending(withdrawal, move)
            if current is None:
                return True  # L1 may have told while the other side was asked
        again = isinstance(outcome, Unknown) and outcome.resend_harmless
        if outcome is None or (again and self._may_go(withdrawal, current)):
            outcome = await self._send(withdrawal, current)
        elif again:
            self._doubt.forget()
        return self._pending(withdrawal, move) is None

    def _pending(self, withdrawal: str, move: str) -> MoveView | None:
        """The move, while its outcome is still to be found out."""
        state = self._ledger.get(withdrawal)
        if state is None or state.status in (Status.UNSEEN, Status.ENDED):
            return None  # nobody who can be asked will ever know, or is asked any more
        current = state.moves.get(move)
        return None if current is None or current.state in SETTLED else current

    def _may_go(self, withdrawal: str, move: MoveView) -> bool:
        """Whether there is still a reason to send it again: no answer yet, a way out, and not all done without one."""
        state = self._ledger.get(withdrawal)
        in_vain = self._in_vain_at == move.wishes
        if state is None or state.status is Status.FINAL or state.overtaken(move.id):
            return False
        return not move.said_no and not in_vain

    async def _send(self, withdrawal: str, move: MoveView) -> Outcome:
        first = move.arrivals == 0
        self._probe(Boundary.SENDING_BEFORE_JOURNAL)
        self._ledger.record([ev.MoveSending(withdrawal, move.id)])
        self._probe(Boundary.SENDING_JOURNALED)
        outcome = await self._system.submit(signed_move(move), first)
        self._probe(Boundary.SENDING_ANSWERED)
        if not isinstance(outcome, Unknown) or outcome.refusal is None:
            self._doubt.forget()
        if isinstance(outcome, Unknown) and outcome.refusal is not None:
            asked = await self._system.locate(signed_move(move))
            still_unknown_there = isinstance(asked, Unknown) and asked.resend_harmless
            outcome = self._doubt.weigh(outcome if still_unknown_there else asked)
        elif isinstance(outcome, Refused):
            # A refusal that something between us and the node made up must not hide that the node took it.
            asked = await self._system.locate(signed_move(move))
            outcome = asked if isinstance(asked, Accepted) else outcome
        elif isinstance(outcome, NeverLeft):
            in_vain = outcome.tries is not None and move.misses + 1 >= outcome.tries
            self._in_vain_at = move.wishes if in_vain else -1
        self._write(withdrawal, move, outcome)
        return outcome

    async def _locate(self, withdrawal: str, move: MoveView) -> Outcome:
        self._probe(Boundary.LOCATE_BEFORE)
        outcome = await self._system.locate(signed_move(move))
        if not (isinstance(outcome, Unknown) and outcome.resend_harmless):
            outcome = self._doubt.weigh(outcome)  # that it is still not known is weighed by what the repetition meets
        self._probe(Boundary.LOCATE_ANSWERED)
        current = self._move(withdrawal, move.id)
        if current is not None and current.state not in SETTLED:
            self._write(withdrawal, current, outcome)
        return outcome

    def _write(self, withdrawal: str, move: MoveView, outcome: Outcome) -> None:
        """Journal what became of it; L1 may have told meanwhile, and what is settled stays."""
        current = self._move(withdrawal, move.id)
        if current is None or current.state in SETTLED:
            return
        if isinstance(outcome, Accepted):
            self._ledger.record(
                [
                    ev.MoveAccepted(withdrawal, move.id, outcome.said),
                    *self._first_stage(withdrawal, move, outcome),
                    *self._learnt(withdrawal, outcome),
                ]
            )
        elif isinstance(outcome, Refused):
            self._ledger.record([ev.MoveRefused(withdrawal, move.id, outcome.code, outcome.sentence, outcome.advice)])
        elif isinstance(outcome, NeverLeft):
            self._ledger.record(self._not_left(withdrawal, current, outcome))
        elif self._is_news(current, outcome):
            self._ledger.record([ev.MoveUnclear(withdrawal, move.id, outcome.sentence, said_no=outcome.said_no)])
        self._probe(Boundary.OUTCOME_JOURNALED)

    def _not_left(self, withdrawal: str, move: MoveView, outcome: NeverLeft) -> list[ev.Event]:
        """What a send that never left leaves behind: the end, if it was in vain and no other one may have arrived.

        After a wish that was in vain the last answer stands again, so that there can be another wish.
        """
        in_vain = self._in_vain_at == move.wishes
        if in_vain and move.wishes and move.answer:
            said = f"It did not go again: {outcome.sentence} {move.answer}"
            return [ev.MoveUnclear(withdrawal, move.id, said, left=False, said_no=True)]
        told: list[ev.Event] = [ev.MoveUnclear(withdrawal, move.id, outcome.sentence, left=False)]
        if in_vain and move.arrivals == 1:  # the one that this very send counts as until it is told
            said = f"Nothing was sent. {outcome.sentence}"
            told.append(ev.MoveRefused(withdrawal, move.id, NOT_SENT, said, outcome.advice))
        return told

    @staticmethod
    def _is_news(move: MoveView, outcome: Unknown) -> bool:
        """Whether an open outcome says more than what is journaled. That nothing has left yet is the better news."""
        if move.state is not MoveState.UNKNOWN:
            return True
        if move.said_no:
            return False  # what it answered is not talked over by who could not be asked
        return bool(outcome.sentence) and move.arrivals > 0 and move.said != outcome.sentence

    def _first_stage(self, withdrawal: str, move: MoveView, outcome: Accepted) -> list[ev.Event]:
        state = self._ledger.get(withdrawal)
        if state is None or (move.kind not in BEGINNINGS and move.kind not in REPLACEMENTS):
            return []
        stage = self._ledger.track_of(state).answered
        facts = {"request": move.locator, "answer": outcome.said}
        says_so = state.terms.details.get(SAID_BY, state.terms.system)
        level = Level.SEEN if outcome.seen_by else Level.REPORTED
        evidence = Evidence(
            _SUBMISSION.get(move.kind, "submission"), level, outcome.seen_by or says_so, self._now(), facts
        )
        reached: list[ev.Event] = [ev.StageReached(withdrawal, stage, evidence)]
        if outcome.seen_by:
            reached.append(ev.StageContradicted(withdrawal, stage, state.moves[move.id].said, outcome.said))
        return reached

    def _learnt(self, withdrawal: str, outcome: Accepted) -> list[ev.Event]:
        state = self._ledger.get(withdrawal)
        if state is None:
            return []
        said_by = outcome.seen_by or state.terms.details.get(SAID_BY, state.terms.system)
        return [ev.FactLearnt(withdrawal, name, value, said_by) for name, value in outcome.learnt]

    def _move(self, withdrawal: str, move: str) -> MoveView | None:
        state: Withdrawal | None = self._ledger.get(withdrawal)
        return state.moves.get(move) if state else None
