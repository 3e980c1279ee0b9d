"""One picture of each kind of the corpus is read, with its corners where they are; the benchmark reads them all."""

from __future__ import annotations

from functools import lru_cache

import pytest
from tests.corpus.pictures import KINDS, NEGATIVES, SEVERAL, Picture, picture_of

from ashore.intake.codes import Effort, Luma, Reading, read

BINARY = "This code holds binary data, not text."
ONLY_STILL = {"blur 4.0"}
"""What is too far out of focus for a camera's frame, and is read where there is time."""
NUMBERS = {"anything, bent": 1}
"""Not the first of a kind, where no reader reads that one."""


@lru_cache(maxsize=4)
def _picture(kind: str, number: int = 0) -> Picture:
    return picture_of(kind, number)


def _read(picture: Picture, effort: Effort) -> Reading:
    # However busy the machine is, all ways are tried.
    return read(Luma(picture.grey, picture.width, picture.height, picture.width), effort, lambda: 0.0)


@pytest.mark.parametrize("effort", Effort)
@pytest.mark.parametrize("kind", [*KINDS, SEVERAL])
def test_a_picture_of_each_kind_is_read(kind: str, effort: Effort) -> None:
    picture = _picture(kind, NUMBERS.get(kind, 0))
    wanted = sorted(each if isinstance(each, str) else BINARY for each in picture.contents)
    found = sorted(code.text or code.trouble for code in _read(picture, effort).codes)
    assert found == ([] if effort is Effort.FRAME and kind in ONLY_STILL else wanted)


@pytest.mark.parametrize(
    ("kind", "number", "effort"),
    [
        ("doubled", 4, Effort.FRAME),
        ("motion 15", 9, Effort.FRAME),
        ("blur 4.0", 4, Effort.FRAME),
        ("tilted 60", 12, Effort.FRAME),
        ("anything, tilted", 9, Effort.FRAME),
        ("blur 3.0", 13, Effort.STILL),
        ("blur 4.0", 0, Effort.STILL),
        ("motion 15", 4, Effort.STILL),
        ("anything", 11, Effort.STILL),
        ("bottle, shadow", 12, Effort.STILL),
    ],
)
def test_what_a_plain_look_does_not_read_another_one_does(kind: str, number: int, effort: Effort) -> None:
    picture = _picture(kind, number)
    luma = Luma(picture.grey, picture.width, picture.height, picture.width)
    ticks = iter([0.0, *[9.0] * 9])
    assert read(luma, Effort.FRAME, lambda: next(ticks)).codes == (), "it was read at once"
    assert tuple(code.text for code in _read(picture, effort).codes) == picture.contents


@pytest.mark.parametrize("kind", NEGATIVES)
def test_nothing_is_read_where_nothing_is(kind: str) -> None:
    for effort in Effort:
        assert _read(_picture(kind), effort) == Reading()


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        *((kind, 1) for kind in ("plain", "inverted", "tilted 25", "tilted 45", "dense", "240 pixels", SEVERAL)),
        *(("rotated", number) for number in range(1, 7)),
    ],
)
def test_the_corners_are_those_of_the_code_each_in_its_place(kind: str, number: int) -> None:
    picture = _picture(kind, number)
    found = {code.text: code.corners for code in _read(picture, Effort.STILL).codes}
    for content, corners in zip(picture.contents, picture.corners, strict=True):
        assert isinstance(content, str)
        module = max(abs(x - y) for x, y in zip(corners[0], corners[2], strict=True)) / 21
        for at, wanted in zip(found[content], corners, strict=True):
            assert max(abs(x - y) for x, y in zip(at, wanted, strict=True)) <= module


def test_the_same_seed_draws_the_same_picture() -> None:
    one, again, other = (picture_of("webcam", number) for number in (5, 5, 6))
    assert one == again
    assert one.grey != other.grey
    assert len(one.grey) == one.width * one.height
    assert not one.image().isNull()
