"""What survives closing beside the journal: followers' places, sightings, scans, drafts, settings."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ashore.store.database import Database, StoreError

MAX_PROOF_BYTES = 16 * 1024 * 1024
_DAMAGED_PROOF = "A stored proof is damaged.", "The evidence itself is not affected."


@dataclass(frozen=True, slots=True)
class Sighting:
    """A proven fact of a rollup's contract that is not one withdrawal's alone, such as a committed block.

    `subject` is what it is about (a block number, an owner and token), `body` JSON with the details.
    """

    profile: str
    chain: str
    kind: str
    subject: str
    block_number: int
    block_hash: str
    log_index: int
    body: str


def packed(proofs: Mapping[str, str]) -> dict[str, bytes]:
    """Compress proofs (content id -> canonical JSON) as they are stored. A batch's takes long enough for a worker."""
    return {name: zlib.compress(body.encode(), 6) for name, body in proofs.items()}


def unpacked(body: bytes) -> str:
    """Return the text of a proof as it is stored. Raises StoreError where it is damaged."""
    try:
        return zlib.decompressobj().decompress(body, MAX_PROOF_BYTES).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise StoreError(*_DAMAGED_PROOF) from error


class Keep:
    """Small durable tables."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def follower_state(self, chain: str) -> str | None:
        """The follower's place on a chain, as it was last written."""
        rows = self._db.read("SELECT state FROM followers WHERE chain = ?", chain)
        return str(rows[0][0]) if rows else None

    def set_follower_state(self, chain: str, state: str) -> None:
        """Write the follower's place. Call it after everything derived up to there is in the journal."""
        self._put("INSERT OR REPLACE INTO followers VALUES (?, ?)", chain, state)

    def add_sightings(self, sightings: Iterable[Sighting], proofs: Mapping[str, bytes]) -> None:
        """Write sightings and the proofs they name (content id -> as `packed` gives them) in one transaction.

        A sighting that is there already gets the new body: it may have been proven since.
        """
        with self._db.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO proofs VALUES (?, ?)", list(proofs.items()))
            connection.executemany(
                "INSERT INTO sightings"
                " (profile, chain, kind, subject, block_number, block_hash, log_index, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (profile, chain, block_hash, log_index, kind, subject)"
                " DO UPDATE SET body = excluded.body",
                [
                    (s.profile, s.chain, s.kind, s.subject, s.block_number, s.block_hash, s.log_index, s.body)
                    for s in sightings
                ],
            )

    def forget_blocks(self, chain: str, hashes: Iterable[str]) -> None:
        """Remove the sightings of blocks that were reorganised away."""
        with self._db.transaction() as connection:
            connection.executemany(
                "DELETE FROM sightings WHERE chain = ? AND block_hash = ?", [(chain, h) for h in hashes]
            )

    def sightings(self, profile: str) -> list[Sighting]:
        """All sightings of a profile, in the order of the chain."""
        rows = self._db.read(
            "SELECT profile, chain, kind, subject, block_number, block_hash, log_index, body FROM sightings"
            " WHERE profile = ? ORDER BY block_number, log_index, number",
            profile,
        )
        return [Sighting(*row) for row in rows]  # type: ignore[arg-type]

    def add_proofs(self, proofs: Mapping[str, str]) -> None:
        """Keep proofs: content id -> canonical JSON text."""
        self.add_sightings((), packed(proofs))

    def proof(self, proof_id: str) -> str | None:
        """Return a stored proof's canonical JSON text. Raises StoreError where it is damaged."""
        body = self.packed_proof(proof_id)
        return None if body is None else unpacked(body)

    def packed_proof(self, proof_id: str) -> bytes | None:
        """Return a stored proof as it is stored, to be `unpacked` in a worker. Raises StoreError."""
        rows = self._db.read("SELECT body FROM proofs WHERE id = ?", proof_id)
        if not rows:
            return None
        body = rows[0][0]
        if not isinstance(body, bytes):
            raise StoreError(*_DAMAGED_PROOF)
        return body

    def scan_cursor(self, place: str) -> str | None:
        """How far a scan had come at a place, as it was last written."""
        rows = self._db.read("SELECT cursor FROM scans WHERE place = ?", place)
        return str(rows[0][0]) if rows else None

    def scan_part(self, place: str, after: int) -> tuple[int, bytes] | None:
        """The next part of what a scan had found after the part of that number (0 for the first); None at the end."""
        rows = self._db.read(
            "SELECT number, body FROM scan_parts WHERE place = ? AND number > ? ORDER BY number LIMIT 1", place, after
        )
        return (int(str(rows[0][0])), bytes(rows[0][1])) if rows else None  # type: ignore[call-overload]

    def write_scan(self, scope: str, place: str, cursor: str, parts: Sequence[bytes], most: int) -> bool:
        """Write how far a scan of `scope` has come, with what it found since, in one transaction.

        Nothing is written where the place would have more than `most` bytes of parts then. Returns whether it was.
        """
        rows = self._db.read("SELECT bytes FROM scans WHERE place = ?", place)
        size = (int(str(rows[0][0])) if rows else 0) + sum(map(len, parts))
        if size > most:
            return False
        with self._db.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO scans VALUES (?, ?, ?, ?)", (place, scope, cursor, size))
            connection.executemany(
                "INSERT INTO scan_parts (place, body) VALUES (?, ?)", [(place, part) for part in parts]
            )
        return True

    def forget_scan(self, place: str) -> None:
        """Remove all that is known of a scan at a place."""
        with self._db.transaction() as connection:
            connection.execute("DELETE FROM scan_parts WHERE place = ?", (place,))
            connection.execute("DELETE FROM scans WHERE place = ?", (place,))

    def forget_scans(self, scope: str, but: Iterable[str]) -> None:
        """Remove all scans of `scope` but those at these places, such as those of a contract of before."""
        kept = json.dumps(list(but))
        gone = "SELECT place FROM scans WHERE scope = ? AND place NOT IN (SELECT value FROM json_each(?))"
        with self._db.transaction() as connection:
            connection.execute(f"DELETE FROM scan_parts WHERE place IN ({gone})", (scope, kept))  # noqa: S608 no input
            connection.execute(
                "DELETE FROM scans WHERE scope = ? AND place NOT IN (SELECT value FROM json_each(?))", (scope, kept)
            )

    def draft(self, form: str) -> dict[str, str]:
        """The unfinished form of that name, empty where there is none."""
        rows = self._db.read("SELECT fields FROM drafts WHERE form = ?", form)
        raw = json.loads(str(rows[0][0])) if rows else {}
        return {str(k): str(v) for k, v in raw.items()}

    def set_draft(self, form: str, fields: dict[str, str]) -> None:
        """Keep an unfinished form."""
        self._put("INSERT OR REPLACE INTO drafts VALUES (?, ?)", form, json.dumps(fields))

    def setting(self, key: str, default: str) -> str:
        """A setting's value."""
        rows = self._db.read("SELECT value FROM settings WHERE key = ?", key)
        return str(rows[0][0]) if rows else default

    def set_setting(self, key: str, value: str) -> None:
        """Keep a setting."""
        self._put("INSERT OR REPLACE INTO settings VALUES (?, ?)", key, value)

    def _put(self, sql: str, *values: str) -> None:
        with self._db.transaction() as connection:
            connection.execute(sql, values)
