"""Pictures that were made to take long, or to hold more than a person can choose from, do not."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import segno
from tests.unit.intake.drawn import drawn

from ashore.intake.codes import MOST_CODES, Effort, Luma, read

SECONDS = 3
"""Of a processor, on a machine that others use too; alone it takes a second."""


def _tiled(tile: Luma, across: int, down: int) -> Luma:
    grey = bytes(tile.grey)
    lines = [grey[start : start + tile.width] * across for start in range(0, len(grey), tile.line)]
    return Luma(b"".join(lines) * down, tile.width * across, tile.height * down, tile.width * across)


def _finder(module: int) -> Luma:
    """The square in the corner of a code."""
    lines = [[int(max(abs(x - 3), abs(y - 3)) in (0, 1, 3)) for x in range(9)] for y in range(9)]
    grey = b"".join(bytes(255 * (1 - dark) for dark in line for _ in range(module)) * module for line in lines)
    return Luma(grey, 9 * module, 9 * module, 9 * module)


def _took(luma: Luma, effort: Effort) -> float:
    begun = time.thread_time()
    assert read(luma, effort).codes == ()
    return time.thread_time() - begun


@pytest.mark.parametrize("module", [1, 2])
def test_a_hundred_thousand_corners_of_codes_do_not_hold_it_up(module: int) -> None:
    luma = _tiled(_finder(module), 3840 // (9 * module), 2160 // (9 * module))  # looked at in one go: 19 s
    for effort in Effort:
        assert _took(luma, effort) < SECONDS


def test_a_checkerboard_of_a_hundred_megapixels_does_not_hold_it_up() -> None:
    board = Luma(b"\0\xff\xff\0", 2, 2, 2)
    assert _took(_tiled(board, 6_000, 4_200), Effort.STILL) < SECONDS


def test_of_ten_thousand_codes_as_many_are_told_as_a_person_can_choose_from() -> None:
    one = drawn(segno.make("LNURL1QQQ", version=1, error="l", micro=False).matrix, 2)
    reading = read(_tiled(one, 100, 100), Effort.STILL, lambda: 0.0)
    assert (len(reading.codes), reading.more) == (MOST_CODES, True)
    assert {code.text for code in reading.codes} == {"LNURL1QQQ"}
    assert len({code.corners for code in reading.codes}) == MOST_CODES


def test_a_code_in_two_tiles_is_told_once() -> None:
    one = drawn(segno.make("lightning:lnurl1qqq", micro=False).matrix, 4)
    side, width, height = one.width, 3_000, 2_000
    grey = bytearray(b"\xc0" * width * height)
    for left, top in ((40, 30), (900, 900), (1_500, 600), (2_800, 1_800)):
        for line in range(side):
            start = (top + line) * width + left
            grey[start : start + side] = bytes(one.grey)[line * side : (line + 1) * side]
    reading = read(Luma(grey, width, height, width), Effort.STILL, lambda: 0.0)
    places = sorted((code.corners[0][0] // 100, code.corners[0][1] // 100) for code in reading.codes)
    assert places == [(0, 0), (9, 9), (15, 6), (28, 18)]


def test_a_small_code_on_a_large_screen_is_found_and_a_large_one_too() -> None:
    small = drawn(segno.make("lightning:lnurl1qqqsmall", micro=False).matrix, 3)
    large = drawn(segno.make("lightning:lnurl1qqqlarge", micro=False).matrix, 60)
    width, height = 7_680, 4_320
    grey = bytearray(b"\xe0" * width * height)
    for luma, left, top in ((small, 7_000, 4_100), (large, 300, 600)):
        for line in range(luma.height):
            start = (top + line) * width + left
            grey[start : start + luma.width] = bytes(luma.grey)[line * luma.line : (line + 1) * luma.line]
    reading = read(Luma(grey, width, height, width), Effort.STILL, lambda: 0.0)
    assert {code.text for code in reading.codes} == {"lightning:lnurl1qqqsmall", "lightning:lnurl1qqqlarge"}


def test_when_the_time_is_up_nothing_new_is_begun_and_that_is_told() -> None:
    ticks: Iterator[float] = iter([0.0, 0.2, *[9.0] * 9])
    reading = read(_tiled(_finder(8), 60, 40), Effort.STILL, lambda: next(ticks))
    assert (reading.codes, reading.unfinished) == ((), True)
    assert next(ticks) == 9.0
    assert not read(_tiled(_finder(8), 4, 4), Effort.STILL).unfinished


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (20, 4_000), (1_000_000, 3), (21, 21), (3_000_000, 21), (21, 3_000_000)]
)
def test_no_shape_of_a_picture_breaks_it(width: int, height: int) -> None:
    for effort in Effort:
        assert read(Luma(bytes(width * height), width, height, width), effort).codes == ()
