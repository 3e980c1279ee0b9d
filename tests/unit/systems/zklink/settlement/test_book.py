"""What a revert leaves standing in the book, on the chain that proves and on one that counts for itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ashore.store.database import Database
from ashore.store.keep import Keep
from ashore.systems.entries import Entry
from ashore.systems.zklink.settlement.book import SEQUENCE, Book, Kind
from unit.systems.zklink.settlement.rollup_model import CHAIN, entry


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    database = Database(tmp_path / "j")
    yield Book(Keep(database), "p")
    database.close()


def committed(number: int, sequence: int, block: int) -> Entry:
    return entry(Kind.COMMITTED, str(number), number, block, facts={SEQUENCE: str(sequence)})


def reverted_to(sequence: int, block: int) -> Entry:
    return entry(Kind.REVERTED, str(sequence), sequence, block, facts={SEQUENCE: str(sequence)})


def test_a_secondary_chain_forgets_what_was_confirmed_of_a_batch_that_it_took_back(book: Book) -> None:
    book.add([committed(8801, 412, 1), committed(8803, 413, 2)], {})
    book.add([entry(Kind.SYNCED, "8801", 8801, 3), entry(Kind.SYNCED, "8803", 8803, 4)], {})
    book.add([reverted_to(412, 5)], {})
    assert book.first(CHAIN, Kind.COMMITTED, 8802) is None
    assert book.first(CHAIN, Kind.SYNCED, 8802) is None
    kept = book.first(CHAIN, Kind.SYNCED, 8801)
    assert kept is not None
    assert kept.block_number == 3
    book.add([committed(8803, 413, 6)], {})
    assert book.first(CHAIN, Kind.SYNCED, 8803) is None, "the confirmation was of the batch that is gone"
    book.add([entry(Kind.SYNCED, "8803", 8803, 7)], {})
    again = book.first(CHAIN, Kind.SYNCED, 8803)
    assert again is not None
    assert again.block_number == 7


def test_what_passed_together_with_a_batch_that_is_taken_back_has_passed(book: Book) -> None:
    book.add([committed(8801, 412, 1), committed(8803, 413, 2), entry(Kind.SYNCED, "8804", 8804, 3)], {})
    book.add([reverted_to(412, 4)], {})
    still = book.first(CHAIN, Kind.SYNCED, 8801)
    assert still is not None
    assert (still.block_number, still.number) == (3, 8804), "the event stays what it is"
    assert book.first(CHAIN, Kind.SYNCED, 8802) is None


def test_what_is_executed_stays(book: Book) -> None:
    book.add([committed(8801, 412, 1), entry(Kind.EXECUTED, "8801", 8801, 2), reverted_to(411, 3)], {})
    assert book.first(CHAIN, Kind.EXECUTED, 8801) is not None
    assert book.first(CHAIN, Kind.COMMITTED, 8801) is None


def test_the_proving_chain_names_the_block_that_stays(book: Book) -> None:
    book.add([entry(Kind.PROVEN, str(number), number, block) for number, block in ((8801, 1), (8803, 2))], {})
    book.add([entry(Kind.REVERTED, "8801", 8801, 3)], {})
    assert book.first(CHAIN, Kind.PROVEN, 8801) is not None
    assert book.first(CHAIN, Kind.PROVEN, 8802) is None
