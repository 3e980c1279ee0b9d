"""Pictures are read beside the window: the newest frame alone, and no thread is left."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QObject, QSize, QThread
from PySide6.QtMultimedia import QVideoFrame

from ashore.ui.scanner import frames
from ashore.ui.scanner.reader import Look, Reader
from unit.ui.scanner.drawn import Pixel, code_image, frame_of, scene

TEXT = "lightning:LNURL1DP68GURN8GHJ7MRWW4EXCTNV9EJQ"


class Looks(QObject):
    """What a reader tells, and whether it is told in the window's thread."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.seen: list[Look] = []
        self.elsewhere = False
        reader.looked.connect(self._take)

    def _take(self, look: Look) -> None:
        self.elsewhere |= QThread.currentThread() is not self.thread()
        self.seen.append(look)

    @property
    def texts(self) -> list[str]:
        return [code.text for look in self.seen for code in look.reading.codes]


@pytest.fixture
def reader(application: object) -> Iterator[Reader]:
    made = Reader()
    made.show_within(QSize(160, 160))
    yield made
    made.close()
    assert made.ended(5)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.002)


async def test_a_frame_is_looked_at_and_told_in_the_windows_thread(reader: Reader) -> None:
    looks = Looks(reader)
    reader.frame(frame_of(scene(TEXT), Pixel.Format_NV12))
    await until(lambda: bool(looks.seen))
    assert looks.texts == [TEXT]
    assert not looks.elsewhere
    assert looks.seen[0].picture.width() == 160


async def test_of_many_frames_only_the_newest_waits(reader: Reader) -> None:
    looks = Looks(reader)
    for number in range(200):
        reader.frame(frame_of(code_image(f"frame {number}"), Pixel.Format_Y8))
    await until(lambda: "frame 199" in looks.texts)
    # Nothing is told while this loop holds the window's thread, so one more than the newest is all there can be.
    assert len(looks.seen) <= 2


async def test_what_goes_wrong_in_the_thread_is_a_fault_of_the_window_and_the_next_frame_is_read(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, faults = Looks(reader), []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _trace: faults.append(error))
    with monkeypatch.context() as broken:
        broken.setattr(frames, "look", lambda _frame, _room: 1 / 0)
        reader.frame(frame_of(scene(TEXT), Pixel.Format_NV12))
        await until(lambda: bool(faults))
    assert isinstance(faults[0], ZeroDivisionError)
    reader.frame(frame_of(scene(TEXT), Pixel.Format_NV12))
    await until(lambda: looks.texts == [TEXT])


async def test_a_frame_without_a_picture_is_told_as_such(reader: Reader) -> None:
    looks = Looks(reader)
    reader.frame(QVideoFrame())
    await until(lambda: bool(looks.seen))
    assert looks.seen[0].empty


async def test_after_closing_nothing_is_told_and_the_thread_ends(reader: Reader) -> None:
    looks = Looks(reader)
    reader.frame(frame_of(scene(TEXT), Pixel.Format_NV12))
    reader.close()
    assert reader.ended(5)
    reader.frame(frame_of(scene(TEXT), Pixel.Format_NV12))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not looks.seen


async def test_two_hundred_readers_leave_no_thread_and_no_frame(application: object) -> None:
    before = threading.active_count()
    frame = frame_of(scene(TEXT), Pixel.Format_NV12)
    parent = QObject()
    for _ in range(200):
        reader = Reader(parent)
        looks = Looks(reader)
        reader.frame(frame)
        await until(lambda looks=looks: bool(looks.seen))  # type: ignore[misc]
        reader.close()
        assert reader.ended(5)
        reader.deleteLater()
    await until(lambda: not parent.children())
    assert threading.active_count() == before
    gc.collect()


async def test_a_reader_ends_with_its_parent(application: object) -> None:
    before = threading.active_count()
    parent = QObject()
    reader = Reader(parent)
    seen = Looks(reader).seen
    reader.looked.connect(seen.append)
    reader.frame(frame_of(code_image("one"), Pixel.Format_Y8))
    await until(lambda: bool(seen))
    del reader
    parent.deleteLater()
    await until(lambda: threading.active_count() == before)
