"""Named places between which a crash must lose nothing. The kill matrix stops the process at each of them."""

from collections.abc import Callable
from enum import StrEnum


class Boundary(StrEnum):
    """A place in the life of a move or an observation."""

    LINK_SEALED = "link.sealed"
    OPENED_ANSWERED = "opened.answered"
    OPENED_SEALED = "opened.sealed"
    CONFIRM_BEFORE_SIGNING = "confirm.before-signing"
    CONFIRM_SIGNED = "confirm.signed"
    INTENT_JOURNALED = "intent.journaled"
    SENDING_BEFORE_JOURNAL = "sending.before-journal"
    SENDING_JOURNALED = "sending.journaled"
    SENDING_ANSWERED = "sending.answered"
    OUTCOME_JOURNALED = "outcome.journaled"
    LOCATE_BEFORE = "locate.before"
    LOCATE_ANSWERED = "locate.answered"
    POLL_ANSWERED = "poll.answered"
    DERIVED_JOURNALED = "derived.journaled"
    PLACE_WRITTEN = "place.written"
    OPERATOR_ANSWERED = "operator.answered"
    OPERATOR_JOURNALED = "operator.journaled"
    ENDING_ANSWERED = "ending.answered"
    ENDING_JOURNALED = "ending.journaled"


Probe = Callable[[Boundary], None]


def no_probe(_boundary: Boundary) -> None:
    """What every real run uses."""
