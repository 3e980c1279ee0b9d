"""asyncio on Qt's event loop: qasync with one precise timer, first-in-first-out order and time slices.

Plain qasync makes a Qt timer of every callback: sleeps come back early, cancelled timeouts stay alive until they
would have fired, and a nested Qt loop inside a coroutine steps a second task into the first one, which is then lost.
Here one timer serves a heap of deadlines, one zero timer drains a queue, and a drain never enters itself.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QEvent, QMetaObject, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

SLICE_SECONDS = 0.004
"""How long callbacks may run before Qt gets a turn to paint and to take input."""

_LONGEST_WAIT_MS = 3_600_000
_SWEEP_ABOVE = 64
_WORKER_THREADS = 6


class WindowLoop(QEventLoop):
    """An asyncio event loop that runs inside Qt's.

    Sleeps never end early. Callbacks run in the order in which they were scheduled. While a nested Qt loop runs
    inside a callback (a platform dialog, for instance) asyncio pauses and goes on afterwards.
    """

    def __init__(self, application: QApplication) -> None:
        self._ready: deque[asyncio.Handle] = deque()
        self._deadlines: list[asyncio.TimerHandle] = []
        self._cancelled_deadlines = 0
        self._draining = False
        self._interruption: BaseException | None = None
        self._turn = QTimer()
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._drain)
        self._alarm = QTimer()
        self._alarm.setSingleShot(True)
        self._alarm.setTimerType(Qt.TimerType.PreciseTimer)
        self._alarm.timeout.connect(self._ring)
        super().__init__(application)
        self.set_default_executor(ThreadPoolExecutor(_WORKER_THREADS, thread_name_prefix="ashore"))

    # Scheduling

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """Run `callback` in one of the next turns, after everything that was scheduled before it."""
        self._check_closed()
        return self._add_callback(asyncio.Handle(callback, args, self, context))

    def call_soon_threadsafe(
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """Like `call_soon`, from any thread."""
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        QMetaObject.invokeMethod(self._turn, "start", Qt.ConnectionType.QueuedConnection)
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        """Run `callback` when `delay` seconds have passed, never earlier."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        """Run `callback` at `when` of this loop's clock, never earlier."""
        self._check_closed()
        handle: Any = asyncio.TimerHandle(when, callback, args, self, context)
        handle._scheduled = True
        heapq.heappush(self._deadlines, handle)
        if self._deadlines[0] is handle:
            self._set_alarm()
        return handle  # type: ignore[no-any-return]

    def _add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.Handle:
        assert not delay, "deadlines have their own heap"
        self._ready.append(handle)
        self._request_turn()
        return handle

    def _add_callback_signalsafe(self, handle: asyncio.Handle) -> None:
        # asyncio calls this from the self-pipe's reader, which runs in the loop's own thread.
        self._add_callback(handle)

    def _timer_handle_cancelled(self, handle: Any) -> None:
        """Forget cancelled deadlines once they are the greater part (called by `asyncio.TimerHandle.cancel`)."""
        if not handle._scheduled:
            return
        self._cancelled_deadlines += 1
        if self._cancelled_deadlines > _SWEEP_ABOVE and self._cancelled_deadlines * 2 > len(self._deadlines):
            self._deadlines = [entry for entry in self._deadlines if not entry.cancelled()]
            heapq.heapify(self._deadlines)
            self._cancelled_deadlines = 0

    # Turns

    def _request_turn(self) -> None:
        if not self._draining and not self._turn.isActive():
            self._turn.start()

    def _set_alarm(self) -> None:
        if self._deadlines:
            # One more than the truncated value: the alarm may ring late by a fraction, never early.
            milliseconds = int((self._deadlines[0].when() - self.time()) * 1000) + 1
            self._alarm.start(min(max(0, milliseconds), _LONGEST_WAIT_MS))

    def _ring(self) -> None:
        now = self.time()
        while self._deadlines and self._deadlines[0].when() <= now:
            handle: Any = heapq.heappop(self._deadlines)
            handle._scheduled = False
            if handle.cancelled():
                self._cancelled_deadlines -= 1
            else:
                self._ready.append(handle)
        self._set_alarm()
        if self._ready:
            self._request_turn()

    def _drain(self) -> None:
        """Run what is ready, for one time slice.

        Returns at once inside itself (a nested Qt loop) and while the loop does not run (qasync processes events
        once more after its end, when no task could find its loop).
        """
        if self._draining or not self.is_running():
            return
        self._draining = True
        try:
            self._run_slice()
        except (SystemExit, KeyboardInterrupt) as interruption:
            # Qt's slots would swallow it; `run_forever` raises it again.
            self._interruption = interruption
            self.stop()
        finally:
            self._draining = False
            if self._ready:
                self._turn.start()

    def _run_slice(self) -> None:
        end = time.perf_counter() + SLICE_SECONDS
        for _ in range(len(self._ready)):
            handle: Any = self._ready.popleft()
            if not handle.cancelled():
                handle._run()
            if time.perf_counter() > end:
                break

    # Life

    def run_forever(self) -> None:
        """Run until `stop` is called."""
        self._interruption = None
        if self._ready:
            self._turn.start()
        super().run_forever()
        if self._interruption is not None:
            raise self._interruption

    def run_until_complete(self, future: Any) -> Any:
        """Run until `future` is done; its result."""
        task = asyncio.ensure_future(future, loop=self)
        try:
            return super().run_until_complete(task)
        except BaseException:
            if task.done() and not task.cancelled():
                task.exception()  # marks it as seen: it is the one being raised
            raise

    def close(self) -> None:
        """Drop everything that waits. The loop cannot be used again."""
        if self.is_running():
            raise RuntimeError("Cannot close a running event loop")
        self._turn.stop()
        self._alarm.stop()
        self._ready.clear()
        self._deadlines.clear()
        super().close()


class _QuitFilter(QObject):
    """Turns the application's Quit event (Cmd-Q, end of the session, `QApplication.quit`) into a request to stop."""

    def __init__(self, request_stop: Callable[[], object]) -> None:
        super().__init__()
        self._request_stop = request_stop

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Quit and watched is QApplication.instance():
            self._request_stop()
            event.ignore()
            return True
        return False


MainCoroutine = Callable[[asyncio.Event], Coroutine[Any, Any, int]]
"""What `run` runs: given the event that is set when the program is asked to stop, it returns the exit code."""


def run(application: QApplication, main: MainCoroutine) -> int:
    """Run `main` on Qt's loop until it returns; its result is the exit code.

    The stop event is set when the last window closes, when the desktop asks the application to quit, and at SIGINT
    and SIGTERM. Then `main` cleans up and returns. A second signal ends the process at once.
    """
    with asyncio.Runner(loop_factory=lambda: WindowLoop(application)) as runner:
        return runner.run(_attended(application, main))


async def _attended(application: QApplication, main: MainCoroutine) -> int:
    stop = asyncio.Event()
    application.setQuitOnLastWindowClosed(False)
    application.lastWindowClosed.connect(stop.set)
    quit_filter = _QuitFilter(stop.set)
    application.installEventFilter(quit_filter)
    signals = () if os.name == "nt" else (signal.SIGINT, signal.SIGTERM)
    handlers_before = {number: signal.getsignal(number) for number in signals}
    loop = asyncio.get_running_loop()

    def stop_once() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in signals:
        loop.add_signal_handler(number, stop_once)
    try:
        return await main(stop)
    finally:
        application.removeEventFilter(quit_filter)
        application.lastWindowClosed.disconnect(stop.set)
        for number, handler in handlers_before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
