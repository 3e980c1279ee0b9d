"""A withdrawal as the voyage page tells it: every stage with its mark and the sentence that is true of it now."""

from collections.abc import Mapping
from dataclasses import replace

from ashore.domain import events as ev
from ashore.domain.durations import duration
from ashore.domain.eta import WHOLE, Expectation
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import NOT_SENT, MoveKind, MoveState
from ashore.domain.stage_marks import passed_by, stage_mark
from ashore.domain.stages import Stage, Track, TrackWords
from ashore.domain.withdrawal import (
    ANEW_FROM,
    ENDED_BY_YOU,
    HELD_UP,
    LAST_STAGE,
    NOTE,
    OUTRUN,
    PRICED_OUT,
    RECEIVED,
    REPLACEMENTS,
    WAY,
    Mark,
    StageView,
    Status,
    Withdrawal,
    placed,
)
from ashore.engine.ledger import ENDED, NOTHING_SENT, REFUSED_SO_FAR
from ashore.engine.rival_rows import CANCELLED, rival_rows
from ashore.engine.views import ActivityRow, StageRow, Voyage
from ashore.store.journal import Row
from ashore.systems.local_time import time_of_day


def voyage_of(state: Withdrawal, track: Track, expectations: Mapping[str, Expectation] | None, now: int) -> Voyage:
    """Tell the voyage of a withdrawal. `now` in UTC milliseconds; `expectations` None where time stands still."""
    rows: list[StageRow] = []
    previous = state.started_at
    for stage in track.stages:
        view = state.stage(stage.id)
        mark = stage_mark(state, stage.id, track)
        again, also = _wishes(stage, state, track, now)
        witness = passed_by(state, stage.id, track)
        expected = (expectations or {}).get(stage.id)
        late = mark is Mark.AWAITED and bool(previous) and expected is not None and now - previous > expected.p95
        row = StageRow(
            stage=_placed(stage, state),
            view=replace(view, contradicted="") if mark is Mark.NOT_APPLICABLE else view,
            mark=mark,
            said_by=_said_by(mark, witness or view.best, state, track.words),
            sentence=_passed(stage, state) if witness else _told(stage, view, mark, state, track.words),
            expectation=expected if mark in (Mark.AWAITED, Mark.REPORTED) else None,
            late=late and state.is_open,
            again=again,
            also=also,
        )
        rows += rival_rows(state, row) if stage.id == track.answered else [row]
        previous = view.reached_at
    headline, advice = _headline(state, track, now)
    pace = usually(expectations, track.words)
    return Voyage(state, track, tuple(rows), state.status, headline, advice, pace)


def _wishes(stage: Stage, state: Withdrawal, track: Track, now: int) -> tuple[str, str]:
    """What a person may ask for at a stage."""
    if stage.id == track.answered and state.may_go_again(now):
        return track.words.again, ""
    if stage.id == track.answered and state.may_be_ended(now, track.ends_after_ms):
        return track.words.end, ""
    if stage.id == state.facts.get(LAST_STAGE) and state.may_be_replaced:
        return track.words.instead_again if _cancelling(state) else track.words.instead
    return "", ""


def _cancelling(state: Withdrawal) -> bool:
    """Whether the last thing that was asked for is that it should not happen."""
    last = state.rivals[-1]
    return last.kind is MoveKind.CANCEL and last.state is not MoveState.REFUSED


def nothing_left(state: Withdrawal) -> bool:
    """Whether every try so far certainly never left this machine."""
    request = state.request
    return request is not None and request.state is MoveState.UNKNOWN and request.arrivals == 0


def on_its_way(state: Withdrawal) -> bool:
    """Whether the request was sent for the first time and its answer is still waited for, as is usual."""
    request = state.request
    return request is not None and request.state is MoveState.SENDING and request.sends == 1


def usually(expectations: Mapping[str, Expectation] | None, words: TrackWords) -> str:
    """How long the way usually takes, in a sentence. None: time stands still between steps of the practice clock."""
    if expectations is None:
        return "Practice time stands still between your steps, so Ashore does not say how long it takes."
    whole = expectations.get(WHOLE)
    if whole is None:
        return words.pace_unknown
    return words.pace.format(median=duration(whole.median), p90=duration(whole.p90), samples=whole.samples)


def _placed(stage: Stage, state: Withdrawal) -> Stage:
    return replace(
        stage,
        title=placed(stage.title, state.terms),
        reached=placed(stage.reached, state.terms),
        awaited=placed(stage.awaited, state.terms),
        shown_on=placed(stage.shown_on, state.terms),
        moot=tuple((way, placed(sentence, state.terms)) for way, sentence in stage.moot),
    )


def _said_by(mark: Mark, best: Evidence | None, state: Withdrawal, words: TrackWords) -> str:
    return {
        Mark.REPORTED: f"{best.source if best else state.terms.system} says so",
        Mark.SEEN: words.seen_by.format(source=best.source if best else ""),
        Mark.PROVEN: "we checked it",
        Mark.IRREVERSIBLE: "checked, irreversible",
        Mark.TAKEN_BACK: "taken back",
        Mark.UNKNOWN: _found_out(state),
        Mark.FAILED: "not sent" if state.request is not None and state.request.code == NOT_SENT else "failed",
        Mark.NOT_APPLICABLE: "not applicable",
        Mark.NOT_REACHED: "not reached",
        Mark.AWAITED: "",
    }[mark]


def _found_out(state: Withdrawal) -> str:
    if state.status in (Status.UNSEEN, Status.ENDED):
        return "not known"
    if state.is_refused_so_far:
        return "refused, may still pay"
    return "on its way" if on_its_way(state) else "being found out"


def _told(stage: Stage, view: StageView, mark: Mark, state: Withdrawal, words: TrackWords) -> str:
    ends = stage.id == state.facts.get(LAST_STAGE)
    if ends and state.cancelled_by is not None and not view.evidence:
        return words.not_paid
    return _sentence(stage, view, mark, state, words)


def _sentence(stage: Stage, view: StageView, mark: Mark, state: Withdrawal, words: TrackWords) -> str:
    request = state.request
    match mark:
        case Mark.NOT_APPLICABLE:
            way = state.facts.get(WAY, "")
            return stage.not_applicable or _placed(stage, state).moot_on(way) or stage.silent_on(way)
        case Mark.NOT_REACHED:
            return ""
        case Mark.FAILED:
            return view.failed or (request.said if request else "")
        case Mark.UNKNOWN:
            given_up = view.contradicted if state.status is Status.UNSEEN else ""
            return given_up or _unknown_sentence(state, words)
        case Mark.TAKEN_BACK:
            return view.taken_back
    return view.contradicted or _plain_sentence(_placed(stage, state), mark, state)


def _passed(stage: Stage, state: Withdrawal) -> str:
    request, told = state.request, state.stage(stage.id).contradicted
    if told:
        return told
    if request is not None and request.said_no and request.state is MoveState.UNKNOWN:
        return f"{request.said} {stage.despite}".strip()
    return stage.passed


def _unknown_sentence(state: Withdrawal, words: TrackWords) -> str:
    if on_its_way(state):
        return "On its way: no answer yet."
    request = state.request
    said = request.said if request and request.said else "The answer is still open."
    if state.status in (Status.UNSEEN, Status.ENDED):
        return said  # nobody is asked any more
    if nothing_left(state):
        return f"{said} {words.trying_on}"
    return f"{said} {words.asking_on}"


def _plain_sentence(stage: Stage, mark: Mark, state: Withdrawal) -> str:
    if mark is Mark.AWAITED:
        return stage.awaited
    if mark is Mark.REPORTED and stage.provable:
        return f"{stage.reached} {stage.shown_on} does not show it yet."
    added = state.stage(stage.id).recovered or state.facts.get(NOTE + stage.id)
    if added:
        return f"{stage.reached} {added}"
    if mark is Mark.PROVEN and stage.id == state.facts.get(LAST_STAGE):
        return f"{stage.reached} Irreversible once this block is finalized."
    return stage.reached


def _headline(state: Withdrawal, track: Track, now: int) -> tuple[str, str]:
    request, words = state.request, track.words
    always = {
        Status.PREPARED: words.prepared,
        Status.FAILED: words.failed,
        Status.CANCELLED: words.cancelled,
        Status.UNSEEN: words.unseen,
        Status.ENDED: (words.ended[0], placed(words.ended[1], state.terms)),
    }
    match state.status:
        case Status.UNKNOWN:
            return _unanswered(state, track, now)
        case Status.REFUSED:
            return (request.said if request else "Refused.", request.advice if request else "")
        case Status.FINAL:
            return _arrived(state, words)
    return always.get(state.status) or _under_way(state, track)


def _arrived(state: Withdrawal, words: TrackWords) -> tuple[str, str]:
    asked, less = state.terms.details.get("amount.text", "The money"), state.facts.get(RECEIVED)
    said = words.final.format(amount=less or asked, place=state.terms.destination)
    if less:
        return said, words.less.format(asked=asked)
    added = (view.recovered or state.facts.get(NOTE + view.id, "") for view in state.stages.values())
    return said, next((sentence for sentence in added if sentence), "")


def _unanswered(state: Withdrawal, track: Track, now: int) -> tuple[str, str]:
    words = track.words
    if state.facts.get(OUTRUN):
        return state.facts[OUTRUN], words.outrun
    if on_its_way(state):
        return "On its way: no answer yet.", words.waiting
    if state.request is not None and state.request.said_no:
        return _said_no(state, words, now)
    if nothing_left(state):
        return words.not_left
    said, advice = words.unanswered
    if not track.ends_after_ms or state.may_be_ended(now, track.ends_after_ms):
        return said, advice
    later = words.end_later.format(at=time_of_day(state.started_at + track.ends_after_ms, now))
    return said, f"{advice} {later}".strip()


def _said_no(state: Withdrawal, words: TrackWords, now: int) -> tuple[str, str]:
    said, advice = words.said_no
    from_then_on, some_time = words.said_no_for_good
    until = int(state.terms.details.get(ANEW_FROM, "0"))
    if words.said_no_until and until > now:
        said = f"{said} {words.said_no_until.format(at=time_of_day(until, now))}"
    if state.may_go_again(now) or not from_then_on:
        return said, advice
    anew = state.terms.details.get(ANEW_FROM)
    return said, some_time if anew is None else from_then_on.format(at=time_of_day(int(anew), now))


def _under_way(state: Withdrawal, track: Track) -> tuple[str, str]:
    words, place = track.words, state.terms.destination
    if state.facts.get(ENDED_BY_YOU) and words.revived[0]:
        return words.revived
    if state.cancelled_by is not None:
        said, advice = words.cancelled_in_block
        return said, advice.format(place=place)
    if _is_contradicted(state, track):
        return words.contradicted
    last = state.facts.get(LAST_STAGE) or track.stages[-1].id
    if (state.stage(last).level or 0) >= Level.PROVEN:
        return words.landed.format(place=place), "Nothing to do."
    if last == track.stages[-1].id and _is_set_aside(state, track):
        said, advice = words.set_aside
        return placed(said, state.terms), advice
    return _held_up(state) or _undone(state, track) or _racing(state, words) or words.under_way


def _held_up(state: Withdrawal) -> tuple[str, str] | None:
    """Why nothing goes on, its first sentence as what happened; None where nothing is in the way."""
    said, _, advice = state.facts.get(HELD_UP, "").partition(". ")
    return (f"{said.removesuffix('.')}.", advice) if said else None


def _is_contradicted(state: Withdrawal, track: Track) -> bool:
    """Whether two differ about a stage, and nothing proven has left that stage behind."""
    for stage in reversed(track.stages):
        view = state.stage(stage.id)
        if view.contradicted and stage_mark(state, stage.id, track) is not Mark.NOT_APPLICABLE:
            return True
        if view.checked():
            return False
    return False


def _undone(state: Withdrawal, track: Track) -> tuple[str, str] | None:
    """What is said of stages that were reached and are not any more; None where there are none."""
    undone = [stage for stage in track.stages if stage_mark(state, stage.id, track) is Mark.TAKEN_BACK]
    if not undone:
        return None
    said, advice = track.words.taken_back
    stages = ", ".join(placed(stage.title, state.terms) for stage in undone)
    return said.format(stages=stages), advice.format(why=state.stage(undone[0].id).taken_back)


def _is_set_aside(state: Withdrawal, track: Track) -> bool:
    """Whether nothing but the payout is missing, of what was checked."""
    *_, before, _last = track.stages
    return bool(track.words.set_aside[0]) and (state.stage(before.id).level or 0) >= Level.PROVEN


def _racing(state: Withdrawal, words: TrackWords) -> tuple[str, str] | None:
    """What is said of a transaction that waits and was to be replaced, or can hardly be taken; else None."""
    if not state.rivals:
        return None
    last = state.rivals[-1]
    if last.kind in REPLACEMENTS and last.state is MoveState.REFUSED:
        sentence, advice = words.not_replaced
        return sentence, advice.format(said=last.said)
    if _cancelling(state):
        return words.cancelling
    gas = state.facts.get(PRICED_OUT)
    if gas:
        return words.priced_out[0].format(gas=gas), words.priced_out[1]
    return words.sped_up if last.kind in REPLACEMENTS else None


def activity_row(row: Row, terms: ev.Terms) -> ActivityRow:
    """Tell a withdrawal in one line, from what the lists keep of it."""
    status, mark = Status(row.status), Mark(row.mark) if row.mark else Mark.AWAITED
    title = placed(row.stage, terms)
    if status is Status.REFUSED:
        title, mark = NOTHING_SENT if title == NOTHING_SENT else "Refused", Mark.FAILED
    if status is Status.ENDED:
        title, mark = ENDED, Mark.UNKNOWN
    if status is Status.CANCELLED:
        title, mark = CANCELLED, Mark.IRREVERSIBLE  # as its own step says: nothing less ends a claim as cancelled
    refused = status is Status.UNKNOWN and title == REFUSED_SO_FAR
    until = int(terms.details.get(ANEW_FROM, "0")) if refused else 0
    return ActivityRow(row.id, terms, status, title, mark, row.started_at, row.changed_at, refused, until)
