"""Core Lightning's REST interface (clnrest) of the practice node: POST /v1/<method> with a rune, JSON in and out.

Source: Core Lightning, clnrest's statuses (201 done; 401 the rune refuses, 403 no rune, 404 no such method, 405 not
POST, 406 another content type, 500 the method failed) and lightning-<method>(7) for what is asked and answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ashore.sandbox import asgi, jsonrpc
from ashore.sandbox.lightning.bodies import send_broken_off
from ashore.sandbox.lightning.faults import NodeFault
from ashore.sandbox.lightning.listing import channel, decoded, told, told_rune
from ashore.sandbox.lightning.node import (
    DEFAULT_EXPIRY,
    INVALID_PARAMS,
    UNKNOWN_LABEL,
    NodeError,
    PaymentError,
    PracticeNode,
)
from ashore.sandbox.lightning.runes import NOT_AUTHORIZED, RuneError
from ashore.sandbox.lightning.store import InvoiceRow
from ashore.sandbox.lightning.wrongs import Wrongs

_UNKNOWN_METHOD = -32601
_PAY_FAILED = 205
_MAX_MSAT = 21_000_000 * 10**11
_MAX_LABEL = 256

Params = dict[str, Any]
Sleep = Callable[[float], Awaitable[Any]]


class ClnRest:
    """Serves `/v1/<method>` below the path it is mounted at.

    Args:
        node: what is asked.
        faults: what is to go wrong, by the names of NodeFault.
        use_up: counts a fault that holds for a number of times.
        sleep: waits in seconds, for the fault that delays.
    """

    def __init__(
        self,
        node: PracticeNode,
        faults: Callable[[], Mapping[str, Any]],
        use_up: Callable[[NodeFault], None],
        *,
        wrongs: Wrongs,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._node = node
        self._faults = faults
        self._use_up = use_up
        self._wrongs = wrongs
        self._sleep = sleep
        self._methods: dict[str, tuple[frozenset[str], Callable[[Params], Awaitable[Any]]]] = {
            "getinfo": (frozenset(), self._getinfo),
            "invoice": (
                frozenset({"amount_msat", "label", "description", "expiry", "preimage", "deschashonly"})
                | {"exposeprivatechannels", "fallbacks", "cltv"},
                self._invoice,
            ),
            "listinvoices": (frozenset({"label", "payment_hash", "invstring"}), self._listinvoices),
            "waitinvoice": (frozenset({"label"}), self._waitinvoice),
            "waitanyinvoice": (frozenset({"lastpay_index", "timeout"}), self._waitanyinvoice),
            "decode": (frozenset({"string"}), self._decode),
            "listpeerchannels": (frozenset({"id"}), self._listpeerchannels),
            "checkrune": (frozenset({"rune", "nodeid", "method", "params"}), self._checkrune),
            "pay": (frozenset({"bolt11", "amount_msat", "label", "maxfee", "retry_for"}), self._pay),
        }

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Serve one HTTP request."""
        faults = self._faults()
        if NodeFault.DOWN in faults:
            await asgi.send_body(send, 503, b"<html>502 Bad Gateway</html>", kind=b"text/html")
            return
        try:
            status, answer = await self._answer(scope, receive)
        except asgi.ClientGoneError:
            return
        if (seconds := faults.get(NodeFault.SLOW)) is not None:
            await self._sleep(seconds)
        if NodeFault.DROPS in faults:
            self._use_up(NodeFault.DROPS)
            await send_broken_off(send)
        else:
            await asgi.send_json(send, status, answer)

    async def _answer(self, scope: asgi.Scope, receive: asgi.Receive) -> tuple[int, Any]:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        method = str(scope["path"]).rpartition("/")[2]
        if scope["method"] != "POST":
            return 405, _failure(_UNKNOWN_METHOD, "Method Not Allowed")
        if not _takes_json(headers):
            return 406, _failure(-1, "Not Acceptable")
        try:
            params = _params(await asgi.read_body(receive))
            self._authorize(headers.get(b"rune"), method)
            return 201, await self._or_gone(self._call(method, params), receive)
        except asgi.BodyTooLargeError:
            return 413, _failure(-1, "Payload Too Large")
        except RuneError as error:
            return 401 if b"rune" in headers else 403, _failure(error.code, str(error))
        except NodeError as error:
            return 404 if error.code == _UNKNOWN_METHOD else 500, _failure(error.code, str(error))

    def _authorize(self, rune: str | None, method: str) -> None:
        if rune is None:
            raise RuneError(NOT_AUTHORIZED, "Not authorized: Missing rune")
        self._node.check_rune(rune, method)

    async def _call(self, method: str, params: Params) -> Any:
        known, handler = self._methods.get(method, (frozenset(), None))
        if handler is None:
            raise NodeError(_UNKNOWN_METHOD, f"Unknown command '{method}'")
        if not params.keys() <= known:
            unknown = ", ".join(sorted(params.keys() - known))
            raise NodeError(INVALID_PARAMS, f"unknown parameter: {unknown}"[:200])
        return await handler(params)

    @staticmethod
    async def _or_gone(call: Awaitable[Any], receive: asgi.Receive) -> Any:
        """The call's result; it ends when the client does. Raises ClientGoneError."""
        working = asyncio.ensure_future(call)
        gone = asyncio.ensure_future(asgi.wait_for_disconnect(receive))
        try:
            await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise asgi.ClientGoneError
            return working.result()
        finally:
            for task in (working, gone):
                task.cancel()
            await asyncio.gather(working, gone, return_exceptions=True)

    # -------------------------------------------------------------------------------------------------- methods

    async def _getinfo(self, _params: Params) -> Any:
        return {
            "id": self._node.id,
            "alias": "PRACTICEHARBOUR",
            "color": self._node.id[:6],
            "num_peers": 1,
            "num_pending_channels": 0,
            "num_active_channels": 1,
            "num_inactive_channels": 0,
            "address": [],
            "binding": [],
            "version": "practice (simulated, speaks v26.06)",
            "blockheight": 101,
            "network": "regtest",
            "fees_collected_msat": 0,
        }

    async def _invoice(self, params: Params) -> Any:
        label, description = _label(params), params.get("description")
        if not isinstance(description, str):
            raise NodeError(INVALID_PARAMS, "missing required parameter: description")
        amount = params.get("amount_msat")
        row = self._wrongs.invoice(
            label,
            None if amount == "any" else _msat(amount),
            description,
            expiry=_whole(params.get("expiry", DEFAULT_EXPIRY), "expiry", 1, 2**31),
            preimage=_preimage(params.get("preimage")),
            hash_description=params.get("deschashonly") is True,
        )
        answer = {
            "payment_hash": self._wrongs.named_hash(row),
            "expires_at": row.expires_at,
            "bolt11": row.bolt11,
            "payment_secret": decoded(row.bolt11)["payment_secret"],
            "created_index": row.created_index,
        }
        if (row.amount_msat or 0) > self._node.receivable_msat:
            answer["warning_capacity"] = "Insufficient incoming channel capacity to pay invoice"
        return answer

    async def _listinvoices(self, params: Params) -> Any:
        if len(params) > 1:
            raise NodeError(INVALID_PARAMS, "Can only specify one of {label}, {invstring} or {payment_hash}")
        equal: dict[str, str | int] = {}
        if "label" in params:
            equal = {"label": _label(params)}
        elif "payment_hash" in params:
            equal = {"payment_hash": _text(params, "payment_hash").lower()}
        elif "invstring" in params:
            equal = {"bolt11": _text(params, "invstring").lower()}
        return {"invoices": [self._told(row) for row in self._node.invoices(**equal)]}

    async def _waitinvoice(self, params: Params) -> Any:
        label = _label(params)
        if self._is_deaf() and self._node.invoices(label=label):
            await asyncio.Event().wait()
        row = await self._node.wait_for(label)
        return self._told(row)

    async def _waitanyinvoice(self, params: Params) -> Any:
        after = _whole(params.get("lastpay_index", 0), "lastpay_index", 0, 2**62)
        seconds = params.get("timeout")
        if seconds is not None:
            seconds = _whole(seconds, "timeout", 0, 2**31)
        return self._told(await self._node.wait_for_any(2**62 if self._is_deaf() else after, seconds))

    async def _decode(self, params: Params) -> Any:
        text = _text(params, "string")
        try:
            return told_rune(text, self._node.read_rune(text))
        except RuneError:
            return decoded(text)

    async def _listpeerchannels(self, _params: Params) -> Any:
        return {"channels": [channel(self._node)]}

    async def _checkrune(self, params: Params) -> Any:
        try:
            self._node.check_rune(_text(params, "rune"), str(params.get("method", "")))
        except RuneError as error:
            raise NodeError(error.code, str(error)) from None
        return {"valid": True}

    async def _pay(self, params: Params) -> Any:
        """Pay an invoice of its own: what a rune that allows everything can do."""
        try:
            row = self._node.pay(_text(params, "bolt11"))
        except PaymentError as error:
            raise NodeError(_PAY_FAILED, str(error)) from None
        return {
            "destination": self._node.id,
            "payment_hash": row.payment_hash,
            "payment_preimage": row.preimage,
            "created_at": row.paid_at,
            "parts": 1,
            "amount_msat": row.received_msat,
            "amount_sent_msat": row.received_msat,
            "status": "complete",
        }

    def _is_deaf(self) -> bool:
        return not self._faults().keys().isdisjoint({NodeFault.DEAF, NodeFault.BLIND})

    def _told(self, row: InvoiceRow) -> dict[str, Any]:
        return told(row, self._node, blind=NodeFault.BLIND in self._faults())


def _failure(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message}


def _takes_json(headers: Mapping[bytes, str]) -> bool:
    kinds = [headers.get(name, "*/*").split(";")[0].strip() for name in (b"content-type", b"accept")]
    sent = kinds[0] in ("application/json", "*/*")
    return sent and any(
        kind.split(";")[0].strip() in ("application/json", "application/*", "*/*")
        for kind in headers.get(b"accept", "*/*").split(",")
    )


def _params(body: bytes) -> Params:
    try:
        value = jsonrpc.load(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise NodeError(-32700, "Could not parse the request's JSON") from None
    if not isinstance(value, dict):
        raise NodeError(INVALID_PARAMS, "Could not parse params as object")
    return {name: setting for name, setting in value.items() if setting is not None}


def _text(params: Params, name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str) or not value:
        raise NodeError(INVALID_PARAMS, f"missing required parameter: {name}")
    return value


def _label(params: Params) -> str:
    value = params.get("label")
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_LABEL:
        raise NodeError(UNKNOWN_LABEL if value is None else INVALID_PARAMS, "missing required parameter: label")
    return value


def _whole(value: Any, name: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise NodeError(INVALID_PARAMS, f"{name}: should be an integer: invalid token")
    return value


def _msat(value: Any) -> int:
    if isinstance(value, str) and value.removesuffix("msat").isdigit() and value.isascii():
        value = int(value.removesuffix("msat")[:20])
    if type(value) is not int or not 0 < value <= _MAX_MSAT:
        raise NodeError(INVALID_PARAMS, "amount_msat: should be positive msat or 'any': invalid token")
    return value


def _preimage(value: Any) -> bytes | None:
    if value is None:
        return None
    try:
        preimage = bytes.fromhex(value)
    except (ValueError, TypeError):
        preimage = b""
    if len(preimage) != 32:
        raise NodeError(INVALID_PARAMS, "preimage: should be 64 hex digits: invalid token")
    return preimage
