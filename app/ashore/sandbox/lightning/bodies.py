"""Answers of the service: proper JSON, and bodies that no reader may be hurt by."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache
from typing import Any

from ashore.sandbox import asgi

HUGE = 1 << 30
_CHUNK = b" " * (1 << 16)
_DRIP_SECONDS = 0.2
_BOMB_DECODED = 200 << 20

Sleep = Callable[[float], Awaitable[Any]]
Headers = Iterable[tuple[bytes, bytes]]


async def send_object(send: asgi.Send, status: int, value: Mapping[str, Any], headers: Headers = ()) -> None:
    """Answer with a JSON object."""
    # Escaped, so that a lone surrogate in a fault's text can be sent at all.
    await asgi.send_body(send, status, json.dumps(value).encode("ascii"), headers=headers)


async def send_redirect(send: asgi.Send, location: str) -> None:
    """Answer with a redirect."""
    await asgi.send_body(send, 302, b"", headers=[(b"location", location.encode("utf-8", "replace"))])


async def send_broken_off(send: asgi.Send) -> None:
    """Begin an answer and break the connection inside of it."""
    head = [(b"content-type", b"application/json"), (b"content-length", b"999")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b'{"sta'})


async def send_broken(
    name: str, value: Mapping[str, Any], status: int, receive: asgi.Receive, send: asgi.Send, sleep: Sleep
) -> None:
    """Answer with the broken body of this name; `value` is what a proper one would say.

    A `huge` body is `HUGE` bytes of spaces, a `drip` never ends; both stop when the client has gone.
    """
    match name:
        case "huge":
            await _stream(receive, send, status, HUGE, _no_sleep)
        case "drip":
            await _stream(receive, send, status, None, sleep)
        case "bomb":
            packed = [(b"content-encoding", b"gzip")]
            await asgi.send_body(send, status, await asyncio.to_thread(_bomb), headers=packed)
        case "torn":
            await send_broken_off(send)
        case _:
            kind = b"text/html" if name == "html" else b"application/json"
            await asgi.send_body(send, status, _body(name, value), kind=kind)


def _body(name: str, value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value)
    odd = {
        "nan": '{"minWithdrawable": NaN, ' + text[1:],
        "infinity": '{"maxWithdrawable": -Infinity, ' + text[1:],
        "overflow": text[:-1] + ', "maxWithdrawable": 1e400}',
        "digits": '{"spare": ' + "9" * 5000 + ", " + text[1:],
        "deep": '{"spare": ' + "[" * 20_000 + "]" * 20_000 + ", " + text[1:],
        "duplicate": text[:-1] + ", " + text[1:],
        "bom": "\ufeff" + text,
        "surrogate": '{"\\ud800": "\\udfff", "defaultDescription": "\\ud83d", ' + text[1:],
        "array": f"[{text}]",
        "string": json.dumps(text),
        "null": "null",
        "empty": "",
        "html": "<!doctype html><title>Are you a robot?</title><script>location='https://example.com'</script>",
        "text": "Service temporarily unavailable",
    }
    if name in odd:
        return odd[name].encode()
    return text.encode("utf-16") if name == "utf16" else b'{"status": "\xff\xfe\xc3\x28"}'


@cache
def _bomb() -> bytes:
    """Some 200 KiB that unpack to 200 MiB."""
    return gzip.compress(b" " * (1 << 20)) * (_BOMB_DECODED >> 20)  # one after another is one to who unpacks them


async def _no_sleep(_seconds: float) -> None:
    await asyncio.sleep(0)


async def _stream(receive: asgi.Receive, send: asgi.Send, status: int, total: int | None, sleep: Sleep) -> None:
    """Send spaces after the beginning of an object until `total` or until the client has gone."""
    head = [(b"content-type", b"application/json")]
    if total is not None:
        head.append((b"content-length", str(total).encode()))
    gone = asyncio.ensure_future(asgi.wait_for_disconnect(receive))
    try:
        await send({"type": "http.response.start", "status": status, "headers": head})
        sent = 0
        while not gone.done() and (total is None or sent < total):
            piece = b" " if total is None else _CHUNK[: total - sent]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            sent += len(piece)
            await sleep(_DRIP_SECONDS)
        if not gone.done():
            await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
