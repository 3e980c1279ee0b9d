"""JSON from outside, read without surprises: bounded depth, no key twice, integers only.

The depth is counted here because the standard parser recurses in C up to Python's recursion limit, which py_ecc (a
dependency of eth_account) raises so far that deep nesting overflows the stack and kills the process.
"""

import json
import re

DEPTH_MAX = 32

_STRINGS_AND_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


class JsonError(ValueError):
    """Not JSON in the allowed form; the text never quotes the content."""


def parse(data: bytes | bytearray) -> object:
    """Return the value that `data` (UTF-8) writes.

    Raises:
        JsonError: malformed, nested more than 32 levels, a key twice in one object, or a number with a fraction.
    """
    if _depth(data) > DEPTH_MAX:
        raise JsonError("nested too deeply")
    try:
        content: object = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_float=_no_float, parse_constant=_no_float
        )
    except ValueError:
        raise JsonError("malformed") from None
    return content


def _depth(data: bytes | bytearray) -> int:
    depth = deepest = 0
    for token in _STRINGS_AND_BRACKETS.finditer(data):
        first = token.group()[:1]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in b"]}":
            depth -= 1
    return deepest


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise JsonError("a key occurs twice")
    return content


def _no_float(_text: str) -> object:
    raise JsonError("not an integer")
