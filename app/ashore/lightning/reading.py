"""A wallet's JSON, read so that no answer can hurt: bounded in depth, exact in its types, without doubled names."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import NoReturn

from ashore.domain.untrusted import plain
from ashore.lightning.errors import BackendMisbehaves
from ashore.net.redact import redact

HASH = re.compile(r"[0-9a-f]{64}")
_MAX_DEPTH = 32
_MAX_NUMBER = 40
_LONG = 64 * 1024
_ADVICE = "Check that the address is the one of your wallet, and that its software is up to date."
# What the depth depends on: brackets outside strings, and the strings themselves (an open one runs to the end).
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


class Fields:
    """One object of an answer. What is missing or of another type raises BackendMisbehaves."""

    def __init__(self, host: str, values: dict[str, object]) -> None:
        self._host = host
        self._values = values

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def names(self) -> list[str]:
        """Return the names there are, in order."""
        return list(self._values)

    def text(self, name: str, limit: int) -> str:
        """Return a text of 1 to `limit` characters, as it was sent."""
        value = self._values.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= limit:
            self.refuse(name)
        return value

    def shown(self, name: str, limit: int) -> str:
        """Return a text fit to be shown, empty where there is none."""
        value = self._values.get(name)
        return plain(value, limit) if isinstance(value, str) else ""

    def quoted(self, name: str, limit: int) -> str:
        """Return what a server says about our request, fit to be quoted: it may repeat what nobody should read."""
        return redact(self.shown(name, limit))

    def integer(self, name: str, lowest: int, highest: int) -> int:
        """Return an integer within bounds."""
        value = self._values.get(name)
        if type(value) is not int or not lowest <= value <= highest:
            self.refuse(name)
        return value

    def optional(self, name: str, lowest: int, highest: int) -> int | None:
        """Return an integer within bounds, None where there is nothing of the kind: it decides about nothing."""
        value = self._values.get(name)
        return value if type(value) is int and lowest <= value <= highest else None

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self._values.get(name)
        if not isinstance(value, bool):
            self.refuse(name)
        return value

    def hash(self, name: str) -> str:
        """Return 64 hexadecimal digits in lower case."""
        value = self._values.get(name)
        if not isinstance(value, str) or not HASH.fullmatch(value.lower()):
            self.refuse(name)
        return value.lower()

    def inner(self, name: str) -> Fields | None:
        """Return an inner object, None where there is none."""
        value = self._values.get(name)
        return Fields(self._host, value) if isinstance(value, dict) else None

    def inner_list(self, name: str, limit: int) -> list[Fields]:
        """Return a list of at most `limit` objects."""
        value = self._values.get(name)
        if not isinstance(value, list) or len(value) > limit:
            self.refuse(name)
        items = [Fields(self._host, item) for item in value if isinstance(item, dict)]
        if len(items) != len(value):
            self.refuse(name)
        return items

    def refuse(self, name: str) -> NoReturn:
        """Raise BackendMisbehaves about one field."""
        raise BackendMisbehaves(f"{self._host} answered without a usable {name.replace('_', ' ')}.", _ADVICE)


async def read_fields(host: str, body: bytes) -> Fields:
    """Return the object that an answer is; a long one is read in a worker thread. Raises BackendMisbehaves."""
    values = await asyncio.to_thread(_parse, body) if len(body) > _LONG else _parse(body)
    if values is None:
        raise BackendMisbehaves(f"{host} did not answer like a wallet that can receive.", _ADVICE)
    return Fields(host, values)


def error_fields(host: str, body: bytes) -> Fields | None:
    """Return the object that the body of an error is, None where it is none."""
    values = _parse(body)
    return None if values is None else Fields(host, values)


def checked_hash(text: str) -> str:
    """Return a payment hash that the caller gave, in lower case. Raises ValueError."""
    if not HASH.fullmatch(text.lower()):
        raise ValueError("a payment hash has 64 hexadecimal digits")
    return text.lower()


def _parse(body: bytes) -> dict[str, object] | None:
    try:
        text = body.decode("utf-8-sig")
        if _depth(text) > _MAX_DEPTH:
            return None
        value = json.loads(
            text,
            parse_int=_number(int),
            parse_float=_number(float),
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_doubles,
        )
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _depth(text: str) -> int:
    """Return how deeply a text nests, before the parser, whose recursion it could exhaust, sees it."""
    depth = deepest = 0
    for match in _STRUCTURE.finditer(text):
        first = match[0][0]
        if first in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in "]}":
            depth -= 1
    return deepest


def _number(kind: Callable[[str], float]) -> Callable[[str], float | None]:
    """Return a reader of numbers for which an absurdly long one is none at all."""
    return lambda text: kind(text) if len(text) <= _MAX_NUMBER else None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("doubled name")
    return members
