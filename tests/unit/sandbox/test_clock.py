"""The sandbox's clock."""

from __future__ import annotations

import asyncio

import pytest

from ashore.sandbox.clock import PACES, Clock, ClockMode, Stage


class Seconds:
    """Real time, moved by the test."""

    def __init__(self) -> None:
        self.value = 0.0

    def __call__(self) -> float:
        return self.value


def test_real_time_times_a_speed() -> None:
    real = Seconds()
    clock = Clock(1000.0, speed=10, monotonic=real)
    real.value = 2.0
    assert clock.now() == 1020.0
    clock.set_speed(0.5)
    real.value = 4.0
    assert clock.now() == 1021.0
    clock.set_speed(None)
    real.value = 100.0
    assert clock.now() == 1021.0


def test_it_is_moved_by_hand() -> None:
    clock = Clock(5.0, speed=None)
    clock.advance(2.5)
    clock.catch_up(6.0)
    assert clock.now() == 7.5
    clock.catch_up(9.0)
    assert clock.now() == 9.0
    clock.restart(1.0)
    assert clock.now() == 1.0


async def test_sleep_ends_when_its_time_has_come() -> None:
    clock = Clock(0.0, speed=None)
    sleeper = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0)
    clock.advance(9)
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(1)
    await asyncio.wait_for(sleeper, 5)


async def test_a_change_of_speed_reaches_those_who_sleep() -> None:
    clock = Clock(0.0, speed=None)
    sleeper = asyncio.create_task(clock.sleep(1000))
    await asyncio.sleep(0)
    clock.set_speed(100_000)
    await asyncio.wait_for(sleeper, 5)
    assert clock.now() >= 1000


@pytest.mark.parametrize("speed", [0, -1, 0.001, 1e9])
def test_speeds_that_are_none(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Clock(0.0, speed=speed)


@pytest.mark.parametrize("seconds", [-1, 1e12, float("nan")])
def test_steps_that_are_none(seconds: float) -> None:
    with pytest.raises(ValueError, match="step"):
        Clock(0.0, speed=None).advance(seconds)


@pytest.mark.parametrize("mode", list(ClockMode))
def test_every_pace_knows_every_stage(mode: ClockMode) -> None:
    assert set(PACES[mode].stages) == set(Stage)
    assert PACES[mode].manual is (mode is ClockMode.STEP)
