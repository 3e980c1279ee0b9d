"""The second request, which hands the invoice over, and its answer.

Source: LUD-03 steps 5 and 6, LUD-24 (pin). The callback is passed on as it came: services have their own query in it.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from ashore.systems.lnurl.codec.errors import AnswerError, CodecError
from ashore.systems.lnurl.codec.offers import service_error
from ashore.systems.lnurl.codec.strict_json import read_object
from ashore.systems.lnurl.codec.urls import ServiceUrl

MAX_CALLBACK_CHARACTERS = 2000

_INVOICE = re.compile(r"[A-Za-z0-9]+")
_PIN = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The service said OK: that it means to pay, not that it paid."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The service said no; `reason` is its own text, made plain, possibly empty. It may pay all the same."""

    reason: str


@dataclass(frozen=True, slots=True)
class Garbage:
    """The answer says neither yes nor no: the outcome is unknown."""


def callback_url(callback: ServiceUrl, k1: str, invoice: str, pin: str | None = None) -> str:
    """Return the address that hands an invoice over. Raises CodecError where it cannot be built or grows too long."""
    if not _INVOICE.fullmatch(invoice):
        raise CodecError("This is not one Lightning invoice.")
    if pin is not None and not _PIN.fullmatch(pin):
        raise CodecError("A PIN has digits only.", "Enter the PIN of the card or voucher.")
    address = callback.wire
    joiner = "?" if "?" not in address else "" if address.endswith(("?", "&")) else "&"
    address += f"{joiner}k1={quote(k1, safe='')}&pr={invoice}"
    if pin is not None:
        address += f"&pin={pin}"
    if len(address) > MAX_CALLBACK_CHARACTERS:
        raise CodecError(
            "With the invoice, the service's address grows too long to be asked.",
            "Use an invoice with a shorter description.",
        )
    return address


def parse_callback_answer(body: bytes) -> Accepted | Refused | Garbage:
    """Read the answer to the second request; its HTTP status carries no meaning. Never raises."""
    try:
        members = read_object(body)
    except AnswerError:
        return Garbage()
    error = service_error(members)
    if error is not None:
        return Refused(error.reason)
    status = members.get("status")
    return Accepted() if isinstance(status, str) and status.strip().upper() == "OK" else Garbage()
