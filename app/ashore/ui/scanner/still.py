"""What a picture that does not move says: loaded, measured and searched beside the window."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from ashore.intake.codes import Effort, Reading, read
from ashore.ui.scanner.picture_file import Picture, Text

_BANDS = 8
Corners = tuple[tuple[float, float], ...]
"""The four corners of a code, in pixels of the picture that is shown."""


@dataclass(frozen=True, slots=True)
class Found:
    """One code of a picture. `trouble` is a sentence where there is nothing to pass on; `text` is empty then."""

    text: str = field(repr=False)
    picture: Picture = field(repr=False)
    corners: Corners = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in one or several pictures.

    `more` where there are codes beyond those that are told apart, `unfinished` where not all was looked at in time.
    """

    found: tuple[Found, ...] = ()
    more: bool = False
    moving: bool = False
    unfinished: bool = False


async def look(*loads: Callable[[], Picture | Text]) -> Looked | Text:
    """Load pictures and look for codes in them, in a thread; a file that is a text is returned as it is.

    Codes that say the same are one. Raises UnreadablePicture where nothing could be loaded.
    """
    return await asyncio.to_thread(_look, loads)


def _look(loads: tuple[Callable[[], Picture | Text], ...]) -> Looked | Text:
    known: dict[tuple[str, str], Found] = {}
    more = moving = unfinished = False
    for load in loads:
        loaded = load()
        if isinstance(loaded, Text):
            return loaded
        reading = read(loaded.grey, Effort.STILL)
        for code in _codes(loaded, reading):
            known.setdefault((code.text, code.trouble), code)
        more, moving = more or reading.more, moving or loaded.moving
        unfinished = unfinished or reading.unfinished
    return Looked(tuple(known.values()), more, moving, unfinished)


def _codes(picture: Picture, reading: Reading) -> list[Found]:
    scale = picture.scale
    found = [
        Found(code.text, picture, tuple((x * scale, y * scale) for x, y in code.corners), code.trouble)
        for code in reading.codes
    ]
    # As one reads: a little higher or lower is still beside each other.
    band = max(1, picture.shown.height() / _BANDS)
    found.sort(key=lambda each: (min(y for _x, y in each.corners) // band, min(x for x, _y in each.corners)))
    return found
