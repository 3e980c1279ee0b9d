"""Reading an invoice: strictly, and only if its signature holds.

Source: lightning/bolts 11-payment-encoding.md, "Requirements" for a reader. Where it leaves a choice (a field twice,
filling bits that are not zero, more than all bitcoin), the stricter reading is taken, for the invoice is one's own.
"""

import hashlib
import re
from collections.abc import Sequence

from bech32 import bech32_decode, convertbits

from ashore.crypto import secp256k1
from ashore.systems.lnurl.codec.amounts import MAX_MSAT
from ashore.systems.lnurl.codec.bolt11.fields import Fields, read_fields, words_to_int
from ashore.systems.lnurl.codec.bolt11.invoice import (
    KNOWN_FEATURES,
    MSAT_PER_MULTIPLIER,
    SIGNATURE_WORDS,
    TIMESTAMP_WORDS,
    Invoice,
    Network,
)
from ashore.systems.lnurl.codec.errors import InvoiceError

MAX_CHARACTERS = 4096

_COPY = "Copy it again from the wallet that made it."
_NEW = "Make a new invoice."
_WRAPPER = re.compile(r"lightning:(//)?", re.IGNORECASE | re.ASCII)
_PREFIX = re.compile(r"ln(bcrt|bc|tbs|tb)(?:([1-9][0-9]{0,19})([munp]?))?")


def invoice_text(text: str) -> str:
    """Return what a person pasted as the bare invoice: trimmed, joined where it was broken into lines, no scheme."""
    joined = "".join(text.split())
    wrapper = _WRAPPER.match(joined)
    return joined[wrapper.end() :] if wrapper else joined


def decode_invoice(text: str) -> Invoice:
    """Decode a bare invoice and check its signature. Raises InvoiceError with what is wrong."""
    prefix, words = _unpacked(text)
    match = _PREFIX.fullmatch(prefix)
    if match is None:
        raise InvoiceError("This is not a Lightning invoice of a network and amount that exist.", _COPY)
    if len(words) < TIMESTAMP_WORDS + SIGNATURE_WORDS:
        raise InvoiceError("This invoice is too short.", _COPY)
    signed, signature = words[:-SIGNATURE_WORDS], words[-SIGNATURE_WORDS:]
    fields = read_fields(signed[TIMESTAMP_WORDS:])
    if fields.payment_hash is None or fields.payment_secret is None:
        raise InvoiceError("This invoice lacks its payment hash or its payment secret.", _NEW)
    _refuse_unknown_features(fields.features)
    return Invoice(
        network=Network(match[1]),
        amount_msat=_amount(match[2], match[3]),
        timestamp=words_to_int(signed[:TIMESTAMP_WORDS]),
        payment_hash=fields.payment_hash,
        payment_secret=fields.payment_secret,
        payee=_payee(signed_digest(prefix, signed), signature, fields),
        description=fields.description,
        description_hash=fields.description_hash,
        expiry=fields.expiry,
        min_final_cltv=fields.min_final_cltv,
        features=fields.features,
        metadata=fields.metadata,
        fallbacks=fields.fallbacks,
        routes=fields.routes,
        payee_is_named=fields.payee is not None,
    )


def signed_digest(prefix: str, words: Sequence[int]) -> bytes:
    """Return what an invoice's signature signs: prefix and data, filled up with zero bits to whole bytes."""
    data = convertbits(words, 5, 8)
    assert data is not None  # words are below 32
    return hashlib.sha256(prefix.encode("ascii") + bytes(data)).digest()


def _unpacked(text: str) -> tuple[str, list[int]]:
    if len(text) > MAX_CHARACTERS:
        raise InvoiceError("This invoice is too long.", _NEW)
    if not text.isascii() or (text.lower() != text and text.upper() != text):
        raise InvoiceError("This invoice mixes capital and small letters, so part of it was changed.", _COPY)
    prefix, words = bech32_decode(text)
    if prefix is None or words is None:
        raise InvoiceError("This invoice is damaged: its checksum does not fit.", _COPY)
    return prefix, words


def _amount(digits: str | None, multiplier: str | None) -> int | None:
    if digits is None or multiplier is None:
        return None
    number = int(digits)
    if multiplier == "p":
        number, rest = divmod(number, 10)
        if rest:
            raise InvoiceError("The amount of this invoice has a fraction that Lightning cannot carry.", _NEW)
    else:
        number *= MSAT_PER_MULTIPLIER[multiplier]
    if number > MAX_MSAT:
        raise InvoiceError("The amount of this invoice is more than all bitcoin.", _NEW)
    return number


def _refuse_unknown_features(features: int) -> None:
    required = (bit for bit in range(0, features.bit_length(), 2) if features >> bit & 1)
    if any(bit not in KNOWN_FEATURES for bit in required):
        raise InvoiceError("This invoice needs something of its payer that Ashore does not know.", _NEW)


def _payee(digest: bytes, signature_words: Sequence[int], fields: Fields) -> bytes:
    data = convertbits(signature_words, 5, 8, False)
    assert data is not None  # 104 words are exactly 65 bytes
    signature, recovery_id = bytes(data[:64]), data[64]
    if fields.payee is None:
        payee = secp256k1.recover(digest, signature, recovery_id)
        if payee is None:
            raise InvoiceError("The signature of this invoice is not valid.", _COPY)
        return payee
    if not secp256k1.is_low_s(signature) or not secp256k1.verify(fields.payee, digest, signature):
        raise InvoiceError("The signature of this invoice is not that of the node it names.", _COPY)
    return fields.payee
