"""Endpoints that fail and lie, over HTTP as a client meets them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from ashore.sandbox.asgi import MAX_BODY
from ashore.sandbox.evm.asgi import EvmApp
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.faults import FaultKind, FaultRule
from ashore.sandbox.evm.rpc import endpoints
from unit.sandbox.evm.evm_helpers import Network, withdrawal
from unit.sandbox.evm.test_evm_rpc import header_hash, ordered_root, receipt_bytes


class Sleeper:
    """Records how long it was asked to wait, and does not."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


class Dice:
    def __init__(self) -> None:
        self.next = 0.0

    def __call__(self) -> float:
        return self.next


class Http:
    def __init__(self, chain: DevChain) -> None:
        self.dice, self.sleeper = Dice(), Sleeper()
        self.app = EvmApp(endpoints(chain, self.dice, max_log_range=1000), self.sleeper)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=self.app), base_url="http://chain")

    async def post(self, name: str, method: str, *params: Any) -> httpx.Response:
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return await self.client.post(f"/l1/31337/{name}", json=request)

    async def __call__(self, name: str, method: str, *params: Any) -> Any:
        response = await self.post(name, method, *params)
        assert response.status_code == 200
        return response.json()["result"]

    def rule(self, name: str, match: str, kind: FaultKind, **more: Any) -> None:
        self.app.endpoints[name].faults.add(FaultRule(match, kind, **more))


@pytest.fixture
async def http(request: pytest.FixtureRequest) -> AsyncIterator[Http]:
    """Serves the network's chain where a test has a network, else the bare chain."""
    if "network" in request.fixturenames:
        http = Http(request.getfixturevalue("network").chain)
    else:
        http = Http(request.getfixturevalue("chain"))
    yield http
    await http.client.aclose()


async def test_three_endpoints_agree_when_nothing_is_wrong(network: Network, http: Http) -> None:
    answers = [await http(name, "eth_getBlockByNumber", "latest", True) for name in "abc"]
    assert answers[0] == answers[1] == answers[2]
    assert [http.app.endpoints[name].calls["eth_getBlockByNumber"] for name in "abc"] == [1, 1, 1]


async def test_http_manners(http: Http) -> None:
    assert (await http.client.post("/d", json={})).status_code == 404
    assert (await http.client.get("/a")).status_code == 405
    assert (await http.client.post("/a", content=b"x" * (MAX_BODY + 1))).status_code == 413
    answer = await http.client.post("/a/", content=b"{nonsense")
    assert answer.json()["error"]["code"] == -32700
    deep = await http.client.post("/a", content=b"[" * 100_000)
    assert deep.json()["error"]["code"] == -32700
    silent = await http.client.post("/a", json={"jsonrpc": "2.0", "method": "eth_blockNumber"})
    assert (silent.status_code, silent.content) == (200, b"")
    batch = [{"jsonrpc": "2.0", "id": number, "method": "eth_chainId"} for number in (1, 2)]
    assert [one["result"] for one in (await http.client.post("/a", json=batch)).json()] == ["0x7a69"] * 2


async def test_a_rule_ends_after_its_count_and_concerns_one_endpoint(http: Http) -> None:
    http.rule("b", "eth_block.*", FaultKind.HTTP, count=2, status=429)
    statuses = [(await http.post("b", "eth_blockNumber")).status_code for _ in range(3)]
    assert statuses == [429, 429, 200]
    assert (await http.post("a", "eth_blockNumber")).status_code == 200
    assert http.app.endpoints["b"].calls["eth_blockNumber"] == 3


async def test_a_rule_concerns_whole_method_names(http: Http) -> None:
    http.rule("a", "eth_block", FaultKind.HTTP, count=None)
    assert (await http.post("a", "eth_blockNumber")).status_code == 200


async def test_chance_is_the_injected_one(http: Http) -> None:
    http.rule("a", ".*", FaultKind.HTTP, count=None, p=0.5, status=503)
    statuses = []
    for http.dice.next in (0.4, 0.5, 0.0, 0.9):
        statuses.append((await http.post("a", "eth_chainId")).status_code)
    assert statuses == [503, 200, 503, 200]


async def test_wire_faults(http: Http) -> None:
    http.rule("a", "eth_chainId", FaultKind.DROP)
    with pytest.raises(ValueError, match=r"(?i)unterminated|expecting"):
        (await http.post("a", "eth_chainId")).json()
    http.rule("a", "eth_chainId", FaultKind.GARBAGE)
    assert "robot" in (await http.post("a", "eth_chainId")).text
    http.rule("a", "eth_chainId", FaultKind.DELAY, seconds=2.5)
    assert await http("a", "eth_chainId") == "0x7a69"
    http.rule("a", "eth_chainId", FaultKind.TIMEOUT, seconds=9)
    assert (await http.post("a", "eth_chainId")).status_code == 504
    assert http.sleeper.slept == [2.5, 9]


async def test_a_timeout_ends_when_the_client_gives_up(chain: DevChain) -> None:
    app = EvmApp(endpoints(chain, lambda: 0.0))
    app.endpoints["a"].faults.add(FaultRule(".*", FaultKind.TIMEOUT, seconds=3600))
    body = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
    incoming: list[dict[str, Any]] = [{"type": "http.request", "body": body}, {"type": "http.disconnect"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    async with asyncio.timeout(10):
        await app({"type": "http", "method": "POST", "path": "/a"}, receive, send)
    assert sent == []


async def test_a_wire_fault_hits_a_whole_batch(http: Http) -> None:
    http.rule("a", "eth_chainId", FaultKind.HTTP, status=500)
    batch = [{"jsonrpc": "2.0", "id": 1, "method": name} for name in ("eth_blockNumber", "eth_chainId")]
    assert (await http.client.post("/a", json=batch)).status_code == 500


async def test_a_stale_endpoint_knows_nothing_of_the_newest_blocks(network: Network, http: Http) -> None:
    network.settle(withdrawal())
    head = network.chain.head
    newest = "0x" + head.hash.hex()
    sent = "0x" + bytes(head.transactions[0].hash).hex()
    http.rule("c", ".*", FaultKind.STALE, count=None, blocks=3)
    assert int(await http("c", "eth_blockNumber"), 16) == head.number - 3
    assert (await http("c", "eth_getBlockByNumber", "latest"))["number"] == hex(head.number - 3)
    assert await http("c", "eth_getBlockByNumber", hex(head.number)) is None
    assert await http("c", "eth_getBlockByHash", newest) is None
    assert await http("c", "eth_getTransactionReceipt", sent) is None
    assert await http("a", "eth_getTransactionReceipt", sent) is not None
    everything = {"fromBlock": "0x0", "toBlock": "latest"}
    assert len(await http("c", "eth_getLogs", everything)) < len(await http("a", "eth_getLogs", everything))
    history = await http("c", "eth_feeHistory", "0x1", "latest")
    assert int(history["oldestBlock"], 16) == head.number - 3


async def test_a_forged_header_no_longer_hashes(network: Network, http: Http) -> None:
    http.rule("b", "eth_getBlockBy.*", FaultKind.FORGED_HEADER, count=None)
    lie, truth = await http("b", "eth_getBlockByNumber", "latest"), await http("a", "eth_getBlockByNumber", "latest")
    assert lie["hash"] == truth["hash"]
    assert header_hash(lie) != lie["hash"]


async def test_a_rehashed_forgery_is_consistent_and_disagrees(network: Network, http: Http) -> None:
    http.rule("b", "eth_getBlockBy.*", FaultKind.FORGED_HEADER_REHASHED)
    lie, truth = await http("b", "eth_getBlockByNumber", "latest"), await http("a", "eth_getBlockByNumber", "latest")
    assert header_hash(lie) == lie["hash"] != truth["hash"]


@pytest.mark.parametrize("kind", [FaultKind.FORGED_LOG, FaultKind.FORGED_STATUS, FaultKind.WITHHELD_LOGS])
async def test_forged_receipts_do_not_rebuild_the_root(network: Network, http: Http, kind: FaultKind) -> None:
    network.settle(withdrawal())
    http.rule("b", "eth_getBlockReceipts", kind)
    block = await http("b", "eth_getBlockByNumber", "latest")
    lie = await http("b", "eth_getBlockReceipts", block["hash"])
    truth = await http("b", "eth_getBlockReceipts", block["hash"])
    assert ordered_root([receipt_bytes(one) for one in truth]) == block["receiptsRoot"]
    assert ordered_root([receipt_bytes(one) for one in lie]) != block["receiptsRoot"]


async def test_logs_are_forged_and_withheld(network: Network, http: Http) -> None:
    everything = {"fromBlock": "0x0"}
    truth = await http("a", "eth_getLogs", everything)
    http.rule("a", "eth_getLogs", FaultKind.FORGED_LOG)
    http.rule("a", "eth_getLogs", FaultKind.WITHHELD_LOGS)
    forged = await http("a", "eth_getLogs", everything)
    assert len(forged) == len(truth) > 0
    assert all(lie != log for lie, log in zip(forged, truth, strict=True))
    assert await http("a", "eth_getLogs", everything) == []
    assert await http("a", "eth_getLogs", everything) == truth


async def test_finality_is_claimed_too_early(network: Network, http: Http) -> None:
    http.rule("b", "eth_getBlockByNumber", FaultKind.FORGED_FINALIZED)
    head = network.chain.head.number
    assert (await http("b", "eth_getBlockByNumber", "0x1"))["number"] == "0x1"
    assert (await http("b", "eth_getBlockByNumber", "finalized"))["number"] == hex(head)
    assert (await http("b", "eth_getBlockByNumber", "finalized"))["number"] == hex(head - 4)


async def test_proofs_calls_and_chain_ids_are_forged(network: Network, http: Http) -> None:
    question = ("eth_getProof", "0x" + network.zklink.address.hex(), ["0x33"], "latest")
    truth = await http("a", *question)
    http.rule("b", "eth_getProof", FaultKind.FORGED_PROOF)
    lie = await http("b", *question)
    assert lie["storageProof"][0]["value"] != truth["storageProof"][0]["value"]
    assert lie["storageProof"][0]["proof"] != truth["storageProof"][0]["proof"]
    http.rule("b", "eth_chainId", FaultKind.FORGED_CHAIN_ID)
    assert await http("b", "eth_chainId") != "0x7a69"
    call = {"to": "0x" + network.token.address.hex(), "data": "0x" + network.token.calldata("decimals").hex()}
    http.rule("b", "eth_call", FaultKind.FORGED_CALL)
    assert int(await http("b", "eth_call", call), 16) != 6
    assert int(await http("b", "eth_call", call), 16) == 6


def test_rules_are_read_from_json() -> None:
    rule = FaultRule.from_json({"match": "eth_.*", "kind": "mutate:log", "count": None, "p": 0.25})
    assert rule == FaultRule("eth_.*", FaultKind.FORGED_LOG, None, 0.25)
    for wrong in (
        {},
        {"match": "x"},
        {"match": "x", "kind": "explode"},
        {"match": "(", "kind": "drop"},
        {"match": "x", "kind": "drop", "more": 1},
        {"match": "x", "kind": "drop", "p": 2},
        {"match": "x", "kind": "drop", "p": "often"},
        {"match": "x", "kind": "http", "status": 200},
        {"match": 5, "kind": "drop"},
    ):
        with pytest.raises(ValueError, match=r"rule|valid"):
            FaultRule.from_json(wrong)


async def test_rules_can_be_replaced(http: Http) -> None:
    http.rule("a", ".*", FaultKind.HTTP, count=None)
    http.app.endpoints["a"].faults.replace([])
    assert await http("a", "eth_chainId") == "0x7a69"
