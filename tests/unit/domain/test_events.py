"""Events keep their meaning as bytes."""

import json

import pytest
from hypothesis import given

from ashore.domain import events as ev
from ashore.domain.events import Event, from_json, to_json
from ashore.domain.evidence import Level
from unit.domain.event_strategies import any_event, shown, started


@given(any_event)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    body = to_json(event)
    again = from_json(event.name, body)
    assert again == event
    assert type(again) is type(event)
    assert to_json(again) == body
    assert json.loads(body) == json.loads(json.dumps(json.loads(body), sort_keys=True))


@given(any_event)
def test_an_event_has_one_form(event: Event) -> None:
    body = to_json(event)
    assert body == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_types_survive() -> None:
    reached = from_json("stage-reached", to_json(ev.StageReached("w", "paid", shown(Level.PROVEN))))
    assert isinstance(reached, ev.StageReached)
    assert reached.evidence.level is Level.PROVEN
    assert isinstance(from_json("withdrawal-started", to_json(started())), ev.WithdrawalStarted)


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("moved", "{}", KeyError),
        ("move-sending", "{", ValueError),
        ("move-sending", '{"withdrawal":"w"}', TypeError),
        ("move-sending", '{"withdrawal":"w","move":"m","more":1}', ValueError),
        (
            "move-intended",
            '{"withdrawal":"w","move":"m","kind":"gift","profile":"","locator":"","payload":""}',
            ValueError,
        ),
        ("stage-reached", '{"withdrawal":"w","stage":"s","evidence":{"level":9}}', ValueError),
        ("stage-reached", '{"withdrawal":"w","stage":"s","evidence":{"level":3}}', TypeError),
    ],
)
def test_what_is_no_event_is_not_read(name: str, body: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        from_json(name, body)
