"""The receipts made since Ashore was opened: as long as nothing new is known, there is one of a withdrawal."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from ashore.domain.receipt import Receipt

MOST = 12
"""Of so many withdrawals one is kept. Each may have some megabytes of proofs."""


class KeptReceipts:
    """In memory alone. A signature that was not saved, and the hash of a code that was shown, outlive the page."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Receipt] = OrderedDict()

    def keep(self, receipt: Receipt) -> None:
        """Keep one of this wallet itself, with its signature; the one before of the same withdrawal is let go."""
        self._kept.pop(receipt.withdrawal, None)
        self._kept[receipt.withdrawal] = receipt
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def instead_of(self, made: Receipt) -> Receipt:
        """The one that was kept, where the one just made tells nothing else but another time; else that, kept now."""
        kept = self._kept.get(made.withdrawal)
        if kept is None or replace(made, made_at=kept.made_at, signature=kept.signature) != kept:
            kept = made
        self.keep(kept)
        return kept
