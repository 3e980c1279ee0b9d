"""What a picture that does not move says: loaded, measured and searched beside the window."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtGui import QImage

from ashore.intake.codes import Effort, Reading, read
from ashore.ui.scanner.picture_file import Picture, Text
from ashore.ui.scanner.threads import begin
from ashore.ui.widgets.picture import UnreadablePicture

PATIENCE_S = 30.0
"""How long a picture may take to be read: far longer than the largest does, from a slow disk."""

_BANDS = 8
_ENDLESS = (
    "The picture could not be read in time.",
    "If it is on another computer or on a stick, copy it to this one first, or scan it from the screen.",
)
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


Loads = tuple[Callable[[], Picture | Text], ...]


class Looking:
    """Threads for pictures. One is looked at at a time, so that several take no more memory than one.

    A read that never ends (of a share that is gone) holds up neither the next picture nor the end of the program.
    """

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._turn = threading.Lock()
        self._closed = False

    async def look(self, *loads: Callable[[], Picture | Text]) -> Looked | Text:
        """Load pictures and look for codes in them; a file that is a text is returned as it is.

        Codes that say the same are one. What is cancelled before its turn is never loaded.

        Raises:
            UnreadablePicture: nothing could be loaded, or not in time.
        """
        answer: asyncio.Future[Looked | Text] = asyncio.get_running_loop().create_future()
        turn = self._turn
        begin(partial(self._work, loads, turn, answer), "ashore-pictures")
        try:
            async with asyncio.timeout(self._patience_s):
                return await answer
        except TimeoutError:
            if self._turn is turn:
                self._turn = threading.Lock()
            raise UnreadablePicture(*_ENDLESS) from None

    def close(self) -> None:
        """Begin with nothing more."""
        self._closed = True

    def _work(self, loads: Loads, turn: threading.Lock, answer: asyncio.Future[Looked | Text]) -> None:
        with turn:
            if self._closed or answer.done():
                return
            found: Looked | Text | Exception
            try:
                found = look(loads)
            except Exception as error:  # noqa: BLE001  # raised again where it is waited for
                found = error
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
            answer.get_loop().call_soon_threadsafe(_tell, answer, found)


def _tell(answer: asyncio.Future[Looked | Text], found: Looked | Text | Exception) -> None:
    if answer.done():
        return
    if isinstance(found, Exception):
        answer.set_exception(found)
    else:
        answer.set_result(found)


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
