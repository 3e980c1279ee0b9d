"""An Ethereum signature as a person pastes it from another wallet.

Source: EIP-191 wallets give r, s, v as 65 bytes with v 0, 1, 27 or 28; EIP-2098 the same in 64 bytes.
"""

import re

from ashore.crypto.secp256k1 import ORDER
from ashore.domain.errors import AshoreError
from ashore.domain.pasted_secrets import PHRASE, is_phrase
from ashore.domain.untrusted import hidden_characters

SIGNATURE_BYTES = 65
COMPACT_BYTES = 64
MOST_CHARACTERS = 4096
"""Of a pasted text: a signature, or the small JSON document into which some wallets put it."""

_HEX = re.compile(r"[0-9a-fA-F]*")
_IN_JSON = re.compile(r'"(?:sig|signature)"\s*:\s*"([^"]{0,400})"')
_AROUND = "\"'`“”‘’«»,;"
_ADDRESS_DIGITS, _KEY_DIGITS = 40, 64
_TOP_BIT = 1 << 255


class SignatureTextError(AshoreError):
    """A text that is not a signature of one Ethereum key. Says nothing of the text but its length."""


def parse_signature(text: str) -> bytes:
    """Return r, s and v (27 or 28) of a pasted signature, 65 bytes, with s in the lower half of the order.

    Spaces, line breaks and quotation marks around or within are passed over. Raises SignatureTextError with what is
    wrong and what to do.
    """
    digits = _digits(text)
    if len(digits) == 2 * COMPACT_BYTES:
        raw = _expanded(bytes.fromhex(digits))
    elif len(digits) == 2 * SIGNATURE_BYTES:
        raw = bytes.fromhex(digits)
    else:
        raise SignatureTextError(*_wrong_length(len(digits)))
    r, s, v = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big"), raw[64]
    if v not in (0, 1, 27, 28):
        raise SignatureTextError(
            f"The last byte of this signature is {v}: it is not one of a text.",
            "Sign the text as a message (personal_sign), not a transaction or typed data.",
        )
    if not (0 < r < ORDER and 0 < s < ORDER):
        raise SignatureTextError("No Ethereum key can have made this signature.", "Copy the whole signature again.")
    parity = v % 27
    if s > ORDER // 2:
        s, parity = ORDER - s, 1 - parity
    return raw[:32] + s.to_bytes(32, "big") + bytes((27 + parity,))


def _digits(text: str) -> str:
    if is_phrase(text):
        raise SignatureTextError(PHRASE[0], f"{PHRASE[1]} A signature starts with 0x.")
    if len(text) > MOST_CHARACTERS:
        raise SignatureTextError("This text is too long to be a signature.", "Paste the signature alone.")
    bare = "".join(text.split())
    if bare.startswith("{"):
        found = _IN_JSON.findall(text)
        if len(found) != 1:
            raise SignatureTextError("Which part of this is the signature cannot be told.", "Paste it alone.")
        bare = "".join(found[0].split())
    bare = bare.strip(_AROUND)
    if not bare:
        raise SignatureTextError("Paste the signature that your other wallet shows.")
    if hidden_characters(bare):
        raise SignatureTextError("The signature contains an invisible character.", "Copy it again from its source.")
    digits = bare[2:] if bare[:2] in ("0x", "0X") else bare
    if not _HEX.fullmatch(digits):
        raise SignatureTextError(
            "This is not a signature: it has other characters than the digits 0-9 and the letters a-f after 0x.",
            "Paste the signature alone.",
        )
    return digits


def _wrong_length(count: int) -> tuple[str, str]:
    if count == _KEY_DIGITS:
        return (
            "This has 64 digits: it is a hash, or a private key, and not a signature.",
            "If it is a key, clear it here and from the clipboard: it was not kept. A signature has 130 digits.",
        )
    if count == _ADDRESS_DIGITS:
        return "This is an address, not a signature.", "Paste what your other wallet shows after signing."
    if count > 2 * SIGNATURE_BYTES:
        return (
            f"This is longer than the signature of one key: {count} digits instead of 130.",
            "Signatures of contract wallets (EIP-1271) cannot be used here. Otherwise paste one signature alone.",
        )
    return f"The signature is too short: it has {count} digits after 0x instead of 130.", "Copy the whole signature."


def _expanded(compact: bytes) -> bytes:
    """The 65 bytes of an EIP-2098 signature: the top bit of its second half is the parity."""
    both = int.from_bytes(compact[32:], "big")
    return compact[:32] + (both & (_TOP_BIT - 1)).to_bytes(32, "big") + bytes((27 + (both >> 255),))
