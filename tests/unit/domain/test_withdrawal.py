"""The laws of the fold: what happened cannot be talked away, and what fell can come again."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.folding import apply, fold
from ashore.domain.moves import MoveState
from ashore.domain.stage_marks import stage_mark
from ashore.domain.stages import Milestone, Stage, Track, TrackRef
from ashore.domain.withdrawal import LAST_LEVEL, Mark, Status, Withdrawal
from unit.domain.event_strategies import HASHES, STAGES, history, intended, move_events, shown, started
from unit.domain.tracks import WORDS

TRACK = Track(
    TrackRef("t", 1),
    (
        *(Stage(name, Milestone.REQUESTED, name, "reached", "awaited") for name in STAGES),
        Stage("never", Milestone.PROVED, "never", "", "", not_applicable="not here"),
    ),
    WORDS,
    answered=STAGES[0],
)
SENT = (started(), intended(), ev.MoveSending("w", "m"))


def folded(events: Iterable[ev.Event]) -> Withdrawal:
    state = fold(ev.Recorded(seq, 1000 + seq, event) for seq, event in enumerate(events, 1))
    assert state is not None
    return state


def reached(level: Level, block: str = "0xaa", stage: str = "committed", at: int = 1) -> ev.StageReached:
    return ev.StageReached("w", stage, shown(level, block, at=at))


def test_a_beginning_is_needed_and_there_is_one() -> None:
    assert fold([]) is None
    with pytest.raises(ValueError, match="before the start"):
        folded([intended()])
    with pytest.raises(ValueError, match="starts twice"):
        folded([started(), started()])
    with pytest.raises(KeyError):
        folded([started(), ev.MoveSending("w", "another")])


@given(history, st.data())
def test_folding_in_pieces_is_folding_at_once(events: list[ev.Event], data: st.DataObject) -> None:
    recorded = [ev.Recorded(seq, seq, event) for seq, event in enumerate([started(), intended(), *events])]
    cut = data.draw(st.integers(1, len(recorded)))
    state = fold(recorded[:cut])
    for item in recorded[cut:]:
        state = apply(state, item)
    assert state == fold(recorded)
    assert state is not None
    assert (state.seq, state.changed_at) == (recorded[-1].seq, recorded[-1].at)


@given(st.lists(move_events, max_size=12))
def test_what_was_taken_stays_taken(later: list[ev.Event]) -> None:
    state = folded([*SENT, ev.MoveAccepted("w", "m", "yes"), *later])
    assert state.moves["m"].state is MoveState.ACCEPTED
    assert state.moves["m"].said == "yes"
    assert state.status is Status.UNDER_WAY


@given(st.lists(move_events, max_size=12))
def test_sends_are_never_forgotten(events: list[ev.Event]) -> None:
    state = folded([started(), intended(), *events])
    move = state.moves["m"]
    taken = next((n for n, e in enumerate(events) if isinstance(e, ev.MoveAccepted)), len(events))
    assert move.sends == sum(isinstance(e, ev.MoveSending) for e in events[:taken])
    assert 0 <= move.arrivals <= move.sends


@pytest.mark.parametrize(
    ("events", "status", "move"),
    [
        ([started()], Status.PREPARED, None),
        ([started(), intended()], Status.PREPARED, MoveState.INTENDED),
        (SENT, Status.UNKNOWN, MoveState.SENDING),
        ([*SENT, ev.MoveUnclear("w", "m", "lost")], Status.UNKNOWN, MoveState.UNKNOWN),
        ([*SENT, ev.MoveUnclear("w", "m", "lost"), ev.MoveAccepted("w", "m")], Status.UNDER_WAY, MoveState.ACCEPTED),
        ([*SENT, ev.MoveRefused("w", "m", "206", "no")], Status.REFUSED, MoveState.REFUSED),
        ([*SENT, ev.MoveAccepted("w", "m"), ev.StageFailed("w", "committed", "no", "zkLink")], Status.FAILED, None),
        ([*SENT, reached(Level.PROVEN, stage="paid")], Status.UNKNOWN, None),
        ([*SENT, ev.MoveAccepted("w", "m"), reached(Level.PROVEN, stage="paid")], Status.UNDER_WAY, None),
    ],
)
def test_where_it_stands(events: Iterable[ev.Event], status: Status, move: MoveState | None) -> None:
    state = folded(events)
    assert state.status is status
    assert state.is_open is (status in (Status.PREPARED, Status.UNKNOWN, Status.UNDER_WAY))
    if move is not None:
        assert state.request is not None
        assert state.request.state is move


def test_only_what_never_left_is_taken_off_the_arrivals() -> None:
    never_left = ev.MoveUnclear("w", "m", "no way", left=False)
    assert folded([*SENT, never_left]).moves["m"].arrivals == 0
    assert folded([*SENT, never_left, never_left]).moves["m"].arrivals == 0, "one send, one arrival less"
    assert folded([*SENT, ev.MoveUnclear("w", "m", "lost"), never_left]).moves["m"].arrivals == 1
    again = [*SENT, never_left, ev.MoveSending("w", "m")]
    assert (folded(again).moves["m"].sends, folded(again).moves["m"].arrivals) == (2, 1)


@given(history)
def test_the_end_needs_the_last_stage_irreversible(events: list[ev.Event]) -> None:
    state = folded([started(), intended(), *events])
    assert (state.status is Status.FINAL) == (state.stage("paid").level is Level.IRREVERSIBLE)


@given(history, st.sampled_from(STAGES), st.sampled_from(HASHES))
def test_finality_raises_only_what_was_proven_in_that_block(events: list[ev.Event], stage: str, block: str) -> None:
    before = folded([started(), intended(), *events])
    after = folded([started(), intended(), *events, ev.StageSettled("w", stage, block, 9, 2, 3)])
    for old, new in zip(before.stage(stage).evidence, after.stage(stage).evidence, strict=True):
        raised = old.block_hash == block and old.level is Level.PROVEN
        assert new.level is (Level.IRREVERSIBLE if raised else old.level)
    assert {s: before.stage(s) for s in STAGES if s != stage} == {s: after.stage(s) for s in STAGES if s != stage}


@given(history, st.sampled_from(STAGES), st.sampled_from((*HASHES, "")))
def test_what_rested_on_a_block_falls_with_it(events: list[ev.Event], stage: str, block: str) -> None:
    before = folded([started(), intended(), *events])
    after = folded([started(), intended(), *events, ev.StageTakenBack("w", stage, "gone", block)])
    for evidence in before.stage(stage).evidence:
        falls = evidence.on_chain and block in ("", evidence.block_hash)
        assert (evidence in after.stage(stage).evidence) is not falls


def test_stages_go_back_and_come_again() -> None:
    state = folded([*SENT, reached(Level.PROVEN)])
    assert state.stage("committed").mark is Mark.PROVEN
    assert state.stage("committed").checked()
    gone = [*SENT, reached(Level.REPORTED), reached(Level.PROVEN), ev.StageTakenBack("w", "committed", "gone", "0xaa")]
    state = folded(gone)
    assert state.stage("committed").mark is Mark.TAKEN_BACK, "the operator's word does not hide that it fell"
    assert state.stage("committed").reached_at > 0, "the operator's word still stands"
    state = folded([*gone, reached(Level.PROVEN, "0xbb")])
    assert state.stage("committed").mark is Mark.PROVEN
    assert [e.block_hash for e in state.stage("committed").evidence] == ["", "0xbb"]
    assert folded([*SENT, reached(Level.PROVEN), gone[-1]]).stage("committed").reached_at == 0


def test_what_was_said_before_it_was_written_down_was_said_then() -> None:
    def said(at: int, block: str = "") -> ev.StageReached:
        return ev.StageReached("w", "committed", Evidence("node", Level.SEEN, "zkLink", at, block_hash=block))

    at = folded([*SENT, said(10**15)]).stage("committed").reached_at
    assert at > 1
    assert folded([*SENT, said(10**15)]).stage("committed").told_at == at
    assert folded([*SENT, said(at - 1)]).stage("committed").told_at == at - 1
    assert folded([*SENT, said(at - 1, "0xaa")]).stage("committed").told_at == at
    gone = ev.StageTakenBack("w", "committed", "gone", "0xaa")
    assert folded([*SENT, said(at - 1, "0xaa"), gone]).stage("committed").told_at == 0


def test_the_same_evidence_again_takes_the_place_of_the_old() -> None:
    state = folded([*SENT, reached(Level.SEEN), reached(Level.PROVEN, at=2), reached(Level.PROVEN, "0xbb")])
    assert [(e.block_hash, e.level) for e in state.stage("committed").evidence] == [
        ("0xaa", Level.PROVEN),
        ("0xbb", Level.PROVEN),
    ]
    best = state.stage("committed").best
    assert best is not None
    assert best.block_hash == "0xaa", "among equals the newest"


def test_proof_clears_a_contradiction_and_words_do_not() -> None:
    contradicted = [*SENT, ev.StageContradicted("w", "committed", "It says.", "It is not.")]
    assert folded(contradicted).stage("committed").contradicted == "It says. It is not."
    assert folded([*contradicted, reached(Level.REPORTED)]).stage("committed").contradicted
    assert folded([*contradicted, reached(Level.SEEN)]).stage("committed").contradicted
    assert not folded([*contradicted, reached(Level.PROVEN)]).stage("committed").contradicted


@pytest.mark.parametrize(
    ("events", "stage", "mark"),
    [
        (SENT, "requested", Mark.UNKNOWN),
        (SENT, "committed", Mark.AWAITED),
        ([*SENT, ev.MoveRefused("w", "m", "206", "no")], "requested", Mark.FAILED),
        ([*SENT, ev.MoveRefused("w", "m", "206", "no")], "committed", Mark.NOT_REACHED),
        ([*SENT, ev.MoveAccepted("w", "m"), reached(Level.REPORTED, stage="requested")], "requested", Mark.REPORTED),
        ([*SENT, reached(Level.REPORTED, stage="requested")], "requested", Mark.REPORTED),
        ([*SENT, reached(Level.SEEN)], "committed", Mark.SEEN),
        ([*SENT, reached(Level.IRREVERSIBLE)], "committed", Mark.IRREVERSIBLE),
        ([*SENT, reached(Level.REPORTED), ev.StageFailed("w", "committed", "no", "z")], "committed", Mark.FAILED),
        ([*SENT, ev.StageFailed("w", "committed", "no", "z"), reached(Level.PROVEN)], "committed", Mark.PROVEN),
        ([started()], "requested", Mark.AWAITED),
        (SENT, "never", Mark.NOT_APPLICABLE),
    ],
)
def test_the_mark_of_a_stage(events: Iterable[ev.Event], stage: str, mark: Mark) -> None:
    assert stage_mark(folded(events), stage, TRACK) is mark


def test_a_track_knows_its_stages() -> None:
    assert TrackRef.parse(str(TRACK.ref)) == TRACK.ref
    assert TRACK.position("paid") == 2
    with pytest.raises(KeyError):
        TRACK.stage("another")


@given(history)
def test_where_nothing_stronger_exists_the_end_needs_the_last_stage_seen(events: list[ev.Event]) -> None:
    begun = started()
    terms = replace(begun.terms, details={**begun.terms.details, LAST_LEVEL: "seen"})
    state = folded([replace(begun, terms=terms), intended(), *events])
    failed = state.status is Status.FAILED
    assert failed or (state.status is Status.FINAL) == ((state.stage("paid").level or 0) >= Level.SEEN)
