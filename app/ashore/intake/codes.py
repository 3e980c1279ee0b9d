"""QR codes in a picture: where they are and what they say. Knows nothing of cameras, files or windows.

The picture is its luma plane, read in place: a camera's frame is never copied for it.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from math import isqrt
from typing import TYPE_CHECKING, Any, cast

from ashore.intake.appended import Symbol, is_whole, part_of
from ashore.intake.multipart import of_several
from ashore.intake.planes import Cut, Luma, checked, every, halved, part, sharpened, tiles

if TYPE_CHECKING:
    import zxingcpp  # elsewhere where it is used: held by a module, it reports itself as leaked when the program ends

__all__ = ["MOST_BYTES", "MOST_CODES", "SECONDS", "Code", "Corner", "Effort", "Luma", "Reading", "read"]

Corner = tuple[int, int]
"""A point of the picture, in pixels from the left and from the top."""
Corners = tuple[Corner, Corner, Corner, Corner]
"""Of one code, clockwise from its own top left."""

MOST_CODES = 24
"""Codes of one picture that are told apart; more than these a person cannot choose from."""
MOST_BYTES = 4_096
"""Of a text that is passed on, in UTF-8."""

_LOCAL, _GLOBAL = False, True
"""What is dark is decided for each neighbourhood, or once for the whole plane."""
_Way = tuple[Cut, bool]
_SHARPER: tuple[tuple[float, tuple[int, ...], tuple[int, ...], int], ...] = (
    (1, (1, 2, 3), (2, 3, 4, 5), 2),
    (0.5, (1, 1, 2), (3, 4, 5, 6), 2),
    (0.5, (1,), (3, 4, 5, 6), 5),
    (0.5, (), (1, 1, 2, 2), 3),
    (1, (1, 1), (1, 2, 3, 4), 4),
    (1, (1, 2), (3, 4, 6, 8), 2),
    (1, (), (1, 2, 3, 4), 6),
)
"""Of a plane or of half of it, what is taken off and what is added (see `sharpened`): each reads some pictures of
tests/corpus that those before it do not."""
_DARK = bytes(grey < 128 for grey in range(256))
_TILE = 1 << 20
"""Pixels that are looked at in one go. What looks like the corner of a code is tried with every other one: thousands
of them in 8 megapixels take twenty seconds, and nothing can end the search before."""
_SIDE = 1 << 10
_LEAST = 21
"""Modules along the side of the smallest code."""
_LONGEST = 65_535
"""Pixels along a side that the decoder takes."""
_LARGEST = 40_000_000
"""Of a larger picture only every second (third …) pixel is looked at."""


class Effort(StrEnum):
    """How hard to look."""

    FRAME = "frame"
    """One of many pictures of a camera: the next one comes at once, so this one takes a few milliseconds."""
    STILL = "still"
    """The only picture there is, of any size: may take a second."""


SECONDS = {Effort.FRAME: 0.04, Effort.STILL: 1.0}
"""After these nothing new is begun; what was begun takes up to a third of a second, if it was drawn to take long."""
_WEIGHED = {Effort.FRAME: 16_000, Effort.STILL: 400_000}
"""Modules of damaged codes that call themselves parts, of which it is found out whether they are: 13 ms in a frame, a
third of a second in a still picture. What is beyond is taken at its word."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its text, never trusted and never in a log, and where it is.

    `trouble` is one sentence where the code was read and its content is nothing to pass on (it is no text, it is too
    long, it is a part of something); `text` is empty then.
    """

    text: str = field(repr=False)
    corners: Corners
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a picture has.

    `more` when codes beyond MOST_CODES were left out, `unfinished` when the time was up before all of a still picture
    was looked at.
    """

    codes: tuple[Code, ...] = ()
    more: bool = False
    unfinished: bool = False


def read(luma: Luma, effort: Effort = Effort.FRAME, clock: Callable[[], float] = time.monotonic) -> Reading:
    """Find the QR codes of a picture. Lets go of Python's lock while it looks, so it can run beside the window.

    `clock` tells seconds.

    Raises:
        ValueError: the plane is smaller than its measures say.
    """
    whole = Cut(checked(luma))
    search = _Search(clock, clock() + SECONDS[effort], _WEIGHED[effort])
    (_frame if effort is Effort.FRAME else _still)(whole, search)
    return search.reading()


def _frame(whole: Cut, search: _Search) -> None:
    """All of it so small that one look is enough; twice as fine where that finds nothing; then the quick ways."""
    coarse = _fitting(whole)
    shrunk = every(whole, coarse, coarse)
    search.look(shrunk)
    if coarse > 1:
        search.try_each((tile, _LOCAL) for tile in tiles(every(whole, coarse // 2, coarse // 2), _SIDE))
    search.try_each(_quick_ways(shrunk))


def _still(whole: Cut, search: _Search) -> None:
    """Large codes first, then ever smaller ones; the other ways where nothing was found at all."""
    finest, coarse = 1 + (whole.luma.width * whole.luma.height - 1) // _LARGEST, _fitting(whole)
    strides = [finest]
    while coarse > finest:
        strides.insert(len(strides) - 1, coarse)
        coarse //= 2
    for stride in strides:
        for tile in tiles(every(whole, stride, stride), _SIDE):
            if search.over():
                search.unfinished = True
                return
            search.look(tile)
    for ways in (_quick_ways, _slow_ways):
        for stride in strides:
            for tile in tiles(every(whole, stride, stride), _SIDE):
                search.try_each(ways(tile))


def _fitting(cut: Cut) -> int:
    """The stride with which a picture is one tile."""
    stride = 1
    while (cut.luma.width // stride) * (cut.luma.height // stride) > _TILE:
        stride += 1
    return stride


def _quick_ways(cut: Cut) -> Iterator[_Way]:
    """Other looks at a plane, those first that find most for their time, a few milliseconds in all.

    From another first pixel on the thresholds have another grid; with fewer pixels in one direction a motion in it is
    shorter.
    """
    yield part(cut, 5, 5, cut.luma.width, cut.luma.height), _LOCAL
    if _has_room(cut):
        yield sharpened(halved(cut), (1, 1), (1, 2, 3, 4), 2), _LOCAL
    for across, down in ((1, 2), (2, 1), (1, 3)):
        yield every(cut, across, down), _LOCAL
    yield cut, _GLOBAL


def _slow_ways(cut: Cut) -> Iterator[_Way]:
    """Sharper copies of a plane, for what is out of focus, in motion, or noisy besides."""
    if not _has_room(cut):
        return
    small = halved(cut)
    for size, near, far, amount in _SHARPER:
        yield sharpened(cut if size == 1 else small, near, far, amount), _LOCAL


class _Search:
    """What was found so far, and how long may still be looked."""

    def __init__(self, clock: Callable[[], float], ends: float, weighed: int) -> None:
        self._clock, self._ends = clock, ends
        self._seen: list[tuple[bytes, Corners]] = []
        self._left_to_weigh = weighed
        self.found: list[Code] = []
        self.unfinished = False
        """The time was up before all of the picture was looked at as it is."""

    def over(self) -> bool:
        """Whether nothing new is to be begun."""
        return len(self.found) > MOST_CODES or self._clock() >= self._ends

    def try_each(self, ways: Iterable[_Way]) -> None:
        """Look in each of these ways, until one finds something."""
        rest = iter(ways)
        while not (self.found or self.over()) and (way := next(rest, None)):
            self.look(*way)

    def look(self, cut: Cut, threshold: bool = _LOCAL) -> None:
        """Look once, where there is room for a code."""
        for each in _decoded(cut, threshold) if _has_room(cut) else ():
            if len(self.found) > MOST_CODES:
                return
            seen = bytes(each.bytes), _corners(each, cut)
            if not any(_are_one(seen, other) for other in self._seen):
                self._seen.append(seen)
                text, trouble = self._content(each)
                self.found.append(Code(text, seen[1], trouble))

    def _content(self, found: zxingcpp.Barcode) -> tuple[str, str]:
        """What a code says, or why that is not passed on."""
        part = self._part(found)
        return ("", of_several(part)) if part else _text(found)

    def _part(self, found: zxingcpp.Barcode) -> int:
        """Which part of several it is, 0 for none."""
        symbol, damaged = _symbol(found)
        part = part_of(symbol) if symbol else 0
        if not (symbol and part and damaged) or len(symbol.rows) ** 2 > self._left_to_weigh:
            return part
        self._left_to_weigh -= len(symbol.rows) ** 2
        return 0 if is_whole(symbol, found.bytes) else part

    def reading(self) -> Reading:
        """All of it."""
        more = len(self.found) > MOST_CODES
        return Reading(tuple(self.found[:MOST_CODES]), more, self.unfinished and not more)


def _has_room(cut: Cut) -> bool:
    """Whether a code fits into a plane, and the plane into the decoder."""
    sides = cut.luma.width, cut.luma.height
    return min(sides) >= _LEAST and max(sides) <= _LONGEST


def _decoded(cut: Cut, threshold: bool) -> list[zxingcpp.Barcode]:
    """The QR codes in a plane.

    Looking for every kind takes seven times as long, and a Micro QR code has no room for an address.
    """
    import zxingcpp

    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
    binarizer = zxingcpp.Binarizer.GlobalHistogram if threshold is _GLOBAL else zxingcpp.Binarizer.LocalAverage
    luma = cut.luma
    grey = memoryview(luma.grey)
    high = min(luma.height, grey.nbytes // luma.line)  # the decoder wants the last line whole
    view = zxingcpp.ImageView(grey, luma.width, high, zxingcpp.ImageFormat.Lum, luma.line, luma.step)
    return zxingcpp.read_barcodes(view, formats=formats, binarizer=binarizer, text_mode=zxingcpp.TextMode.Plain)


def _are_one(code: tuple[bytes, Corners], other: tuple[bytes, Corners]) -> bool:
    """Whether they are the same code, seen twice: the same data at the same place."""
    if code[0] != other[0]:
        return False
    (x, y), (other_x, other_y) = _middle(code[1]), _middle(other[1])
    (left, top), (right, bottom) = other[1][0], other[1][2]
    return max(abs(x - other_x), abs(y - other_y)) <= max(abs(right - left), abs(bottom - top)) / 2


def _middle(corners: Corners) -> tuple[float, float]:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


def _corners(found: zxingcpp.Barcode, cut: Cut) -> Corners:
    at = found.position
    corners = at.top_left, at.top_right, at.bottom_right, at.bottom_left
    first, second, third, fourth = (cut.whole_point(corner.x, corner.y) for corner in corners)
    return first, second, third, fourth


def _text(found: zxingcpp.Barcode) -> tuple[str, str]:
    """What a code says that is no part, or why that is not passed on."""
    try:
        text = found.text
    except UnicodeDecodeError:
        text = "\0"
    if not text:
        return "", "This code is empty."
    if any(unicodedata.category(character) == "Cc" and character not in "\t\r\n" for character in text):
        return "", "This code holds binary data, not text."
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        return "", f"This code holds more than {MOST_BYTES:,} bytes, too much for an address or a link."
    return text, ""


def _symbol(found: zxingcpp.Barcode) -> tuple[Symbol | None, bool]:
    """The modules of a code, where the decoder tells how they are to be read, and whether any of them was wrong."""
    extra = cast("dict[str, Any]", found.extra)
    if not {"DataMask", "ECLevel", "UEC"} <= extra.keys():
        return None, False
    dark = bytes(cast("Any", found.to_image(scale=1, add_quiet_zones=False))).translate(_DARK)
    side = isqrt(len(dark))
    rows = tuple(dark[start : start + side] for start in range(0, side * side, side))
    return Symbol(rows, int(extra["DataMask"]), extra["ECLevel"]), extra["UEC"] < 1
