"""A move as folded from its events: how often it was sent, and what was answered."""

from dataclasses import dataclass, replace

from ashore.domain import events as ev
from ashore.domain.moves import MoveKind, MoveState


@dataclass(frozen=True, slots=True)
class MoveView:
    """A move as folded. `arrivals` counts the sends that may have arrived: all but those that never left.

    `said_no`: it was answered with a no that proves nothing, so it is not sent again but at a person's wish; `wishes`
    counts those, and `answer` keeps the last no meanwhile. `misses` counts the sends that never left since anything
    did, or was wished.
    """

    id: str
    kind: MoveKind
    profile: str
    locator: str
    payload: str
    scope: str
    nonce: int
    state: MoveState = MoveState.INTENDED
    sends: int = 0
    arrivals: int = 0
    said: str = ""
    code: str = ""
    advice: str = ""
    said_no: bool = False
    wishes: int = 0
    answer: str = ""
    misses: int = 0


LaterMoveEvent = ev.MoveSending | ev.MoveAccepted | ev.MoveRefused | ev.MoveUnclear | ev.MoveAgain
MoveEvent = ev.MoveIntended | LaterMoveEvent


def move_after(move: MoveView, event: LaterMoveEvent) -> MoveView:
    """Return the move after one more event."""
    ended_before_the_wish = move.state is MoveState.REFUSED and isinstance(event, ev.MoveAgain)
    if move.state is MoveState.ACCEPTED or ended_before_the_wish:
        return move  # what was taken stays taken: a late refusal of a resend says nothing about it
    if isinstance(event, ev.MoveSending):
        return replace(move, state=MoveState.SENDING, sends=move.sends + 1, arrivals=move.arrivals + 1)
    if isinstance(event, ev.MoveAccepted):
        return replace(move, state=MoveState.ACCEPTED, said=event.said, code="", advice="")
    if isinstance(event, ev.MoveAgain):
        wished = replace(move, state=MoveState.UNKNOWN, said=event.sentence, said_no=False, misses=0)
        return replace(wished, wishes=move.wishes + 1)
    if isinstance(event, ev.MoveUnclear):
        was_sent = move.state is MoveState.SENDING
        never_left = was_sent and not event.left
        misses = move.misses + int(never_left)
        return replace(
            move,
            state=MoveState.UNKNOWN,
            said=event.sentence,
            arrivals=move.arrivals - int(never_left),
            misses=0 if was_sent and event.left else misses,
            said_no=move.said_no or event.said_no,
            answer=event.sentence if event.said_no and event.left else move.answer,
        )
    return replace(move, state=MoveState.REFUSED, code=event.code, said=event.sentence, advice=event.advice)
