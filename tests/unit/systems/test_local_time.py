"""Moments in sentences: the clock of this computer, with the date where it is another day's."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ashore.systems.local_time import exact_utc, time_of_day


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer two hours east of Greenwich."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "EET-2")
        time.tzset()
        yield
    time.tzset()


def at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1000  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (at(2026, 11, 21, 9, 5), "11:05"),
        (at(2026, 11, 21, 22, 0), "22 Nov 00:00"),
        (at(2027, 1, 2, 3, 4), "2 Jan 2027 05:04"),
    ],
)
def test_the_day_is_said_where_it_is_not_today(moment: int, said: str) -> None:
    assert time_of_day(moment, at(2026, 11, 21, 8, 0)) == said


def test_what_is_kept_is_in_utc_and_exact() -> None:
    assert exact_utc(at(2026, 11, 21, 9, 5, 7)) == "2026-11-21 09:05:07 UTC"
