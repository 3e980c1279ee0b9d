"""The one HTTP transport of the wallet: bounded, paced, without cookies, proxies or redirects.

One httpx client is shared behind a semaphore, because its pool looks at all connections for every
event and so takes quadratic time in simultaneous requests. httpx is imported in a worker thread by
`HttpClient.warm`, after the window has been painted.
"""

from __future__ import annotations

import asyncio
import importlib
import ipaddress
import random
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ashore.domain.untrusted import plain
from ashore.net.errors import HttpStatus, NetError, NotSent, Unanswered
from ashore.net.pacing import HostPace, MonotonicClock, RateLimit

if TYPE_CHECKING:
    import ssl

    import httpx

MAX_CONNECTIONS = 16
MAX_RETRY_AFTER = 120.0
_BACKOFF_BASE = 0.4
_BACKOFF_CAP = 8.0
_MAX_URL = 8_192
# Connecting and the TLS handshake each get less than half of what is left: httpcore closes its socket
# when its own timeout ends a handshake, but not when it is cancelled.
_CONNECT_SHARE = 0.45
_ERROR_BODY = 64 * 1024
_UNHURRIED = RateLimit(per_second=10_000, burst=10_000)
_ASK_FIRST = "Whether it took effect is not known; Ashore will ask before anything is sent again."


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a kind of request may cost.

    `total_seconds` bounds the whole call with its waiting and retries. `retries` counts the further
    attempts that an idempotent read may take; effectful requests never take any.
    """

    name: str
    max_bytes: int
    connect_seconds: float = 5.0
    total_seconds: float = 15.0
    retries: int = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer, read whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """One request as it is to be sent; its `repr` keeps address and content out of logs."""

    host: str
    purpose: Purpose
    method: str
    url: str = field(repr=False)
    body: bytes | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(slots=True)
class _Progress:
    """How far a request got; `sending` is also set when that cannot be told."""

    connecting: bool = False
    sending: bool = False

    @property
    def certainly_not_sent(self) -> bool:
        return self.connecting and not self.sending

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """Take a note from httpcore's trace extension."""
        if event == "connection.connect_tcp.started":
            self.connecting = True
        elif ".send_request_" in event:
            self.sending = True


@dataclass(slots=True)
class _Host:
    pace: HostPace
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(6))


class HttpClient:
    """Sends requests to https addresses, and to plain http on this machine only.

    `rng` only spreads retries. `tls` says which certificates are trusted where they are not the usual ones (a node
    of the user that signs its own). `transport` replaces the network in tests.
    """

    def __init__(
        self,
        clock: MonotonicClock,
        rng: random.Random,
        *,
        tls: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        concurrency: int = 12,
        rate: RateLimit | None = None,
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._tls = tls
        self._transport = transport
        self._rate = rate or RateLimit()
        self._places = asyncio.Semaphore(concurrency)
        self._hosts: dict[str, _Host] = {}
        self._warming = asyncio.Lock()
        self._client: httpx.AsyncClient | None = None
        self._closed = False

    async def warm(self) -> None:
        """Import and set up what requests need, in a worker thread. Harmless to call twice."""
        async with self._warming:
            if self._client is None and not self._closed:
                context = await asyncio.to_thread(_load_httpx)
                self._client = self._build(self._tls or context)

    async def aclose(self) -> None:
        """Close all connections; later requests are `NotSent`."""
        self._closed = True
        if self._client is not None:
            await self._client.aclose()

    async def get(self, url: str, purpose: Purpose, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Read `url`. Idempotent: repeated within the purpose's bounds. Raises NetError."""
        return await self.request("GET", url, purpose, headers=headers, idempotent=True)

    async def request(
        self,
        method: str,
        url: str,
        purpose: Purpose,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = False,
    ) -> Answer:
        """Send one request and read its whole answer.

        Raises NotSent, Unanswered or HttpStatus; cancellation is passed on, and then nothing is
        known about a request that was not idempotent.
        """
        outgoing = _Outgoing(_guarded_host(url), purpose, method, url, body, headers or {})
        await self.warm()
        attempts = 1 + (purpose.retries if idempotent else 0)
        give_up_at = self._clock.monotonic() + purpose.total_seconds
        maybe_sent = False
        while True:
            attempts -= 1
            try:
                return await self._attempt(outgoing, give_up_at)
            except NetError as error:
                maybe_sent = maybe_sent or not isinstance(error, NotSent)
                wait = self._wait_before_retry(error, outgoing, attempts)
                if wait is None or self._clock.monotonic() + wait >= give_up_at:
                    if maybe_sent and isinstance(error, NotSent):
                        raise Unanswered(error.sentence, _ASK_FIRST) from error
                    raise
            await self._clock.sleep(wait)

    def _wait_before_retry(self, error: NetError, outgoing: _Outgoing, attempts_left: int) -> float | None:
        """Return the seconds until the next attempt, or None if there is to be none."""
        asked_to_wait = error.retry_after if isinstance(error, HttpStatus | Unanswered) else None
        if asked_to_wait is not None:
            self._host(outgoing.host).pace.pause(asked_to_wait)
        if attempts_left <= 0 or (isinstance(error, HttpStatus) and error.status not in (425, 429)):
            return None
        attempt = outgoing.purpose.retries - attempts_left
        backoff = min(_BACKOFF_CAP, _BACKOFF_BASE * 2.0**attempt)
        return (asked_to_wait or 0.0) + backoff * self._rng.uniform(0.5, 1.0)

    async def _attempt(self, outgoing: _Outgoing, give_up_at: float) -> Answer:
        host = outgoing.host
        left = give_up_at - self._clock.monotonic()
        waiting = True
        progress = _Progress()
        try:
            async with asyncio.timeout(left), AsyncExitStack() as places:
                for semaphore in (self._host(host).places, self._places):
                    await places.enter_async_context(semaphore)
                delay = self._host(host).pace.delay()
                if delay >= left:
                    raise NotSent(f"{host} asks for a pause, so nothing was sent to it.")
                if delay > 0:
                    await self._clock.sleep(delay)
                waiting = False
                return await self._exchange(outgoing, progress, left - delay)
        except TimeoutError as error:
            if waiting or progress.certainly_not_sent:
                raise NotSent(f"{host} could not be reached in time. Nothing was sent.") from error
            raise Unanswered(f"{host} did not answer in time.", _ASK_FIRST) from error

    async def _exchange(self, outgoing: _Outgoing, progress: _Progress, left: float) -> Answer:
        import httpx

        host = outgoing.host
        if self._client is None or self._closed:
            raise NotSent("The wallet is closing. Nothing was sent.")
        try:
            request = self._client.build_request(
                outgoing.method,
                outgoing.url,
                content=outgoing.body,
                headers={**outgoing.headers, "accept-encoding": "identity"},
                timeout=httpx.Timeout(None, connect=min(outgoing.purpose.connect_seconds, left * _CONNECT_SHARE)),
                extensions={"trace": progress.trace},
            )
        except (httpx.InvalidURL, ValueError, TypeError) as error:
            raise NotSent(f"The request to {host} could not be written.") from error
        try:
            response = await self._client.send(request, stream=True, follow_redirects=False)
            try:
                return await _read(response, host, outgoing.purpose)
            finally:
                await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            if progress.sending:
                raise Unanswered(f"The connection to {host} failed.", _ASK_FIRST) from error
            raise NotSent(f"{host} could not be reached. Nothing was sent.") from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
            raise Unanswered(f"The connection to {host} was cut before its answer was whole.", _ASK_FIRST) from error

    def _host(self, host: str) -> _Host:
        if host not in self._hosts:
            # This machine needs no politeness; a pause that it asks for is kept all the same.
            rate = _UNHURRIED if _is_loopback(host) else self._rate
            self._hosts[host] = _Host(HostPace(rate, self._clock))
        return self._hosts[host]

    def _build(self, context: ssl.SSLContext) -> httpx.AsyncClient:
        import httpx

        client = httpx.AsyncClient(
            transport=self._transport,
            verify=context,
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
            timeout=httpx.Timeout(None, pool=None),
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        )
        client.headers = httpx.Headers({"user-agent": "ashore", "accept": "application/json"})
        return client


async def _read(response: httpx.Response, host: str, purpose: Purpose) -> Answer:
    """Read at most the purpose's bytes and sort the answer by its status."""
    status = response.status_code
    success = 200 <= status < 300
    cap = purpose.max_bytes if success else min(purpose.max_bytes, _ERROR_BODY)
    body = await _bounded_body(response, cap)
    if success:
        if body is None:
            raise Unanswered(f"{host} sent a compressed answer, or more than the {cap} bytes it may have.", _ASK_FIRST)
        return Answer(status, {key.lower(): value for key, value in response.headers.items()}, body)
    pause = _retry_after(response.headers.get("retry-after"))
    content = body or b""
    if status >= 500 or status < 300 or status == 408:
        sentence = f"{host} could not answer (HTTP {status})."
        raise Unanswered(sentence, _ASK_FIRST, status=status, body=content, retry_after=pause)
    sentence = f"{host} refused the request (HTTP {status})."
    raise HttpStatus(sentence, status=status, body=content, retry_after=pause)


async def _bounded_body(response: httpx.Response, cap: int) -> bytes | None:
    """Return the body, or None if it is encoded or longer than `cap` bytes (the rest is not read)."""
    # Without an encoding httpx passes the bytes on as they are: nothing can unpack to more than was read.
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        return None
    declared = response.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > 12 or int(declared) > cap):
        return None
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > cap:
            return None
    return bytes(body)


def _retry_after(value: str | None) -> float | None:
    """Return the seconds of a Retry-After header; the form with a date is not used by the services asked."""
    if value is None or not (value.isascii() and value.isdigit() and len(value) < 8):
        return None
    return min(float(value), MAX_RETRY_AFTER)


def _guarded_host(url: str) -> str:
    """Return the host of an address that may be asked. Raises NotSent for any other."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError as error:
        raise NotSent("The address is not valid. Nothing was sent.") from error
    shown = plain(host, 80)
    if not host or len(url) > _MAX_URL or parts.username is not None or parts.password is not None:
        raise NotSent(f"The address of {shown or 'the server'} is not valid. Nothing was sent.")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)):
        return shown
    raise NotSent(f"{shown} is not reached through https. Nothing was sent.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _load_httpx() -> ssl.SSLContext:
    """Import everything the first request would import, and read the certificates."""
    import httpx

    importlib.import_module("httpcore")
    importlib.import_module("anyio._backends._asyncio")
    return httpx.create_ssl_context(trust_env=False)


def preload() -> None:
    """Import what the first request would import, so that a worker thread can do it beforehand. Takes about 0.1 s."""
    _load_httpx()
