"""Withdrawals to two chains: what each of them shows, and what the node tells of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from ashore.sandbox import genesis
from ashore.sandbox.zklink.transactions import read_transaction
from unit.sandbox.zklink.seas import (
    DAI,
    ETH,
    HARBOUR,
    LAGOON,
    RECIPIENT,
    USDC,
    USDT,
    balance,
    counters,
    events,
    head,
    names,
    proven_slot,
    sent,
    switch,
)

AMOUNT = 100_000_000_000_000_000_001
"""Its last digit exists on the chain with 18 decimals only."""


async def test_a_withdrawal_to_the_second_chain_goes_through_every_stage(two: Any) -> None:
    here, there = head(two, HARBOUR), head(two, LAGOON)
    tx_hash = await two.send(to_chain_id=LAGOON, amount=AMOUNT)
    assert await sent(two) == [
        ("commit", HARBOUR),
        ("commit", LAGOON),
        ("prove", HARBOUR),
        ("send_sync", LAGOON),
        ("receive_sync", HARBOUR),
        ("sync", HARBOUR),
        ("confirm", LAGOON),
        ("execute", HARBOUR),
        ("execute", LAGOON),
        ("payout", LAGOON),
    ]
    assert names(await events(two, HARBOUR, here)) == [
        ("BlockCommit", 8802),
        ("BlockProven", 8802),
        "ReceiveSlaverSyncHash",
        ("BlockSynced", 8802),
        ("BlockExecuted", 8802),
    ]
    # Only the block that touches this chain is committed and executed here; the confirmation is of the whole batch.
    assert names(await events(two, LAGOON, there)) == [
        ("BlockCommit", 8801),
        "SendSlaverSyncHash",
        ("BlockSynced", 8802),
        "WithdrawalPending",
        ("BlockExecuted", 8801),
        "Withdrawal",
    ]
    assert await counters(two, HARBOUR) == (8802, 8802, 8802, 8802)
    assert await counters(two, LAGOON) == (412, 0, 8802, 412)
    assert await balance(two, USDC, LAGOON) == AMOUNT
    assert await balance(two, USDC, HARBOUR) == 0
    truth = await two.truth(tx_hash)
    assert (truth["chain"], truth["paid_on"], truth["due_l1"], truth["paid_l1"]) == (2, 2, str(AMOUNT), str(AMOUNT))
    assert truth["on_chains"]["2"]["prove"] is None
    assert truth["stages"]["prove"] == truth["on_chains"]["1"]["prove"]
    assert truth["stages"]["commit"] == truth["on_chains"]["2"]["commit"] != truth["on_chains"]["1"]["commit"]
    key = bytes.fromhex(truth["withdraw_hash"][2:])
    assert await proven_slot(two, LAGOON, 0, key) == int(RECIPIENT, 16)
    assert await proven_slot(two, HARBOUR, 0, key) == 0


async def test_it_can_be_settled_up_to_a_stage_of_both_chains(two: Any) -> None:
    tx_hash = await two.send(to_chain_id=LAGOON)
    done = {chain: {"commit": False, "prove": False, "sync": False, "execute": False} for chain in ("1", "2")}
    for stage in ("seal", "commit", "prove", "sync", "execute"):
        await two.control("settle", up_to=stage)
        for chain, stages in done.items():
            if stage in stages:
                stages[stage] = (chain, stage) != ("2", "prove")
        truth = (await two.truth(tx_hash))["on_chains"]
        assert {chain: {name: bool(tx) for name, tx in stages.items()} for chain, stages in truth.items()} == done
    assert await two.control("settle") == ["payout"]


async def test_a_batch_that_does_not_touch_the_second_chain_is_only_confirmed_there(two: Any) -> None:
    there = head(two, LAGOON)
    await two.send()
    assert await sent(two) == [
        ("commit", HARBOUR),
        ("prove", HARBOUR),
        ("sync", HARBOUR),
        ("confirm", LAGOON),
        ("execute", HARBOUR),
        ("payout", HARBOUR),
    ]
    assert names(await events(two, LAGOON, there)) == [("BlockSynced", 8802)]
    assert await counters(two, LAGOON) == (411, 0, 8802, 411)


async def test_batches_to_both_chains_settle_in_order(two: Any) -> None:
    there = head(two, LAGOON)
    targets = [HARBOUR, LAGOON, HARBOUR, LAGOON, LAGOON]
    for nonce, chain in enumerate(targets):
        await two.send(nonce=nonce, to_chain_id=chain, amount=(nonce + 1) * 10**18)
        await two.control("step", count=2)
    assert len(two.world.rollup.batches) > 1
    await two.world.settle()
    assert await balance(two, USDC, HARBOUR) == (1 + 3) * 10**6
    assert await balance(two, USDC, LAGOON) == (2 + 4 + 5) * 10**18
    synced = [value for name, value in await events(two, LAGOON, there) if name == "BlockSynced"]
    assert synced == [batch.last for batch in two.world.rollup.batches]
    committed, _, _, executed = await counters(two, LAGOON)
    assert committed == executed == 411 + 3
    told = await two.zklink("getLatestBlockNumber")
    assert told["committed"] == told["verified"] == told["lastBlockNumber"] == two.world.rollup.height


async def test_two_blocks_of_one_batch_say_only_the_last(two: Any) -> None:
    there = head(two, LAGOON)
    value, _, _ = two.hand.sign(two.hand.withdraw(to_chain_id=LAGOON))
    for nonce in range(9):
        told = {**value, "nonce": nonce, "amount": str(10**18)}
        two.world.rollup.accept(f"0x{nonce:064x}", read_transaction(told, two.world.network.profile), told, nonce)
    await two.world.settle()
    found = await events(two, LAGOON, there)
    assert [value for name, value in found if name in ("BlockCommit", "BlockExecuted")] == [8802, 8802]
    assert (await counters(two, LAGOON))[0] == 413


async def test_the_node_tells_both_chains(two: Any) -> None:
    chains = await two.zklink("getSupportChains")
    assert [(one["chainId"], one["layerOneChainId"]) for one in chains] == [(1, "0x7a69"), (2, "0x7a6a")]
    assert chains[0]["mainContract"] != chains[1]["mainContract"]
    tokens = await two.zklink("getSupportTokens")
    decimals = {
        int(key): {int(c): one["decimals"] for c, one in token["chains"].items()} for key, token in tokens.items()
    }
    for chains_of in (tokens[str(USDC)]["chains"], tokens[str(USDT)]["chains"]):
        assert chains_of["1"]["address"] != chains_of["2"]["address"]
    assert decimals == {1: {}, USDC: {1: 6, 2: 18}, USDT: {1: 6, 2: 6}, DAI: {1: 18}, ETH: {1: 18, 2: 18}}
    (gateway,) = (await two.zklink("getEthProperty"))["gateways"]
    assert (gateway["chainId"], [one["tokenId"] for one in gateway["tokens"]]) == (LAGOON, [USDT, ETH])

    tx_hash = await two.send(to_chain_id=LAGOON)
    await two.world.settle()
    truth = (await two.truth(tx_hash))["on_chains"]
    told = await two.zklink("getBlockOnChainByNumber", 8801)
    assert told == {
        "committed": [{"chainId": chain, "txHash": truth[str(chain)]["commit"]} for chain in (1, 2)],
        "proved": [{"chainId": 1, "txHash": truth["1"]["prove"]}],
        "verified": [{"chainId": chain, "txHash": truth[str(chain)]["execute"]} for chain in (1, 2)],
    }
    # The batch's other block does not touch the second chain.
    told = await two.zklink("getBlockOnChainByNumber", 8802)
    assert [one["chainId"] for one in told["committed"]] == [1]
    status = (await two.zklink("getWithdrawStatus", [tx_hash]))[0]
    receipt = await two.l1("eth_getTransactionReceipt", status["l1TxHash"], chain=LAGOON)
    assert receipt["status"] == "0x1"


async def test_reserves_and_refusals_are_per_chain(two: Any) -> None:
    await two.send(to_chain_id=LAGOON, amount=50 * 10**18)
    reserves = await two.zklink("getTokenReserve", USDC, False)
    assert {chain: int(amount) // 10**18 for chain, amount in reserves.items()} == {"1": 5_000_000, "2": 4_999_950}
    await two.world.settle()
    assert await two.zklink("getTokenReserve", USDC, False) == reserves
    await switch(two, reserve_empty=[LAGOON])
    assert (await two.zklink("getTokenReserve", USDC, False)) == {"1": reserves["1"], "2": "0"}
    with pytest.raises(Exception, match="reserve") as refused:
        await two.send(to_chain_id=LAGOON, nonce=1)
    assert refused.value.code == 208  # type: ignore[attr-defined]
    await two.send(to_chain_id=HARBOUR, nonce=1)
    two.hand.index = 2
    with pytest.raises(Exception, match="does not have this token"):
        await two.send(to_chain_id=LAGOON, account_id=1044, l2_source_token=DAI, l1_target_token=DAI)


async def test_the_profile_lists_both_chains_and_the_primary_one(two: Any) -> None:
    shown = (await two.client.get("/profile")).json()
    assert shown["primary"] == 1
    assert [one["name"] for one in shown["chains"]] == ["Harbour", "Lagoon"]
    first, second = shown["chains"]
    assert first["genesis_hash"] != second["genesis_hash"]
    assert first["block_time_s"] != second["block_time_s"]
    assert second["endpoints"] == ["/l1/2/a", "/l1/2/b", "/l1/2/c"]
    for chain in shown["chains"]:
        path = chain["endpoints"][0]
        assert int(await two.rpc(path, "eth_chainId"), 16) == chain["evm_chain_id"]
        assert (await two.rpc(path, "eth_getBlockByNumber", "0x0", False))["hash"] == chain["genesis_hash"]


async def test_faults_blocks_and_reorganisations_are_of_one_chain(two: Any) -> None:
    rule = {"match": "eth_chainId", "kind": "http", "count": None}
    await two.control("faults", l1={"2/a": [rule]})
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    paths = ("/l1/1/a", "/l1/2/a", "/l1/2/b")
    assert [(await two.client.post(path, json=call)).status_code for path in paths] == [200, 500, 200]
    heads = {chain: head(two, chain) for chain in (1, 2)}
    answer = (await two.control("step", what="block", count=2, chain=LAGOON))[-1]
    assert {chain: head(two, chain) - heads[chain] for chain in (1, 2)} == {1: 0, 2: 2}
    assert answer["head"] == answer["chains"]["2"]["head"]
    before = two.world.chains[HARBOUR].chain.head.hash
    await two.control("reorg", depth=1, chain=LAGOON)
    assert two.world.chains[HARBOUR].chain.head.hash == before
    status = await two.control("status")
    assert status["chains"]["2"]["head"] == head(two, LAGOON) - 1
    assert status["l1"] == status["chains"]["1"]
    for wrong in ({"chain": 3}, {"chain": True}, {"chain": "2"}):
        answer = await two.client.post(
            "/ctl/step", json={"what": "block", **wrong}, headers={"x-ashore-token": "a token that opens the controls"}
        )
        assert answer.status_code == 400


async def test_a_world_keeps_the_chains_that_it_began_with(open_harbour: Any, folder: Path, two_folder: Path) -> None:
    one = open_harbour(data_dir=folder, chains=2)
    assert list(one.world.chains) == [1]
    await one.control("reset")
    assert list(one.world.chains) == [1, 2]
    assert (await one.client.get("/profile")).json()["primary"] == 1
    both = open_harbour(data_dir=two_folder, chains=1)
    assert list(both.world.chains) == [1, 2]


async def test_somebody_without_gas_money_is_paid_too(two: Any) -> None:
    owner = "0x" + genesis.address(2).hex()
    assert await balance(two, ETH, LAGOON, owner) == 0
    await two.send(to_chain_id=LAGOON, to=genesis.address(2))
    await two.world.settle()
    assert await balance(two, USDC, LAGOON, owner) == 100 * 10**18


async def test_in_mode_demo_both_chains_live_by_themselves(two: Any) -> None:
    tx_hash = await two.send(to_chain_id=LAGOON)
    living = asyncio.create_task(two.world.run())
    await two.control("clock", mode="demo", speed=40)
    started = two.world.clock.now()
    heads = [head(two, chain) for chain in (HARBOUR, LAGOON)]
    async with asyncio.timeout(30):
        while (await two.truth(tx_hash))["paid_l1"] == "0":
            await asyncio.sleep(0.02)
    assert two.world.clock.now() - started < 120
    assert all(head(two, chain) > before for chain, before in zip((HARBOUR, LAGOON), heads, strict=True))
    assert (await two.client.get("/profile")).json()["chains"][1]["block_time_s"] == 0.6
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)
