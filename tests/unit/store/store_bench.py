"""A journal on disk with summaries as the ledger makes them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ashore.domain import events as ev
from ashore.domain.folding import apply
from ashore.domain.withdrawal import Withdrawal
from ashore.store.database import Database
from ashore.store.journal import Journal, Summary


class Bench:
    """A journal, and every withdrawal in it as it was last folded."""

    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.journal = Journal(self.database)
        self.states: dict[str, Withdrawal] = {}

    def append(self, at: int, *events: ev.Event) -> list[ev.Recorded]:
        """Append and keep the projection, as the ledger does."""
        changed: dict[str, Withdrawal] = {}

        def summaries(recorded: list[ev.Recorded]) -> Iterator[Summary]:
            for item in recorded:
                name = item.event.withdrawal
                changed[name] = apply(changed.get(name) or self.states.get(name), item)
            return (Summary(state, "Requested", "unknown") for state in changed.values())

        recorded = self.journal.append(at, events, summaries)
        self.states.update(changed)
        return recorded


def nothing(_recorded: Iterable[ev.Recorded]) -> Iterator[Summary]:
    """Summaries for a journal that nobody lists."""
    return iter(())
