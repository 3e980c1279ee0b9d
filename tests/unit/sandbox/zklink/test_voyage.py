"""A withdrawal from request to money, seen through public interfaces alone."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from ashore.sandbox import genesis
from ashore.sandbox.zklink.transactions import read_transaction

TOPICS = {
    "BlockCommit": "0x81a92942d0f9c33b897a438384c9c3d88be397776138efa3ba1a4fc8b6268424",
    "BlockProven": "0x5b268fed4a42da5eba33b6c422abd8cdbcbf27e2352f72263b78dc1609c21184",
    "BlockSynced": "0x621ec15101131035c340a45abb5d4b7d3b2260ce4cad90068feec170ae572a8d",
    "BlockExecuted": "0x036cca5fc51c8ae4669768ca5966397d55516afb697541fdd4fe7e6b253c075c",
}
RECIPIENT = "0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"


async def balance(harbour: Any, symbol: str) -> int:
    profile = (await harbour.client.get("/profile")).json()
    token = next(one for one in profile["tokens"] if one["symbol"] == symbol)["chains"]["1"]
    if token["address"] == "0x" + "ee" * 20:
        return int(await harbour.l1("eth_getBalance", RECIPIENT, "latest"), 16)
    data = "0x70a08231" + RECIPIENT[2:].rjust(64, "0")
    return int(await harbour.l1("eth_call", {"to": token["address"], "data": data}, "latest"), 16)


async def logs(harbour: Any, event: str) -> list[Any]:
    profile = (await harbour.client.get("/profile")).json()
    address = profile["chains"][0]["main_contract"]
    rule = {"address": address, "topics": [TOPICS[event]], "fromBlock": "0x0", "toBlock": "latest"}
    found = await harbour.l1("eth_getLogs", rule)
    assert isinstance(found, list)
    return found


async def test_each_stage_is_one_step_with_its_own_l1_transaction(harbour: Any) -> None:
    tx_hash = await harbour.send()
    receipt = (await harbour.zklink("getTransactionByHash", tx_hash, False))["receipt"]
    assert receipt == {
        "executed": False,
        "executedTimestamp": None,
        "success": False,
        "failReason": None,
        "block": None,
        "index": None,
    }

    assert await harbour.control("step") == [{"moved": "execute_l2", "batch": None, "waits_for": None}]
    receipt = (await harbour.zklink("getTransactionByHash", tx_hash, False))["receipt"]
    assert (receipt["executed"], receipt["success"], receipt["block"]) == (True, True, None)
    assert (await harbour.zklink("getPendingBlock", 0, True, False))[0]["txHash"] == tx_hash

    assert (await harbour.control("step"))[0]["moved"] == "seal"
    receipt = (await harbour.zklink("getTransactionByHash", tx_hash, False))["receipt"]
    assert (receipt["block"], receipt["index"]) == (8801, 0)

    for stage, event in zip(("commit", "prove", "sync", "execute"), TOPICS, strict=True):
        assert (await harbour.control("step"))[0]["moved"] == stage
        assert await logs(harbour, event) == []
        assert (await harbour.control("step"))[0] == {"moved": None, "batch": None, "waits_for": "block"}
        await harbour.control("step", what="block")
        found = await logs(harbour, event)
        # The batch ends with a block of others: its number, not one's own, is in the event.
        assert [int(log["topics"][1], 16) for log in found] == [8802]

    assert (await harbour.control("step"))[0]["moved"] == "payout"
    assert await balance(harbour, "USDC") == 0
    await harbour.control("step", what="block")
    assert await balance(harbour, "USDC") == 100 * 10**6
    finalized = await harbour.control("step", what="finalize")
    assert finalized[0]["finalized"] == finalized[0]["head"] - 4


async def test_the_node_tells_the_transactions_that_the_chain_shows(harbour: Any) -> None:
    tx_hash = await harbour.send()
    await harbour.world.settle()
    on_chain = await harbour.zklink("getBlockOnChainByNumber", 8801)
    for name, event in (("committed", "BlockCommit"), ("proved", "BlockProven"), ("verified", "BlockExecuted")):
        seen = (await logs(harbour, event))[0]["transactionHash"]
        assert on_chain[name] == [{"chainId": 1, "txHash": seen}]
    latest = await harbour.zklink("getLatestBlockNumber")
    assert (latest["lastBlockNumber"], latest["committed"], latest["verified"]) == (8802, 8802, 8802)
    status = (await harbour.zklink("getWithdrawStatus", [tx_hash]))[0]
    receipt = await harbour.l1("eth_getTransactionReceipt", status["l1TxHash"])
    assert receipt["status"] == "0x1"


async def test_a_balance_loses_amount_and_fee_and_the_nonce_moves(harbour: Any) -> None:
    await harbour.send()
    await harbour.world.settle()
    account = await harbour.zklink("getAccount", RECIPIENT.replace(RECIPIENT, "0x" + genesis.address(0).hex()))
    balances = await harbour.zklink("getAccountBalances", 1042, None)
    assert account["subAccountNonces"] == {"0": 1}
    assert balances["0"]["17"] == str(1_240_500_000_000_000_000_000 - 100 * 10**18 - 1_600_000_000_000_000_000)
    assert balances["1"]["17"] == str(25 * 10**18)


async def test_other_tokens_and_decimals_arrive(harbour: Any) -> None:
    await harbour.send(l2_source_token=1, l1_target_token=18, amount=10 * 10**18)
    await harbour.send(l2_source_token=33, l1_target_token=33, amount=10**17, fee=5 * 10**14, nonce=1)
    await harbour.send(sub_account_id=1, amount=3_000_001_999_999_999_999, nonce=0)
    assert len(await harbour.world.settle()) == 7
    assert await balance(harbour, "USDT") == 10 * 10**6
    assert await balance(harbour, "ETH") == 10**17
    assert await balance(harbour, "USDC") == 3_000_001


async def test_several_batches_settle_in_order(harbour: Any) -> None:
    for nonce in range(3):
        await harbour.send(nonce=nonce, amount=10**18)
        await harbour.control("step", count=2)
    await harbour.world.settle()
    assert [int(log["topics"][1], 16) for log in await logs(harbour, "BlockExecuted")] == [8802, 8804, 8806]
    assert await balance(harbour, "USDC") == 3 * 10**6


async def test_a_crowd_is_settled_in_batches_that_fit(harbour: Any) -> None:
    crowd = 40
    value, _, _ = harbour.hand.sign(harbour.hand.withdraw())
    for nonce in range(crowd):
        # Taken in directly: forty signatures would prove nothing here.
        told = {**value, "nonce": nonce, "amount": str(10**18)}
        tx = read_transaction(told, harbour.world.network.profile)
        harbour.world.rollup.accept(f"0x{nonce:064x}", tx, told, nonce)
    await harbour.world.settle()
    assert [len(list(batch.withdrawals())) for batch in harbour.world.rollup.batches] == [32, 8]
    assert await balance(harbour, "USDC") == crowd * 10**6


async def test_the_same_steps_give_the_same_chain(open_harbour: Any) -> None:
    heads = []
    for _ in range(2):
        harbour = open_harbour()
        await harbour.send()
        await harbour.world.settle()
        heads.append(harbour.world.chain.head.hash)
    assert heads[0] == heads[1]


async def test_history_pages_from_the_newest(harbour: Any) -> None:
    hashes = [await harbour.send(nonce=nonce, amount=10**18) for nonce in range(3)]
    owner = "0x" + genesis.address(0).hex()
    page = await harbour.zklink("getAccountTransactionHistory", "Withdraw", owner, 0, 2)
    assert (page["totalPageNum"], [row["txHash"] for row in page["pageData"]]) == (2, hashes[:0:-1])
    page = await harbour.zklink("getAccountTransactionHistory", "Withdraw", owner, 1, 2)
    assert [row["txHash"] for row in page["pageData"]] == hashes[:1]
    assert page["pageData"][0]["amount"] == str(10**18)


class Unhurried:
    """Real time, but of each moment in which a busy machine came to nothing here no more than ten milliseconds."""

    def __init__(self) -> None:
        self._last, self._told = time.monotonic(), 0.0

    def __call__(self) -> float:
        now = time.monotonic()
        self._told += min(now - self._last, 0.01)
        self._last = now
        return self._told


async def test_in_mode_demo_it_goes_by_itself(open_harbour: Any, folder: Path) -> None:
    harbour = open_harbour(data_dir=folder)
    harbour.world.clock._monotonic = Unhurried()
    living = asyncio.create_task(harbour.world.run())
    await harbour.control("clock", mode="demo", speed=50)
    started = harbour.world.clock.now()
    tx_hash = await harbour.send()
    async with asyncio.timeout(30):
        while not (paid := (await harbour.truth(tx_hash))["paid_by"]):
            await asyncio.sleep(0.01)
        receipt = await harbour.l1("eth_getTransactionReceipt", paid[0])
        while harbour.world.chain.finalized_number < int(receipt["blockNumber"], 16):
            await asyncio.sleep(0.01)
    # Seven stages of three to five seconds, each followed by a block.
    assert 20 < harbour.world.clock.now() - started < 90
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)
