"""A withdrawal as the voyage page tells it: every stage with its mark and the sentence that is true of it now."""

from collections.abc import Mapping

from ashore.domain import events as ev
from ashore.domain.durations import duration
from ashore.domain.eta import Expectation
from ashore.domain.evidence import Level
from ashore.domain.moves import MoveState
from ashore.domain.stages import Stage, Track
from ashore.domain.withdrawal import LAST_STAGE, Mark, StageView, Status, Withdrawal, stage_mark
from ashore.engine.views import ActivityRow, StageRow, Voyage
from ashore.store.journal import Row

_STILL_THERE = "By its word the money is still in your layer-2 balance; look there before you start again."


def voyage_of(state: Withdrawal, track: Track, expectations: Mapping[str, Expectation] | None, now: int) -> Voyage:
    """Tell the voyage of a withdrawal. `now` in UTC milliseconds; `expectations` None where time stands still."""
    rows = []
    previous = state.started_at
    for stage in track.stages:
        view = state.stage(stage.id)
        mark = stage_mark(state, stage.id, track)
        expected = (expectations or {}).get(stage.id)
        late = mark is Mark.AWAITED and bool(previous) and expected is not None and now - previous > expected.p95
        rows.append(
            StageRow(
                stage=_placed(stage, state),
                view=view,
                mark=mark,
                said_by=_said_by(mark, view, state),
                sentence=_sentence(stage, view, mark, state),
                expectation=expected if mark in (Mark.AWAITED, Mark.REPORTED) else None,
                late=late and state.is_open,
            )
        )
        previous = view.reached_at
    headline, advice = _headline(state, track)
    return Voyage(state, track, tuple(rows), state.status, headline, advice, usually(expectations))


def nothing_left(state: Withdrawal) -> bool:
    """Whether every try so far certainly never left this machine."""
    request = state.request
    return request is not None and request.state is MoveState.UNKNOWN and request.arrivals == 0


def on_its_way(state: Withdrawal) -> bool:
    """Whether the request was sent for the first time and its answer is still waited for, as is usual."""
    request = state.request
    return request is not None and request.state is MoveState.SENDING and request.sends == 1


def usually(expectations: Mapping[str, Expectation] | None) -> str:
    """How long the way usually takes, in a sentence. None: time stands still between steps of the practice clock."""
    if expectations is None:
        return "Practice time stands still between your steps, so Ashore does not say how long it takes."
    if not expectations:
        return "How long it takes is not known yet: too few batches were seen."
    median = sum(e.median for e in expectations.values())
    p90 = sum(e.p90 for e in expectations.values())
    samples = min(e.samples for e in expectations.values())
    return (
        f"From the batch to the release on L1 usually {duration(median)}, "
        f"nine of ten within {duration(p90)} (last {samples} batches). "
        "The wait for the batch and the payout come on top."
    )


def _placed(stage: Stage, state: Withdrawal) -> Stage:
    place = state.terms.destination
    return Stage(
        stage.id,
        stage.milestone,
        stage.title.format(chain=place),
        stage.reached.format(chain=place),
        stage.awaited.format(chain=place),
        stage.not_applicable,
    )


def _said_by(mark: Mark, view: StageView, state: Withdrawal) -> str:
    best = view.best
    return {
        Mark.REPORTED: f"{best.source if best else state.terms.system} says so",
        Mark.SEEN: "one endpoint shows it",
        Mark.PROVEN: "we checked it",
        Mark.IRREVERSIBLE: "checked, irreversible",
        Mark.TAKEN_BACK: "taken back",
        Mark.UNKNOWN: "on its way" if on_its_way(state) else "being found out",
        Mark.FAILED: "failed",
        Mark.NOT_APPLICABLE: "not applicable",
        Mark.NOT_REACHED: "not reached",
        Mark.AWAITED: "",
    }[mark]


def _sentence(stage: Stage, view: StageView, mark: Mark, state: Withdrawal) -> str:
    request = state.request
    match mark:
        case Mark.NOT_APPLICABLE:
            return stage.not_applicable
        case Mark.NOT_REACHED:
            return ""
        case Mark.FAILED:
            return view.failed or (request.said if request else "")
        case Mark.UNKNOWN:
            return _unknown_sentence(state)
        case Mark.TAKEN_BACK:
            return view.taken_back
    return view.contradicted or _plain_sentence(_placed(stage, state), mark, state)


def _unknown_sentence(state: Withdrawal) -> str:
    if on_its_way(state):
        return "On its way: no answer yet."
    request = state.request
    said = request.said if request and request.said else "The answer is still open."
    if nothing_left(state):
        return f"{said} Ashore tries again with the same signed request."
    return f"{said} Ashore asks until it knows, and never sends a second request."


def _plain_sentence(stage: Stage, mark: Mark, state: Withdrawal) -> str:
    if mark is Mark.AWAITED:
        return stage.awaited
    if mark is Mark.REPORTED and _provable(stage.id):
        return f"{stage.reached} {state.terms.destination} does not show it yet."
    if mark is Mark.PROVEN and stage.id == state.facts.get(LAST_STAGE):
        return f"{stage.reached} Irreversible once this block is finalized."
    return stage.reached


def _provable(stage_id: str) -> bool:
    return stage_id not in ("requested", "executed")


def _headline(state: Withdrawal, track: Track) -> tuple[str, str]:
    request = state.request
    match state.status:
        case Status.PREPARED:
            return "Signed, not sent yet.", "Ashore sends it as soon as it can."
        case Status.UNKNOWN:
            return _unanswered(state)
        case Status.REFUSED:
            return (request.said if request else "Refused.", request.advice if request else "")
        case Status.FAILED:
            return "zkLink says that it did not carry the withdrawal out.", _STILL_THERE
        case Status.FINAL:
            return f"{state.terms.details.get('amount.text', 'The money')} arrived on {state.terms.destination}.", ""
        case Status.UNDER_WAY:
            return _under_way(state, track)


def _unanswered(state: Withdrawal) -> tuple[str, str]:
    if on_its_way(state):
        return "On its way: no answer yet.", "Ashore waits for zkLink’s answer. You need not do anything."
    if nothing_left(state):
        return (
            "Nothing has left yet: zkLink’s node cannot be reached.",
            "Nothing was taken from your balance. Ashore keeps trying with the same signed request.",
        )
    return (
        "It is not known yet whether zkLink has the request.",
        "Nothing can be paid twice: only the same signed request is ever sent. You need not do anything.",
    )


def _under_way(state: Withdrawal, track: Track) -> tuple[str, str]:
    for stage in track.stages:
        if state.stage(stage.id).contradicted:
            return (
                "zkLink’s word and the chain differ.",
                "The money is not lost; Ashore keeps watching the chain itself.",
            )
    last = track.stages[-1]
    if (state.stage(last.id).level or 0) >= Level.PROVEN:
        return f"Paid out on {state.terms.destination}; waiting until it is irreversible.", "Nothing to do."
    return "Under way.", "Nothing to do until it arrives. You can close Ashore; it goes on when you come back."


def activity_row(row: Row, terms: ev.Terms) -> ActivityRow:
    """Tell a withdrawal in one line, from what the lists keep of it."""
    status, mark = Status(row.status), Mark(row.mark) if row.mark else Mark.AWAITED
    title = row.stage.format(chain=terms.destination)
    if status is Status.REFUSED:
        title, mark = "Refused", Mark.FAILED
    return ActivityRow(row.id, terms, status, title, mark, row.started_at, row.changed_at)
