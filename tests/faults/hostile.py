"""A place where every host is a hostile server: real sockets and TLS, invented names and public addresses."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpcore

from ashore.net.errors import NetError, Unanswered
from ashore.net.strangers import CALLBACK, INFO, StrangerAnswer, StrangerClient, StrangerPurpose
from faults.certificates import Authority

HOST = "service.example"
ASLEEP = "asleep.example"
"""A name that nobody can look up just now."""
PUBLIC = "93.184.215.14"
K1 = "c0ffee00c0ffee00c0ffee00"
INVOICE = "lnbcrt10n1pj4hqpqpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqf"
URL = f"https://{HOST}/secretpath?k1={K1}&pr={INVOICE}"
QUICK = replace(INFO, total_seconds=0.4, connect_seconds=0.2)
PATIENT = replace(INFO, total_seconds=20.0, connect_seconds=10.0)
PATIENT_CALLBACK = replace(CALLBACK, total_seconds=20.0)

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def saying(*pieces: bytes) -> Handler:
    """Read a request, say `pieces` and hang up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return handle


def repeating(start: bytes, again: bytes, *, every: float | None = None) -> Handler:
    """Read a request, say `start`, then `again` for ever, as fast as it is taken or `every` so many seconds."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(start)
        while True:
            writer.write(again)
            await writer.drain()
            # `drain` gives nobody a turn while the buffer has room, and then this loop would never learn of a reset.
            await asyncio.sleep(every or 0)

    return handle


def holding(*pieces: bytes) -> Handler:
    """Read a request, say `pieces` and then nothing until the other side hangs up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.writelines(pieces)
        await reader.read()

    return handle


def resetting(*pieces: bytes, request: bool = True) -> Handler:
    """Read a request (or not), say `pieces`, then reset the connection."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if request:
            await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        raw: socket.socket = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return handle


def answer(body: bytes = b"{}", *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A well-formed answer."""
    head = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def redirect(location: bytes, status: bytes = b"302 Found") -> bytes:
    """A redirect."""
    return answer(b"", b"Location: " + location, status=status)


class _Wires(httpcore.AsyncNetworkBackend):
    """Leads connections to public addresses to the servers of the test, and keeps a list of them."""

    def __init__(self) -> None:
        self.ports: dict[tuple[str, int], int] = {}
        self.dialled: list[tuple[str, int]] = []
        self.dead: set[str] = set()
        self._real = httpcore.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port))
        if host in self.dead:
            await asyncio.Event().wait()
        if (host, port) not in self.ports:
            raise httpcore.ConnectError("refused")
        return await self._real.connect_tcp("127.0.0.1", self.ports[host, port])


@dataclass
class Theatre:
    """The names, addresses and servers of one test, and the client that meets them."""

    authority: Authority
    names: dict[str, Sequence[str]] = field(default_factory=lambda: {HOST: [PUBLIC]})
    wires: _Wires = field(default_factory=_Wires)
    looked_up: list[str] = field(default_factory=list)
    met: int = 0
    _running: set[asyncio.Task[Any]] = field(default_factory=set)
    _servers: list[asyncio.Server] = field(default_factory=list)

    async def resolve(self, host: str, _port: int) -> Sequence[str]:
        """Look a name up in the test's own list."""
        self.looked_up.append(host)
        if host == ASLEEP:
            raise socket.gaierror(socket.EAI_AGAIN, "nobody answers")
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return self.names[host]

    def client(self, **options: Any) -> StrangerClient:
        """A client that trusts the test's authority."""
        options = {"tls": self.authority.trusting(), "resolver": self.resolve, "network": self.wires} | options
        return StrangerClient(**options)

    async def serve(
        self,
        handler: Handler,
        *,
        tls: ssl.SSLContext | None = None,
        plain: bool = False,
        at: tuple[str, int] | None = (PUBLIC, 443),
    ) -> int:
        """Put `handler` at a public address; return its real port on this machine."""
        context = None if plain else tls or self.authority.server(HOST)

        async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.met += 1
            task = asyncio.current_task()
            assert task is not None
            self._running.add(task)
            try:
                await handler(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
                self._running.discard(task)

        server = await asyncio.start_server(
            met, "127.0.0.1", 0, ssl=context, ssl_handshake_timeout=5 if context else None
        )
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        if at is not None:
            self.wires.ports[at] = port
        return port

    async def aclose(self) -> None:
        """Wait until every server has seen its visitor leave: a socket left open would never let it."""
        try:
            async with asyncio.timeout(5):
                while self._running:
                    await asyncio.wait(set(self._running))
        finally:
            for server in self._servers:
                server.close()


@contextlib.asynccontextmanager
async def theatre(folder: Path) -> AsyncIterator[Theatre]:
    """A theatre that is left in order."""
    made = Theatre(Authority(folder))
    try:
        yield made
    finally:
        await made.aclose()


async def outcome(client: StrangerClient, purpose: StrangerPurpose, url: str = URL) -> StrangerAnswer | NetError:
    """Fetch, and hold what comes of it to what every failure has to be."""
    try:
        return await client.fetch(url, purpose)
    except NetError as error:
        hold_to_the_rules(error, url, purpose)
        return error


def hold_to_the_rules(error: NetError, url: str, purpose: StrangerPurpose) -> None:
    """A clear sentence, and nothing of the address on the error or on any that it hangs on."""
    assert error.__cause__ is None
    assert error.__context__ is None
    assert error.sentence.endswith(".")
    assert error.sentence.isprintable()
    assert len(error.sentence) < 250
    assert (
        error.advice == purpose.doubt if isinstance(error, Unanswered) else error.advice.startswith("Nothing was sent.")
    )
    shown = f"{error}{error!r}{error.args}"
    for secret in (K1, INVOICE, "secretpath", url):
        assert secret not in shown
