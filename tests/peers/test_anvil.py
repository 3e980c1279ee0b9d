"""anvil 1.7.1: the voyage and the claim on an Ethereum node that nobody here wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ashore.domain.evidence import Level
from ashore.domain.moves import Accepted, Refused, Unknown
from ashore.domain.withdrawal import Status
from ashore.ethereum.headers import Header
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender
from ashore.systems.claiming.fates import TURNS
from ashore.systems.claiming.track import CLAIMED, SENT
from ashore.systems.zklink.settlement.roots import KIND as STORED_ROOT
from ashore.systems.zklink.system.tracks import COMMITTED, PAID, PROVED, RELEASED, VERIFIED
from peers import places
from peers.anvil_node import Anvil
from peers.anvil_world import NAME, AnvilBench, AnvilWorld
from unit.sandbox.zklink.conftest import RECIPIENT
from unit.systems.zklink.settlement.test_claims_on_chain import Claimant
from unit.systems.zklink.settlement.test_pending_on_chain import OWNER, pending, released
from unit.systems.zklink.settlement.test_settlement_on_chain import FAUCET

_STAGES = (("commit", COMMITTED), ("prove", PROVED), ("sync", VERIFIED), ("execute", RELEASED), ("payout", PAID))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[AnvilBench]:
    places.need_anvil()
    with Anvil(tmp_path) as anvil:
        made = AnvilBench(AnvilWorld(anvil), tmp_path / "journal.sqlite3")
        await made.open()
        await made.look()
        yield made
        made.database.close()
        made.world.close()
        await made.http.aclose()


@pytest.fixture
async def claimant(bench: AnvilBench) -> Claimant:
    await released(bench)
    await bench.look()
    return Claimant(bench)


def told(bench: AnvilBench, name: str) -> dict[str, object]:
    """The ground truth about a withdrawal."""
    request = bench.state(name).request
    assert request is not None
    (one,) = bench.world.truth.withdrawals([request.locator])
    return one


async def test_every_stage_is_proven(bench: AnvilBench) -> None:
    name = await bench.begun()
    await bench.until("execute_l2", "seal")
    for stage, reached in _STAGES:
        assert bench.levels(name)[reached] is None
        await bench.until(stage)
        assert bench.levels(name)[reached] is Level.PROVEN
    assert bench.proven(name)
    truth = told(bench, name)
    shown = {
        stage: {piece.tx_hash for piece in bench.state(name).stage(reached).evidence if piece.tx_hash}
        for stage, reached in _STAGES
    }
    assert shown.pop("payout") == set(truth["paid_by"])  # type: ignore[call-overload] # a list of hashes
    assert {stage: {tx_hash} for stage, tx_hash in truth["stages"].items()} == shown  # type: ignore[attr-defined]
    assert truth["paid_l1"] == "25000000"
    (root,) = [each for each in bench.state(name).stage(VERIFIED).evidence if each.kind == STORED_ROOT]
    assert root.level >= Level.PROVEN, "by a storage proof of anvil's"
    await bench.world.step("finalize")
    await bench.look()
    assert bench.state(name).status is Status.FINAL
    assert bench.ledger.open == []


async def test_what_zklink_takes_back_goes_back_and_comes_again(bench: AnvilBench) -> None:
    name = await bench.begun()
    await bench.until("execute_l2", "seal", "commit", "prove")
    bench.world.operator.revert()
    bench.mine()
    await bench.look()
    assert set(bench.levels(name).values()) <= {None, Level.REPORTED}
    await bench.world.settle()
    await bench.look()
    await bench.look()
    assert bench.proven(name)


async def test_a_reorganised_payout_is_awaited_again(bench: AnvilBench) -> None:
    name = await bench.begun()
    await bench.world.settle()
    await bench.look()
    await bench.look()
    (paid,) = bench.state(name).stage(PAID).evidence
    depth = bench.world.chain.head.number - int(paid.block_number or 0) + 1
    bench.world.chain.reorg(depth)
    bench.mine()
    await bench.look()
    assert bench.levels(name)[PAID] is None
    assert bench.state(name).stage(COMMITTED).checked()
    await bench.world.settle()
    await bench.world.step("finalize")
    await bench.look()
    await bench.look()
    assert bench.state(name).status is Status.FINAL
    assert bench.state(name).stage(PAID).evidence[0].block_hash != paid.block_hash


async def test_one_endpoint_of_three_may_be_gone_but_not_two(bench: AnvilBench) -> None:
    name = await bench.begun()
    await bench.until("execute_l2", "seal")
    bench.asked.dead = {"b"}
    await bench.until("commit")
    assert bench.levels(name)[COMMITTED] is Level.PROVEN
    bench.asked.dead = {"a", "b"}
    await bench.until("prove")
    assert bench.levels(name)[PROVED] in (None, Level.REPORTED, Level.SEEN)


async def test_a_claim_is_paid_and_proven(claimant: Claimant) -> None:
    bench = claimant.bench
    (owed,) = await pending(bench).look(NAME, [OWNER, "0x" + "ab" * 20])
    assert (owed.amount, owed.evidence.level, owed.evidence.agreeing) == (25_000_000, Level.PROVEN, 3)
    name, move = await claimant.sent()
    waits = Unknown(f"The transaction waits to be taken into a block of {NAME}.", resend_harmless=True)
    assert await bench.system.locate(move) == waits
    assert isinstance(await bench.system.submit(move, False), Accepted), "three times the same is one"
    await bench.world.step("block")
    await claimant.look()
    state = bench.state(name)
    assert (state.stage(SENT).level, state.stage(CLAIMED).level) == (Level.PROVEN, Level.PROVEN)
    assert bench.state("w0").stage(PAID).level is Level.PROVEN
    assert isinstance(await bench.system.locate(move), Accepted)
    assert told(bench, "w0")["paid_by"] == [move.locator]
    await bench.world.step("finalize")
    await claimant.look()
    assert bench.state(name).status is Status.FINAL
    assert await pending(bench).look(NAME, [OWNER]) == ()


async def test_a_claim_costs_what_the_review_says_at_most(claimant: Claimant) -> None:
    bench = claimant.bench
    quote = await claimant.quoted()
    fees, gas = quote.offer.fees, quote.offer.gas  # type: ignore[attr-defined] # a claim's offer
    header = Header.from_rpc(bench.anvil("eth_getBlockByNumber", "latest", False))
    assert fees.base == header.base_fee
    assert fees.tip == int(bench.anvil("eth_maxPriorityFeePerGas"), 16)
    assert quote.ready, quote.problems
    payer = genesis.address(0)
    before = bench.world.chain.balance(payer)
    _name, move = await claimant.sent()
    await bench.world.step("block")
    paid = before - bench.world.chain.balance(payer)
    receipt = bench.anvil("eth_getTransactionReceipt", move.locator)
    assert receipt["status"] == "0x1"
    assert int(receipt["gasUsed"], 16) <= gas
    assert 0 < paid <= gas * fees.max_fee


async def test_a_claim_of_what_is_gone_is_refused_before_it_costs_anything(claimant: Claimant) -> None:
    """eth_estimateGas of anvil names the revert as geth does."""
    bench = claimant.bench
    owed = await claimant.owed()
    anybody = Sender(bench.world.chain, genesis.private_key(FAUCET))
    anybody.send(bytes.fromhex(owed.contract[2:]), bytes.fromhex(owed.calldata[2:]), gas=200_000)
    await bench.world.step("block")
    late = await claimant.quoted(owed=owed)
    assert not late.ready
    assert "somebody has had it paid out" in late.problems["claim"].sentence


async def test_who_comes_second_loses_only_the_gas_and_is_told(claimant: Claimant) -> None:
    bench = claimant.bench
    owed = await claimant.owed()
    name, _move = await claimant.sent()
    bench.world.chain.outbid(
        genesis.private_key(FAUCET), bytes.fromhex(owed.contract[2:]), bytes.fromhex(owed.calldata[2:])
    )
    await bench.world.step("block")
    await claimant.look(TURNS + 1)
    state = bench.state(name)
    assert state.status is Status.FAILED
    assert "Only the gas was spent." in state.stage(CLAIMED).failed
    assert bench.state("w0").stage(PAID).level is Level.PROVEN


async def test_another_transaction_with_the_same_number_makes_it_dead(claimant: Claimant) -> None:
    bench = claimant.bench
    _name, move = await claimant.signed()
    Sender(bench.world.chain, genesis.private_key(0)).send(RECIPIENT, value=1, gas=21_000)
    await bench.world.step("block")
    outcome = await bench.system.locate(move)
    assert isinstance(outcome, Refused)
    assert outcome.code == "nonce-used"


async def test_a_block_that_is_taken_back_takes_the_claim_back(claimant: Claimant) -> None:
    bench = claimant.bench
    name, move = await claimant.sent()
    await bench.world.step("block")
    await claimant.look()
    assert bench.state(name).stage(CLAIMED).level is Level.PROVEN
    bench.world.chain.reorg(1)
    await bench.world.step("block")
    assert bench.anvil("eth_getTransactionByHash", move.locator) is None, "anvil forgot it"
    await claimant.look()
    assert bench.state(name).stage(CLAIMED).level is None
    await claimant.look(31)  # the same bytes go again by themselves
    await bench.world.step("block")
    await claimant.look()
    assert bench.state(name).stage(CLAIMED).level is Level.PROVEN
