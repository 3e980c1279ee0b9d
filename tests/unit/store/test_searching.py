"""What a withdrawal is found by."""

from dataclasses import replace

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.domain.folding import fold
from ashore.domain.withdrawal import LAST_LEVEL, PRIMARY
from ashore.store.searching import searchable
from unit.domain.event_strategies import intended, shown, started


def test_a_stage_is_found_by_whichever_chain_its_title_names() -> None:
    before = started()
    terms = replace(before.terms, details={**before.terms.details, PRIMARY: "Strait"})
    events: list[ev.Event] = [replace(before, terms=terms), intended()]
    state = fold(ev.Recorded(seq, 1, event) for seq, event in enumerate(events, 1))
    assert state is not None
    assert "committed on strait" in searchable(state, "Committed on {primary}")
    assert "paid out on harbour" in searchable(state, "Paid out on {chain}")


@pytest.mark.parametrize(
    ("level", "by", "not_by"),
    [
        (Level.REPORTED, ["done", "reported"], ["final", "arrived", "irreversible"]),
        (Level.IRREVERSIBLE, ["done", "final", "arrived", "irreversible"], ["reported"]),
    ],
)
def test_what_ended_by_the_operators_word_is_not_found_as_final(level: Level, by: list[str], not_by: list[str]) -> None:
    before = started()
    details = {**before.terms.details, **({LAST_LEVEL: "reported"} if level is Level.REPORTED else {})}
    events: list[ev.Event] = [
        replace(before, terms=replace(before.terms, details=details)),
        intended(),
        ev.StageReached("w", "paid", shown(level)),
    ]
    state = fold(ev.Recorded(seq, 1, event) for seq, event in enumerate(events, 1))
    assert state is not None
    words = searchable(state, "Paid out").split()
    assert set(by) <= set(words)
    assert not set(not_by) & set(words)
