"""Receiving with a wallet that Ashore has no connection to: its owner pastes the invoice and looks there."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable

from ashore.lightning.backends import (
    CaughtUp,
    Identity,
    InvoiceRequest,
    Limits,
    MadeInvoice,
    MaySpend,
    Receipt,
    ReceiptState,
    Trouble,
)
from ashore.lightning.errors import InvoiceRefused

CHECK_THERE = "Ashore cannot see this wallet: check there."
MAX_INVOICE = 4_096
_PREFIX = "lightning:"


class PastedInvoice:
    """One invoice of a wallet that Ashore cannot see. Raises InvoiceRefused for a text that can be no invoice."""

    def __init__(self, text: str) -> None:
        bare = text.strip()
        if bare.lower().startswith(_PREFIX):
            bare = bare[len(_PREFIX) :].removeprefix("//")
        if not bare:
            raise InvoiceRefused("There is no invoice yet.", "Make one in your wallet and paste it here.")
        if len(bare) > MAX_INVOICE or not bare.isascii() or not bare.isalnum() or not bare.lower().startswith("ln"):
            raise InvoiceRefused(
                "This is not a Lightning invoice.", "Paste the whole invoice: one long word that begins with ln."
            )
        self._text = bare

    async def identity(self) -> Identity:
        """Return that nothing is known about this wallet."""
        return Identity("pasted", "Another wallet", None, None, False, MaySpend.NO, CHECK_THERE)

    async def limits(self) -> Limits:
        """Return that the amount stands in the invoice and the wallet's limits are its own."""
        return Limits(1, None, 1, "The amount stands in the invoice; what your wallet can receive, it knows itself.")

    async def make(self, request: InvoiceRequest) -> MadeInvoice:  # noqa: ARG002 - the invoice is there already
        """Return the invoice as it was pasted."""
        return MadeInvoice(self._text, None)

    async def look_up(self, payment_hash: str, reference: str) -> Receipt:  # noqa: ARG002 - there is nobody to ask
        """Return that this is not known here, and never will be."""
        return Receipt(ReceiptState.UNKNOWN_HERE, payment_hash)

    async def watch(
        self,
        payment_hashes: Iterable[str],
        trouble: Trouble | None = None,  # noqa: ARG002
    ) -> AsyncGenerator[Receipt, None]:
        """Yield once that it is not known here, and end: there is nothing to wait for."""
        for payment_hash in dict.fromkeys(payment_hashes):
            yield Receipt(ReceiptState.UNKNOWN_HERE, payment_hash)

    async def catch_up(self, cursor: str | None) -> CaughtUp:  # noqa: ARG002
        """Return nothing, which is all there will be."""
        return CaughtUp((), "", complete=True)
