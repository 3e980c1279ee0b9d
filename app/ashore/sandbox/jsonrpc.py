"""JSON-RPC 2.0 as an operator's server speaks it: envelope, batches, errors; every size bounded."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

MAX_BATCH = 50
"""The most calls in one batch."""
MAX_DEPTH = 12
"""The deepest nesting of lists and objects that is read."""

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL = 500


class RpcError(Exception):
    """A call is refused with a code and a sentence."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


Call = Callable[[str, list[Any]], Awaitable[Any]]


def parse(body: bytes) -> Any:
    """The JSON value of a request's body.

    Raises:
        RpcError: it is not JSON, has NaN or Infinity, or is nested too deep.
    """
    try:
        return load(body)
    except ValueError:
        raise RpcError(PARSE_ERROR, "parse error") from None


def load(body: bytes) -> Any:
    """The JSON value of hostile bytes.

    Raises:
        ValueError: it is not JSON, has NaN or Infinity, or is nested deeper than MAX_DEPTH.
    """
    # Counted before it is parsed: py-evm lifts the recursion limit so far that json's own C code would overflow the
    # stack on nested brackets, and end the process.
    depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise ValueError("nested too deep")
    return json.loads(body, parse_constant=_no_constant)


async def answer(value: Any, call: Call) -> Any:
    """The response to one parsed request or batch; None when there is nothing to say (notifications only)."""
    if isinstance(value, list):
        if not value:
            return failure(None, RpcError(INVALID_REQUEST, "an empty batch"))
        if len(value) > MAX_BATCH:
            return failure(None, RpcError(INVALID_REQUEST, f"more than {MAX_BATCH} calls in a batch"))
        # In order, one after the other: two submissions in a batch must not race for one nonce.
        answers = [await _one(item, call) for item in value]
        return [item for item in answers if item is not None] or None
    return await _one(value, call)


def failure(request_id: Any, error: RpcError) -> dict[str, Any]:
    """An error response."""
    return {"jsonrpc": "2.0", "id": request_id, "error": {"code": error.code, "message": error.message}}


async def _one(request: Any, call: Call) -> dict[str, Any] | None:
    if not isinstance(request, dict):
        return failure(None, RpcError(INVALID_REQUEST, "a request is an object"))
    request_id = request.get("id")
    if isinstance(request_id, bool) or not isinstance(request_id, int | str | None) or len(str(request_id)) > 80:
        return failure(None, RpcError(INVALID_REQUEST, "an id is a short string or a number"))
    method, params = request.get("method"), request.get("params", [])
    if not isinstance(method, str) or request.get("jsonrpc") != "2.0":
        return failure(request_id, RpcError(INVALID_REQUEST, "not a JSON-RPC 2.0 request"))
    if not isinstance(params, list):
        return failure(request_id, RpcError(INVALID_PARAMS, "params are a list"))
    try:
        result = await call(method, params)
    except RpcError as error:
        return failure(request_id, error)
    return None if "id" not in request else {"jsonrpc": "2.0", "id": request_id, "result": result}


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
