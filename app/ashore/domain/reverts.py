"""Why a contract refused a call: its own short word, from the bytes that an endpoint attaches to the error.

Source: docs: Solidity, "Panic via assert and Error via require"; geth puts the bytes in `error.data`, hardhat one
level deeper; some endpoints give the message alone.
"""

import re

from ashore.crypto.abi import decode, parse_types
from ashore.crypto.errors import CodecError
from ashore.domain.untrusted import plain

_ERROR, _PANIC = bytes.fromhex("08c379a0"), bytes.fromhex("4e487b71")
_LONGEST_HEX = 8_192
_LONGEST = 80
_MESSAGE = re.compile(r"revert(?:ed)?(?: with reason string)?[:\s]+['\"]?(?P<reason>[^'\"]{1,80})")
ARITHMETIC = "Panic 0x11"
"""An overflow: more was asked for than there is."""


def revert_reason(data: object, message: str = "") -> str:
    """The reason of a revert as plain text: a contract's own words, `Panic 0x11`, or nothing where it gave none.

    `data` is what an endpoint attached to its error, `message` that error's text; both are untrusted.
    """
    raw = _bytes(data)
    if raw.startswith(_ERROR):
        return _error(raw[4:])
    if raw.startswith(_PANIC) and len(raw) == 36:
        return f"Panic {int.from_bytes(raw[4:], 'big'):#04x}"
    if raw:
        return plain(f"0x{raw.hex()}", _LONGEST)
    found = _MESSAGE.search(message)
    return plain(found["reason"].strip(), _LONGEST) if found else ""


def _error(raw: bytes) -> str:
    try:
        (text,) = decode(parse_types("bytes"), raw)  # a string is written as its bytes are
    except CodecError:
        return ""
    assert isinstance(text, bytes)
    return plain(text[:_LONGEST].decode("utf-8", "replace"), _LONGEST)


def _bytes(data: object) -> bytes:
    inner = data.get("data") if isinstance(data, dict) else data
    if not isinstance(inner, str) or not inner.startswith("0x") or len(inner) > _LONGEST_HEX:
        return b""
    try:
        return bytes.fromhex(inner[2:])
    except ValueError:
        return b""
