"""What a camera saw in the last moments, and when that is enough to take a code. Knows nothing of Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ashore.intake.codes import MOST_CODES, Code
from ashore.intake.recognition import Intake, Way

Shape = tuple[tuple[float, float], ...]
"""Corners, in shares of the picture's width and height."""

Suits = Callable[[str, Intake], bool]
"""Whether a text, and what it is, are what was asked for."""

LOOKS = 2
"""A code is taken when it was read so often: beside it there may be another that one frame missed."""
REMEMBERED_S = 0.6
"""A code that was seen so long ago is still counted as in view: now and then a frame misses one."""
SETTLED_S = 2.5
"""Where there was a choice, it is kept so long after the last look at a code, for a hand to reach it."""
MOST_FRESH = 3
"""So many new codes of one frame are named; the others wait for the next one: the longest texts take 3 ms each."""


def leads_anywhere(_text: str, what: Intake) -> bool:
    """What is asked for where anything can be used that leads anywhere in this wallet."""
    return what.way is not Way.NOWHERE


@dataclass(slots=True)
class Sighting:
    """One code in view. Its text is never shown; `what` says what it is."""

    text: str = field(repr=False)
    what: Intake
    fits: bool = False
    """Whether it is what was asked for here."""
    shape: Shape = ()
    seen: float = 0.0
    looks: int = 0
    current: bool = True

    @property
    def leads(self) -> bool:
        """Whether it leads anywhere in this wallet."""
        return self.what.way is not Way.NOWHERE


class Sightings:
    """The codes in view, in the order in which they came into it."""

    def __init__(self, recognise: Callable[[str], Intake], suits: Suits = leads_anywhere) -> None:
        self._recognise = recognise
        self._suits = suits
        self._known: dict[tuple[str, str], Sighting] = {}

    @property
    def in_view(self) -> tuple[Sighting, ...]:
        """What was seen lately."""
        return tuple(self._known.values())

    @property
    def leading(self) -> tuple[Sighting, ...]:
        """Those that are what was asked for; where there is none, those that lead anywhere else."""
        fitting = tuple(one for one in self._known.values() if one.fits)
        return fitting or tuple(one for one in self._known.values() if one.leads)

    def look(self, codes: Sequence[tuple[Code, Shape]], now: float, *, more: bool = False) -> Sighting | None:
        """Take in what one frame has at `now` (seconds, never back). The code to take, once there is exactly one.

        `more` where the frame has codes beyond these: nothing is taken then, for one of them may be meant.
        """
        for one in self._known.values():
            one.current = False
        fresh, put_off = 0, int(more)
        for code, shape in codes:
            key = code.text, code.trouble
            if key not in self._known:
                if fresh >= MOST_FRESH or len(self._known) >= MOST_CODES:
                    put_off += 1
                    continue
                fresh += 1
                what = self._what(code)
                self._known[key] = Sighting(code.text, what, not code.trouble and self._suits(code.text, what))
            one = self._known[key]
            one.shape, one.seen, one.current = shape, now, True
            one.looks += 1
        kept_s = SETTLED_S if len(self.leading) > 1 else REMEMBERED_S
        self._known = {key: one for key, one in self._known.items() if now - one.seen <= kept_s}
        leading = self.leading
        ready = len(leading) == 1 and leading[0].current and leading[0].looks >= LOOKS and not put_off
        return leading[0] if ready else None

    def _what(self, code: Code) -> Intake:
        return Intake(Way.NOWHERE, code.trouble) if code.trouble else self._recognise(code.text)

    def forget(self) -> None:
        """Nothing was seen."""
        self._known.clear()
