"""What Reddio's operator must not forget: requests and what became of them, vaults, batches, L1 transactions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ashore.sandbox.reddio.stages import Status
from ashore.sandbox.sent import SentMemory

# Field elements are longer than SQLite's integers, and kept as hexadecimal text.
_SCHEMA = """
create table if not exists requests(
    sequence_id integer primary key, way text not null, owner_key text not null, receiver text not null,
    asset_id text not null, quanta integer not null, vault_id integer not null, receiver_vault_id integer not null,
    nonce integer not null, expiration integer not null, r text not null, s text not null,
    received integer not null, duplicates integer not null default 0, status integer not null default 0,
    resp text not null default '', batch integer) strict;
create table if not exists vaults(
    owner_key text not null, asset_id text not null, vault_id integer not null, unique(owner_key, asset_id)) strict;
create table if not exists batches(id integer primary key, sealed integer not null) strict;
"""
FIRST_SEQUENCE_ID = 300_001


class Way(StrEnum):
    """What a request asks for."""

    WITHDRAWAL_TO = "withdrawalto"
    WITHDRAWAL = "withdrawal"
    TRANSFER = "transfers"
    FULL_WITHDRAWAL = "full"
    """Demanded on Ethereum."""

    @property
    def leaves(self) -> bool:
        """Whether it takes something out of layer 2."""
        return self is not Way.TRANSFER


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request that was taken in. Amounts are quanta; `received` is unix seconds, `expiration` hours.

    Attributes:
        receiver: the key that it goes to: an Ethereum address as a number, a Stark key, or the owner's own key.
        nonce: -1 for what has none, as it is not signed; then `r` and `s` are 0.
        status: what the operator decided; that it is on layer 1 follows from the chain alone.
        resp: why it failed.
        batch: where it was sealed.
    """

    sequence_id: int
    way: Way
    owner_key: int
    receiver: int
    asset_id: int
    quanta: int
    vault_id: int
    receiver_vault_id: int
    nonce: int
    expiration: int
    r: int
    s: int
    received: int
    duplicates: int = 0
    status: Status = Status.SUBMITTED
    resp: str = ""
    batch: int | None = None


class ReddioJournal(SentMemory):
    """The operator's memory.

    Args:
        path: the database file; None keeps it in memory.
    """

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, _SCHEMA)

    def requests(self) -> list[RequestRow]:
        """All requests in the order in which they came."""
        rows = self._db.execute(
            "select sequence_id, way, owner_key, receiver, asset_id, quanta, vault_id, receiver_vault_id, nonce,"
            " expiration, r, s, received, duplicates, status, resp, batch from requests order by 1"
        )
        return [_request(row) for row in rows]

    def take(self, row: RequestRow) -> None:
        """Remember a request that was taken in."""
        self._db.execute(
            "insert into requests(sequence_id, way, owner_key, receiver, asset_id, quanta, vault_id,"
            " receiver_vault_id, nonce, expiration, r, s, received) values(?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                row.sequence_id,
                row.way.value,
                f"{row.owner_key:x}",
                f"{row.receiver:x}",
                f"{row.asset_id:x}",
                row.quanta,
                row.vault_id,
                row.receiver_vault_id,
                row.nonce,
                row.expiration,
                f"{row.r:x}",
                f"{row.s:x}",
                row.received,
            ),
        )

    def count_duplicate(self, sequence_id: int) -> None:
        """Remember that a request came again."""
        self._db.execute("update requests set duplicates = duplicates + 1 where sequence_id = ?", (sequence_id,))

    def decided(self, sequence_id: int, status: Status, resp: str) -> None:
        """Remember what was decided about a request."""
        self._db.execute("update requests set status = ?, resp = ? where sequence_id = ?", (status, resp, sequence_id))

    def vaults(self) -> dict[tuple[int, int], int]:
        """All vaults by owner key and asset id."""
        rows = self._db.execute("select owner_key, asset_id, vault_id from vaults order by vault_id")
        return {(int(owner, 16), int(asset, 16)): int(vault) for owner, asset, vault in rows}

    def opened(self, owner_key: int, asset_id: int, vault_id: int) -> None:
        """Remember a vault."""
        self._db.execute(
            "insert into vaults(owner_key, asset_id, vault_id) values(?,?,?)",
            (f"{owner_key:x}", f"{asset_id:x}", vault_id),
        )

    def batches(self) -> list[int]:
        """The numbers of all sealed batches."""
        return [int(row[0]) for row in self._db.execute("select id from batches order by 1")]

    def sealed(self, batch: int, moment: int, sequence_ids: list[int]) -> None:
        """Remember a batch with its requests, at once."""
        with self.atomic():
            self._db.execute("insert into batches(id, sealed) values(?,?)", (batch, moment))
            self._db.executemany(
                "update requests set batch = ?, status = ? where sequence_id = ?",
                [(batch, Status.ON_LAYER_2, one) for one in sequence_ids],
            )


def _request(row: tuple[object, ...]) -> RequestRow:
    text = [str(value) for value in row]
    return RequestRow(
        sequence_id=int(text[0]),
        way=Way(text[1]),
        owner_key=int(text[2], 16),
        receiver=int(text[3], 16),
        asset_id=int(text[4], 16),
        quanta=int(text[5]),
        vault_id=int(text[6]),
        receiver_vault_id=int(text[7]),
        nonce=int(text[8]),
        expiration=int(text[9]),
        r=int(text[10], 16),
        s=int(text[11], 16),
        received=int(text[12]),
        duplicates=int(text[13]),
        status=Status(int(text[14])),
        resp=text[15],
        batch=None if row[16] is None else int(text[16]),
    )
