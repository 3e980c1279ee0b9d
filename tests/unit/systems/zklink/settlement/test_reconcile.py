"""The wallet's picture against a model of the chain: never more than it shows, whatever reverts or lies."""

import itertools
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.domain.folding import apply
from ashore.domain.moves import MoveState
from ashore.domain.withdrawal import OUTRUN, Mark, Status, Withdrawal
from ashore.store.database import Database
from ashore.store.keep import Keep
from ashore.systems.zklink.settlement.book import Book, Kind
from ashore.systems.zklink.settlement.reconcile import EVENT_OF_STAGE, reconcile
from ashore.systems.zklink.system.tracks import COMMITTED, EXECUTED, PAID, PROVED, RELEASED, REQUESTED, VERIFIED
from unit.systems.zklink.settlement.rollup_model import (
    CHAIN,
    MICRO,
    Model,
    credit,
    entry,
    operation,
    payout,
    withdrawal,
)
from unit.systems.zklink.zklink_bench import DEPLOYMENT

STAGES = (COMMITTED, PROVED, VERIFIED, RELEASED, PAID)
DRAIN = ("commit", "prove", "sync", "execute", "payout")
ORDINARY = (*DRAIN, "commit", "prove", "sync", "execute", "payout", "payout", "revert")
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(ORDINARY), st.integers(0, 15)),
        st.tuples(st.just("reorg"), st.integers(1, 4)),
        st.tuples(st.sampled_from(["lie", "agree"]), st.integers(0, 200)),
    ),
    max_size=30,
)
_files = itertools.count()


class Wallet:
    """A book on disk and the withdrawals that are compared with it."""

    def __init__(self, folder: Path, states: list[Withdrawal]) -> None:
        self.database = Database(folder / f"{next(_files)}.sqlite3")
        self.keep = Keep(self.database)
        self.book = Book(self.keep, DEPLOYMENT.id)
        self.states = states
        self.events: list[ev.Event] = []

    def look(self) -> list[ev.Event]:
        """Compare all, and apply what follows."""
        found: list[ev.Event] = []
        for place, state in enumerate(self.states):
            for event in list(reconcile(DEPLOYMENT, self.book, state, 5)):
                self.states[place] = apply(self.states[place], ev.Recorded(1, 5, event))
                found.append(event)
        self.events += found
        return found

    def restarted(self) -> Book:
        """The book as it would be read after closing."""
        return Book(self.keep, DEPLOYMENT.id)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("books")


def standing(state: Withdrawal) -> dict[str, str]:
    """The block that each stage's event is in."""
    return {
        stage: evidence.block_hash
        for stage in STAGES
        for evidence in state.stage(stage).evidence
        if evidence.kind == EVENT_OF_STAGE[stage] and evidence.level >= Level.PROVEN
    }


def lies(wallet: Wallet, model: Model, some: int) -> None:
    """One endpoint shows a whole settled way of a withdrawal, or another request in its place."""
    state = wallet.states[some % len(wallet.states)]
    block = len(model.chain) + 1 - some % 7
    wrong = {"amount": "1"} if some % 3 == 0 else {}
    seen = {"level": Level.SEEN, "agreeing": 1, "block_hash": f"0xlie{some}"}
    wallet.book.show(
        [
            operation(state, 8801 + some % 5, block, facts=wrong, **seen),
            *(entry(k, "9999", 9999, block, 1 + n, **seen) for n, k in enumerate((Kind.PROVEN, Kind.SYNCED))),
            credit(state, block, 3, **seen),
            entry(Kind.EXECUTED, "9999", 9999, block, 4, **seen),
            payout(state.terms.amount // MICRO, block, 5, **seen),
        ]
    )


def check_money(wallet: Wallet) -> None:
    """Nothing is spent twice, and what is paid is paid in full."""
    paid = {(e.block_hash, e.log_index): int(e.facts["amount"]) for e in wallet.book.of(CHAIN, Kind.PAYOUT)}
    used: Counter[tuple[str, int]] = Counter()
    for spent in wallet.book.of(CHAIN, Kind.SPENT):
        used[spent.block_hash, spent.log_index] += int(spent.facts["amount"])
    assert all(used[place] <= paid[place] for place in used)
    for state in wallet.states:
        mine = wallet.book.about(CHAIN, Kind.SPENT, state.id)
        total = sum(int(e.facts["amount"]) for e in mine)
        assert total <= state.terms.amount // MICRO
        if (state.stage(PAID).level or 0) >= Level.PROVEN:
            assert total == state.terms.amount // MICRO


@settings(max_examples=50)
@given(steps, st.lists(st.sampled_from(["10", "10", "5", "7.5", "0.000001"]), min_size=1, max_size=4))
def test_any_history(folder: Path, history: list[tuple[str, int]], amounts: list[str]) -> None:
    fresh = [withdrawal(n, amount) for n, amount in enumerate(amounts)]
    wallet, model = Wallet(folder, fresh[:]), Model(fresh)
    try:
        for what, some in history:
            if what == "reorg":
                wallet.book.forget(CHAIN, model.reorg(some))
            elif what == "lie":
                lies(wallet, model, some)
            elif what == "agree":
                wallet.book.unshow(CHAIN)
            else:
                wallet.book.add(model.step(what, some), {})
            wallet.look()
            assert wallet.look() == [], "a second look finds nothing"
            check_money(wallet)
            for index, state in enumerate(wallet.states):
                proven = {s for s in STAGES if (state.stage(s).level or 0) >= Level.PROVEN}
                assert proven <= model.true_stages(index), "never more than the chain shows"
        wallet.book.unshow(CHAIN)
        wallet.look()
        assert all(e.level is not Level.SEEN for w in wallet.states for s in STAGES for e in w.stage(s).evidence)
        assert all('"level":2' not in s.body for s in wallet.keep.sightings(DEPLOYMENT.id)), (
            "what one shows is not kept"
        )
        for index, state in enumerate(wallet.states):
            assert set(standing(state)) - {PAID} == model.true_stages(index) - {PAID}, "and never less"

        wallet.book = wallet.restarted()
        assert wallet.look() == [], "after a restart the same book says the same"
        late = Wallet(folder, fresh[:])
        late.book = wallet.book
        late.look()
        assert [standing(s) for s in late.states] == [standing(s) for s in wallet.states], "whenever it is heard of"
        late.database.close()

        for what in (*DRAIN, *DRAIN):
            wallet.book.add(model.step(what, 15), {})
            wallet.look()
        assert all((w.stage(PAID).level or 0) >= Level.PROVEN for w in wallet.states), "all ends paid"
        check_money(wallet)
        assert not any(isinstance(e, ev.MoveRefused | ev.StageContradicted) for e in wallet.events)
    finally:
        wallet.database.close()


def waded(state: Withdrawal, **changes: object) -> list[object]:
    """All entries of a withdrawal that went through in blocks 1 to 5."""
    return [
        operation(state, 8801, 1, **changes),
        entry(Kind.COMMITTED, "8802", 8802, 1),
        entry(Kind.PROVEN, "8802", 8802, 2),
        entry(Kind.SYNCED, "8802", 8802, 3),
        credit(state, 4, 0),
        entry(Kind.EXECUTED, "8802", 8802, 4, 1),
        payout(state.terms.amount // MICRO, 5),
    ]


class TestRequests:
    """What L1 tells about a request whose answer was lost."""

    @pytest.mark.parametrize("level", [Level.SEEN, Level.PROVEN])
    def test_found_in_a_batch(self, folder: Path, level: Level) -> None:
        wallet = Wallet(folder, [withdrawal(0, accepted=False)])
        shown = operation(wallet.states[0], 8801, 1, level=level)
        (wallet.book.show([shown]) if level is Level.SEEN else wallet.book.add([shown], {}))
        wallet.look()
        request = wallet.states[0].request
        assert request is not None
        assert (request.state is MoveState.ACCEPTED) is (level is Level.PROVEN), "one endpoint decides nothing"
        assert wallet.states[0].stage(COMMITTED).level is level
        assert ("l2_block" in wallet.states[0].facts) is (level is Level.PROVEN)
        wallet.database.close()

    @pytest.mark.parametrize("field", ["amount", "fee", "to", "token", "source_token", "chain_id"])
    @pytest.mark.parametrize("level", [Level.SEEN, Level.PROVEN])
    def test_another_in_its_place(self, folder: Path, field: str, level: Level) -> None:
        wallet = Wallet(folder, [withdrawal(0, accepted=False), withdrawal(0)])
        shown = operation(wallet.states[0], 8801, 1, level=level, facts={field: "9"})
        (wallet.book.show([shown]) if level is Level.SEEN else wallet.book.add([shown], {}))
        found = wallet.look()
        if level is Level.SEEN:
            assert found == []
        else:
            assert [type(e) for e in found] == [ev.FactLearnt, ev.StageContradicted]
            assert "Unless that batch is taken back" in wallet.states[0].facts[OUTRUN]
            assert wallet.states[0].is_open, "a batch that is not executed may be taken back"
            assert wallet.states[1].stage(COMMITTED).level is None
        assert wallet.look() == []
        wallet.database.close()


class TestEvidence:
    def test_each_stage_names_its_event(self, folder: Path) -> None:
        wallet = Wallet(folder, [withdrawal(0)])
        wallet.book.add(waded(wallet.states[0], facts={"batch_end": "8802"}), {})  # type: ignore[arg-type]
        wallet.look()
        said = {s: e.facts["event"] for s in STAGES for e in wallet.states[0].stage(s).evidence}
        assert said == {
            COMMITTED: "BlockCommit(8802)",
            PROVED: "BlockProven(8802)",
            VERIFIED: "BlockSynced(8802)",
            RELEASED: "BlockExecuted(8802)",
            PAID: "Withdrawal(17, 10000000)",
        }
        assert wallet.states[0].stage(VERIFIED).evidence[0].facts["final root"] == "0xroot"
        wallet.database.close()

    def test_the_weakest_link_counts(self, folder: Path) -> None:
        wallet = Wallet(folder, [withdrawal(0)])
        first, *others = waded(wallet.states[0])
        wallet.book.add(others, {})  # type: ignore[arg-type]
        wallet.book.show([replace(first, level=Level.SEEN)])  # type: ignore[type-var]
        wallet.look()
        assert {wallet.states[0].stage(s).level for s in STAGES} == {Level.SEEN}
        assert wallet.book.of(CHAIN, Kind.SPENT) == []
        wallet.book.unshow(CHAIN)
        wallet.look()
        assert {wallet.states[0].stage(s).level for s in STAGES} == {None}
        assert "Only one endpoint" in wallet.states[0].stage(PAID).taken_back
        wallet.book.add([first], {})  # type: ignore[list-item]
        wallet.look()
        assert {wallet.states[0].stage(s).level for s in STAGES} == {Level.PROVEN}
        wallet.database.close()

    def test_an_old_credit_releases_nothing(self, folder: Path) -> None:
        wallet = Wallet(folder, [withdrawal(0)])
        entries = [e for e in waded(wallet.states[0]) if e.kind is not Kind.CREDITED]  # type: ignore[attr-defined]
        wallet.book.add([*entries, credit(wallet.states[0], 0, 0)], {})  # type: ignore[list-item]
        wallet.look()
        assert wallet.states[0].stage(RELEASED).level is None
        wallet.database.close()

    def test_the_stored_root_falls_with_its_batch(self, folder: Path) -> None:
        state = withdrawal(0)
        wallet = Wallet(folder, [state])
        wallet.book.add(waded(state)[:4], {})  # type: ignore[arg-type]
        wallet.look()
        synced = wallet.states[0].stage(VERIFIED).evidence[0]
        root = replace(synced, kind="storedBlockHashes", block_number=9, block_hash="0x99", log_index=-1)
        reached = ev.StageReached(state.id, VERIFIED, root)
        wallet.states[0] = apply(wallet.states[0], ev.Recorded(1, 5, reached))
        assert wallet.look() == [], "it stands beside the event"
        wallet.book.add([entry(Kind.REVERTED, "8800", 8800, 10)], {})
        wallet.look()
        view = wallet.states[0].stage(VERIFIED)
        assert view.evidence == ()
        assert "zkLink took its batch back" in view.taken_back
        wallet.database.close()


class TestPayouts:
    """Attribution: exactly its amount first, else first in, first out; merged ones are said to be so."""

    def paid(self, folder: Path, amounts: list[str], *micros: int) -> Wallet:
        wallet = Wallet(folder, [withdrawal(n, amount) for n, amount in enumerate(amounts)])
        for n, state in enumerate(wallet.states):
            wallet.book.add([operation(state, 8801, 1, n), credit(state, 4, n)], {})
        shared = [e for e in waded(wallet.states[0]) if e.kind in (Kind.PROVEN, Kind.SYNCED)]  # type: ignore[attr-defined]
        wallet.book.add([*shared, entry(Kind.EXECUTED, "8802", 8802, 4, 90)], {})  # type: ignore[list-item]
        wallet.book.add([payout(amount, 5 + n) for n, amount in enumerate(micros)], {})
        wallet.look()
        assert wallet.look() == []
        check_money(wallet)
        return wallet

    def blocks(self, wallet: Wallet) -> list[int | None]:
        found = [w.stage(PAID).best for w in wallet.states]
        wallet.database.close()
        return [e.block_number if e else None for e in found]

    def test_exactly_its_amount_first(self, folder: Path) -> None:
        assert self.blocks(self.paid(folder, ["10", "5"], 5_000_000, 10_000_000)) == [6, 5]

    def test_twins_take_one_each(self, folder: Path) -> None:
        assert self.blocks(self.paid(folder, ["10", "10"], 10_000_000)) == [5, None]
        assert self.blocks(self.paid(folder, ["10", "10"], 10_000_000, 10_000_000)) == [5, 6]

    def test_merged(self, folder: Path) -> None:
        wallet = self.paid(folder, ["10", "5"], 15_000_000)
        parts = [w.stage(PAID).evidence[0].facts for w in wallet.states]
        assert [p["of which yours here"] for p in parts] == ["10.00 USDC", "5.00 USDC"]
        assert all(p["paid"].startswith("15.00 USDC to 0x") for p in parts)
        assert self.blocks(wallet) == [5, 5]

    def test_in_several(self, folder: Path) -> None:
        wallet = self.paid(folder, ["10"], 4_000_000, 1_000_000, 7_000_000)
        facts = wallet.states[0].stage(PAID).evidence[0].facts
        assert facts["of which yours here"] == "5.00 USDC"
        assert facts["together with"] == "log 1 of block 5, log 1 of block 6"
        wallet.book.forget(CHAIN, ["0x07"])
        wallet.look()
        assert wallet.states[0].stage(PAID).level is None, "a part is not the whole"
        wallet.book.add([payout(3_000_000, 7, block_hash="0x7b"), payout(2_000_000, 8)], {})
        wallet.look()
        check_money(wallet)
        assert self.blocks(wallet) == [8]

    def test_too_little_is_not_paid(self, folder: Path) -> None:
        assert self.blocks(self.paid(folder, ["10"], 9_999_999)) == [None]
        assert self.blocks(self.paid(folder, ["10"])) == [None]

    def test_a_payout_before_the_release_is_another(self, folder: Path) -> None:
        wallet = self.paid(folder, ["10"])
        wallet.book.add([payout(10_000_000, 4, 50), payout(10_000_000, 3)], {})
        wallet.look()
        assert self.blocks(wallet) == [None]

    @pytest.mark.parametrize("lie", [10_000_000, 12_000_000])
    def test_what_one_endpoint_shows_is_never_spent(self, folder: Path, lie: int) -> None:
        wallet = self.paid(folder, ["10"])
        wallet.book.show([payout(lie, 6, level=Level.SEEN, block_hash="0xlie")])
        wallet.look()
        assert wallet.states[0].stage(PAID).level is Level.SEEN
        assert wallet.restarted().of(CHAIN, Kind.SPENT) == []
        wallet.book.unshow(CHAIN)
        wallet.book.add([payout(10_000_000, 7)], {})
        wallet.look()
        assert wallet.states[0].stage(PAID).checked(), "the true one still counts"
        assert self.blocks(wallet) == [7]


def test_l1_brings_back_what_the_operator_refused_or_called_failed(tmp_path: Path) -> None:
    """A refusal or a failure is the operator's word; a batch that holds the withdrawal is more."""
    refused = withdrawal(0, "10", ev.MoveRefused("w0", "m", "206", "no"), accepted=False)
    failed = withdrawal(1, "10", ev.StageFailed("w1", EXECUTED, "no", "zkLink"))
    with closing(Database(tmp_path / "j")) as database:
        book = Book(Keep(database), DEPLOYMENT.id)
        book.add([operation(refused, 8801, 5, 0), operation(failed, 8801, 5, 1)], {})
        for told, before in ((refused, Status.REFUSED), (failed, Status.FAILED)):
            assert told.status is before
            state = told
            for seq, event in enumerate(reconcile(DEPLOYMENT, book, told, 2), told.seq + 1):
                state = apply(state, ev.Recorded(seq, 2, event))
            assert state.status is Status.UNDER_WAY
            assert [state.stage(s).mark for s in (REQUESTED, EXECUTED, COMMITTED)] == [Mark.PROVEN] * 3


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        ({"call_hash": "0x" + "ca" * 32}, "withdrawal with a call attached"),
        ({"ratio": "10"}, "withdrawal"),
        ({"flag": "1"}, "withdrawal"),
    ],
)
def test_what_was_signed_otherwise_is_another_withdrawal(folder: Path, facts: dict[str, str], named: str) -> None:
    """A call, a broker's share and the way to Ethereum are terms, too."""
    wallet = Wallet(folder, [withdrawal(1)])
    wallet.book.add([operation(wallet.states[0], 8801, 1, facts=facts)], {})
    wallet.look()
    view = wallet.states[0].stage(COMMITTED)
    assert view.level is None
    assert view.contradicted.endswith(f"Harbour shows another {named} with the same nonce.")
    wallet.database.close()
