"""Requests to hosts that an outsider chose: LNURL services and their callbacks.

One call makes one request (and the redirects of a first look, each checked like a new address), on a
connection of its own: nothing is repeated, kept open, remembered or read from the environment.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ashore.net.errors import Barred, NetError, NotSent, Unanswered
from ashore.net.guard import (
    TOR,
    AddressRefused,
    LocalService,
    SocksAddress,
    Target,
    read_redirect,
    read_target,
)
from ashore.net.redact import silence_libraries

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence

    import httpcore

    from ashore.net.dialling import Dial, Resolver

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEAD_BYTES = 128 * 1024
# A body in chunks of one byte takes six on the wire.
_CHUNK_COST = 6


@dataclass(frozen=True, slots=True)
class StrangerPurpose:
    """What a kind of request may cost. Times in seconds; `total_seconds` bounds all of it, redirects included.

    `doubt` is what the person is told where the request may have arrived and no answer came.
    """

    name: str
    total_seconds: float
    redirects: int
    doubt: str
    connect_seconds: float = 10.0
    max_bytes: int = 64 * 1024
    accept: str = "application/json"


INFO = StrangerPurpose(
    "info",
    total_seconds=30.0,
    redirects=3,
    doubt="Nothing was withdrawn. A link that works only once may be used up by this look.",
)
CALLBACK = StrangerPurpose(
    "callback",
    total_seconds=120.0,
    redirects=0,
    doubt="It may pay all the same.",
)


@dataclass(frozen=True, slots=True)
class StrangerAnswer:
    """What a service answered, whatever the status: LNURL gives it no meaning (LUD-01). The body is untrusted.

    `final_host` is the host that answered, after redirects, as lower-case ASCII (punycode).
    """

    status: int
    final_host: str
    body: bytes = field(repr=False)


@dataclass(slots=True)
class _Journey:
    """How far one call got."""

    purpose: StrangerPurpose
    host: str = "the service"
    sent: bool = False
    barred: bool = False

    def failure(self, sentence: str, advice: str) -> NetError:
        """Return the one error that leaves this module, with no other error (and so no address) hanging on it."""
        if self.sent:
            return Unanswered(sentence, self.purpose.doubt)
        return (Barred if self.barred else NotSent)(sentence, advice or "Nothing was sent.")


class StrangerClient:
    """Asks hosts that an outsider chose.

    `local_services` are the only places on this machine that may be asked (the practice service); the
    window shows them. `socks` is where Tor listens, None for no Tor. `resolver`, `tls` and `network`
    replace name look-up, trusted certificates and sockets in tests.
    """

    def __init__(
        self,
        *,
        local_services: Iterable[LocalService] = (),
        socks: SocksAddress | None = TOR,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._local_services = frozenset(local_services)
        self._socks = socks
        self._resolver = resolver
        self._tls = tls
        self._network = network
        self._warming = asyncio.Lock()
        self._closed = False

    @property
    def local_services(self) -> tuple[LocalService, ...]:
        """The places on this machine that may be asked, for the window to show; empty outside practice."""
        return tuple(sorted(self._local_services))

    async def warm(self) -> None:
        """Import and set up what requests need, in a worker thread. Harmless to call twice."""
        async with self._warming:
            if self._tls is None or self._network is None:
                tls, network = await asyncio.to_thread(_load)
                self._tls = self._tls or tls
                self._network = self._network or network
            # A certificate has to name the host where names belong; a title that looks like it proves nothing.
            self._tls.hostname_checks_common_name = False
            silence_libraries()

    def close(self) -> None:
        """Refuse further requests; those under way end by their own deadlines or by cancellation."""
        self._closed = True

    async def fetch(self, url: str, purpose: StrangerPurpose) -> StrangerAnswer:
        """Send one GET and return the answer, read whole.

        Raises NotSent where nothing left (Barred where nothing would the next time), Unanswered where it may have
        arrived; none holds anything of the address but the host. After a cancellation nothing is known.
        """
        journey = _Journey(purpose)
        try:
            target = read_target(url, self._local_services)
            journey.host = target.host
            await self.warm()
            async with asyncio.timeout(purpose.total_seconds):
                return await self._follow(target, journey)
        except NetError as error:
            sentence, advice = error.sentence, error.advice
            journey.barred = isinstance(error, Barred)
        except TimeoutError:
            sentence, advice = f"{journey.host} did not answer in time.", ""
        except Exception:  # noqa: BLE001 - hostile bytes go through parsers of others: no failure of theirs may pass as another, nor show what it read
            sentence, advice = f"The answer of {journey.host} could not be read.", ""
        raise journey.failure(sentence, advice)

    async def _follow(self, target: Target, journey: _Journey) -> StrangerAnswer:
        for _ in range(journey.purpose.redirects + 1):
            step = await self._ask(target, journey)
            if isinstance(step, StrangerAnswer):
                return step
            target = read_redirect(target, step, self._local_services)
            journey.host = target.host
        raise AddressRefused(f"{target.host} stands behind more than {journey.purpose.redirects} redirects.")

    async def _ask(self, target: Target, journey: _Journey) -> StrangerAnswer | str:
        """Send one request; return its answer, or where it redirects to if that is to be followed."""
        import httpcore

        from ashore.net.dialling import Dial, system_resolver

        if self._closed or self._network is None:
            raise NotSent("The wallet is closing.")
        purpose = journey.purpose
        dial = Dial(
            target,
            self._network,
            self._resolver or system_resolver,
            self._socks,
            connect_seconds=purpose.connect_seconds,
            allowed=_HEAD_BYTES,
        )
        try:
            return await self._exchange(target, dial, purpose)
        except (httpcore.ProtocolError, httpcore.NetworkError, httpcore.TimeoutException, OSError):
            raise NetError(f"The connection to {target.host} broke before its answer was whole.") from None
        finally:
            journey.sent = journey.sent or dial.sent
            await dial.aclose()

    async def _exchange(self, target: Target, dial: Dial, purpose: StrangerPurpose) -> StrangerAnswer | str:
        import httpcore

        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.line
        )
        connection = httpcore.AsyncHTTPConnection(
            httpcore.Origin(url.scheme, url.host, target.port), ssl_context=self._tls, network_backend=dial
        )
        response = await connection.handle_async_request(
            httpcore.Request(b"GET", url, headers=_headers(target.authority, purpose.accept))
        )
        dial.allow(_CHUNK_COST * purpose.max_bytes)
        try:
            if response.status in _REDIRECTS and purpose.redirects:
                location = _location(target.host, _values(response.headers, b"location"))
                if location is not None:
                    return location
            return StrangerAnswer(response.status, target.host, await _body(response, target.host, purpose.max_bytes))
        finally:
            await response.aclose()


async def _body(response: httpcore.Response, host: str, cap: int) -> bytes:
    """Read a body of at most `cap` bytes that is sent as it is."""
    if any(value.strip().lower() not in {b"", b"identity"} for value in _values(response.headers, b"content-encoding")):
        raise NetError(f"{host} sent a packed answer, which was not asked for.")
    sentence = f"{host} sent an answer longer than the {cap} bytes it may have."
    if any(int(value) > cap for value in _values(response.headers, b"content-length")):
        raise NetError(sentence)
    body = bytearray()
    async for piece in response.aiter_stream():
        body += piece
        if len(body) > cap:
            raise NetError(sentence)
    return bytes(body)


def _location(host: str, values: Sequence[bytes]) -> str | None:
    """Return the one address of a redirect, None if there is none."""
    if len(values) > 1:
        raise AddressRefused(f"{host} redirects to several addresses at once.")
    try:
        return values[0].decode().strip(" ") or None if values else None
    except UnicodeDecodeError:
        raise AddressRefused(f"{host} redirects to an address that is not valid.") from None


def _values(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    return [value for key, value in headers if key.lower() == name]


def _headers(authority: str, accept: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"Host", authority.encode()),
        (b"User-Agent", b"ashore"),
        (b"Accept", accept.encode()),
        (b"Accept-Encoding", b"identity"),
        (b"Connection", b"close"),
    ]


def _load() -> tuple[ssl.SSLContext, httpcore.AsyncNetworkBackend]:
    """Import everything the first request would import, and read the certificates."""
    import httpcore
    import httpx

    for name in ("anyio._backends._asyncio", "idna", "ashore.net.dialling"):
        importlib.import_module(name)
    return httpx.create_ssl_context(trust_env=False), httpcore.AnyIOBackend()
