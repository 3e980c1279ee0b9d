"""What the chain writes beside its blocks: its id, how often it was reorganised, what waits, what is final, and where
each transaction stands."""

from ashore.sandbox.evm.pool import TransactionPool
from ashore.sandbox.evm.storage import MemoryStore, SqliteStore

_CHAIN_ID = b"ashore/chain-id"
_FORKS = b"ashore/forks"
_POOL = b"ashore/pool"
_FINALIZED = b"ashore/finalized"
_TRANSACTION = b"ashore/transaction/"


class ChainFile:
    """Those entries of the chain's own store. Who writes several of them together opens the transaction."""

    def __init__(self, store: MemoryStore | SqliteStore) -> None:
        self._store = store

    @property
    def chain_id(self) -> int | None:
        """The id of the chain that the store holds; None where it holds none yet."""
        return int.from_bytes(self._store[_CHAIN_ID], "big") if _CHAIN_ID in self._store else None

    def set_chain_id(self, chain_id: int) -> None:
        """Write whose chain this is."""
        self._store[_CHAIN_ID] = chain_id.to_bytes(8, "big")

    @property
    def forks(self) -> int:
        """How often the chain was reorganised."""
        return int.from_bytes(self._store[_FORKS], "big") if _FORKS in self._store else 0

    def count_fork(self) -> None:
        """The chain is being reorganised once more."""
        self._store[_FORKS] = (self.forks + 1).to_bytes(4, "big")

    @property
    def finalized(self) -> int:
        """Number of the newest finalized block."""
        return int.from_bytes(self._store[_FINALIZED], "big") if _FINALIZED in self._store else 0

    def set_finalized(self, number: int) -> None:
        """Write the number of the newest finalized block."""
        self._store[_FINALIZED] = number.to_bytes(8, "big")

    def pool(self) -> TransactionPool:
        """The transactions that waited when it was written last."""
        return TransactionPool.decoded(self._store.get(_POOL, None))

    def set_pool(self, pool: TransactionPool) -> None:
        """Write the transactions that wait."""
        self._store[_POOL] = pool.encoded()

    def place(self, transaction_hash: bytes) -> tuple[int, int] | None:
        """Number of the block and index of a mined transaction, or None."""
        key = _TRANSACTION + transaction_hash
        if key not in self._store:
            return None
        place = self._store[key]
        return int.from_bytes(place[:8], "big"), int.from_bytes(place[8:], "big")

    def set_place(self, transaction_hash: bytes, number: int, index: int) -> None:
        """Write where a transaction was mined."""
        self._store[_TRANSACTION + transaction_hash] = number.to_bytes(8, "big") + index.to_bytes(4, "big")

    def forget_place(self, transaction_hash: bytes) -> None:
        """The block of this transaction is gone."""
        self._store.delete(_TRANSACTION + transaction_hash)
