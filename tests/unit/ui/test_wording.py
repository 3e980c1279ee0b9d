"""Times as a person reads them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ashore.ui.wording import breakable, clock_time, exact_time

DAY = 86_400_000


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
    assert all(len(part) <= 20 for word in breakable(text).split(" ") for part in word.split("\u200b"))


def test_a_hash_fills_its_lines() -> None:
    assert breakable("ab" * 20).split("\u200b") == ["abab"] * 10
    assert breakable("W" * 11).split("\u200b") == ["WWWW", "WWWW", "WWW"], "broad letters are long sooner"
    assert breakable("a.very-long.host-name.example").split("\u200b") == [
        "a.",
        "very-",
        "long.",
        "host-",
        "name.",
        "example",
    ]


def test_names_stay_whole_numbers_break_in_thousands_and_hashes_in_fours() -> None:
    parts = breakable("pendingBalances[0x8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2][17]").split("\u200b")
    assert parts[:3] == ["pendingBalances[", "0x8f3a", "12c4"]
    assert parts[-2:] == ["91c2][", "17]"]
    assert breakable("100000000000000000000).").split("\u200b") == ["100", *["000"] * 5, "000)."]
