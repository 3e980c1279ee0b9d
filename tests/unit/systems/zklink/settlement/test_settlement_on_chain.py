"""The whole of zkLink behind the seam, on a real EVM chain with a node that really checks, moved by hand."""

from __future__ import annotations

import itertools
import random
import shutil
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from ashore.crypto import musig
from ashore.domain import events as ev
from ashore.domain.addresses import checksum
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import Accepted, NeverLeft, Refused, SignedMove, Unknown
from ashore.domain.withdrawal import Status, Withdrawal
from ashore.engine.boundaries import no_probe
from ashore.engine.compose import OPERATOR
from ashore.engine.ledger import Ledger
from ashore.engine.rechecking import check_again
from ashore.engine.views import ProofCheck
from ashore.engine.watcher import ChainWatch, OperatorWatch
from ashore.ethereum.follower import ChainFollower
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.spec import ChainSpec
from ashore.net.http import HttpClient
from ashore.net.jsonrpc import JsonRpcClient
from ashore.net.pacing import RateLimit
from ashore.sandbox import genesis
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.evm.contracts import Sender, load_artifact
from ashore.sandbox.server import create_app
from ashore.sandbox.world import World, WorldConfig
from ashore.sandbox.zklink.faults import read_rule
from ashore.store.database import Database
from ashore.store.journal import Journal
from ashore.store.keep import Keep
from ashore.systems.base import Action, Draft, Plan, Source
from ashore.systems.claiming.fates import Fates
from ashore.systems.claiming.receipts import Receipts
from ashore.systems.zklink.client.broker import BrokerClient
from ashore.systems.zklink.client.operator import EFFECTFUL, OperatorClient
from ashore.systems.zklink.codec import decode_core
from ashore.systems.zklink.codec.reading import read_withdraw
from ashore.systems.zklink.deployment import deployment_from_json
from ashore.systems.zklink.settlement.acceptors import ACCEPTS, Acceptors
from ashore.systems.zklink.settlement.book import Book, Kind
from ashore.systems.zklink.settlement.interpreter import Interpreter
from ashore.systems.zklink.settlement.past import Past
from ashore.systems.zklink.settlement.roots import KIND as STORED_ROOT
from ashore.systems.zklink.settlement.roots import Roots
from ashore.systems.zklink.system.tracks import COMMITTED, EXECUTED, PAID, PROVED, RELEASED, TRACKS, VERIFIED
from ashore.systems.zklink.system.withdrawals import ZkLinkSystem
from unit.ethereum.chain_bench import FastClock
from unit.sandbox.zklink.conftest import RECIPIENT, TOKEN, Hand

FAUCET = 9
"""The practice account with ether on L1 that nobody else uses."""

ADDRESS = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"


class Bench:
    """A world and a wallet without window, signer process and loops: each look is taken by the test."""

    def __init__(self, world: World, app: Any, journal: Path) -> None:
        self.world = world
        self.hand = Hand()
        self.now = 1_800_000_000_000
        self.numbers = itertools.count()
        self.http = HttpClient(
            FastClock(), random.Random(3), transport=httpx.ASGITransport(app), rate=RateLimit(1e6, 10_000)
        )
        self.deployment = deployment_from_json(world.profile(), "http://127.0.0.1")
        self.path = journal

    async def open(self) -> None:
        self.database = Database(self.path)
        self.keep = Keep(self.database)
        pinned = self.deployment.chains[1]
        endpoints = tuple((url[-1], url) for url in pinned.endpoints)
        spec = ChainSpec(pinned.name, pinned.evm_chain_id, pinned.genesis_hash, endpoints)
        quorum = Quorum.connect(spec, self.http, FastClock())
        roots = Roots(self.deployment, {pinned.name: quorum}, self.keep, lambda: self.now)
        self.book = Book(self.keep, self.deployment.id)
        rpc = JsonRpcClient(self.http, self.deployment.operator_url, OPERATOR, effectful=EFFECTFUL)
        journal = Journal(self.database)
        fates = Fates({pinned.name: quorum}, Receipts({pinned.name: quorum}, self.keep, lambda: self.now))
        acceptors = Acceptors(self.deployment, {pinned.name: quorum}, self.keep, lambda: self.now)
        past = Past(self.deployment, {pinned.name: quorum})
        interpreter = Interpreter(self.deployment, self.book, (roots, acceptors), fates, past, lambda: self.now)
        self.system = ZkLinkSystem(
            self.deployment,
            OperatorClient(rpc),
            interpreter,
            lambda: self.now,
            journal.recipients,
            {pinned.name: quorum},
            BrokerClient(self.http, self.deployment.broker_url),
        )
        self.ledger = Ledger(journal, {str(t.ref): t for t in TRACKS}, lambda: self.now)
        await self.ledger.load()
        follower = ChainFollower(spec, quorum)
        follower.watch([pinned.main_contract])
        self.chain = ChainWatch(pinned.name, follower, [self.system], self.ledger, self.keep, 1.0, no_probe)
        self.operator = OperatorWatch(self.system, self.ledger, 1.0, no_probe)

    async def reopen(self) -> None:
        """As after closing the wallet."""
        self.database.close()
        await self.open()

    async def plan_for(self, recipient: str) -> Plan:
        """What would be signed for a payout to `recipient`."""
        key_hash = "0x" + musig.public_key_hash(musig.public_key(self.hand.layer2_key())).hex()
        offer = await self.system.open(Source(self.deployment.id, 0, ADDRESS, key_hash))
        fields = {"chain": "1", "source_token": "17", "amount": "25", "recipient": recipient}
        return await self.system.prepare(Action.REQUEST, await self.system.quote(offer, Draft(fields)))

    async def signed(self, amount: str = "25", **changes: str) -> tuple[str, SignedMove]:
        """Fill the form in, sign, and journal the intent."""
        key_hash = "0x" + musig.public_key_hash(musig.public_key(self.hand.layer2_key())).hex()
        offer = await self.system.open(Source(self.deployment.id, 0, ADDRESS, key_hash))
        fields = {"chain": "1", "source_token": "17", "amount": amount, "recipient": "0x" + RECIPIENT.hex()}
        quote = await self.system.quote(offer, Draft({**fields, **changes}))
        assert quote.ready, quote.problems
        plan = await self.system.prepare(Action.REQUEST, quote)
        reading = read_withdraw(dict(plan.request.preimage))
        assert dict(reading.fields) == dict(plan.request.expect)
        tx = decode_core(bytes.fromhex(str(plan.request.preimage["core"])))
        layer2 = self.hand.zk_signature(tx)
        signed = {
            "l2": {"pub_key": layer2["pubKey"], "signature": layer2["signature"]},
            "ethereum": [self.hand.personal_sign(text) for text in reading.texts],
        }
        move = self.system.assemble(plan, reading, signed, f"m{tx.nonce}")
        name = f"w{next(self.numbers)}"
        intent = ev.MoveIntended(
            name, move.id, move.kind, move.profile, move.locator, move.payload, move.scope, move.nonce
        )
        self.ledger.record([ev.WithdrawalStarted(name, plan.terms), intent])
        return name, move

    async def begun(self, amount: str = "25", **changes: str) -> str:
        """A withdrawal that the node took."""
        name, move = await self.signed(amount, **changes)
        self.ledger.record([ev.MoveSending(name, move.id)])
        assert isinstance(await self.system.submit(move, True), Accepted)
        self.ledger.record([ev.MoveAccepted(name, move.id)])
        return name

    async def look(self) -> None:
        await self.chain.poll()
        await self.operator.ask()

    async def until(self, *stages: str) -> None:
        """Let the operator take these stages, with the blocks that they need."""
        for stage in stages:
            while (moved := (await self.world.step("stage"))["moved"]) != stage:
                assert moved is None, (stage, moved)
                await self.world.step("block")
        await self.world.step("block")
        await self.look()

    def state(self, name: str) -> Withdrawal:
        found = self.ledger.get(name)
        assert found is not None
        return found

    def levels(self, name: str) -> dict[str, Level | None]:
        return {s: self.state(name).stage(s).level for s in (COMMITTED, PROVED, VERIFIED, RELEASED, PAID)}

    def proven(self, name: str) -> bool:
        return all((level or 0) >= Level.PROVEN for level in self.levels(name).values())


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deployed")
    World(WorldConfig(data_dir=folder, clock=ClockMode.STEP)).close()
    return folder


@pytest.fixture
async def bench(deployed: Path, tmp_path: Path) -> AsyncIterator[Bench]:
    folder = Path(shutil.copytree(deployed, tmp_path / "world"))
    app, world = create_app(WorldConfig(data_dir=folder, clock=ClockMode.STEP), TOKEN)
    made = Bench(world, app, tmp_path / "journal.sqlite3")
    await made.open()
    await made.look()
    yield made
    made.database.close()
    await made.http.aclose()
    world.close()


async def test_every_stage_is_proven_by_the_wallet_itself(bench: Bench) -> None:
    name = await bench.begun()
    await bench.until("execute_l2", "seal")
    assert bench.state(name).stage(EXECUTED).level is Level.REPORTED
    assert set(bench.levels(name).values()) == {None}
    for stage, reached in (("commit", COMMITTED), ("prove", PROVED), ("sync", VERIFIED), ("execute", RELEASED)):
        await bench.until(stage)
        assert bench.levels(name)[reached] is Level.PROVEN
        await bench.reopen()
    await bench.until("payout")
    assert bench.proven(name)
    assert bench.state(name).status is Status.UNDER_WAY
    roots = [e for e in bench.state(name).stage(VERIFIED).evidence if e.kind == STORED_ROOT]
    assert [e.level >= Level.PROVEN for e in roots] == [True], "the final root is bound to the contract's storage"
    assert all(
        e.proof and bench.keep.proof(e.proof)
        for s in bench.state(name).stages.values()
        for e in s.evidence
        if e.on_chain
    )
    paid = bench.state(name).stage(PAID).evidence[0]
    assert paid.facts["paid"] == f"25.00 USDC to 0x{RECIPIENT.hex()}"
    await bench.world.step("finalize")
    await bench.look()
    assert bench.state(name).status is Status.FINAL
    assert bench.ledger.open == []


async def test_every_stored_proof_can_be_checked_again(bench: Bench) -> None:
    name = await bench.begun()
    await bench.until("execute_l2", "seal", "commit", "prove", "sync", "execute", "payout")
    pieces = [e for view in bench.state(name).stages.values() for e in view.evidence if e.proof]
    assert {e.kind for e in pieces} == {
        "BlockCommit", "BlockProven", "BlockSynced", "BlockExecuted", "Withdrawal", STORED_ROOT, ACCEPTS
    }  # fmt: skip

    async def again(piece: Evidence) -> ProofCheck:
        return await check_again(bench.keep, piece, bench.system.read_again, lambda: bench.now)

    for piece in pieces:
        told = await again(piece)
        assert told.holds, (piece.kind, told)
        assert told.at == bench.now
        assert f"hashes to block {piece.block_number:,} of {piece.chain}" in told.sentence
        assert ("state root" if piece.kind in (STORED_ROOT, ACCEPTS) else "receipts root") in told.sentence
        stored = piece.facts.get("acceptor", "the shown hash")
        assert piece.facts.get("event", stored) in told.sentence
    event = next(e for e in pieces if e.kind == "BlockProven")
    root = next(e for e in pieces if e.kind == STORED_ROOT)
    for wrong, why in (
        (replace(event, facts={**event.facts, "event": "BlockProven(9999)"}), "no log of zkLink’s contract"),
        (replace(event, facts={}), "no log of zkLink’s contract"),
        (replace(event, tx_hash="0x" + "00" * 32), "another transaction"),
        (replace(event, block_hash="0x" + "00" * 32), "not that of the block"),
        (replace(event, block_number=1), "not that of the block"),
        (replace(event, proof=root.proof), "not that of the block"),
        (replace(root, facts={**root.facts, "value": "0x" + "00" * 32}), "another value"),
        (replace(root, facts={**root.facts, "slot": "owner"}), "no place"),
    ):
        told = await again(wrong)
        assert (told.holds, why in told.sentence) == (False, True), told
    told = await again(replace(event, proof="gone"))
    assert (told.holds, "not stored" in told.sentence) == (None, True)
    with bench.database.transaction() as connection:
        (body,) = connection.execute("SELECT body FROM proofs WHERE id = ?", (event.proof,)).fetchone()
        changed = zlib.compress(zlib.decompress(body).replace(b'"index":', b'"index": '))
        connection.execute("UPDATE proofs SET body = ? WHERE id = ?", (changed, event.proof))
        connection.execute("UPDATE proofs SET body = x'ffff' WHERE id = ?", (root.proof,))
    assert "was changed on this computer" in (await again(event)).sentence
    assert "damaged" in (await again(root)).sentence


async def test_what_zklink_takes_back_goes_back_and_comes_again(bench: Bench) -> None:
    name = await bench.begun()
    await bench.until("execute_l2", "seal", "commit", "prove", "sync")
    await bench.look()
    assert bench.state(name).stage(VERIFIED).checked()
    assert len(bench.state(name).stage(VERIFIED).evidence) == 2
    bench.world.operator.revert()
    await bench.world.step("block")
    await bench.look()
    assert set(bench.levels(name).values()) <= {None, Level.REPORTED}, "the root that was proven falls too"
    assert "zkLink took its batch back" in bench.state(name).stage(COMMITTED).taken_back
    await bench.reopen()
    await bench.world.settle()
    await bench.look()
    await bench.look()
    assert bench.proven(name)
    await bench.world.step("finalize")
    await bench.look()
    assert bench.state(name).status is Status.FINAL


async def test_a_reorganised_payout_is_awaited_again(bench: Bench) -> None:
    name = await bench.begun()
    await bench.world.settle()
    await bench.look()
    await bench.look()
    paid = bench.state(name).stage(PAID).evidence[0]
    bench.world.chain.reorg(1, {bytes.fromhex(paid.tx_hash[2:])})
    await bench.world.step("block")
    await bench.look()
    await bench.reopen()
    assert bench.levels(name)[PAID] is None
    assert bench.state(name).stage(COMMITTED).checked()
    assert bench.book.of("Harbour", Kind.SPENT) == []
    await bench.world.settle()
    await bench.world.step("finalize")
    await bench.look()
    await bench.look()
    assert bench.state(name).status is Status.FINAL
    assert bench.state(name).stage(PAID).evidence[0].block_hash != paid.block_hash


async def test_twins_in_one_batch_are_told_apart(bench: Bench) -> None:
    names = []
    for amount in ("10", "10", "7"):
        names.append(await bench.begun(amount))
        await bench.until("execute_l2")
    await bench.world.settle()
    await bench.look()
    await bench.look()
    assert all(bench.proven(name) for name in names)
    paid = sum(int(e.facts["amount"]) for e in bench.book.of("Harbour", Kind.PAYOUT))
    spent = sum(int(e.facts["amount"]) for e in bench.book.of("Harbour", Kind.SPENT))
    assert paid == spent == 27_000_000


class TestSubmitAndLocate:
    async def test_known_unknown_and_used(self, bench: Bench) -> None:
        _, move = await bench.signed("5")
        before = await bench.system.locate(move)
        assert isinstance(before, Unknown)
        assert before.resend_harmless, "its nonce is free: the same bytes may go"
        assert isinstance(await bench.system.submit(move, True), Accepted)
        assert isinstance(await bench.system.locate(move), Accepted)
        again = await bench.system.submit(move, False)
        assert isinstance(again, Accepted), "a duplicate is the one that was sent"

    async def test_a_nonce_that_another_used(self, bench: Bench) -> None:
        _, move = await bench.signed("5")
        bench.now += 5_000
        other = bench.hand.withdraw(amount=7 * 10**18, ts=1_800_000_123)
        await bench.system._client.send(bench.hand.sign(other))
        await bench.until("execute_l2")
        first = await bench.system.submit(move, True)
        assert isinstance(first, Refused)
        assert first.code == "205"
        repeated = await bench.system.submit(move, False)
        assert isinstance(repeated, Unknown)
        assert repeated.refusal is not None
        located = await bench.system.locate(move)
        assert isinstance(located, Unknown)
        assert located.refusal is not None, "dead once the node stands by it"
        assert located.refusal.code == "nonce-used"
        assert located.patience_ms == 0, "its list shows what used it"

    async def test_a_forged_payload_is_refused_by_the_node(self, bench: Bench) -> None:
        _, move = await bench.signed("5")
        forged = SignedMove(
            move.id,
            move.kind,
            move.profile,
            move.locator,
            move.payload.replace("5000000000000000000", "6000000000000000000"),
        )
        refused = await bench.system.submit(forged, True)
        assert isinstance(refused, Refused)
        assert refused.code in ("109", "110")

    async def test_an_answer_that_is_lost(self, bench: Bench) -> None:
        cases = (("drop", False), ("http", False), ("drop", True), ("garbage", True), ("error", True))
        for kind, known in cases:
            bench.now += 1_000
            _, move = await bench.signed("5")
            rule = {"method": "sendTransaction", "kind": kind, "phase": "after" if known else "before"}
            bench.world.faults.rules.append(read_rule(rule))
            lost = await bench.system.submit(move, True)
            assert isinstance(lost, Unknown)
            located = await bench.system.locate(move)
            assert isinstance(located, Accepted) is known, (kind, known)
            if known:
                await bench.until("execute_l2")

    async def test_a_node_that_cannot_be_reached(self, bench: Bench) -> None:
        _, move = await bench.signed("5")
        await bench.http.aclose()
        lost = await bench.system.submit(move, True)
        assert isinstance(lost, NeverLeft)
        located = await bench.system.locate(move)
        assert isinstance(located, Unknown)
        assert not located.resend_harmless, "it was not asked"


async def test_a_contract_as_recipient_is_warned_of(bench: Bench) -> None:
    """Any deployed code will do; zkLink's own contract and the tokens are refused before."""
    (ordinary, *others) = (await bench.plan_for("0x" + RECIPIENT.hex())).warnings
    assert (ordinary, others) == ("It cannot be cancelled after this.", [])
    bench.world.chain.automine = True
    wallet = Sender(bench.world.chain, genesis.private_key(FAUCET)).deploy(load_artifact("RefusingWallet"))
    warned = (await bench.plan_for(checksum(wallet.address))).warnings
    assert warned[0].startswith("The recipient is a contract on Harbour.")
    assert warned[-1] == ordinary


async def test_two_requests_in_one_second_are_two(bench: Bench) -> None:
    first, second = [(await bench.plan_for("0x" + RECIPIENT.hex())).terms.details["ts"] for _ in range(2)]
    assert int(second) == int(first) + 1, "their hashes differ"
