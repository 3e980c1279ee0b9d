"""Moves: signed things that can have an effect, and what became of them."""

from dataclasses import dataclass
from enum import StrEnum


class MoveKind(StrEnum):
    """What a move does."""

    REQUEST = "request"
    CLAIM = "claim"
    ACTIVATE = "activate"
    REGISTER = "register"
    REPLACE = "replace"
    CANCEL = "cancel"
    FOLLOWED = "followed"
    """Made and sent by another wallet: only its public name is here, so nothing of it can be sent."""


class MoveState(StrEnum):
    """Where a move stands. UNKNOWN is a state of its own: it may or may not have taken effect."""

    INTENDED = "intended"
    SENDING = "sending"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The other side took the move. `said` is its answer, made plain.

    `seen_by` names who saw that it took effect, where the other side itself said something else or nothing. `learnt`
    are facts that later evidence is matched with, each a name and its value.
    """

    said: str = ""
    seen_by: str = ""
    learnt: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The other side certainly did not carry the move out, and says why."""

    code: str
    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have happened.

    `resend_harmless` tells whether the identical bytes may go again. `refusal` is what the other side said to a
    repetition: certain only if it afterwards still does not know the move, for it may be the echo of the first time's
    success, and stood for `patience_ms` at least. `said_no`: it answered, and with a no that proves nothing; by itself
    the wallet never sends the move again. `absent`: all that the other side lists was read, and it is not there, which
    proves nothing either.
    """

    sentence: str
    resend_harmless: bool = False
    refusal: Refused | None = None
    said_no: bool = False
    patience_ms: int = 0
    absent: bool = False


@dataclass(frozen=True, slots=True)
class NeverLeft:
    """Not one byte of this send left, and that is proven: nothing can have happened by it.

    `sentence` says why, `advice` what to do once the move has ended by that. It ends where `tries` sends in all never
    left and none may have arrived: 1 where the next send would meet the same, a few where it may pass, None where it
    is tried for as long as it takes.
    """

    sentence: str
    advice: str = ""
    tries: int | None = None


Outcome = Accepted | Refused | Unknown | NeverLeft

NOT_SENT = "not-sent"
"""The code of a move that ended because none of it ever left."""


@dataclass(frozen=True, slots=True)
class SignedMove:
    """A move as signed: `payload` is the exact text that is sent, byte for byte, each time.

    `locator` is the network's own name for it (transaction hash, payment hash), by which one can ask
    what became of it; `scope` and `nonce` name what would make it dead (another one with that nonce).
    """

    id: str
    kind: MoveKind
    profile: str
    locator: str
    payload: str
    scope: str = ""
    nonce: int = -1
