"""Planes of grey values: parts of them, every second or third pixel of them, and sharper copies of them.

Parts and strides are read in place and cost nothing. A sharper copy is made with Python's own large integers, sixteen
bits a pixel, so that each operation is one on the whole plane.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

_BREATH_S = 0.0002
"""After each millisecond or so of work, so that the window's thread gets Python's lock when it wants it."""
_MANY = 400_000
"""Pixels of which a single operation takes that long."""
_HALF = 0x8000


@dataclass(frozen=True, slots=True)
class Luma:
    """The grey values of a picture, one byte a pixel, 0 is black.

    `grey` is not copied. `line` is bytes from one line to the next, `step` bytes from one pixel to the next
    (2 in YUYV, where every other byte is a colour).
    """

    grey: bytes | bytearray | memoryview = field(repr=False)
    width: int
    height: int
    line: int
    step: int = 1


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a plane, with where its first pixel is in the whole, and how many pixels of the whole one of it is."""

    luma: Luma
    left: float = 0
    top: float = 0
    across: float = 1
    down: float = 1

    def whole_point(self, x: float, y: float) -> tuple[int, int]:
        """Where in the whole a point of this part is."""
        return round(self.left + x * self.across), round(self.top + y * self.down)


def checked(luma: Luma) -> Luma:
    """The plane with its bytes as a view, once its measures are known to be true.

    Raises:
        ValueError: the plane is smaller than its measures say.
    """
    grey = memoryview(luma.grey)
    if min(luma.width, luma.height, luma.step) <= 0 or luma.line < luma.width * luma.step:
        raise ValueError("the picture has no such measures")
    if grey.nbytes < luma.line * (luma.height - 1) + (luma.width - 1) * luma.step + 1:
        raise ValueError("the picture ends before its last line")
    return Luma(grey, luma.width, luma.height, luma.line, luma.step)


def part(cut: Cut, left: int, top: int, width: int, height: int) -> Cut:
    """The pixels from `left` and `top` on, as far as there are any. Nothing is copied."""
    luma = cut.luma
    wide, high = min(width, luma.width - left), min(height, luma.height - top)
    grey = memoryview(luma.grey)[top * luma.line + left * luma.step :]
    begins = cut.whole_point(left, top)
    return Cut(Luma(grey, wide, high, luma.line, luma.step), *begins, cut.across, cut.down)


def every(cut: Cut, across: int, down: int) -> Cut:
    """Every so many pixels to the right and down. Nothing is copied."""
    luma = cut.luma
    wide, high = (luma.width - 1) // across + 1, (luma.height - 1) // down + 1
    fewer = Luma(luma.grey, wide, high, luma.line * down, luma.step * across)
    return Cut(fewer, cut.left, cut.top, cut.across * across, cut.down * down)


def tiles(cut: Cut, side: int) -> Iterator[Cut]:
    """Squares of `side` pixels that cover the plane, each half over the one before it; the plane if it has no more."""
    luma = cut.luma
    if luma.width * luma.height <= side * side:
        yield cut
        return
    for top in _starts(luma.height, side):
        for left in _starts(luma.width, side):
            yield part(cut, left, top, side, side)


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    steps = -(-(length - side) // (side // 2))
    return [(length - side) * number // steps for number in range(steps + 1)]


def halved(cut: Cut) -> Cut:
    """A copy of half the width and height, each pixel the mean of four."""
    luma, whole = cut.luma, _compact(cut.luma)
    wide, high = luma.width // 2 * 2, luma.height // 2 * 2
    if wide < luma.width:
        whole = b"".join(whole[start : start + wide] for start in range(0, len(whole), luma.width))
    size = wide * high
    even = int.from_bytes(b"\xff\x00" * (size // 2), "little")
    both = int.from_bytes(whole[:size], "little")
    pairs = (both & even) + (both >> 8 & even)
    time.sleep(_BREATH_S)
    means = (pairs + (pairs >> 8 * wide)) >> 2
    flat = means.to_bytes(size + 1, "little")[:size:2]
    lines = (flat[start : start + wide // 2] for start in range(0, len(flat), wide))
    smaller = Luma(b"".join(lines), wide // 2, high // 2, wide // 2)
    return Cut(smaller, cut.left + cut.across / 2, cut.top + cut.down / 2, cut.across * 2, cut.down * 2)


def sharpened(cut: Cut, near: tuple[int, ...], far: tuple[int, ...], amount: int) -> Cut:
    """A copy without what is finer than `near`, and with `amount` times what is finer than `far` added to it.

    The first takes off noise, the second puts back what blur took away. Both are the reaches of means: over each pixel
    and the one so far away, for each reach in each direction. None for `near` takes nothing off.
    """
    luma = cut.luma
    count = luma.width * luma.height
    spread = bytearray(2 * count)
    spread[::2] = _compact(luma)
    plane = int.from_bytes(spread, "little")
    fine = _mean(plane, luma.width, count, near)
    coarse = _mean(plane, luma.width, count, far)
    sharp = fine * (1 + amount) + _each(count, _HALF) - coarse * amount
    time.sleep(_BREATH_S)
    above_black = sharp & (sharp >> 15 & _each(count, 1)) * (_HALF - 1)
    if count > _MANY:
        time.sleep(_BREATH_S)
    too_light = (above_black + _each(count, _HALF - 256) >> 15 & _each(count, 1)) * 0xFF
    time.sleep(_BREATH_S)
    clear = (above_black | too_light).to_bytes(2 * count + 2, "little")[: 2 * count : 2]
    return Cut(Luma(clear, luma.width, luma.height, luma.width), cut.left, cut.top, cut.across, cut.down)


def _mean(plane: int, width: int, count: int, reaches: tuple[int, ...]) -> int:
    """The mean around each pixel, sixteen bits a pixel; at most four reaches, so that the sums stay within them."""
    if not reaches:
        return plane
    total = plane
    for direction in (16, 16 * width):
        for reach in reaches:
            total += total >> direction * reach
            if count > _MANY:
                time.sleep(_BREATH_S)
        time.sleep(_BREATH_S)
    # The sums went towards the first pixel; they go back by half of that.
    back = 16 * (sum(reaches) // 2) * (1 + width)
    return (total >> 2 * len(reaches) & _each(count, 0xFF)) << back & ((1 << 16 * count) - 1)


def _compact(luma: Luma) -> bytes:
    """The grey values alone, line by line."""
    grey = memoryview(luma.grey)
    used = luma.width * luma.step
    if luma.step == 1 and luma.line == luma.width:
        return bytes(grey[: luma.width * luma.height])
    starts = range(0, luma.line * luma.height, luma.line)
    return b"".join(bytes(grey[start : start + used])[:: luma.step] for start in starts)


@lru_cache(maxsize=8)
def _each(count: int, value: int) -> int:
    """The same sixteen bits for each of so many pixels."""
    return int.from_bytes(value.to_bytes(2, "little") * count, "little")
