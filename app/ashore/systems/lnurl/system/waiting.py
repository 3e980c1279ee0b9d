"""Waits for wallets to say by themselves that an invoice was paid: a hint to ask, never believed as such."""

import asyncio
import contextlib
from collections.abc import Sequence

from ashore.domain.withdrawal import Withdrawal
from ashore.lightning.backends import ReceiptState
from ashore.systems.lnurl.system.plan import PAYMENT_HASH
from ashore.systems.lnurl.system.receivers import Receiver, Receivers

MOST = 200
"""Invoices of one wallet that are listened for; the others are asked about in their turn."""


class Awaited:
    """The invoices that are open now, by wallet."""

    def __init__(self, receivers: Receivers) -> None:
        self._receivers = receivers
        self._listened: list[tuple[Receiver, tuple[str, ...]]] = []
        self._changed = asyncio.Event()

    def follow(self, open_: Sequence[Withdrawal]) -> None:
        """Listen for these from now on, at the wallets that are connected now."""
        hashes: dict[str, tuple[str, ...]] = {}
        for state in open_:
            kept = hashes.get(state.terms.account, ())
            hashes[state.terms.account] = (*kept, state.terms.details[PAYMENT_HASH])[-MOST:]
        connected = [(self._receivers.get(name), wanted) for name, wanted in hashes.items()]
        listened = [(receiver, wanted) for receiver, wanted in connected if receiver is not None]
        if listened != self._listened:
            self._listened = listened
            self._changed.set()

    async def news(self) -> None:
        """Return when a wallet says that one of them was paid. Raises what listening stumbles over."""
        while True:
            self._changed.clear()
            listening = [asyncio.ensure_future(_paid(receiver, wanted)) for receiver, wanted in self._listened]
            changed = asyncio.ensure_future(self._changed.wait())
            try:
                await asyncio.wait([*listening, changed], return_when=asyncio.FIRST_COMPLETED)
                ended = [task for task in listening if task.done()]
                for hint in ended:
                    hint.result()
                if ended:
                    return
            finally:
                for task in (*listening, changed):
                    task.cancel()
                await asyncio.gather(*listening, changed, return_exceptions=True)


async def _paid(receiver: Receiver, hashes: Sequence[str]) -> None:
    """Return when the wallet says that one of these was paid; otherwise never."""
    async with contextlib.aclosing(receiver.backend.watch(hashes)) as receipts:
        async for receipt in receipts:
            if receipt.state is ReceiptState.SETTLED:
                return
    await asyncio.Event().wait()
