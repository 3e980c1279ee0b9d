"""Fast withdrawals on a real chain: a broker pays, none does, or one pays otherwise than was signed."""

from dataclasses import replace
from typing import Any

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.stage_marks import stage_mark
from ashore.domain.withdrawal import LAST_STAGE, RECEIVED, WAY, Mark, StageView, Status
from ashore.engine.ledger import current_stage
from ashore.engine.rechecking import check_again
from ashore.engine.views import ProofCheck, Voyage
from ashore.engine.voyages import voyage_of
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender
from ashore.sandbox.zklink.faults import Switch
from ashore.systems.zklink.settlement.acceptances import ACCEPT
from ashore.systems.zklink.settlement.acceptors import ACCEPTS, Acceptors
from ashore.systems.zklink.system.tracks import (
    ADVANCED,
    BY_BROKER,
    COMMITTED,
    IN_FULL,
    PAID,
    PROVED,
    RELEASED,
    VERIFIED,
)
from unit.sandbox.zklink.conftest import RECIPIENT
from unit.systems.zklink.settlement.test_settlement_on_chain import FAUCET, Bench, bench, deployed

__all__ = ["bench", "deployed"]

BROKER = "0x" + genesis.address(genesis.BROKER_INDEX).hex()
TO = "0x" + RECIPIENT.hex()
ETH = "33"


def switch(bench: Bench, name: Switch, value: Any = True) -> None:
    bench.world.faults.switches[name] = value


def marks(bench: Bench, name: str) -> dict[str, Mark]:
    state = bench.state(name)
    track = bench.ledger.track_of(state)
    return {stage.id: stage_mark(state, stage.id, track) for stage in track.stages}


def voyage(bench: Bench, name: str) -> Voyage:
    state = bench.state(name)
    return voyage_of(state, bench.ledger.track_of(state), None, bench.now)


def truth(bench: Bench, name: str) -> dict[str, Any]:
    request = bench.state(name).request
    assert request is not None
    (found,) = bench.world.truth.withdrawals([request.locator])
    return found


def balance(bench: Bench) -> int:
    """What the recipient has of USDC on the primary chain."""
    branch = bench.world.branches[1]
    return branch.balance_of(RECIPIENT, bench.world.network.tokens[17].chains[1])


async def settled(bench: Bench) -> None:
    """Everything that the operator can still do, each block looked at, and all of it final."""
    while (answer := await bench.world.step("stage"))["moved"] is not None or answer["waits_for"] == "block":
        if answer["moved"] is None:
            await bench.world.step("block")
            await bench.look()
    await bench.world.step("finalize")
    await bench.look()


async def test_a_broker_pays_before_the_batch_and_that_is_the_end(bench: Bench) -> None:
    name = await bench.begun(speed="fast")
    assert [s.id for s in bench.ledger.track_of(bench.state(name)).stages][2] == ADVANCED
    await bench.until("execute_l2", "seal", "accept")
    state = bench.state(name)
    paid, stored = state.stage(ADVANCED).evidence
    assert (paid.level, paid.kind) == (Level.PROVEN, ACCEPT)
    assert (stored.level, stored.kind, stored.facts["acceptor"]) == (Level.PROVEN, ACCEPTS, BROKER)
    assert paid.tx_hash == truth(bench, name)["accept_tx"]
    assert paid.facts["broker"] == BROKER == truth(bench, name)["accepted_by"]
    assert paid.facts["paid"] == f"24.975 USDC to {TO}"
    assert paid.facts["signed for"] == "24.975 USDC; the broker keeps 0.10 %"
    assert paid.facts["withdraw hash"] == truth(bench, name)["withdraw_hash"]
    assert balance(bench) == 24_975_000
    assert (state.facts[WAY], state.facts[LAST_STAGE], state.facts[RECEIVED]) == (BY_BROKER, ADVANCED, "24.975 USDC")
    assert state.status is Status.UNDER_WAY
    told = voyage(bench, name)
    assert told.headline == "Paid out on Harbour; waiting until it is irreversible."
    rows = {row.stage.id: row for row in told.rows}
    assert rows[ADVANCED].sentence.endswith("Irreversible once this block is finalized.")
    assert {marks(bench, name)[s] for s in (COMMITTED, PROVED, VERIFIED, RELEASED, PAID)} == {Mark.NOT_APPLICABLE}
    assert rows[PAID].sentence.startswith("Not awaited: the recipient has been paid")
    assert rows[RELEASED].sentence.startswith("Not for the recipient any more")
    await bench.reopen()
    await bench.world.step("finalize")
    await bench.look()
    state = bench.state(name)
    assert state.status is Status.FINAL
    assert list(bench.ledger.watched) == [], "nothing more is looked for"
    told = voyage(bench, name)
    assert told.headline == "24.975 USDC arrived on Harbour."
    assert told.advice == "A broker paid it in advance and kept its share of the 25.00 USDC, as you signed."
    assert current_stage(state, bench.ledger.track_of(state)).id == ADVANCED
    await read_again(bench, name)


async def read_again(bench: Bench, name: str) -> None:
    """Both proofs hold by themselves, and neither holds for anything else."""
    log, stored = bench.state(name).stage(ADVANCED).evidence

    async def again(piece: Evidence) -> ProofCheck:
        return await check_again(bench.keep, piece, bench.system.read_again, lambda: 1)

    assert "says Accept(1042/0/0, 25000000, 10)" in (await again(log)).sentence
    told = await again(stored)
    assert told.holds
    assert f"stores {BROKER} as the one who was paid for this withdrawal" in told.sentence
    for wrong in (
        replace(log, facts={**log.facts, "event": "Accept(1042/0/0, 25000000, 11)"}),
        replace(stored, facts={**stored.facts, "acceptor": TO}),
        replace(stored, facts={**stored.facts, "slot": "accepts[0x" + "00" * 32 + "]"}),
        replace(stored, facts={**stored.facts, "slot": "accepts[x]"}),
    ):
        assert (await again(wrong)).holds is False, wrong


async def test_the_batch_goes_on_and_its_payout_is_nobodys_but_the_brokers(bench: Bench) -> None:
    name = await bench.begun(speed="fast")
    await bench.until("execute_l2", "seal", "accept", "commit", "prove", "sync", "execute")
    state = bench.state(name)
    assert {s: (state.stage(s).level or 0) >= Level.PROVEN for s in (COMMITTED, PROVED, VERIFIED)} == {
        COMMITTED: True, PROVED: True, VERIFIED: True
    }  # fmt: skip
    assert state.stage(RELEASED).level is None, "the contract sets nothing aside for the recipient"
    await settled(bench)
    assert bench.state(name).stage(PAID).level is None
    assert balance(bench) == 24_975_000


async def test_two_of_one_amount_one_fast_one_not_are_never_taken_for_each_other(bench: Bench) -> None:
    quick = await bench.begun(speed="fast")
    await bench.until("execute_l2")
    slow = await bench.begun()
    await bench.until("execute_l2", "seal", "accept")
    assert bench.state(slow).stage(PAID).level is None
    await settled(bench)
    assert (bench.state(quick).status, bench.state(slow).status) == (Status.FINAL, Status.FINAL)
    assert bench.state(quick).stage(PAID).level is None
    (paid,) = bench.state(slow).stage(PAID).evidence
    assert [paid.tx_hash] == truth(bench, slow)["paid_by"]
    assert balance(bench) == 24_975_000 + 25_000_000


async def test_what_is_set_aside_for_another_of_the_same_amount_is_not_taken_for_this_one(bench: Bench) -> None:
    quick = await bench.begun(speed="fast")
    await bench.until("execute_l2")
    slow = await bench.begun()
    switch(bench, Switch.BROKER_AWAY)
    await bench.until("execute_l2", "seal", "commit", "prove", "sync")
    bench.world.faults.switches.pop(Switch.BROKER_AWAY)
    await bench.until("accept", "execute")
    assert (bench.state(quick).status, bench.state(quick).stage(RELEASED).level) == (Status.UNDER_WAY, None)
    assert bench.state(slow).stage(RELEASED).level is Level.PROVEN
    await bench.until("payout")
    assert bench.state(quick).stage(PAID).level is None
    assert bench.state(slow).stage(PAID).level is Level.PROVEN


async def test_without_a_broker_it_is_paid_in_full_the_normal_way(bench: Bench) -> None:
    name = await bench.begun(speed="fast")
    switch(bench, Switch.BROKER_AWAY)
    await bench.until("execute_l2", "seal", "commit", "prove", "sync")
    assert marks(bench, name)[ADVANCED] is Mark.AWAITED, "a broker may still come"
    await bench.until("execute")
    assert marks(bench, name)[ADVANCED] is Mark.NOT_APPLICABLE
    assert bench.state(name).facts[WAY] == IN_FULL
    stored = next(e for e in bench.state(name).stage(RELEASED).evidence if e.kind == ACCEPTS)
    assert stored.facts["acceptor"] == TO, "executed without a broker"
    assert "the broker’s share is yours" in {r.stage.id: r for r in voyage(bench, name).rows}[ADVANCED].sentence
    await settled(bench)
    state = bench.state(name)
    assert (state.status, state.facts[LAST_STAGE], state.facts.get(RECEIVED, "")) == (Status.FINAL, PAID, "")
    assert voyage(bench, name).headline == "25.00 USDC arrived on Harbour."
    assert balance(bench) == 25_000_000


async def test_what_the_contract_stores_contradicts_what_a_log_would_say(bench: Bench) -> None:
    name = await bench.begun(speed="fast")
    await bench.until("execute_l2", "seal", "accept")
    state = bench.state(name)
    (log,) = [e for e in state.stage(ADVANCED).evidence if e.kind == ACCEPT]
    other = replace(log, facts={**log.facts, "broker": TO})
    lied_to = replace(state, stages={**state.stages, ADVANCED: StageView(ADVANCED, (other,))})
    acceptors = Acceptors(bench.deployment, bench.system._quorums, bench.keep, lambda: bench.now)
    (found,) = await acceptors.prove("Harbour", [lied_to])
    assert isinstance(found, ev.StageContradicted)
    assert found.said == f"A log on Harbour says that {TO} was paid,"
    assert await acceptors.prove("Harbour", [state]) == [], "it has that proof"
    ahead = replace(log, block_number=log.block_number + 99)
    early = replace(state, stages={**state.stages, ADVANCED: StageView(ADVANCED, (ahead,))})
    assert await acceptors.prove("Harbour", [early]) == [], "such a state is older than the log"


async def test_a_late_broker_still_counts(bench: Bench) -> None:
    name = await bench.begun(speed="fast")
    switch(bench, Switch.BROKER_AWAY)
    await bench.until("execute_l2", "seal", "commit", "prove")
    bench.world.faults.switches.pop(Switch.BROKER_AWAY)
    await bench.until("accept")
    assert (bench.state(name).stage(ADVANCED).level or 0) >= Level.PROVEN
    assert marks(bench, name)[VERIFIED] is Mark.NOT_APPLICABLE
    await bench.world.step("finalize")
    await bench.look()
    assert bench.state(name).status is Status.FINAL


async def test_less_than_signed_is_said_and_counts_for_nothing(bench: Bench) -> None:
    name = await bench.begun(speed="fast", amount="100")
    switch(bench, Switch.BROKER_PAYS_LESS)
    await bench.until("execute_l2", "seal", "accept")
    view = bench.state(name).stage(ADVANCED)
    assert view.level is None
    assert view.contradicted == (
        "Somebody paid 98.90 USDC under this withdrawal’s number; you signed for 99.90 USDC. That does not count: "
        "what came is yours, and zkLink still pays the whole amount the normal way."
    )
    assert voyage(bench, name).headline == "What was agreed and what the chain shows differ."
    await bench.world.step("finalize")
    await bench.look()
    assert bench.state(name).status is Status.UNDER_WAY, "never called done by it"
    await settled(bench)
    state = bench.state(name)
    assert (state.status, state.facts[WAY]) == (Status.FINAL, IN_FULL)
    assert voyage(bench, name).headline == "100.00 USDC arrived on Harbour."
    assert balance(bench) == 98_900_000 + 100_000_000


async def test_what_a_reorganisation_takes_is_no_longer_paid(bench: Bench) -> None:
    name = await bench.begun(speed="fast")
    await bench.until("execute_l2", "seal", "accept")
    paid = bench.state(name).stage(ADVANCED).evidence[0]
    bench.world.chain.reorg(1, {bytes.fromhex(paid.tx_hash[2:])})
    await bench.look()
    state = bench.state(name)
    assert (state.stage(ADVANCED).level, marks(bench, name)[ADVANCED]) == (None, Mark.TAKEN_BACK)
    assert (state.facts[WAY], state.facts[LAST_STAGE], state.facts[RECEIVED]) == ("", PAID, "")
    assert marks(bench, name)[PAID] is Mark.AWAITED
    await settled(bench)
    state = bench.state(name)
    assert (state.status, state.facts[LAST_STAGE]) == (Status.FINAL, ADVANCED)
    assert balance(bench) == 24_975_000


async def test_ether_paid_in_advance(bench: Bench) -> None:
    name = await bench.begun(amount="0.2", source_token=ETH, speed="fast")
    await bench.until("execute_l2", "seal", "accept")
    paid = bench.state(name).stage(ADVANCED).evidence[0]
    assert paid.facts["paid"] == f"0.1998 ETH to {TO}"
    assert bench.world.chain.balance(RECIPIENT) == 1998 * 10**14


async def test_a_normal_one_that_somebody_pays_in_full_is_paid(bench: Bench) -> None:
    """Anybody may accept a withdrawal for no share at all; then what the contract owes is theirs."""
    name = await bench.begun()
    main, chain = bench.world.main, bench.world.chain
    token = bytes.fromhex(bench.world.network.tokens[17].chains[1].address[2:])
    giver = Sender(chain, genesis.private_key(genesis.BROKER_INDEX))
    giver.transact(main, "acceptERC20", RECIPIENT, token, 25_000_000, 0, 1042, 0, 0, gas=300_000)
    await bench.world.step("block")
    await bench.look()
    (paid,) = bench.state(name).stage(PAID).evidence
    assert (paid.kind, paid.level) == ("Accept", Level.PROVEN)
    await settled(bench)
    assert bench.state(name).status is Status.FINAL
    assert balance(bench) == 25_000_000
    assert voyage(bench, name).headline == "25.00 USDC arrived on Harbour."


@pytest.mark.parametrize("change", ["number", "receiver", "token"])
async def test_what_others_accept_concerns_nobody_here(bench: Bench, change: str) -> None:
    """Everybody can call the contract with somebody's account and nonce, and pay a unit to whom they like."""
    name = await bench.begun(speed="fast")
    switch(bench, Switch.BROKER_AWAY)
    main, chain = bench.world.main, bench.world.chain
    tokens = {one: bytes.fromhex(bench.world.network.tokens[one].chains[1].address[2:]) for one in (17, 18)}
    giver = Sender(chain, genesis.private_key(genesis.BROKER_INDEX))
    receiver = genesis.address(FAUCET) if change == "receiver" else RECIPIENT
    token = tokens[18] if change == "token" else tokens[17]
    nonce = 7 if change == "number" else 0
    giver.transact(main, "acceptERC20", receiver, token, 25_000_000, 10, 1042, 0, nonce, gas=300_000)
    await bench.world.step("block")
    await bench.look()
    view = bench.state(name).stage(ADVANCED)
    assert (view.level, view.contradicted) == (None, "")
