"""How a connection to a stranger's host is made: the checked address is the one that is connected to.

httpcore takes a network backend by its public constructor, so nothing here hangs on a private attribute.
SOCKS5 is spoken here too (RFC 1928): the one command that Tor needs is shorter than a dependency, it has
deadlines and exact reads, and it goes through the same bounded line as everything else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import httpcore

from ashore.domain.untrusted import plain
from ashore.net.errors import Barred, NetError, NotSent
from ashore.net.guard import AddressRefused, SocksAddress, Target, public_address

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host name for a port, best first, as text. Raises OSError."""

_MAX_ADDRESSES = 8
# Small pieces give the window its turn between them, however fast a server floods.
_PIECE = 8 * 1024
# Elsewhere a machine without a network is told the same (macOS, Windows), so that it proves nothing there.
_NO_SUCH_NAME = frozenset({socket.EAI_NONAME}) if sys.platform == "linux" else frozenset[int]()
_FAILURES = (httpcore.NetworkError, httpcore.TimeoutException, TimeoutError, OSError)


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the operating system for the addresses of `host`."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Overflow(NetError):
    """A server sent more than any honest answer takes."""


class Dial(httpcore.AsyncNetworkBackend):
    """Makes the one connection of one request, and knows whether anything of the request left.

    `allowed` bounds the bytes that are read from the connection; connecting and the TLS handshake
    together take no longer than `connect_seconds`. Raises NotSent with a sentence of its own.
    """

    def __init__(
        self,
        target: Target,
        network: httpcore.AsyncNetworkBackend,
        resolver: Resolver,
        socks: SocksAddress | None,
        *,
        connect_seconds: float,
        allowed: int,
    ) -> None:
        self._target = target
        self._network = network
        self._resolver = resolver
        self._socks = socks
        self._deadline = asyncio.get_running_loop().time() + connect_seconds
        self._allowed = allowed
        self._streams: list[httpcore.AsyncNetworkStream] = []
        self.sent = False

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - the deadline of the dial holds
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the target, and to nothing else."""
        target = self._target
        if (host, port) != (target.host, target.port):
            raise NotSent(f"{target.host} would have been reached at another place.")
        try:
            async with asyncio.timeout_at(self._deadline):
                if target.onion:
                    stream = await self._through_tor(target)
                elif target.local:
                    stream = await self._first_of([target.host])
                else:
                    stream = await self._first_of(await self._public_addresses(target))
        except TimeoutError:
            raise NotSent(f"{target.host} could not be reached in time.") from None
        return _Line(stream, self)

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ASYNC109, ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: no stranger's host is a file of this machine."""
        raise NotSent("A service of strangers is not reached through a file of this machine.")

    async def aclose(self) -> None:
        """Close what was opened, also where httpcore was interrupted before it knew of it."""
        for stream in reversed(self._streams):
            await stream.aclose()
        self._streams.clear()

    async def _public_addresses(self, target: Target) -> list[str]:
        """Return the addresses of the target, every one of them public. Raises AddressRefused or NotSent."""
        try:
            found: Sequence[str] = [str(ipaddress.ip_address(target.host))]
        except ValueError:
            try:
                found = await self._resolver(target.host, target.port)
            except (OSError, UnicodeError) as error:
                raise _no_address(target.host, error) from None
        if not found:
            raise NotSent(f"No address of {target.host} could be found.")
        try:
            return list(dict.fromkeys(public_address(address) for address in found))
        except AddressRefused as refused:
            raise AddressRefused(
                f"{target.host} {refused.sentence}, where no voucher may lead Ashore.",
                "Nothing was sent. If this is a service of your own, it needs a public address.",
            ) from None

    async def _first_of(self, addresses: Sequence[str]) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers; each gets an equal share of the time that is left."""
        loop = asyncio.get_running_loop()
        candidates = addresses[:_MAX_ADDRESSES]
        for tried, address in enumerate(candidates):
            now = loop.time()
            until = now + (self._deadline - now) / (len(candidates) - tried)
            try:
                async with asyncio.timeout_at(until):
                    return self._keep(await self._network.connect_tcp(address, self._target.port))
            except _FAILURES:
                continue
        raise NotSent(f"{self._target.host} could not be reached.")

    async def _through_tor(self, target: Target) -> httpcore.AsyncNetworkStream:
        if self._socks is None:
            raise Barred(
                f"Only Tor can reach {target.host}, an onion service, and Tor is not set up.",
                "Nothing was sent. Start Tor first.",
            )
        try:
            stream = self._keep(await self._network.connect_tcp(self._socks.host, self._socks.port))
        except _FAILURES:
            raise NotSent(
                f"Only Tor can reach {target.host}, an onion service, and Tor does not answer at {self._socks}.",
                f"Nothing was sent. Start Tor, so that it listens at {self._socks} (SOCKS), and try again.",
            ) from None
        try:
            await _ask_socks(stream, target)
        except _FAILURES:
            raise NotSent(f"Tor gave up on the way to {target.host}.") from None
        return stream

    def _keep(self, stream: httpcore.AsyncNetworkStream) -> httpcore.AsyncNetworkStream:
        self._streams.append(stream)
        return stream

    def allow(self, more: int) -> None:
        """Let the server send `more` bytes than before."""
        self._allowed += more

    def count(self, received: int) -> None:
        """Take note of bytes that were read. Raises Overflow past what is allowed."""
        self._allowed -= received
        if self._allowed < 0:
            raise Overflow(f"{self._target.host} sent more than an answer may hold.")

    async def secure(
        self, stream: httpcore.AsyncNetworkStream, context: ssl.SSLContext, name: str | None
    ) -> httpcore.AsyncNetworkStream:
        """Make a connection secret, within the time for connecting. Raises NotSent."""
        host = self._target.host
        try:
            async with asyncio.timeout_at(self._deadline):
                return self._keep(await stream.start_tls(context, name))
        except (*_FAILURES, ValueError) as error:
            raise _not_secure(host, error) from None


class _Line(httpcore.AsyncNetworkStream):
    """A connection that counts what comes in, and marks when something of the request goes out."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, dial: Dial) -> None:
        self._stream = stream
        self._dial = dial

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        received = await self._stream.read(min(max_bytes, _PIECE), timeout)
        self._dial.count(len(received))
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if buffer:
            self._dial.sent = True
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002 - the deadline of the dial holds
    ) -> httpcore.AsyncNetworkStream:
        return _Line(await self._dial.secure(self._stream, ssl_context, server_hostname), self._dial)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _no_address(host: str, error: OSError | UnicodeError) -> NotSent:
    """Return the error for a name without an address: that there is none, or that nobody could tell."""
    if isinstance(error, UnicodeError) or (isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_NAME):
        return Barred(f"No address of {host} could be found: there is no such name.")
    return NotSent(f"No address of {host} could be found.")


def _not_secure(host: str, error: BaseException) -> NotSent:
    """Return the error for a handshake that failed."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = plain(cause.verify_message, 120)
            return Barred(f"{host} could not prove who it is: its certificate is not valid ({reason}).")
        cause = cause.__cause__
    if isinstance(error, TimeoutError | httpcore.TimeoutException):
        return NotSent(f"{host} could not be reached in time.")
    return NotSent(f"{host} could not agree on an encrypted connection.")


async def _ask_socks(stream: httpcore.AsyncNetworkStream, target: Target) -> None:
    """Have a SOCKS5 server connect to the target by its name, which it resolves itself. Raises NotSent."""
    name = target.host.encode("ascii")
    await stream.write(b"\x05\x01\x00")
    if await _exactly(stream, 2) != b"\x05\x00":
        raise NotSent("What listens where Tor should be is not Tor.")
    await stream.write(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + target.port.to_bytes(2, "big"))
    version, reply, _, kind = await _exactly(stream, 4)
    if version != 5 or reply != 0:
        raise NotSent(f"Tor could not reach {target.host}.")
    length = {1: 4, 4: 16}.get(kind) or (await _exactly(stream, 1))[0]
    await _exactly(stream, length + 2)


async def _exactly(stream: httpcore.AsyncNetworkStream, length: int) -> bytes:
    received = b""
    while len(received) < length:
        piece = await stream.read(length - len(received))
        if not piece:
            raise ConnectionResetError
        received += piece
    return received
