"""A withdrawal of every kind of asset, from the API to the receiver's account on Ethereum."""

import pytest

from ashore.sandbox.reddio.deployment import stark_key
from ashore.systems.reddio.codec import hex_of
from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.codec.l1.facts import state_transition_fact
from unit.sandbox.reddio.coast import RECIPIENT, Coast

TO = RECIPIENT.to_bytes(20, "big")
ASSETS = [("ETH", None, 250_000), ("CORAL", None, 11), ("PEARL", None, 7), ("SHELL", 255, 1), ("SHELL", 2**256 - 1, 1)]
MINTED = [("REEF", 21_000, 1), ("POSTCARD", 2, 1)]


@pytest.mark.parametrize(("symbol", "token_id", "quanta"), ASSETS + MINTED)
async def test_an_asset_arrives(coast: Coast, symbol: str, token_id: int | None, quanta: int) -> None:
    asset = coast.asset(symbol, token_id)
    had, _ = await coast.quanta(asset)
    sequence_id = await coast.withdraw(asset, quanta)
    assert (await coast.record(sequence_id))["status"] == 0
    assert await coast.quanta(asset) == (had, 0)

    for status in (1, 3, 3, 3):
        await coast.control("step")
        assert (await coast.record(sequence_id))["status"] == status
        assert await coast.quanta(asset) == (had - quanta, quanta)
        if status == 3:
            await coast.control("step", what="block")
    assert (await coast.record(sequence_id))["status"] == 6
    assert await coast.quanta(asset) == (had - quanta, 0)
    assert coast.is_conserved()

    (claimable,) = await coast.get("/v1/withdrawal/status", ethaddress="0x" + TO.hex(), stage="withdrawarea")
    assert (claimable["asset_id"], claimable["amount"]) == (hex_of(asset.asset_id), quanta)
    assert claimable["sequence_ids"] == [sequence_id]

    tx = coast.claim(asset)
    (told,) = (await coast.truth())["withdrawals"]
    due = str(quanta * asset.quantum)
    assert (told["status"], told["allowed_l1"], told["claimed_l1"], told["claimed_by"]) == (6, due, due, [tx])
    assert await coast.get("/v1/withdrawal/status", ethaddress="0x" + TO.hex(), stage="withdrawarea") == []
    assert coast.is_conserved()
    chain, tokens = coast.world.chain, coast.reddio.deployment.tokens
    if token_id is not None:
        assert tokens[symbol].read(chain, "ownerOf", token_id).lower() == "0x" + TO.hex()
        assert tokens[symbol].read(chain, "tokenURI", token_id) == coast.reddio.catalogue[asset.asset_id][0].token_uri(
            asset
        )
    elif symbol == "ETH":
        assert chain.balance(TO) == quanta * asset.quantum
    else:
        assert tokens[symbol].read(chain, "balanceOf", TO) == quanta * asset.quantum


async def test_a_state_update_looks_as_on_the_real_exchange(coast: Coast) -> None:
    ether, shell, reef = coast.asset("ETH"), coast.asset("SHELL", 1), coast.asset("REEF", 7)
    for asset in (ether, shell, reef):
        await coast.withdraw(asset)
    await coast.control("settle")
    told = (await coast.truth())["withdrawals"]
    (update_tx,) = {one["update_tx"] for one in told}
    found = coast.world.chain.transaction(bytes.fromhex(update_tx[2:]))
    assert found is not None
    block, index = found
    logs = [events.decode_log(log.topics, log.data) for log in block.logs if log.transaction_index == index]
    words, _ = coast.reddio.deployment.exchange.read_calldata(bytes(block.transactions[index].data))[1]
    fact = state_transition_fact(words)
    assert logs == [
        events.StateTransitionFact(fact),
        events.RootUpdate(2, 2, words[2], 0, 0),
        events.WithdrawalAllowed(RECIPIENT, ether.asset_type, 10**12, 1),
        events.NftWithdrawalAllowed(RECIPIENT, shell.asset_id),
        events.AssetWithdrawalAllowed(RECIPIENT, shell.asset_id, 1),
        events.MintableWithdrawalAllowed(RECIPIENT, reef.asset_id, 1),
    ]


async def test_a_transfer_stays_on_layer_2(coast: Coast) -> None:
    coral = coast.asset("CORAL")
    (mine, _), (theirs, _) = await coast.quanta(coral), await coast.quanta(coral, 1)
    sequence_id = await coast.transfer(coral, 1_000, to_account=1)
    moved = await coast.control("settle")
    assert moved == ["reddio_accept", "reddio_batch", "reddio_prove", "reddio_update"]
    assert await coast.quanta(coral) == (mine - 1_000, 0)
    assert await coast.quanta(coral, 1) == (theirs + 1_000, 0)
    records = await coast.get("/v1/record", stark_key=hex_of(stark_key(0)), sequence_id=sequence_id)
    assert [(one["stark_key"], one["record_type"], one["status"]) for one in records] == [
        (hex_of(stark_key(0)), 3, 6),
        (hex_of(stark_key(1)), 3, 6),
    ]
    assert (await coast.truth())["transfers"][0]["status"] == 6
    assert coast.is_conserved()
