"""Layer 2: who has what in which vault, which requests came, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ashore.sandbox.reddio.journal import FIRST_SEQUENCE_ID, ReddioJournal, RequestRow, Way
from ashore.sandbox.reddio.stages import Status
from ashore.systems.reddio.codec.limits import NEVER_EXPIRES, is_expired

_FIRST_VAULT = 23_400_429
GENESIS_BATCH = 1
"""The state update that takes in what the accounts begin with; it is made when the exchange is founded."""
_INSUFFICIENT = "insufficient available"
_IN_FORCE = (Status.ACCEPTED, Status.ON_LAYER_2)


@dataclass(frozen=True, slots=True)
class Credit:
    """What an account had from the beginning, in quanta: deposited on L1, or minted on layer 2."""

    owner_key: int
    asset_id: int
    quanta: int


class Book:
    """The ledger. All of it follows from the credits and the journal, so that it can be killed any moment.

    Args:
        journal: keeps every change before it is told to anybody.
        credits: what the accounts begin with.
    """

    def __init__(self, journal: ReddioJournal, credits: list[Credit]) -> None:
        self._journal = journal
        self.credits = credits
        self._available: Counter[tuple[int, int]] = Counter()
        self._nonces: dict[int, int] = {}
        self.requests: dict[int, RequestRow] = {}
        self._by_signature: dict[tuple[int, int], int] = {}
        self._vaults = journal.vaults()
        self._next_vault = max([_FIRST_VAULT - 1, *self._vaults.values()]) + 1
        for credit in credits:
            self._available[credit.owner_key, credit.asset_id] += credit.quanta
        for row in journal.requests():
            self._enter(row)
            if row.status in _IN_FORCE:
                self._move(row, 1)
        self.batches = journal.batches()

    # ------------------------------------------------------------------------------------------------ accounts

    def available(self, owner_key: int, asset_id: int) -> int:
        """What an owner may spend, in quanta."""
        return self._available[owner_key, asset_id]

    def holdings(self, owner_key: int) -> list[int]:
        """The ids of the assets that an owner has or had."""
        return [asset for owner, asset in self._available if owner == owner_key]

    def owners(self) -> list[int]:
        """All keys that have or had something."""
        return list(dict.fromkeys(owner for owner, _ in self._available))

    def total(self, asset_id: int) -> int:
        """What all owners together may spend of an asset."""
        return sum(quanta for (_, asset), quanta in self._available.items() if asset == asset_id)

    def nonce(self, stark_key: int) -> int:
        """The nonce that the next signed request of a key has to have."""
        return self._nonces.get(stark_key, 0)

    def set_nonce(self, stark_key: int, nonce: int) -> None:
        """Let a key begin at another nonce, as an account does that has a history."""
        self._nonces[stark_key] = nonce

    def vault(self, owner_key: int, asset_id: int) -> int | None:
        """The vault of an owner for an asset, if it has one."""
        return self._vaults.get((owner_key, asset_id))

    def open_vault(self, owner_key: int, asset_id: int, vault_id: int | None = None) -> int:
        """The vault of an owner for an asset; a new one where there is none yet, with this number if one is named."""
        known = self.vault(owner_key, asset_id)
        if known is not None:
            return known
        number = self._next_vault if vault_id is None else vault_id
        self._next_vault = max(self._next_vault, number + 1)
        self._journal.opened(owner_key, asset_id, number)
        self._vaults[owner_key, asset_id] = number
        return number

    def owner_of(self, vault_id: int) -> tuple[int, int] | None:
        """Owner key and asset id of a vault."""
        return next((place for place, number in self._vaults.items() if number == vault_id), None)

    # ------------------------------------------------------------------------------------------------ requests

    def next_sequence_id(self) -> int:
        """The number of the next request."""
        return max(self.requests, default=FIRST_SEQUENCE_ID - 1) + 1

    def take(self, row: RequestRow) -> None:
        """Take a request in."""
        self._journal.take(row)
        self._enter(row)

    def by_signature(self, r: int, s: int) -> RequestRow | None:
        """The request with this signature."""
        found = self._by_signature.get((r, s))
        return None if found is None else self.requests[found]

    def count_duplicate(self, row: RequestRow) -> None:
        """Remember that a request came again."""
        self._journal.count_duplicate(row.sequence_id)
        self.requests[row.sequence_id] = replace(row, duplicates=row.duplicates + 1)

    def waiting(self) -> list[RequestRow]:
        """What was taken in and not looked at yet."""
        return [row for row in self.requests.values() if row.status is Status.SUBMITTED]

    def unsealed(self) -> list[RequestRow]:
        """What was accepted and is in no batch yet."""
        return [row for row in self.requests.values() if row.status is Status.ACCEPTED]

    def in_batch(self, batch: int) -> list[RequestRow]:
        """The requests of a batch in their order."""
        return [row for row in self.requests.values() if row.batch == batch]

    def leaving(self) -> Iterator[RequestRow]:
        """The requests that take something out and are in force."""
        return (row for row in self.requests.values() if row.way.leaves and row.status in _IN_FORCE)

    def accept_all(self, now: int, failure: str | None) -> int:
        """Accept what waits, or let it fail for want of funds or for this reason; how many were looked at.

        Args:
            now: unix seconds.
        """
        waiting = self.waiting()
        for row in waiting:
            reason = failure or self._reason_against(row, now)
            self._decide(row, Status.FAILED if reason else Status.ACCEPTED, reason or "")
        return len(waiting)

    def serve(self, owner_key: int, vault_id: int, now: int) -> None:
        """Take out all of a vault that was demanded on Ethereum; nothing where it is not the owner's.

        Args:
            now: unix seconds.
        """
        owner, asset_id = self.owner_of(vault_id) or (0, self.credits[0].asset_id)
        quanta = self.available(owner_key, asset_id) if owner == owner_key else 0
        row = RequestRow(
            sequence_id=self.next_sequence_id(),
            way=Way.FULL_WITHDRAWAL,
            owner_key=owner_key,
            receiver=owner_key,
            asset_id=asset_id,
            quanta=quanta,
            vault_id=vault_id,
            receiver_vault_id=vault_id,
            nonce=-1,
            expiration=NEVER_EXPIRES,
            r=0,
            s=0,
            received=now,
        )
        self.take(row)
        self._decide(row, Status.ACCEPTED, "")

    def take_back(self, status: Status, resp: str) -> int:
        """Reject or roll back what is accepted and in no batch: everybody has again what they had; how many."""
        rows = [row for row in self.unsealed() if self._can_be_undone(row)]
        for row in rows:
            self._decide(row, status, resp)
        return len(rows)

    def seal(self, now: int) -> int | None:
        """Put everything accepted into a batch; its number."""
        rows = self.unsealed()
        if not rows:
            return None
        batch = max(self.batches, default=GENESIS_BATCH) + 1
        self._journal.sealed(batch, now, [row.sequence_id for row in rows])
        for row in rows:
            self.requests[row.sequence_id] = replace(row, batch=batch, status=Status.ON_LAYER_2)
        self.batches.append(batch)
        return batch

    def leaving_of(self, owner_key: int, is_on_l1: Callable[[RequestRow], bool]) -> Counter[int]:
        """Quanta by asset id that have left an owner's balance and are not on L1 yet."""
        found: Counter[int] = Counter()
        for row in self.leaving():
            if row.owner_key == owner_key and not is_on_l1(row):
                found[row.asset_id] += row.quanta
        return found

    def _enter(self, row: RequestRow) -> None:
        self.requests[row.sequence_id] = row
        if row.nonce >= 0:
            self._nonces[row.owner_key] = row.nonce + 1
            self._by_signature.setdefault((row.r, row.s), row.sequence_id)

    def _decide(self, row: RequestRow, status: Status, resp: str) -> None:
        self._journal.decided(row.sequence_id, status, resp)
        if row.status in _IN_FORCE:
            self._move(row, -1)
        if status in _IN_FORCE:
            self._move(row, 1)
        self.requests[row.sequence_id] = replace(row, status=status, resp=resp)

    def _move(self, row: RequestRow, sign: int) -> None:
        self._available[row.owner_key, row.asset_id] -= sign * row.quanta
        if row.way is Way.TRANSFER:
            self._available[row.receiver, row.asset_id] += sign * row.quanta

    def _reason_against(self, row: RequestRow, now: int) -> str:
        if self.available(row.owner_key, row.asset_id) < row.quanta:
            return _INSUFFICIENT
        return "expired" if is_expired(row.expiration, now) else ""

    def _can_be_undone(self, row: RequestRow) -> bool:
        if row.way is Way.FULL_WITHDRAWAL:
            return False
        return row.way is not Way.TRANSFER or self.available(row.receiver, row.asset_id) >= row.quanta
