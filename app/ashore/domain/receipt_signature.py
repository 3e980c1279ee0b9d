"""Whose signature a receipt bears, told from the receipt alone: no key, no network.

A signature that holds shows that the key of that address signed exactly this content. It proves none of it, nor
that this account withdrew, which is the receipt's own word, nor when it was signed: `made` is the signer's.
"""

import re
from enum import StrEnum

from ashore.crypto import secp256k1
from ashore.crypto.ethereum_text import text_digest
from ashore.domain.addresses import checksum
from ashore.domain.receipt import Receipt, ReceiptError, made_words, receipt_words, signed_text
from ashore.domain.receipt_file import digest

_SIGNATURE = re.compile(r"0x[0-9a-f]{128}(?:1b|1c)", re.ASCII)
"""r, s and v (27 or 28): one spelling of each signature, so that nobody makes a second one of it."""


class SignatureVerdict(StrEnum):
    """What there is to say of the signature on a receipt."""

    UNSIGNED = "unsigned"
    ACCOUNT = "account"
    """By the account that the receipt is about."""
    OTHER = "other"
    """By the account that it names, which is another than the one the receipt is about."""
    FALSE = "false"
    """Not by the account that it names, or not of this content."""


def text_of(receipt: Receipt) -> str:
    """Return the text that is signed for a receipt (EIP-191). Raises ReceiptError where it cannot be put into words."""
    return signed_text(receipt_words(receipt.terms), receipt.status, made_words(receipt.made_at), digest(receipt))


def receipt_signer(receipt: Receipt) -> str:
    """Return the address (with checksum) whose key signed it: only the one that the receipt names, else empty.

    Only the low-s form counts (EIP-2), with v 27 or 28. Raises nothing, whatever the receipt holds.
    """
    given = receipt.signature
    if given is None or not _SIGNATURE.fullmatch(given.signature):
        return ""
    raw = bytes.fromhex(given.signature[2:])
    if not secp256k1.is_low_s(raw[:64]):
        return ""
    try:
        signed = text_digest(text_of(receipt))
    except ReceiptError:
        return ""
    key = secp256k1.recover(signed, raw[:64], raw[64] - 27)
    address = "" if key is None else checksum(secp256k1.ethereum_address(key))
    return address if address == given.address else ""


def signature_verdict(receipt: Receipt) -> SignatureVerdict:
    """Return whether it is signed, and by the account that it is about. It takes milliseconds and raises nothing."""
    if receipt.signature is None:
        return SignatureVerdict.UNSIGNED
    signer = receipt_signer(receipt)
    if not signer:
        return SignatureVerdict.FALSE
    return SignatureVerdict.ACCOUNT if signer.lower() == receipt.terms.account.lower() else SignatureVerdict.OTHER
