"""How long the steps of a batch took, from what the chains themselves show of the last ones.

What goes to a secondary chain is proven and compared on the primary one, then confirmed and executed where it goes;
that part is drawn from the batches that concern that chain, by its own events.
"""

from collections.abc import Collection, Mapping

from ashore.domain.eta import WHOLE, Expectation, expectation
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.book import Book, Kind
from ashore.systems.zklink.system.tracks import CONFIRMED, PROVED, RELEASED, VERIFIED

BATCHES = 50
"""How many of the last batches an expectation is drawn from."""


def pace(deployment: Deployment, book: Book, destination: str) -> Mapping[str, Expectation]:
    """Return how long each stage took after the one before and, under WHOLE, all of them together.

    `destination` is the chain's name; stages of which too few batches tell are left out, and WHOLE with any of them.
    """
    primary = deployment.chains[deployment.primary].name
    commits = [e for e in book.of(primary, Kind.COMMITTED)[-BATCHES:] if e.block_number > book.pace_from]
    begun = {entry.number: entry.block_time for entry in commits}
    steps = [(PROVED, primary, Kind.PROVEN), (VERIFIED, primary, Kind.SYNCED)]
    concerned: Collection[int] = begun
    if destination not in ("", primary):
        steps.append((CONFIRMED, destination, Kind.SYNCED))
        concerned = {entry.number for entry in book.of(destination, Kind.COMMITTED)}
    steps.append((RELEASED, destination or primary, Kind.EXECUTED))
    found: dict[str, Expectation] = {}
    before = begun
    for stage, chain, kind in steps:
        about = before if chain == primary else [number for number in before if number in concerned]
        after = {n: e.block_time for n in about if (e := book.first(chain, kind, n)) is not None}
        usual = expectation([(after[n] - before[n]) * 1000 for n in after])
        if usual is not None:
            found[stage] = usual
        before = after
    whole = expectation([(before[n] - begun[n]) * 1000 for n in before])
    if whole is not None:
        found[WHOLE] = whole
    return found
