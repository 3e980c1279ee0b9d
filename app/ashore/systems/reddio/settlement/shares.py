"""Which state update set a withdrawal's money aside, and which payout paid it, by the book.

What was once matched stays matched: it is kept in the book under the block of what was set aside, so that both fall
together, and a withdrawal that has ended takes nothing from those that come later. Where a part fell, the rest of that
withdrawal is matched anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from ashore.domain.evidence import Level
from ashore.domain.moves import NOT_SENT, MoveState
from ashore.domain.withdrawal import ENDED_BY_YOU, Withdrawal
from ashore.systems.entries import Entry
from ashore.systems.reddio.settlement.attribution import (
    Lot,
    Part,
    Payment,
    Position,
    Wish,
    attribute,
    paid_lots,
)
from ashore.systems.reddio.settlement.book import Book, Kind
from ashore.systems.reddio.settlement.places import place_in, quanta_of
from ashore.systems.reddio.system.tracks import ACCEPTED, BATCHED

SINCE = "allowed.since"
"""The fact of the height up to which nothing can be this withdrawal's: where the chain was when it began."""


@dataclass(frozen=True, slots=True)
class Share:
    """All that was set aside for a withdrawal, in order: entries of the book, and how many quanta of each.

    `among` is how many withdrawals share the place. `is_mixed`: what nobody here asked for was set aside there, too,
    that may as well be this one's.
    """

    lots: tuple[Entry, ...]
    parts: Mapping[Position, int]
    among: int
    is_mixed: bool = False


def shares_of(book: Book, states: Sequence[Withdrawal]) -> Mapping[str, Share]:
    """What was set aside for each of the withdrawals of one place, oldest first; nothing for those that still wait.

    What is proven is written down as spent. Lots that their calldata deny are never spent: they are only in the answer
    for a withdrawal that nothing else speaks for.
    """
    if not states:
        return {}
    every = {lot.position: lot for lot in book.about(Kind.ALLOWED, place_in(states[0].terms).subject)}
    entries = {at: lot for at, lot in every.items() if not is_at_odds(lot)}
    spent = _spent_whole(book, states, entries)
    mine: dict[str, list[Part]] = {}
    for entry in spent:
        mine.setdefault(entry.subject, []).append(Part(entry.position, int(entry.facts["quanta"])))
    whole = {state.id for state in states if state.id in mine}
    free = [Lot(at, int(lot.facts["quanta"]) - _used(spent, at)) for at, lot in entries.items()]
    waiting = [state for state in states if state.id not in whole and _may(state)]
    found = {state.id: tuple(mine[state.id]) for state in states if state.id in whole}
    for trust in _Trust:
        fresh = attribute([_wish(state) for state in waiting if _trust(state) is trust], free)
        free = [Lot(lot.position, lot.quanta - _taken(fresh.values(), lot.position)) for lot in free]
        found.update(fresh)
        for name, parts in fresh.items():
            lots = [entries[part.position] for part in parts]
            if min(lot.level for lot in lots) >= Level.PROVEN:
                # What only one endpoint shows is never spent: it would stay so when it proves false.
                book.add([_spent(name, entries[part.position], part) for part in parts], {})
    denied = [Lot(at, int(lot.facts["quanta"])) for at, lot in every.items() if at not in entries]
    doubtful = attribute([_wish(state) for state in waiting if state.id not in found], [*free, *denied])
    found.update((name, parts) for name, parts in doubtful.items() if any(p.position not in entries for p in parts))
    wanted = {state.id: state for state in states}
    return {
        name: replace(_share(parts, every, len(states)), is_mixed=_is_mixed(wanted[name], parts, free))
        for name, parts in found.items()
    }


def _is_mixed(state: Withdrawal, parts: Sequence[Part], free: Sequence[Lot]) -> bool:
    """Whether a lot that nobody here asked for has the same amount, or one of its own holds more than was asked for."""
    left = [lot for lot in free if lot.quanta]
    taken, since, quanta = {part.position for part in parts}, int(state.facts.get(SINCE, "-1")), quanta_of(state)
    equal = any(lot.quanta == quanta and lot.position[0] > since and lot.position not in taken for lot in left)
    return equal or any(lot.position in taken for lot in left)


def is_at_odds(lot: Entry) -> bool:
    """Whether the calldata of a state update was read, and says something else than its logs."""
    facts = lot.facts
    return facts["input"] == "no" or (bool(facts["computed"]) and facts["computed"] != facts["fact"])


def paid_by(book: Book, state: Withdrawal, share: Share) -> Entry | None:
    """The payout that paid the last of a withdrawal; None while any of it waits."""
    subject = place_in(state.terms).subject
    payouts = {one.position: one for one in book.about(Kind.PERFORMED, subject) if int(one.facts["quanta"])}
    lots = [Lot(lot.position, int(lot.facts["quanta"])) for lot in book.about(Kind.ALLOWED, subject)]
    payments = [Payment(at, int(one.facts["quanta"])) for at, one in payouts.items()]
    done = paid_lots(lots, payments)
    if not all(lot.position in done for lot in share.lots):
        return None
    return payouts[max(done[lot.position].position for lot in share.lots)]


def _share(parts: Iterable[Part], entries: Mapping[Position, Entry], among: int) -> Share:
    ordered = sorted(parts, key=lambda part: part.position)
    lots = tuple(entries[part.position] for part in ordered)
    return Share(lots, {part.position: part.quanta for part in ordered}, among)


def _wish(state: Withdrawal) -> Wish:
    exact = _trust(state) is not _Trust.TAKEN
    return Wish(state.id, quanta_of(state), int(state.facts.get(SINCE, "-1")), exact)


def _may(state: Withdrawal) -> bool:
    """Whether it may be on L1 at all: where it began is known, and it may have left."""
    request = state.request
    left = request is not None and request.state is not MoveState.INTENDED and request.code != NOT_SENT
    return SINCE in state.facts and left


class _Trust(IntEnum):
    """How sure it is that Reddio took a request, surest first. Only its own amount tells of one that is not TAKEN."""

    TAKEN = 0
    OPEN = 1
    """Nobody knows, or Reddio says that it failed."""
    REFUSED = 2
    """Reddio says that it did not take it, which is no proof. Of two that L1 cannot tell apart the other goes first."""


def _trust(state: Withdrawal) -> _Trust:
    request = state.request
    if request is not None and request.state in (MoveState.REFUSED, MoveState.DEAD):
        return _Trust.REFUSED
    if state.facts.get(ENDED_BY_YOU) and request is not None and request.state is not MoveState.ACCEPTED:
        return _Trust.REFUSED  # whoever ended it may have asked again for the same
    failed = any(state.stage(stage).failed for stage in (ACCEPTED, BATCHED))
    known = request is not None and request.state is MoveState.ACCEPTED
    return _Trust.TAKEN if known and not failed else _Trust.OPEN


def _spent_whole(book: Book, states: Sequence[Withdrawal], entries: Mapping[Position, Entry]) -> list[Entry]:
    """What was spent of these lots, without what no longer makes up its withdrawal: that is free again."""
    # A part is spent with all of its withdrawal, so where less or more is left, a reorganisation took the rest.
    spent = [entry for entry in book.of(Kind.SPENT) if entry.position in entries and int(entry.facts["quanta"])]
    broken = {
        state.id
        for state in states
        if sum(int(entry.facts["quanta"]) for entry in spent if entry.subject == state.id) != quanta_of(state)
    }
    book.add([replace(entry, facts={"quanta": "0"}) for entry in spent if entry.subject in broken], {})
    return [entry for entry in spent if entry.subject not in broken]


def _used(spent: Sequence[Entry], position: Position) -> int:
    return sum(int(entry.facts["quanta"]) for entry in spent if entry.position == position)


def _taken(found: Iterable[Sequence[Part]], position: Position) -> int:
    return sum(part.quanta for parts in found for part in parts if part.position == position)


def _spent(name: str, lot: Entry, part: Part) -> Entry:
    return replace(lot, kind=Kind.SPENT, subject=name, facts={"quanta": str(part.quanta)})
