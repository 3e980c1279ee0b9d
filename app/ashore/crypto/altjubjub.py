"""The twisted Edwards curve "alt baby jubjub" over the scalar field of BN254, on which zkLink's layer-2 keys live.

    -x^2 + y^2 = 1 + d * x^2 * y^2   (mod FIELD_MODULUS)

Source: zkLinkProtocol/franklin-crypto, `alt_babyjubjub` and `jubjub::edwards`.
Pure Python and therefore not constant-time: for a local signer only.
"""

from functools import lru_cache
from typing import NamedTuple

FIELD_MODULUS = 21888242871839275222246405745257275088548364400416034343698204186575808495617
SUBGROUP_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041
COFACTOR = 8
EDWARDS_D = 12181644023421730124874158521699555681764249180949974110617291017600649128846
POINT_BYTES = 32

_TWO_D = 2 * EDWARDS_D % FIELD_MODULUS
_WINDOW_BITS = 4
_WINDOW_COUNT = 63  # 63 * 4 bits hold every scalar below SUBGROUP_ORDER (251 bits)


class Point(NamedTuple):
    """An affine point; both coordinates are field elements in 0..FIELD_MODULUS-1."""

    x: int
    y: int


IDENTITY = Point(0, 1)

# The first hit of blake2s-256(person "Zcash_G_", beacon ‖ byte i) that decodes to a point, times the cofactor.
GENERATOR = Point(
    21237458262955047976410108958495203094252581401952870797780751629344472264183,
    2544379904535866821506503524998632645451772693132171985463128613946158519479,
)

# Extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, T = XY/Z (Hisil, Wong, Carter, Dawson 2008).
_Extended = tuple[int, int, int, int]
# The form in which a point is added to another: (Y - X, Y + X, 2dT, 2Z).
_Addend = tuple[int, int, int, int]

_EXTENDED_IDENTITY: _Extended = (0, 1, 1, 0)


def is_on_curve(point: Point) -> bool:
    """Return whether both coordinates are canonical and satisfy the curve equation."""
    x, y = point
    if not (0 <= x < FIELD_MODULUS and 0 <= y < FIELD_MODULUS):
        return False
    x_squared, y_squared = x * x % FIELD_MODULUS, y * y % FIELD_MODULUS
    return (y_squared - x_squared - 1 - EDWARDS_D * x_squared * y_squared) % FIELD_MODULUS == 0


def add(first: Point, second: Point) -> Point:
    """Return the sum of two points of the curve."""
    return _to_affine(_add(_to_extended(first), _to_addend(_to_extended(second))))


def negate(point: Point) -> Point:
    """Return the inverse of a point."""
    return Point(-point.x % FIELD_MODULUS, point.y)


def multiply(point: Point, scalar: int) -> Point:
    """Return `scalar` times `point`, for a scalar of any size >= 0."""
    return _to_affine(_multiply(_to_extended(point), scalar))


def multiply_generator(scalar: int) -> Point:
    """Return `scalar` times GENERATOR, for 0 <= scalar < SUBGROUP_ORDER; several times faster than `multiply`."""
    if not 0 <= scalar < SUBGROUP_ORDER:
        raise ValueError("the scalar must be below the subgroup order")
    total = _EXTENDED_IDENTITY
    for row in _generator_table():
        digit = scalar & 0xF
        scalar >>= _WINDOW_BITS
        if digit:
            total = _add(total, row[digit])
    return _to_affine(total)


def in_subgroup(point: Point) -> bool:
    """Return whether a point of the curve lies in the subgroup of prime order."""
    return _to_affine(_multiply(_to_extended(point), SUBGROUP_ORDER)) == IDENTITY


def encode_point(point: Point) -> bytes:
    """Return the 32-byte form: y little-endian, with the highest bit telling whether x is odd."""
    return (point.y | ((point.x & 1) << 255)).to_bytes(POINT_BYTES, "little")


def decode_point(data: bytes) -> Point | None:
    """Return the point of a 32-byte form, or None where it is not the canonical form of a point of the curve."""
    if len(data) != POINT_BYTES:
        return None
    value = int.from_bytes(data, "little")
    x_is_odd, y = value >> 255, value & ((1 << 255) - 1)
    if y >= FIELD_MODULUS:
        return None
    y_squared = y * y % FIELD_MODULUS
    # The divisor cannot be zero: -1/d is not a square, because -1 is one and d is not.
    x_squared = (y_squared - 1) * pow(1 + EDWARDS_D * y_squared, -1, FIELD_MODULUS) % FIELD_MODULUS
    x = _square_root(x_squared)
    if x is None or (x == 0 and x_is_odd):
        return None
    return Point(x if x & 1 == x_is_odd else FIELD_MODULUS - x, y)


def _to_extended(point: Point) -> _Extended:
    return (point.x, point.y, 1, point.x * point.y % FIELD_MODULUS)


def _to_affine(point: _Extended) -> Point:
    inverse = pow(point[2], -1, FIELD_MODULUS)
    return Point(point[0] * inverse % FIELD_MODULUS, point[1] * inverse % FIELD_MODULUS)


def _to_addend(point: _Extended) -> _Addend:
    x, y, z, t = point
    return ((y - x) % FIELD_MODULUS, (y + x) % FIELD_MODULUS, _TWO_D * t % FIELD_MODULUS, 2 * z % FIELD_MODULUS)


def _add(point: _Extended, addend: _Addend) -> _Extended:
    x, y, z, t = point
    a = (y - x) * addend[0] % FIELD_MODULUS
    b = (y + x) * addend[1] % FIELD_MODULUS
    c = t * addend[2] % FIELD_MODULUS
    d = z * addend[3] % FIELD_MODULUS
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % FIELD_MODULUS, g * h % FIELD_MODULUS, f * g % FIELD_MODULUS, e * h % FIELD_MODULUS)


def _double(point: _Extended) -> _Extended:
    x, y, z, _ = point
    a = x * x % FIELD_MODULUS
    b = y * y % FIELD_MODULUS
    c = 2 * z * z % FIELD_MODULUS
    e = (x + y) * (x + y) - a - b
    g = b - a
    f, h = g - c, -a - b
    return (e * f % FIELD_MODULUS, g * h % FIELD_MODULUS, f * g % FIELD_MODULUS, e * h % FIELD_MODULUS)


def _multiples(point: _Extended) -> tuple[_Addend, ...]:
    """Return 0..15 times the point, as addends."""
    step = _to_addend(point)
    current = _EXTENDED_IDENTITY
    row = [_to_addend(current)]
    for _ in range(15):
        current = _add(current, step)
        row.append(_to_addend(current))
    return tuple(row)


def _multiply(point: _Extended, scalar: int) -> _Extended:
    row = _multiples(point)
    total = _EXTENDED_IDENTITY
    for hex_digit in f"{scalar:x}":
        total = _double(_double(_double(_double(total))))
        digit = int(hex_digit, 16)
        if digit:
            total = _add(total, row[digit])
    return total


@lru_cache(maxsize=1)
def _generator_table() -> tuple[tuple[_Addend, ...], ...]:
    """Return, for each window, 0..15 times 16^window times GENERATOR (about 10 ms, once)."""
    rows = []
    base = _to_extended(GENERATOR)
    for _ in range(_WINDOW_COUNT):
        rows.append(_multiples(base))
        base = _double(_double(_double(_double(base))))
    return tuple(rows)


_TWO_ADICITY = 28
_ODD_PART = (FIELD_MODULUS - 1) >> _TWO_ADICITY
_NON_RESIDUE = 5


def _square_root(value: int) -> int | None:
    """Return a square root modulo FIELD_MODULUS, or None (Tonelli and Shanks)."""
    if value == 0:
        return 0
    half = pow(value, (_ODD_PART - 1) // 2, FIELD_MODULUS)
    root = value * half % FIELD_MODULUS
    remainder = root * half % FIELD_MODULUS
    order = _TWO_ADICITY
    generator = pow(_NON_RESIDUE, _ODD_PART, FIELD_MODULUS)
    while remainder != 1:
        exponent, power = 0, remainder
        while power != 1:
            power = power * power % FIELD_MODULUS
            exponent += 1
            if exponent == order:
                return None
        factor = pow(generator, 1 << (order - exponent - 1), FIELD_MODULUS)
        order = exponent
        generator = factor * factor % FIELD_MODULUS
        remainder = remainder * generator % FIELD_MODULUS
        root = root * factor % FIELD_MODULUS
    return root
