"""Small durable things beside the journal."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ashore.store.database import Database, StoreError
from ashore.store.keep import Keep, Sighting, packed

SEEN = Sighting("p", "Harbour", "committed", "8802", 11, "0xaa", 0, "{}")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "j")
    yield opened
    opened.close()


def test_sightings_come_in_the_order_of_the_chain_and_once(database: Database) -> None:
    keep = Keep(database)
    later = replace(SEEN, block_number=12, block_hash="0xbb")
    second = replace(SEEN, log_index=3)
    keep.add_sightings([later, second, SEEN], packed({"proof": "{}"}))
    keep.add_sightings([replace(SEEN, body='{"x":1}'), replace(SEEN, profile="q")], {})
    assert Keep(database).sightings("p") == [replace(SEEN, body='{"x":1}'), second, later]
    keep.forget_blocks("Harbour", ["0xaa", "0xcc"])
    keep.forget_blocks("Elsewhere", ["0xbb"])
    assert keep.sightings("p") == [later]
    assert keep.sightings("q") == []


def test_proofs_are_kept_small_and_checked(database: Database) -> None:
    keep = Keep(database)
    body = '{"nodes":"' + "ab" * 5000 + '"}'
    keep.add_proofs({"id": body})
    keep.add_proofs({"id": "another body under the same name is not taken"})
    assert keep.proof("id") == body
    assert keep.proof("none") is None
    (size,) = database.read("SELECT length(body) FROM proofs")[0]
    assert isinstance(size, int)
    assert size < len(body) // 10
    with database.transaction() as connection:
        connection.execute("INSERT INTO proofs VALUES ('bad', ?)", (b"no zlib",))
        connection.execute("INSERT INTO proofs VALUES ('odd', ?)", (zlib.compress(b"\xff\xfe"),))
    for name in ("bad", "odd"):
        with pytest.raises(StoreError, match="damaged"):
            keep.proof(name)


def test_places_drafts_and_settings_survive(database: Database) -> None:
    keep = Keep(database)
    assert (keep.follower_state("c"), keep.draft("f"), keep.setting("s", "x")) == (None, {}, "x")
    odd = {"amount": "\u202e1\x00", "recipient": "\ud800", "": "x" * 10_000}
    keep.set_follower_state("c", "{}")
    keep.set_draft("f", {"amount": "1"})
    keep.set_draft("f", odd)
    keep.set_setting("s", "dark")
    again = Keep(database)
    assert (again.follower_state("c"), again.draft("f"), again.setting("s", "x")) == ("{}", odd, "dark")
