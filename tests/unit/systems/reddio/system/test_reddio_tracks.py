"""The ways of Reddio tell the truth about who says what."""

import pytest

from ashore.domain.stages import Milestone, Track
from ashore.systems.reddio.system.tracks import BATCHED, CLAIMED, COMMITTED, PLAIN, TRACKS, TRANSFER, WITHDRAWAL


@pytest.mark.parametrize("track", TRACKS)
def test_a_track_begins_with_what_is_answered_and_names_each_stage_once(track: Track) -> None:
    assert track.stages[0].id == track.answered
    assert len({stage.id for stage in track.stages}) == len(track.stages)
    for stage in track.stages:
        assert stage.not_applicable or (stage.title and stage.reached and stage.awaited)


def test_nothing_of_a_batch_is_on_ethereum_before_the_state_update() -> None:
    for track in (WITHDRAWAL, PLAIN):
        assert track.stage(COMMITTED).not_applicable
        assert not track.stage(BATCHED).provable
        shown = (stage.id for stage in track.stages if stage.provable and not stage.not_applicable)
        assert next(shown) == "updated"
        assert track.stages[-1].id == CLAIMED
        assert {stage.milestone for stage in track.stages} == set(Milestone)


def test_of_a_transfer_nothing_can_be_proven() -> None:
    assert not any(stage.provable for stage in TRANSFER.stages)


def test_names_are_distinct() -> None:
    assert len({str(track.ref) for track in TRACKS}) == len(TRACKS)
