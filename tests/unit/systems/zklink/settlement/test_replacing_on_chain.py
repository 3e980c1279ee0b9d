"""A claim that waits is outbid or cancelled on the real chain: one number, one effect, whichever a block takes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.moves import Accepted, MoveKind, MoveState, Outcome, Refused, SignedMove
from ashore.domain.withdrawal import GAS_MOST, PRICED_OUT, Mark, Status
from ashore.engine.views import Voyage
from ashore.engine.voyages import voyage_of
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.fees import least_to_replace
from ashore.ethereum.proofs import check
from ashore.ethereum.sending import OUTBID
from ashore.ethereum.transactions import UnsignedTransaction, raw_transaction
from ashore.keys.transactions import read_transaction, signer_fields
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender
from ashore.store.journal import Journal
from ashore.systems.base import Draft, Payer, Plan
from ashore.systems.claiming.fates import TURNS
from ashore.systems.claiming.gas import gas_most
from ashore.systems.claiming.receipts import GAS_PRICE_PAID, GAS_USED, OUTCOME
from ashore.systems.claiming.replacing import ReplacementOffer, ReplacementQuote
from ashore.systems.claiming.track import CLAIMED, SENT
from ashore.systems.zklink.system.tracks import CLAIM, PAID
from unit.systems.zklink.settlement.test_claims_on_chain import Claimant, claimant
from unit.systems.zklink.settlement.test_pending_on_chain import OWNER, pending
from unit.systems.zklink.settlement.test_settlement_on_chain import ADDRESS, FAUCET, bench, deployed

__all__ = ["bench", "claimant", "deployed"]

GWEI = 10**9
PAYER = Payer(0, ADDRESS, "Account 1")


async def offered(claimant: Claimant, *, cancel: bool = False) -> ReplacementOffer:
    bench = claimant.bench
    offer = await pending(bench).open_replacement(bench.state("c"), PAYER, cancel=cancel)
    assert isinstance(offer, ReplacementOffer)
    return offer


async def planned(claimant: Claimant, *, cancel: bool = False, max_fee: str = "") -> Plan:
    system = claimant.bench.system
    quote = await system.quote(await offered(claimant, cancel=cancel), Draft({"max_fee": max_fee}))
    assert isinstance(quote, ReplacementQuote)
    return await system.prepare(quote.action, quote)


def signed(claimant: Claimant, plan: Plan, name: str) -> SignedMove:
    """Sign a further move as the engine does, and journal its intent."""
    bench = claimant.bench
    preimage = dict(plan.request.preimage)  # type: ignore[union-attr]
    reading = read_transaction(preimage)
    assert dict(reading.fields) == dict(plan.request.expect)  # type: ignore[union-attr]
    raw = Account.from_key(genesis.private_key(0)).sign_transaction(signer_fields(reading)).raw_transaction
    move = bench.system.assemble(plan, reading, {"transaction": "0x" + bytes(raw).hex()}, name)
    bench.ledger.record(
        [
            ev.MoveIntended("c", move.id, move.kind, move.profile, move.locator, move.payload, move.scope, move.nonce),
            *(ev.FactLearnt("c", key, value, "Ashore") for key, value in plan.facts),
            ev.MoveSending("c", move.id),
        ]
    )
    return move


async def told(claimant: Claimant, move: SignedMove) -> Outcome:
    """Send it, and journal what was said."""
    outcome = await claimant.bench.system.submit(move, True)
    if isinstance(outcome, Accepted):
        claimant.bench.ledger.record([ev.MoveAccepted("c", move.id)])
    elif isinstance(outcome, Refused):
        claimant.bench.ledger.record([ev.MoveRefused("c", move.id, outcome.code, outcome.sentence)])
    return outcome


async def sent(claimant: Claimant, name: str = "r", *, cancel: bool = False) -> SignedMove:
    move = signed(claimant, await planned(claimant, cancel=cancel), name)
    assert isinstance(await told(claimant, move), Accepted)
    return move


def transaction(move: SignedMove) -> UnsignedTransaction:
    return UnsignedTransaction.of_signed(raw_transaction(move.payload))


def told_of(claimant: Claimant) -> Voyage:
    return voyage_of(claimant.bench.state("c"), CLAIM, None, claimant.bench.now)


async def block(claimant: Claimant, looks: int = 1) -> None:
    await claimant.bench.world.step("block")
    await claimant.look(looks)


async def test_gas_that_rose_is_told_and_a_higher_price_pays_the_claim_once(claimant: Claimant) -> None:
    bench = claimant.bench
    name, first = await claimant.sent()
    bench.world.chain.set_least_base_fee(50 * GWEI)
    await block(claimant, TURNS + 1)
    waiting = bench.state(name)
    assert waiting.stage(CLAIMED).level is None
    assert waiting.facts[PRICED_OUT] == "50 gwei"
    assert waiting.may_be_replaced

    faster = await sent(claimant)
    old, new = transaction(first), transaction(faster)
    assert (new.nonce, new.to, new.data, new.value, new.gas) == (old.nonce, old.to, old.data, old.value, old.gas)
    assert new.max_fee >= least_to_replace(old.max_fee)
    assert new.tip >= least_to_replace(old.tip)
    assert gas_most(bench.state(name)) == new.most > old.most
    await block(claimant)
    state = bench.state(name)
    best = state.stage(CLAIMED).best
    assert best is not None
    assert (best.level, best.tx_hash) == (Level.PROVEN, faster.locator)
    assert bench.state("w0").stage(PAID).level is Level.PROVEN
    assert isinstance(await bench.system.locate(first), Refused), "it can never take effect"
    await bench.world.step("finalize")
    await claimant.look()
    assert bench.state(name).status is Status.FINAL
    (told_,) = bench.world.status()["zklink"]["withdrawals"]
    assert (told_["paid_l1"], len(told_["paid_by"])) == (told_["due_l1"], 1)
    assert await pending(bench).look("Harbour", [OWNER]) == ()


async def test_the_first_may_win_and_completes_the_same_voyage(claimant: Claimant) -> None:
    bench = claimant.bench
    name, first = await claimant.sent()
    faster = signed(claimant, await planned(claimant), "r")
    await bench.world.step("block")
    outcome = await bench.system.submit(faster, True)
    assert isinstance(outcome, Refused)
    located = await bench.system.locate(faster)
    assert isinstance(located, Refused)
    bench.ledger.record([ev.MoveRefused(name, "r", located.code, located.sentence)])
    await claimant.look(TURNS + 1)
    state = bench.state(name)
    best = state.stage(CLAIMED).best
    assert best is not None
    assert (best.level, best.tx_hash, state.status) == (Level.PROVEN, first.locator, Status.UNDER_WAY)


async def test_a_first_answer_that_was_lost_does_not_end_what_its_successor_pays(claimant: Claimant) -> None:
    """The first one's outcome was never known: that it is dead now says nothing about the claim."""
    bench = claimant.bench
    name, first = await claimant.signed()
    assert isinstance(await bench.system.submit(first, True), Accepted)
    bench.ledger.record([ev.MoveUnclear(name, first.id, "The answer was lost.")])
    assert bench.state(name).may_be_replaced
    faster = await sent(claimant)
    assert bench.state(name).overtaken(first.id)
    await bench.world.step("block")
    dead = await bench.system.locate(first)
    assert isinstance(dead, Refused)
    bench.ledger.record([ev.MoveRefused(name, first.id, dead.code, dead.sentence)])
    assert bench.state(name).status is Status.UNDER_WAY
    await claimant.look()
    best = bench.state(name).stage(CLAIMED).best
    assert best is not None
    assert best.tx_hash == faster.locator
    assert (bench.state(name).stage(SENT).level or 0) >= Level.PROVEN


async def test_a_cancellation_leaves_the_money_where_it_is(claimant: Claimant) -> None:
    bench = claimant.bench
    name, first = await claimant.sent()
    off = await sent(claimant, cancel=True)
    tx = transaction(off)
    assert (tx.nonce, "0x" + tx.to.hex(), tx.data, tx.value) == (first.nonce, ADDRESS, b"", 0)
    assert off.kind is MoveKind.CANCEL
    await block(claimant, TURNS + 1)
    state = bench.state(name)
    assert state.status is Status.UNDER_WAY, "that block may still be replaced"
    assert not state.may_be_replaced
    receipt = state.cancelled_by
    assert receipt is not None
    assert (receipt.level, receipt.tx_hash) == (Level.PROVEN, off.locator)
    assert receipt.facts[GAS_USED] == "21,000 units"
    assert told_of(claimant).headline == "A block took the cancellation; waiting until it is irreversible."
    assert "being claimed already" in str((await claimant.quoted()).problems["claim"])
    await bench.world.step("finalize")
    await claimant.look()
    state = bench.state(name)
    assert (state.status, state.is_open) == (Status.CANCELLED, False)
    assert not any(view.failed for view in state.stages.values())
    assert told_of(claimant).headline == "Cancelled, as you wished."
    assert told_of(claimant).rows[-1].mark is Mark.NOT_REACHED
    (row,) = Journal(bench.database).page("cancelled claim", "stopped", None, 5)
    assert row.id == name
    (owed,) = await pending(bench).look("Harbour", [OWNER])
    assert owed.amount == 25_000_000
    assert (await claimant.quoted()).ready, "it can be claimed again"
    piece = state.receipt
    assert piece is not None
    facts = check(bench.keep.proof(piece.proof) or "")
    assert "carried out" in bench.system.read_again(piece, facts)
    with pytest.raises(InvalidProof):
        bench.system.read_again(replace(piece, facts={**piece.facts, OUTCOME: "no effect"}), facts)


async def test_a_cancellation_whose_block_is_replaced_gives_way_to_the_claim(claimant: Claimant) -> None:
    bench = claimant.bench
    name, first = await claimant.sent()
    off = await sent(claimant, cancel=True)
    await block(claimant, TURNS + 1)
    assert bench.state(name).cancelled_by is not None
    bench.world.chain.reorg(1, {bytes.fromhex(off.locator[2:])})
    await bench.world.step("block")
    await claimant.look()
    state = bench.state(name)
    assert (state.cancelled_by, state.status) == (None, Status.UNDER_WAY)
    bench.world.chain._pool.discard(bytes.fromhex(off.locator[2:]))  # sent again by itself meanwhile
    bench.world.chain.send_raw(raw_transaction(first.payload))
    await block(claimant, TURNS + 1)
    state = bench.state(name)
    assert (state.stage(CLAIMED).level, state.cancelled_by) == (Level.PROVEN, None)
    assert state.receipt is not None
    assert state.receipt.tx_hash == first.locator


async def test_a_replacement_that_was_paid_tells_what_its_own_gas_has_cost(claimant: Claimant) -> None:
    bench = claimant.bench
    name, first = await claimant.sent()
    bench.world.chain.set_least_base_fee(50 * GWEI)
    await block(claimant)
    faster = await sent(claimant)
    await block(claimant, 2)
    receipt = bench.state(name).receipt
    assert receipt is not None
    assert receipt.tx_hash == faster.locator != first.locator
    assert receipt.facts[GAS_PRICE_PAID].removesuffix(" gwei a unit") >= "50"


async def test_a_cancellation_that_comes_too_late_is_no_failure(claimant: Claimant) -> None:
    bench = claimant.bench
    name, _first = await claimant.sent()
    off = signed(claimant, await planned(claimant, cancel=True), "r")
    await bench.world.step("block")
    assert isinstance(await told(claimant, off), Refused)
    await claimant.look(TURNS + 1)
    assert bench.state(name).stage(CLAIMED).level is Level.PROVEN
    assert bench.state(name).status is Status.UNDER_WAY


async def test_a_price_that_no_pool_takes_is_told_before_anything_is_signed(claimant: Claimant) -> None:
    await claimant.sent()
    offer = await offered(claimant)
    low = (offer.outbid.max_fee * 105 // 100) / GWEI
    quote = await claimant.bench.system.quote(offer, Draft({"max_fee": f"{low:.9f}"}))
    assert "endpoints let another take its place from" in quote.problems["max_fee"].sentence
    assert not quote.ready
    least = quote.problems["max_fee"].advice.split()[1]
    assert (await claimant.bench.system.quote(offer, Draft({"max_fee": least}))).ready, "what it advises is enough"
    with pytest.raises(AshoreError):
        await claimant.bench.system.prepare(quote.action, quote)


async def test_a_pool_that_refuses_the_price_is_told_as_that(claimant: Claimant) -> None:
    bench = claimant.bench
    name, first = await claimant.sent()
    once = await planned(claimant)
    await sent(claimant, "r1")
    again = signed(claimant, once, "r2")  # what was planned against the first is no more than the second offers
    assert isinstance(await bench.system.submit(again, True), Accepted), "the very same transaction"
    tx = transaction(first)
    cheap = UnsignedTransaction(tx.chain_id, tx.nonce, tx.tip, tx.max_fee, tx.gas, tx.to, tx.value, tx.data[:-1])
    reading = read_transaction({"unsigned": "0x" + cheap.encoded().hex()})
    raw = Account.from_key(genesis.private_key(0)).sign_transaction(signer_fields(reading)).raw_transaction
    move = SignedMove("x", MoveKind.REPLACE, first.profile, "0x", "0x" + bytes(raw).hex(), first.scope, first.nonce)
    outcome = await bench.system.submit(move, True)
    assert isinstance(outcome, Refused)
    assert outcome.code == OUTBID
    assert bench.state(name).is_open


async def test_once_a_block_has_taken_it_nothing_is_offered(claimant: Claimant) -> None:
    bench = claimant.bench
    name, _first = await claimant.sent()
    await bench.world.step("block")
    with pytest.raises(AshoreError, match="has taken a transaction with this number"):
        await offered(claimant)
    await claimant.look()
    assert not bench.state(name).may_be_replaced
    with pytest.raises(AshoreError, match="does not wait any more"):
        await offered(claimant)


async def test_a_claim_that_would_have_no_effect_any_more_is_not_sped_up(claimant: Claimant) -> None:
    bench = claimant.bench
    bench.world.chain.set_least_base_fee(5 * GWEI)
    await bench.world.step("block")
    owed = await claimant.owed()
    await claimant.sent()
    bench.world.chain.set_least_base_fee(200 * GWEI)
    await bench.world.step("block")
    faucet = Sender(bench.world.chain, genesis.private_key(FAUCET))
    faucet.send(bytes.fromhex(owed.contract[2:]), bytes.fromhex(owed.calldata[2:]), gas=200_000)
    await bench.world.step("block")
    quote = await bench.system.quote(await offered(claimant), Draft())
    assert "would not carry the claim out" in quote.problems["claim"].sentence
    assert "Cancelling costs less" in quote.problems["claim"].advice
    assert (await bench.system.quote(await offered(claimant, cancel=True), Draft())).ready


async def test_a_reorganisation_may_give_the_number_to_the_other_one(claimant: Claimant) -> None:
    bench = claimant.bench
    name, first = await claimant.sent()
    faster = await sent(claimant)
    await block(claimant)
    assert bench.state(name).stage(CLAIMED).level is Level.PROVEN
    bench.world.chain.reorg(1, {bytes.fromhex(faster.locator[2:])})
    await claimant.look()
    assert bench.state(name).stage(CLAIMED).level is None
    bench.world.chain._pool.discard(bytes.fromhex(faster.locator[2:]))  # sent again by itself meanwhile
    bench.world.chain.send_raw(raw_transaction(first.payload))
    await block(claimant)
    state = bench.state(name)
    best = state.stage(CLAIMED).best
    assert best is not None
    assert (best.level, best.tx_hash) == (Level.PROVEN, first.locator)
    assert (bench.state("w0").stage(PAID).best or best).tx_hash == first.locator


async def test_the_review_tells_the_old_price_beside_the_new_one(claimant: Claimant) -> None:
    bench = claimant.bench
    await claimant.sent()
    plan = await planned(claimant, max_fee="30")
    lines = {line.label: line for line in bench.system.review(plan, read_transaction(dict(plan.request.preimage)))}  # type: ignore[union-attr]
    assert lines["Amount"].value == "25.00 USDC"
    assert lines["Price of gas, at most"].value == "30 gwei"
    assert lines["Price of gas, at most"].note.startswith("until now ")
    assert "until now" in lines["Gas, at most"].note
    assert "a block takes only one" in lines["Number of the transaction"].note
    assert (plan.confirm, plan.withdrawal) == ("Speed up the claim of 25.00 USDC", "c")
    off = await planned(claimant, cancel=True)
    lines = {line.label: line for line in bench.system.review(off, read_transaction(dict(off.request.preimage)))}  # type: ignore[union-attr]
    assert lines["Does"].value == "nothing"
    assert lines["Sent to"].value.lower() == ADDRESS
    assert "may lose the race" in off.last_word
    assert dict(off.facts)[GAS_MOST], "whichever is taken"


async def test_a_payer_without_enough_is_told(claimant: Claimant) -> None:
    await claimant.sent()
    offer = await offered(claimant)
    rich = offer.balance // offer.gas // GWEI + 1
    quote = await claimant.bench.system.quote(offer, Draft({"max_fee": str(min(rich, 9_999))}))
    assert quote.ready == (rich > 9_999)


def test_every_pool_takes_an_eighth_more() -> None:
    for price in (0, 1, 7, 8, 10**9, 123_456_789_012):
        least = least_to_replace(price)
        assert least > price
        assert least * 8 >= price * 9


async def test_moves_that_were_refused_leave_the_first_as_it_was(claimant: Claimant) -> None:
    bench = claimant.bench
    name, _first = await claimant.sent()
    move = signed(claimant, await planned(claimant), "r")
    bench.ledger.record([ev.MoveRefused(name, move.id, OUTBID, "No.")])
    state = bench.state(name)
    assert (state.status, state.may_be_replaced) == (Status.UNDER_WAY, True)
    assert state.moves["r"].state is MoveState.REFUSED
    await block(claimant)
    assert bench.state(name).stage(CLAIMED).level is Level.PROVEN
