"""What a pasted text is in the world of Reddio: a Stark key to transfer to, or something that carries Reddio's name.

Asks nothing, and never raises. An Ethereum address is not looked for here: it belongs to all systems.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from ashore.crypto.stark import is_stark_key

_MAX_TEXT = 4096
_STARK_KEY = re.compile(r"0x0{0,3}[1-9a-f][0-9a-f]{55,62}", re.IGNORECASE | re.ASCII)
_LONGEST = 66
_STARK_SCHEME = re.compile(r"stark(?:key)?:(?P<key>0x[0-9a-f]{1,64})", re.IGNORECASE | re.ASCII)
_HOSTS = ("reddio.com",)
_STAYS = (
    "What goes there stays on Reddio. To bring something out to Ethereum, enter an address with 40 digits after 0x."
)


class Kind(StrEnum):
    """The kind of a text."""

    STARK_KEY = "stark-key"
    NO_STARK_KEY = "no-stark-key"
    REDDIO_LINK = "reddio-link"


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a text is. `stark_key` is there for STARK_KEY, 0 otherwise.

    `doubtful`: it may as well be a private key. Half of those are an x on the curve, so that no look at the number
    tells them from a public one: only what calls itself a Stark key (`stark:0x…`) is free of the doubt.
    """

    kind: Kind
    sentence: str
    advice: str = ""
    stark_key: int = 0
    doubtful: bool = False


def recognise(text: str) -> Recognition | None:
    """Say what a text from outside is, or None where it does not belong to Reddio.

    A text of 64 hex digits that do not begin with a zero is left alone: it is as likely a hash or a private key.
    """
    stripped = text.strip()
    if not stripped or len(stripped) > _MAX_TEXT:
        return None
    lowered = stripped.lower()
    named = _STARK_SCHEME.fullmatch(stripped)
    if named is not None:
        return _key(named["key"], named=True)
    if len(stripped) <= _LONGEST and _STARK_KEY.fullmatch(stripped):
        return _key(stripped, named=False)
    if lowered.startswith("reddio:") or _is_of_reddio(lowered):
        return Recognition(
            Kind.REDDIO_LINK,
            "This is a page or a link of Reddio.",
            "Ashore does not open it. Paste the receiver’s Stark key, or an Ethereum address.",
        )
    return None


def _key(text: str, *, named: bool) -> Recognition:
    value = int(text, 16)
    if is_stark_key(value) and named:
        return Recognition(Kind.STARK_KEY, "This is a Stark key, an account on Reddio.", _STAYS, value)
    if is_stark_key(value):
        return Recognition(
            Kind.STARK_KEY,
            "This may be a Stark key, an account on Reddio; a private key or a Starknet address can look the same.",
            f"If it is a private key, clear it. If it is the receiver’s Stark key: {_STAYS[0].lower()}{_STAYS[1:]}",
            value,
            doubtful=True,
        )
    return Recognition(
        Kind.NO_STARK_KEY,
        "This is not a Stark key, though it has the length of one: a digit is wrong or missing.",
        "Copy it again. It may be an address of Starknet. If it is a private key, clear it.",
    )


def _is_of_reddio(lowered: str) -> bool:
    if not lowered.startswith(("http:", "https:")):
        return False
    try:
        host = urlsplit(lowered).hostname or ""
    except ValueError:
        return False
    return any(host == known or host.endswith("." + known) for known in _HOSTS)
