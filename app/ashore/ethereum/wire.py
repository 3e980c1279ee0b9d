"""Strict reading of Ethereum's JSON-RPC values (execution-apis: quantities and unformatted data)."""

import re
from typing import Any

from ashore.domain.untrusted import plain
from ashore.ethereum.errors import BadAnswer

_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*\Z")
_QUANTITY = re.compile(r"0x(?:0|[1-9a-fA-F][0-9a-fA-F]{0,63})\Z")
MAX_DATA = 2_000_000
"""The longest byte string read from an answer: calldata of a block's size."""


def obj(value: Any, what: str) -> dict[str, Any]:
    """Return `value` if it is a JSON object, else raise BadAnswer."""
    if not isinstance(value, dict):
        raise BadAnswer(f"An endpoint sent no {what}.")
    return value


def items(value: Any, what: str, limit: int = 20_000) -> list[Any]:
    """Return `value` if it is a JSON array of at most `limit` items, else raise BadAnswer."""
    if not isinstance(value, list) or len(value) > limit:
        raise BadAnswer(f"An endpoint sent no list of {what}, or too long a one.")
    return value


def data(value: Any, what: str, length: int | None = None, limit: int = MAX_DATA) -> bytes:
    """Read 0x-prefixed bytes, of exactly `length` bytes where given. Raises BadAnswer."""
    if not isinstance(value, str) or len(value) > 2 * limit + 2 or not _DATA.match(value):
        raise BadAnswer(f"An endpoint sent {plain(what, 40)} in a wrong form.")
    raw = bytes.fromhex(value[2:])
    if length is not None and len(raw) != length:
        raise BadAnswer(f"An endpoint sent {plain(what, 40)} with {len(raw)} instead of {length} bytes.")
    return raw


def quantity(value: Any, what: str, bits: int = 256) -> int:
    """Read a 0x-prefixed integer without leading zeros, below 2**bits. Raises BadAnswer."""
    if not isinstance(value, str) or not _QUANTITY.match(value):
        raise BadAnswer(f"An endpoint sent {plain(what, 40)} that is no number.")
    number = int(value, 16)
    if number >> bits:
        raise BadAnswer(f"An endpoint sent {plain(what, 40)} out of range.")
    return number


def hexed(raw: bytes) -> str:
    """Return bytes as lower-case hex with 0x."""
    return "0x" + raw.hex()
