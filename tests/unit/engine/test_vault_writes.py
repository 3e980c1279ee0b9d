"""Writes of the vault that go on by themselves, and whoever waits for their end."""

from __future__ import annotations

import asyncio

from ashore.engine.vault_writes import VaultWrites


async def test_waiting_ends_where_a_write_is_done_and_not_told_of_yet() -> None:
    """The loop has to have a turn then: on Python 3.12 and later, to wait for what is done gives it none."""
    told: list[str] = []
    writes = VaultWrites(lambda: told.append("changed"))

    async def write() -> None:
        """Done at once."""

    task = writes.begin(write())
    while not task.done():
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await writes.settled()
    assert told == ["changed"]


async def test_who_gives_up_waiting_stops_no_write() -> None:
    gate = asyncio.Event()
    written: list[str] = []
    writes = VaultWrites(lambda: None)

    async def write() -> None:
        await gate.wait()
        written.append("sealed")

    writes.begin(write())
    waiting = asyncio.ensure_future(writes.settled())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    gate.set()
    await writes.settled()
    assert written == ["sealed"]
