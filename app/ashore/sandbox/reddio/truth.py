"""What really happened to each request, from the operator's memory and the chain: tests compare with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from ashore.sandbox.reddio.book import Book
from ashore.sandbox.reddio.catalogue import Catalogue
from ashore.sandbox.reddio.ethereum import Ethereum
from ashore.sandbox.reddio.journal import RequestRow, Way
from ashore.sandbox.reddio.operator import Operator
from ashore.sandbox.reddio.stages import Status
from ashore.systems.reddio.codec import hex_of


class Truth:
    """The ground truth."""

    def __init__(
        self,
        catalogue: Catalogue,
        book: Book,
        operator: Operator,
        ethereum: Ethereum,
        status: Callable[[RequestRow], Status],
    ) -> None:
        self._catalogue = catalogue
        self._book = book
        self._operator = operator
        self._ethereum = ethereum
        self._status = status

    def withdrawals(self) -> list[dict[str, Any]]:
        """What leaves layer 2, with what L1 allowed and what was claimed of it.

        One claim takes all that is pending of an owner and asset; it is attributed in the order of the requests.
        """
        left = [[claim, claim.amount] for claim in self._ethereum.claims()]
        rows = [row for row in self._book.requests.values() if row.way.leaves]
        return [self._withdrawal(row, left) for row in rows]

    def transfers(self) -> list[dict[str, Any]]:
        """What goes from vault to vault."""
        return [self._told(row) for row in self._book.requests.values() if row.way is Way.TRANSFER]

    def claims(self) -> list[dict[str, str]]:
        """All payouts, also those in vain."""
        return [claim.json() for claim in self._ethereum.claims()]

    def registered(self) -> dict[str, str]:
        """Addresses by the Stark keys registered for them."""
        return {hex_of(key): "0x" + address.hex() for key, address in self._ethereum.registrations().items()}

    def balances(self) -> dict[str, dict[str, str]]:
        """What each owner may spend on layer 2, in quanta, without what is zero."""
        told = {}
        for owner in self._book.owners():
            amounts = {key: self._book.available(owner, key) for key in self._book.holdings(owner)}
            told[hex_of(owner)] = {hex_of(key): str(quanta) for key, quanta in amounts.items() if quanta}
        return told

    def conservation(self) -> dict[int, tuple[int, int, int, int]]:
        """By asset id, in quanta: on layer 2 (with what is on its way), pending on L1, paid on L1, put in.

        The first three make the fourth, always.
        """
        on_layer_2, pending, paid, put_in = (Counter[int]() for _ in range(4))
        for credit in self._book.credits:
            put_in[credit.asset_id] += credit.quanta
        for owner in self._book.owners():
            for asset_id in self._book.holdings(owner):
                on_layer_2[asset_id] += self._book.available(owner, asset_id)
        places = set()
        for row in self._book.leaving():
            if self._operator.is_on_l1(row):
                places.add((row.receiver, row.asset_id))
            else:
                on_layer_2[row.asset_id] += row.quanta
        for owner_key, asset_id in places:
            pending[asset_id] += self._ethereum.pending(owner_key, asset_id)
        for claim in self._ethereum.claims():
            paid[claim.asset_id] += claim.amount // self._catalogue[claim.asset_id][0].quantum
        return {key: (on_layer_2[key], pending[key], paid[key], put_in[key]) for key in put_in}

    def _withdrawal(self, row: RequestRow, left: list[list[Any]]) -> dict[str, Any]:
        update_tx = self._operator.update_tx(row.batch)
        quantum = self._catalogue[row.asset_id][0].quantum
        allowed = row.quanta * quantum if update_tx is not None else 0
        claimed, claimed_by = 0, list[str]()
        for entry in left:
            claim, rest = entry
            mine = (claim.owner_key, claim.asset_id) == (row.receiver, row.asset_id)
            if mine and rest and claimed < allowed:
                share = min(rest, allowed - claimed)
                entry[1] -= share
                claimed += share
                claimed_by.append(claim.tx)
        return self._told(row) | {
            "update_tx": update_tx,
            "allowed_l1": str(allowed),
            "claimed_l1": str(claimed),
            "claimed_by": claimed_by,
        }

    def _told(self, row: RequestRow) -> dict[str, Any]:
        return {
            "sequence_id": row.sequence_id,
            "way": row.way.value,
            "stark_key": hex_of(row.owner_key),
            "receiver": f"{row.receiver:#042x}" if row.receiver < 1 << 160 else hex_of(row.receiver),
            "owner_key": hex_of(row.receiver),
            "asset_id": hex_of(row.asset_id),
            "quanta": str(row.quanta),
            "nonce": row.nonce,
            "duplicates": row.duplicates,
            "status": self._status(row).value,
            "resp": row.resp,
            "batch": row.batch,
        }
