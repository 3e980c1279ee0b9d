"""Key-value stores under the embedded chain: memory, or one SQLite file that survives a killed process."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eth.db.backends.base import BaseDB
from eth.db.backends.memory import MemoryDB


class MemoryStore(MemoryDB):
    """Keeps everything in memory; a transaction is only a bracket."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group writes. In memory there is nothing to make durable."""
        yield

    def close(self) -> None:
        """Release nothing; here so that both stores end alike."""


class SqliteStore(BaseDB):
    """A key-value table in a SQLite file in WAL mode.

    `synchronous=NORMAL` is enough: a committed transaction survives the death of the process, and a practice chain
    need not survive the loss of power.
    """

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("pragma journal_mode=wal")
        self._connection.execute("pragma synchronous=normal")
        self._connection.execute("create table if not exists kv(k blob primary key, v blob not null) without rowid")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes inside durable together, or none of them."""
        self._connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __getitem__(self, key: bytes) -> bytes:
        row = self._connection.execute("select v from kv where k=?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return bytes(row[0])

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._connection.execute("insert or replace into kv values(?,?)", (key, value))

    def __delitem__(self, key: bytes) -> None:
        if self._connection.execute("delete from kv where k=?", (key,)).rowcount == 0:
            raise KeyError(key)

    def _exists(self, key: bytes) -> bool:
        return self._connection.execute("select 1 from kv where k=?", (key,)).fetchone() is not None
