"""Pauses between askings: short after news, ever longer without, and never too long."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.engine.rhythm import LONGEST_FACTOR, LONGEST_S, SHARE, Rhythm

HOUR = 3600.0


def asked_at(rhythm: Rhythm, until: float) -> list[float]:
    """When it is asked while nothing changes."""
    times = [0.0]
    while times[-1] < until:
        times.append(times[-1] + rhythm.pause(times[-1], "the same"))
    return times


def test_what_takes_hours_is_asked_about_once_a_minute() -> None:
    times = asked_at(Rhythm(6.0), 2 * HOUR)
    apart = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert apart[:20] == [6.0] * 20
    assert all(later >= earlier - 1e-6 for earlier, later in itertools.pairwise(apart))
    assert apart[-1] == pytest.approx(LONGEST_S)
    assert len(times) < 200 < 2 * HOUR / 6.0 / 5


@pytest.mark.parametrize(("shortest", "longest"), [(1.0, 10.0), (2.0, 20.0), (6.0, 60.0), (12.0, 60.0), (90.0, 90.0)])
def test_the_longest_pause_is_measured_by_the_shortest(shortest: float, longest: float) -> None:
    rhythm = Rhythm(shortest)
    rhythm.pause(0, "a")
    assert rhythm.pause(24 * HOUR, "a") == longest
    assert longest <= max(LONGEST_S, shortest)
    assert longest <= LONGEST_FACTOR * shortest


def test_news_make_it_short_again() -> None:
    rhythm = Rhythm(6.0)
    rhythm.pause(0, ("w", 3))
    assert rhythm.pause(HOUR, ("w", 3)) == LONGEST_S
    assert rhythm.pause(HOUR + 60, ("w", 4)) == 6.0
    assert rhythm.pause(HOUR + 120, ("w", 4)) == 6.0


def test_a_wish_makes_it_short_again() -> None:
    rhythm = Rhythm(6.0)
    rhythm.pause(0, "a")
    assert rhythm.pause(HOUR, "a") == LONGEST_S
    rhythm.restart()
    assert rhythm.pause(HOUR + 60, "a") == 6.0


@given(st.floats(0.1, 100), st.floats(0.1, 1e6))
def test_what_comes_is_known_a_share_of_its_own_time_later(shortest: float, comes: float) -> None:
    rhythm = Rhythm(shortest)
    now = 0.0
    for _ in range(10_000):
        if now >= comes:
            break
        now += rhythm.pause(now, "a")
    assert now < comes or now - comes <= max(shortest, comes / SHARE)
