"""The chain's endpoints over HTTP: a pure ASGI application, one path per endpoint, POST only."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ashore.sandbox.asgi import (
    BodyTooLargeError,
    ClientGoneError,
    Receive,
    Scope,
    Send,
    read_body,
    send_body,
    send_json,
    send_torn,
    wait_for_disconnect,
)
from ashore.sandbox.evm.faults import FaultKind, FaultRule
from ashore.sandbox.evm.rpc import RpcEndpoint, parse_failure, parse_request

Sleep = Callable[[float], Awaitable[Any]]


class EvmApp:
    """Serves `/a`, `/b`, `/c` (or whatever the endpoints are called) below the path it is mounted at."""

    def __init__(self, endpoints: Mapping[str, RpcEndpoint], sleep: Sleep = asyncio.sleep) -> None:
        """Serve these endpoints.

        Args:
            sleep: waits in seconds, for faults that delay.
        """
        self.endpoints = endpoints
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            endpoint, request = await self._admit(scope, receive)
        except ClientGoneError:
            return
        except _RefusedError as refused:
            await send_body(send, refused.status, str(refused).encode(), kind=b"text/plain")
            return
        except ValueError:
            await send_json(send, 200, parse_failure())
            return
        fault = endpoint.meet(request)
        if fault is not None and await self._fail(fault, receive, send):
            return
        # The machine is synchronous; a thread keeps the loop free for the other endpoints.
        answer = await asyncio.to_thread(endpoint.answer, request)
        body = b"" if answer is None else json.dumps(answer, separators=(",", ":")).encode()
        await send_body(send, 200, body)

    async def _admit(self, scope: Scope, receive: Receive) -> tuple[RpcEndpoint, Any]:
        endpoint = self.endpoints.get(scope["path"].rstrip("/").rpartition("/")[2])
        if endpoint is None:
            raise _RefusedError(404, "no such endpoint")
        if scope["method"] != "POST":
            raise _RefusedError(405, "POST only")
        try:
            return endpoint, parse_request(await read_body(receive))
        except BodyTooLargeError:
            raise _RefusedError(413, "content length too large") from None

    async def _fail(self, fault: FaultRule, receive: Receive, send: Send) -> bool:
        """Do what the rule says; True when the request has had its answer."""
        match fault.kind:
            case FaultKind.DROP:
                await send_torn(send)
            case FaultKind.HTTP:
                await send_body(send, fault.status, b"oops", kind=b"text/plain", headers=[(b"retry-after", b"1")])
            case FaultKind.GARBAGE:
                await send_body(send, 200, b"<html>Are you a robot?</html>", kind=b"text/html")
            case FaultKind.TIMEOUT:
                if not await self._outwaited(fault.seconds, receive):
                    await send_body(send, 504, b"gateway timeout", kind=b"text/plain")
            case _:
                await self._sleep(fault.seconds)
                return False
        return True

    async def _outwaited(self, seconds: float, receive: Receive) -> bool:
        """Wait; True if the client gave up first."""
        gone = asyncio.ensure_future(wait_for_disconnect(receive))
        slept = asyncio.ensure_future(self._sleep(seconds))
        done, waiting = await asyncio.wait({gone, slept}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return gone in done


class _RefusedError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
