"""The pipe of Windows, met where Qt has it: on Linux it is a socket below the folder for temporary files."""

from __future__ import annotations

import asyncio
import socket
import sys
import uuid
from collections.abc import AsyncIterator

import pytest

from ashore.desktop.messages import Message, message_for, written

link_pipe = pytest.importorskip("ashore.desktop.link_pipe", reason="QtNetwork cannot be loaded", exc_type=ImportError)

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(sys.platform == "win32", reason="this speaks to it as a socket"),
]

LINK = "lightning:LNURL1DP68GURN8GHJ7"


@pytest.fixture
async def heard() -> AsyncIterator[tuple[list[Message], str]]:
    messages: list[Message] = []
    pipe = link_pipe.LinkPipe(messages.append)
    pipe.open(f"ashore-test-{uuid.uuid4().hex}")
    yield messages, pipe.address
    pipe.close()


async def say(address: str, sent: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as peer:
        peer.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(peer, address)
        try:
            await loop.sock_sendall(peer, sent)
            return await loop.sock_recv(peer, 64)
        except (ConnectionResetError, BrokenPipeError):
            return b""


async def test_a_link_arrives_and_is_acknowledged(heard: tuple[list[Message], str]) -> None:
    messages, address = heard
    assert await say(address, written(message_for(LINK, "token"))) == b"taken\n"
    assert messages == [Message(LINK, token="token")]


@pytest.mark.parametrize("sent", [b"\xff" * 100 + b"\n\n", b"ashore 1\nlink " + b"a" * 1_000_000, b"\n\n"])
async def test_garbage_is_refused(heard: tuple[list[Message], str], sent: bytes) -> None:
    messages, address = heard
    assert await say(address, sent) in (b"refused\n", b"")
    assert messages == []
    assert await say(address, written(message_for(LINK))) == b"taken\n"


async def test_whoever_hangs_is_let_go(heard: tuple[list[Message], str]) -> None:
    messages, address = heard
    pipe_limit = link_pipe.LONGEST_S
    async with asyncio.timeout(pipe_limit * 3):
        assert await say(address, b"ashore 1\n") == b""
    assert messages == []


async def test_a_name_that_is_taken_is_not_shared(heard: tuple[list[Message], str]) -> None:
    other = link_pipe.LinkPipe(lambda _message: None)
    with pytest.raises(OSError, match="pipe"):
        other.open("/no/such/folder/name")
