"""When what could not be answered is asked again: soon at first, then ever more rarely, and for ever.

An endpoint that fails for hours must not take a proof away until the next start, and must not be asked for nothing at
every look meanwhile. Time is counted in looks: what looks more rarely asks more rarely, too.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

OFTEN = 8
LONGEST_REST = 32
"""Looks, at most, that are left out between two attempts: some minutes where a look follows each block."""

Q = TypeVar("Q", bound=Hashable)


@dataclass(slots=True)
class _Past:
    made: int = 0
    rests: int = 0
    """Looks that are still left out."""


class Attempts(Generic[Q]):
    """The attempts at questions that are open, by the place (such as a chain) where they are looked at."""

    def __init__(self, often: int = OFTEN) -> None:
        """`often` is how many attempts are made at every look, before rests begin that double up to `LONGEST_REST`."""
        self._often = often
        self._open: dict[str, dict[Q, _Past]] = {}

    def due(self, place: str, open_now: Iterable[Q], most: int) -> list[Q]:
        """Count a look at `place`, and an attempt at each question that is returned.

        Args:
            open_now: all questions that are open there, in order; what is known of others at this place is forgotten.
            most: how many are returned at most, those with the fewest attempts first.
        """
        known = self._open.get(place, {})
        now = self._open[place] = {question: known.get(question) or _Past() for question in open_now}
        ready = []
        for question, past in now.items():
            if past.rests:
                past.rests -= 1
            else:
                ready.append(question)
        chosen = sorted(ready, key=lambda question: now[question].made)[:most]
        for question in chosen:
            past = now[question]
            past.made += 1
            if past.made >= self._often:
                past.rests = min(LONGEST_REST, 2 ** min(past.made - self._often, LONGEST_REST))
        return chosen

    def clear(self) -> None:
        """Ask everything anew, as after a reorganisation."""
        self._open.clear()
