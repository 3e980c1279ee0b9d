"""Whose signature vouches for a receipt, in words."""

from ashore.domain.receipt import Receipt
from ashore.domain.receipt_signature import SignatureVerdict, receipt_signer, signature_verdict
from ashore.engine.receipt_views import SignatureCheck

UNSIGNED = "Not signed: anybody may have put it together."
COMPARE = "Compare that address with the one that you know."
FALSE = "The signature is false: it is not that account’s over this receipt."


def signature_check(receipt: Receipt) -> SignatureCheck:
    """Check its signature, and say whose it is. It hashes the whole receipt: call it in a worker thread."""
    match signature_verdict(receipt):
        case SignatureVerdict.UNSIGNED:
            return SignatureCheck(None, UNSIGNED)
        case SignatureVerdict.FALSE:
            return SignatureCheck(False, FALSE)
        case SignatureVerdict.ACCOUNT:
            address = receipt_signer(receipt)
            # Whoever makes a receipt up can name their own account in it, and sign.
            told = f"Signed by {address}, which the receipt calls the account that withdrew. {COMPARE}"
            return SignatureCheck(True, told, address, by_account=True)
        case SignatureVerdict.OTHER:
            address = receipt_signer(receipt)
            told = f"Signed by {address}, which is not the account that the receipt is about: anybody can do that."
            return SignatureCheck(True, told, address)
