"""How long it takes from one state update to the next, by what the chain shows of the last ones."""

from collections.abc import Mapping
from itertools import pairwise

from ashore.domain.eta import WHOLE, Expectation, expectation
from ashore.systems.reddio.settlement.book import Book
from ashore.systems.reddio.system.tracks import UPDATED

UPDATES = 50
"""From how many of the last intervals an expectation is drawn."""


def pace(book: Book) -> Mapping[str, Expectation]:
    """Return how long a state update usually follows the one before, for the stage and as WHOLE; else nothing.

    Only neighbours in the contract's own count make an interval: between others something was not seen.
    """
    updates = book.updates()
    intervals = [
        (after.block_time - before.block_time) * 1000
        for before, after in pairwise(updates)
        if after.number == before.number + 1
    ]
    usual = expectation(intervals[-UPDATES:])
    return {} if usual is None else {UPDATED: usual, WHOLE: usual}
