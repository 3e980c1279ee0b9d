"""What cameras, screens and files do to a picture, on planes of grey bytes and without numpy.

A plane is taken as one large integer, of which two halves have sixteen bits a pixel: a few operations on it are a
filter over the whole picture. What leaves the picture at one side comes in at the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import cos, exp, radians, sin
from random import Random

Taps = Mapping[tuple[int, int], int]
"""Weights by how far, in pixels to the right and down; they sum up to 256."""


def filtered(grey: bytes, line: int, taps: Taps) -> bytes:
    """Each pixel becomes the weighted mean of those around it."""
    assert sum(taps.values()) == 256
    size = len(grey)
    low = int.from_bytes(b"\xff\x00" * (size // 2 + 1), "little")
    high = low << 8
    picture = int.from_bytes(grey, "little")
    even = odd = 0
    for (right, down), weight in taps.items():
        far = 8 * ((down * line + right) % size)
        moved = picture >> far | (picture << (8 * size - far)) & ((1 << 8 * size) - 1) if far else picture
        even += (moved & low) * weight
        odd += (moved >> 8 & low) * weight
    whole = (even >> 8 & low) | (odd & high)
    return (whole & ((1 << 8 * size) - 1)).to_bytes(size, "little")


def blurred(grey: bytes, line: int, sigma: float) -> bytes:
    """Out of focus: Gaussian, `sigma` in pixels."""
    reach = int(3 * sigma + 1)
    weights = {at: exp(-at * at / (2 * sigma * sigma)) for at in range(-reach, reach + 1)}
    once = filtered(grey, line, _rounded({(at, 0): weight for at, weight in weights.items()}))
    return filtered(once, line, _rounded({(0, at): weight for at, weight in weights.items()}))


def moved(grey: bytes, line: int, length: int, angle: float) -> bytes:
    """A hand that moved by `length` pixels in a direction, in degrees, while the picture was taken."""
    points: dict[tuple[int, int], float] = {}
    for step in range(4 * length + 1):
        far = step / 4 - length / 2
        at = round(far * cos(radians(angle))), round(far * sin(radians(angle)))
        points[at] = points.get(at, 0) + 1
    return filtered(grey, line, _rounded(points))


def _rounded(weights: Mapping[tuple[int, int], float]) -> Taps:
    total = sum(weights.values())
    whole = {at: round(256 * weight / total) for at, weight in weights.items()}
    heaviest = max(whole, key=whole.__getitem__)
    whole[heaviest] += 256 - sum(whole.values())
    return {at: weight for at, weight in whole.items() if weight}


def toned(grey: bytes, dark: int, light: int) -> bytes:
    """Black becomes `dark` and white `light`."""
    return grey.translate(bytes(dark + (light - dark) * value // 255 for value in range(256)))


def noisy(grey: bytes, drawn: Random, spread: int) -> bytes:
    """Noise of a standard deviation of `spread` grey values, as of a sensor in the dark."""
    uniform = drawn.randbytes(2 * len(grey))
    one, other = (int.from_bytes(half, "little") for half in (uniform[: len(grey)], uniform[len(grey) :]))
    noise = _mean(one, other, len(grey))  # two dice: a triangle, with a deviation of 52
    scaled = noise.translate(bytes(max(0, min(255, 128 + round((value - 127) * spread / 52))) for value in range(256)))
    half = _mean(int.from_bytes(grey, "little"), int.from_bytes(scaled, "little"), len(grey))
    return half.translate(bytes(max(0, min(255, 2 * value - 128)) for value in range(256)))


def mixed(grey: bytes, other: bytes) -> bytes:
    """Half of each."""
    return _mean(int.from_bytes(grey, "little"), int.from_bytes(other, "little"), len(grey))


def _mean(one: int, other: int, size: int) -> bytes:
    ones = int.from_bytes(b"\x7f" * size, "little")
    return ((one >> 1 & ones) + (other >> 1 & ones)).to_bytes(size, "little")


def through_lines(grey: bytes, width: int, lines: Iterable[int]) -> bytes:
    """Each line takes its value of `lines` off its light: the stripes of a lamp that flickers."""
    rows = []
    for number, off in enumerate(lines):
        row = grey[number * width : (number + 1) * width]
        rows.append(row.translate(bytes(max(0, value - off) for value in range(256))))
    return b"".join(rows)
