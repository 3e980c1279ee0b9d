"""How the signer process reads a receipt that it is to sign: four lines, from which it makes the text itself."""

import re
from collections.abc import Mapping

from ashore.domain.receipt import SIGNED_HEAD, Receipt, ReceiptError, made_words, receipt_words, signed_text
from ashore.domain.receipt_file import digest
from ashore.keys.reading import Reading, ReadingError

RECEIPT_KIND = "ashore.receipt"

_LINES = ("words", "status", "made", "digest")
_MADE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} UTC", re.ASCII)


def receipt_preimage(receipt: Receipt) -> dict[str, str]:
    """Return what the signer is given for a receipt; its fields are the same. Raises ReceiptError."""
    return {
        "words": receipt_words(receipt.terms),
        "status": receipt.status,
        "made": made_words(receipt.made_at),
        "digest": digest(receipt),
    }


def read_receipt(preimage: Mapping[str, object]) -> Reading:
    """Read ``{"words", "status", "made", "digest"}``; the digest names it. The Ethereum key alone signs it.

    Raises ReadingError.
    """
    lines = {name: value for name in _LINES if isinstance(value := preimage.get(name), str)}
    if set(preimage) != set(_LINES) or len(lines) != len(_LINES) or not _MADE.fullmatch(lines["made"]):
        raise ReadingError("This receipt does not have the form in which one is signed.")
    try:
        text = signed_text(**lines)
    except ReceiptError as error:
        raise ReadingError(error.sentence) from None
    return Reading(kind=RECEIPT_KIND, fields=lines, identifier=lines["digest"], texts=(text,))


def poses_as_receipt(reading: Reading) -> bool:
    """Return whether another kind of request would have a text signed that begins like a receipt's."""
    return reading.kind != RECEIPT_KIND and any(text.startswith(SIGNED_HEAD) for text in reading.texts)
