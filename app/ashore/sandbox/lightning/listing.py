"""What the practice node tells of invoices, runes and its channel, in Core Lightning's words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ashore.sandbox.lightning.node import CAPACITY_MSAT, INVALID_PARAMS, NodeError, PracticeNode, Status
from ashore.sandbox.lightning.runes import Rune
from ashore.sandbox.lightning.store import InvoiceRow
from ashore.systems.lnurl.codec.bolt11.decoding import decode_invoice
from ashore.systems.lnurl.codec.errors import InvoiceError

PEER = "02" + "ab" * 32
"""The made-up peer of the made-up channel."""


def told(row: InvoiceRow, node: PracticeNode, *, blind: bool = False) -> dict[str, Any]:
    """An entry of listinvoices. A blind node does not know that it was paid."""
    status = node.status(replace(row, paid_at=None) if blind else row)
    entry: dict[str, Any] = {
        "label": row.label,
        "bolt11": row.bolt11,
        "payment_hash": row.payment_hash,
        "status": status.value,
        "description": row.description,
        "expires_at": row.expires_at,
        "created_index": row.created_index,
    }
    if row.amount_msat is not None:
        entry["amount_msat"] = row.amount_msat
    if status is Status.PAID:
        entry |= {
            "pay_index": row.pay_index,
            "amount_received_msat": row.received_msat,
            "paid_at": row.paid_at,
            "payment_preimage": row.preimage,
        }
    return entry


def decoded(text: str) -> dict[str, Any]:
    """What decode answers to an invoice. Raises NodeError."""
    try:
        invoice = decode_invoice(text)
    except InvoiceError as error:
        raise NodeError(INVALID_PARAMS, f"Invalid string: {error}") from None
    entry: dict[str, Any] = {
        "type": "bolt11 invoice",
        "currency": invoice.network.value,
        "created_at": invoice.timestamp,
        "expiry": invoice.expiry,
        "payee": invoice.payee.hex(),
        "payment_hash": invoice.payment_hash.hex(),
        "payment_secret": invoice.payment_secret.hex(),
        "min_final_cltv_expiry": invoice.min_final_cltv,
        "features": f"{invoice.features:x}",
        "valid": True,
    }
    if invoice.amount_msat is not None:
        entry["amount_msat"] = invoice.amount_msat
    if invoice.description is not None:
        entry["description"] = invoice.description
    if invoice.description_hash is not None:
        entry["description_hash"] = invoice.description_hash.hex()
    return entry


def told_rune(text: str, rune: Rune) -> dict[str, Any]:
    """What decode answers to a rune."""
    return {
        "type": "rune",
        "unique_id": rune.unique_id,
        "string": text,
        "restrictions": [
            {"alternatives": list(alternatives), "summary": " OR ".join(alternatives)}
            for alternatives in rune.restrictions
        ],
        "valid": True,
    }


def channel(node: PracticeNode) -> dict[str, Any]:
    """The node's one channel, as listpeerchannels tells it."""
    received, receivable = node.received_msat, node.receivable_msat
    return {
        "peer_id": PEER,
        "peer_connected": True,
        "state": "CHANNELD_NORMAL",
        "short_channel_id": "100x1x0",
        "private": False,
        "to_us_msat": received,
        "total_msat": max(CAPACITY_MSAT, received + receivable),
        "spendable_msat": received,
        "receivable_msat": receivable,
    }
