"""The lock that falls by itself: what is chosen, and what is usual."""

from __future__ import annotations

import pytest

from ashore.engine.autolock import LOCK_AFTER_S, AutoLock, lock_default, lock_seconds


def test_what_is_usual() -> None:
    assert lock_default("mainnet") == LOCK_AFTER_S
    assert lock_default("sandbox") == 0, "practice keys guard nothing"


@pytest.mark.parametrize("told", ["", "-1", "60.0", "61", "٦٠", "never", "99999999999999999999"])
def test_what_is_no_choice_is_the_usual(told: str) -> None:
    assert lock_seconds(told, "mainnet") == LOCK_AFTER_S


def test_what_was_chosen_counts_on_every_network() -> None:
    assert (lock_seconds("900", "sandbox"), lock_seconds("0", "mainnet")) == (900, 0)


async def test_never_means_never() -> None:
    now, fallen = [0.0], []
    lock = AutoLock(lambda: now[0], lambda: 0, lambda: fallen.append(now[0]))
    lock.begin()
    now[0] = 1e9
    lock.touch()
    lock.look()
    assert (lock.left, fallen) == (None, [])


async def test_after_a_long_sleep_use_comes_too_late() -> None:
    now, fallen = [0.0], []
    lock = AutoLock(lambda: now[0], lambda: 60, lambda: fallen.append(now[0]))
    lock.begin()
    now[0] = 59.0
    lock.touch()
    assert lock.left == 60
    now[0] = 400.0
    lock.touch()
    assert fallen == [400.0]
    lock.end()
