"""JSON from outside, read without surprises: bounded depth and size, no key twice, integers only.

The depth is counted here because the standard parser recurses in C up to Python's recursion limit, which py_ecc (a
dependency of eth_account) raises so far that deep nesting overflows the stack and kills the process.
"""

import json
import re

DEPTH_MAX = 32
TOKENS_MAX = 600_000
"""Brackets, commas and strings of one text. A vault of 10,000 records has fewer than 300,000."""
STRING_MAX = 8_000_000
"""Bytes of one string as it is written: the longest are proofs, of at most 4,000,000 characters with quotes in them."""

_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|\[|\]|\{|\}|,', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"


class JsonError(ValueError):
    """Not JSON in the allowed form; the text never quotes the content."""


def parse(data: bytes | bytearray, tokens: int = TOKENS_MAX) -> object:
    """Return the value that `data` (UTF-8) writes.

    Raises:
        JsonError: malformed, nested more than 32 levels, of more than `tokens` brackets, commas and strings, a string
            of more than 8,000,000 bytes, a key twice in one object, or a number with a fraction.
    """
    _refuse_excess(data, tokens)
    try:
        content: object = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_float
        )
    except ValueError:
        raise JsonError("malformed") from None
    return content


def _refuse_excess(data: bytes | bytearray, most: int) -> None:
    """Stop at the first token too many: whoever sends megabytes of brackets is not to be read to their end."""
    depth = 0
    for number, token in enumerate(_TOKENS.finditer(data)):
        if number >= most:
            raise JsonError("too many parts")
        start, end = token.span()
        first = data[start]
        if first in _OPENING:
            depth += 1
            if depth > DEPTH_MAX:
                raise JsonError("nested too deeply")
        elif first in _CLOSING:
            depth -= 1
        elif end - start > STRING_MAX:
            raise JsonError("a text is too long")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise JsonError("a key occurs twice")
    return content


def _no_float(_text: str) -> object:
    raise JsonError("not an integer")
