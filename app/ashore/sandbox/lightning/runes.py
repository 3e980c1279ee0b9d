"""Runes: credentials of Core Lightning that carry their own restrictions.

Source: Core Lightning, lightning-createrune(7), and the rune format it refers to: base64url of a SHA-256 state over the
node's secret and every restriction, each padded as SHA-256 pads, followed by the restrictions as text.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

RECEIVE_METHODS = (
    "invoice",
    "waitinvoice",
    "waitanyinvoice",
    "listinvoices",
    "getinfo",
    "decode",
    "listpeerchannels",
)
"""What a receive-only rune of the practice node allows."""

NOT_AUTHORIZED, NOT_PERMITTED = 1501, 1502


class RuneError(Exception):
    """A rune does not open what was asked for; `code` is Core Lightning's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Rune:
    """A rune that is the node's own. Of each restriction one alternative has to hold."""

    unique_id: str
    restrictions: tuple[tuple[str, ...], ...]

    def check(self, method: str) -> None:
        """Raise RuneError (1502) where the restrictions exclude this method."""
        for alternatives in self.restrictions:
            allowed = [one.removeprefix("method=") for one in alternatives]
            if method not in allowed:
                why = " AND ".join(f"method is not equal to {one}" for one in allowed)
                raise RuneError(NOT_PERMITTED, f"Not permitted: {why}")


def make_rune(secret: bytes, unique_id: int, methods: Sequence[str] = ()) -> str:
    """Return a rune that allows these methods alone; without any it allows all."""
    restrictions = [f"={unique_id}"]
    if methods:
        restrictions.append("|".join(f"method={method}" for method in methods))
    code = _auth_code(secret, restrictions)
    return base64.urlsafe_b64encode(code + "&".join(restrictions).encode()).decode()


def read_rune(secret: bytes, text: str) -> Rune:
    """Return a rune of the node with this secret. Raises RuneError (1501) for any other text."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        restrictions = data[32:].decode("ascii").split("&")
    except ValueError:
        raise RuneError(NOT_AUTHORIZED, "Not authorized: Not a rune") from None
    if not restrictions[0].startswith("=") or not hmac.compare_digest(data[:32], _auth_code(secret, restrictions)):
        raise RuneError(NOT_AUTHORIZED, "Not authorized: Not derived from master")
    return Rune(restrictions[0][1:], tuple(tuple(one.split("|")) for one in restrictions[1:]))


def _auth_code(secret: bytes, restrictions: Sequence[str]) -> bytes:
    stream = secret
    for restriction in restrictions:
        stream += _padding(len(stream)) + restriction.encode("ascii")
    return hashlib.sha256(stream).digest()


def _padding(length: int) -> bytes:
    return b"\x80" + bytes(-(length + 9) % 64) + (length * 8).to_bytes(8, "big")
