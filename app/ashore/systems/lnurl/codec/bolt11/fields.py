"""The tagged fields of an invoice. Unknown ones, and known ones of a wrong length, are skipped as BOLT11 says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bech32 import CHARSET, convertbits

from ashore.systems.lnurl.codec.bolt11.invoice import (
    DEFAULT_EXPIRY_SECONDS,
    DEFAULT_MIN_FINAL_CLTV,
    HASH_WORDS,
    HOP_BYTES,
    KEY_WORDS,
    Fallback,
    RouteHop,
)
from ashore.systems.lnurl.codec.errors import InvoiceError

MAX_NUMBER = (1 << 63) - 1
P2PKH_VERSION = 17
P2SH_VERSION = 18


@dataclass(slots=True)
class Fields:
    """What the tagged fields say, with BOLT11's values for those that are absent."""

    payment_hash: bytes | None = None
    payment_secret: bytes | None = None
    description: str | None = None
    description_hash: bytes | None = None
    payee: bytes | None = None
    expiry: int = DEFAULT_EXPIRY_SECONDS
    min_final_cltv: int = DEFAULT_MIN_FINAL_CLTV
    features: int = 0
    metadata: bytes | None = None
    fallbacks: tuple[Fallback, ...] = ()
    routes: tuple[tuple[RouteHop, ...], ...] = ()


def read_fields(words: Sequence[int]) -> Fields:
    """Read the words between timestamp and signature. Raises InvoiceError."""
    fields = Fields()
    seen: set[str] = set()
    position = 0
    while position < len(words):
        if position + 3 > len(words):
            raise InvoiceError("This invoice breaks off inside a field.")
        tag = CHARSET[words[position]]
        length = words[position + 1] * 32 + words[position + 2]
        data = words[position + 3 : position + 3 + length]
        if len(data) != length:
            raise InvoiceError("This invoice breaks off inside a field.")
        position += 3 + length
        if _take(fields, tag, data):
            if tag in seen and tag in _SINGLE:
                raise InvoiceError("This invoice says the same thing twice.", "Make a new invoice.")
            seen.add(tag)
    return fields


def words_to_int(words: Sequence[int]) -> int:
    """Return the number that words of five bits spell, the highest first."""
    number = 0
    for word in words:
        number = number << 5 | word
    return number


def _take(fields: Fields, tag: str, data: Sequence[int]) -> bool:
    """Put one field where it belongs; return False where it is to be skipped."""
    if tag in _LENGTHS and len(data) != _LENGTHS[tag]:
        return False
    if tag in _SINGLE:
        name, read = _SINGLE[tag]
        setattr(fields, name, read(data))
        return True
    if tag == "f" and data and data[0] <= P2SH_VERSION:
        fields.fallbacks += (Fallback(data[0], _bytes(data[1:])),)
        return True
    if tag == "r":
        fields.routes += (_route(data),)
        return True
    return False


def _bytes(words: Sequence[int]) -> bytes:
    data = convertbits(words, 5, 8, False)
    if data is None:
        raise InvoiceError("A field of this invoice is not made of whole bytes.")
    return bytes(data)


def _number(words: Sequence[int]) -> int:
    number = words_to_int(words)
    if number > MAX_NUMBER:
        raise InvoiceError("A number in this invoice is beyond all use.", "Make a new invoice.")
    return number


def _text(words: Sequence[int]) -> str:
    try:
        return _bytes(words).decode("utf-8")
    except UnicodeDecodeError:
        raise InvoiceError("The description of this invoice is not a text.", "Make a new invoice.") from None


def _route(words: Sequence[int]) -> tuple[RouteHop, ...]:
    packed = _bytes(words)
    if not packed or len(packed) % HOP_BYTES:
        raise InvoiceError("A route in this invoice is not made of whole hops.", "Make a new invoice.")
    return tuple(_hop(packed[at : at + HOP_BYTES]) for at in range(0, len(packed), HOP_BYTES))


def _hop(packed: bytes) -> RouteHop:
    return RouteHop(
        public_key=packed[:33],
        short_channel_id=int.from_bytes(packed[33:41], "big"),
        fee_base_msat=int.from_bytes(packed[41:45], "big"),
        fee_proportional_millionths=int.from_bytes(packed[45:49], "big"),
        cltv_expiry_delta=int.from_bytes(packed[49:51], "big"),
    )


_LENGTHS = {"p": HASH_WORDS, "s": HASH_WORDS, "h": HASH_WORDS, "n": KEY_WORDS}
_SINGLE: dict[str, tuple[str, Callable[[Sequence[int]], object]]] = {
    "p": ("payment_hash", _bytes),
    "s": ("payment_secret", _bytes),
    "d": ("description", _text),
    "h": ("description_hash", _bytes),
    "n": ("payee", _bytes),
    "x": ("expiry", _number),
    "c": ("min_final_cltv", _number),
    "9": ("features", words_to_int),
    "m": ("metadata", _bytes),
}
