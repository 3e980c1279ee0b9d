"""Numbers as they stand in Reddio's JSON: field elements in hex without padding, amounts as decimal text."""

import re

from ashore.crypto.stark import FIELD, is_stark_key
from ashore.systems.reddio.codec.errors import CodecError

_MAX_DIGITS = 78
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)
_HEX = re.compile(r"0x[0-9a-f]{1,64}", re.IGNORECASE | re.ASCII)


def hex_of(value: int) -> str:
    """Return 0x and hex digits without padding."""
    return f"{value:#x}"


def read_hex(raw: object, what: str, limit: int = FIELD) -> int:
    """Return a number below `limit` from 0x and at most 64 hex digits, padded or not. Raises CodecError."""
    if not isinstance(raw, str) or not _HEX.fullmatch(raw):
        raise CodecError(f"The {what} is not a number in hex.")
    value = int(raw, 16)
    if value >= limit:
        raise CodecError(f"The {what} is too large.")
    return value


def read_integer(raw: object, what: str, highest: int) -> int:
    """Return an integer from 0 to `highest` from a JSON number or decimal text: clients send either. Raises CodecError.

    A float is refused even where it is whole, for it may have been rounded on its way.
    """
    if isinstance(raw, str) and len(raw) <= _MAX_DIGITS and _DECIMAL.fullmatch(raw):
        value = int(raw)
    elif isinstance(raw, int) and not isinstance(raw, bool):
        value = raw
    else:
        raise CodecError(f"The {what} is not a whole number.")
    if not 0 <= value <= highest:
        raise CodecError(f"The {what} is out of its range.")
    return value


def read_stark_key(raw: object, what: str = "Stark key") -> int:
    """Return a Stark key from its hex text. Raises CodecError for a number that is not on the curve."""
    value = read_hex(raw, what)
    if not is_stark_key(value):
        raise CodecError(f"The {what} is not on the curve: a digit is wrong or missing.")
    return value
