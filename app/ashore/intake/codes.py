"""QR codes in a picture: where they are and what they say. Knows nothing of cameras, files or windows.

The picture is its luma plane, read in place: a camera's frame is never copied for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import zxingcpp

Corner = tuple[int, int]
"""A point of the picture, in pixels from the left and from the top."""

MOST_CODES = 32
"""Codes of one picture that are told apart; more than these a person cannot choose from."""

_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""QR codes alone: looking for every kind takes seven times as long."""


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
    """One code: its text, never trusted and never in a log, and its corners clockwise from its own top left."""

    text: str = field(repr=False)
    corners: tuple[Corner, Corner, Corner, Corner]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a picture has. `more` when codes beyond MOST_CODES were left out."""

    codes: tuple[Code, ...] = ()
    more: bool = False


def read(luma: Luma) -> Reading:
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
    found = zxingcpp.read_barcodes(view, formats=_FORMATS)
    return Reading(tuple(_code(each) for each in found[:MOST_CODES]), len(found) > MOST_CODES)


def _code(found: zxingcpp.Barcode) -> Code:
    at = found.position
    corners = at.top_left, at.top_right, at.bottom_right, at.bottom_left
    first, second, third, fourth = ((corner.x, corner.y) for corner in corners)
    return Code(found.text, (first, second, third, fourth))
