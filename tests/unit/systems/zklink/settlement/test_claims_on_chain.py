"""Claims on the real chain: paid, overtaken, outbid, lost on the way, reorganised; never a second one meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from eth_account import Account

from ashore.domain import events as ev
from ashore.domain.amounts import format_units
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.moves import Accepted, Refused, SignedMove, Unknown
from ashore.domain.withdrawal import GAS_MOST, Status
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.sending import Fate, Mined
from ashore.ethereum.spent import Spent
from ashore.keys.transactions import read_transaction, signer_fields
from ashore.sandbox import genesis
from ashore.sandbox.evm.contracts import Sender
from ashore.sandbox.evm.faults import FaultKind, FaultRule
from ashore.systems.base import Draft, Payer, Plan, Severity, Unclaimed
from ashore.systems.claiming import fates, receipts
from ashore.systems.claiming.claims import ClaimOffer, ClaimQuote
from ashore.systems.claiming.fates import TURNS, Fates
from ashore.systems.claiming.gas import GAS_LIKELY, GAS_UNITS, MOST_GAS, gas_words
from ashore.systems.claiming.receipts import GAS_PAID, OUTCOME, Receipts
from ashore.systems.claiming.track import CLAIMED, SENT
from ashore.systems.zklink.system.tracks import PAID
from unit.systems.zklink.settlement.test_pending_on_chain import OWNER, pending, released
from unit.systems.zklink.settlement.test_settlement_on_chain import ADDRESS, FAUCET, Bench, bench, deployed

__all__ = ["bench", "deployed"]

POOR = "0x" + "cd" * 20
PAYERS = (Payer(0, ADDRESS, "Account 1"), Payer(5, POOR, "Account 6"))


@dataclass
class Claimant:
    """Somebody who claims on the bench as the engine does: plan, read, sign, journal, send."""

    bench: Bench

    async def owed(self) -> Unclaimed:
        (chain,) = self.bench.deployment.chains.values()
        (owed,) = await pending(self.bench).look(chain.name, [OWNER])
        return owed

    async def quoted(self, payer: int = 0, max_fee: str = "", owed: Unclaimed | None = None) -> ClaimQuote:
        offer = await pending(self.bench).open_claim(owed or await self.owed(), PAYERS, self.bench.ledger.watched)
        assert isinstance(offer, ClaimOffer)
        quote = await self.bench.system.quote(offer, Draft({"payer": str(payer), "max_fee": max_fee}))
        assert isinstance(quote, ClaimQuote)
        return quote

    async def planned(self, **chosen: Any) -> Plan:
        quote = await self.quoted(**chosen)
        return await self.bench.system.prepare(quote.action, quote)

    async def signed(self, **chosen: Any) -> tuple[str, SignedMove]:
        plan = await self.planned(**chosen)
        preimage: Any = plan.request.preimage  # type: ignore[union-attr]
        reading = read_transaction(preimage)
        assert dict(reading.fields) == dict(plan.request.expect)  # type: ignore[union-attr]
        raw = Account.from_key(genesis.private_key(0)).sign_transaction(signer_fields(reading)).raw_transaction
        signed = {"transaction": "0x" + bytes(raw).hex()}
        move = self.bench.system.assemble(plan, reading, signed, "claim")
        self.bench.ledger.record(
            [
                ev.WithdrawalStarted("c", plan.terms),
                ev.MoveIntended(
                    "c", move.id, move.kind, move.profile, move.locator, move.payload, move.scope, move.nonce
                ),
                ev.MoveSending("c", move.id),
            ]
        )
        return "c", move

    async def sent(self) -> tuple[str, SignedMove]:
        name, move = await self.signed()
        assert isinstance(await self.bench.system.submit(move, True), Accepted)
        self.bench.ledger.record([ev.MoveAccepted(name, move.id)])
        return name, move

    async def look(self, times: int = 1) -> None:
        for _ in range(times):
            await self.bench.look()


async def balance_of(bench: Bench, address: str, block: int) -> int:
    """Ether of an account after a block, in wei, as an endpoint tells it."""
    (quorum,) = bench.system._quorums.values()
    told, _endpoint = await quorum.get("eth_getBalance", [address, hex(block)])
    return int(told, 16)


@pytest.fixture
async def claimant(bench: Bench) -> Claimant:
    await released(bench)
    await bench.look()
    return Claimant(bench)


async def test_a_claim_pays_and_is_proven_like_everything_else(claimant: Claimant) -> None:
    bench = claimant.bench
    name, move = await claimant.sent()
    assert await bench.system.locate(move) == Unknown(
        "The transaction waits to be taken into a block of Harbour.", resend_harmless=True
    )
    await bench.world.step("block")
    await claimant.look()
    state = bench.state(name)
    assert (state.stage(SENT).level, state.stage(CLAIMED).level) == (Level.PROVEN, Level.PROVEN)
    assert bench.state("w0").stage(PAID).level is Level.PROVEN, "what was claimed is what the withdrawal waited for"
    assert isinstance(await bench.system.locate(move), Accepted)
    spent = state.receipt
    assert spent is not None
    assert (spent.tx_hash, spent.level) == (move.locator, Level.PROVEN)
    before = await balance_of(bench, ADDRESS, spent.block_number - 1)
    after = await balance_of(bench, ADDRESS, spent.block_number)
    assert spent.facts[GAS_PAID] == f"{format_units(before - after, 18)} ETH", "to the last wei"
    await bench.world.step("finalize")
    await claimant.look()
    assert bench.state(name).status is Status.FINAL
    assert {e.level for e in bench.state(name).stage(SENT).evidence if e.on_chain} == {Level.IRREVERSIBLE}
    assert await pending(bench).look("Harbour", [OWNER]) == ()


async def test_what_the_gas_has_cost_is_asked_for_until_somebody_can_prove_it(
    claimant: Claimant, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = receipts.spent_by, 0

    async def spent_by(*told: Any) -> Spent:
        nonlocal asked
        asked += 1
        if asked < 5:
            raise AshoreError("No endpoint can prove it.")
        return await real(*told)

    monkeypatch.setattr(receipts, "spent_by", spent_by)
    name, move = await claimant.sent()
    await claimant.bench.world.step("block")
    await claimant.look(3)
    assert claimant.bench.state(name).stage(CLAIMED).level is Level.PROVEN
    assert claimant.bench.state(name).receipt is None
    await claimant.look(3)
    receipt = claimant.bench.state(name).receipt
    assert receipt is not None
    assert receipt.tx_hash == move.locator
    await claimant.look(2)
    assert asked == 5, "what is known is not asked for again"


async def test_the_review_says_what_was_read_from_the_bytes(claimant: Claimant) -> None:
    plan = await claimant.planned()
    reading = read_transaction(plan.request.preimage)  # type: ignore[union-attr]
    told = {line.label: line.value for line in claimant.bench.system.review(plan, reading)}
    assert told["Amount"] == "25.00 USDC"
    assert told["Goes to"].lower() == OWNER
    assert told["Gas, at most"].endswith(" ETH")
    cost, units = int(plan.terms.details[GAS_LIKELY]), int(plan.terms.details[GAS_UNITS])
    assert told["Gas, probably"] == gas_words(cost, "ETH"), "the same as in its form and its voyage"
    assert 0 < units < int(reading.fields["gas"])
    assert 0 < cost < int(plan.terms.details[GAS_MOST])
    assert plan.confirm == "Claim 25.00 USDC on Harbour"


async def test_who_comes_second_loses_only_the_gas_and_is_told(claimant: Claimant) -> None:
    bench = claimant.bench
    owed = await claimant.owed()
    first = Sender(bench.world.chain, genesis.private_key(FAUCET))
    name, _move = await claimant.signed()
    first.send(bytes.fromhex(owed.contract[2:]), bytes.fromhex(owed.calldata[2:]), gas=200_000)
    await bench.world.step("block")
    assert isinstance(await bench.system.submit(_move, True), Accepted)
    bench.ledger.record([ev.MoveAccepted(name, _move.id)])
    await bench.world.step("block")
    await claimant.look(TURNS + 1)
    state = bench.state(name)
    assert state.status is Status.FAILED
    assert "Only the gas was spent." in state.stage(CLAIMED).failed
    assert state.receipt is not None
    assert state.receipt.facts[OUTCOME] == "no effect"
    assert state.stage(CLAIMED).level is None
    assert bench.state("w0").stage(PAID).level is Level.PROVEN


async def test_another_transaction_with_the_same_number_makes_it_dead(claimant: Claimant) -> None:
    bench = claimant.bench
    name, move = await claimant.signed()
    Sender(bench.world.chain, genesis.private_key(0)).send(bytes.fromhex(POOR[2:]), value=1, gas=21_000)
    await bench.world.step("block")
    outcome = await bench.system.locate(move)
    assert isinstance(outcome, Refused)
    assert outcome.code == "nonce-used"
    bench.ledger.record([ev.MoveAccepted(name, move.id)])
    await claimant.look(TURNS + 1)
    assert bench.state(name).status is Status.FAILED


async def test_a_block_that_is_taken_back_takes_the_claim_back(claimant: Claimant) -> None:
    bench = claimant.bench
    name, move = await claimant.sent()
    await bench.world.step("block")
    await claimant.look()
    bench.world.chain.reorg(1, {bytes.fromhex(move.locator[2:])})
    await bench.world.step("block")
    await claimant.look()
    state = bench.state(name)
    assert state.stage(CLAIMED).level is None
    assert state.is_open
    await claimant.look(31)  # the same bytes go again by themselves
    await bench.world.step("block")
    await claimant.look()
    assert bench.state(name).stage(CLAIMED).level is Level.PROVEN


@pytest.mark.parametrize(
    ("broken", "kind", "expected"),
    [(1, FaultKind.DROP, Accepted), (3, FaultKind.DROP, Unknown), (3, FaultKind.GARBAGE, Unknown)],
)
async def test_an_answer_that_is_lost_is_no_answer(
    claimant: Claimant, broken: int, kind: FaultKind, expected: type
) -> None:
    bench = claimant.bench
    _name, move = await claimant.signed()
    for endpoint in list(bench.world.endpoints.values())[:broken]:
        endpoint.faults.add(FaultRule("eth_sendRawTransaction", kind, count=None))
    assert isinstance(await bench.system.submit(move, True), expected)


async def test_what_cannot_be_paid_or_is_gone_is_said_beside_its_field(claimant: Claimant) -> None:
    bench = claimant.bench
    poor = await claimant.quoted(payer=5)
    assert not poor.ready
    assert "has 0.00 ETH on Harbour" in poor.problems["payer"].sentence
    assert "No account here" in (await claimant.quoted(payer=77)).problems["payer"].sentence
    low = await claimant.quoted(max_fee="0.000000001")
    assert "No block would take it" in low.problems["max_fee"].sentence
    assert "far more" in (await claimant.quoted(max_fee="99999999999")).problems["max_fee"].sentence
    assert (await claimant.quoted(max_fee="50")).max_fee == 50 * 10**9
    for text in ("abc", "-1", "1,5", "1e3"):
        assert (await claimant.quoted(max_fee=text)).problems["max_fee"].severity is Severity.BLOCKS

    owed = await claimant.owed()
    gone = Sender(bench.world.chain, genesis.private_key(FAUCET))
    gone.send(bytes.fromhex(owed.contract[2:]), bytes.fromhex(owed.calldata[2:]), gas=200_000)
    await bench.world.step("block")
    late = await claimant.quoted(owed=owed)
    assert "somebody has had it paid out" in late.problems["claim"].sentence
    assert not late.ready


@pytest.mark.parametrize("told", ["0x7530", "0x1", "0xffffffffff"])
async def test_one_endpoint_alone_cannot_make_a_claim_run_out_of_gas(claimant: Claimant, told: str) -> None:
    bench = claimant.bench
    real = Quorum.ask_each

    async def ask_each(self: Quorum, method: str, params: Any = ()) -> dict[str, Any]:
        answers = await real(self, method, params)
        return {**answers, next(iter(answers)): told} if method == "eth_estimateGas" else answers

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Quorum, "ask_each", ask_each)
        name, _move = await claimant.sent()
    await bench.world.step("block")
    await claimant.look()
    assert bench.state(name).stage(CLAIMED).level is Level.PROVEN


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_one_endpoint_alone_cannot_ask_for_ether_that_nobody_has(
    claimant: Claimant, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    real = Quorum.ask_each

    async def ask_each(self: Quorum, method: str, params: Any = ()) -> dict[str, Any]:
        answers = await real(self, method, params)
        return {**answers, list(answers)[place]: hex(MOST_GAS)} if method == "eth_estimateGas" else answers

    honest = (await claimant.quoted()).offer
    monkeypatch.setattr(Quorum, "ask_each", ask_each)
    offer = (await claimant.quoted()).offer
    assert isinstance(offer, ClaimOffer)
    assert isinstance(honest, ClaimOffer)
    assert offer.gas == honest.gas < MOST_GAS // 2


async def test_endpoints_that_differ_on_the_gas_sign_nothing(claimant: Claimant) -> None:
    for endpoint in list(claimant.bench.world.endpoints.values())[:2]:
        endpoint.faults.add(FaultRule("eth_estimateGas", FaultKind.GARBAGE, count=None))
    with pytest.raises(AshoreError, match="do not agree on how much gas"):
        await claimant.quoted()


async def test_each_of_many_claims_is_asked_about_in_turn(claimant: Claimant, monkeypatch: pytest.MonkeyPatch) -> None:
    name, _move = await claimant.sent()
    state = claimant.bench.state(name)
    assert state.request is not None
    many = [replace(state, id=f"c{n}", moves={"m": replace(state.request, locator=f"tx{n}")}) for n in range(12)]
    asked: set[str] = set()

    async def fate(_quorum: object, hashes: list[str], _sender: str, _nonce: int) -> Mined:
        asked.update(hashes)
        return Mined(Fate.DONE, tx_hash=hashes[0])

    monkeypatch.setattr(fates, "fate_of", fate)
    quorums = claimant.bench.system._quorums
    looking = Fates(quorums, Receipts(quorums, claimant.bench.keep, lambda: claimant.bench.now))
    for _ in range(TURNS * 5):
        await looking.look(state.terms.destination, many)
    assert asked == {f"tx{n}" for n in range(12)}
