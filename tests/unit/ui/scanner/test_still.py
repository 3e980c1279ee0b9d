"""A picture that never comes to its end holds up neither the next one nor the end of the program."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ashore.ui.scanner.picture_file import Text
from ashore.ui.scanner.still import Looking
from ashore.ui.widgets.picture import UnreadablePicture


async def test_what_never_comes_is_said_and_the_next_is_read() -> None:
    gone = threading.Event()  # a share that does not answer

    def stuck() -> Text:
        gone.wait(60)
        return Text("late")

    looking = Looking(patience_s=0.2)
    try:
        with pytest.raises(UnreadablePicture, match="in time"):
            await looking.look(stuck)
        assert await looking.look(lambda: Text("next")) == Text("next")
        waiting = [each for each in threading.enumerate() if each.name == "ashore-pictures"]
        assert all(each.daemon for each in waiting), "the program ends without them"
    finally:
        gone.set()


async def test_one_at_a_time_and_what_is_cancelled_is_never_loaded() -> None:
    looking, begun, go_on = Looking(), threading.Event(), threading.Event()
    loaded: list[str] = []

    def first() -> Text:
        begun.set()
        go_on.wait(60)
        return Text("first")

    def second() -> Text:
        loaded.append("second")
        return Text("second")

    one = asyncio.ensure_future(looking.look(first))
    await asyncio.to_thread(begun.wait, 60)
    two, three = asyncio.ensure_future(looking.look(second)), asyncio.ensure_future(looking.look(second))
    await asyncio.sleep(0)
    two.cancel()
    await asyncio.gather(two, return_exceptions=True)
    assert loaded == []
    go_on.set()
    assert await one == Text("first")
    assert await three == Text("second")
    assert loaded == ["second"]


async def test_a_failure_is_told_to_who_waits() -> None:
    def broken() -> Text:
        raise UnreadablePicture("The file is empty.", "Choose another.")

    with pytest.raises(UnreadablePicture, match="empty"):
        await Looking().look(broken)


async def test_closed_it_begins_with_nothing() -> None:
    looking = Looking(patience_s=0.2)
    looking.close()
    with pytest.raises(UnreadablePicture, match="in time"):
        await looking.look(lambda: Text("late"))
