"""Writing and signing an invoice: for the practice node, which has no money.

Source: lightning/bolts 11-payment-encoding.md, "Requirements" for a writer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bech32 import CHARSET, bech32_encode, convertbits

from ashore.crypto import secp256k1
from ashore.systems.lnurl.codec.amounts import MAX_MSAT
from ashore.systems.lnurl.codec.bolt11.decoding import signed_digest
from ashore.systems.lnurl.codec.bolt11.invoice import (
    BASIC_MPP_OPTIONAL,
    DEFAULT_EXPIRY_SECONDS,
    DEFAULT_MIN_FINAL_CLTV,
    HASH_BYTES,
    MAX_DESCRIPTION_BYTES,
    MAX_FIELD_WORDS,
    MSAT_PER_MULTIPLIER,
    PAYMENT_SECRET_REQUIRED,
    TIMESTAMP_WORDS,
    VAR_ONION_REQUIRED,
    Fallback,
    Network,
    RouteHop,
)
from ashore.systems.lnurl.codec.errors import InvoiceError


@dataclass(frozen=True, slots=True)
class InvoiceDraft:
    """What an invoice shall say; see `Invoice` for the fields. Exactly one of both descriptions is to be given."""

    network: Network
    amount_msat: int | None
    timestamp: int
    payment_hash: bytes
    payment_secret: bytes = field(repr=False)
    description: str | None = field(default=None, repr=False)
    description_hash: bytes | None = field(default=None, repr=False)
    expiry: int = DEFAULT_EXPIRY_SECONDS
    min_final_cltv: int = DEFAULT_MIN_FINAL_CLTV
    features: int = VAR_ONION_REQUIRED | PAYMENT_SECRET_REQUIRED | BASIC_MPP_OPTIONAL
    metadata: bytes | None = field(default=None, repr=False)
    fallbacks: tuple[Fallback, ...] = field(default=(), repr=False)
    routes: tuple[tuple[RouteHop, ...], ...] = field(default=(), repr=False)
    names_payee: bool = False


def encode_invoice(draft: InvoiceDraft, private_key: bytes) -> str:
    """Return the invoice, signed. Raises InvoiceError for values that have no place in one, ValueError for the key."""
    if (draft.description is None) == (draft.description_hash is None):
        raise InvoiceError("An invoice has either a description or its hash.")
    if not 0 <= draft.timestamp < 1 << 5 * TIMESTAMP_WORDS:
        raise InvoiceError("The time of this invoice is out of range.")
    prefix = f"ln{draft.network.value}{_amount_text(draft.amount_msat)}"
    words = _int_words(draft.timestamp, TIMESTAMP_WORDS) + _fields(draft, private_key)
    signature, recovery_id = secp256k1.sign(private_key, signed_digest(prefix, words))
    return bech32_encode(prefix, words + _byte_words(signature + bytes((recovery_id,))))


def _fields(draft: InvoiceDraft, private_key: bytes) -> list[int]:
    words = _field("s", _hash_words(draft.payment_secret)) + _field("p", _hash_words(draft.payment_hash))
    if draft.description is not None:
        description = draft.description.encode("utf-8")
        if len(description) > MAX_DESCRIPTION_BYTES:
            raise InvoiceError(f"A description has at most {MAX_DESCRIPTION_BYTES} bytes.")
        words += _field("d", _byte_words(description))
    if draft.description_hash is not None:
        words += _field("h", _hash_words(draft.description_hash))
    if draft.names_payee:
        words += _field("n", _byte_words(secp256k1.public_key(private_key)))
    if draft.expiry != DEFAULT_EXPIRY_SECONDS:
        words += _field("x", _int_words(draft.expiry))
    if draft.min_final_cltv != DEFAULT_MIN_FINAL_CLTV:
        words += _field("c", _int_words(draft.min_final_cltv))
    if draft.metadata is not None:
        words += _field("m", _byte_words(draft.metadata))
    for fallback in draft.fallbacks:
        words += _field("f", [fallback.version, *_byte_words(fallback.program)])
    for route in draft.routes:
        words += _field("r", _byte_words(b"".join(_packed_hop(hop) for hop in route)))
    if draft.features:
        words += _field("9", _int_words(draft.features))
    return words


def _amount_text(amount_msat: int | None) -> str:
    """Return the shortest form of an amount."""
    if amount_msat is None:
        return ""
    if not 0 < amount_msat <= MAX_MSAT:
        raise InvoiceError("This is not an amount that an invoice can have.")
    for multiplier, unit in MSAT_PER_MULTIPLIER.items():
        if amount_msat % unit == 0:
            return f"{amount_msat // unit}{multiplier}"
    return f"{amount_msat * 10}p"


def _field(tag: str, words: Sequence[int]) -> list[int]:
    if len(words) > MAX_FIELD_WORDS:
        raise InvoiceError("A field of this invoice is too long.")
    return [CHARSET.index(tag), *divmod(len(words), 32), *words]


def _byte_words(data: bytes) -> list[int]:
    words = convertbits(data, 8, 5)
    assert words is not None  # bytes always convert
    return words


def _hash_words(data: bytes) -> list[int]:
    if len(data) != HASH_BYTES:
        raise InvoiceError("Hashes and secrets of an invoice have 32 bytes.")
    return _byte_words(data)


def _int_words(number: int, width: int = 0) -> list[int]:
    """Return a number in words of five bits, in as few as it needs but at least `width`."""
    if number < 0:
        raise InvoiceError("Numbers in an invoice are not negative.")
    words: list[int] = []
    while number or len(words) < width:
        words.insert(0, number & 31)
        number >>= 5
    return words


def _packed_hop(hop: RouteHop) -> bytes:
    try:
        return (
            hop.public_key
            + hop.short_channel_id.to_bytes(8, "big")
            + hop.fee_base_msat.to_bytes(4, "big")
            + hop.fee_proportional_millionths.to_bytes(4, "big")
            + hop.cltv_expiry_delta.to_bytes(2, "big")
        )
    except OverflowError:
        raise InvoiceError("A hop in this invoice has a number out of range.") from None
