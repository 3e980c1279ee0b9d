"""Looks at a camera's frames in one thread of its own: at the newest alone, and never behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from ashore.intake.codes import Reading
from ashore.ui.scanner.threads import begin

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

    The thread begins with the first frame. It ends with `close`, and with the reader itself.
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
        """Look at a frame as soon as the one before it is done."""
        self._work.frame(frame)

    def close(self) -> None:
        """Tell nothing any more, and let the thread end with the frame that it looks at."""
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


class _Work:
    """What the thread and the window share. Everything here is guarded by one condition."""

    def __init__(self, tell: Callable[[object], None]) -> None:
        self._tell = tell
        self._guard = threading.Condition()
        self._thread: threading.Thread | None = None
        self._frame: QVideoFrame | None = None
        self._untold = False
        self.closed = False
        self.room = QSize()

    # The window's side

    def frame(self, frame: QVideoFrame) -> None:
        with self._guard:
            if self.closed:
                return
            self._frame = frame
            if self._thread is None:
                self._thread = begin(self._run, "ashore-reader")
            self._guard.notify()

    def told(self) -> None:
        with self._guard:
            self._untold = False
            self._guard.notify()

    def close(self) -> None:
        with self._guard:
            self.closed = True
            self._frame = None
            self._guard.notify()

    def ended(self, seconds: float) -> bool:
        thread = self._thread
        if thread is None:
            return True
        thread.join(seconds)
        return not thread.is_alive()

    # The thread's side

    def _run(self) -> None:
        while (frame := self._next()) is not None:
            done = _looked_at(frame, self.room)
            frame = None  # given back to the device before anything waits
            with self._guard:
                if not self.closed:
                    self._tell(done)

    def _next(self) -> QVideoFrame | None:
        """The newest frame, once there is one and the look before it was told; None where all is over."""
        with self._guard:
            self._guard.wait_for(lambda: self.closed or (self._frame is not None and not self._untold))
            frame, self._frame = self._frame, None
            self._untold = True
            return frame


def _looked_at(frame: QVideoFrame, room: QSize) -> Look | Exception:
    from ashore.ui.scanner.frames import look  # there is a frame, so its library is loaded

    try:
        return look(frame, room)
    except Exception as error:  # noqa: BLE001  # raised again in the window's thread
        return error
