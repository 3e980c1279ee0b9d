"""The append-only journal, and the rows of the lists that are derived from it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ashore.domain.events import Event, Recorded, Terms, WithdrawalStarted, from_json, to_json
from ashore.domain.folding import fold
from ashore.domain.withdrawal import Withdrawal
from ashore.store.database import Database
from ashore.store.names import names_of, of_link, of_scope
from ashore.store.searching import needles, searchable

MOST_NAMED = 50
"""Withdrawals whose evidence names one transaction that are looked at: a batch holds many."""


@dataclass(frozen=True, slots=True)
class Row:
    """A withdrawal as the lists show it: derived, can be made anew from the journal at any time."""

    number: int
    id: str
    started_at: int
    changed_at: int
    status: str
    stage: str
    mark: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What the journal keeps beside the events so that lists need no folding."""

    withdrawal: Withdrawal
    stage: str
    mark: str


class Journal:
    """Events go in and never change. Everything about a withdrawal is a fold of its events."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def append(
        self,
        at: int,
        events: Sequence[Event],
        summarise: Callable[[list[Recorded]], Iterable[Summary]],
    ) -> list[Recorded]:
        """Write `events` in one durable transaction and return them as recorded.

        `at` is the time in UTC milliseconds. `summarise` folds the recorded events into the rows of the
        lists, inside the same transaction. When this returns, a crash cannot lose them.
        """
        recorded: list[Recorded] = []
        with self._db.transaction() as connection:
            for event in events:
                cursor = connection.execute(
                    "INSERT INTO events (at, withdrawal, name, body) VALUES (?, ?, ?, ?)",
                    (at, event.withdrawal, event.name, to_json(event)),
                )
                seq = int(cursor.lastrowid or 0)
                recorded.append(Recorded(seq, at, event))
                for name in names_of(event):
                    connection.execute("INSERT INTO names VALUES (?, ?, ?)", (name, seq, event.withdrawal))
            connection.executemany(_UPSERT, [_values(summary) for summary in summarise(recorded)])
        return recorded

    def of(self, withdrawal: str) -> list[Recorded]:
        """Return all events of a withdrawal, in order."""
        rows = self._db.read("SELECT seq, at, name, body FROM events WHERE withdrawal = ? ORDER BY seq", withdrawal)
        return [_recorded(row) for row in rows]

    def load(self, withdrawal: str) -> Withdrawal | None:
        """Fold a withdrawal from its events."""
        return fold(self.of(withdrawal))

    def terms(self, withdrawal: str) -> Terms | None:
        """Return what a withdrawal is about, without folding it."""
        rows = self._db.read("SELECT name, body FROM events WHERE withdrawal = ? ORDER BY seq LIMIT 1", withdrawal)
        started = from_json(str(rows[0][0]), str(rows[0][1])) if rows else None
        return started.terms if isinstance(started, WithdrawalStarted) else None

    def still_open(self) -> Iterator[Withdrawal]:
        """Fold every withdrawal that has not ended."""
        for (withdrawal,) in self._db.read("SELECT id FROM withdrawals WHERE open = 1 ORDER BY number"):
            state = self.load(str(withdrawal))
            if state is not None:
                yield state

    def stopped(self, since: int, limit: int) -> list[Withdrawal]:
        """Fold the withdrawals that were refused or failed since `since` (UTC milliseconds), oldest first.

        Those that a person ended come whenever that was: they may still happen.
        """
        return [*self._ended("'ended'", 0, limit), *self._ended("'refused', 'failed'", since, limit)]

    def arrived(self, since: int, limit: int) -> list[Withdrawal]:
        """Fold the withdrawals that became final since `since` (UTC milliseconds), oldest first."""
        return self._ended("'final'", since, limit)

    def _ended(self, statuses: str, since: int, limit: int) -> list[Withdrawal]:
        rows = self._db.read(
            f"SELECT id FROM withdrawals WHERE status IN ({statuses}) AND changed_at >= ?"  # noqa: S608 no input
            " ORDER BY changed_at DESC LIMIT ?",
            since,
            limit,
        )
        states = [self.load(str(withdrawal)) for (withdrawal,) in reversed(rows)]
        return [state for state in states if state is not None]

    def page(self, text: str, only: str, before: tuple[int, int] | None, limit: int) -> list[Row]:
        """Return one page of the list, newest first, after the row with key `before` (started_at, number)."""
        conditions, values = ["status != 'removed'"], list[object]()
        if before is not None:
            conditions.append("(started_at, number) < (?, ?)")
            values += before
        for needle in needles(text):
            conditions.append("searchable LIKE ? ESCAPE '\\'")
            escaped = needle.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            values.append(f"%{escaped}%")
        if only in _FILTERS:
            conditions.append(_FILTERS[only])
        rows = self._db.read(
            "SELECT number, id, started_at, changed_at, status, stage, mark FROM withdrawals WHERE "  # noqa: S608
            + " AND ".join(conditions)
            + " ORDER BY started_at DESC, number DESC LIMIT ?",
            *values,
            limit,
        )
        return [Row(*row) for row in rows]  # type: ignore[arg-type]

    def with_locator(self, locator: str) -> Withdrawal | None:
        """Fold the withdrawal of which a move has this public name, also one that was taken off the list."""
        rows = self._db.read(
            "SELECT id FROM withdrawals WHERE instr(searchable, ?) ORDER BY number LIMIT ?", locator.lower(), MOST_NAMED
        )
        named = (self.load(str(withdrawal)) for (withdrawal,) in rows)
        return next((s for s in named if s is not None and any(m.locator == locator for m in s.moves.values())), None)

    def knows(self, locator: str) -> bool:
        """Whether any move has this public name, such as a payment hash."""
        rows = self._db.read("SELECT 1 FROM withdrawals WHERE instr(searchable, ?) LIMIT 1", locator.lower())
        return bool(rows)

    def stands(self, locator: str) -> bool:
        """Whether any move has this public name that was not refused, and did not fail."""
        rows = self._db.read(
            "SELECT 1 FROM withdrawals WHERE instr(searchable, ?) AND status NOT IN ('refused', 'failed') LIMIT 1",
            locator.lower(),
        )
        return bool(rows)

    def head(self) -> int:
        """The number of the latest event; 0 where there is none."""
        ((number,),) = self._db.read("SELECT coalesce(max(seq), 0) FROM events")
        return int(str(number))

    def statuses_after(self, number: int, profile: str, scope: str) -> list[str]:
        """How the withdrawals stand whose move of this scope was intended by an event after that number (see `head`).

        One status each, empty where the lists know none.
        """
        rows = self._db.read(
            "SELECT coalesce(w.status, '') FROM names n LEFT JOIN withdrawals w ON w.id = n.withdrawal"
            " WHERE n.name = ? AND n.seq > ?",
            of_scope(profile, scope),
            number,
        )
        return [str(status) for (status,) in rows]

    def taken_after(self, number: int, profile: str, scope: str, link: str = "") -> int:
        """What the withdrawals of `statuses_after` took together, in base units: those that settled, or may have.

        With a `link` also those of its voucher, whatever their scope.
        """
        rows = self._db.read(
            "SELECT DISTINCT w.id FROM names n JOIN withdrawals w ON w.id = n.withdrawal"
            " WHERE n.name IN (?, ?) AND n.seq > ? AND w.profile = ? AND w.status IN ('final', 'unseen')",
            of_scope(profile, scope) if scope else "",
            of_link(link) if link else "",
            number,
            profile,
        )
        told = (self.terms(str(withdrawal)) for (withdrawal,) in rows)
        return sum(terms.amount for terms in told if terms is not None)

    def of_voucher(self, profile: str, scope: str, link: str, first: str = "") -> list[tuple[str, str]]:
        """The withdrawals, newest first, with their statuses, whose move has this scope or whose terms name a link.

        Each may be empty, and then names none.
        """
        names = [of_scope(profile, scope) if scope else "", *(of_link(each) if each else "" for each in (link, first))]
        rows = self._db.read(
            "SELECT id, status FROM withdrawals WHERE profile = ? AND status != 'removed'"
            " AND id IN (SELECT withdrawal FROM names WHERE name IN (?, ?, ?)) ORDER BY number DESC",
            profile,
            *names,
        )
        return [(str(withdrawal), str(status)) for withdrawal, status in rows]

    def learnt(self, profile: str, key: str, *, but: str) -> set[str]:
        """Every value of a fact that the withdrawals of a profile learnt, `but` one's; also of those off the list."""
        rows = self._db.read(
            "SELECT DISTINCT json_extract(e.body, '$.value') FROM withdrawals w"
            " JOIN events e ON e.withdrawal = w.id AND e.name = 'fact-learnt'"
            " WHERE w.profile = ? AND w.id != ? AND json_extract(e.body, '$.key') = ?",
            profile,
            but,
            key,
        )
        return {str(value) for (value,) in rows}

    def recipients(self, *, followed: bool = False) -> dict[str, int]:
        """How often money arrived at each recipient ever named, by lower-case hex with 0x; 0 for not yet.

        An address is the same one whichever system pays it, so all count together; one of Lightning has no such name.
        Who was named last comes first. `followed`: also of withdrawals that are only followed. That others withdrew to
        an address makes it no known one, and a claim does not count beside the withdrawal that it pays; nor does what
        brings an address nothing, and so is over by the operator's word. A Stark key has no better than that word.
        """
        rows = self._db.read(
            "SELECT lower(json_extract(e.body, '$.terms.recipient')), sum(w.status = 'final' AND"
            " json_extract(e.body, '$.terms.details.\"gas.most\"') IS NULL AND"
            " NOT (length(json_extract(e.body, '$.terms.recipient')) = 42 AND"
            " coalesce(json_extract(e.body, '$.terms.details.\"track.last-level\"'), '') = 'reported'))"
            " FROM withdrawals w"
            " JOIN events e ON e.withdrawal = w.id AND e.name = 'withdrawal-started'"
            " WHERE json_extract(e.body, '$.terms.recipient') LIKE '0x%' AND w.status != 'removed'"
            " AND (? OR json_extract(e.body, '$.terms.details.followed') IS NULL)"
            " GROUP BY 1 ORDER BY max(w.number) DESC",
            int(followed),
        )
        return {str(address): int(str(count)) for address, count in rows}


_FILTERS = {
    "open": "open = 1",
    "final": "status = 'final'",
    "stopped": "status IN ('refused', 'failed', 'cancelled', 'unseen', 'ended')",
}

_UPSERT = """
INSERT INTO withdrawals (id, profile, started_at, changed_at, status, open, stage, mark, searchable)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET changed_at = excluded.changed_at, status = excluded.status, open = excluded.open,
    stage = excluded.stage, mark = excluded.mark, searchable = excluded.searchable
"""


def _values(summary: Summary) -> tuple[object, ...]:
    state = summary.withdrawal
    return (
        state.id,
        state.terms.profile,
        state.started_at,
        state.changed_at,
        str(state.status),
        int(state.is_open),
        summary.stage,
        summary.mark,
        searchable(state, summary.stage),
    )


def _recorded(row: tuple[object, ...]) -> Recorded:
    seq, at, name, body = row
    return Recorded(int(str(seq)), int(str(at)), from_json(str(name), str(body)))
