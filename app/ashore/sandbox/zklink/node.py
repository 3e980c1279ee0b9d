"""zkLink's node as its clients see it: JSON-RPC over HTTP, with the faults that a client has to survive."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from ashore.sandbox import asgi, jsonrpc
from ashore.sandbox.jsonrpc import INTERNAL, INVALID_PARAMS, METHOD_NOT_FOUND, RpcError
from ashore.sandbox.zklink.admission import Admission
from ashore.sandbox.zklink.faults import FaultKind, Faults, Phase, RpcFault
from ashore.sandbox.zklink.network import Network
from ashore.sandbox.zklink.transactions import read_transaction
from ashore.sandbox.zklink.views import Views
from ashore.systems.zklink.codec.profiles import Profile

_ON_THE_WIRE = frozenset(FaultKind) - {FaultKind.ERROR}
_IN_THE_ANSWER = frozenset({FaultKind.ERROR})


class Node:
    """The operator's public server.

    Args:
        network: what the deployment consists of.
        views: answers to questions.
        admission: takes transactions.
        faults: what is to go wrong.
        now: unix seconds.
    """

    def __init__(
        self,
        network: Network,
        views: Views,
        admission: Admission,
        faults: Faults,
        *,
        now: Callable[[], float],
    ) -> None:
        self._network = network
        self._views = views
        self._admission = admission
        self._faults = faults
        self._now = now
        self.calls: Counter[str] = Counter()
        """How often each known method was called."""
        self.payloads: Counter[str] = Counter()
        """How often the same parameters came to sendTransaction, taken or refused, by `payload_digest`."""
        self._methods: dict[str, Callable[..., Any]] = {
            "getSupportChains": views.support_chains,
            "getSupportTokens": views.support_tokens,
            "getAccount": lambda key: views.account(views.find_account(key)),
            "getAccountBalances": self._balances,
            "getAccountSnapshot": self._snapshot,
            "getTokenReserve": lambda token, mapping=False: views.token_reserve(token, mapping),
            "getChangePubkeyChainId": lambda: network.change_pubkey_chain,
            "getEthProperty": views.eth_property,
            "getTransactionByHash": lambda tx_hash, _updates=False: views.transaction(tx_hash),
            "getAccountTransactionHistory": views.history,
            "getLatestBlockNumber": views.latest_block_number,
            "getBlockByNumber": lambda number=None, txs=False, _updates=False: views.block(number, bool(txs)),
            "getPendingBlock": lambda after, txs=False, _updates=False, limit=None: views.pending_block(
                after, bool(txs), limit
            ),
            "getBlockOnChainByNumber": views.block_on_chain,
            "getWithdrawTxs": views.withdrawals,
            "getWithdrawStatus": views.withdraw_status,
        }
        if network.profile is Profile.V2:
            self._methods["estimateTransactionFee"] = self._estimate_fee
            self._methods["getFastWithdrawTxs"] = self._methods.pop("getWithdrawTxs")

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Serve one HTTP request."""
        if scope["method"] != "POST":
            await asgi.send_json(send, 405, {"error": "POST only"})
            return
        try:
            value = jsonrpc.parse(await asgi.read_body(receive))
        except asgi.BodyTooLargeError:
            await asgi.send_json(send, 413, {"error": "body too large"})
            return
        except asgi.ClientGoneError:
            return
        except RpcError as error:
            await asgi.send_json(send, 200, jsonrpc.failure(None, error))
            return
        methods = _methods_in(value)
        if await self._misbehave(self._faults.take(methods, _ON_THE_WIRE, Phase.BEFORE), receive, send):
            return
        response = await jsonrpc.answer(value, self.call)
        if await self._misbehave(self._faults.take(methods, _ON_THE_WIRE, Phase.AFTER), receive, send):
            return
        if response is None:
            await asgi.send_body(send, 204, b"")
        else:
            await asgi.send_json(send, 200, response)

    async def call(self, method: str, params: list[Any]) -> Any:
        """Answer one call.

        Raises:
            RpcError: the call is refused.
        """
        if (fault := self._faults.take([method], _IN_THE_ANSWER, Phase.BEFORE)) is not None:
            raise RpcError(fault.code, fault.message)
        result = await self._dispatch(method, params)
        if (fault := self._faults.take([method], _IN_THE_ANSWER, Phase.AFTER)) is not None:
            raise RpcError(fault.code, fault.message)
        return result

    async def _dispatch(self, method: str, params: list[Any]) -> Any:
        if method == "sendTransaction":
            self.calls[method] += 1
            return await self._send_transaction(params)
        handler = self._methods.get(method)
        if handler is None:
            raise RpcError(METHOD_NOT_FOUND, "Method not found")
        self.calls[method] += 1
        try:
            arguments = inspect.signature(handler).bind(*params)
        except TypeError:
            raise RpcError(INVALID_PARAMS, "Invalid params") from None
        return handler(*arguments.args)

    async def _send_transaction(self, params: list[Any]) -> str:
        if not 1 <= len(params) <= 3:
            raise RpcError(INVALID_PARAMS, "expected a transaction and its layer-1 signature")
        l1_signature = params[1] if len(params) > 1 else None
        self.payloads[payload_digest(params)] += 1
        return await self._admission.submit(params[0], l1_signature, int(self._now() * 10**6))

    def _balances(self, account_id: Any, sub_account: Any = None) -> Any:
        return self._views.balances(self._views.find_account(account_id), sub_account)

    def _snapshot(self, key: Any, sub_account: Any = None, _block: Any = None) -> Any:
        return self._views.snapshot(self._views.find_account(key), sub_account)

    def _estimate_fee(self, value: Any) -> str:
        tx = read_transaction(value, self._network.profile)
        token = getattr(tx, "source_token", None)
        if token is None:
            return "0"
        if tx.chain_id not in self._network.chains or token not in self._network.tokens:
            raise RpcError(INTERNAL, "chain or token is not supported")
        return str(self._network.usual_fee(tx.chain_id, token))

    @staticmethod
    async def _misbehave(fault: RpcFault | None, receive: asgi.Receive, send: asgi.Send) -> bool:
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
            case _:
                await asgi.wait_for_disconnect(receive)
        return True


def payload_digest(params: list[Any]) -> str:
    """SHA-256 of parameters in canonical JSON, as hexadecimal digits."""
    text = json.dumps(params, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _methods_in(value: Any) -> list[str]:
    calls = value[: jsonrpc.MAX_BATCH] if isinstance(value, list) else [value]
    return [call["method"] for call in calls if isinstance(call, dict) and isinstance(call.get("method"), str)]
