"""One SQLite file, one writer: opening, pragmas, migrations."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ashore.domain.errors import AshoreError

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        withdrawal TEXT NOT NULL,
        name TEXT NOT NULL,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_of ON events (withdrawal, seq);
    CREATE TRIGGER events_are_kept BEFORE DELETE ON events BEGIN
        SELECT raise(ABORT, 'the journal is append-only');
    END;
    CREATE TRIGGER events_are_final BEFORE UPDATE ON events BEGIN
        SELECT raise(ABORT, 'the journal is append-only');
    END;
    CREATE TABLE proofs (id TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE withdrawals (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        profile TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        status TEXT NOT NULL,
        open INTEGER NOT NULL,
        stage TEXT NOT NULL,
        mark TEXT NOT NULL,
        searchable TEXT NOT NULL
    ) STRICT;
    CREATE INDEX withdrawals_newest ON withdrawals (started_at DESC, number DESC);
    CREATE INDEX withdrawals_open ON withdrawals (open) WHERE open = 1;
    CREATE TABLE followers (chain TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE sightings (
        number INTEGER PRIMARY KEY,
        profile TEXT NOT NULL,
        chain TEXT NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        block_number INTEGER NOT NULL,
        block_hash TEXT NOT NULL,
        log_index INTEGER NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (profile, chain, block_hash, log_index, kind, subject)
    ) STRICT;
    CREATE TABLE drafts (form TEXT PRIMARY KEY, fields TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    """,
    "CREATE INDEX events_started ON events (seq) WHERE name = 'withdrawal-started';",
    # Found by status and by every transaction too; what is still written to gets its words anew with that.
    """
    UPDATE withdrawals SET searchable = searchable || ' ' || CASE status
        WHEN 'final' THEN 'final done arrived irreversible'
        WHEN 'refused' THEN 'refused stopped'
        WHEN 'failed' THEN 'failed stopped'
        ELSE 'waiting under way open' END
        || ' ' || coalesce((
            SELECT group_concat(DISTINCT lower(json_extract(body, '$.evidence.tx_hash'))) FROM events
            WHERE withdrawal = withdrawals.id AND name = 'stage-reached'), '');
    """,
    # How far contracts' pasts were looked through, and the logs that were shown: hints, which can be had anew.
    """
    CREATE TABLE scans (
        place TEXT PRIMARY KEY, scope TEXT NOT NULL, cursor TEXT NOT NULL, bytes INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE scan_parts (number INTEGER PRIMARY KEY, place TEXT NOT NULL, body BLOB NOT NULL) STRICT;
    CREATE INDEX scan_parts_of ON scan_parts (place, number);
    """,
    # What was done with a voucher is asked for whenever a withdrawal changes: see store/names.py.
    """
    CREATE TABLE names (
        name TEXT NOT NULL, seq INTEGER NOT NULL, withdrawal TEXT NOT NULL, PRIMARY KEY (name, seq)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO names SELECT 'scope ' || json_extract(body, '$.profile') || ' ' || json_extract(body, '$.scope'),
        seq, withdrawal FROM events WHERE name = 'move-intended' AND json_extract(body, '$.scope') != '';
    INSERT INTO names SELECT 'link ' || json_extract(body, '$.terms.details."voucher.link"'), seq, withdrawal
        FROM events WHERE name = 'withdrawal-started'
        AND json_extract(body, '$.terms.details."voucher.link"') IS NOT NULL;
    """,
)


class StoreError(AshoreError):
    """The database cannot be used."""


class Database:
    """The wallet's database file. All access is from one thread (the event loop's)."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`. Raises StoreError where it is damaged, newer, or in use."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=2.0)
            self._prepare()
            path.chmod(0o600)
        except sqlite3.DatabaseError as error:
            raise StoreError(
                "The wallet's journal cannot be opened: the file is damaged or another program holds it.",
                f"Close other copies of Ashore, or restore {path.name} from a backup. ({error})",
            ) from error
        except OSError as error:
            raise StoreError(
                "The wallet's folder cannot be written.", f"Check the disk and its permissions. ({error.strerror})"
            ) from error

    def _prepare(self) -> None:
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.execute("PRAGMA foreign_keys=ON")
            self._connection.execute("PRAGMA trusted_schema=OFF")
            self._migrate()
        except BaseException:
            self._connection.close()  # or the file stays locked
            raise

    def _migrate(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise StoreError(
                "This journal was written by a newer Ashore.", "Install the newer version; nothing was changed."
            )
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            self._connection.executescript(f"BEGIN IMMEDIATE;{script};PRAGMA user_version={number};COMMIT;")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One atomic, durable change: committed with a flush to disk when the block ends, else undone.

        Raises StoreError where it cannot be written.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo()
            raise StoreError(
                "The wallet's journal cannot be written; nothing was changed.",
                f"Make room on the disk, close other copies of Ashore, and try again. ({error})",
            ) from error
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        if self._connection.in_transaction:  # SQLite may have rolled back by itself, as on a full disk
            self._connection.execute("ROLLBACK")

    def read(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Run a query and return its rows. Raises StoreError where the file cannot be read."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise StoreError(
                "The wallet's journal cannot be read; nothing was changed.",
                f"Check the disk, and start Ashore again. ({error})",
            ) from error

    def sound(self) -> bool:
        """Whether the file passes SQLite's quick check. Opens its own connection: may run in a worker thread."""
        try:
            with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)) as reader:
                return bool(reader.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
        except sqlite3.DatabaseError:
            return False

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
