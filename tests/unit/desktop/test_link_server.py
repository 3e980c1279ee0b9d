"""The window's side of a hand-over, met over its real socket."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ashore.desktop import hand_over, link_server, meeting_place
from ashore.desktop.link_server import MOST_AT_ONCE, LinkServer
from ashore.desktop.messages import Message, message_for, written
from ashore.desktop.one_window import Outcome, lock_or_hand_over
from ashore.desktop.paths import Paths, paths_for
from ashore.desktop.single_instance import InstanceLock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has pipes in the place of sockets")

LINK = "lightning:LNURL1DP68GURN8GHJ7"


class Listening:
    """A server on a data folder of its own, and what it heard."""

    def __init__(self, folder: Path) -> None:
        self.paths: Paths = paths_for("sandbox", folder)
        self.paths.create()
        self.runtime = folder / "run"
        self.runtime.mkdir(mode=0o700, exist_ok=True)
        self.environment = {"XDG_RUNTIME_DIR": str(self.runtime)}
        self.heard: list[Message] = []
        self.server = LinkServer(self.heard.append)

    def open(self) -> None:
        self.server.open(self.paths.data, self.environment)

    async def hand(self, message: Message) -> Outcome | None:
        return await asyncio.to_thread(hand_over.hand_over, self.paths.data, message, self.environment)

    async def say(self, sent: bytes, *, end: bool = True) -> bytes:
        """What is answered to these bytes; empty where the other side only ends."""
        reader, writer = await asyncio.open_unix_connection(self.server.path)
        try:
            writer.write(sent)
            await writer.drain()
            if end:
                writer.write_eof()
            return await reader.read()
        except (ConnectionResetError, BrokenPipeError):
            return b""
        finally:
            writer.close()


@pytest.fixture
async def listening(tmp_path: Path) -> AsyncIterator[Listening]:
    made = Listening(tmp_path)
    made.open()
    yield made
    await made.server.aclose()
    assert made.server.talking == 0


async def test_a_link_arrives_and_is_acknowledged(listening: Listening) -> None:
    assert await listening.hand(message_for(LINK, "token")) is Outcome.TAKEN
    assert listening.heard == [Message(LINK, token="token")]


async def test_only_its_owner_can_reach_the_socket(listening: Listening) -> None:
    assert listening.server.path is not None
    found = listening.server.path.lstat()
    assert found.st_mode & 0o777 == 0o600
    assert found.st_uid == os.getuid()


async def test_another_user_is_not_heard(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_server, "is_own_process", lambda _peer: False)
    assert await listening.say(written(message_for(LINK))) == b""
    assert listening.heard == []


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can be somebody else")
async def test_a_process_of_another_user_is_told_apart(listening: Listening) -> None:
    """Even where it could reach the socket."""
    assert listening.server.path is not None
    for folder in (listening.server.path.parent, *listening.server.path.parents):
        if folder != Path("/") and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o011)
    listening.server.path.chmod(0o666)
    code = (
        "import os, socket, sys\nos.setgid(65534); os.setuid(65534)\n"
        "s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b'ashore 1\\n\\n')\n"
        "print(s.recv(64))"
    )
    stranger = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(listening.server.path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    told, complaint = await stranger.communicate()
    assert told.strip() == b"b''" or b"Reset" in complaint or b"BrokenPipe" in complaint
    assert listening.heard == []


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n" + b"\n\n",
        b"\x00\xff" * 700 + b"\n\n",
        b"ashore 1\nlink lightning:\xff\n\n",
        b"ashore 1\nlink lightning:\x1b[2J\n\n",
        b"ashore 1\nlink lightning:" + b"a" * 1_000_000,
        b"ashore 1\nlink",
        b"",
    ],
)
async def test_garbage_is_refused(listening: Listening, sent: bytes) -> None:
    assert await listening.say(sent) in (b"refused\n", b"")
    assert listening.heard == []
    assert await listening.hand(message_for(LINK)) is Outcome.TAKEN


async def test_who_does_not_stop_is_stopped(listening: Listening) -> None:
    with socket.socket(socket.AF_UNIX) as talking:
        talking.setblocking(False)
        await asyncio.get_running_loop().sock_connect(talking, str(listening.server.path))
        talking.send(b"ashore 1\nlink lightning:" + b"a" * 100_000)
        assert await asyncio.get_running_loop().sock_recv(talking, 64) == b"refused\n"


async def test_whoever_hangs_is_let_go_and_holds_nobody_up_for_good(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_server, "LONGEST_S", 0.3)
    hanging = [socket.socket(socket.AF_UNIX) for _ in range(MOST_AT_ONCE + 8)]
    for each in hanging:
        each.setblocking(False)
        await asyncio.get_running_loop().sock_connect(each, str(listening.server.path))
        each.send(b"ashore 1\n")
    assert await listening.hand(message_for(LINK)) is Outcome.TAKEN
    assert listening.server.talking <= MOST_AT_ONCE
    for each in hanging:
        assert await asyncio.get_running_loop().sock_recv(each, 64) == b""
        each.close()


async def test_a_drip_of_bytes_has_an_end(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_server, "LONGEST_S", 0.3)
    with socket.socket(socket.AF_UNIX) as dripping:
        dripping.setblocking(False)
        await asyncio.get_running_loop().sock_connect(dripping, str(listening.server.path))

        async def drip() -> None:
            while True:
                dripping.send(b"a")
                await asyncio.sleep(0.01)

        async with asyncio.timeout(10):
            with pytest.raises(ConnectionError):
                await drip()


async def test_a_thousand_links_a_second_cost_bounded_memory(listening: Listening) -> None:
    sent = [message_for(f"{LINK}{'A' * 3000}{number}") for number in range(1000)]
    newest: list[Message] = []
    listening.server._arrived = lambda message: newest.__setitem__(slice(None), [message])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def flood() -> list[Outcome | None]:
        return [hand_over.hand_over(listening.paths.data, each, listening.environment) for each in sent]

    began = time.monotonic()
    outcomes = await asyncio.to_thread(flood)
    took = time.monotonic() - began
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"1,000 links in {took:.2f} s, memory {grown_kib} KiB more")
    assert outcomes == [Outcome.TAKEN] * 1000
    assert newest == [sent[-1]]
    assert grown_kib < 8192


async def test_what_a_crash_has_left_is_taken_over(tmp_path: Path) -> None:
    left = Listening(tmp_path)
    dead = socket.socket(socket.AF_UNIX)
    (path, *_) = meeting_place.socket_paths(left.paths.data, left.environment)
    dead.bind(str(path))
    dead.close()
    assert path.exists()
    assert await left.hand(message_for(LINK)) is None
    left.open()
    assert await left.hand(message_for(LINK)) is Outcome.TAKEN
    await left.server.aclose()
    assert not path.exists()


async def test_the_lock_decides_who_is_the_window(tmp_path: Path) -> None:
    made = Listening(tmp_path)
    message = message_for(LINK)
    lock = lock_or_hand_over(made.paths, message, made.environment)
    assert isinstance(lock, InstanceLock)
    assert lock_or_hand_over(made.paths, message, made.environment, 0.05) is Outcome.NOBODY
    made.open()
    found = await asyncio.to_thread(lock_or_hand_over, made.paths, message, made.environment)
    assert found is Outcome.TAKEN
    await made.server.aclose()
    lock.release()
    again = lock_or_hand_over(made.paths, message, made.environment)
    assert isinstance(again, InstanceLock)
    again.release()


async def test_a_start_waits_for_a_window_that_is_just_being_made(tmp_path: Path) -> None:
    made = Listening(tmp_path)
    with InstanceLock(made.paths.instance_lock):
        waiting = asyncio.create_task(
            asyncio.to_thread(lock_or_hand_over, made.paths, message_for(LINK), made.environment)
        )
        await asyncio.sleep(0.1)
        assert not waiting.done()
        made.open()
        assert await waiting is Outcome.TAKEN
        await made.server.aclose()


async def test_another_version_refuses(tmp_path: Path) -> None:
    made = Listening(tmp_path)
    (path, *_) = meeting_place.socket_paths(made.paths.data, made.environment)
    other = socket.socket(socket.AF_UNIX)
    other.bind(str(path))
    other.listen()

    def answer() -> None:
        peer, _address = other.accept()
        with peer:
            peer.recv(100)
            peer.sendall(b"what?\n")

    thread = threading.Thread(target=answer)
    thread.start()
    assert await made.hand(message_for(LINK)) is Outcome.REFUSED
    thread.join()
    other.close()
