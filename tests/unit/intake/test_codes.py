"""Codes are found where they are, and say what was written."""

import pytest
import segno

from ashore.intake.codes import Luma, read

_SCALE, _QUIET = 4, 4


def _drawn(text: str) -> Luma:
    matrix = [bytes(line) for line in segno.make(text, error="m", micro=False).matrix]
    side = (len(matrix) + 2 * _QUIET) * _SCALE
    grey = bytearray(b"\xff" * side * side)
    for y, line in enumerate(matrix):
        for x, dark in enumerate(line):
            for row in range(_SCALE if dark else 0):
                start = ((y + _QUIET) * _SCALE + row) * side + (x + _QUIET) * _SCALE
                grey[start : start + _SCALE] = bytes(_SCALE)
    return Luma(bytes(grey), side, side, side)


def test_a_code_says_what_was_written_and_where_it_is() -> None:
    luma = _drawn("lightning:LNURL1DP68GURN8GHJ7MRWW4EXCTNV9EJQ")
    (code,) = read(luma).codes
    assert code.text == "lightning:LNURL1DP68GURN8GHJ7MRWW4EXCTNV9EJQ"
    quiet, far = _QUIET * _SCALE, luma.width - _QUIET * _SCALE
    wanted = ((quiet, quiet), (far, quiet), (far, far), (quiet, far))
    off = [abs(a - b) for at, want in zip(code.corners, wanted, strict=True) for a, b in zip(at, want, strict=True)]
    assert max(off) <= _SCALE


def test_every_other_byte_is_read_where_colours_stand_between() -> None:
    luma = _drawn("0x8f3a9f1c5d2E1fB4b3C2a1908f7e6d5c4b3a2918")
    between = bytes(byte for grey in bytes(luma.grey) for byte in (grey, 0x80))
    (code,) = read(Luma(between, luma.width, luma.height, luma.width * 2, step=2)).codes
    assert code.text == "0x8f3a9f1c5d2E1fB4b3C2a1908f7e6d5c4b3a2918"


def test_a_picture_without_codes_has_none() -> None:
    assert read(Luma(bytes(640 * 480), 640, 480, 640)).codes == ()


@pytest.mark.parametrize(("width", "height", "line"), [(0, 4, 4), (4, -1, 4), (8, 4, 4), (4, 5, 4)])
def test_wrong_measures_are_refused_before_anything_is_read(width: int, height: int, line: int) -> None:
    with pytest.raises(ValueError, match="picture"):
        read(Luma(bytes(16), width, height, line))
