"""A durable memory for a part of the sandbox: what was answered must never be forgotten, not even by a power cut."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Memory:
    """One SQLite file.

    Args:
        path: the file; None keeps it in memory.
        schema: statements that make the tables where they are missing.
    """

    def __init__(self, path: Path | None, schema: str) -> None:
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=full")
        self._db.executescript(schema)

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Write everything inside or nothing."""
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")
