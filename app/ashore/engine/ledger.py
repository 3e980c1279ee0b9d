"""The open withdrawals in memory, and the one way to change them: through the journal."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.domain.folding import apply
from ashore.domain.moves import NOT_SENT, SignedMove
from ashore.domain.stage_marks import stage_mark
from ashore.domain.stages import Stage, Track
from ashore.domain.withdrawal import GAS_MOST, LAST_STAGE, Mark, Status, Withdrawal
from ashore.engine.views import Change, Listener, Topic
from ashore.store.journal import Journal, Summary

BATCH = 60
"""Events in one transaction when many come at once: the window gets a turn between two of them."""

_log = logging.getLogger(__name__)

STOPPED_FOR_MS = 30 * 86_400_000
MOST_STOPPED = 200
"""How long, and how many at most, refused or failed withdrawals are still held against L1, or the wallet that would
receive: an operator can be wrong, and a payment late."""

SUPERSEDED = "superseded_by"
"""The fact that a stopped withdrawal was asked for again, to the same terms and with the same nonce: what L1 shows of
it is told of the newer one."""

NOTHING_SENT = "Nothing was sent"
"""What the lists say in the place of a stage where a withdrawal ended before anything left."""

REFUSED_SO_FAR = "Refused by the service"
"""The same, where the answer was a no that does not prove that nothing happens."""

CANCELLATION_TAKEN = "Cancellation in a block"
"""The same, where a block took the cancellation of what was asked for, and may still be replaced."""

ENDED = "Ended by you, may still happen"
"""The same, where a person ended what nobody can tell the outcome of."""

_LET_GO = frozenset({Status.FINAL, Status.CANCELLED, Status.REMOVED})
"""Where nothing more is held against L1."""

FOLDS = 20
"""Withdrawals that are folded from the journal between two turns of the event loop."""


class Ledger:
    """Holds what is open, writes every change to the journal first, and tells listeners afterwards."""

    def __init__(self, journal: Journal, tracks: Mapping[str, Track], now: Callable[[], int]) -> None:
        """`tracks` by their written reference; `now` gives UTC milliseconds."""
        self._journal = journal
        self._tracks = tracks
        self._now = now
        self._open: dict[str, Withdrawal] = {}
        self._stopped: dict[str, Withdrawal] = {}
        self._arrived: dict[str, Withdrawal] = {}
        self._listeners: list[Listener] = []
        self.turn = asyncio.Lock()
        """Held from a look at the withdrawals until what it found is written: nothing is derived from what is past."""

    async def load(self) -> None:
        """Fold everything that is open from the journal, without holding the event loop for long."""
        self._open = {}
        for number, state in enumerate(self._journal.still_open(), start=1):
            self._open[state.id] = state
            if number % FOLDS == 0:
                await asyncio.sleep(0)
        since = self._now() - STOPPED_FOR_MS
        stopped = self._journal.stopped(since, MOST_STOPPED)
        self._stopped = {state.id: state for state in stopped if SUPERSEDED not in state.facts}
        arrived = self._journal.arrived(since, MOST_STOPPED)
        self._arrived = {state.id: state for state in arrived if self._lacks_proof(state)}

    @property
    def open(self) -> Sequence[Withdrawal]:
        """Every withdrawal that has not ended."""
        return list(self._open.values())

    def is_open(self, withdrawal: str) -> bool:
        """Whether it has not ended."""
        return withdrawal in self._open

    @property
    def watched(self) -> Sequence[Withdrawal]:
        """What is held against L1: all that is open, what lately stopped on the operator's word alone, and what lately
        arrived on one chain while another one still has to show its part."""
        return [*self._open.values(), *self._stopped.values(), *self._arrived.values()]

    @property
    def stopped(self) -> Sequence[Withdrawal]:
        """What lately stopped, oldest first."""
        return list(self._stopped.values())

    def stopped_like(self, terms: ev.Terms, move: SignedMove) -> list[Withdrawal]:
        """Stopped withdrawals that L1 cannot tell from a new one: same profile, nonce and terms, but for the time."""
        return [
            state
            for state in self._stopped.values()
            if state.request is not None
            and (state.terms.profile, state.request.scope, state.request.nonce)
            == (move.profile, move.scope, move.nonce)
            and _but_for_time(state.terms) == _but_for_time(terms)
        ]

    def get(self, withdrawal: str) -> Withdrawal | None:
        """A withdrawal by its id, open or ended."""
        return self._open.get(withdrawal) or self._journal.load(withdrawal)

    def terms(self, withdrawal: str) -> ev.Terms | None:
        """What a withdrawal is about, open or ended. Much cheaper than all of it."""
        state = self._open.get(withdrawal)
        return state.terms if state is not None else self._journal.terms(withdrawal)

    def track_of(self, state: Withdrawal) -> Track:
        """The track that a withdrawal was started on. Raises KeyError for one this version does not know."""
        return self._tracks[state.terms.track]

    def record(self, events: Iterable[ev.Event]) -> None:
        """Write events, then let them count. When this returns, a crash cannot undo them."""
        batch = list(events)
        if not batch:
            return
        changed: dict[str, Withdrawal] = {}

        def summaries(recorded: list[ev.Recorded]) -> Iterator[Summary]:
            for item in recorded:
                name = item.event.withdrawal
                before = changed.get(name) or self._held(name)
                if before is None and not isinstance(item.event, ev.WithdrawalStarted):
                    before = self._journal_state(name, item.seq)
                changed[name] = apply(before, item)
            return (self._summary(state) for state in changed.values())

        self._journal.append(self._now(), batch, summaries)
        for state in changed.values():
            self._place(state)
        for state in changed.values():
            self.tell(Change(Topic.WITHDRAWAL, state.id))

    def _held(self, withdrawal: str) -> Withdrawal | None:
        return self._open.get(withdrawal) or self._stopped.get(withdrawal) or self._arrived.get(withdrawal)

    def _place(self, state: Withdrawal) -> None:
        """Keep a changed withdrawal where it belongs; what stopped can come to life again."""
        self._open.pop(state.id, None)
        self._stopped.pop(state.id, None)
        self._arrived.pop(state.id, None)
        if state.is_open:
            self._open[state.id] = state
        elif self._lacks_proof(state):
            self._arrived[state.id] = state
            while len(self._arrived) > MOST_STOPPED:
                self._arrived.pop(next(iter(self._arrived)))
        elif state.status not in _LET_GO and SUPERSEDED not in state.facts:
            self._stopped[state.id] = state
            while len(self._stopped) > MOST_STOPPED:
                self._stopped.pop(next(iter(self._stopped)))

    def _lacks_proof(self, state: Withdrawal) -> bool:
        """Whether money arrived for good, and a stage that L1 can show is not irreversible, or was taken back."""
        track = self._tracks.get(state.terms.track)
        last = state.facts.get(LAST_STAGE, "")
        if state.status is not Status.FINAL or track is None or state.stage(last).level is not Level.IRREVERSIBLE:
            return False
        if GAS_MOST in state.terms.details and state.receipt is None:
            return True  # what its gas has cost is still to be read
        marks = {
            stage_mark(state, stage.id, track) for stage in track.stages if stage.provable or _rested(state, stage)
        }
        return not marks <= {Mark.IRREVERSIBLE, Mark.NOT_APPLICABLE}

    async def record_many(self, events: Iterable[ev.Event]) -> None:
        """The same for many events, without holding the event loop for long."""
        batch = list(events)
        for start in range(0, len(batch), BATCH):
            self.record(batch[start : start + BATCH])
            await asyncio.sleep(0)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` at every change, on the loop's thread; returns how to end that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def tell(self, change: Change) -> None:
        """Tell all listeners."""
        for listener in tuple(self._listeners):
            try:
                listener(change)
            except Exception as error:  # noqa: BLE001 who looks on must not stop the carrying of money
                _log.error("a listener stumbled: %s", type(error).__name__)

    def _journal_state(self, withdrawal: str, before_seq: int) -> Withdrawal | None:
        state: Withdrawal | None = None
        for item in self._journal.of(withdrawal):
            if item.seq < before_seq:
                state = apply(state, item)
        return state

    def _summary(self, state: Withdrawal) -> Summary:
        track = self._tracks.get(state.terms.track)
        if track is None:
            return Summary(state, "", "")
        stage = current_stage(state, track)
        unsent = state.status is Status.REFUSED and state.request is not None and state.request.code == NOT_SENT
        title = NOTHING_SENT if unsent else CANCELLATION_TAKEN if state.cancelled_by is not None else stage.title
        title = ENDED if state.status is Status.ENDED else REFUSED_SO_FAR if state.is_refused_so_far else title
        return Summary(state, title, str(stage_mark(state, stage.id, track)))


def _but_for_time(terms: ev.Terms) -> ev.Terms:
    return replace(terms, details={key: value for key, value in terms.details.items() if key != "ts"})


def _rested(state: Withdrawal, stage: Stage) -> bool:
    """Whether a chain ever showed a stage that it need not show, such as the request by the batch that holds it."""
    view = state.stage(stage.id)
    return bool(view.taken_back) or any(piece.on_chain for piece in view.evidence)


_BY_THE_ANSWER = frozenset({Status.UNKNOWN, Status.REFUSED, Status.UNSEEN, Status.ENDED})
"""Where a withdrawal stands by what became of its request, not by what was prepared for it."""


def current_stage(state: Withdrawal, track: Track) -> Stage:
    """The furthest stage that anything speaks for, or that is open or ended after it; the first where nothing does.

    What ended the withdrawal goes before what was heard of later stages.
    """
    last = state.facts.get(LAST_STAGE, "")
    if state.status is Status.FINAL and any(stage.id == last for stage in track.stages):
        return track.stage(last)
    if state.status is Status.UNSEEN and last and state.stage(last).contradicted:
        return track.stage(last)  # what was given up
    furthest = track.stages[0]
    for stage in track.stages:
        view = state.stage(stage.id)
        if (view.level or 0) >= Level.REPORTED or view.failed:
            furthest = stage
    if state.status in _BY_THE_ANSWER and track.position(track.answered) > track.position(furthest.id):
        return track.stage(track.answered)
    return furthest
