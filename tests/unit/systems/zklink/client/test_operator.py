"""The operator's client: in batches where they are taken, and one bad answer spoils no other."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from ashore.net.errors import NetError, RpcError, Unanswered
from ashore.net.jsonrpc import MAX_BATCH
from ashore.systems.zklink.client.answers import BadAnswer, TransactionInfo
from unit.systems.zklink.node_stub import Node, Refusal

HASHES = [f"0x{n:064x}" for n in range(3)]


def told(tx_hash: str, _updates: bool) -> Any:
    match int(tx_hash, 16):
        case 0:
            return {"txHash": tx_hash, "receipt": {"executed": True, "success": True, "block": 8801}}
        case 1:
            raise Refusal(203, "not found")
        case 2:
            return {"txHash": HASHES[0]}
        case 3:
            raise Refusal(500, "internal")
        case _:
            return None


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    made = Node({"getTransactionByHash": told})
    yield made
    await made.http.aclose()


async def test_each_transaction_has_its_own_answer(node: Node) -> None:
    found = await node.client.transactions([*HASHES, f"0x{3:064x}", f"0x{4:064x}"])
    assert node.requests == 1
    assert isinstance(found[0], TransactionInfo)
    assert (found[0].block, found[1], found[4]) == (8801, None, None)
    assert isinstance(found[2], BadAnswer), "an answer about another transaction"
    assert isinstance(found[3], RpcError)


async def test_one_transaction_is_known_unknown_or_an_error(node: Node) -> None:
    known = await node.client.transaction(HASHES[0])
    assert known is not None
    assert known.success
    assert await node.client.transaction(HASHES[1]) is None
    with pytest.raises(BadAnswer):
        await node.client.transaction(HASHES[2])
    with pytest.raises(RpcError):
        await node.client.transaction(f"0x{3:064x}")


@pytest.mark.parametrize("batches", [False, 400, 500])
async def test_a_node_without_batches_is_asked_singly_from_then_on(node: Node, batches: bool | int) -> None:
    node.batches = batches
    reserves = await node.client.reserves([17, 19])
    assert reserves.keys() == {17, 19}
    assert node.requests == 3
    await node.client.reserves([17, 19])
    assert node.requests == 5


async def test_a_node_that_is_gone_is_asked_once_more_and_keeps_its_batches(node: Node) -> None:
    def gone(*_: object) -> None:
        raise httpx.ReadError("gone")

    node.batches = 500
    node.answers["getTokenReserve"] = gone
    with pytest.raises(NetError):
        await node.client.reserves([17, 19])
    node.batches = True
    node.answers["getTokenReserve"] = lambda *_: {"1": "5"}
    before = node.requests
    assert await node.client.reserves([17, 19]) == {17: {1: 5}, 19: {1: 5}}
    assert node.requests == before + 1


async def test_more_than_a_batch_holds(node: Node) -> None:
    many = list(range(17, 17 + MAX_BATCH + 5))
    assert list(await node.client.reserves(many)) == many
    assert node.requests == 2


async def test_what_is_refused_is_left_out(node: Node) -> None:
    def reserve(token: int, _mapping: bool) -> Any:
        if token == 19:
            raise Refusal(202)
        return {"1": "7", "2": "0"}

    node.answers["getTokenReserve"] = reserve
    node.answers["getBlockOnChainByNumber"] = lambda n: told(f"0x{3:064x}", False) if n == 2 else {"committed": []}
    assert await node.client.reserves([17, 19]) == {17: {1: 7, 2: 0}}
    assert list(await node.client.blocks_on_chain([1, 2])) == [1]
    assert await node.client.blocks_on_chain([]) == {}


async def test_a_request_is_sent_once_whatever_comes_back(node: Node) -> None:
    node.answers["sendTransaction"] = lambda *_: HASHES[0]
    assert await node.client.send([{}, None, None]) == HASHES[0]
    node.answers["sendTransaction"] = lambda *_: "0x12"
    with pytest.raises(BadAnswer):
        await node.client.send([{}, None, None])

    def lost(*_: object) -> None:
        raise httpx.ReadError("lost")

    node.answers["sendTransaction"] = lost
    with pytest.raises(Unanswered):
        await node.client.send([{}, None, None])
    assert node.calls["sendTransaction"] == 3
