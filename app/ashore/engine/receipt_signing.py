"""Receipts signed by the account that they are about: by the vault's key, or by another wallet that holds it."""

import asyncio
from dataclasses import replace

from ashore.domain.errors import AshoreError
from ashore.domain.receipt import Receipt, ReceiptSignature, signed_text
from ashore.domain.receipt_signature import SignatureVerdict, signature_verdict
from ashore.domain.signature_text import parse_signature
from ashore.engine.views import Account
from ashore.keys.external_signer import ExternalSigner
from ashore.keys.receipt_reading import RECEIPT_KIND, receipt_preimage
from ashore.keys.signer import Signer


async def sign_by_vault(signer: Signer, receipt: Receipt, account: Account) -> Receipt:
    """Return the receipt signed with the account's own key, and the signature checked.

    Raises AshoreError for another account than the receipt's, or one whose key is elsewhere; ReceiptError; Locked and
    the other KeysError.
    """
    _require_own(receipt, account)
    if account.elsewhere:
        raise AshoreError(
            f"{account.label} signs in another wallet.", "Have the text signed there, and paste the signature."
        )
    lines = await _lines(receipt)
    read = await signer.read(RECEIPT_KIND, lines)
    if read.reading.texts != (signed_text(**lines),):
        raise AshoreError("What the signer read is not this receipt. Nothing was signed.")
    signed = await signer.sign(RECEIPT_KIND, lines, account.index, lines)
    return await _checked(receipt, ReceiptSignature(signed.address, signed.ethereum[0]))


async def sign_elsewhere(signer: Signer, receipt: Receipt, account: Account, pasted: str) -> Receipt:
    """Return the receipt with the signature that another wallet made of `text_of` it, and a person pasted.

    The signer process checks it first, for it can tell what was signed instead. Raises AshoreError for another account
    than the receipt's; ReceiptError; Refused with what is wrong with the signature, SecretPasted where it is the one
    that makes the layer-2 key, Locked and the other KeysError.
    """
    _require_own(receipt, account)
    if not account.elsewhere:
        raise AshoreError(f"Ashore holds the key of {account.label}.", "No other wallet has to sign for it.")
    lines = await _lines(receipt)
    await ExternalSigner(signer).verify(RECEIPT_KIND, lines, account.index, lines, pasted)
    return await _checked(receipt, ReceiptSignature(account.address, "0x" + parse_signature(pasted).hex()))


def _require_own(receipt: Receipt, account: Account) -> None:
    if account.address.lower() != receipt.terms.account.lower():
        raise AshoreError(
            f"This receipt is not about {account.label}. Nothing was signed.",
            "Only the account that it is about can sign it.",
        )


async def _lines(receipt: Receipt) -> dict[str, str]:
    """In a thread, for the digest is of all proofs: many megabytes."""
    return await asyncio.to_thread(receipt_preimage, receipt)


async def _checked(receipt: Receipt, signature: ReceiptSignature) -> Receipt:
    signed = replace(receipt, signature=signature)
    if await asyncio.to_thread(signature_verdict, signed) is not SignatureVerdict.ACCOUNT:
        raise AshoreError("This signature is not the account’s over this receipt. It was not added.")
    return signed
