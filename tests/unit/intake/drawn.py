"""Codes drawn as grey planes, without Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ashore.intake.codes import Luma

SCALE, QUIET = 4, 4


def drawn(matrix: Iterable[Sequence[int]], scale: int = SCALE) -> Luma:
    """The modules of a code, dark is 1, with a quiet zone around them."""
    lines = [bytes(line) for line in matrix]
    side = (len(lines) + 2 * QUIET) * scale
    light = b"\xff" * (side * QUIET * scale)
    rows = []
    for line in lines:
        modules = b"".join((b"\0" if dark else b"\xff") * scale for dark in line)
        rows.append((b"\xff" * QUIET * scale + modules + b"\xff" * QUIET * scale) * scale)
    return Luma(light + b"".join(rows) + light, side, side, side)


def side_by_side(pictures: Sequence[Luma], across: int) -> Luma:
    """Square pictures of one size in rows of `across`."""
    side, lines = pictures[0].width, []
    for start in range(0, len(pictures), across):
        row = [bytes(picture.grey) for picture in pictures[start : start + across]]
        row += [b"\xff" * side * side] * (across - len(row))
        lines += [b"".join(grey[at : at + side] for grey in row) for at in range(0, side * side, side)]
    return Luma(b"".join(lines), side * across, len(lines), side * across)
