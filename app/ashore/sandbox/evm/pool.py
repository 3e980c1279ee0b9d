"""Transactions that wait to be mined."""

from collections.abc import Callable, Iterator, Sequence

import rlp  # type: ignore[import-untyped]
from eth.abc import SignedTransactionAPI

from ashore.sandbox.evm.admission import decode_transaction
from ashore.sandbox.evm.errors import ChainError

MAX_PENDING = 4096
# A replacement must raise both fees by this many per cent (geth's price bump).
PRICE_BUMP_PERCENT = 10


class TransactionPool:
    """Pending transactions by sender and nonce, in order of arrival.

    Nonces with a gap before them wait in the queue. Not locked: the chain's lock protects it.
    """

    def __init__(self) -> None:
        self._by_hash: dict[bytes, SignedTransactionAPI] = {}

    @classmethod
    def decoded(cls, raw: bytes | None) -> "TransactionPool":
        """Read what `encoded` wrote; None is an empty pool."""
        pool = cls()
        for one in [] if raw is None else rlp.decode(raw):
            pool.add(decode_transaction(one))
        return pool

    def encoded(self) -> bytes:
        """Return the pool's content as bytes."""
        return bytes(rlp.encode([one.encode() for one in self]))

    def __iter__(self) -> Iterator[SignedTransactionAPI]:
        return iter(tuple(self._by_hash.values()))

    def __len__(self) -> int:
        return len(self._by_hash)

    def get(self, transaction_hash: bytes) -> SignedTransactionAPI | None:
        """Return the pending transaction with this hash, or None."""
        return self._by_hash.get(transaction_hash)

    def add(self, transaction: SignedTransactionAPI) -> None:
        """Take a transaction, or let it replace the one with the same sender and nonce.

        Raises:
            ChainError: already known, a replacement that does not pay enough, or a full pool.
        """
        if transaction.hash in self._by_hash:
            raise ChainError("already known")
        rival = next((one for one in self if _same_place(one, transaction)), None)
        if rival is not None:
            if not _outbids(transaction, rival):
                raise ChainError("replacement transaction underpriced")
            del self._by_hash[rival.hash]
        elif len(self) >= MAX_PENDING:
            raise ChainError("txpool is full")
        self._by_hash[transaction.hash] = transaction

    def discard(self, transaction_hash: bytes) -> None:
        """Forget a transaction, if it is here."""
        self._by_hash.pop(transaction_hash, None)

    def next_nonce(self, sender: bytes, account_nonce: int) -> int:
        """Return the first nonce from `account_nonce` that no pending transaction of the sender uses."""
        used = {one.nonce for one in self if one.sender == sender}
        nonce = account_nonce
        while nonce in used:
            nonce += 1
        return nonce

    def drop_used(self, nonce_of: Callable[[bytes], int]) -> None:
        """Forget every transaction whose nonce its account has passed."""
        for one in self:
            if one.nonce < nonce_of(bytes(one.sender)):
                self.discard(one.hash)

    def select(
        self, base_fee: int, gas_limit: int, nonce_of: Callable[[bytes], int], balance_of: Callable[[bytes], int]
    ) -> list[SignedTransactionAPI]:
        """Choose what the next block carries: by arrival, each sender's in nonce order, only what can pay."""
        chosen: list[SignedTransactionAPI] = []
        nonces: dict[bytes, int] = {}
        funds: dict[bytes, int] = {}
        waiting = list(self)
        progress = True
        while progress:
            progress = False
            for one in tuple(waiting):
                sender = bytes(one.sender)
                cost = one.gas * one.max_fee_per_gas + one.value
                if one.nonce != nonces.setdefault(sender, nonce_of(sender)) or one.gas > gas_limit:
                    continue
                if one.max_fee_per_gas < base_fee or cost > funds.setdefault(sender, balance_of(sender)):
                    continue
                chosen.append(one)
                waiting.remove(one)
                nonces[sender] += 1
                funds[sender] -= cost
                gas_limit -= one.gas
                progress = True
        return chosen


def in_order(
    transactions: Sequence[SignedTransactionAPI], nonce_of: Callable[[bytes], int]
) -> tuple[list[SignedTransactionAPI], list[SignedTransactionAPI]]:
    """Those whose nonces follow on one another, and those with a gap before them."""
    nonces: dict[bytes, int] = {}
    placed: list[SignedTransactionAPI] = []
    waiting: list[SignedTransactionAPI] = []
    for one in transactions:
        sender = bytes(one.sender)
        follows = one.nonce == nonces.setdefault(sender, nonce_of(sender))
        nonces[sender] += follows
        (placed if follows else waiting).append(one)
    return placed, waiting


def _same_place(one: SignedTransactionAPI, other: SignedTransactionAPI) -> bool:
    return bool(one.nonce == other.nonce and one.sender == other.sender)


def _outbids(new: SignedTransactionAPI, old: SignedTransactionAPI) -> bool:
    factor = 100 + PRICE_BUMP_PERCENT
    return bool(
        new.max_fee_per_gas * 100 >= old.max_fee_per_gas * factor
        and new.max_priority_fee_per_gas * 100 >= old.max_priority_fee_per_gas * factor
    )
