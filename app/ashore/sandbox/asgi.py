"""The few ASGI pieces that the sandbox's applications share."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY = 256 * 1024
"""The longest request body any sandbox application reads, in bytes."""


class BodyTooLargeError(Exception):
    """The request's body is longer than the sandbox reads."""


class ClientGoneError(Exception):
    """The client closed the connection before its request was whole."""


async def read_body(receive: Receive, limit: int = MAX_BODY) -> bytes:
    """The request's body.

    Raises:
        BodyTooLargeError: it is longer than `limit` bytes.
        ClientGoneError: the connection ended first.
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        if len(body) > limit:
            raise BodyTooLargeError
        if not message.get("more_body"):
            return bytes(body)


async def send_body(
    send: Send,
    status: int,
    body: bytes,
    *,
    kind: bytes = b"application/json",
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Answer with a whole body."""
    head = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Send, status: int, value: object) -> None:
    """Answer with JSON."""
    await send_body(send, status, json.dumps(value, separators=(",", ":")).encode())


async def send_torn(send: Send) -> None:
    """Begin an answer and end it in the middle: the client sees a broken connection."""
    head = [(b"content-type", b"application/json"), (b"content-length", b"99999")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b'{"jsonrpc'})


async def wait_for_disconnect(receive: Receive) -> None:
    """Return when the client has given up."""
    while (await receive())["type"] != "http.disconnect":
        pass
