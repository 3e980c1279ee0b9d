"""QR codes in a picture: where they are and what they say. Knows nothing of cameras, files or windows.

The picture is its luma plane, read in place: a camera's frame is never copied for it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from math import isqrt
from typing import Any, cast

import zxingcpp

from ashore.intake.appended import Symbol, is_whole, part_of
from ashore.intake.multipart import of_several

Corner = tuple[int, int]
"""A point of the picture, in pixels from the left and from the top."""

MOST_CODES = 32
"""Codes of one picture that are told apart; more than these a person cannot choose from."""
MOST_BYTES = 4_096
"""Of a text that is passed on, in UTF-8."""

_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
"""QR codes alone: looking for every kind takes seven times as long, and a Micro QR code has no room for an address."""
_DARK = bytes(grey < 128 for grey in range(256))


class Effort(StrEnum):
    """How hard to look."""

    FRAME = "frame"
    """One of many pictures of a camera: the next one comes at once, so this one takes a few milliseconds."""
    STILL = "still"
    """The only picture there is, of any size: may take a second."""


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
class Code:
    """One code: its text, never trusted and never in a log, and its corners clockwise from its own top left.

    `trouble` is one sentence where the code was read and its content is nothing to pass on (it is no text, it is too
    long, it is a part of something); `text` is empty then.
    """

    text: str = field(repr=False)
    corners: tuple[Corner, Corner, Corner, Corner]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a picture has. `more` when codes beyond MOST_CODES were left out."""

    codes: tuple[Code, ...] = ()
    more: bool = False


def read(luma: Luma, effort: Effort = Effort.FRAME) -> Reading:
    """Find the QR codes of a picture. Lets go of Python's lock while it looks, so it can run beside the window.

    Raises:
        ValueError: the plane is smaller than its measures say.
    """
    whole = memoryview(luma.grey)
    if min(luma.width, luma.height) <= 0 or luma.line < luma.width * luma.step:
        raise ValueError("the picture has no such measures")
    if whole.nbytes < luma.line * (luma.height - 1) + (luma.width - 1) * luma.step + 1:
        raise ValueError("the picture ends before its last line")
    view = zxingcpp.ImageView(luma.grey, luma.width, luma.height, zxingcpp.ImageFormat.Lum, luma.line, luma.step)
    found = _decoded(view)
    if not found and effort is Effort.STILL:
        found = _decoded(view, zxingcpp.Binarizer.GlobalHistogram)
    return Reading(tuple(_code(each) for each in found[:MOST_CODES]), len(found) > MOST_CODES)


def _decoded(
    view: zxingcpp.ImageView, binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage
) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(view, formats=_FORMATS, binarizer=binarizer, text_mode=zxingcpp.TextMode.Plain)


def _code(found: zxingcpp.Barcode) -> Code:
    at = found.position
    corners = at.top_left, at.top_right, at.bottom_right, at.bottom_left
    first, second, third, fourth = ((corner.x, corner.y) for corner in corners)
    text, trouble = _content(found)
    return Code(text, (first, second, third, fourth), trouble)


def _content(found: zxingcpp.Barcode) -> tuple[str, str]:
    """What a code says, or why that is not passed on."""
    if part := _part(found):
        return "", of_several(part)
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


def _part(found: zxingcpp.Barcode) -> int:
    """Which part of several it is, 0 for none."""
    extra = cast("dict[str, Any]", found.extra)
    dark = bytes(cast("Any", found.to_image(scale=1, add_quiet_zones=False))).translate(_DARK)
    side = isqrt(len(dark))
    rows = tuple(dark[start : start + side] for start in range(0, side * side, side))
    symbol = Symbol(rows, int(extra["DataMask"]), extra["ECLevel"])
    part = part_of(symbol)
    return 0 if part and extra["UEC"] < 1 and is_whole(symbol, found.bytes) else part
