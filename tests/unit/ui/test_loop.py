"""The event loop: what asyncio promises has to hold inside Qt too."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import sys
import threading
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from PySide6.QtCore import QEventLoop, QTimer

from ashore.ui.loop import SLICE_SECONDS, WindowLoop


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
