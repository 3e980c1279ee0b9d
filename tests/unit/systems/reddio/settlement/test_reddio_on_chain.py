"""Reddio's way on a real chain with the API dead: proven by logs, storage and registries, claimed, final."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from eth_account import Account

from ashore.crypto.abi import encode_call
from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.moves import Accepted, SignedMove
from ashore.domain.withdrawal import HELD_UP, Status
from ashore.engine.rechecking import check_again
from ashore.keys.transactions import read_transaction, signer_fields
from ashore.sandbox import genesis
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.evm.contracts import Sender, load_artifact
from ashore.sandbox.evm.faults import FaultKind, FaultRule
from ashore.sandbox.reddio.deployment import stark_key, stark_private_key
from ashore.sandbox.server import create_app
from ashore.sandbox.world import WorldConfig
from ashore.systems.base import Draft, Payer, Plan, Unclaimed
from ashore.systems.claiming.claims import ClaimOffer, ClaimQuote
from ashore.systems.claiming.track import CLAIMED, SENT
from ashore.systems.reddio.codec.l1.calls import REGISTER_ETH_ADDRESS
from ashore.systems.reddio.codec.l1.facts import registration_signature
from ashore.systems.reddio.settlement import scan, shown
from ashore.systems.reddio.settlement.reconcile import PENDING
from ashore.systems.reddio.settlement.verifiers import REGISTRY
from ashore.systems.reddio.system.tracks import CLAIMABLE, UPDATED
from unit.sandbox.reddio.coast import TOKEN, Coast
from unit.sandbox.reddio.conftest import folder, founded
from unit.systems.reddio.settlement.shore import OWNER, PAYER, Shore

__all__ = ["folder", "founded"]

PAYERS = (Payer(0, PAYER, "Account 1"),)
OTHERS = "0x" + "ab" * 20
GOVERNOR = genesis.FAUCET_INDEX
"""The practice account that founded the exchange."""


@pytest.fixture
async def shore(folder: Path, tmp_path: Path) -> AsyncIterator[Shore]:
    app, world = create_app(WorldConfig(data_dir=folder, clock=ClockMode.STEP, reddio=True), TOKEN)
    coast = Coast(world, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox"))
    made = Shore(coast, app, tmp_path)
    await made.open()
    await made.look()
    yield made
    await made.close()
    await coast.client.aclose()
    world.close()


async def test_the_whole_way_with_the_api_dead(shore: Shore) -> None:
    name = await shore.begun(shore.coast.asset("ETH"), 5)
    await shore.coast.switch(dead=True)
    await shore.set_aside()
    state = shore.state(name)
    assert [state.stage(stage).level for stage in (UPDATED, CLAIMABLE, CLAIMED)] == [Level.PROVEN, Level.PROVEN, None]
    log = state.stage(UPDATED).best
    assert log is not None
    assert log.facts["fact computed again"].startswith("equal")
    registry = next(piece for piece in state.stage(UPDATED).evidence if piece.kind == REGISTRY)
    assert (registry.level, registry.agreeing) == (Level.SEEN, 3)
    slot = next(piece for piece in state.stage(CLAIMABLE).evidence if piece.kind == PENDING)
    assert slot.facts["quanta"] == "5"
    for piece in (log, slot):
        told = await check_again(shore.keep, piece, shore.system.read_again, lambda: shore.now)
        assert told.holds, told
        changed = {**piece.facts, "event": "another", "quanta": "6"}
        told = await check_again(shore.keep, replace(piece, facts=changed), shore.system.read_again, lambda: shore.now)
        assert told.holds is False
    shore.coast.claim(shore.coast.asset("ETH"))
    await shore.look()
    assert shore.state(name).stage(CLAIMED).level is Level.PROVEN
    await shore.reopen()
    await shore.coast.control("step", what="finalize")
    await shore.look(2)
    assert shore.state(name).status is Status.FINAL


async def test_a_reorganisation_takes_the_update_back(shore: Shore) -> None:
    name = await shore.begun(shore.coast.asset("SHELL", 1))
    await shore.set_aside()
    best = shore.state(name).stage(UPDATED).best
    assert best is not None
    assert shore.state(name).stage(CLAIMABLE).checked()
    shore.coast.world.chain.reorg(1, {bytes.fromhex(best.tx_hash[2:])})
    await shore.coast.control("step", what="block")
    await shore.look(2)
    state = shore.state(name)
    assert not state.stage(UPDATED).evidence
    assert not state.stage(CLAIMABLE).evidence
    await shore.coast.control("settle")
    await shore.look(3)
    state = shore.state(name)
    assert state.stage(UPDATED).checked()
    assert state.stage(CLAIMABLE).checked()
    again = state.stage(UPDATED).best
    assert again is not None
    assert again.block_hash != best.block_hash


async def test_a_frozen_exchange_is_told_while_what_waits_can_be_claimed(shore: Shore) -> None:
    first = await shore.begun(shore.coast.asset("ETH"), 5)
    await shore.set_aside()
    second = await shore.begun(shore.coast.asset("ETH"), 7, "w1")
    await shore.coast.switch(frozen=True)
    await shore.coast.control("settle")
    await shore.look(2)
    assert "is frozen" in shore.state(second).facts[HELD_UP]
    assert shore.state(first).facts.get(HELD_UP, "") == ""
    claim = await Claimant(shore).claimed(await _only(shore))
    assert shore.state(claim).stage(CLAIMED).checked()
    assert shore.state(first).stage(CLAIMED).checked()
    assert not shore.state(second).stage(CLAIMED).evidence


async def _only(shore: Shore) -> Unclaimed:
    (owed,) = await shore.purse.look("Harbour", [OWNER, OTHERS])
    return owed


class Claimant:
    """Claims as the engine does: plan, read, sign, journal, send."""

    def __init__(self, shore: Shore) -> None:
        self.shore = shore
        self.number = 900

    async def planned(self, owed: Unclaimed) -> Plan:
        offer = await self.shore.purse.open_claim(owed, PAYERS, self.shore.ledger.watched)
        assert isinstance(offer, ClaimOffer)
        quote = await self.shore.system.quote(offer, Draft({"payer": "0", "max_fee": ""}))
        assert isinstance(quote, ClaimQuote)
        assert quote.ready, quote.problems
        return await self.shore.system.prepare(quote.action, quote)

    async def sent(self, owed: Unclaimed) -> str:
        plan = await self.planned(owed)
        reading = read_transaction(plan.request.preimage)  # type: ignore[union-attr]
        assert self.shore.system.review(plan, reading)
        raw = Account.from_key(genesis.private_key(0)).sign_transaction(signer_fields(reading)).raw_transaction
        self.number += 1
        name = f"c{self.number}"
        move = self.shore.system.assemble(plan, reading, {"transaction": "0x" + bytes(raw).hex()}, name)
        self._intends(name, plan, move)
        assert isinstance(await self.shore.system.submit(move, True), Accepted)
        self.shore.ledger.record([ev.MoveAccepted(name, move.id)])
        return name

    def _intends(self, name: str, plan: Plan, move: SignedMove) -> None:
        intent = ev.MoveIntended(
            name, move.id, move.kind, move.profile, move.locator, move.payload, move.scope, move.nonce
        )
        self.shore.ledger.record([ev.WithdrawalStarted(name, plan.terms), intent, ev.MoveSending(name, move.id)])

    async def claimed(self, owed: Unclaimed) -> str:
        name = await self.sent(owed)
        await self.shore.coast.control("step", what="block")
        await self.shore.look()
        return name


@pytest.mark.parametrize(
    ("symbol", "token_id", "quanta", "words"),
    [
        ("ETH", None, 5, "0.000005 ETH"),
        ("CORAL", None, 3, None),
        ("SHELL", 2**256 - 1, 1, f"SHELL #{2**256 - 1}"),
        ("REEF", 7, 1, "REEF #7"),
    ],
)
async def test_what_waits_is_found_without_an_operator_and_claimed(
    shore: Shore, symbol: str, token_id: int | None, quanta: int, words: str | None
) -> None:
    asset = shore.coast.asset(symbol, token_id)
    await shore.coast.withdraw(asset, quanta)
    assert await shore.purse.look("Harbour", [OWNER]) == ()
    await shore.coast.switch(dead=True)
    await shore.set_aside()
    owed = await _only(shore)
    assert (owed.owner, owed.amount, owed.unclear) == (OWNER, quanta * asset.quantum, "")
    assert owed.evidence.level is Level.PROVEN
    claim = await Claimant(shore).claimed(owed)
    state = shore.state(claim)
    assert state.stage(SENT).checked()
    assert state.stage(CLAIMED).checked()
    assert words is None or state.terms.details["amount.text"] == words
    assert await shore.purse.look("Harbour", [OWNER]) == ()
    assert shore.coast.is_conserved()


async def test_what_is_minted_from_a_text_is_known_by_the_own_withdrawal_alone(shore: Shore) -> None:
    (asset,) = [
        one
        for contract in shore.coast.reddio.catalogue.contracts
        if contract.symbol == "POSTCARD"
        for _, one in shore.coast.reddio.catalogue.of_contract(contract)
    ][:1]
    await shore.coast.withdraw(asset)
    await shore.set_aside()
    unknown = await _only(shore)
    assert "tells which one" in unknown.unclear
    with pytest.raises(AshoreError):
        await shore.purse.open_claim(unknown, PAYERS, ())
    claim = shore.state(await shore.begun_of(asset)).terms  # its own withdrawal names it
    assert claim.details["token_url"]
    owed = await _only(shore)
    assert owed.symbol == f"POSTCARD #{asset.token_id}"
    assert shore.state(await Claimant(shore).claimed(owed)).stage(CLAIMED).checked()


async def test_two_withdrawals_are_one_sum_and_the_offer_tells_them_apart(shore: Shore) -> None:
    ether = shore.coast.asset("ETH")
    await shore.begun(ether, 5)
    await shore.begun(ether, 3, "w1")
    await shore.coast.withdraw(ether, 2)
    await shore.set_aside()
    owed = await _only(shore)
    assert owed.amount == 10 * ether.quantum
    offer = await shore.purse.open_claim(owed, PAYERS, shore.ledger.watched)
    assert isinstance(offer, ClaimOffer)
    assert [part.split(" that")[0] for part in offer.pays] == ["0.000005 ETH", "0.000003 ETH", "0.000002 ETH"]
    claim = await Claimant(shore).claimed(owed)
    for name in (claim, "w0", "w1"):
        assert shore.state(name).stage(CLAIMED).checked()


async def test_nobody_claims_nothing(shore: Shore) -> None:
    ether = shore.coast.asset("ETH")
    await shore.coast.withdraw(ether, 5)
    await shore.set_aside()
    owed = await _only(shore)
    late = await Claimant(shore).sent(owed)
    second = await shore.purse.open_claim(owed, PAYERS, shore.ledger.watched)
    assert isinstance(second, ClaimOffer)
    assert second.under_way == late
    shore.coast.claim(ether)
    offer = await shore.purse.open_claim(owed, PAYERS, ())
    assert isinstance(offer, ClaimOffer)
    assert offer.refused is not None
    assert "Nothing waits there any more" in offer.refused.sentence


async def test_what_lies_under_a_stark_key_waits_for_its_registration(shore: Shore) -> None:
    ether, key = shore.coast.asset("ETH"), stark_key(0)
    await shore.begun(ether, 5)  # any own withdrawal
    await shore.coast.withdraw_plainly(ether, 3)
    await shore.set_aside()
    assert [owed.owner for owed in await shore.purse.look("Harbour", [PAYER, OWNER])] == [OWNER], "nobody has it yet"
    register = encode_call(
        REGISTER_ETH_ADDRESS,
        (bytes.fromhex(PAYER[2:]), key, registration_signature(stark_private_key(0), bytes.fromhex(PAYER[2:]))),
    )
    sender = Sender(shore.coast.world.chain, genesis.private_key(2))
    sender.send(shore.coast.reddio.deployment.exchange.address, register, gas=5_000_000)
    shore.coast.world.chain.mine()
    (owed,) = await shore.purse.look("Harbour", [PAYER])
    assert (owed.owner, owed.amount, owed.details["owner_key"]) == (PAYER, 3 * ether.quantum, str(key))
    plan = await Claimant(shore).planned(owed)
    lines = {line.label: line for line in shore.system.review(plan, read_transaction(plan.request.preimage))}  # type: ignore[union-attr]
    assert lines["Goes to"].value.lower() == PAYER
    assert f"0x{key:x}" in lines["Goes to"].note
    claim = await Claimant(shore).claimed(owed)
    assert shore.state(claim).stage(CLAIMED).checked()


async def test_the_whole_past_is_gone_through_bit_by_bit(shore: Shore, monkeypatch: pytest.MonkeyPatch) -> None:
    await shore.coast.withdraw(shore.coast.asset("ETH"), 5)
    await shore.set_aside()
    await shore.coast.control("step", what="block")
    monkeypatch.setattr(scan, "RANGE", 4)
    monkeypatch.setattr(scan, "RANGES_A_LOOK", 1)
    monkeypatch.setattr(scan, "BELOW", 1)
    await shore.reopen()
    heights = []
    for _ in range(100):
        found = await shore.purse.look("Harbour", [OWNER])
        heights.append(shore.purse.unread)
        if not heights[-1]:
            break
    assert len(heights) > 2
    assert "blocks are left" in heights[0]
    assert len(found) == 1


async def test_ether_is_no_single_token_before_its_registration_was_read(
    shore: Shore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shore.coast.withdraw(shore.coast.asset("ETH"), 5)
    await shore.set_aside()
    monkeypatch.setattr(scan, "RANGE", 4)
    monkeypatch.setattr(scan, "RANGES_A_LOOK", 0)
    await shore.reopen()
    unread = await _only(shore)
    assert "registration" in unread.unclear
    assert "single token" not in unread.unclear
    assert unread.symbol != "An unknown token"
    monkeypatch.undo()
    await shore.reopen()
    assert (await _only(shore)).symbol == "ETH"


async def test_what_is_left_out_is_said_and_hides_no_ether(shore: Shore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "MOST_SINGLES", 0)
    await shore.coast.withdraw(shore.coast.asset("SHELL", 2**256 - 1))
    await shore.coast.withdraw(shore.coast.asset("ETH"), 5)
    await shore.set_aside()
    assert (await _only(shore)).symbol == "ETH"
    assert "more of these was left out" in shore.purse.left_out
    await shore.purse.look("Harbour", [PAYER])
    assert shore.purse.left_out == ""


async def test_a_contract_that_takes_no_ether_is_told_before_anything_is_signed(shore: Shore) -> None:
    chain = shore.coast.world.chain
    refusing = Sender(chain, genesis.private_key(2)).deploy(load_artifact("RefusingWallet"))
    await shore.coast.withdraw(shore.coast.asset("ETH"), 5, int.from_bytes(refusing.address, "big"))
    await shore.set_aside()
    (owed,) = await shore.purse.look("Harbour", ["0x" + refusing.address.hex()])
    offer = await shore.purse.open_claim(owed, PAYERS, ())
    assert isinstance(offer, ClaimOffer)
    assert offer.refused is not None
    assert "turns payments in ETH away" in offer.refused.sentence
    quote = await shore.system.quote(offer, Draft({"payer": "0", "max_fee": ""}))
    assert not quote.ready


@pytest.mark.parametrize("kind", [FaultKind.GARBAGE, FaultKind.FORGED_PROOF])
async def test_endpoints_that_lie_make_no_empty_hands(shore: Shore, kind: FaultKind) -> None:
    await shore.coast.withdraw(shore.coast.asset("ETH"), 5)
    await shore.set_aside()
    endpoints = list(shore.coast.world.endpoints.values())
    endpoints[0].faults.add(FaultRule("eth_getLogs", FaultKind.GARBAGE, count=None))
    endpoints[0].faults.add(FaultRule("eth_getProof", kind, count=None))
    assert (await _only(shore)).amount == 5 * 10**12
    for endpoint in endpoints:
        endpoint.faults.add(FaultRule("eth_getProof", kind, count=None))
    with pytest.raises(AshoreError):
        await shore.purse.look("Harbour", [OWNER])


async def test_registries_that_were_replaced_since_deny_nothing(shore: Shore) -> None:
    name = await shore.begun(shore.coast.asset("ETH"), 5)
    await shore.coast.control("settle")
    chain, exchange = shore.coast.world.chain, shore.coast.reddio.deployment.exchange
    governor = Sender(chain, genesis.private_key(GOVERNOR))
    registry = governor.deploy(load_artifact("SandboxFactRegistry"), governor.address)
    adapter = governor.deploy(load_artifact("SandboxVerifierAdapter"), registry.address, 7)
    assert exchange.read(chain, "governor").lower() == "0x" + governor.address.hex()
    governor.transact(exchange, "setVerifiers", [adapter.address], [adapter.address])
    chain.mine()
    await shore.look(2)
    view = shore.state(name).stage(UPDATED)
    assert view.checked()
    assert not view.contradicted
    assert [piece.kind for piece in view.evidence].count(REGISTRY) == 1, "they knew it at the block of the update"
