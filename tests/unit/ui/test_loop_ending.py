"""How the event loop hands exceptions on, ends with the program, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from ashore.ui.loop import WindowLoop, run


@pytest.fixture
def loop(application: QApplication) -> Iterator[WindowLoop]:
    """A loop that does not run yet."""
    fresh = WindowLoop(application)
    yield fresh
    fresh.close()


# Exceptions


def test_the_result_and_the_exception_of_the_main_task_come_back(loop: WindowLoop) -> None:
    async def number() -> int:
        await asyncio.sleep(0)
        return 7

    async def failure() -> None:
        await asyncio.sleep(0)
        raise LookupError("lost at sea")

    assert loop.run_until_complete(number()) == 7
    with pytest.raises(LookupError, match="lost at sea"):
        loop.run_until_complete(failure())


@pytest.mark.parametrize("interruption", [SystemExit, KeyboardInterrupt])
def test_an_interruption_ends_the_loop(loop: WindowLoop, interruption: type[BaseException]) -> None:
    async def interrupted() -> None:
        await asyncio.sleep(0)
        raise interruption

    with pytest.raises(interruption):
        loop.run_until_complete(interrupted())
    assert not loop.is_running()


def test_an_interruption_in_a_callback_ends_the_loop(loop: WindowLoop) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    task = loop.create_task(asyncio.sleep(60))
    loop.call_soon(interrupted)
    with pytest.raises(KeyboardInterrupt):
        loop.run_until_complete(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)


def test_an_exception_of_a_callback_reaches_the_handler(loop: WindowLoop) -> None:
    contexts: list[dict[str, object]] = []
    loop.set_exception_handler(lambda _, context: contexts.append(context))

    def failing() -> None:
        raise LookupError("lost at sea")

    async def main() -> None:
        asyncio.get_running_loop().call_soon(failing)
        await asyncio.sleep(0.005)

    loop.run_until_complete(main())
    assert [str(context["exception"]) for context in contexts] == ["lost at sea"]


def test_tasks_never_run_without_their_loop(loop: WindowLoop) -> None:
    """qasync processes events once more after its end; a task that then runs would not find its loop."""
    found: list[bool] = []

    async def restless() -> None:
        while True:
            await asyncio.sleep(0)
            found.append(asyncio.get_running_loop() is loop)

    async def main() -> asyncio.Task[None]:
        task = asyncio.create_task(restless())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return task

    task = loop.run_until_complete(main())
    steps = len(found)
    QApplication.processEvents()
    assert len(found) == steps
    assert all(found)

    async def finish() -> None:
        task.cancel()
        await asyncio.wait([task])

    loop.run_until_complete(finish())
    assert task.cancelled()


def test_a_closed_loop_refuses_work(application: QApplication) -> None:
    closed = WindowLoop(application)
    closed.close()
    with pytest.raises(RuntimeError, match="closed"):
        closed.call_soon(lambda: None)
    with pytest.raises(RuntimeError, match="closed"):
        closed.call_soon_threadsafe(lambda: None)
    with pytest.raises(RuntimeError, match="closed"):
        closed.call_later(1, lambda: None)


# The program


def test_run_ends_with_the_last_window(application: QApplication) -> None:
    async def main(stop: asyncio.Event) -> int:
        window = QWidget()
        window.show()
        QTimer.singleShot(0, window.close)
        await stop.wait()
        return 3

    assert run(application, main) == 3


def test_run_hears_the_request_to_quit(application: QApplication) -> None:
    async def main(stop: asyncio.Event) -> int:
        QTimer.singleShot(0, application.quit)
        await stop.wait()
        await asyncio.sleep(0.001)  # there is time to clean up
        return 4

    assert run(application, main) == 4


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_hears_signals(application: QApplication, number: signal.Signals) -> None:
    before = signal.getsignal(number)

    async def main(stop: asyncio.Event) -> int:
        os.kill(os.getpid(), number)
        await stop.wait()
        return 5

    try:
        assert run(application, main) == 5
    finally:
        signal.signal(number, before)


def test_run_leaves_nothing_behind(application: QApplication) -> None:
    async def main(stop: asyncio.Event) -> int:
        return 0

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    assert run(application, main) == 0
    assert {number: signal.getsignal(number) for number in before} == before


# The binding


class _Emitter(QObject):
    said = Signal(int)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="True and None are immortal there")
def test_qt_calls_do_not_consume_references(application: QApplication) -> None:
    """A PySide6 that loses a reference to True or None on each call ends the process after some minutes."""
    emitter, timer = _Emitter(), QTimer()
    emitter.said.connect(lambda _: None)
    gc.collect()
    before = sys.getrefcount(True), sys.getrefcount(None)
    for number in range(300):
        emitter.said.emit(number)
        timer.start(1000)
        timer.stop()
        emitter.setProperty("counted", number)
        application.processEvents()
    after = sys.getrefcount(True), sys.getrefcount(None)
    assert after[0] > before[0] - 100
    assert after[1] > before[1] - 100
