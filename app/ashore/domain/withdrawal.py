"""The aggregate: a withdrawal as the fold of its events."""

from dataclasses import dataclass, field
from enum import StrEnum

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.move_view import MoveView
from ashore.domain.moves import MoveKind, MoveState


class Mark(StrEnum):
    """The mark of a stage in the voyage: shape first, colour second."""

    AWAITED = "awaited"
    REPORTED = "reported"
    SEEN = "seen"
    PROVEN = "proven"
    IRREVERSIBLE = "irreversible"
    TAKEN_BACK = "taken-back"
    UNKNOWN = "unknown"
    FAILED = "failed"
    NOT_APPLICABLE = "not-applicable"
    NOT_REACHED = "not-reached"


class Status(StrEnum):
    """Where the whole withdrawal stands."""

    PREPARED = "prepared"
    UNKNOWN = "unknown"
    UNDER_WAY = "under-way"
    FINAL = "final"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNSEEN = "unseen"
    ENDED = "ended"
    REMOVED = "removed"


UNSEEN_END = "ended.unseen"
"""The fact that a withdrawal ended where the wallet cannot look: whether the money came, its owner alone knows."""

ENDED_BY_YOU = "ended.by-you"
"""The fact that a person ended a withdrawal of which nobody can tell the outcome. When, in UTC milliseconds."""

FOLLOWED = "followed"
"""The detail of the terms of a withdrawal that another wallet made, and that is only followed here."""

PAST = "past."
"""How the facts begin that say, by chain, how far was looked up what happened before a withdrawal was followed."""

REMOVED = "list.removed"
"""The fact that a person took a followed withdrawal off the list; empty again once it is followed anew."""

SAID_BY = "said-by"
"""The detail that names whose word an answer is, where that is not the system's own operator."""

RECEIVED = "amount.received"
"""The fact of how much came, in words, where it is less than what was asked for."""

GAS_MOST = "gas.most"
"""The detail, and later the fact, of the most that the gas of a transaction can cost: a number, in wei."""

PRICED_OUT = "gas.now"
"""The fact of what gas costs, in words, where that is more than a waiting transaction may spend; empty again after."""

NOTE = "note."
"""How the facts begin that add a sentence, in words, to what was reached at a stage; empty again where it is not so."""

HELD_UP = "held-up"
"""The fact of why nothing goes on for now, in words; empty again once it does."""

RECEIPT = "receipt"
"""The kind of evidence that says which of a claim's transactions a block took, and what its gas has cost."""

OUTRUN = "nonce.taken"
"""The fact, in a sentence, that another request with its nonce is where this one would be; empty once it is not."""

LAST_STAGE = "track.last"
"""The detail of the terms that names the stage which ends the withdrawal."""

WAY = "track.way"
"""The fact that names the way a withdrawal took where its track knows several, such as a broker’s: see `Stage.moot`."""

LAST_LEVEL = "track.last-level"
"""The detail that names how strong the evidence of that stage has to be: `seen` where nothing stronger can exist, such
as on Lightning, `reported` where only the operator can tell, and no money moves; irreversible where it is missing."""
_LAST_LEVELS = {"seen": Level.SEEN, "reported": Level.REPORTED}

PRIMARY = "chain.primary"
"""The detail that names the chain where batches are proven, in case it is another one than the money goes to."""

AGAIN_UNTIL = "again.until"
"""The detail that says until when (UTC milliseconds) the identical move may be sent again after a no; else missing."""

ANEW_FROM = "anew.from"
"""The detail that says from when (UTC milliseconds) a new request may be made where nothing came of this one."""

OPEN_STATUSES = frozenset({Status.PREPARED, Status.UNKNOWN, Status.UNDER_WAY})
BEGINNINGS = frozenset({MoveKind.REQUEST, MoveKind.CLAIM, MoveKind.ACTIVATE, MoveKind.REGISTER, MoveKind.FOLLOWED})
"""Kinds of moves that a withdrawal begins with."""

REPLACEMENTS = frozenset({MoveKind.REPLACE, MoveKind.CANCEL})
"""Kinds of moves that carry the number of an earlier one, so that the network takes only one of them."""

_ON_CHAIN = frozenset({MoveKind.CLAIM, MoveKind.REGISTER})
"""Kinds of moves that are transactions, which another one with their number can replace."""

_OUTSTANDING = frozenset({MoveState.ACCEPTED, MoveState.UNKNOWN})
_STRONGEST_FIRST = (MoveState.ACCEPTED, MoveState.SENDING, MoveState.UNKNOWN, MoveState.INTENDED)

STOPPED = frozenset({Status.REFUSED, Status.FAILED, Status.CANCELLED})
"""Where a withdrawal stands that ended without money."""

_STATUS_OF_MOVE = {
    MoveState.INTENDED: Status.PREPARED,
    MoveState.SENDING: Status.UNKNOWN,
    MoveState.UNKNOWN: Status.UNKNOWN,
    MoveState.ACCEPTED: Status.UNDER_WAY,
    MoveState.REFUSED: Status.REFUSED,
    MoveState.DEAD: Status.REFUSED,
}
MARK_OF_LEVEL = {
    Level.REPORTED: Mark.REPORTED,
    Level.SEEN: Mark.SEEN,
    Level.PROVEN: Mark.PROVEN,
    Level.IRREVERSIBLE: Mark.IRREVERSIBLE,
}
"""The mark of evidence, by how strong it is."""


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage as folded: all evidence, newest last, and what went against it."""

    id: str
    evidence: tuple[Evidence, ...] = ()
    reached_at: int = 0
    taken_back: str = ""
    contradicted: str = ""
    failed: str = ""
    recovered: str = ""

    @property
    def level(self) -> Level | None:
        """The strongest level of the evidence that stands."""
        return max((e.level for e in self.evidence), default=None)

    @property
    def best(self) -> Evidence | None:
        """The strongest evidence; among equals one that names a transaction, then the newest."""
        return max(self.evidence, key=lambda e: (e.level, bool(e.tx_hash), e.observed_at), default=None)

    @property
    def told_at(self) -> int:
        """When it was first said or seen, which may be before it was written down; 0 where nothing speaks for it.

        A service's word may be older than the request that rests on it.
        """
        said = (e.observed_at for e in self.evidence if e.observed_at and not e.on_chain)
        return min((self.reached_at, *said)) if self.reached_at else 0

    @property
    def mark(self) -> Mark:
        """The mark to show. A failure that somebody told gives way to proof of the contrary."""
        if self.failed and not self.checked():
            return Mark.FAILED
        level = self.level
        if self.taken_back and (level is None or level < Level.SEEN):
            return Mark.TAKEN_BACK
        return Mark.AWAITED if level is None else MARK_OF_LEVEL[level]

    def checked(self) -> bool:
        """Whether the wallet itself proved it."""
        return (self.level or 0) >= Level.PROVEN


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One withdrawal. Only `fold` and `apply` make one: see `folding`."""

    id: str
    terms: ev.Terms
    started_at: int
    changed_at: int
    seq: int
    stages: dict[str, StageView] = field(default_factory=dict)
    moves: dict[str, MoveView] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)

    def stage(self, stage_id: str) -> StageView:
        """The stage as folded, awaited where nothing is known."""
        return self.stages.get(stage_id, StageView(stage_id))

    @property
    def request(self) -> MoveView | None:
        """The move that asked for it: the request, or the claim of money that waits."""
        return next((m for m in self.moves.values() if m.kind in BEGINNINGS), None)

    @property
    def is_followed(self) -> bool:
        """Whether another wallet made it: it is only watched here."""
        return self.request is not None and self.request.kind is MoveKind.FOLLOWED

    @property
    def rivals(self) -> tuple[MoveView, ...]:
        """The move that began it and those that replace it, in order: they share one number, and one takes effect."""
        return tuple(m for m in self.moves.values() if m.kind in BEGINNINGS or m.kind in REPLACEMENTS)

    def overtaken(self, move_id: str) -> bool:
        """Whether a later rival may have left: the older one is then not sent again."""
        later = False
        for move in self.rivals:
            if later and move.arrivals and move.state is not MoveState.REFUSED:
                return True
            later = later or move.id == move_id
        return False

    @property
    def may_be_replaced(self) -> bool:
        """Whether a transaction of it waits with the network, and nothing shows that a block took one."""
        request, last = self.request, self.stage(self.facts.get(LAST_STAGE, ""))
        if request is None or request.kind not in _ON_CHAIN or not self.is_open:
            return False
        waits = any(m.state in _OUTSTANDING and m.arrivals for m in self.rivals)
        known = all((m.state in _OUTSTANDING and m.arrivals) or m.state is MoveState.REFUSED for m in self.rivals)
        return waits and known and not last.evidence and not last.failed and self.receipt is None

    @property
    def receipt(self) -> Evidence | None:
        """What a block did with one of the transactions; None where nothing shows that."""
        pieces = (piece for view in self.stages.values() for piece in view.evidence if piece.kind == RECEIPT)
        return max(pieces, key=lambda piece: (piece.level, piece.observed_at), default=None)

    @property
    def cancelled_by(self) -> Evidence | None:
        """The receipt of the cancellation, where a block took that and so can never take the claim."""
        receipt, cancels = self.receipt, {m.locator for m in self.moves.values() if m.kind is MoveKind.CANCEL}
        return receipt if receipt is not None and receipt.tx_hash in cancels else None

    @property
    def status(self) -> Status:
        """Where it stands, from the moves first (may it have been sent?), then the stages."""
        told = self._checked_end
        if told is not None:
            return told
        if any(view.failed for view in self.stages.values()) and not self._shown_by_the_chain:
            return Status.FAILED
        if UNSEEN_END in self.facts:
            return Status.UNSEEN
        states = {move.state for move in self.rivals}
        if self.facts.get(ENDED_BY_YOU) and MoveState.ACCEPTED not in states and not self._is_on_chain:
            return Status.ENDED
        for state in _STRONGEST_FIRST:
            if state in states:
                return _STATUS_OF_MOVE[state]
        return Status.REFUSED if states else Status.PREPARED

    @property
    def _checked_end(self) -> Status | None:
        """Where it stands by what the wallet itself knows, whoever says otherwise; None where that does not tell."""
        if self.facts.get(REMOVED):
            return Status.REMOVED
        last = self.facts.get(LAST_STAGE, "")
        if last and (self.stage(last).level or 0) >= self._last_level:
            return Status.FINAL  # what is irreversible, or is settled, has not failed
        cancelled = self.cancelled_by
        if cancelled is None:
            return None
        return Status.CANCELLED if cancelled.level is Level.IRREVERSIBLE else Status.UNDER_WAY

    def may_be_ended(self, now: int, after_ms: int) -> bool:
        """Whether a person may end it without knowing, at `now` (UTC milliseconds): `after_ms` since it began, where
        that is ever so, its outcome is unknown and nothing of it was heard or seen."""
        request = self.request
        if request is None or request.state is not MoveState.UNKNOWN or not request.arrivals or not after_ms:
            return False
        heard = any(view.evidence for view in self.stages.values())
        return self.is_open and not heard and now >= self.started_at + after_ms

    @property
    def _is_on_chain(self) -> bool:
        return any(piece.on_chain for view in self.stages.values() for piece in view.evidence)

    @property
    def _shown_by_the_chain(self) -> bool:
        """Whether more is proven than that a block took the transaction, which may have failed there."""
        pieces = (piece for view in self.stages.values() for piece in view.evidence)
        return any(piece.level >= Level.PROVEN and piece.kind != RECEIPT for piece in pieces)

    @property
    def ended_by_word(self) -> bool:
        """Whether it is final by the operator's word alone, which nobody can check."""
        level = self.stage(self.facts.get(LAST_STAGE, "")).level
        return self.status is Status.FINAL and level is Level.REPORTED

    @property
    def _last_level(self) -> Level:
        return _LAST_LEVELS.get(self.terms.details.get(LAST_LEVEL, ""), Level.IRREVERSIBLE)

    def may_go_again(self, now: int) -> bool:
        """Whether a person may have the identical request sent once more, at `now` (UTC milliseconds)."""
        return self.is_refused_so_far and now < int(self.terms.details.get(AGAIN_UNTIL, "0"))

    @property
    def is_refused_so_far(self) -> bool:
        """Whether the answer was a no that proves nothing: it is watched, for it may happen all the same."""
        move = self.request
        return move is not None and move.state is MoveState.UNKNOWN and move.said_no and self.is_open

    @property
    def is_open(self) -> bool:
        """Whether anything is still awaited."""
        return self.status in OPEN_STATUSES


def placed(text: str, terms: ev.Terms) -> str:
    """Fill in the chains that a text of a track speaks of."""
    return text.format(chain=terms.destination, primary=terms.details.get(PRIMARY, terms.destination))
