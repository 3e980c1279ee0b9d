"""The Pedersen hash of two field elements. Source: docs.starkware.co, "Pedersen hash function": points, bit split."""

from functools import lru_cache

from ashore.crypto.stark.curve import FIELD, WINDOW_BITS, Point, Rows, add_windows, to_affine, window_rows

SHIFT = Point(
    0x49EE3EBA8C1600700EE1B87EB599F16716B0B1022947733551FDE4050CA6804,
    0x3CA0CFE4B3BC6DDF346D49D06EA0ED34E621062C0E056C1D0405D266E10268A,
)
# For each of the two elements: the point of its low 248 bits, and that of the four bits above.
BASES = (
    (
        Point(
            0x234287DCBAFFE7F969C748655FCA9E58FA8120B6D56EB0C1080D17957EBE47B,
            0x3B056F100F96FB21E889527D41F4E39940135DD7A6C94CC6ED0268EE89E5615,
        ),
        Point(
            0x4FA56F376C83DB33F9DAB2656558F3399099EC1DE5E3018B7A6932DBA8AA378,
            0x3FA0984C931C9E38113E0C0E47E4401562761F92A7A23B45168F4E80FF5B54D,
        ),
    ),
    (
        Point(
            0x4BA4CC166BE8DEC764910F75B45F74B40C690C74709E90F3AA372F0BD2D6997,
            0x40301CF5C1751F4B971E46C4EDE85FCAC5C59A5CE5AE7C48151F27B24B219C,
        ),
        Point(
            0x54302DCB0E6CC1C6E44CCA8F61A63BB2CA65048D53FB325D36FF12C49A58202,
            0x1B77B3E37D13504B348046268D8AE25CE98AD783C25561A879DCC77E99C2426,
        ),
    ),
)
_LOW_BITS = 248


def pedersen_hash(first: int, second: int) -> int:
    """Return the hash of two field elements, itself one. Raises ValueError for a number that is no field element."""
    total = (SHIFT.x, SHIFT.y, 1)
    for rows, element in zip(_rows(), (first, second), strict=True):
        require_field_element(element)
        total = add_windows(total, rows, element)
    return to_affine(total).x


def require_field_element(value: int) -> None:
    """Raise ValueError unless 0 <= value < FIELD: libraries reduce silently, so that two inputs share a hash."""
    if not 0 <= value < FIELD:
        raise ValueError("a field element is at least 0 and below the modulus of the STARK field")


@lru_cache(maxsize=1)
def _rows() -> tuple[Rows, ...]:
    """Return the multiples of the points, window by window (some ten milliseconds, once)."""
    return tuple(window_rows(low, _LOW_BITS // WINDOW_BITS) + window_rows(high, 1) for low, high in BASES)
