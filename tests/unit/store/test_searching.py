"""What a withdrawal is found by."""

from dataclasses import replace

from ashore.domain import events as ev
from ashore.domain.folding import fold
from ashore.domain.withdrawal import PRIMARY
from ashore.store.searching import searchable
from unit.domain.event_strategies import intended, started


def test_a_stage_is_found_by_whichever_chain_its_title_names() -> None:
    before = started()
    terms = replace(before.terms, details={**before.terms.details, PRIMARY: "Strait"})
    events: list[ev.Event] = [replace(before, terms=terms), intended()]
    state = fold(ev.Recorded(seq, 1, event) for seq, event in enumerate(events, 1))
    assert state is not None
    assert "committed on strait" in searchable(state, "Committed on {primary}")
    assert "paid out on harbour" in searchable(state, "Paid out on {chain}")
