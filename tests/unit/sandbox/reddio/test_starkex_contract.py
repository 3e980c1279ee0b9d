"""What the exchange's contract allows and refuses, as on the real one."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import decode

from ashore.crypto.stark import public_key
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender, load_artifact
from ashore.sandbox.evm.errors import RevertedError
from ashore.sandbox.reddio.book import GENESIS_BATCH
from ashore.sandbox.reddio.deployment import OPERATOR_INDEX, stark_key, stark_private_key
from ashore.sandbox.reddio.state_update import StateUpdate, state_update
from ashore.systems.reddio.codec import Asset, AssetKind
from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.codec.l1.calls import Claim, claim_of, encode_claim
from ashore.systems.reddio.codec.l1.facts import registration_signature
from ashore.systems.reddio.codec.l1.public_input import Modification
from ashore.systems.reddio.codec.l1.storage import eth_key_slot, pending_withdrawal_slot
from unit.sandbox.reddio.coast import RECIPIENT, Coast

DAY = 86_400


def reason(coast: Coast, function: str, *arguments: Any, sender: int = 2) -> str:
    """Why the exchange refuses a call."""
    data = coast.reddio.deployment.exchange.calldata(function, *arguments)
    return refused(coast, data, sender)


def refused(coast: Coast, data: bytes, sender: int = 2) -> str:
    with pytest.raises(RevertedError) as error:
        coast.world.chain.call(genesis.address(sender), coast.reddio.deployment.exchange.address, data)
    return str(decode(["string"], error.value.data[4:])[0])


def believed(coast: Coast, update: StateUpdate) -> None:
    """Let verifiers and committee agree with a state update."""
    operator, made = Sender(coast.world.chain, genesis.private_key(OPERATOR_INDEX)), coast.reddio.deployment
    operator.transact(made.proofs, "registerFact", update.proof_fact)
    operator.transact(made.committee, "registerFact", update.availability_fact)
    coast.world.chain.mine()


def update_state(coast: Coast, *changes: Modification, batch: int = GENESIS_BATCH + 1) -> None:
    update = state_update(batch, changes)
    believed(coast, update)
    coast.send(update.calldata(coast.reddio.deployment.exchange), OPERATOR_INDEX)


def performed(coast: Coast, tx: str) -> list[events.L1Event | None]:
    found = coast.world.chain.transaction(bytes.fromhex(tx[2:]))
    assert found is not None
    address = coast.reddio.deployment.exchange.address
    return [events.decode_log(log.topics, log.data) for log in found[0].logs if log.address == address]


async def test_a_claim_of_nothing_succeeds_and_pays_nothing(coast: Coast) -> None:
    ether = coast.asset("ETH")
    (event,) = performed(coast, coast.claim(ether))
    to = RECIPIENT.to_bytes(20, "big")
    assert event == events.WithdrawalPerformed(RECIPIENT, ether.asset_type, 0, 0, to)


async def test_what_is_not_pending_cannot_be_handed_over_or_minted(coast: Coast) -> None:
    shell, reef = coast.asset("SHELL", 1), coast.asset("REEF", 7)
    assert refused(coast, encode_claim(claim_of(RECIPIENT, shell))) == "ILLEGAL_NFT_BALANCE"
    assert refused(coast, encode_claim(claim_of(RECIPIENT, reef))) == "NO_PENDING_WITHDRAWAL_BALANCE"


async def test_an_asset_is_claimed_by_its_own_function(coast: Coast) -> None:
    ether, shell, reef = coast.asset("ETH"), coast.asset("SHELL", 1), coast.asset("REEF", 7)
    assert refused(coast, encode_claim(Claim(RECIPIENT, shell.asset_type))) == "NON_FUNGIBLE_ASSET_TYPE"
    assert refused(coast, encode_claim(Claim(RECIPIENT, reef.asset_type))) == "MINTABLE_ASSET_TYPE"
    assert refused(coast, encode_claim(Claim(RECIPIENT, 12345))) == "ASSET_TYPE_NOT_REGISTERED"
    assert refused(coast, encode_claim(Claim(RECIPIENT, ether.asset_type, 1))) == "INVALID_ASSET_TYPE"
    mint_ether = encode_claim(Claim(RECIPIENT, ether.asset_type, mint_blob=b"\x01"))
    assert refused(coast, mint_ether) == "NON_MINTABLE_ASSET_TYPE"


async def test_several_withdrawals_become_one_pending_sum_and_one_nft_two_logs(coast: Coast) -> None:
    ether, shell = coast.asset("ETH"), coast.asset("SHELL", 2)
    for quanta in (3, 4):
        await coast.withdraw(ether, quanta)
    await coast.withdraw(shell)
    await coast.control("settle")
    exchange, chain = coast.reddio.deployment.exchange, coast.world.chain
    assert exchange.read(chain, "getWithdrawalBalance", RECIPIENT, ether.asset_id) == 7 * 10**12
    assert chain.storage(exchange.address, pending_withdrawal_slot(RECIPIENT, ether.asset_id)) == 7
    to = RECIPIENT.to_bytes(20, "big")
    assert performed(coast, coast.claim(ether)) == [
        events.WithdrawalPerformed(RECIPIENT, ether.asset_type, 7 * 10**12, 7, to)
    ]
    assert performed(coast, coast.claim(shell)) == [
        events.NftWithdrawalPerformed(RECIPIENT, shell.asset_type, 2, shell.asset_id, to),
        events.WithdrawalWithTokenIdPerformed(RECIPIENT, shell.asset_type, 2, shell.asset_id, 1, 1, to),
    ]
    told = (await coast.truth())["withdrawals"]
    assert [one["claimed_l1"] for one in told] == [str(3 * 10**12), str(4 * 10**12), "1"]


async def test_a_contract_that_takes_no_ether_keeps_it_pending(coast: Coast) -> None:
    deployer = Sender(coast.world.chain, genesis.private_key(2))
    wallet = int.from_bytes(deployer.deploy(load_artifact("RefusingWallet")).address, "big")
    ether, shell = coast.asset("ETH"), coast.asset("SHELL", 3)
    for asset in (ether, shell):
        await coast.withdraw(asset, 1, wallet)
    await coast.control("settle")
    assert refused(coast, encode_claim(claim_of(wallet, ether))) == "ETH_TRANSFER_FAILED"
    with pytest.raises(RevertedError):
        coast.claim(shell, wallet)
    assert coast.is_conserved()


async def test_the_token_with_the_number_zero_cannot_be_minted(coast: Coast) -> None:
    reef = Asset(AssetKind.ERC721M, coast.asset("REEF", 7).token, 1, 0)
    update_state(coast, Modification(RECIPIENT, reef.asset_id, 9, -1))
    assert refused(coast, encode_claim(claim_of(RECIPIENT, reef))) == "TOKEN_OPERATION_FAILED"


# ------------------------------------------------------------------------------------------------- registration


async def test_a_plain_withdrawal_waits_until_its_key_is_registered(coast: Coast) -> None:
    coral, me = coast.asset("CORAL"), genesis.address(0)
    sequence_id = await coast.withdraw_plainly(coral, 5)
    await coast.control("settle")
    assert (await coast.record(sequence_id))["status"] == 6
    assert refused(coast, encode_claim(claim_of(stark_key(0), coral))) == "USER_UNREGISTERED"
    query = {"ethaddress": "0x" + me.hex(), "stage": "withdrawarea"}
    assert await coast.get("/v1/withdrawal/status", **query) == []

    signature = registration_signature(stark_private_key(0), me)
    exchange, chain = coast.reddio.deployment.exchange, coast.world.chain
    coast.send(exchange.calldata("registerEthAddress", me, stark_key(0), signature))
    assert chain.storage(exchange.address, eth_key_slot(stark_key(0))) == int.from_bytes(me, "big")
    assert exchange.read(chain, "getEthKey", stark_key(0)).lower() == "0x" + me.hex()
    (claimable,) = await coast.get("/v1/withdrawal/status", **query)
    assert claimable["amount"] == 5
    tx = coast.claim(coral, stark_key(0))
    told = await coast.truth()
    assert told["registered"] == {hex(stark_key(0)): "0x" + me.hex()}
    assert told["claims"] == [
        {
            "tx": tx,
            "owner_key": hex(stark_key(0)),
            "asset_id": hex(coral.asset_id),
            "amount": str(5 * 10**12),
            "recipient": "0x" + me.hex(),
        }
    ]
    assert coast.is_conserved()


async def test_a_registration_is_held_to_its_signature(coast: Coast) -> None:
    me, key = genesis.address(0), stark_key(0)
    good = registration_signature(stark_private_key(0), me)
    r, s, y = good[:32], good[32:64], good[64:]

    def why(address: bytes, stark: int, signature: bytes) -> str:
        return reason(coast, "registerEthAddress", address, stark, signature)

    assert why(genesis.address(1), key, good) == "INVALID_STARK_SIGNATURE"
    assert why(me, public_key(77), good) == "INVALID_STARK_SIGNATURE"
    assert why(me, key, s + r + y) == "INVALID_STARK_SIGNATURE"
    assert why(me, key, r + s + r) == "INVALID_STARK_SIGNATURE"
    assert why(me, key, good[:64]) == "INVALID_STARK_SIGNATURE_LENGTH"
    assert why(me, 0, good) == "INVALID_STARK_KEY"
    assert why(me, 5, good) == "INVALID_STARK_KEY"
    assert why(bytes(20), key, good) == "INVALID_ETH_ADDRESS"
    coast.send(coast.reddio.deployment.exchange.calldata("registerEthAddress", me, key, good))
    assert why(me, key, good) == "STARK_KEY_UNAVAILABLE"


@pytest.mark.parametrize("private_key", [1, 2, 3, 2**250 + 12345])
async def test_the_contracts_curve_is_the_wallets(coast: Coast, private_key: int) -> None:
    me, key = genesis.address(1), public_key(private_key)
    exchange = coast.reddio.deployment.exchange
    coast.send(exchange.calldata("registerEthAddress", me, key, registration_signature(private_key, me)))
    assert exchange.read(coast.world.chain, "getEthKey", key).lower() == "0x" + me.hex()


# ------------------------------------------------------------------------------------------------ state updates


async def test_a_state_update_has_to_be_the_operators_proven_and_available(coast: Coast) -> None:
    exchange, made = coast.reddio.deployment.exchange, coast.reddio.deployment
    update = state_update(GENESIS_BATCH + 1, [Modification(RECIPIENT, coast.asset("ETH").asset_id, 9, -1)])
    data = update.calldata(exchange)
    assert refused(coast, data) == "ONLY_OPERATOR"
    assert refused(coast, data, OPERATOR_INDEX) == "NO_STATE_TRANSITION_PROOF"
    operator = Sender(coast.world.chain, genesis.private_key(OPERATOR_INDEX))
    operator.transact(made.proofs, "registerFact", update.proof_fact)
    coast.world.chain.mine()
    assert refused(coast, data, OPERATOR_INDEX) == "NO_AVAILABILITY_PROOF"
    believed(coast, update)
    coast.world.chain.call(genesis.address(OPERATOR_INDEX), exchange.address, data)
    changed = StateUpdate(update.batch, (*update.words[:16], *update.words[16:17], *update.words[17:]), (2, 7))
    assert refused(coast, changed.calldata(exchange), OPERATOR_INDEX) == "WRONG_PREVIOUS_BATCH_ID"


async def test_a_state_update_follows_the_last_one(coast: Coast) -> None:
    exchange = coast.reddio.deployment.exchange
    good = state_update(GENESIS_BATCH + 1, [])
    for index, why in (
        (1, "VALIDIUM_VAULT_ROOT_INCORRECT"),
        (3, "ROLLUP_VAULT_ROOT_INCORRECT"),
        (5, "ORDER_ROOT_INCORRECT"),
        (0, "CONFIG_CODE_MISMATCH"),
        (9, "ROLLUP_TREE_HEIGHT_INCORRECT"),
    ):
        words = list(good.words)
        words[index] += 1
        wrong = StateUpdate(good.batch, tuple(words), good.application_data)
        believed(coast, wrong)
        assert refused(coast, wrong.calldata(exchange), OPERATOR_INDEX) == why
    expired = list(good.words)
    expired[7] = 1
    late = StateUpdate(good.batch, tuple(expired), good.application_data)
    assert "passed the threshold" in refused(coast, late.calldata(exchange), OPERATOR_INDEX)


async def test_what_was_not_deposited_is_not_taken_in(coast: Coast) -> None:
    exchange = coast.reddio.deployment.exchange
    update = state_update(GENESIS_BATCH + 1, [Modification(stark_key(0), coast.asset("ETH").asset_id, 9, 1)])
    believed(coast, update)
    assert refused(coast, update.calldata(exchange), OPERATOR_INDEX) == "DEPOSIT_INSUFFICIENT"


async def test_an_asset_is_registered_under_its_own_number_by_the_admin_alone(coast: Coast) -> None:
    shell = coast.asset("SHELL", 1)
    info = coast.reddio.deployment.exchange.read(coast.world.chain, "getAssetInfo", shell.asset_type)
    assert reason(coast, "registerToken", shell.asset_type, info, 1) == "ONLY_TOKENS_ADMIN"
    admin = genesis.FAUCET_INDEX
    assert reason(coast, "registerToken", shell.asset_type, info, 1, sender=admin) == "ASSET_ALREADY_REGISTERED"
    coral = coast.reddio.deployment.exchange.read(coast.world.chain, "getAssetInfo", coast.asset("CORAL").asset_type)
    assert reason(coast, "registerToken", 5, coral, 1, sender=admin) == "INVALID_ASSET_TYPE"
    assert reason(coast, "registerToken", 5, info, 2, sender=admin) == "INVALID_NFT_QUANTUM"


# --------------------------------------------------------------------------------------------------- the way out


async def test_a_demand_is_served_by_the_operator(coast: Coast) -> None:
    coral, me, key = coast.asset("CORAL"), genesis.address(0), stark_key(0)
    exchange, chain = coast.reddio.deployment.exchange, coast.world.chain
    vault = coast.reddio.book.vault(key, coral.asset_id)
    assert vault is not None
    assert reason(coast, "fullWithdrawalRequest", key, vault, sender=0) == "MISMATCHING_STARK_ETH_KEYS"
    coast.send(exchange.calldata("registerEthAddress", me, key, registration_signature(stark_private_key(0), me)))
    tx = coast.send(exchange.calldata("fullWithdrawalRequest", key, vault), 0)
    found = chain.transaction(bytes.fromhex(tx[2:]))
    assert found is not None
    assert found[0].gas_used_by(found[1]) > 1_000_000
    assert exchange.read(chain, "getFullWithdrawalRequest", key, vault) > 0
    assert reason(coast, "fullWithdrawalRequest", key, vault, sender=0) == "REQUEST_ALREADY_PENDING"

    assert await coast.control("settle") == []  # it is not final yet
    await coast.control("step", what="finalize")
    await coast.control("settle")
    assert exchange.read(chain, "getFullWithdrawalRequest", key, vault) == 0
    assert await coast.quanta(coral) == (0, 0)
    (told,) = (await coast.truth())["withdrawals"]
    assert (told["way"], told["quanta"], told["owner_key"]) == ("full", "2500500000", hex(key))
    coast.claim(coral, key)
    assert coast.reddio.deployment.tokens["CORAL"].read(chain, "balanceOf", me) == 2500500000 * 10**12
    assert coast.is_conserved()


async def test_an_unserved_demand_freezes_the_exchange_and_claims_still_work(coast: Coast) -> None:
    ether, me, key = coast.asset("ETH"), genesis.address(0), stark_key(0)
    exchange, chain = coast.reddio.deployment.exchange, coast.world.chain
    await coast.switch(ignores_demands=True)
    await coast.withdraw(ether, 9)
    await coast.control("settle")
    coast.send(exchange.calldata("registerEthAddress", me, key, registration_signature(stark_private_key(0), me)))
    assert reason(coast, "freezeRequest", key, 5) == "FORCED_ACTION_UNREQUESTED"
    coast.send(exchange.calldata("fullWithdrawalRequest", key, 5), 0)
    assert reason(coast, "freezeRequest", key, 5) == "FORCED_ACTION_PENDING"
    coast.world.clock.advance(8 * DAY)
    await coast.control("step", what="finalize")
    coast.send(exchange.calldata("freezeRequest", key, 5))
    assert exchange.read(chain, "isFrozen")
    assert reason(coast, "fullWithdrawalRequest", key, 6, sender=0) == "STATE_IS_FROZEN"
    assert refused(coast, state_update(3, []).calldata(exchange), OPERATOR_INDEX) == "STATE_IS_FROZEN"
    await coast.control("settle")
    assert exchange.read(chain, "isFrozen")  # the operator cannot undo it
    coast.claim(ether)
    assert chain.balance(RECIPIENT.to_bytes(20, "big")) == 9 * 10**12
