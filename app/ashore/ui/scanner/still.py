"""What a picture that does not move says: loaded, measured and searched beside the window."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from PySide6.QtGui import QImage

from ashore.intake.codes import Effort, Reading, read
from ashore.ui.scanner.picture_file import Picture, Text

_BANDS = 8
Corners = tuple[tuple[float, float], ...]
"""The four corners of a code, in pixels of the picture that is shown."""


@dataclass(frozen=True, slots=True)
class Found:
    """One code of a picture. `trouble` is a sentence where there is nothing to pass on; `text` is empty then.

    `shown` is the picture in the size of a screen, the same object for all codes of one picture.
    """

    text: str = field(repr=False)
    shown: QImage = field(repr=False)
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


class Looking:
    """A thread for pictures. One is looked at at a time, so that several take no more memory than one."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "ashore-pictures")

    async def look(self, *loads: Callable[[], Picture | Text]) -> Looked | Text:
        """Load pictures and look for codes in them; a file that is a text is returned as it is.

        Codes that say the same are one. What is cancelled before its turn is never loaded. Raises UnreadablePicture
        where nothing could be loaded.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, look, loads)

    def close(self) -> None:
        """Begin with nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def look(loads: Sequence[Callable[[], Picture | Text]]) -> Looked | Text:
    """What `Looking` does, for a thread."""
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
    scale, shown = picture.scale, picture.shown
    found = [
        Found(code.text, shown, tuple((x * scale, y * scale) for x, y in code.corners), code.trouble)
        for code in reading.codes
    ]
    # As one reads: a little higher or lower is still beside each other.
    band = max(1, shown.height() / _BANDS)
    found.sort(key=lambda each: (min(y for _x, y in each.corners) // band, min(x for x, _y in each.corners)))
    return found
