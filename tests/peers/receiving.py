"""The program's own backend on a wallet of LNbits, and what the tests ask of it."""

from __future__ import annotations

import random

from ashore.lightning.backends import InvoiceRequest, MadeInvoice, ReceiptState
from ashore.lightning.lnbits import LNbits
from ashore.lightning.watching import Rhythm
from ashore.net.http import HttpClient
from ashore.net.pacing import SystemClock
from peers.lnbits_server import LNbitsServer

_QUICK = Rhythm(first=0.05, longest=0.2)


def backend(http: HttpClient, server: LNbitsServer, key: str) -> LNbits:
    """The backend with a key of a wallet."""
    return LNbits(http, server.address, key, clock=SystemClock(), rng=random.Random(1), rhythm=_QUICK)


async def made(receiver: LNbits, amount_msat: int = 15_000, description: str = "a voucher") -> MadeInvoice:
    """An invoice of the wallet."""
    return await receiver.make(InvoiceRequest("a reference", amount_msat, description, 3_600))


async def state(receiver: LNbits, invoice: MadeInvoice) -> ReceiptState:
    """What the wallet says about an invoice now."""
    assert invoice.payment_hash is not None
    return (await receiver.look_up(invoice.payment_hash, "a reference")).state
