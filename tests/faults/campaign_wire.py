"""The way from a wallet to a world in the same process: what is served goes on when the client hangs up."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx

from ashore.sandbox.asgi import App, Message

GONE: Message = {"type": "http.disconnect"}


class _Exchange:
    """One request and its answer."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self.hung_up = asyncio.Event()
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body}
        await self.hung_up.wait()
        return GONE

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    def response(self, request: httpx.Request) -> httpx.Response:
        """What the client gets."""
        declared = dict(self.headers).get(b"content-length")
        if not self.status or (declared is not None and int(declared) != len(self.body)):
            raise httpx.RemoteProtocolError("the answer ends in the middle", request=request)
        return httpx.Response(self.status, headers=self.headers, content=bytes(self.body), request=request)


class Wire(httpx.AsyncBaseTransport):
    """The wallet's side of the network.

    Attributes:
        cut: beginnings of paths to which no connection can be made.
        requests: how many there were, by the first part of the path.
        sent: bytes of their bodies; `received` those of the answers.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._serving: set[asyncio.Task[None]] = set()
        self.cut: set[str] = set()
        self.requests: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.received: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if any(path.startswith(beginning) for beginning in self.cut):
            raise httpx.ConnectError("connection refused", request=request)
        body, place = await request.aread(), path.split("/")[1]
        exchange = _Exchange(body)
        self.requests[place] += 1
        self.sent[place] += len(body)
        scope: dict[str, Any] = {
            "type": "http",
            "method": request.method,
            "path": path,
            "query_string": request.url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": request.url.scheme,
            "server": (request.url.host, request.url.port),
        }
        serving = asyncio.get_running_loop().create_task(self._serve(scope, exchange))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            exchange.hung_up.set()
            raise
        self.received[place] += len(exchange.body)
        return exchange.response(request)

    async def _serve(self, scope: dict[str, Any], exchange: _Exchange) -> None:
        await self._app(scope, exchange.receive, exchange.send)

    async def quiet(self) -> None:
        """Wait until nothing is served any more, such as a request that arrived late."""
        while self._serving:
            await asyncio.gather(*self._serving)
