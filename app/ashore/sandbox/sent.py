"""What every operator of the sandbox keeps of its L1 transactions: signed ones before they leave, and single facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ashore.sandbox.memory import Memory

_SCHEMA = """
create table if not exists outbox(
    seq integer primary key, sender text not null, nonce integer not null, kind text not null, batch integer not null,
    attempt integer not null, subject text not null, tx_hash text not null, raw blob not null,
    unique(kind, batch, attempt, subject)) strict;
create table if not exists facts(name text primary key, value text not null) strict;
"""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An L1 transaction, signed and written down before it is sent."""

    sender: str
    nonce: int
    kind: str
    batch: int
    attempt: int
    subject: str
    """What it is about: empty for a whole batch, the layer-2 hash for a payout."""
    tx_hash: str
    raw: bytes


class SentMemory(Memory):
    """A memory with an outbox.

    Args:
        path: the database file; None keeps it in memory.
        schema: statements that make the operator's own tables.
    """

    def __init__(self, path: Path | None, schema: str) -> None:
        super().__init__(path, schema + _SCHEMA)

    def outbox(self) -> list[OutboxRow]:
        """All signed L1 transactions in the order of signing."""
        rows = self._db.execute(
            "select sender, nonce, kind, batch, attempt, subject, tx_hash, raw from outbox order by seq"
        )
        return [OutboxRow(*row) for row in rows]

    def sent(self, row: OutboxRow) -> None:
        """Remember a signed L1 transaction; to be called before it leaves."""
        self._db.execute(
            "insert into outbox(sender, nonce, kind, batch, attempt, subject, tx_hash, raw) values(?,?,?,?,?,?,?,?)",
            (row.sender, row.nonce, row.kind, row.batch, row.attempt, row.subject, row.tx_hash, row.raw),
        )

    def fact(self, name: str) -> str | None:
        """A remembered single value."""
        row = self._db.execute("select value from facts where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, name: str, value: str) -> None:
        """Remember a single value."""
        self._db.execute("insert or replace into facts(name, value) values(?,?)", (name, value))
