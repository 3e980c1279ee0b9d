"""A key is registered for an account: what the voyage says is true, and never a second one while the first is open."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ashore.crypto import musig
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import Mark, Status
from ashore.sandbox.zklink.faults import FaultKind, Phase, RpcFault, Switch
from ashore.systems.base import Draft
from ashore.systems.zklink.codec.profiles import Profile
from ashore.systems.zklink.system.activation import activation_offer
from ashore.systems.zklink.system.activation_track import EXECUTED, ON_L1, REGISTERED, REQUESTED
from ashore.systems.zklink.system.offer import ZkLinkOffer
from faults.bench import Bench
from faults.stranger import registered_elsewhere
from faults.worlds import Worlds

NOT_TAKEN = "Nothing was taken from your balance."
FEE = 1_600_000_000_000_000_000
USDC = 17


async def opened(bench: Bench, account: int = 1) -> ZkLinkOffer:
    offer = await bench.wallet.open(bench.wallet.profiles()[0].id, account)
    assert isinstance(offer, ZkLinkOffer)
    return offer


def key_of(bench: Bench) -> bytes:
    account = bench.world.rollup.ledger.account(1043)
    assert account is not None
    return account.pub_key_hash


def said(bench: Bench, activation: str) -> str:
    request = bench.voyage(activation).withdrawal.request
    return request.said if request else ""


async def finished(bench: Bench, activation: str) -> None:
    """Let the operator carry it out, and the wallet hear of it."""
    await bench.operate("execute_l2")
    await bench.look()
    await bench.until(lambda: bench.voyage(activation).status is Status.FINAL)
    assert bench.wrong() == []


# ------------------------------------------------------------------------------------------------------- the usual


async def test_an_activated_account_withdraws(bench: Bench) -> None:
    before = await opened(bench)
    assert (before.active, before.own_key, before.key_chain, before.account_nonce) == (False, False, 1, 0)
    draft = {"chain": "1", "source_token": "17", "target_token": "17", "amount": "25", "recipient": "0x" + "5a" * 20}
    refused = await bench.wallet.quote(before, Draft(draft))
    assert "not activated" in str(refused.problems["account"])
    activation = await bench.activate()
    voyage = bench.voyage(activation)
    assert [row.mark for row in voyage.rows] == [Mark.REPORTED, Mark.AWAITED, Mark.AWAITED, Mark.NOT_APPLICABLE]
    assert voyage.status is Status.UNDER_WAY
    with pytest.raises(AshoreError, match="needs no activation"):
        activation_offer(await opened(bench, account=0))
    await finished(bench, activation)
    voyage = bench.voyage(activation)
    assert {row.stage.id: row.mark for row in voyage.rows} == {
        REQUESTED: Mark.REPORTED,
        EXECUTED: Mark.REPORTED,
        REGISTERED: Mark.REPORTED,
        ON_L1: Mark.NOT_APPLICABLE,
    }
    assert voyage.headline == "zkLink says that it knows this wallet’s key now: you can withdraw."
    assert all(e.level is Level.REPORTED for row in voyage.rows for e in row.view.evidence)
    (told,) = bench.world.status()["zklink"]["activations"]
    assert (told["success"], told["holds"], told["fee"]) == (True, True, "0")
    after = await opened(bench)
    assert (after.own_key, after.blocked, after.key_chain, after.account_nonce) == (True, "", None, 1)
    assert after.sub_accounts[0].nonce == 0, "the account's nonce is not that of its sub-accounts"
    withdrawal = await bench.withdraw("25", account=1)
    await bench.arrive()
    assert bench.voyage(withdrawal).status is Status.FINAL
    assert bench.wrong() == []


async def test_a_registered_key_is_replaced(bench: Bench) -> None:
    stranger = await registered_elsewhere(bench.world, 1)
    offer = await opened(bench)
    assert (offer.active, offer.own_key, offer.account_nonce) == (True, False, 1)
    assert offer.registered_key == "0x" + stranger.hex() == "0x" + key_of(bench).hex()
    review = await bench.activation()
    assert review.confirm == "Replace the key of this account"
    assert any("ends what uses the old one" in warning for warning in review.warnings)
    assert any(line.label == "In place of" and line.value == offer.registered_key for line in review.lines)
    activation = await bench.wallet.confirm(review)
    await bench.until(lambda: bench.voyage(activation).status is Status.UNDER_WAY)
    await bench.operate("execute_l2")
    await bench.look()
    assert bench.voyage(activation).status is Status.FINAL
    assert key_of(bench) != stranger
    assert (await opened(bench)).own_key
    assert bench.wrong(alone=False) == []


async def test_the_review_shows_what_is_signed(bench: Bench) -> None:
    review = await bench.activation()
    account = (await opened(bench)).source
    (text,) = review.texts
    assert text == f"ChangePubKey\nPubKeyHash: {account.key_hash}\nNonce: 0\nAccountId: 1043"
    assert review.layer2_message.startswith("06")
    assert len(review.layer2_message) == 2 * 39
    assert {line.label: line.value for line in review.lines}["Fee"] == "none"
    assert dict(line for told in review.lines for line in told.signed)["account_id"] == "1043"


# ------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (107, "zkLink did not accept the activation's Ethereum signature."),
        (108, "zkLink did not find the activation on chain."),
        (110, "zkLink did not accept the layer-2 signature."),
    ],
)
async def test_a_signature_that_the_node_does_not_take(bench: Bench, code: int, sentence: str) -> None:
    review = await bench.activation()
    bench.world.faults.rules.append(RpcFault("sendTransaction", FaultKind.ERROR, code=code))
    activation = await bench.wallet.confirm(review)
    await bench.until(lambda: bench.voyage(activation).status is Status.REFUSED)
    assert bench.voyage(activation).headline == f"{sentence} {NOT_TAKEN}"
    assert bench.wrong(alone=False) == []
    bench.world.clock.advance(2)
    await finished_again(bench)


async def finished_again(bench: Bench) -> None:
    """Nothing hinders another one after a refusal."""
    bench.leap.forward(2)
    activation = await bench.activate()
    await bench.operate("execute_l2")
    await bench.look()
    assert bench.voyage(activation).status is Status.FINAL
    assert bench.wrong(alone=False) == []


async def test_a_node_that_charges_is_paid_what_a_withdrawal_costs(bench: Bench) -> None:
    bench.world.faults.switches[Switch.ACTIVATION_CHARGED] = True
    activation = await bench.wallet.confirm(await bench.activation())
    await bench.until(lambda: bench.voyage(activation).status is Status.REFUSED)
    assert bench.voyage(activation).headline.endswith(NOT_TAKEN)
    assert bench.voyage(activation).withdrawal.request.code == "207"  # type: ignore[union-attr]
    bench.leap.forward(2)
    review = await bench.activation(charged="yes")
    assert {line.label: line.value for line in review.lines}["Fee"] == "1.60 USDC"
    again = await bench.wallet.confirm(review)
    await bench.until(lambda: bench.voyage(again).status is Status.UNDER_WAY)
    await bench.operate("execute_l2")
    await bench.look()
    assert bench.voyage(again).status is Status.FINAL
    account = bench.world.rollup.ledger.account(1043)
    assert account is not None
    assert account.balance(0, USDC) == 60 * 10**18 - FEE
    assert bench.wrong(alone=False) == []


async def test_no_balance_for_the_fee(bench: Bench) -> None:
    bench.world.faults.switches[Switch.ACTIVATION_CHARGED] = True
    review = await bench.activation(charged="yes")
    account = bench.world.rollup.ledger.account(1043)
    assert account is not None
    account.balances[0][USDC] = FEE - 1
    activation = await bench.wallet.confirm(review)
    await bench.until(lambda: bench.voyage(activation).status is Status.REFUSED)
    assert bench.voyage(activation).headline == f"The balance does not cover amount and fee. {NOT_TAKEN}"
    offer = activation_offer(await opened(bench))
    short = await bench.wallet.quote(offer, Draft({"sub_account": "0", "fee_token": "17", "charged": "yes"}))
    assert "the fee is 1.60 USDC" in str(short.problems["fee_token"])
    assert not short.ready
    other = await bench.wallet.quote(offer, Draft({"sub_account": "0", "fee_token": "33", "charged": "yes"}))
    assert other.ready
    assert bench.wrong(alone=False) == []


async def test_another_device_was_first(bench: Bench) -> None:
    review = await bench.activation()
    await registered_elsewhere(bench.world, 1)
    activation = await bench.wallet.confirm(review)
    await bench.until(lambda: bench.voyage(activation).status is Status.REFUSED)
    assert bench.voyage(activation).headline == (
        "zkLink expects nonce 1 of this account now, and this one has 0: another change of key was made meanwhile. "
        + NOT_TAKEN
    )
    assert key_of(bench) != bytes(20)
    assert bench.wrong(alone=False) == []


async def test_layer_2_does_not_carry_it_out(bench: Bench) -> None:
    activation = await bench.activate()
    bench.world.faults.switches[Switch.EXECUTION_FAILURE] = "account is frozen"
    await bench.operate("execute_l2")
    await bench.look()
    voyage = bench.voyage(activation)
    assert voyage.status is Status.FAILED
    assert voyage.headline == "zkLink says that it did not register the key."
    assert voyage.rows[1].sentence == "zkLink could not register the key: account is frozen."
    assert bench.wrong() == []
    bench.world.faults.clear()
    bench.leap.forward(2)
    again = await bench.activate()
    await finished(bench, again)


# ------------------------------------------------------------------------------------------------- unknown outcomes


async def test_the_node_cannot_be_reached(bench: Bench) -> None:
    review, second = await bench.activation(), await bench.activation(fee="0.5")
    bench.wire.cut.add("/zklink")
    activation = await bench.wallet.confirm(review)
    await bench.until(lambda: bench.mark(activation, REQUESTED) is Mark.UNKNOWN and said(bench, activation) != "")
    assert bench.voyage(activation).headline == "Nothing has left yet: zkLink’s node cannot be reached."
    with pytest.raises(AshoreError, match="An earlier change of key with number 0 is still open"):
        await bench.wallet.confirm(second)
    await bench.restart()
    bench.wire.cut.clear()
    await bench.until(lambda: bench.voyage(activation).status is Status.UNDER_WAY)
    await finished(bench, activation)
    assert sum(bench.world.node.payloads.values()) == 1


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.HTTP, FaultKind.GARBAGE, FaultKind.ERROR])
async def test_the_answer_is_lost(bench: Bench, kind: FaultKind) -> None:
    review, second = await bench.activation(), await bench.activation(fee="0.5")
    bench.world.faults.rules.append(RpcFault("sendTransaction", kind, Phase.AFTER))
    bench.world.faults.rules.append(RpcFault("getTransactionByHash", FaultKind.HTTP, count=1))
    activation = await bench.wallet.confirm(review)
    await bench.until(lambda: said(bench, activation) != "")
    assert bench.voyage(activation).status is Status.UNKNOWN
    assert bench.voyage(activation).rows[0].sentence.endswith("never signs a second one meanwhile.")
    with pytest.raises(AshoreError, match="still open"):
        await bench.wallet.confirm(second)
    await bench.restart()
    await bench.until(lambda: bench.voyage(activation).status is Status.UNDER_WAY)
    await finished(bench, activation)
    (told,) = bench.world.status()["zklink"]["activations"]
    assert (told["success"], told["duplicates"]) == (True, 0)


@pytest.mark.parametrize("kind", [FaultKind.DROP, FaultKind.HTTP])
async def test_what_did_not_arrive_goes_again_byte_for_byte(bench: Bench, kind: FaultKind) -> None:
    review = await bench.activation()
    bench.world.faults.rules.append(RpcFault("sendTransaction", kind, Phase.BEFORE))
    activation = await bench.wallet.confirm(review)
    await bench.until(lambda: bench.voyage(activation).status is Status.UNDER_WAY)
    request = bench.voyage(activation).withdrawal.request
    assert request is not None
    assert request.sends == 2
    await finished(bench, activation)
    assert list(bench.world.node.payloads.values()) == [1]


async def test_a_node_that_forgot_the_request_names_the_key(bench: Bench) -> None:
    review = await bench.activation()
    lost = RpcFault("sendTransaction", FaultKind.DROP, Phase.AFTER)
    bench.world.faults.rules += [lost, RpcFault("getTransactionByHash", FaultKind.ERROR, count=None, code=203)]
    bench.world.faults.rules.append(RpcFault("getAccount", FaultKind.HTTP, count=2))
    activation = await bench.wallet.confirm(review)
    await bench.until(lambda: said(bench, activation) != "")
    await bench.operate("execute_l2")
    await bench.until(lambda: bench.voyage(activation).status is not Status.UNKNOWN)
    assert said(bench, activation) == "zkLink’s node names this wallet’s key for the account."
    await bench.look()
    assert bench.voyage(activation).status is Status.FINAL
    assert bench.wrong() == []
    assert sum(bench.world.node.payloads.values()) == 1


async def test_a_node_that_names_another_key_is_contradicted(bench: Bench) -> None:
    activation = await bench.activate()
    await bench.operate("execute_l2")
    await registered_elsewhere(bench.world, 1)
    await bench.look()
    assert bench.voyage(activation).status is Status.UNDER_WAY
    assert bench.mark(activation, REGISTERED) is Mark.AWAITED
    bench.leap.forward(700)
    await bench.look()
    voyage = bench.voyage(activation)
    assert voyage.headline == "zkLink’s answers do not fit together."
    assert voyage.rows[2].sentence == (
        "zkLink says that it carried the change out, and names another key for the account."
    )
    assert bench.wrong(alone=False) == []


# ------------------------------------------------------------------------------------------------------ profile v2


@pytest.fixture
async def typed(worlds: Worlds, tmp_path: Path) -> AsyncIterator[Bench]:
    """A wallet on a network of profile v2, which signs typed data."""
    app, world = worlds.open(tmp_path / "world", profile=Profile.V2)
    (tmp_path / "wallet").mkdir()
    made = Bench(world, app, tmp_path / "wallet")
    await made.start()
    yield made
    await made.aclose()
    world.close()


async def test_profile_v2_signs_typed_data(typed: Bench) -> None:
    await typed.look()
    review = await typed.activation()
    assert review.texts == ()
    assert review.reading is not None
    assert review.reading.typed_data is not None
    domain: Any = review.reading.typed_data["domain"]
    assert (domain["chainId"], domain["verifyingContract"]) == (31337, typed.world.network.chains[1].main_contract)
    activation = await typed.wallet.confirm(review)
    await typed.until(lambda: typed.voyage(activation).status is Status.UNDER_WAY)
    payload = json.loads(typed.voyage(activation).withdrawal.request.payload)  # type: ignore[union-attr]
    assert payload[0]["account"] == typed.voyage(activation).withdrawal.terms.account
    await typed.operate("execute_l2")
    await typed.look()
    assert typed.voyage(activation).status is Status.FINAL
    assert typed.wrong() == []
    assert musig.public_key_hash(bytes.fromhex(payload[0]["signature"]["pubKey"])) == key_of(typed)
