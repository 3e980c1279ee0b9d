"""The running window's side of a hand-over: whoever holds the instance lock listens for other starts.

On Linux and macOS on a socket in the event loop; on Windows see `link_pipe`. However many come, memory is bounded:
so many conversations at once, each of so many bytes and so long; the others wait in the system's queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from ashore.desktop import meeting_place
from ashore.desktop.hand_over import is_own_process
from ashore.desktop.messages import MOST_BYTES, Answer, Message, Unreadable, complete, read

MOST_AT_ONCE = 32
LONGEST_S = 2.0
"""How long another start may take to say what it wants."""

_WAITING = 128
_REST_S = 0.2
_PART = 8192

Arrived = Callable[[Message], None]


class LinkServer:
    """Listens until it is closed."""

    def __init__(self, arrived: Arrived) -> None:
        """`arrived` is called in the event loop with each message, and may not fail."""
        self._arrived = arrived
        self._listening: socket.socket | None = None
        self._path: Path | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._paused = False

    @property
    def path(self) -> Path | None:
        """Where it listens."""
        return self._path

    @property
    def talking(self) -> int:
        """How many conversations are going on."""
        return len(self._talks)

    def open(self, data: Path, environment: Mapping[str, str]) -> None:
        """Listen for starts on this data. Only the holder of the instance lock may call this.

        A socket that is found there belongs to a process that has ended, for it had the lock.

        Raises:
            OSError: there is no place where nobody else could listen.
        """
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._path = _bound(listening, data, environment)
            listening.setblocking(False)
            listening.listen(_WAITING)
        except OSError:
            listening.close()
            raise
        self._listening = listening
        asyncio.get_running_loop().add_reader(listening.fileno(), self._accept)

    async def aclose(self) -> None:
        """Hear no more. The socket's file goes, so that other starts wait for the lock."""
        if self._listening is not None:
            self._listen(on=False)
            self._listening.close()
            self._listening = None
            if self._path is not None:
                with contextlib.suppress(OSError):
                    self._path.unlink()
        for talk in tuple(self._talks):
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def _accept(self) -> None:
        """Begin one conversation; where there are enough, the others wait."""
        if self._listening is None:
            return
        try:
            peer, _address = self._listening.accept()
        except BlockingIOError:  # whoever it was has gone
            return
        except OSError:  # too many files are open: the same would be said again at once
            self._listen(on=False)
            asyncio.get_running_loop().call_later(_REST_S, self._go_on)
            return
        peer.setblocking(False)
        talk = asyncio.create_task(self._talk(peer))
        self._talks.add(talk)
        talk.add_done_callback(self._talked)
        if len(self._talks) >= MOST_AT_ONCE:
            self._listen(on=False)

    def _talked(self, talk: asyncio.Task[None]) -> None:
        self._talks.discard(talk)
        self._go_on()

    def _go_on(self) -> None:
        if self._paused and len(self._talks) < MOST_AT_ONCE:
            self._listen(on=True)

    def _listen(self, *, on: bool) -> None:
        if self._listening is None or on is not self._paused:
            return
        self._paused = not on
        loop = asyncio.get_running_loop()
        if on:
            loop.add_reader(self._listening.fileno(), self._accept)
        else:
            loop.remove_reader(self._listening.fileno())

    async def _talk(self, peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError, TimeoutError):
            if not is_own_process(peer):
                return
            async with asyncio.timeout(LONGEST_S):
                answer = await self._heard(peer)
                await asyncio.get_running_loop().sock_sendall(peer, f"{answer}\n".encode())

    async def _heard(self, peer: socket.socket) -> Answer:
        received = b""
        while not complete(received):
            part = await asyncio.get_running_loop().sock_recv(peer, _PART)
            received += part
            if not part or len(received) > MOST_BYTES:
                return Answer.REFUSED
        return taken(received, self._arrived)


def taken(received: bytes, arrived: Arrived) -> Answer:
    """Pass on the message that these bytes are, and say what becomes of it."""
    try:
        message = read(received)
    except Unreadable:
        return Answer.REFUSED
    arrived(message)
    return Answer.TAKEN


def _bound(listening: socket.socket, data: Path, environment: Mapping[str, str]) -> Path:
    paths = meeting_place.socket_paths(data, environment)
    if not paths:
        meeting_place.make_last_resort()
        paths = meeting_place.socket_paths(data, environment)
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
            listening.bind(os.fspath(path))
            path.chmod(0o600)  # nobody can connect yet; a mask would be the whole program's for this moment
            return path
    raise OSError("there is no place for the socket")
