"""What the operator must not forget, in SQLite: accepted transactions, outcomes, blocks, signed L1 transactions.

Everything else is folded from it. A restart after a crash reads it and goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ashore.sandbox.sent import SentMemory

_SCHEMA = """
create table if not exists submissions(
    seq integer primary key, tx_hash text not null unique, tx text not null, accepted_us integer not null,
    duplicates integer not null default 0, success integer, fail_reason text, executed_us integer,
    block integer, position integer) strict;
create table if not exists blocks(
    number integer primary key, batch integer not null, timestamp integer not null, root blob not null) strict;
"""


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """An accepted transaction and what became of it."""

    tx_hash: str
    tx: str
    accepted_us: int
    duplicates: int
    success: int | None
    fail_reason: str | None
    executed_us: int | None
    block: int | None
    position: int | None


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A layer-2 block."""

    number: int
    batch: int
    timestamp: int
    root: bytes


class Journal(SentMemory):
    """The operator's memory.

    Args:
        path: the database file; None keeps it in memory.
    """

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, _SCHEMA)

    def submissions(self) -> list[SubmissionRow]:
        """All accepted transactions in the order of their acceptance."""
        rows = self._db.execute(
            "select tx_hash, tx, accepted_us, duplicates, success, fail_reason, executed_us, block, position"
            " from submissions order by seq"
        )
        return [SubmissionRow(*row) for row in rows]

    def accept(self, tx_hash: str, tx: str, accepted_us: int) -> None:
        """Remember an accepted transaction."""
        self._db.execute("insert into submissions(tx_hash, tx, accepted_us) values(?,?,?)", (tx_hash, tx, accepted_us))

    def count_duplicate(self, tx_hash: str) -> None:
        """Remember that a transaction came again."""
        self._db.execute("update submissions set duplicates = duplicates + 1 where tx_hash = ?", (tx_hash,))

    def executed(self, tx_hash: str, fail_reason: str | None, executed_us: int) -> None:
        """Remember an execution; no reason means success."""
        self._db.execute(
            "update submissions set success = ?, fail_reason = ?, executed_us = ? where tx_hash = ?",
            (int(fail_reason is None), fail_reason, executed_us, tx_hash),
        )

    def included(self, tx_hash: str, block: int, position: int) -> None:
        """Remember the place in a layer-2 block."""
        self._db.execute("update submissions set block = ?, position = ? where tx_hash = ?", (block, position, tx_hash))

    def blocks(self) -> list[BlockRow]:
        """All layer-2 blocks, oldest first."""
        return [
            BlockRow(*row) for row in self._db.execute("select number, batch, timestamp, root from blocks order by 1")
        ]

    def sealed(self, block: BlockRow) -> None:
        """Remember a layer-2 block."""
        self._db.execute(
            "insert into blocks(number, batch, timestamp, root) values(?,?,?,?)",
            (block.number, block.batch, block.timestamp, block.root),
        )
