"""Moves that share one number: what the network may take of them, and where the withdrawal stands meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.domain.folding import fold
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.withdrawal import LAST_STAGE, Status, Withdrawal
from unit.domain.event_strategies import shown, started

LAST = "committed"


def begun() -> ev.WithdrawalStarted:
    event = started()
    return replace(event, terms=replace(event.terms, details={**event.terms.details, LAST_STAGE: LAST}))


def intent(name: str, kind: MoveKind = MoveKind.REPLACE) -> ev.MoveIntended:
    return ev.MoveIntended("w", name, kind, "p", f"0x{name}", f"payload {name}", "Harbour/0xa", 4)


def folded(events: Iterable[ev.Event]) -> Withdrawal:
    state = fold(ev.Recorded(seq, 1000 + seq, event) for seq, event in enumerate(events, 1))
    assert state is not None
    return state


SENDING, TAKEN = ev.MoveSending("w", "m"), ev.MoveAccepted("w", "m")
WAITS = [begun(), intent("m", MoveKind.CLAIM), SENDING, TAKEN]


@pytest.mark.parametrize(
    ("then", "may"),
    [
        ([], True),
        ([intent("r")], False),  # it has not left yet
        ([intent("r"), ev.MoveSending("w", "r")], False),  # its answer is about to come
        ([intent("r"), ev.MoveSending("w", "r"), ev.MoveUnclear("w", "r", "Lost.")], True),
        ([intent("r"), ev.MoveSending("w", "r"), ev.MoveUnclear("w", "r", "Away.", left=False)], False),
        ([intent("r"), ev.MoveSending("w", "r"), ev.MoveAccepted("w", "r")], True),
        ([intent("r"), ev.MoveSending("w", "r"), ev.MoveRefused("w", "r", "outbid", "No.")], True),
        ([ev.StageReached("w", LAST, shown(Level.SEEN, "0xaa", at=1))], False),
        ([ev.StageFailed("w", LAST, "Reverted.", "Harbour")], False),
    ],
)
def test_only_what_waits_with_the_network_may_be_replaced(then: list[ev.Event], may: bool) -> None:
    assert folded([*WAITS, *then]).may_be_replaced is may


def test_what_never_left_or_is_no_transaction_is_not_replaced() -> None:
    assert not folded([begun(), intent("m", MoveKind.CLAIM)]).may_be_replaced
    assert not folded([begun(), intent("m", MoveKind.CLAIM), SENDING]).may_be_replaced
    request = [begun(), intent("m", MoveKind.REQUEST), SENDING, TAKEN]
    assert not folded(request).may_be_replaced


def test_a_later_rival_that_may_have_left_overtakes_and_a_refused_one_does_not() -> None:
    sent = [*WAITS, intent("r"), ev.MoveSending("w", "r")]
    assert not folded([*WAITS, intent("r")]).overtaken("m")
    assert folded(sent).overtaken("m")
    assert not folded(sent).overtaken("r")
    assert not folded([*sent, ev.MoveUnclear("w", "r", "Away.", left=False)]).overtaken("m")
    assert not folded([*sent, ev.MoveRefused("w", "r", "outbid", "No.")]).overtaken("m")


_STATES = {
    MoveState.INTENDED: [],
    MoveState.SENDING: [ev.MoveSending],
    MoveState.UNKNOWN: [ev.MoveSending, lambda w, m: ev.MoveUnclear(w, m, "Lost.")],
    MoveState.ACCEPTED: [ev.MoveSending, ev.MoveAccepted],
    MoveState.REFUSED: [ev.MoveSending, lambda w, m: ev.MoveRefused(w, m, "no", "No.")],
}


@given(st.lists(st.sampled_from(list(_STATES)), min_size=1, max_size=4))
def test_it_ended_only_when_every_one_of_them_did(states: list[MoveState]) -> None:
    events: list[ev.Event] = [begun()]
    for number, wanted in enumerate(states):
        name = f"m{number}"
        events.append(intent(name, MoveKind.REPLACE if number else MoveKind.CLAIM))
        events.extend(make("w", name) for make in _STATES[wanted])
    state = folded(events)
    assert [move.state for move in state.rivals] == states
    assert (state.status is Status.REFUSED) == (set(states) == {MoveState.REFUSED})
    assert state.is_open == (set(states) != {MoveState.REFUSED})
    if MoveState.ACCEPTED in states:
        assert state.status is Status.UNDER_WAY
