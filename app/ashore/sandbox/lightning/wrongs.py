"""The node's lies about new invoices: what a broken or hostile backend hands out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from ashore.sandbox.lightning.faults import NodeFault
from ashore.sandbox.lightning.node import PracticeNode
from ashore.sandbox.lightning.store import InvoiceRow
from ashore.systems.lnurl.codec.bolt11.decoding import decode_invoice
from ashore.systems.lnurl.codec.bolt11.encoding import InvoiceDraft

_OTHER_KEY = hashlib.sha256(b"Ashore practice, another node").digest()


class Wrongs:
    """Makes invoices as the faults say.

    Args:
        node: makes the honest ones.
        faults: what is to go wrong, by the names of NodeFault.
    """

    def __init__(self, node: PracticeNode, faults: Callable[[], Mapping[str, Any]]) -> None:
        self._node = node
        self._faults = faults

    def invoice(
        self,
        label: str,
        amount_msat: int | None,
        description: str,
        *,
        expiry: int,
        preimage: bytes | None,
        hash_description: bool,
    ) -> InvoiceRow:
        """Make an invoice, a wrong one where a fault says so. Raises NodeError."""
        faults = self._faults()
        older = self._node.invoices()
        said = faults.get(NodeFault.WRONG_DESCRIPTION, description)
        row = self._node.invoice(
            label,
            faults.get(NodeFault.WRONG_AMOUNT, amount_msat),
            "Something else" if said is True else said,
            expiry=faults.get(NodeFault.SHORT_EXPIRY, expiry),
            preimage=preimage,
            hash_description=hash_description,
        )
        if NodeFault.OLD_INVOICE in faults and older:
            return older[0]
        return self._of_another(row) if NodeFault.WRONG_PAYEE in faults else row

    def named_hash(self, row: InvoiceRow) -> str:
        """The payment hash that is told with a new invoice."""
        if NodeFault.WRONG_HASH in self._faults():
            return hashlib.sha256(row.payment_hash.encode()).hexdigest()
        return row.payment_hash

    def _of_another(self, row: InvoiceRow) -> InvoiceRow:
        invoice = decode_invoice(row.bolt11)
        draft = InvoiceDraft(
            network=invoice.network,
            amount_msat=invoice.amount_msat,
            timestamp=invoice.timestamp,
            payment_hash=invoice.payment_hash,
            payment_secret=invoice.payment_secret,
            description=invoice.description,
            description_hash=invoice.description_hash,
            expiry=invoice.expiry,
        )
        return InvoiceRow(
            row.created_index,
            row.label,
            self._node.sign(draft, _OTHER_KEY),
            row.payment_hash,
            row.preimage,
            row.amount_msat,
            row.description,
            row.created_at,
            row.expires_at,
        )
