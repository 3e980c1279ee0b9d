"""Fast withdrawals that a broker pays or does not, withdrawals that go on to the chain below, keys set on the chain."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account

from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Contract, Sender, load_artifact
from unit.sandbox.zklink.seas import (
    DAI,
    ETH,
    HARBOUR,
    LAGOON,
    RECIPIENT,
    USDC,
    USDT,
    accept_values,
    balance,
    events,
    head,
    names,
    proven_slot,
    sent,
    switch,
)

BROKER = "0x" + genesis.address(genesis.BROKER_INDEX).hex()
FAST = {"withdraw_fee_ratio": 50, "fee": 0}


@pytest.mark.parametrize(("chain", "units"), [(HARBOUR, 10**6), (LAGOON, 10**18)])
async def test_a_broker_pays_before_the_withdrawal_is_executed(two: Any, chain: int, units: int) -> None:
    since = head(two, chain)
    tx_hash = await two.send(to_chain_id=chain, **FAST)
    assert (await sent(two))[0] == ("accept", chain)
    found = dict(reversed(await events(two, chain, since)))
    _, receiver, token, amount, ratio, account, sub, nonce, received = accept_values(found["Accept"])
    assert (receiver, amount, ratio, account, sub, nonce) == (RECIPIENT, 100 * units, 50, 1042, 0, 0)
    assert token == two.world.network.tokens[USDC].chains[chain].address
    assert received == await balance(two, USDC, chain) == 995 * units // 10
    # What the contract owes goes to the broker; nobody pays the recipient a second time.
    truth = await two.truth(tx_hash)
    assert (truth["accepted_by"], truth["accept_tx"]) == (BROKER, found["Accept"]["transactionHash"])
    assert (truth["paid_l1"], truth["received_l1"]) == ("0", str(received))
    owed = [await proven_slot(two, chain, 54, bytes.fromhex(one[2:]), USDC) for one in (BROKER, RECIPIENT)]
    assert owed == [100 * 10**18, 0]
    assert await proven_slot(two, chain, 0, bytes.fromhex(truth["withdraw_hash"][2:])) == int(BROKER, 16)
    # The reserve does not count what is owed to the broker.
    reserve = int((await two.zklink("getTokenReserve", USDC, False))[str(chain)])
    assert reserve == 5_000_000 * 10**18 - 100 * 10**18


async def test_what_the_recipient_is_owed_otherwise_is_not_paid_for_it(two: Any) -> None:
    fast = await two.send(**FAST)
    slow = await two.send(nonce=1)
    await two.world.settle()
    statuses = await two.zklink("getWithdrawStatus", [fast, slow])
    paid = (await two.truth(slow))["paid_by"]
    assert [one["l1TxHash"] for one in statuses] == [None, *paid]
    assert await balance(two, USDC, HARBOUR) == 99_500_000 + 100_000_000


async def test_a_broker_pays_ether(two: Any) -> None:
    await two.send(to_chain_id=LAGOON, l2_source_token=ETH, l1_target_token=ETH, amount=2 * 10**17, **FAST)
    assert ("accept", LAGOON) in await sent(two)
    assert await balance(two, ETH, LAGOON) == 199 * 10**15


async def test_without_a_broker_it_goes_the_slow_way_in_full(two: Any) -> None:
    await switch(two, broker_away=[LAGOON])
    tx_hash = await two.send(to_chain_id=LAGOON, **FAST)
    assert "accept" not in dict(await sent(two))
    truth = await two.truth(tx_hash)
    assert (truth["accepted_by"], truth["received_l1"]) == (None, str(100 * 10**18))


async def test_a_broker_that_pays_less_has_accepted_something_else(two: Any) -> None:
    await switch(two, broker_pays_less=True)
    since = head(two, LAGOON)
    tx_hash = await two.send(to_chain_id=LAGOON, **FAST)
    assert (await sent(two))[-1] == ("payout", LAGOON)
    found = dict(reversed(await events(two, LAGOON, since)))
    assert accept_values(found["Accept"])[4] == 150
    truth = await two.truth(tx_hash)
    assert (truth["accepted_by"], truth["paid_l1"], truth["received_l1"]) == (None, str(10**20), str(10**20))
    assert await balance(two, USDC, LAGOON) == 10**20 + 985 * 10**17


async def test_a_broker_does_not_move_for_too_little_or_after_execution(two: Any) -> None:
    await two.send(to_chain_id=LAGOON, fee=0, withdraw_fee_ratio=1)
    await switch(two, broker_away=True)
    await two.send(to_chain_id=LAGOON, nonce=1, **FAST)
    await two.world.settle()
    await switch(two, broker_away=False)
    assert await sent(two) == []


async def test_many_may_be_paid_at_once_by_another_contract(two: Any) -> None:
    await switch(two, relayer_batches=True)
    hashes = [
        await two.send(nonce=0, to_chain_id=LAGOON),
        await two.send(nonce=1, to_chain_id=LAGOON, amount=7 * 10**18, to=genesis.address(1)),
        await two.send(
            nonce=2, to_chain_id=LAGOON, l2_source_token=ETH, l1_target_token=ETH, amount=10**17, fee=5 * 10**14
        ),
    ]
    assert (await sent(two)).count(("payout", LAGOON)) == 1
    truths = [await two.truth(tx_hash) for tx_hash in hashes]
    assert [one["paid_l1"] for one in truths] == [str(100 * 10**18), str(7 * 10**18), str(10**17)]
    ((paid_by,),) = {tuple(one["paid_by"]) for one in truths}
    tx = await two.l1("eth_getTransactionByHash", paid_by, chain=LAGOON)
    assert tx["to"].lower() == "0x" + two.world.branches[LAGOON].multicall.address.hex()
    assert {one["l1TxHash"] for one in await two.zklink("getWithdrawStatus", hashes)} == {paid_by}
    assert await balance(two, ETH, LAGOON) == 10**17


async def test_one_who_refuses_does_not_hold_up_the_others(two: Any) -> None:
    await switch(two, relayer_batches=True)
    refusing = genesis.address(1)
    faucet = Sender(two.world.chains[LAGOON].chain, genesis.private_key(genesis.FAUCET_INDEX))
    token = Contract(
        bytes.fromhex(two.world.network.tokens[USDC].chains[LAGOON].address[2:]), load_artifact("SandboxToken")
    )
    faucet.transact(token, "setRefused", refusing, True)
    await two.world.step("block")
    # The broker cannot pay this one either.
    stuck = await two.send(nonce=0, to_chain_id=LAGOON, to=refusing, **FAST)
    paid = [await two.send(nonce=nonce, to_chain_id=LAGOON) for nonce in (1, 2)]
    found = await sent(two)
    assert ("accept", LAGOON) not in found
    assert [(await two.truth(one))["paid_l1"] for one in (stuck, *paid)] == ["0", str(10**20), str(10**20)]
    assert await proven_slot(two, LAGOON, 54, refusing, USDC) == 10**20


async def test_a_broker_tells_its_price_and_purse(two: Any) -> None:
    async def price(chain: str, token: object) -> Any:
        return (await two.client.get(f"/broker/price/{chain}/{token}")).json()

    most = str(10**23)
    assert await price("0x7a6a", USDC) == {"code": 0, "data": {"available": most, "fee": 10, "limit": most}}
    assert (await price("0x7a69", USDC))["data"]["available"] == str(10**11), "in the token's own units there"
    assert int((await price("0x7a69", ETH))["data"]["limit"]) > 10**23
    for chain, token in (("0x1", USDC), ("0x7a6a", DAI), ("0x7a6a", "x"), ("31338", USDC), ("0x7a6a", 1)):
        assert (await price(chain, token))["code"] == 1
    await switch(two, broker_away=[LAGOON])
    assert (await price("0x7a6a", USDC))["data"] == {"available": "0", "fee": 10, "limit": "0"}
    await switch(two, broker_away=False, broker_asks="4000", broker_limit="7")
    assert (await price("0x7a6a", USDC))["data"] == {"available": "7", "fee": 4000, "limit": "7"}
    await switch(two, broker_asks="<b>nothing</b>")
    assert (await price("0x7a6a", USDC))["data"]["fee"] == "<b>nothing</b>"
    await switch(two, broker_silent=True)
    assert (await two.client.get(f"/broker/price/0x7a6a/{USDC}")).status_code == 503


async def test_a_withdrawal_goes_on_to_the_chain_below(two: Any) -> None:
    since = head(two, LAGOON)
    change = {"to_chain_id": LAGOON, "flag": 1}
    tx_hash = await two.send(l2_source_token=USDT, l1_target_token=USDT, amount=7 * 10**18, **change)
    assert (await sent(two))[-2:] == [("onwards", LAGOON), ("arrive", HARBOUR)]
    found = names(await events(two, LAGOON, since))
    assert found[-3:] == ["WithdrawalPendingL1", ("BlockExecuted", 8801), "WithdrawalL1"]
    assert (await balance(two, USDT, HARBOUR), await balance(two, USDT, LAGOON)) == (7 * 10**6, 0)
    truth = await two.truth(tx_hash)
    assert (truth["chain"], truth["paid_on"], truth["paid_l1"]) == (2, 1, "7000000")
    status = (await two.zklink("getWithdrawStatus", [tx_hash]))[0]
    assert status["l1TxHash"] == truth["paid_by"][0]
    assert await proven_slot(two, LAGOON, 0, bytes.fromhex(truth["withdraw_hash"][2:])) == 0


async def test_the_owner_may_send_it_on_where_nobody_does(two: Any) -> None:
    await switch(two, relayer_off=True)
    change = {"to_chain_id": LAGOON, "flag": 1, "fee": 5 * 10**14}
    tx_hash = await two.send(l2_source_token=ETH, l1_target_token=ETH, amount=10**17, **change)
    await two.world.settle()
    lagoon = two.world.branches[LAGOON]
    key = bytes.fromhex((await two.truth(tx_hash))["withdraw_hash"][2:])
    assert await proven_slot(two, LAGOON, 55, key) == 1
    call = (two.hand.withdraw().to, b"\xee" * 20, 10**17, 0, 1042, 0, 0)
    fee = lagoon.main.read(lagoon.chain, "estimateWithdrawToL1Fee", *call)
    Sender(lagoon.chain, genesis.private_key(0)).transact(lagoon.main, "withdrawToL1", *call, value=fee)
    await two.world.step("block")
    await switch(two, relayer_off=False)
    assert await sent(two) == [("arrive", HARBOUR)]
    assert await balance(two, ETH, HARBOUR) == 10**17


@pytest.mark.parametrize("change", [{"to_chain_id": HARBOUR}, {"to_chain_id": LAGOON, "l1_target_token": USDC}])
async def test_not_everything_can_go_on(two: Any, change: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="no gateway"):
        await two.send(flag=1, **change)


async def test_an_activation_may_be_authorised_on_the_chain(harbour: Any) -> None:
    hand, main = harbour.hand, harbour.world.main
    hand.index = 1
    tx = hand.activate()
    value, _, _ = hand.sign_activation(tx)
    value["ethAuthData"] = {"type": "Onchain"}
    with pytest.raises(Exception, match="no authorisation") as refused:
        await harbour.zklink("sendTransaction", value, None, None)
    assert refused.value.code == 107  # type: ignore[attr-defined]
    owner = Sender(harbour.world.chain, genesis.private_key(1))
    owner.transact(main, "setAuthPubkeyHash", tx.new_pubkey_hash, tx.nonce)
    await harbour.world.step("block")
    await harbour.zklink("sendTransaction", value, None, None)
    await harbour.world.settle()
    account = await harbour.zklink("getAccount", 1043)
    assert account["pubKeyHash"] == "0x" + tx.new_pubkey_hash.hex()


async def test_the_node_may_lie_about_contracts_decimals_and_roots(two: Any) -> None:
    await two.send()
    await two.world.settle()
    root = (await two.zklink("getBlockByNumber", 8801, False, False))["rootHash"]
    await switch(two, wrong_contract=True, wrong_decimals="8", wrong_root=True)
    assert {one["mainContract"] for one in await two.zklink("getSupportChains")} == {"0x" + "66" * 20}
    tokens = await two.zklink("getSupportTokens")
    assert {one["decimals"] for token in tokens.values() for one in token["chains"].values()} == {8}
    assert (await two.zklink("getBlockByNumber", 8801, False, False))["rootHash"] != root


def test_the_broker_is_none_of_the_users() -> None:
    users = {Account.from_key(genesis.private_key(index)).address.lower() for index in genesis.USER_INDEXES}
    assert BROKER not in users
