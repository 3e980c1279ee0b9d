"""Whose signature vouches for a receipt, in words."""

from ashore.domain.receipt import Receipt
from ashore.engine.receipt_views import SignatureCheck

UNSIGNED = "Not signed: anybody may have put it together."
NOT_CHECKED = "Signed, but the signature was not checked."


def signature_check(receipt: Receipt) -> SignatureCheck:
    """Check its signature, and say whose it is."""
    return SignatureCheck(None, UNSIGNED if receipt.signature is None else NOT_CHECKED)
