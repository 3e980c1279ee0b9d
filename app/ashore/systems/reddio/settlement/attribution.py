"""Whose is what: the contract keeps one balance per owner and asset, so withdrawals merge in it.

Told apart by replaying what was set aside and paid out, in the order of the chain. What is set aside goes to the
oldest withdrawal of exactly that amount, else to the oldest first; a payout takes what was set aside first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Position = tuple[int, int]
"""Height and log index."""


@dataclass(frozen=True, slots=True)
class Lot:
    """What was set aside at one place, in quanta, without what withdrawals took of it before."""

    position: Position
    quanta: int


@dataclass(frozen=True, slots=True)
class Wish:
    """A withdrawal of `quanta`, which no lot up to the height `since` can be. `exact`: it takes only its own amount."""

    id: str
    quanta: int
    since: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What of a lot is one withdrawal's."""

    position: Position
    quanta: int


def attribute(wishes: Sequence[Wish], lots: Sequence[Lot]) -> Mapping[str, tuple[Part, ...]]:
    """Share lots out, in the order of the chain; `wishes` oldest first.

    Only withdrawals of which all was set aside are in the answer. What no wish takes is somebody else's.
    """
    missing = {wish.id: wish.quanta for wish in wishes}
    parts: dict[str, list[Part]] = {wish.id: [] for wish in wishes}
    for lot in sorted(lots, key=lambda each: each.position):
        able = [wish for wish in wishes if missing[wish.id] and wish.since < lot.position[0]]
        # One that was begun by an earlier lot comes last among equals: its rest is seldom a sum of its own.
        whole = next((w for w in able if missing[w.id] == w.quanta == lot.quanta), None)
        taking = [whole] if whole is not None else [wish for wish in able if not wish.exact]
        rest = lot.quanta
        for wish in taking:
            part = min(rest, missing[wish.id])
            if part:
                parts[wish.id].append(Part(lot.position, part))
                missing[wish.id] -= part
                rest -= part
    return {name: tuple(found) for name, found in parts.items() if not missing[name]}


@dataclass(frozen=True, slots=True)
class Payment:
    """A payout, in quanta."""

    position: Position
    quanta: int


def paid_lots(lots: Sequence[Lot], payments: Sequence[Payment]) -> Mapping[Position, Payment]:
    """Which payout completed which lot, both whole. A payout that has more than is known took older lots, too.

    A lot that was set aside after a payout is never paid by it.
    """
    waiting: list[tuple[Position, int]] = []
    done: dict[Position, Payment] = {}
    steps: list[Lot | Payment] = sorted([*lots, *payments], key=lambda each: each.position)
    for step in steps:
        if isinstance(step, Lot):
            waiting.append((step.position, step.quanta))
            continue
        rest = step.quanta
        while waiting and rest:
            position, owed = waiting[0]
            if rest < owed:
                waiting[0] = position, owed - rest
                break
            rest -= owed
            waiting.pop(0)
            done[position] = step
    return done
