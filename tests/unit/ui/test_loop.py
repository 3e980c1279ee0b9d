"""The event loop: what asyncio promises has to hold inside Qt too."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from ashore.ui.loop import SLICE_SECONDS, WindowLoop, run


@pytest.fixture
def loop(application: QApplication) -> Iterator[WindowLoop]:
    """A loop that does not run yet."""
    fresh = WindowLoop(application)
    yield fresh
    fresh.close()


def here() -> WindowLoop:
    """The loop that runs the test."""
    running = asyncio.get_running_loop()
    assert isinstance(running, WindowLoop)
    return running


# Time


@pytest.mark.parametrize("delay", [0.001, 0.0123, 0.05, 0.2])
async def test_a_sleep_never_ends_early(delay: float) -> None:
    started = here().time()
    await asyncio.sleep(delay)
    assert here().time() - started >= delay


async def test_many_sleeps_end_in_the_order_of_their_deadlines() -> None:
    ended: list[int] = []

    async def sleeper(milliseconds: int) -> None:
        await asyncio.sleep(milliseconds / 1000)
        ended.append(milliseconds)

    delays = [35, 5, 20, 50, 1, 10]
    await asyncio.gather(*(sleeper(delay) for delay in delays))
    assert ended == sorted(delays)


async def test_a_later_deadline_does_not_hold_up_an_earlier_one() -> None:
    far = here().call_later(60, lambda: None)
    started = here().time()
    await asyncio.sleep(0.01)
    assert here().time() - started < 1
    far.cancel()


async def test_a_deadline_is_known_and_can_be_cancelled() -> None:
    rung: list[str] = []
    handle = here().call_at(here().time() + 0.005, rung.append, "cancelled")
    assert handle.when() > here().time() - 1
    handle.cancel()
    await asyncio.sleep(0.02)
    assert rung == []


async def test_cancelled_deadlines_do_not_accumulate() -> None:
    for _ in range(2000):
        async with asyncio.timeout(60):
            await asyncio.sleep(0)
    assert len(here()._deadlines) < 200


async def test_cancelling_after_the_fact_counts_nothing() -> None:
    handle = here().call_later(0, lambda: None)
    await asyncio.sleep(0.01)
    before = here()._cancelled_deadlines
    handle.cancel()
    assert here()._cancelled_deadlines == before


async def test_a_timeout_ends_what_takes_too_long() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.sleep(60)


# Order and turns


async def test_callbacks_run_in_the_order_of_their_scheduling() -> None:
    order: list[int] = []
    for number in range(500):
        here().call_soon(order.append, number)
    done = asyncio.Event()
    here().call_soon(done.set)
    await done.wait()
    assert order == list(range(500))


async def test_qt_gets_its_turn_while_callbacks_never_end() -> None:
    ticks: list[float] = []
    timer = QTimer()
    timer.setInterval(1)
    timer.timeout.connect(lambda: ticks.append(here().time()))
    timer.start()
    end = here().time() + 0.15
    while here().time() < end:
        await asyncio.sleep(0)
    timer.stop()
    gaps = [later - earlier for earlier, later in itertools.pairwise(ticks)]
    assert len(ticks) > 5
    # Loaded machines stretch single turns; the middle one shows the slices.
    assert sorted(gaps)[len(gaps) // 2] < SLICE_SECONDS * 5


async def test_qt_gets_its_turn_between_many_callbacks() -> None:
    ticks: list[None] = []
    timer = QTimer()
    timer.setInterval(1)
    timer.timeout.connect(lambda: ticks.append(None))
    timer.start()

    def busy() -> None:
        end = time.perf_counter() + 0.001
        while time.perf_counter() < end:
            pass

    for _ in range(100):
        here().call_soon(busy)
    done = asyncio.Event()
    here().call_soon(done.set)
    await done.wait()
    timer.stop()
    assert len(ticks) >= 5, "a hundred milliseconds of work have to be cut into slices"


async def test_a_nested_qt_loop_only_pauses_asyncio() -> None:
    steps: list[str] = []

    async def other() -> None:
        for number in range(3):
            await asyncio.sleep(0.002)
            steps.append(f"other {number}")

    async def thread() -> None:
        await asyncio.to_thread(lambda: None)
        steps.append("thread")

    tasks = [asyncio.create_task(other()), asyncio.create_task(thread())]
    await asyncio.sleep(0)
    nested = QEventLoop()
    QTimer.singleShot(30, nested.quit)
    nested.exec()
    steps.append("nested loop ended")
    await asyncio.gather(*tasks)
    assert steps[0] == "nested loop ended"
    assert sorted(steps[1:]) == ["other 0", "other 1", "other 2", "thread"]


async def test_asyncio_goes_on_in_a_nested_loop_of_a_qt_slot() -> None:
    steps: list[str] = []
    nested = QEventLoop()

    async def other() -> None:
        await asyncio.sleep(0.002)
        steps.append("other")
        nested.quit()

    def slot() -> None:
        nested.exec()
        steps.append("slot")

    task = asyncio.create_task(other())
    QTimer.singleShot(0, slot)
    await task
    while len(steps) < 2:
        await asyncio.sleep(0.001)
    assert steps == ["other", "slot"]


# Threads, processes, sockets


async def test_a_thread_can_schedule() -> None:
    heard = asyncio.Event()
    marker = contextvars.ContextVar("marker", default="none")
    seen: list[tuple[str, bool]] = []

    def note() -> None:
        seen.append((marker.get(), threading.current_thread() is threading.main_thread()))
        heard.set()

    def work(loop: WindowLoop) -> None:
        context = contextvars.copy_context()
        context.run(marker.set, "from the thread")
        handle = loop.call_soon_threadsafe(note, context=context)
        assert isinstance(handle, asyncio.Handle)

    thread = threading.Thread(target=work, args=(here(),))
    thread.start()
    async with asyncio.timeout(5):
        await heard.wait()
    thread.join()
    assert seen == [("from the thread", True)]


async def test_the_result_of_a_thread_wakes_an_idle_loop() -> None:
    idle = threading.Event()
    here().call_later(0.02, idle.set)

    def work() -> str:
        idle.wait()
        return threading.current_thread().name

    async with asyncio.timeout(5):
        name = await asyncio.to_thread(work)
    assert name.startswith("ashore")


async def test_a_child_process_answers() -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "print(input()[::-1])", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(30):
        answer, _ = await child.communicate(b"erohsA\n")
    assert answer.strip() == b"Ashore"
    assert child.returncode == 0


@pytest.fixture
async def greeting_server() -> AsyncIterator[str]:
    """The address of a loopback server that answers each request with a greeting."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nahoy\n")
                await writer.drain()
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_http_requests_work_and_leave_no_deadlines_behind(greeting_server: str) -> None:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        for _ in range(20):
            answers = await asyncio.gather(*(client.get(greeting_server) for _ in range(5)))
            assert [answer.text for answer in answers] == ["ahoy\n"] * 5
    assert len(here()._deadlines) < 200


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
