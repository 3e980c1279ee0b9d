"""The checks that an invoice has to pass before it is handed to a service that will pay it.

Checksum, signature, amount syntax, payment hash and secret and unknown features are the decoder's part; here it is
compared with what was asked for. A service's own checks prove nothing, and a backend can return something else.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from ashore.systems.lnurl.codec.amounts import sat_text
from ashore.systems.lnurl.codec.bolt11.invoice import Invoice, Network

MAX_CLOCK_DIFFERENCE = 15 * 60
MIN_REMAINING = 60

NETWORK_NAMES = {
    Network.MAINNET: "Bitcoin",
    Network.TESTNET: "a Bitcoin test network (testnet)",
    Network.SIGNET: "a Bitcoin test network (signet)",
    Network.REGTEST: "a practice network (regtest)",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What was asked for. None means that it is not known and not compared.

    `now` is in seconds since 1970. `expiry` is what was asked of a backend that made the invoice just now; a pasted
    invoice may be older. `hash_was_used` tells whether Ashore ever saw the invoice's payment hash before.
    """

    network: Network
    amount_msat: int
    now: int
    description: str | None = None
    payment_hash: bytes | None = None
    payee: bytes | None = None
    expiry: int | None = None
    hash_was_used: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceProblem:
    """Why an invoice must not leave: a stable code, a sentence for the person, and what to do."""

    code: str
    sentence: str
    advice: str = "Make a new invoice."


def check_invoice(invoice: Invoice, expected: Expected) -> list[InvoiceProblem]:
    """Return every reason why this invoice must not be handed over; an empty list means that it may."""
    return [
        *_check_amount(invoice, expected),
        *_check_identity(invoice, expected),
        *_check_description(invoice, expected),
        *_check_time(invoice, expected),
    ]


def _check_amount(invoice: Invoice, expected: Expected) -> Iterator[InvoiceProblem]:
    if invoice.network is not expected.network:
        yield InvoiceProblem(
            "network",
            f"This invoice is for {NETWORK_NAMES[invoice.network]}, not for {NETWORK_NAMES[expected.network]}.",
            "Use a wallet of the right network.",
        )
    if invoice.amount_msat is None:
        yield InvoiceProblem(
            "amount-missing", "This invoice has no amount.", f"Make one over {sat_text(expected.amount_msat)}."
        )
    elif invoice.amount_msat != expected.amount_msat:
        yield InvoiceProblem(
            "amount",
            f"This invoice is over {sat_text(invoice.amount_msat)} instead of {sat_text(expected.amount_msat)}.",
            "Make one over exactly the amount to withdraw.",
        )


def _check_identity(invoice: Invoice, expected: Expected) -> Iterator[InvoiceProblem]:
    if expected.payment_hash is not None and invoice.payment_hash != expected.payment_hash:
        yield InvoiceProblem("payment-hash", "The wallet returned another invoice than the one it announced.")
    if expected.hash_was_used:
        yield InvoiceProblem("used", "This invoice was used before: it may be paid already.")
    if expected.payee is not None and invoice.payee != expected.payee:
        yield InvoiceProblem(
            "payee",
            "This invoice would pay another node than the wallet that was set up.",
            "Check the wallet's settings. If it really has a new node, set it up again.",
        )


def _check_description(invoice: Invoice, expected: Expected) -> Iterator[InvoiceProblem]:
    text, digest = invoice.description, invoice.description_hash
    if (text is None) == (digest is None):
        yield InvoiceProblem("description-count", "This invoice has not exactly one description.")
    if expected.description is None:
        return
    wanted = expected.description.encode("utf-8")
    text_differs = text is not None and text.encode("utf-8") != wanted
    if text_differs or (digest is not None and digest != hashlib.sha256(wanted).digest()):
        yield InvoiceProblem("description", "The description of this invoice is not the one that was asked for.")


def _check_time(invoice: Invoice, expected: Expected) -> Iterator[InvoiceProblem]:
    ahead, remaining = invoice.timestamp - expected.now, invoice.expires_at - expected.now
    made_just_now = expected.expiry is not None
    if ahead > MAX_CLOCK_DIFFERENCE or (made_just_now and ahead < -MAX_CLOCK_DIFFERENCE):
        yield InvoiceProblem(
            "clock",
            "The clocks of this computer and of the wallet differ by more than 15 minutes.",
            "Set the clock of this computer, then make a new invoice.",
        )
    if remaining <= 0:
        yield InvoiceProblem("expired", "This invoice has expired.")
    elif remaining < MIN_REMAINING:
        yield InvoiceProblem("expires-soon", "This invoice expires in less than a minute.")
    elif expected.expiry is not None and invoice.expiry * 2 < expected.expiry:
        yield InvoiceProblem(
            "expiry", f"This invoice ends after {invoice.expiry} seconds instead of {expected.expiry}."
        )
