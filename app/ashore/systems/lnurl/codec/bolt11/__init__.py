"""Lightning invoices (BOLT11): decoder, checks before one leaves, and an encoder for the practice node."""

from ashore.systems.lnurl.codec.bolt11.checks import Expected, InvoiceProblem, check_invoice
from ashore.systems.lnurl.codec.bolt11.decoding import decode_invoice, invoice_text
from ashore.systems.lnurl.codec.bolt11.encoding import InvoiceDraft, encode_invoice
from ashore.systems.lnurl.codec.bolt11.invoice import Fallback, Invoice, Network, RouteHop

__all__ = [
    "Expected",
    "Fallback",
    "Invoice",
    "InvoiceDraft",
    "InvoiceProblem",
    "Network",
    "RouteHop",
    "check_invoice",
    "decode_invoice",
    "encode_invoice",
    "invoice_text",
]
