"""Lengths of time as a person reads them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.domain.durations import duration

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0 s"),
        (-5, "0 s"),
        (1500, "1.5 s"),
        (9 * SECOND, "9 s"),
        (90 * SECOND, "90 s"),
        (40 * MINUTE, "40 min"),
        (HOUR - 1, "1 h"),
        (HOUR, "1 h"),
        (3 * HOUR + 20 * MINUTE, "3 h 20 min"),
        (23 * HOUR + 36 * MINUTE, "23 h 36 min"),
        (DAY - 1, "1 day"),
        (DAY, "1 day"),
        (2 * DAY + 4 * HOUR, "2 days 4 h"),
    ],
)
def test_how_long_in_words(milliseconds: int, words: str) -> None:
    assert duration(milliseconds) == words


@given(st.integers(0, 400 * DAY))
def test_the_words_are_near_the_truth(milliseconds: int) -> None:
    units = {"s": SECOND, "min": MINUTE, "h": HOUR, "day": DAY, "days": DAY}
    parts = re.findall(r"([\d.]+) (\w+)", duration(milliseconds))
    assert ("60", "min") not in parts
    assert ("24", "h") not in parts
    told = sum(round(float(number) * units[unit]) for number, unit in parts)
    assert abs(told - milliseconds) <= max(500, milliseconds // 5)
