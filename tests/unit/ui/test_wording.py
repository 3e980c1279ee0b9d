"""Times and durations as a person reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.ui.wording import breakable, clock_time, duration, exact_time

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
        (HOUR, "1 h"),
        (3 * HOUR + 20 * MINUTE, "3 h 20 min"),
        (DAY, "1 day"),
        (2 * DAY + 4 * HOUR, "2 days 4 h"),
    ],
)
def test_durations(milliseconds: int, words: str) -> None:
    assert duration(milliseconds) == words


def test_the_day_is_said_when_it_is_another(application: object) -> None:
    now = 1_767_276_131_000
    assert len(clock_time(now, now)) == len("14:02:11")
    assert len(clock_time(now, now, seconds=False)) == len("14:02")
    assert " " in clock_time(now - 2 * DAY, now)
    assert "2025" in clock_time(now - 40 * DAY, now)
    assert clock_time(0, now) == ""
    assert exact_time(now) == "2026-01-01 14:02:11 UTC"
    assert exact_time(0) == ""


@given(st.text())
def test_breaking_changes_nothing_that_is_seen(text: str) -> None:
    assert breakable(text).replace("\u200b", "") == text.replace("\u200b", "")
    assert all(len(part) <= 28 for word in breakable(text).split(" ") for part in word.split("\u200b"))
