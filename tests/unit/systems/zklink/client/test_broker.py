"""The brokers' price list, which may answer anything at all."""

import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.net.errors import NetError
from ashore.net.http import HttpClient
from ashore.net.pacing import RateLimit
from ashore.systems.base import Source
from ashore.systems.zklink.client.answers import BadAnswer
from ashore.systems.zklink.client.broker import PURPOSE, BrokerClient, BrokerPrice, read_price
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.system import brokers
from ashore.systems.zklink.system.offer import BrokerOffer, ZkLinkOffer
from ashore.systems.zklink.system.opening import open_account
from unit.domain.trying import tried
from unit.ethereum.chain_bench import FastClock
from unit.systems.zklink.node_stub import Node
from unit.systems.zklink.zklink_bench import DEPLOYMENT, ETHER, KEY_HASH, OWN, judged

GOOD = {"code": 0, "data": {"available": "5000000", "fee": 10, "limit": "9000000"}}
Answer = Callable[[httpx.Request], httpx.Response]


def client(answer: Answer) -> BrokerClient:
    http = HttpClient(FastClock(), random.Random(1), transport=httpx.MockTransport(answer), rate=RateLimit(1e6, 10_000))
    return BrokerClient(http, "http://127.0.0.1/broker/")


def body(**changes: Any) -> bytes:
    return json.dumps({**GOOD, "data": {**GOOD["data"], **changes}}).encode()  # type: ignore[dict-item]


async def test_a_price() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json=GOOD)

    assert await client(answer).price(31337, 17) == BrokerPrice(10, 5_000_000)
    assert asked == ["/broker/price/0x7a69/17"]


def test_a_no() -> None:
    assert read_price(b'{"code": 1, "error": "unknown"}') is None
    assert read_price(b'{"code": 0, "data": null}') is None
    assert read_price(body(available="0")) is None
    assert read_price(body(limit=0)) is None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"code": "0", "data": {}}',
        b'{"code": 0, "data": []}',
        b'{"code": 0, "data": {}}',
        b"[" * 8_000,
        *(body(fee=value) for value in (-1, 10_001, 0.5, "0.5", True, None, "<b>", [], "9" * 90)),
        *(body(available=value) for value in (True, -1, "x", 2**128, None, {}, "９")),
    ],
)
def test_what_is_no_price(answer: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_price(answer)


@given(st.binary(max_size=200))
def test_any_bytes(answer: bytes) -> None:
    found = tried(read_price, answer)
    assert found is None or isinstance(found, BadAnswer | BrokerPrice)


async def test_it_may_refuse_fail_or_talk_for_ever() -> None:
    assert await client(lambda _: httpx.Response(404, json={"code": 1})).price(1, 17) is None
    with pytest.raises(NetError):
        await client(lambda _: httpx.Response(503)).price(1, 17)
    with pytest.raises(NetError):
        await client(lambda _: httpx.Response(200, content=b" " * (PURPOSE.max_bytes + 1))).price(1, 17)


async def opened(answer: Answer, **changes: Any) -> ZkLinkOffer:
    node = Node(changes)
    try:
        return await open_account(DEPLOYMENT, node.client, Source(DEPLOYMENT.id, 0, OWN, KEY_HASH), 99, client(answer))
    finally:
        await node.http.aclose()


async def test_the_form_offers_what_brokers_say() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json=GOOD)

    found = await opened(answer)
    assert found.fast == {(17, 1), (17, 2), (19, 1), (33, 1), (33, 2)}
    assert sorted(asked) == ["/broker/price/0x7a69/17", "/broker/price/0x7a6a/17"], "only for what the account holds"
    assert found.brokers == {(17, 1): BrokerOffer(10, 5 * ETHER), (17, 2): BrokerOffer(10, 5_000_000)}
    assert judged(found, speed="fast", amount="5").ready
    assert not judged(found, speed="fast", amount="5.000001").ready


async def test_what_zklink_does_not_allow_is_not_asked_for() -> None:
    def slow(tokens: Any) -> Any:
        tokens["17"]["chains"]["1"]["fastWithdraw"] = "yes"
        tokens["17"]["chains"]["2"].pop("fastWithdraw")
        return tokens

    ordinary = Node().answers["getSupportTokens"]
    found = await opened(lambda _: httpx.Response(200, json=GOOD), getSupportTokens=lambda: slow(ordinary()))
    assert (17, 1) not in found.fast
    assert found.brokers == {}


@pytest.mark.parametrize("status", [200, 404, 500, 302])
async def test_no_answer_of_a_broker_shuts_the_form(status: int) -> None:
    found = await opened(lambda _: httpx.Response(status, content=b"\xff<not json>"))
    assert found.brokers == {}
    assert judged(found).ready


async def test_nobody_waits_long_for_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brokers, "PATIENCE_S", 0.01)
    never = asyncio.Event()

    class Silent(BrokerClient):
        async def price(self, evm_chain_id: int, token_id: int) -> BrokerPrice | None:
            if evm_chain_id == 31337:
                await never.wait()
            return BrokerPrice(10, 10**18)

    node = Node()
    silent = Silent(node.http, "http://127.0.0.1")
    found = await open_account(DEPLOYMENT, node.client, Source(DEPLOYMENT.id, 0, OWN, KEY_HASH), 99, silent)
    await node.http.aclose()
    assert set(found.brokers) == {(17, 2)}, "who answered in time is offered"


async def test_where_a_payment_could_not_be_recognised_none_is_offered() -> None:
    node = Node()
    older = replace(DEPLOYMENT, dialect=Profile.V2)
    answering = client(lambda _: httpx.Response(200, json=GOOD))
    found = await open_account(older, node.client, Source(DEPLOYMENT.id, 0, OWN, KEY_HASH), 99, answering)
    await node.http.aclose()
    assert (found.fast, found.brokers) == (frozenset(), {})
