"""What could not be answered is asked again: ever more rarely, for ever, and each question in its turn."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.attempts import LONGEST_REST, OFTEN, Attempts

HERE, THERE = "Harbour", "Lagoon"
LONG = 400


def asked(attempts: Attempts[str], looks: int, question: str = "root", most: int = 1) -> list[int]:
    """At which looks it was asked."""
    return [look for look in range(looks) if question in attempts.due(HERE, [question], most)]


def test_at_every_look_first_then_more_rarely_and_for_ever() -> None:
    looks = asked(Attempts(), LONG)
    assert looks[:OFTEN] == list(range(OFTEN))
    apart = [later - earlier for earlier, later in itertools.pairwise(looks)][OFTEN - 1 :]
    assert apart[:6] == [2, 3, 5, 9, 17, LONGEST_REST + 1]
    assert set(apart[5:]) == {LONGEST_REST + 1}
    assert LONG - looks[-1] <= LONGEST_REST + 1


def test_the_first_rest_may_come_at_once() -> None:
    assert asked(Attempts(often=1), 20) == [0, 2, 5, 10, 19]


def test_what_is_settled_is_forgotten() -> None:
    attempts: Attempts[str] = Attempts()
    asked(attempts, LONG)
    assert attempts.due(HERE, [], 1) == []
    assert asked(attempts, OFTEN) == list(range(OFTEN)), "a question that opens again is a new one"


def test_places_have_nothing_to_do_with_each_other() -> None:
    attempts: Attempts[str] = Attempts(often=1)
    assert attempts.due(HERE, ["root"], 1) == ["root"]
    assert attempts.due(THERE, ["root"], 1) == ["root"]
    assert attempts.due(HERE, ["root"], 1) == []
    assert attempts.due(THERE, [], 1) == []
    assert attempts.due(HERE, ["root"], 1) == ["root"]


def test_a_reorganisation_begins_anew() -> None:
    attempts: Attempts[str] = Attempts()
    asked(attempts, LONG)
    attempts.clear()
    assert asked(attempts, OFTEN) == list(range(OFTEN))


def test_old_failures_hold_nothing_new_up() -> None:
    attempts: Attempts[str] = Attempts()
    stuck = [f"stuck {number}" for number in range(10)]
    for _ in range(10):
        attempts.due(HERE, stuck, 2)
    assert attempts.due(HERE, [*stuck, "fresh"], 2)[0] == "fresh"


@given(st.lists(st.sets(st.integers(0, 20)), max_size=200), st.integers(1, 4), st.integers(1, OFTEN))
def test_never_more_than_allowed_and_only_what_is_open(looks: list[set[int]], most: int, often: int) -> None:
    attempts: Attempts[int] = Attempts(often)
    for open_now in looks:
        due = attempts.due(HERE, open_now, most)
        assert len(due) == len(set(due)) <= most
        assert set(due) <= open_now


@given(st.integers(1, 30), st.integers(1, 4))
def test_every_question_has_its_turn_again_and_again(count: int, most: int) -> None:
    attempts: Attempts[int] = Attempts()
    since = dict.fromkeys(range(count), 0)
    for _ in range(LONG):
        due = attempts.due(HERE, range(count), most)
        since = {number: 0 if number in due else looks + 1 for number, looks in since.items()}
        assert max(since.values()) <= LONGEST_REST + 2 * count
