"""The STARK curve y^2 = x^3 + x + BETA over the field of 2^251 + 17 * 2^192 + 1 elements.

Source: docs.starkware.co, "STARK curve". Pure Python and therefore not constant-time: for a local signer only.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

FIELD = 2**251 + 17 * 2**192 + 1
ORDER = 0x800000000000010FFFFFFFFFFFFFFFFB781126DCAE7B2321E66A241ADC64D2F
BETA = 0x6F21413EFBE40DE150E596D72F7A8C5609AD26C15C915C1F4CDFCB99CEE9E89

WINDOW_BITS = 4
_WINDOW_MASK = (1 << WINDOW_BITS) - 1


class Point(NamedTuple):
    """An affine point; both coordinates are field elements in 0..FIELD-1."""

    x: int
    y: int


GENERATOR = Point(
    0x1EF15C18599971B7BECED415A40F0C7DEACFD9B0D1819E03D723D8BC943CFCA,
    0x5668060AA49730B7BE4801DF46EC62DE53ECD11ABE43A32873000C36E8DC1F,
)

# (x, y, z) with affine coordinates x/z^2 and y/z^3; z is 0 at infinity.
Jacobian = tuple[int, int, int]
INFINITY: Jacobian = (0, 1, 0)


def is_on_curve(point: Point) -> bool:
    """Return whether both coordinates are canonical and satisfy the curve equation."""
    x, y = point
    if not (0 <= x < FIELD and 0 <= y < FIELD):
        return False
    return (y * y - _right_side(x)) % FIELD == 0


def is_stark_key(value: int) -> bool:
    """Return whether a number is the x coordinate of a point of the curve, which is what a Stark key is."""
    return 0 < value < FIELD and pow(_right_side(value), (FIELD - 1) // 2, FIELD) == 1


@lru_cache(maxsize=64)
def lift(x: int) -> Point | None:
    """Return one of the two points with this x coordinate, or None where there is none.

    A root takes milliseconds in this field, and the same few keys are asked for again and again.
    """
    if not 0 <= x < FIELD:
        return None
    y = _square_root(_right_side(x))
    return None if y is None else Point(x, y)


def to_affine(point: Jacobian) -> Point:
    """Return the affine form of a point other than infinity."""
    inverse = pow(point[2], -1, FIELD)
    square = inverse * inverse % FIELD
    return Point(point[0] * square % FIELD, point[1] * square * inverse % FIELD)


def double(point: Jacobian) -> Jacobian:
    """Return twice a point."""
    x, y, z = point
    if not y or not z:
        return INFINITY
    y_square = y * y % FIELD
    product = 4 * x * y_square % FIELD
    z_square = z * z % FIELD
    slope = (3 * x * x + z_square * z_square) % FIELD
    new_x = (slope * slope - 2 * product) % FIELD
    return new_x, (slope * (product - new_x) - 8 * y_square * y_square) % FIELD, 2 * y * z % FIELD


def add(point: Jacobian, addend: Point) -> Jacobian:
    """Return the sum of a point and an affine point."""
    x, y, z = point
    if not z:
        return addend[0], addend[1], 1
    z_square = z * z % FIELD
    width = (addend[0] * z_square - x) % FIELD
    slope = (addend[1] * z_square * z - y) % FIELD
    if not width:
        return INFINITY if slope else double(point)
    width_square = width * width % FIELD
    width_cube = width * width_square % FIELD
    base = x * width_square % FIELD
    new_x = (slope * slope - width_cube - 2 * base) % FIELD
    return new_x, (slope * (base - new_x) - y * width_cube) % FIELD, z * width % FIELD


def multiply(point: Point, scalar: int) -> Jacobian:
    """Return `scalar` times a point of the curve, for a scalar of any size >= 0."""
    (row,) = window_rows(point, 1)
    total = INFINITY
    for digit in _digits_from_the_highest(scalar):
        total = double(double(double(double(total))))
        if digit:
            total = add(total, row[digit - 1])
    return total


def multiply_generator(scalar: int) -> Jacobian:
    """Return `scalar` times GENERATOR, for 0 <= scalar < ORDER; several times faster than `multiply`."""
    if not 0 <= scalar < ORDER:
        raise ValueError("the scalar must be below the order of the curve")
    return add_windows(INFINITY, _generator_rows(), scalar)


Rows = tuple[tuple[Point, ...], ...]


def add_windows(total: Jacobian, rows: Rows, scalar: int) -> Jacobian:
    """Return `total` plus `scalar` times the point of the rows, which have to be enough for the scalar."""
    for row in rows:
        digit = scalar & _WINDOW_MASK
        scalar >>= WINDOW_BITS
        if digit:
            total = add(total, row[digit - 1])
    return total


def window_rows(point: Point, count: int) -> Rows:
    """Return, for each window of four bits from the lowest, 1 to 15 times 16^window times a point of the curve."""
    rows = []
    base = point
    for _ in range(count):
        multiples: list[Jacobian] = [(base.x, base.y, 1)]
        for _ in range(_WINDOW_MASK):
            multiples.append(add(multiples[-1], base))
        affine = _all_to_affine(multiples)
        rows.append(affine[:-1])
        base = affine[-1]
    return tuple(rows)


@lru_cache(maxsize=1)
def _generator_rows() -> Rows:
    return window_rows(GENERATOR, -(-ORDER.bit_length() // WINDOW_BITS))


def _all_to_affine(points: Sequence[Jacobian]) -> tuple[Point, ...]:
    """Return the affine forms of points other than infinity with one inversion (Montgomery's trick)."""
    products = [1]
    for point in points:
        products.append(products[-1] * point[2] % FIELD)
    inverse = pow(products[-1], -1, FIELD)
    affine = []
    for point, product in zip(reversed(points), reversed(products[:-1]), strict=True):
        own = inverse * product % FIELD
        inverse = inverse * point[2] % FIELD
        square = own * own % FIELD
        affine.append(Point(point[0] * square % FIELD, point[1] * square * own % FIELD))
    return tuple(reversed(affine))


def _digits_from_the_highest(scalar: int) -> Sequence[int]:
    return [int(digit, 16) for digit in f"{scalar:x}"]


def _right_side(x: int) -> int:
    return (x * x * x + x + BETA) % FIELD


_TWO_ADICITY = 192
_ODD_PART = (FIELD - 1) >> _TWO_ADICITY
_NON_RESIDUE = 3


def _square_root(value: int) -> int | None:
    """Return a square root modulo FIELD, or None (Tonelli and Shanks)."""
    if value == 0:
        return 0
    if pow(value, (FIELD - 1) // 2, FIELD) != 1:
        return None
    order = _TWO_ADICITY
    generator = pow(_NON_RESIDUE, _ODD_PART, FIELD)
    remainder = pow(value, _ODD_PART, FIELD)
    root = pow(value, (_ODD_PART + 1) // 2, FIELD)
    while remainder != 1:
        exponent, power = 0, remainder
        while power != 1:
            power = power * power % FIELD
            exponent += 1
        factor = pow(generator, 1 << (order - exponent - 1), FIELD)
        order = exponent
        generator = factor * factor % FIELD
        remainder = remainder * generator % FIELD
        root = root * factor % FIELD
    return root
