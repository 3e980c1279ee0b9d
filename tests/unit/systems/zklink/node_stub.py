"""A JSON-RPC node over HTTP that answers what a test lets it answer, and counts."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from ashore.net.http import HttpClient, Purpose
from ashore.net.jsonrpc import JsonRpcClient
from ashore.net.pacing import RateLimit
from ashore.systems.zklink.client.operator import EFFECTFUL, OperatorClient
from unit.ethereum.chain_bench import FastClock
from unit.systems.zklink.zklink_bench import DEPLOYMENT, KEY_HASH, OWN

PURPOSE = Purpose("operator", 4 << 20, retries=0)


class Refusal(Exception):
    """Raised by an answer: a JSON-RPC error of that code."""

    def __init__(self, code: int, message: str = "no") -> None:
        super().__init__(message)
        self.code = code


Answer = Callable[..., Any]


class Node:
    """`answers` by method; `batches` is what it does with several calls at once: True answers, a number is a status."""

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers: dict[str, Answer] = {**ordinary(), **(answers or {})}
        self.batches: bool | int = True
        self.requests = 0
        self.calls: Counter[str] = Counter()
        self.http = HttpClient(
            FastClock(), random.Random(1), transport=httpx.MockTransport(self._answer), rate=RateLimit(1e6, 10_000)
        )
        self.client = OperatorClient(JsonRpcClient(self.http, DEPLOYMENT.operator_url, PURPOSE, effectful=EFFECTFUL))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        body = json.loads(await request.aread())
        if isinstance(body, dict):
            return httpx.Response(200, json=self._one(body))
        if self.batches is True:
            return httpx.Response(200, json=[self._one(each) for each in body])
        if self.batches is False:
            error = {"code": -32600, "message": "no batches"}
            return httpx.Response(200, json={"jsonrpc": "2.0", "id": None, "error": error})
        return httpx.Response(self.batches, text="no batches")

    def _one(self, call: Mapping[str, Any]) -> dict[str, Any]:
        self.calls[call["method"]] += 1
        envelope = {"jsonrpc": "2.0", "id": call["id"]}
        try:
            return {**envelope, "result": self.answers[call["method"]](*call["params"])}
        except Refusal as error:
            return {**envelope, "error": {"code": error.code, "message": str(error)}}


def ordinary() -> dict[str, Answer]:
    """The answers of a node that agrees with what is pinned."""
    return {
        "getSupportChains": lambda: [
            {
                "chainId": c.id,
                "layerOneChainId": hex(c.evm_chain_id),
                "mainContract": c.main_contract,
                "gasTokenId": 33,
            }
            for c in DEPLOYMENT.chains.values()
        ],
        "getSupportTokens": lambda: {
            str(t.id): {
                "id": t.id,
                "symbol": t.symbol,
                "usdPrice": "3200.0" if t.symbol == "ETH" else "1.0",
                "chains": {
                    str(c): {"chainId": c, "address": address, "decimals": t.decimals[c], "fastWithdraw": True}
                    for c, address in t.addresses.items()
                },
            }
            for t in DEPLOYMENT.tokens.values()
        },
        "getAccount": lambda _who: {
            "id": 1042,
            "address": OWN,
            "nonce": 1,
            "pubKeyHash": KEY_HASH,
            "subAccountNonces": {"0": 7},
        },
        "getAccountBalances": lambda _id, _sub: {"0": {"17": "1240500000000000000000"}},
        "getChangePubkeyChainId": lambda: 1,
        "getTokenReserve": lambda _token, _mapping: {"1": "5000000000000000000000000"},
    }
