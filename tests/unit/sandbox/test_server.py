"""The sandbox's front door: routes, token, hostile bodies, and the process itself."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.sandbox import role
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.server import create_app
from ashore.sandbox.world import World, WorldConfig
from ashore.sandbox.zklink.transactions import Code

TOKEN = "a token that opens the controls"
HEADERS = {"x-ashore-token": TOKEN}
APP = Path(__file__).resolve().parents[3] / "app"
HOSTILE = [
    b"",
    b"{",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"NaN",
    b'{"jsonrpc":"2.0","id":1,"method":"getAccount","params":[NaN]}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"9" * 10_000,
    b'"' + b"x" * 10_000 + b'"',
    json.dumps([{"jsonrpc": "2.0", "id": 1, "method": "getAccount", "params": [1]}] * 51).encode(),
    json.dumps({"jsonrpc": "2.0", "id": {}, "method": "getAccount", "params": [1]}).encode(),
    json.dumps({"jsonrpc": "2.0", "id": 1, "method": ["getAccount"], "params": [1]}).encode(),
    json.dumps({"jsonrpc": "2.0", "id": 1, "method": "__init__", "params": []}).encode(),
    json.dumps({"jsonrpc": "2.0", "id": 1, "method": "getAccount", "params": {"a": 1}}).encode(),
    json.dumps({"jsonrpc": "2.0", "id": 1, "method": "getAccount", "params": [[[[[[[[[[[[[[1]]]]]]]]]]]]]]}).encode(),
]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Any, World]]:
    """One world that is only asked, never changed."""
    app, world = create_app(WorldConfig(clock=ClockMode.STEP), TOKEN)
    yield app, world
    world.close()


@pytest.fixture
def client(served: tuple[Any, World]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(served[0]), base_url="http://sandbox")


async def test_routes(client: httpx.AsyncClient) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    for name in "abc":
        assert (await client.post(f"/l1/1/{name}", json=call)).json()["result"] == "0x7a69"
    assert (await client.get("/profile")).json()["network"] == "sandbox"
    for path in ("/", "/l1", "/l1/2/a", "/l1/1/d", "/ctl", "/zklink/more", "/../etc"):
        assert (await client.post(path, json=call)).status_code in (403, 404)
    assert (await client.get("/zklink")).status_code == 405


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", "\u00e9"])
async def test_without_the_token_nothing_is_controlled(client: httpx.AsyncClient, token: str | None) -> None:
    headers = {} if token is None else {"x-ashore-token": token.encode()}
    for operation in ("status", "reset", "nothing"):
        answer = await client.post(f"/ctl/{operation}", headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 403
        assert TOKEN not in answer.text


async def test_an_empty_token_opens_nothing(served: tuple[Any, World]) -> None:
    app, world = create_app(WorldConfig(clock=ClockMode.STEP))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as shut:
        assert (await shut.get("/ctl/status", headers={"x-ashore-token": ""})).status_code == 403
    world.close()


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_bodies_are_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/zklink", content=body)
    assert answer.status_code == 200
    assert "error" in answer.json()
    for operation in ("clock", "advance", "reorg"):
        assert (await client.post(f"/ctl/{operation}", content=body, headers=HEADERS)).status_code == 400


async def test_bodies_are_bounded(client: httpx.AsyncClient) -> None:
    for path in ("/zklink", "/ctl/faults", "/l1/1/a"):
        answer = await client.post(path, content=b"[" + b" " * 300_000 + b"]", headers=HEADERS)
        assert answer.status_code == 413


@pytest.mark.parametrize(
    ("operation", "value"),
    [
        ("clock", {"mode": "warp"}),
        ("clock", {"mode": "demo", "speed": 0}),
        ("clock", {"mode": "demo", "speed": True}),
        ("advance", {"seconds": -1}),
        ("advance", {"seconds": "1"}),
        ("step", {"what": "dance"}),
        ("step", {"count": 0}),
        ("step", {"count": 10**9}),
        ("faults", {"l1": {"z": []}}),
        ("faults", {"l1": []}),
        ("faults", {"else": 1}),
        ("faults", {"zklink": {"switches": {"nothing": True}}}),
        ("faults", {"zklink": {"rules": [{}] * 101}}),
        ("faults", {"zklink": []}),
        ("reorg", {"depth": 0}),
        ("reorg", {"depth": 10**6}),
        ("reorg", {"depth": 1, "drop": "0x"}),
        ("reorg", {"depth": 1, "drop": ["no hash"]}),
    ],
)
async def test_wrong_controls_change_nothing(
    client: httpx.AsyncClient, served: tuple[Any, World], operation: str, value: dict[str, Any]
) -> None:
    world = served[1]
    before = (world.chain.head.hash, world.clock.now(), world.pace.mode)
    answer = await client.post(f"/ctl/{operation}", json=value, headers=HEADERS)
    assert answer.status_code == 400
    assert (world.chain.head.hash, world.clock.now(), world.pace.mode) == before
    assert world.faults.rules == []
    assert world.faults.switches == {}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
METHODS = [
    "getAccount",
    "getAccountBalances",
    "getAccountSnapshot",
    "getTokenReserve",
    "getTransactionByHash",
    "getAccountTransactionHistory",
    "getLatestBlockNumber",
    "getBlockByNumber",
    "getPendingBlock",
    "getBlockOnChainByNumber",
    "getWithdrawTxs",
    "getWithdrawStatus",
    "sendTransaction",
    "getEthProperty",
]


@settings(max_examples=150)
@given(method=st.sampled_from(METHODS), params=st.lists(json_values, max_size=5))
def test_no_parameters_break_the_node(served: tuple[Any, World], method: str, params: list[Any]) -> None:
    async def ask() -> dict[str, Any]:
        transport = httpx.ASGITransport(served[0])
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
            answer = (await client.post("/zklink", json=body)).json()
            assert isinstance(answer, dict)
            return answer

    answer = asyncio.run(ask())
    known = {-32602, -32600, *Code}
    assert "result" in answer or answer["error"]["code"] in known


async def test_in_mode_demo_it_lives_by_itself(tmp_path: Path) -> None:
    app, world = create_app(WorldConfig(clock=ClockMode.STEP), TOKEN)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client:
        living = asyncio.create_task(world.run())
        head = world.chain.head.number
        await client.post("/ctl/clock", json={"mode": "demo", "speed": 200}, headers=HEADERS)
        async with asyncio.timeout(20):
            while world.chain.finalized_number <= head:
                await asyncio.sleep(0.01)
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
    world.close()


# The process


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", ""])
def test_it_serves_loopback_only(host: str) -> None:
    with pytest.raises(role.RoleError):
        role.bind(host, 0)


def test_the_port_of_the_last_time_is_taken_again_while_it_is_free(tmp_path: Path) -> None:
    with role.listen("127.0.0.1", 0, tmp_path / "new") as first:
        port = first.getsockname()[1]
        with role.listen("127.0.0.1", 0, tmp_path / "new") as meanwhile:
            assert meanwhile.getsockname()[1] != port, "another program has it"
            port = meanwhile.getsockname()[1]
    with role.listen("127.0.0.1", 0, tmp_path / "new") as again:
        assert again.getsockname()[1] == port
    for odd in ("", "0", "70000", "eighty", "-1"):
        (tmp_path / "new" / "port").write_text(odd)
        role.listen("127.0.0.1", 0, tmp_path / "new").close()
    role.listen("127.0.0.1", 0, None).close()


def test_the_token_comes_from_the_environment_or_the_first_line() -> None:
    line = io.BytesIO(TOKEN.encode() + b"\nmore")
    assert role.read_token(None, line) == TOKEN
    assert role.read_token("from the environment", io.BytesIO()) == "from the environment"
    for bad in (b"", b"short\n", b"x" * 1000):
        with pytest.raises(role.RoleError):
            role.read_token(None, io.BytesIO(bad))


def start(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Starts the role as the wallet does and waits until it serves."""
    command = [sys.executable, "-m", "ashore", "--role", "sandbox", "--data-dir", str(folder), "--clock", "step"]
    command += ["--chains", "2", "--secondary-name", "Lagune"]
    environment = {**os.environ, "PYTHONPATH": str(APP)}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(TOKEN.encode() + b"\n")
    process.stdin.flush()
    ready = json.loads(process.stdout.readline())
    assert ready["token_required"] is True
    return process, int(ready["port"])


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[subprocess.Popen[bytes], httpx.AsyncClient]]:
    process, port = await asyncio.to_thread(start, folder)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=HEADERS, trust_env=False) as client:
            yield process, client
    finally:
        process.kill()
        await asyncio.to_thread(process.communicate)


async def test_it_survives_a_kill_and_ends_with_its_parent(tmp_path: Path) -> None:
    mine = {"what": "block", "count": 3}
    async with running(tmp_path) as (process, client):
        assert (await client.post("/ctl/step", json=mine)).status_code == 200
        before = (await client.get("/ctl/status")).json()["l1"]["head"]
        profile = (await client.get("/profile")).json()
        assert [one["name"] for one in profile["chains"]] == ["Harbour", "Lagune"]
        assert profile["reddio"]["chain"]["genesis_hash"] == profile["chains"][0]["genesis_hash"]
        contracts = (await client.get(profile["reddio"]["api"] + "/v1/starkex/contracts")).json()["data"]
        assert contracts["sepolia"].lower() == profile["reddio"]["contract"]
        process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        await asyncio.to_thread(process.wait, 10)
    async with running(tmp_path) as (process, client):
        assert (await client.get("/ctl/status")).json()["l1"]["head"] == before
        assert (await client.get("/profile")).json() == profile
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
        assert await asyncio.to_thread(process.wait, 10) == 0


async def test_a_torn_answer_is_a_broken_connection(tmp_path: Path) -> None:
    async with running(tmp_path) as (_process, client):
        rule = {"method": "getAccount", "kind": "drop"}
        await client.post("/ctl/faults", json={"zklink": {"rules": [rule, {**rule, "kind": "timeout"}]}})
        call = {"jsonrpc": "2.0", "id": 1, "method": "getAccount", "params": [1042]}
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post("/zklink", json=call)
        with pytest.raises(httpx.ReadTimeout):
            await client.post("/zklink", json=call, timeout=0.2)
        assert (await client.post("/zklink", json=call)).json()["result"]["id"] == 1042
