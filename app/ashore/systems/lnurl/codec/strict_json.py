"""A service's JSON, read so that no body can hurt: bounded in size and depth, without doubled names or odd numbers."""

import json
import re
from decimal import Decimal, InvalidOperation

from ashore.systems.lnurl.codec.errors import AnswerError

MAX_BODY_BYTES = 65536
MAX_DEPTH = 32
MAX_NUMBER_CHARACTERS = 40

_UNREADABLE = Decimal("NaN")
# What the depth depends on: brackets outside strings, and the strings themselves (an open one runs to the end).
# Possessive, as remembering every character of a long string in order to go back takes megabytes.
_STRUCTURE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def read_object(body: bytes) -> dict[str, object]:
    """Return the object that a body holds. Raises AnswerError.

    Integers are int, other numbers Decimal (NaN where they are absurdly long or large); a doubled name, NaN, Infinity,
    nesting deeper than 32 and a body of more than 64 KiB are refused.
    """
    if len(body) > MAX_BODY_BYTES:
        raise AnswerError("The service's answer is far too long.", "Ask the service about this link.")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_json() from None
    _bound_depth(text)
    try:
        value = json.loads(
            text,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_doubles,
        )
    except ValueError:
        raise _not_json() from None
    if not isinstance(value, dict):
        raise _not_json()
    return value


def _not_json() -> AnswerError:
    return AnswerError(
        "The service did not answer in the form that LNURL prescribes.", "Try again later, or ask the service."
    )


def _bound_depth(text: str) -> None:
    """Refuse deep nesting before the parser, whose recursion it would exhaust, sees it."""
    depth = 0
    for match in _STRUCTURE.finditer(text):
        first = match[0][0]
        if first in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise _not_json()
        elif first in "]}":
            depth -= 1


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= MAX_NUMBER_CHARACTERS else _UNREADABLE


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text) if len(text) <= MAX_NUMBER_CHARACTERS else _UNREADABLE
    except InvalidOperation:
        return _UNREADABLE


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("doubled name")
    return members
