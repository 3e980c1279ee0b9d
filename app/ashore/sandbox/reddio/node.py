"""Reddio's REST API as its clients see it, with the faults that a client has to survive."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from ashore.sandbox import asgi
from ashore.sandbox.reddio.admission import Admission
from ashore.sandbox.reddio.faults import Faults, PathFault, Switch
from ashore.sandbox.reddio.journal import Way
from ashore.sandbox.reddio.requests import RequestError, read_body, read_plain, read_signed
from ashore.sandbox.reddio.views import Query, Views
from ashore.sandbox.zklink.faults import FaultKind, Phase
from ashore.systems.reddio.codec import ErrorCode

_MOST_FIELDS = 32


class Node:
    """The operator's public server.

    Args:
        views: answers to questions.
        admission: takes requests in.
        faults: what is to go wrong.
        prefix: what the paths begin with.
    """

    def __init__(self, views: Views, admission: Admission, faults: Faults, prefix: str) -> None:
        self._admission = admission
        self._faults = faults
        self._prefix = prefix
        self.calls: Counter[str] = Counter()
        """How often each known path was called."""
        self._questions: dict[str, Callable[[Query], Any]] = {
            "/v1/contract_info": views.contract_info,
            "/v1/assetid": views.asset_id,
            "/v1/vaults": views.vaults,
            "/v1/nonce": views.nonce,
            "/v1/balance": views.balance,
            "/v1/balances": views.balances,
            "/v2/balances": lambda query: views.balances_by_contract(query, 2),
            "/v3/balances": lambda query: views.balances_by_contract(query, 3),
            "/v1/record": views.record,
            "/v1/records": views.records,
            "/v1/record/by/signature": views.record_by_signature,
            "/v1/txn": views.transaction,
            "/v1/txns": views.records,
            "/v1/withdrawal/status": views.claimable,
            "/v1/starkex/contracts": views.starkex_contracts,
        }
        self._orders: dict[str, Callable[[bytes], int]] = {
            "/v1/withdrawalto": self._withdraw_to,
            "/v1/transfers": self._transfer,
            "/v1/withdrawal": self._withdraw,
        }

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Serve one HTTP request."""
        path = str(scope["path"]).removeprefix(self._prefix).rstrip("/")
        try:
            body = await asgi.read_body(receive)
        except asgi.BodyTooLargeError:
            await asgi.send_json(send, 413, {"status": "FAILED", "error": "body too large"})
            return
        except asgi.ClientGoneError:
            return
        if self._faults.on(Switch.DEAD):
            await asgi.send_torn(send)
            return
        if await self._misbehave(self._faults.take(path, Phase.BEFORE), receive, send):
            return
        status, answer = self._answer(str(scope["method"]), path, bytes(scope["query_string"]), body)
        if await self._misbehave(self._faults.take(path, Phase.AFTER), receive, send):
            return
        await asgi.send_json(send, status, answer)

    def _answer(self, method: str, path: str, query: bytes, body: bytes) -> tuple[int, dict[str, Any]]:
        question, order = self._questions.get(path), self._orders.get(path)
        if (method == "GET" and question is None) or (method == "POST" and order is None):
            return 404, {"status": "FAILED", "error": "not found", "error_code": 404, "data": None}
        if method not in ("GET", "POST"):
            return 405, {"status": "FAILED", "error": "method not allowed", "error_code": 405, "data": None}
        self.calls[path] += 1
        try:
            if question is not None and method == "GET":
                return 200, self._success(question(_read_query(query)))
            assert order is not None
            if self._faults.on(Switch.REPEAT_POST):
                order(body)
            return 200, self._success({"sequence_id": order(body)})
        except RequestError as error:
            return self._failure(error.code, str(error), 400 if self._faults.on(Switch.ERRORS_AS_4XX) else 200)

    def _success(self, data: Any) -> dict[str, Any]:
        if self._faults.on(Switch.ERROR_NULL):
            return {"status": "OK", "error": None, "data": data}
        return {"status": "OK", "error": "", "error_code": 0, "data": data}

    @staticmethod
    def _failure(code: int, text: str, status: int) -> tuple[int, dict[str, Any]]:
        return status, {"status": "FAILED", "error": text, "error_code": int(code), "data": None}

    def _withdraw_to(self, body: bytes) -> int:
        return self._admission.submit_signed(read_signed(read_body(body), to_address=True), Way.WITHDRAWAL_TO)

    def _transfer(self, body: bytes) -> int:
        return self._admission.submit_signed(read_signed(read_body(body), to_address=False), Way.TRANSFER)

    def _withdraw(self, body: bytes) -> int:
        return self._admission.submit_plain(read_plain(read_body(body)))

    async def _misbehave(self, fault: PathFault | None, receive: asgi.Receive, send: asgi.Send) -> bool:
        """Do what the rule says; whether the request is thereby done with."""
        if fault is None:
            return False
        match fault.kind:
            case FaultKind.DELAY:
                await asyncio.sleep(fault.seconds)
                return False
            case FaultKind.HTTP:
                await asgi.send_body(send, fault.status, b"<html>upstream error</html>", kind=b"text/html")
            case FaultKind.GARBAGE:
                await asgi.send_body(send, 200, b"\x00\xff<not json>")
            case FaultKind.DROP:
                await asgi.send_torn(send)
            case FaultKind.ERROR:
                await asgi.send_json(send, *self._failure(fault.code, fault.message, fault.status))
            case _:
                await asgi.wait_for_disconnect(receive)
        return True


def _read_query(query: bytes) -> Query:
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (UnicodeDecodeError, ValueError):
        raise RequestError(ErrorCode.INVALID_PARAM, "the query is invalid") from None
    return dict(pairs)
