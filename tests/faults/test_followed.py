"""Withdrawals that another wallet made, followed from here: what is shown of them is held against the truth."""

from __future__ import annotations

import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Mark, Status
from ashore.engine.views import ActivityQuery
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender
from ashore.sandbox.evm.faults import FaultKind, FaultRule
from ashore.sandbox.zklink.faults import Switch
from ashore.systems.base import Draft
from ashore.systems.zklink.system.tracks import ADVANCED, COMMITTED, PAID, RELEASED
from faults.bench import RECIPIENT, Bench
from faults.stranger import ETHER, made_elsewhere

LAGOON = 2
ON_L1 = ("commit", "prove", "sync", "execute", "payout")


async def follow(bench: Bench, reference: str) -> str:
    return await bench.wallet.following.follow(bench.wallet.profiles()[0].id, reference)


async def final(bench: Bench, followed: str) -> None:
    await bench.look()
    await bench.look_until(lambda: bench.voyage(followed).status is Status.FINAL)
    assert bench.wrong(alone=False) == []


async def test_from_the_beginning_to_the_end(bench: Bench) -> None:
    reference = await made_elsewhere(bench.world)
    followed = await follow(bench, reference.removeprefix("0x").upper())
    voyage = bench.voyage(followed)
    assert (voyage.status, voyage.track.ref.id) == (Status.UNDER_WAY, "zklink.followed-normal")
    assert (voyage.withdrawal.terms.recipient, voyage.withdrawal.terms.destination) == (RECIPIENT, "Harbour")
    for stage in ("execute_l2", "seal", *ON_L1):
        await bench.operate(stage)
        await bench.look()
        assert bench.wrong(alone=False) == []
    await bench.arrive()
    await final(bench, followed)
    assert bench.voyage(followed).headline == "25.00 USDC arrived on Harbour."
    assert len(bench.world.status()["zklink"]["submissions"]) == 1, "nothing was sent for it"
    (move,) = bench.voyage(followed).withdrawal.moves.values()
    assert (move.payload, move.sends) == ("", 0)


async def test_what_happened_before_it_was_followed_is_proven_too(bench: Bench) -> None:
    reference = await made_elsewhere(bench.world)
    await bench.world.settle()
    await bench.world.step("finalize")
    await bench.look()
    followed = await follow(bench, reference)
    await final(bench, followed)
    assert {row.mark for row in bench.voyage(followed).rows} == {Mark.IRREVERSIBLE}


async def test_a_wallet_that_was_begun_long_after_it_finds_all_of_it(two: Bench) -> None:
    reference = await made_elsewhere(two.world, to_chain_id=LAGOON)
    await two.world.settle()
    for _ in range(3):
        await two.world.step("finalize")
    followed = await follow(two, reference)
    await final(two, followed)
    assert two.voyage(followed).track.ref.id == "zklink.followed-secondary"
    assert {row.mark for row in two.voyage(followed).rows} == {Mark.IRREVERSIBLE}


@pytest.mark.parametrize("lie", [FaultKind.FORGED_LOG, FaultKind.WITHHELD_LOGS, FaultKind.FORGED_PROOF, FaultKind.DROP])
async def test_one_endpoint_lies_about_the_past(bench: Bench, lie: FaultKind) -> None:
    reference = await made_elsewhere(bench.world)
    await bench.world.settle()
    await bench.world.step("finalize")
    await bench.look()
    bench.world.endpoints["a"].faults.replace([FaultRule(".*", lie, count=None)])
    followed = await follow(bench, reference)
    await final(bench, followed)


async def test_while_the_past_cannot_be_read_nobody_is_called_a_liar(bench: Bench) -> None:
    reference = await made_elsewhere(bench.world)
    await bench.world.settle()
    await bench.world.step("finalize")
    await bench.look()
    for endpoint in bench.world.endpoints.values():
        endpoint.faults.replace([FaultRule("eth_getLogs", FaultKind.DROP, count=None)])
    followed = await follow(bench, reference)
    await bench.look()
    assert bench.mark(followed, COMMITTED) is Mark.REPORTED
    bench.leap.forward(3600)
    await bench.look()
    assert not any(row.view.contradicted for row in bench.voyage(followed).rows), "nothing was read that could differ"
    for endpoint in bench.world.endpoints.values():
        endpoint.faults.replace([])
    for _ in range(4):  # what failed is tried again after a while
        bench.leap.forward(60)
        await bench.look()
    await final(bench, followed)


async def test_the_broker_paid_before_it_was_followed(bench: Bench) -> None:
    reference = await made_elsewhere(bench.world, withdraw_fee_ratio=50)
    await bench.world.settle()
    await bench.world.step("finalize")
    followed = await follow(bench, reference)
    await final(bench, followed)
    assert bench.mark(followed, ADVANCED) is Mark.IRREVERSIBLE
    assert bench.voyage(followed).headline == "24.875 USDC arrived on Harbour."


async def test_money_that_waits_is_claimed_as_for_own_ones(bench: Bench) -> None:
    bench.world.faults.switches[Switch.RELAYER_OFF] = True
    reference = await made_elsewhere(bench.world)
    await bench.operate("execute_l2", "seal", "commit", "prove", "sync", "execute")
    await bench.world.step("finalize")
    followed = await follow(bench, reference)
    await bench.until(lambda: bench.mark(followed, RELEASED) in (Mark.PROVEN, Mark.IRREVERSIBLE))
    await bench.until(lambda: bool(bench.wallet.unclaimed.found))
    (owed,) = bench.wallet.unclaimed.found
    assert owed.owner == RECIPIENT
    offer = await bench.wallet.unclaimed.open_claim(owed)
    quote = await bench.wallet.quote(offer, Draft({"payer": "0"}))
    assert quote.ready, quote.problems
    claim = await bench.wallet.confirm(await bench.wallet.review(quote))
    await bench.until(lambda: bench.voyage(claim).status is Status.UNDER_WAY)
    await bench.world.step("block")
    await bench.world.step("finalize")
    await final(bench, followed)
    assert bench.mark(followed, PAID) is Mark.IRREVERSIBLE


async def test_one_that_failed_ends_so_in_the_operators_word(bench: Bench) -> None:
    bench.world.faults.switches[Switch.EXECUTION_FAILURE] = True
    reference = await made_elsewhere(bench.world)
    await bench.operate("execute_l2")
    followed = await follow(bench, reference)
    await bench.look()
    assert bench.voyage(followed).status is Status.FAILED
    assert bench.voyage(followed).headline.startswith("Failed, in the operator’s word")
    assert bench.wrong(alone=False) == []


async def test_a_call_is_named_and_its_end_shown_by_its_own_log(bench: Bench) -> None:
    call = bytes.fromhex("11" * 40)
    reference = await made_elsewhere(bench.world, call_data=call)
    await bench.operate("execute_l2", "seal", "commit", "prove", "sync", "execute")
    followed = await follow(bench, reference)
    await bench.until(lambda: bench.mark(followed, RELEASED) is Mark.PROVEN)
    await bench.look()
    assert bench.mark(followed, PAID) is Mark.AWAITED
    assert bench.wallet.unclaimed.found == (), "no balance holds it"
    released = next(row for row in bench.voyage(followed).rows if row.stage.id == RELEASED)
    assert {"BlockExecuted", "pendingWithdrawWithCalls"} <= {piece.kind for piece in released.view.evidence}
    assert "call" in released.sentence
    for piece in released.view.evidence:
        if piece.proof:
            assert (await bench.wallet.check_proof(followed, piece)).holds, piece


async def test_the_payout_of_a_call_is_shown_by_its_own_log(bench: Bench) -> None:
    call, world = bytes.fromhex("11" * 40), bench.world
    reference = await made_elsewhere(world, call_data=call)
    followed = await follow(bench, reference)
    await bench.operate("execute_l2", "seal", "commit", "prove", "sync", "execute")
    usdc = bytes.fromhex(world.network.tokens[17].chains[1].address[2:])
    named = (bytes.fromhex(RECIPIENT[2:]), usdc, 25 * 10**6, call, 1044, 0, 0, False)
    Sender(world.chain, genesis.private_key(genesis.FAUCET_INDEX)).transact(
        world.main, "withdrawPendingBalanceWithCall", *named, gas=500_000
    )
    await world.step("block")
    await world.step("finalize")
    await final(bench, followed)
    assert bench.voyage(followed).headline == "25.00 USDC was paid out on Harbour, with its call or plainly."
    (piece,) = bench.voyage(followed).withdrawal.stage(PAID).evidence
    assert (await bench.wallet.check_proof(followed, piece)).holds


@pytest.mark.parametrize("lately", [True, False])
async def test_on_to_ethereum_through_the_gateway(two: Bench, lately: bool) -> None:
    usdt = {"l2_source_token": 18, "l1_target_token": 18}
    reference = await made_elsewhere(two.world, 0, to_chain_id=LAGOON, flag=1, **usdt)
    followed = "" if lately else await follow(two, reference)
    await two.world.settle()
    await two.world.step("finalize")
    followed = followed or await follow(two, reference)
    await final(two, followed)
    assert two.voyage(followed).headline == "25.00 USDT left Lagoon for Ethereum through the gateway."


@pytest.mark.parametrize(
    ("lie", "said"),
    [(Switch.WRONG_AMOUNT, "another withdrawal than"), (Switch.WRONG_RECIPIENT, "another withdrawal than")],
)
async def test_an_operator_that_tells_another_one_is_not_followed(bench: Bench, lie: Switch, said: str) -> None:
    reference = await made_elsewhere(bench.world)
    bench.world.faults.switches[lie] = True
    with pytest.raises(AshoreError, match=said):
        await follow(bench, reference)
    assert bench.claims() == []


async def test_a_hash_that_nobody_knows_is_said_to_be_one(bench: Bench) -> None:
    with pytest.raises(AshoreError, match="does not know this hash"):
        await follow(bench, "ab" * 32)


async def test_what_is_known_is_not_asked_for_again(bench: Bench) -> None:
    own = await bench.withdraw()
    request = bench.voyage(own).withdrawal.request
    assert request is not None
    bench.wire.cut = {"/zklink"}
    assert await follow(bench, request.locator) == own
    with pytest.raises(AshoreError, match="stays on the list"):
        bench.wallet.following.unfollow(own)
    with pytest.raises(AshoreError, match="cannot be asked"):
        await follow(bench, "ab" * 32)


async def test_off_the_list_and_on_it_again(bench: Bench) -> None:
    reference = await made_elsewhere(bench.world)
    followed = await follow(bench, reference)
    bench.wallet.following.unfollow(followed)
    assert bench.wallet.activity(ActivityQuery(), None, 9).rows == ()
    assert bench.wallet.open_count() == 0
    await bench.world.settle()
    await bench.world.step("finalize")
    await bench.look()
    await bench.restart()
    assert bench.wallet.activity(ActivityQuery(text=reference), None, 9).rows == ()
    bench.wire.cut = {"/zklink"}
    assert await follow(bench, reference) == followed
    bench.wire.cut = set()
    bench.leap.forward(60)
    await final(bench, followed)
    assert [row.id for row in bench.wallet.activity(ActivityQuery(text="followed"), None, 9).rows] == [followed]


async def test_it_makes_no_address_a_known_one_and_blocks_no_own_request(bench: Bench) -> None:
    reference = await made_elsewhere(bench.world, 0)
    await follow(bench, reference)
    await bench.operate("execute_l2")
    own = await bench.withdraw()
    await bench.arrive()
    await bench.until(lambda: bench.voyage(own).status is Status.FINAL)
    review = await bench.review()
    assert review.plan.terms.recipient == RECIPIENT
    offer = await bench.wallet.open(bench.wallet.profiles()[0].id, 0)
    fields = {"sub_account": "0", "chain": "1", "source_token": "17", "target_token": "17", "amount": "1"}
    quote = await bench.wallet.quote(offer, Draft({**fields, "recipient": RECIPIENT}))
    assert "Used 1 time before" in str(quote.problems["recipient"]), "not twice"


async def test_dust_of_another_wallet_stops_nothing(bench: Bench) -> None:
    reference = await made_elsewhere(bench.world, amount=25 * ETHER + 5 * 10**11)
    followed = await follow(bench, reference)
    own = await bench.withdraw()
    await bench.arrive()
    await final(bench, followed)
    assert bench.voyage(followed).headline == "25.00 USDC arrived on Harbour."
    await bench.until(lambda: bench.voyage(own).status is Status.FINAL)
