"""Reads pictures in one thread of its own: of a camera's frames only the newest, of still pictures each."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from ashore.intake.codes import Effort, Reading, read
from ashore.ui.scanner.luma import luma_of_image

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame


@dataclass(frozen=True, slots=True)
class Look:
    """One frame that was looked at.

    `picture` is small enough to be shown as it is. `outlines` are the corners of each code of the reading, in shares
    of the picture's width and height. `empty` is a frame that had no picture at all.
    """

    reading: Reading
    picture: QImage = field(repr=False)
    outlines: tuple[tuple[tuple[float, float], ...], ...] = ()
    empty: bool = False


class Reader(QObject):
    """Never behind: a frame that comes while another is read takes the place of the one that waits.

    The thread begins with the first picture. It ends with `close`, and with the reader itself.
    """

    looked = Signal(object)
    """A `Look` at a frame, told in the thread that the reader lives in. The next frame waits until it is told."""
    _done = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = _Work(self._done.emit)
        self._done.connect(self._tell)
        self.destroyed.connect(self._work.close)

    def show_within(self, size: QSize) -> None:
        """The pixels that a frame's picture is shown in; none are painted before this is said."""
        self._work.room = QSize(size)

    def frame(self, frame: QVideoFrame) -> None:
        """Look at a camera's frame as soon as the one before it is done."""
        self._work.frame(frame)

    async def still(self, image: QImage) -> Reading:
        """Look at one picture.

        Raises:
            ValueError: the picture is empty.
            asyncio.CancelledError: the reader was closed.
        """
        return await self._work.still(image)

    def close(self) -> None:
        """Tell nothing any more, and let the thread end with the picture that it looks at."""
        self._work.close()

    def ended(self, seconds: float) -> bool:
        """Wait at most so long for the thread to end after `close`; whether it has."""
        return self._work.ended(seconds)

    def _tell(self, done: object) -> None:
        if self._work.closed:
            return
        self._work.told()
        if isinstance(done, BaseException):
            raise done
        self.looked.emit(done)


class _Still(NamedTuple):
    image: QImage
    answer: asyncio.Future[Reading]
    loop: asyncio.AbstractEventLoop


class _Work:
    """What the thread and the window share. Everything here is guarded by one condition."""

    def __init__(self, tell: Callable[[object], None]) -> None:
        self._tell = tell
        self._guard = threading.Condition()
        self._thread: threading.Thread | None = None
        self._frame: QVideoFrame | None = None
        self._stills: deque[_Still] = deque()
        self._untold = False
        self.closed = False
        self.room = QSize()

    # The window's side

    def frame(self, frame: QVideoFrame) -> None:
        with self._guard:
            if not self.closed:
                self._frame = frame
                self._wake()

    async def still(self, image: QImage) -> Reading:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Reading] = loop.create_future()
        with self._guard:
            if self.closed:
                raise asyncio.CancelledError
            self._stills.append(_Still(QImage(image), answer, loop))
            self._wake()
        return await answer

    def told(self) -> None:
        with self._guard:
            self._untold = False
            self._guard.notify()

    def close(self) -> None:
        with self._guard:
            self.closed = True
            waiting = [*self._stills]
            self._frame = None
            self._stills.clear()
            self._guard.notify()
        for still in waiting:
            with contextlib.suppress(RuntimeError):  # the loop may have ended first
                still.answer.cancel()

    def ended(self, seconds: float) -> bool:
        thread = self._thread
        if thread is None:
            return True
        thread.join(seconds)
        return not thread.is_alive()

    def _wake(self) -> None:
        if self._thread is None:
            # A process that ends does not wait for it: it owns nothing but pictures.
            self._thread = threading.Thread(target=self._run, name="ashore-reader", daemon=True)
            self._thread.start()
        self._guard.notify()

    # The thread's side

    def _run(self) -> None:
        while True:
            with self._guard:
                self._guard.wait_for(self._something_to_do)
                if self.closed:
                    return
                still = self._stills.popleft() if self._stills else None
                frame = None if still is not None else self._frame
                if frame is not None:
                    self._frame, self._untold = None, True
            if still is not None:
                _answer(still)
                still = None
            elif frame is not None:
                done = _looked_at(frame, self.room)
                frame = None  # given back to the device before anything waits
                self._say(done)

    def _something_to_do(self) -> bool:
        return self.closed or bool(self._stills) or (self._frame is not None and not self._untold)

    def _say(self, done: object) -> None:
        with self._guard:
            if not self.closed:
                self._tell(done)


def _answer(still: _Still) -> None:
    reading, failure = Reading(), None
    try:
        if not still.answer.cancelled():
            reading = read(luma_of_image(still.image), Effort.STILL)
    except Exception as error:  # noqa: BLE001  # whoever waits is told, and the thread goes on
        failure = error

    def settle() -> None:
        if still.answer.done():
            return
        if failure is None:
            still.answer.set_result(reading)
        else:
            still.answer.set_exception(failure)

    with contextlib.suppress(RuntimeError):  # the loop may have ended meanwhile
        still.loop.call_soon_threadsafe(settle)


def _looked_at(frame: QVideoFrame, room: QSize) -> Look | Exception:
    from ashore.ui.scanner.frames import look  # there is a frame, so its library is loaded

    try:
        return look(frame, room)
    except Exception as error:  # noqa: BLE001  # raised again in the window's thread
        return error
