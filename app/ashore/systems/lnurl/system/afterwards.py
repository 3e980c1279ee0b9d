"""Looks now and then whether what was taken for unpaid was paid after all: one listing a wallet, not one an invoice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ashore.domain.withdrawal import Withdrawal
from ashore.lightning.backends import Receipt, ReceiptState
from ashore.lightning.errors import BackendError
from ashore.systems.lnurl.system.receivers import PASTED, Receiver, Receivers

EVERY_MS = 600_000
"""How often a wallet is asked what it was paid since the last time."""

MOST_ASKED = 40
"""Invoices, the newest ones, that are asked about one by one where a wallet cannot list what it was paid."""


class Places(Protocol):
    """Remembers over restarts up to where a wallet's payments were looked through."""

    def place(self, receiver: str) -> str:
        """The cursor of that wallet; empty where there is none yet."""

    def set_place(self, receiver: str, cursor: str) -> None:
        """Keep it. Only called once everything found up to there is journaled."""


@dataclass(frozen=True, slots=True)
class Found:
    """A withdrawal that had ended, and what its wallet says of its invoice."""

    withdrawal: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class _Unwritten:
    """Where a wallet's place will be once these withdrawals are written down as paid."""

    cursor: str
    withdrawals: frozenset[str]


class Afterwards:
    """The wallets' payments, looked through for withdrawals that ended without money."""

    def __init__(self, receivers: Receivers, places: Places, hash_of: Callable[[Withdrawal], str]) -> None:
        """`hash_of` names a withdrawal's invoice by its payment hash."""
        self._receivers = receivers
        self._places = places
        self._hash_of = hash_of
        self._next: dict[str, int] = {}
        self._unwritten: dict[str, _Unwritten] = {}

    async def look(self, stopped: Sequence[Withdrawal], now_ms: int) -> tuple[Found, ...]:
        """Ask those wallets whose turn it is. One that does not answer has its turn again."""
        self._write_places({state.id for state in stopped})
        found: list[Found] = []
        by_wallet: dict[str, list[Withdrawal]] = {}
        for state in stopped:
            by_wallet.setdefault(state.terms.account, []).append(state)
        for name, ended in by_wallet.items():
            receiver = self._receivers.get(name)
            if receiver is None or name == PASTED or now_ms < self._next.get(name, 0):
                continue
            self._next[name] = now_ms + EVERY_MS
            try:
                found += await self._ask(receiver, {self._hash_of(state): state.id for state in ended})
            except BackendError:
                continue
        return tuple(found)

    def _write_places(self, stopped: set[str]) -> None:
        """Move a wallet's place on once what was found there has left the stopped ones: then it is journaled."""
        for name, unwritten in tuple(self._unwritten.items()):
            if unwritten.withdrawals & stopped:
                self._next[name] = 0  # it could not be written down: it has to be found again
            else:
                self._places.set_place(name, unwritten.cursor)
            del self._unwritten[name]

    async def _ask(self, receiver: Receiver, ended: dict[str, str]) -> list[Found]:
        """What one wallet tells of these invoices (payment hash to withdrawal). Raises BackendError."""
        before = self._places.place(receiver.id)
        caught_up = await receiver.backend.catch_up(before or None)
        listed = [receipt.payment_hash for receipt in caught_up.receipts if receipt.payment_hash in ended]
        if not before or not caught_up.cursor:
            listed = list(ended)[-MOST_ASKED:]  # nothing is known of the time before a first place
        found = []
        for payment_hash in dict.fromkeys(listed):
            receipt = await receiver.backend.look_up(payment_hash, "")
            if receipt.state is ReceiptState.SETTLED and receipt.payment_hash.lower() == payment_hash:
                found.append(Found(ended[payment_hash], receipt))
        if found:
            self._unwritten[receiver.id] = _Unwritten(caught_up.cursor, frozenset(each.withdrawal for each in found))
        elif caught_up.cursor != before:
            self._places.set_place(receiver.id, caught_up.cursor)
        if caught_up.cursor and not caught_up.complete:
            self._next[receiver.id] = 0
        return found
