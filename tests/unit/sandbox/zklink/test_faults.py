"""The operator stalls, lies, takes back and fails; L1 forgets; nothing is paid twice."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account

from ashore.sandbox import genesis
from ashore.sandbox.zklink.faults import FaultKind, Faults, RpcFault, Switch, read_rule


async def switch(harbour: Any, **switches: Any) -> None:
    await harbour.control("faults", zklink={"switches": switches})


async def settle(harbour: Any) -> list[str]:
    moved = await harbour.control("settle")
    assert isinstance(moved, list)
    return moved


async def claim(harbour: Any, amount: int, token_id: int = 17) -> str:
    """Claims as anybody may: here the owner of account 1044 pays the gas."""
    main = harbour.world.main
    signed = Account.from_key(genesis.private_key(2)).sign_transaction(
        {
            "type": 2,
            "chainId": genesis.EVM_CHAIN_ID,
            "nonce": int(await harbour.l1("eth_getTransactionCount", "0x" + genesis.address(2).hex(), "latest"), 16),
            "to": main.checksum_address,
            "value": 0,
            "data": main.calldata("withdrawPendingBalance", harbour.hand.withdraw().to, token_id, amount),
            "gas": 300_000,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 10**9,
        }
    )
    result = await harbour.l1("eth_sendRawTransaction", "0x" + bytes(signed.raw_transaction).hex())
    await harbour.control("step", what="block")
    return str(result)


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("frozen", None),
        ("commit_stalled", "seal"),
        ("prove_stalled", "commit"),
        ("sync_stalled", "prove"),
        ("execute_stalled", "sync"),
        ("relayer_off", "execute"),
    ],
)
async def test_a_stall_holds_and_ends(harbour: Any, name: str, last: str | None) -> None:
    tx_hash = await harbour.send()
    await switch(harbour, **{name: True})
    moved = await settle(harbour)
    assert (moved[-1] if moved else None) == last
    assert (await harbour.truth(tx_hash))["paid_l1"] == "0"
    await switch(harbour, **{name: False})
    assert (await settle(harbour))[-1] == "payout"
    assert (await harbour.truth(tx_hash))["paid_l1"] == "100000000"


async def test_a_claim_instead_of_the_relayer_is_not_paid_again(harbour: Any) -> None:
    await switch(harbour, relayer_off=True)
    first = await harbour.send()
    second = await harbour.send(nonce=1, amount=50 * 10**18)
    await settle(harbour)
    claimed = await claim(harbour, 150 * 10**6)
    await switch(harbour, relayer_off=False)
    assert await settle(harbour) == []
    for tx_hash, amount in ((first, "100000000"), (second, "50000000")):
        truth = await harbour.truth(tx_hash)
        assert (truth["paid_l1"], truth["paid_by"]) == (amount, [claimed])


async def test_the_relayer_pays_no_more_than_is_pending(harbour: Any) -> None:
    await switch(harbour, relayer_off=True)
    hashes = [await harbour.send(nonce=nonce, amount=60 * 10**18) for nonce in range(2)]
    await settle(harbour)
    claimed = await claim(harbour, 40 * 10**6)
    await switch(harbour, relayer_off=False)
    assert await settle(harbour) == ["payout"]
    assert all(harbour.world.outbox.outcome(row) for row in harbour.world.outbox.rows())
    paid = [await harbour.truth(tx_hash) for tx_hash in hashes]
    told = await harbour.control("status", only=hashes[1:])
    assert told["zklink"]["withdrawals"] == paid[1:]
    assert [one["paid_l1"] for one in paid] == ["60000000", "40000000"]
    assert paid[0]["paid_by"][0] == claimed


async def test_a_reverted_batch_is_committed_again(harbour: Any) -> None:
    tx_hash = await harbour.send()
    await switch(harbour, sync_stalled=True)
    assert (await settle(harbour))[-1] == "prove"
    before = (await harbour.truth(tx_hash))["stages"]
    assert (await harbour.zklink("getLatestBlockNumber"))["committed"] == 8802

    assert await harbour.control("revert") == {"batches": [1]}
    await harbour.control("step", what="block")
    assert (await harbour.zklink("getLatestBlockNumber"))["committed"] == 8800
    assert (await harbour.zklink("getBlockOnChainByNumber", 8801))["committed"] == []

    await switch(harbour, sync_stalled=False)
    assert await settle(harbour) == ["commit", "prove", "sync", "execute", "payout"]
    after = await harbour.truth(tx_hash)
    assert after["stages"]["commit"] != before["commit"]
    assert after["paid_l1"] == "100000000"
    assert await harbour.control("revert") == {"batches": []}


async def test_a_reorganisation_that_drops_a_stage_is_healed(harbour: Any) -> None:
    await harbour.control("step", what="block", count=6)
    tx_hash = await harbour.send()
    await switch(harbour, execute_stalled=True)
    await settle(harbour)
    dropped = (await harbour.truth(tx_hash))["stages"]["sync"]
    await harbour.control("reorg", depth=2, drop=[dropped])
    assert (await harbour.truth(tx_hash))["stages"]["sync"] is None
    await switch(harbour, execute_stalled=False)
    await settle(harbour)
    truth = await harbour.truth(tx_hash)
    assert (truth["stages"]["sync"], truth["paid_l1"]) == (dropped, "100000000")


async def test_a_failed_execution_takes_nothing(harbour: Any) -> None:
    await switch(harbour, execution_failure="market is closed")
    tx_hash = await harbour.send()
    assert await settle(harbour) == ["execute_l2"]
    receipt = (await harbour.zklink("getTransactionByHash", tx_hash, False))["receipt"]
    assert (receipt["executed"], receipt["success"], receipt["failReason"]) == (True, False, "market is closed")
    assert (await harbour.zklink("getAccountBalances", 1042, 0))["0"]["17"] == "1240500000000000000000"
    await switch(harbour, execution_failure=False)
    assert await settle(harbour) == []
    with pytest.raises(Exception, match="duplicate"):
        await harbour.send()


@pytest.mark.parametrize(
    ("name", "committed", "executed", "named"),
    [
        ("lie_committed", 8802, 8800, ["committed"]),
        ("lie_proved", 8802, 8800, ["committed", "proved"]),
        ("lie_verified", 8802, 8802, ["committed", "proved", "verified"]),
    ],
)
async def test_lies_about_stages(harbour: Any, name: str, committed: int, executed: int, named: list[str]) -> None:
    await harbour.send()
    await switch(harbour, commit_stalled=True, **{name: True})
    await settle(harbour)
    latest = await harbour.zklink("getLatestBlockNumber")
    assert (latest["committed"], latest["verified"]) == (committed, executed)
    on_chain = await harbour.zklink("getBlockOnChainByNumber", 8801)
    assert [stage for stage, rows in on_chain.items() if rows] == named
    for stage in named:
        assert await harbour.l1("eth_getTransactionReceipt", on_chain[stage][0]["txHash"]) is None


async def test_lies_about_transactions(harbour: Any) -> None:
    tx_hash = await harbour.send()
    await settle(harbour)
    await switch(harbour, wrong_l1_tx=True, wrong_amount="7", wrong_recipient="0x" + "77" * 20)
    told = (await harbour.zklink("getTransactionByHash", tx_hash, False))["tx"]
    assert (told["amount"], told["to"]) == ("7", "0x" + "77" * 20)
    owner = "0x" + genesis.address(0).hex()
    row = (await harbour.zklink("getAccountTransactionHistory", "Withdraw", owner, 0, 1))["pageData"][0]
    assert (row["amount"], row["toAccount"]) == ("7", "0x" + "77" * 20)
    named = (await harbour.zklink("getBlockOnChainByNumber", 8801))["committed"][0]["txHash"]
    assert await harbour.l1("eth_getTransactionReceipt", named) is None
    status = (await harbour.zklink("getWithdrawStatus", [tx_hash]))[0]
    assert await harbour.l1("eth_getTransactionReceipt", status["l1TxHash"]) is None


async def test_withdraw_status_can_be_missing(harbour: Any) -> None:
    await switch(harbour, no_withdraw_status=True)
    with pytest.raises(Exception, match="Method not found") as refused:
        await harbour.zklink("getWithdrawStatus", [])
    assert refused.value.code == -32601  # type: ignore[attr-defined]


async def test_a_recipient_that_refuses_leaves_the_money_pending(harbour: Any) -> None:
    token = harbour.world.network.tokens[17].chains[1].address
    faucet = Account.from_key(genesis.private_key(genesis.FAUCET_INDEX))
    contract = harbour.world.main
    data = bytes.fromhex("96c1e522") + harbour.hand.withdraw().to.rjust(32, b"\0") + (1).to_bytes(32, "big")
    signed = faucet.sign_transaction(
        {
            "type": 2,
            "chainId": genesis.EVM_CHAIN_ID,
            "nonce": harbour.world.chain.pending_nonce(genesis.address(genesis.FAUCET_INDEX)),
            "to": bytes.fromhex(token[2:]),
            "value": 0,
            "data": data,
            "gas": 200_000,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 10**9,
        }
    )
    harbour.world.chain.send_raw(bytes(signed.raw_transaction))
    tx_hash = await harbour.send()
    assert (await settle(harbour))[-1] == "execute"
    assert (await harbour.truth(tx_hash))["paid_l1"] == "0"
    owner = harbour.hand.withdraw().to.rjust(32, b"\0")
    assert contract.read(harbour.world.chain, "getPendingBalance", owner, 17) == 100 * 10**18


@pytest.mark.parametrize(
    ("kind", "status"), [("http", 503), ("garbage", 200), ("drop", 200)], ids=["http", "garbage", "drop"]
)
@pytest.mark.parametrize("phase", ["before", "after"])
async def test_a_lost_answer_before_and_after_the_effect(harbour: Any, kind: str, status: int, phase: str) -> None:
    rule = {"method": "sendTransaction", "kind": kind, "phase": phase, "status": 503}
    await harbour.control("faults", zklink={"rules": [rule]})
    params = harbour.hand.sign(harbour.hand.withdraw())
    body = {"jsonrpc": "2.0", "id": 1, "method": "sendTransaction", "params": params}
    answer = await harbour.client.post("/zklink", json=body)
    assert answer.status_code == status
    with pytest.raises(ValueError, match=r"."):
        answer.json()
    tx_hash = harbour.hand.hash(harbour.hand.withdraw())
    if phase == "after":
        assert (await harbour.zklink("getTransactionByHash", tx_hash, False))["txHash"] == tx_hash
    else:
        with pytest.raises(Exception, match="not found"):
            await harbour.zklink("getTransactionByHash", tx_hash, False)
        assert await harbour.send() == tx_hash


@pytest.mark.parametrize("phase", ["before", "after"])
async def test_an_error_answer_before_and_after_the_effect(harbour: Any, phase: str) -> None:
    rule = {"method": "*", "kind": "error", "phase": phase, "code": 500, "message": "try later"}
    await harbour.control("faults", zklink={"rules": [rule]})
    with pytest.raises(Exception, match="try later"):
        await harbour.send()
    assert bool(harbour.world.rollup.records) is (phase == "after")


async def test_rules_are_counted_and_cleared(harbour: Any) -> None:
    rules = [
        {"method": "getAccount", "kind": "error", "count": 2},
        {"method": "getAccount", "kind": "http", "count": None},
    ]
    await harbour.control("faults", zklink={"rules": rules[:1]})
    for _ in range(2):
        with pytest.raises(Exception, match="internal error"):
            await harbour.zklink("getAccount", 1042)
    assert (await harbour.zklink("getAccount", 1042))["id"] == 1042
    await harbour.control("faults", zklink={"rules": rules[1:], "switches": {"frozen": True}})
    await harbour.control("faults", clear=True)
    assert (await harbour.zklink("getAccount", 1042))["id"] == 1042
    assert not harbour.world.faults.on(Switch.FROZEN)


async def test_an_l1_endpoint_can_fail_alone(harbour: Any) -> None:
    await harbour.control("faults", l1={"a": [{"match": "eth_chainId", "kind": "http", "count": None}]})
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    assert [(await harbour.client.post(f"/l1/1/{name}", json=call)).status_code for name in "abc"] == [500, 200, 200]


def test_a_rule_is_found_by_method_kind_and_phase() -> None:
    faults = Faults([RpcFault("a", FaultKind.HTTP), RpcFault("*", FaultKind.ERROR, count=None)])
    assert faults.take(["b"], frozenset({FaultKind.HTTP})) is None
    assert faults.take(["b", "a"], frozenset({FaultKind.HTTP})) == RpcFault("a", FaultKind.HTTP)
    assert faults.take(["a"], frozenset({FaultKind.HTTP})) is None
    assert faults.take(["x"], frozenset({FaultKind.ERROR})) is not None
    assert faults.take(["x"], frozenset({FaultKind.ERROR})) is not None


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"method": "a"},
        {"method": "a", "kind": "explode"},
        {"method": "a", "kind": "http", "status": 200},
        {"method": "a", "kind": "http", "count": 0},
        {"method": "a", "kind": "delay", "seconds": -1},
        {"method": "a", "kind": "http", "phase": "during"},
        {"method": "a", "kind": "http", "else": 1},
    ],
)
def test_rules_that_are_none(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_rule(rule)
