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
