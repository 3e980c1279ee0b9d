"""The JSON-RPC envelope is checked to the letter."""

import json
import random

import httpx
import pytest

from ashore.net.errors import HttpStatus, NotSent, RpcError, Unanswered
from ashore.net.http import HttpClient, Purpose
from ashore.net.jsonrpc import Call, JsonRpcClient
from ashore.net.pacing import SystemClock

PURPOSE = Purpose("rpc", max_bytes=100_000, total_seconds=5, retries=1)


def client(respond):
    sent = []

    def handle(request):
        body = json.loads(request.content)
        sent.append(body)
        return respond(body)

    http = HttpClient(SystemClock(), random.Random(1), transport=httpx.MockTransport(handle))
    return JsonRpcClient(http, "https://node.example/k", PURPOSE, effectful=frozenset({"send"})), sent


def reply(build, status=200):
    return lambda body: httpx.Response(status, json=build(body))


def result_of(call, value):
    return {"jsonrpc": "2.0", "id": call["id"], "result": value}


async def test_a_call_returns_its_result():
    rpc, sent = client(reply(lambda c: result_of(c, {"a": None})))
    assert await rpc.call("get", ["0x1"]) == {"a": None}
    assert sent[0]["params"] == ["0x1"]


async def test_a_null_result_is_a_result():
    rpc, _ = client(reply(lambda c: {**result_of(c, None), "error": None}))
    assert await rpc.call("get") is None


@pytest.mark.parametrize("status", [200, 400, 429])
async def test_a_refusal_is_plain_and_bounded(status):
    error = {"code": -32000, "message": "no\u202e\n" + "x" * 900, "data": {"data": "0x08c379a0"}}
    rpc, sent = client(reply(lambda c: {"jsonrpc": "2.0", "id": c["id"], "error": error}, status))
    with pytest.raises(RpcError) as caught:
        await rpc.call("send", ["0x"])
    assert caught.value.code == -32000
    assert len(caught.value.message) <= 200
    assert "\u202e" not in str(caught.value)
    assert caught.value.data == {"data": "0x08c379a0"}
    assert len(sent) == 1


@pytest.mark.parametrize(
    "build",
    [
        lambda c: [],
        lambda c: {},
        lambda c: {"jsonrpc": "2.0", "id": c["id"]},
        lambda c: {"jsonrpc": "1.0", "id": c["id"], "result": 1},
        lambda c: {"jsonrpc": "2.0", "id": c["id"] + 1, "result": 1},
        lambda c: {"jsonrpc": "2.0", "id": str(c["id"]), "result": 1},
        lambda c: {"jsonrpc": "2.0", "id": True, "result": 1},
        lambda c: {"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "limit"}},
        lambda c: {"jsonrpc": "2.0", "id": c["id"], "result": 1, "error": {"code": 1, "message": "both"}},
        lambda c: {"jsonrpc": "2.0", "id": c["id"], "error": "text"},
        lambda c: {"jsonrpc": "2.0", "id": c["id"], "error": {"code": "1", "message": "x"}},
        lambda c: {"jsonrpc": "2.0", "id": c["id"], "result": json.loads("[" * 40 + "]" * 40)},
    ],
)
async def test_anything_else_leaves_the_outcome_open(build):
    rpc, sent = client(reply(build))
    with pytest.raises(Unanswered):
        await rpc.call("send")
    assert len(sent) == 1


@pytest.mark.parametrize(
    "content", [b"<html>captcha</html>", b"", b"[" * 100_000, b'{"a":NaN}', b"\xff\xfe", b"1" * 9_000]
)
async def test_garbage_leaves_the_outcome_open(content):
    rpc, _ = client(lambda _: httpx.Response(200, content=content))
    with pytest.raises(Unanswered):
        await rpc.call("send")


async def test_reads_are_repeated_and_effects_never():
    rpc, sent = client(lambda _: httpx.Response(503))
    with pytest.raises(Unanswered):
        await rpc.call("get")
    assert len(sent) == 2
    with pytest.raises(Unanswered):
        await rpc.call("send")
    assert len(sent) == 3


async def test_a_status_without_an_envelope_stays_a_status():
    rpc, _ = client(lambda _: httpx.Response(403, content=b"forbidden"))
    with pytest.raises(HttpStatus):
        await rpc.call("send")


async def test_a_batch_keeps_the_order_whatever_the_server_does():
    def respond(calls):
        answers = [result_of(call, call["method"]) for call in calls]
        answers[1] = {"jsonrpc": "2.0", "id": calls[1]["id"], "error": {"code": 3, "message": "no"}}
        return httpx.Response(200, json=list(reversed(answers)))

    rpc, sent = client(respond)
    first, second, third = await rpc.batch([Call("a"), Call("b"), Call("c", (1,))])
    assert (first, third) == ("a", "c")
    assert isinstance(second, RpcError)
    assert len(sent) == 1
    assert await rpc.batch([]) == []


@pytest.mark.parametrize(
    "build",
    [
        lambda calls: [result_of(calls[0], 1)],
        lambda calls: [result_of(calls[0], 1), result_of(calls[0], 2)],
        lambda calls: result_of(calls[0], 1),
        lambda calls: {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no batches"}},
    ],
)
async def test_a_batch_is_answered_whole_or_not_at_all(build):
    rpc, _ = client(reply(build))
    with pytest.raises(Unanswered):
        await rpc.batch([Call("a"), Call("b")])


async def test_a_batch_takes_no_effects():
    rpc, sent = client(reply(lambda c: None))
    with pytest.raises(ValueError, match="reads"):
        await rpc.batch([Call("send")])
    with pytest.raises(ValueError, match="bounded"):
        await rpc.batch([Call("a")] * 41)
    assert sent == []


async def test_not_sent_stays_not_sent():
    def refuse(_):
        raise httpx.ConnectError("refused")

    rpc, _ = client(refuse)
    with pytest.raises(NotSent):
        await rpc.call("send")


def test_where_a_server_is_is_told_apart_by_everything_but_its_port():
    def whereabouts(url):
        return JsonRpcClient(HttpClient(SystemClock(), random.Random(1)), url, PURPOSE).whereabouts

    places = ["https://a.example/", "https://b.example/", "https://a.example/v2", "https://a.example/?k=1"]
    assert len({whereabouts(url) for url in [*places, "http://a.example/"]}) == len(places) + 1
    assert whereabouts("http://127.0.0.1:4001/l1/1/a") == whereabouts("http://127.0.0.1:5002/l1/1/a")
    assert "secret" not in whereabouts("https://a.example/v3/secret")
