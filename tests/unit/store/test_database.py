"""The file: what is written stays, and what cannot be used is said in a sentence."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from ashore.domain import events as ev
from ashore.store.database import MIGRATIONS, Database, StoreError
from ashore.store.journal import Journal
from unit.domain.event_strategies import started
from unit.store.store_bench import Bench, nothing

APP = Path(__file__).resolve().parents[3] / "app"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


@pytest.mark.parametrize("sql", ["DELETE FROM events", "UPDATE events SET body = '{}'", "DELETE FROM events WHERE 1=1"])
def test_the_journal_is_append_only(path: Path, sql: str) -> None:
    bench = Bench(path)
    bench.append(1, started())
    with pytest.raises(StoreError, match="nothing was changed"), bench.database.transaction() as connection:
        connection.execute(sql)
    assert [r.event for r in bench.journal.of("w")] == [started()]
    bench.append(2, ev.FactLearnt("w", "k", "v", "s"))
    bench.database.close()


def test_a_new_file_is_for_its_owner_alone_and_durable(path: Path) -> None:
    database = Database(path)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert database.read("PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert database.read("PRAGMA journal_mode") == [("wal",)]
    assert database.read("PRAGMA synchronous") == [(2,)]
    database.close()
    again = Database(path)
    assert again.sound()
    again.close()


def test_an_interrupted_migration_leaves_nothing_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Database(path).close()
    broken = (*MIGRATIONS, "CREATE TABLE more (x); CREATE TABLE events (x)")
    monkeypatch.setattr("ashore.store.database.MIGRATIONS", broken)
    with pytest.raises(StoreError):
        Database(path)
    monkeypatch.setattr("ashore.store.database.MIGRATIONS", (*MIGRATIONS, "CREATE TABLE more (x)"))
    database = Database(path)
    assert database.read("PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
    database.close()


def test_a_newer_journal_is_left_alone(path: Path) -> None:
    Database(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    before = path.read_bytes()
    with pytest.raises(StoreError) as refused:
        Database(path)
    assert "newer Ashore" in refused.value.sentence
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "damage", [b"not a database at all, but long enough to be read as one" * 20, b"SQLite format 3\0" * 9]
)
def test_a_damaged_file_is_said_and_kept(path: Path, damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    with pytest.raises(StoreError) as refused:
        Database(path)
    assert "damaged" in refused.value.sentence
    assert path.name in refused.value.advice
    assert path.read_bytes() == damage


def test_damage_inside_is_found(path: Path) -> None:
    bench = Bench(path)
    bench.append(1, started(), *(ev.FactLearnt("w", str(n), "v" * 500, "s") for n in range(200)))
    bench.database.close()
    raw = bytearray(path.read_bytes())
    raw[8192:] = os.urandom(len(raw) - 8192)
    path.write_bytes(raw)
    database = Database(path)
    assert not database.sound()
    database.close()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as refused:
        Database(tmp_path / "file" / "journal.sqlite3")
    assert "folder" in refused.value.sentence


def test_a_second_writer_is_refused_and_the_first_goes_on(path: Path) -> None:
    bench = Bench(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    bench.database.read("PRAGMA busy_timeout=1")
    with pytest.raises(StoreError, match="cannot be written"):
        bench.append(1, started())
    other.execute("ROLLBACK")
    other.close()
    bench.append(1, started())
    assert bench.journal.load("w") is not None
    bench.database.close()


def test_a_full_disk_undoes_the_whole_change_and_is_got_over(path: Path) -> None:
    bench = Bench(path)
    (pages,) = bench.database.read("PRAGMA page_count")[0]
    bench.database.read(f"PRAGMA max_page_count={pages}")
    large = ev.FactLearnt("w", "k", "v" * 100_000, "s")
    with pytest.raises(StoreError) as refused:
        bench.append(1, started(), large)
    assert "nothing was changed" in refused.value.sentence
    assert bench.journal.of("w") == []
    bench.database.read("PRAGMA max_page_count=1000000")
    bench.append(1, started(), large)
    assert len(bench.journal.of("w")) == 2
    bench.database.close()


def test_a_change_that_ends_in_an_error_is_undone(path: Path) -> None:
    bench = Bench(path)

    def stumble(_recorded: list[ev.Recorded]) -> tuple[()]:
        raise KeyError("no such track")

    with pytest.raises(KeyError):
        bench.journal.append(1, [started()], stumble)
    assert bench.journal.of("w") == []
    bench.append(1, started())
    bench.database.close()


def test_kill_leaves_a_prefix_of_whole_changes(path: Path) -> None:
    Database(path).close()
    for promised in (3, 12, 25):
        child = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("append_until_killed.py")), str(path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(APP)},
        )
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(promised)]
        child.send_signal(signal.SIGKILL)
        rest = child.stdout.read().splitlines()
        child.stdout.close()
        assert child.wait() == -signal.SIGKILL
        told = max(int(line) for line in (*lines, *rest) if line.strip())
        database = Database(path)
        assert database.sound()
        kept = [r for name in ("w0", "w1", "w2") for r in Journal(database).of(name)]
        kept.sort(key=lambda r: r.seq)
        since = [r for r in kept if isinstance(r.event, ev.FactLearnt)][-2 * (told + 1) :]
        numbers = [int(r.event.value) for r in since if isinstance(r.event, ev.FactLearnt)]
        last = numbers[-1]
        assert last >= told, "what was said to be durable is there"
        assert [r.seq for r in kept] == list(range(1, len(kept) + 1)), "nothing is missing in between"
        assert len(kept) % 2 == 0, "no half of a pair"
        assert Journal(database).append(0, [], nothing) == []
        database.close()


def test_a_file_that_fails_while_it_is_read_is_said_in_a_sentence(path: Path) -> None:
    bench = Bench(path)
    for number in range(200):
        bench.append(number + 1, started(f"w{number}"))
    bench.database.close()
    database = Database(path)
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(path.stat().st_size - 8192))
    with pytest.raises(StoreError, match="cannot be read"):
        Journal(database).of("w7")
    database.close()
