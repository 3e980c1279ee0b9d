"""Observations in any order, told twice or cut off by a crash: what follows is journaled in the end."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ashore.crypto.event_logs import encode_event
from ashore.domain import events as ev
from ashore.domain.eta import WHOLE
from ashore.domain.evidence import Evidence, Level
from ashore.domain.folding import apply
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.observations import (
    BlockObserved,
    BlockRef,
    BlocksTakenBack,
    ChainHealth,
    FinalityAdvanced,
    LogEntry,
    Observation,
    OperatorReport,
)
from ashore.domain.withdrawal import OUTRUN, Withdrawal
from ashore.engine.voyages import voyage_of
from ashore.store.database import Database
from ashore.store.keep import Keep
from ashore.systems.claiming.fates import Fates
from ashore.systems.claiming.receipts import Receipts
from ashore.systems.zklink.codec.l1 import blocks as l1_blocks
from ashore.systems.zklink.codec.l1 import events as l1
from ashore.systems.zklink.codec.l1.compressed import CommitCompressedBlocks, encode_commit_compressed_blocks
from ashore.systems.zklink.codec.l1.pubdata import WithdrawPubdata, encode_withdraw_pubdata
from ashore.systems.zklink.settlement.book import SEQUENCE, Book, Kind
from ashore.systems.zklink.settlement.interpreter import Interpreter
from ashore.systems.zklink.settlement.past import Past
from ashore.systems.zklink.settlement.roots import Roots
from ashore.systems.zklink.settlement.sighting import entries_of
from ashore.systems.zklink.system.plan import plan_of
from ashore.systems.zklink.system.tracks import (
    COMMITTED,
    CONFIRMED,
    EXECUTED,
    NORMAL,
    PAID,
    PROVED,
    RELEASED,
    REQUESTED,
    VERIFIED,
)
from unit.systems.zklink.settlement.rollup_model import CHAIN, credit, entry, folded, operation, payout, withdrawal
from unit.systems.zklink.zklink_bench import DEPLOYMENT, MAIN, RECIPIENT, judged

NOW = 1_800_000_000_000


class NoRoots(Roots):
    """Storage proofs are tested against a real chain; here there is none."""

    async def prove(self, chain: str, mine: Sequence[Withdrawal]) -> list[ev.Event]:
        return []


class Bench:
    def __init__(self, path: Path, states: list[Withdrawal]) -> None:
        self.database = Database(path)
        self.keep = Keep(self.database)
        self.states = states
        self.open()

    def open(self) -> None:
        """Begin as after a restart: only what was kept is there."""
        self.book = Book(self.keep, DEPLOYMENT.id)
        self.interpreter = Interpreter(
            DEPLOYMENT,
            self.book,
            (NoRoots(DEPLOYMENT, {}, self.keep, lambda: NOW),),
            Fates({}, Receipts({}, self.keep, lambda: NOW)),
            Past(DEPLOYMENT, {}),
            lambda: NOW,
        )

    async def hear(self, observation: Observation) -> list[ev.Event]:
        found = list(await self.interpreter.interpret(observation, self.states))
        self.take(found)
        return found

    def take(self, found: Iterable[ev.Event]) -> None:
        for event in found:
            for place, state in enumerate(self.states):
                if state.id == event.withdrawal:
                    self.states[place] = apply(state, ev.Recorded(1, NOW, event))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path / "j", [withdrawal(0)])
    yield made
    made.database.close()


def block(number: int, *logs: LogEntry, level: Level = Level.PROVEN) -> BlockObserved:
    return BlockObserved(BlockRef(CHAIN, number, f"0x{number:02x}", 12 * number), level, logs, 2, 3)


def log(declaration: str, values: Sequence[object], at: int = 0, address: str = MAIN[1]) -> LogEntry:
    topics, data = encode_event(declaration, values)  # type: ignore[arg-type]
    return LogEntry(address, tuple("0x" + t.hex() for t in topics), "0x" + data.hex(), at, 0, "0xt")


def health(agreeing: int = 2, behind: int = 0) -> ChainHealth:
    return ChainHealth(CHAIN, agreeing, 3, 20, 10, behind=behind)


def settled_ways(bench: Bench) -> None:
    state = bench.states[0]
    bench.book.add(
        [
            operation(state, 8801, 1),
            entry(Kind.PROVEN, "8801", 8801, 2),
            entry(Kind.SYNCED, "8801", 8801, 3),
            credit(state, 4, 0),
            entry(Kind.EXECUTED, "8801", 8801, 4, 1),
            payout(10_000_000, 5),
        ],
        {},
    )


async def test_a_reorganisation_that_a_crash_cut_off_is_told_again(bench: Bench) -> None:
    settled_ways(bench)
    await bench.hear(block(9, log(l1.BLOCK_PROVEN, [9999])))
    assert bench.states[0].stage(PAID).checked()
    gone = BlocksTakenBack(CHAIN, ("0x05",), 4)
    await bench.interpreter.interpret(gone, bench.states)  # the process dies before this is journaled
    bench.open()
    await bench.hear(gone)
    assert bench.states[0].stage(PAID).level is None
    assert "replaced the block" in bench.states[0].stage(PAID).taken_back
    await bench.hear(FinalityAdvanced(CHAIN, 50, "0xff", 2, 3))
    assert bench.states[0].is_open, "what is gone is never final"
    assert await bench.hear(gone) == []


async def test_finality_ends_it_and_is_of_its_own_chain(bench: Bench) -> None:
    settled_ways(bench)
    await bench.hear(block(9, log(l1.BLOCK_PROVEN, [9999])))
    assert await bench.hear(FinalityAdvanced("Strait", 50, "0xff", 2, 3)) == []
    await bench.hear(FinalityAdvanced(CHAIN, 4, "0x04", 2, 3))
    assert bench.states[0].stage(RELEASED).level is Level.IRREVERSIBLE
    assert bench.states[0].stage(PAID).level is Level.PROVEN
    assert bench.states[0].is_open
    (last,) = await bench.hear(FinalityAdvanced(CHAIN, 5, "0x05", 2, 3))
    assert last == ev.StageSettled("w0", PAID, "0x05", 5, 2, 3)
    assert not bench.states[0].is_open
    assert await bench.hear(FinalityAdvanced(CHAIN, 6, "0x06", 2, 3)) == []


async def test_what_can_be_reverted_is_not_irreversible_however_old_its_block_is(bench: Bench) -> None:
    state = bench.states[0]
    bench.book.add([operation(state, 8801, 1), entry(Kind.PROVEN, "8801", 8801, 2)], {})
    await bench.hear(block(9, log(l1.BLOCK_PROVEN, [9999])))
    assert await bench.hear(FinalityAdvanced(CHAIN, 50, "0xff", 2, 3)) == []
    assert {bench.states[0].stage(s).level for s in (REQUESTED, EXECUTED, COMMITTED, PROVED)} == {Level.PROVEN}
    bench.book.add(
        [
            entry(Kind.SYNCED, "8801", 8801, 51),
            credit(state, 52, 0),
            entry(Kind.EXECUTED, "8801", 8801, 52, 1),
        ],
        {},
    )
    await bench.hear(block(53, log(l1.BLOCK_PROVEN, [9999])))
    assert await bench.hear(FinalityAdvanced(CHAIN, 51, "0xff", 2, 3)) == []
    await bench.hear(FinalityAdvanced(CHAIN, 52, "0xff", 2, 3))
    stages = (REQUESTED, EXECUTED, COMMITTED, PROVED, VERIFIED, RELEASED)
    assert {bench.states[0].stage(s).level for s in stages} == {Level.IRREVERSIBLE}


def to_strait() -> Withdrawal:
    """A withdrawal that the secondary chain pays, as the wallet's own plan describes it."""
    plan = plan_of(DEPLOYMENT, judged(amount="10", chain="2"), 1)
    return folded(
        [
            ev.WithdrawalStarted("w0", plan.terms),
            ev.MoveIntended("w0", "m", MoveKind.REQUEST, DEPLOYMENT.id, "0x1", "p", "1042/0", 7),
            ev.MoveSending("w0", "m"),
            ev.MoveAccepted("w0", "m"),
        ]
    )


async def test_a_batch_that_its_proving_chain_can_still_revert_is_not_irreversible_there(bench: Bench) -> None:
    bench.states[0] = state = to_strait()
    owner, owed, strait = f"17/{RECIPIENT}", {"amount": str(state.terms.amount)}, {"chain": "Strait"}
    bench.book.add(
        [
            operation(state, 8801, 1, facts={"sync_hashes": "2:0xs"}),
            entry(Kind.PROVEN, "8801", 8801, 2),
            entry(Kind.SYNCED, "8801", 8801, 3),
            operation(state, 8801, 4, facts={"sync_hash": "0xs", SEQUENCE: "5"}, **strait),
            entry(Kind.SYNCED, "8801", 8801, 5, **strait),
            entry(Kind.CREDITED, owner, 0, 6, 0, facts=owed, **strait),
            entry(Kind.EXECUTED, "8801", 8801, 6, 1, **strait),
            entry(Kind.PAYOUT, owner, 0, 7, 1, facts=owed, **strait),
        ],
        {},
    )
    await bench.hear(block(9, log(l1.BLOCK_PROVEN, [9999])))
    await bench.hear(FinalityAdvanced(CHAIN, 50, "0xff", 2, 3))
    await bench.hear(FinalityAdvanced("Strait", 50, "0xff", 2, 3))
    assert {bench.states[0].stage(s).level for s in (RELEASED, PAID)} == {Level.IRREVERSIBLE}
    assert not bench.states[0].is_open, "the money is there for good"
    revertible = (REQUESTED, EXECUTED, COMMITTED, PROVED, VERIFIED, CONFIRMED)
    assert {bench.states[0].stage(s).level for s in revertible} == {Level.PROVEN}
    bench.book.add([entry(Kind.EXECUTED, "8801", 8801, 60)], {})
    assert await bench.hear(FinalityAdvanced(CHAIN, 59, "0xfe", 2, 3)) == []
    await bench.hear(FinalityAdvanced(CHAIN, 60, "0xfd", 2, 3))
    assert {bench.states[0].stage(s).level for s in revertible} == {Level.IRREVERSIBLE}


async def test_what_another_chain_shows_settles_with_the_finality_that_was_heard_of_it(bench: Bench) -> None:
    settled_ways(bench)
    proof = Evidence(
        "BlockProven", Level.PROVEN, "Strait", 1, chain="Strait", tx_hash="0xs", block_number=7, block_hash="0x5"
    )
    bench.take([ev.StageReached("w0", VERIFIED, proof)])
    await bench.hear(block(9, log(l1.BLOCK_PROVEN, [9999])))
    bench.take([ev.StageReached("w0", VERIFIED, proof)])
    await bench.hear(ChainHealth("Strait", 2, 3, 9, 6))
    await bench.hear(FinalityAdvanced(CHAIN, 4, "0x04", 2, 3))
    assert _level_of(bench, "0x5") is Level.PROVEN
    await bench.hear(FinalityAdvanced("Strait", 7, "0x07", 2, 3))
    assert _level_of(bench, "0x5") is Level.IRREVERSIBLE


def _level_of(bench: Bench, block_hash: str) -> Level:
    return next(e.level for e in bench.states[0].stage(VERIFIED).evidence if e.block_hash == block_hash)


async def test_what_one_endpoint_showed_is_dropped_when_they_agree_and_not_before(bench: Bench) -> None:
    settled_ways(bench)
    bench.book.forget(CHAIN, ["0x05"])
    bench.book.show([payout(10_000_000, 7, level=Level.SEEN)])
    await bench.hear(block(9, log(l1.BLOCK_PROVEN, [9999])))
    assert bench.states[0].stage(PAID).level is Level.SEEN
    await bench.hear(FinalityAdvanced(CHAIN, 50, "0xff", 2, 3))
    assert bench.states[0].stage(PAID).level is Level.SEEN
    assert await bench.hear(health(agreeing=1)) == []
    await bench.hear(health())
    assert bench.states[0].stage(PAID).level is None
    assert bench.states[0].stage(RELEASED).level is Level.IRREVERSIBLE


async def test_a_block_of_one_endpoint_is_shown_and_not_kept(bench: Bench) -> None:
    await bench.hear(block(3, log(l1.BLOCK_PROVEN, [8801]), level=Level.SEEN))
    assert bench.book.first(CHAIN, Kind.PROVEN, 8801) is not None
    assert bench.keep.sightings(DEPLOYMENT.id) == []
    await bench.hear(block(3, log(l1.BLOCK_PROVEN, [8801])))
    assert len(bench.keep.sightings(DEPLOYMENT.id)) == 1


async def test_other_deployments_and_contracts_are_left_alone(bench: Bench) -> None:
    settled_ways(bench)
    foreign = withdrawal(0)
    terms = ev.Terms(**{f: getattr(foreign.terms, f) if f != "profile" else "another" for f in ev.Terms.__slots__})
    other = Withdrawal(foreign.id, terms, 1, 1, 1)
    proven = block(9, log(l1.BLOCK_PROVEN, [9999]))
    assert list(await bench.interpreter.interpret(proven, [other])) == []
    assert list(await bench.interpreter.interpret(OperatorReport("another", "x", {}), bench.states)) == []
    elsewhere = block(9, log(l1.BLOCK_PROVEN, [9999], address="0x" + "66" * 20))
    assert list(entries_of(DEPLOYMENT, elsewhere, {1042})) == []


def test_logs_that_are_malformed_say_nothing() -> None:
    good = log(l1.BLOCK_COMMIT, [8802])
    topic = good.topics[0]
    odd = [
        LogEntry(MAIN[1], (), "0x", 0, 0, "0xt"),
        LogEntry(MAIN[1], (topic,), "0x", 1, 0, "0xt"),
        LogEntry(MAIN[1], (topic, "0x" + "ff" * 32), "0x", 2, 0, "0xt"),
        LogEntry(MAIN[1], good.topics, "0x00", 3, 0, "0xt"),
        LogEntry(MAIN[1], ("0x" + "11" * 32,), "0x", 4, 0, "0xt"),
    ]
    assert list(entries_of(DEPLOYMENT, block(1, *odd), {1042})) == []
    for tx_input in ("", "0x", "0x1f75bb28", "0x1f75bb28" + "ff" * 320, "0x" + "00" * 1000):
        commit = LogEntry(MAIN[1], good.topics, good.data, 5, 0, "0xt", MAIN[1], tx_input)
        (found,) = entries_of(DEPLOYMENT, block(1, commit), {1042})
        assert (found.kind, found.number) == (Kind.COMMITTED, 8802), "the event counts, and no operation is made up"
    paid = log(l1.WITHDRAWAL, [17, 5])
    (nameless,) = entries_of(DEPLOYMENT, block(1, paid), {1042})
    assert (nameless.kind, nameless.subject) == (Kind.PAYOUT, "17/"), "nobody is named, so nobody was paid by it"


def withdrawn_on(chain_id: int) -> tuple[bytes, tuple[l1_blocks.OnchainOperation, ...]]:
    """The public data of one withdrawal to a chain."""
    op = WithdrawPubdata(chain_id, 1042, 0, 17, 17, 10**18, 0, bytes(12) + b"\x11" * 20, 7, 0, 0)
    return encode_withdraw_pubdata(op, DEPLOYMENT.layout), (l1_blocks.OnchainOperation(b"", 0),)


def test_the_data_of_a_call_is_read_once_however_many_commits_its_logs_tell_of() -> None:
    data, operations = withdrawn_on(1)
    before = l1_blocks.StoredBlock(8800, 0, bytes(32), 1, bytes(32), bytes(32), ())
    commit = l1_blocks.CommitBlocks(before, (l1_blocks.NewBlock(bytes(32), data, 2, operations, 8801),))
    call = "0x" + l1_blocks.encode_commit_blocks(commit).hex()
    told = log(l1.BLOCK_COMMIT, [8801])
    logs = [LogEntry(MAIN[1], told.topics, told.data, at, 0, "0xt", MAIN[1], call) for at in range(50)]
    found = list(entries_of(DEPLOYMENT, block(1, *logs), {1042}))
    assert [one.kind for one in found] == [Kind.COMMITTED, Kind.OPERATION]


def test_a_count_that_no_block_can_follow_says_nothing() -> None:
    data, operations = withdrawn_on(2)
    before = l1_blocks.SecondaryStoredBlock(8800, (1 << 32) - 1, 0, bytes(32), bytes(32))
    new = l1_blocks.NewBlock(bytes(32), data, 0, operations, 8801)
    call = "0x" + encode_commit_compressed_blocks(CommitCompressedBlocks(before, (new,))).hex()
    told = log(l1.BLOCK_COMMIT, [8801])
    commit = LogEntry(MAIN[2], told.topics, told.data, 0, 0, "0xt", MAIN[2], call)
    observed = BlockObserved(BlockRef("Strait", 1, "0x1", 12), Level.SEEN, (commit,), 1, 3)
    assert list(entries_of(DEPLOYMENT, observed, {1042})) == []


async def test_how_long_it_usually_takes(bench: Bench) -> None:
    assert bench.interpreter.expectations(CHAIN) == {}
    for n in range(6):
        first = 10 * n
        bench.book.add(
            [
                entry(Kind.COMMITTED, str(9000 + n), 9000 + n, first),
                entry(Kind.PROVEN, str(9000 + n), 9000 + n, first + 2),
                entry(Kind.SYNCED, str(9000 + n), 9000 + n, first + 5),
            ],
            {},
        )
    found = bench.interpreter.expectations(CHAIN)
    assert found.keys() == {PROVED, VERIFIED}
    assert (found[PROVED].median, found[VERIFIED].median, found[PROVED].samples) == (24_000, 36_000, 6)
    assert WHOLE not in found, "nobody knows yet how long the release takes"
    executed = [entry(Kind.EXECUTED, str(9000 + n), 9000 + n, 10 * n + 6) for n in range(6)]
    bench.book.add(executed[:4], {})
    assert bench.interpreter.expectations(CHAIN).keys() == {PROVED, VERIFIED}, "four batches are too few"
    bench.book.add(executed[4:], {})
    found = bench.interpreter.expectations(CHAIN)
    assert (found[RELEASED].median, found[WHOLE].median, found[WHOLE].p90) == (12_000, 72_000, 72_000)


async def test_a_secondary_chain_tells_by_its_own_events_and_by_the_batches_that_concern_it(bench: Bench) -> None:
    for n in range(12):
        number, first = 9000 + n, 100 * n
        steps = [
            (Kind.COMMITTED, CHAIN, 0),
            (Kind.PROVEN, CHAIN, 2),
            (Kind.SYNCED, CHAIN, 5),
            (Kind.EXECUTED, CHAIN, 6),
        ]
        steps += [(Kind.SYNCED, "Lagoon", 9)]
        if n % 2 == 0:
            steps += [(Kind.COMMITTED, "Lagoon", 1), (Kind.EXECUTED, "Lagoon", 19)]
        facts = {SEQUENCE: str(400 + n)}
        bench.book.add([entry(k, str(number), number, first + at, chain=c, facts=facts) for k, c, at in steps], {})
    there, here = bench.interpreter.expectations("Lagoon"), bench.interpreter.expectations(CHAIN)
    assert there.keys() == {PROVED, VERIFIED, CONFIRMED, RELEASED, WHOLE}
    assert (there[CONFIRMED].median, there[RELEASED].median, there[WHOLE].median) == (48_000, 120_000, 228_000)
    assert {there[stage].samples for stage in (CONFIRMED, RELEASED, WHOLE)} == {6}
    assert here.keys() == {PROVED, VERIFIED, RELEASED, WHOLE}
    assert (here[RELEASED].median, here[WHOLE].median, here[WHOLE].samples) == (12_000, 72_000, 12)


def said(stage: str, at: int) -> ev.StageReached:
    return ev.StageReached("w0", stage, Evidence("operator", Level.REPORTED, "zkLink", at, {"x": "1"}))


async def test_the_operators_word_is_held_against_a_chain_that_was_read_to_its_end(bench: Bench) -> None:
    grace = 20 * 12 * 1000
    bench.take([said(COMMITTED, NOW - grace)])
    assert await bench.hear(health()) == [], "it may run ahead for a while"
    bench.take([said(COMMITTED, NOW - grace - 1)])
    for look in (health(agreeing=1), health(behind=3), ChainHealth("Strait", 3, 3, 9, 9)):
        assert await bench.hear(look) == []
    (found,) = await bench.hear(health())
    assert isinstance(found, ev.StageContradicted)
    assert found.said == "zkLink says that the batch is committed."
    assert found.found == "Harbour does not show it, though 2 of 3 endpoints agree."
    assert await bench.hear(health()) == [], "said once"
    settled_ways(bench)
    await bench.hear(block(9, log(l1.BLOCK_PROVEN, [9999])))
    assert bench.states[0].stage(COMMITTED).contradicted == ""
    bench.take([said(RELEASED, 0)])
    assert await bench.hear(health()) == [], "L1 shows it"


async def test_what_the_contract_owes_to_others_is_not_kept(bench: Bench) -> None:
    terms = bench.states[0].terms
    mine = bytes(12) + bytes.fromhex(terms.recipient[2:])
    token = int(terms.details["target_token"])
    logs = [log(l1.WITHDRAWAL_PENDING, [token, who, 5], at) for at, who in enumerate((b"\x77" * 32, mine))]
    other_token = log(l1.WITHDRAWAL_PENDING, [token + 1, mine, 5], 2)
    await bench.hear(block(9, *logs, other_token))
    kept = bench.keep.sightings(DEPLOYMENT.id)
    assert [(s.kind, s.subject) for s in kept] == [(str(Kind.CREDITED), f"{token}/{terms.recipient}")]


async def test_batches_that_were_moved_by_hand_say_nothing_of_time(bench: Bench) -> None:
    def batches(first: int, seconds: int) -> None:
        for number in range(first, first + 6):
            committed = entry(Kind.COMMITTED, str(number), number, number)
            proven = entry(Kind.PROVEN, str(number), number, number)
            bench.book.add([committed, replace(proven, block_time=committed.block_time + seconds)], {})

    batches(9000, 86_400)
    bench.interpreter.forget_pace()
    assert bench.interpreter.expectations(CHAIN) == {}
    bench.open()
    assert bench.interpreter.expectations(CHAIN) == {}, "nor after a restart"
    batches(9100, 24)
    assert bench.interpreter.expectations(CHAIN)[PROVED].p95 == 24_000


async def test_another_with_its_nonce_ends_a_request_only_once_its_batch_is_executed_for_good(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j", [withdrawal(0, accepted=False)])
    other = operation(bench.states[0], 8801, 1, facts={"amount": "9"})
    bench.book.add([other, entry(Kind.EXECUTED, "8801", 8801, 4)], {})
    await bench.hear(ChainHealth(CHAIN, 2, 3, 20, 2))
    assert "Unless that batch is taken back, this one cannot take effect." in bench.states[0].facts[OUTRUN]
    told = voyage_of(bench.states[0], NORMAL, None, NOW)
    assert told.headline == bench.states[0].facts[OUTRUN]
    assert "cannot be taken back any more" in told.advice
    await bench.hear(FinalityAdvanced(CHAIN, 3, "0x03", 2, 3))
    assert bench.states[0].is_open
    await bench.hear(FinalityAdvanced(CHAIN, 4, "0x04", 2, 3))
    request = bench.states[0].request
    assert request is not None
    assert (request.state, request.code) == (MoveState.REFUSED, "nonce-used")
    assert "can never take effect" in request.said
    bench.database.close()


async def test_a_request_comes_back_where_the_batch_of_another_with_its_nonce_is_taken_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "j", [withdrawal(0, accepted=False)])
    bench.book.add([operation(bench.states[0], 8801, 1, facts={"amount": "9"})], {})
    await bench.hear(health())
    assert bench.states[0].facts[OUTRUN]
    await bench.hear(block(6, log(l1.BLOCKS_REVERT, [8800, 8800])))
    assert not bench.states[0].facts[OUTRUN]
    assert "in a batch" not in voyage_of(bench.states[0], NORMAL, None, NOW).headline
    bench.book.add([operation(bench.states[0], 8801, 7)], {})
    bench.take(await bench.interpreter.look_again(bench.states))
    request = bench.states[0].request
    assert request is not None
    assert request.state is MoveState.ACCEPTED
    assert bench.states[0].stage(COMMITTED).checked()
    bench.database.close()
