"""The bech32 text of an LNURL.

Source: LUD-01. Plain bech32 (BIP-173, not bech32m) with the prefix "lnurl" and without the limit of 90 characters.
"""

from bech32 import bech32_decode, bech32_encode, convertbits

from ashore.systems.lnurl.codec.errors import CodecError

PREFIX = "lnurl"
MAX_CHARACTERS = 4096

_AGAIN = "Copy it again as a whole, or scan its picture."


def decode_lnurl(text: str) -> str:
    """Return the web address in a bech32 LNURL, unjudged. Raises CodecError with what is wrong."""
    if len(text) > MAX_CHARACTERS:
        raise CodecError("This LNURL is too long.", "Ask the service for another one.")
    if text.lower() != text and text.upper() != text:
        raise CodecError("This LNURL mixes capital and small letters, so part of it was changed.", _AGAIN)
    prefix, words = bech32_decode(text) if text.isascii() else (None, None)
    if prefix is None or words is None:
        raise CodecError("This LNURL is damaged: its checksum does not fit.", _AGAIN)
    if prefix != PREFIX:
        raise CodecError("This is not an LNURL.", _AGAIN)
    data = convertbits(words, 5, 8, False)
    if not data:
        raise CodecError("This LNURL holds no web address.", _AGAIN)
    try:
        return bytes(data).decode("utf-8")
    except UnicodeDecodeError:
        raise CodecError("This LNURL does not hold a text.", "Ask the service for another one.") from None


def encode_lnurl(url: str) -> str:
    """Return a web address as a lower-case bech32 LNURL."""
    words = convertbits(url.encode("utf-8"), 8, 5)
    assert words is not None  # bytes always convert
    return bech32_encode(PREFIX, words)
