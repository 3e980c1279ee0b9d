"""JSON-RPC 2.0 for one endpoint of a chain: envelopes, batches, geth's errors, counted calls."""

import inspect
import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.encoding import InvalidParamsError, Json, to_hex
from ashore.sandbox.evm.errors import ChainError, RevertedError
from ashore.sandbox.evm.faults import FaultKind, FaultRule, FaultSet, forge
from ashore.sandbox.evm.methods import METHODS, Limits, Methods
from ashore.sandbox.evm.view import ChainView, RangeTooWideError

MAX_BATCH = 100
_ERROR_STRING = bytes.fromhex("08c379a0")


class RpcEndpoint:
    """One view of the chain, with faults of its own.

    Attributes:
        name: how the endpoint is addressed.
        faults: the rules in force; change them at any time.
        calls: how often each method was called, the faulty calls included.
    """

    def __init__(self, name: str, chain: DevChain, faults: FaultSet, limits: Limits | None = None) -> None:
        self.name = name
        self.faults = faults
        self.calls: Counter[str] = Counter()
        self._chain = chain
        self._limits = limits or Limits()

    def meet(self, request: Any) -> FaultRule | None:
        """Count the calls of a parsed request, and return the wire fault that it meets, if any."""
        met = None
        for one in request if isinstance(request, list) else [request]:
            method = one.get("method") if isinstance(one, dict) else None
            if not isinstance(method, str):
                continue
            self.calls[method if method in METHODS else "unknown"] += 1
            met = met or self.faults.take(method, one.get("params"), on_wire=True)
        return met

    def answer(self, request: Any) -> Any:
        """Return the response to a parsed request or batch; None when there is nothing to say."""
        if not isinstance(request, list):
            return self._one(request)
        if not request:
            return _error(None, -32600, "empty batch")
        if len(request) > MAX_BATCH:
            return _error(None, -32600, "batch too large")
        return [response for one in request if (response := self._one(one)) is not None] or None

    def _one(self, request: Any) -> Json | None:
        if not isinstance(request, dict) or not isinstance(request.get("method"), str):
            return _error(None, -32600, "invalid request")
        identity, method, params = request.get("id"), request["method"], request.get("params", [])
        if not isinstance(identity, str | int | float | None):
            return _error(None, -32600, "invalid request")
        if not isinstance(params, list):
            return _error(identity, -32602, "non-array args")
        response = self._call(identity, method, params)
        return response if "id" in request else None

    def _call(self, identity: Any, method: str, params: list[Any]) -> Json:
        handler = METHODS.get(method)
        if handler is None:
            return _error(identity, -32601, f"the method {method[:80]} does not exist/is not available")
        try:
            _check_count(handler, params)
            return {"jsonrpc": "2.0", "id": identity, "result": self._result(method, handler, params)}
        except InvalidParamsError as error:
            return _error(identity, -32602, str(error))
        except RevertedError as error:
            return _error(identity, 3, _reverted(error.data), data=to_hex(error.data))
        except RangeTooWideError as error:
            return _error(identity, -32005, str(error))
        except ChainError as error:
            return _error(identity, -32000, str(error))

    def _result(self, method: str, handler: Callable[..., Any], params: list[Any]) -> Any:
        fault = self.faults.take(method, params, on_wire=False)
        with self._chain.locked():
            lag = fault.blocks if fault is not None and fault.kind is FaultKind.STALE else 0
            view = ChainView(self._chain, lag)
            result = handler(Methods(view, self._limits), *params)
            return result if fault is None else forge(fault.kind, view, params, result)


def endpoints(
    chain: DevChain,
    random: Callable[[], float],
    *,
    names: str = "abc",
    max_log_range: int | None = None,
    max_proof_age: int | None = None,
) -> Mapping[str, RpcEndpoint]:
    """Return independent endpoints of one chain, as if different operators ran them; limits in blocks."""
    limits = Limits(max_log_range, max_proof_age)
    return {name: RpcEndpoint(name, chain, FaultSet(random), limits) for name in names}


def parse_request(body: bytes) -> Any:
    """Read a request's body.

    Raises:
        ValueError: it is not JSON, or nested beyond reason.
    """
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def parse_failure() -> Json:
    """The answer to a body that is not JSON."""
    return _error(None, -32700, "parse error")


def _error(identity: Any, code: int, message: str, **more: Any) -> Json:
    return {"jsonrpc": "2.0", "id": identity, "error": {"code": code, "message": message, **more}}


def _check_count(handler: Callable[..., Any], params: list[Any]) -> None:
    wanted = list(inspect.signature(handler).parameters.values())[1:]
    needed = sum(parameter.default is inspect.Parameter.empty for parameter in wanted)
    if len(params) < needed:
        raise InvalidParamsError(f"missing value for required argument {len(params)}")
    if len(params) > len(wanted):
        raise InvalidParamsError(f"too many arguments, want at most {len(wanted)}")


def _reverted(data: bytes) -> str:
    if data[:4] != _ERROR_STRING:
        return "execution reverted"
    try:
        (reason,) = decode(["string"], data[4:])
    except DecodingError:
        return "execution reverted"
    return f"execution reverted: {reason}"
