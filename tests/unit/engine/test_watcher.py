"""Watching: what follows from a poll is journaled before the place is, and one bad cycle is not the last."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.observations import BlockObserved, BlockRef, ChainHealth, Observation
from ashore.domain.withdrawal import Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.engine.ledger import Ledger
from ashore.engine.views import Change, Topic
from ashore.engine.watcher import ChainWatch, OperatorWatch, guarded
from ashore.ethereum.follower import Poll
from ashore.ethereum.follower_state import FollowerState, Known
from ashore.store.database import Database
from ashore.store.journal import Journal
from ashore.store.keep import Keep
from ashore.systems.base import Report
from faults.campaign_loop import run
from unit.domain.event_strategies import intended, shown, started
from unit.engine.scripted_system import TRACK, ScriptedSystem

HEALTH = ChainHealth("Harbour", 2, 3, 9, 5)
BLOCK = BlockObserved(BlockRef("Harbour", 9, "0x09", 1), Level.PROVEN, (), 2, 3)
PLACE = FollowerState("Harbour", (Known(9, "0x" + "09" * 32),))


class Settling(ScriptedSystem):
    """Takes every block for the commit of every open withdrawal."""

    broken = False

    async def interpret(self, observation: Observation, open_: Sequence[Withdrawal]) -> Iterable[ev.Event]:
        if self.broken:
            raise RuntimeError("a defect")
        if isinstance(observation, BlockObserved):
            return [ev.StageReached(w.id, "committed", shown(Level.PROVEN)) for w in open_]
        return await super().interpret(observation, open_)


@dataclass
class Follower:
    """Shows the same block at each poll that begins before it."""

    asked: list[FollowerState] = field(default_factory=list)

    async def poll(self, state: FollowerState) -> Poll:
        self.asked.append(state)
        return Poll((HEALTH,) if state.last else (BLOCK, HEALTH), PLACE)


class Bench:
    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "j")
        self.keep, self.journal = Keep(self.database), Journal(self.database)
        self.ledger = Ledger(self.journal, {"t@1": TRACK}, lambda: 7)
        self.ledger.record([started(), intended()])
        self.system, self.follower = Settling(), Follower()
        self.changes: list[Change] = []
        self.ledger.subscribe(self.changes.append)
        self.passed: list[tuple[Boundary, bool, bool]] = []
        follower: Any = self.follower
        self.chain = ChainWatch("Harbour", follower, [self.system], self.ledger, self.keep, 1.0, self.probe)
        self.operator = OperatorWatch(self.system, self.ledger, 1.0, self.probe)

    def probe(self, boundary: Boundary) -> None:
        self.passed.append((boundary, self.committed, self.keep.follower_state("Harbour") is not None))

    @property
    def committed(self) -> bool:
        state = self.journal.load("w")
        assert state is not None
        return state.stage("committed").checked()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.database.close()


async def test_the_place_is_written_last(bench: Bench) -> None:
    await bench.chain.poll()
    assert bench.passed == [
        (Boundary.POLL_ANSWERED, False, False),
        (Boundary.DERIVED_JOURNALED, True, False),
        (Boundary.PLACE_WRITTEN, True, True),
    ]
    assert bench.chain.health == HEALTH
    assert Change(Topic.HEALTH, "Harbour") in bench.changes
    await bench.chain.poll()
    assert bench.follower.asked == [FollowerState("Harbour"), PLACE]


@pytest.mark.parametrize("outbid", [True, False])
async def test_an_end_that_was_found_of_what_went_on_meanwhile_is_asked_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, *, outbid: bool
) -> None:
    await bench.chain.poll()

    async def ask_chain(_health: ChainHealth, open_: Sequence[Withdrawal]) -> Iterable[ev.Event]:
        if outbid:
            bench.ledger.record([ev.FactLearnt("w", "gas.most", "7", "Ashore")])
        return [
            ev.StageFailed(state.id, "committed", "Another transaction used its number.", "Harbour") for state in open_
        ]

    monkeypatch.setattr(bench.system, "ask_chain", ask_chain)
    await bench.chain.poll()
    state = bench.ledger.get("w")
    assert state is not None
    assert bool(state.stage("committed").failed) is not outbid


async def test_a_cycle_that_stumbles_is_taken_again_from_where_it_began(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.system.broken = True
    await guarded(bench.chain.poll)
    assert bench.keep.follower_state("Harbour") is None
    assert "RuntimeError" in caplog.text
    assert "a defect" not in caplog.text
    bench.system.broken = False
    await guarded(bench.chain.poll)
    assert bench.committed
    assert bench.follower.asked == [FollowerState("Harbour")] * 2


async def test_what_can_be_said_is_no_defect(caplog: pytest.LogCaptureFixture) -> None:
    async def refused() -> None:
        raise AshoreError("It cannot be reached.")

    with caplog.at_level("INFO"):
        await guarded(refused)
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("INFO", "watching paused: It cannot be reached.")
    ]


async def test_the_operators_notes_are_told_once(bench: Bench) -> None:
    await bench.operator.ask()
    await bench.operator.ask()
    assert bench.operator.notes == ("It is slow.",)
    assert bench.changes.count(Change(Topic.OPERATOR)) == 1
    state = bench.ledger.get("w")
    assert state is not None
    assert state.stage("committed").level is Level.REPORTED


class Counting(Settling):
    """An operator that counts its askings and has nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def ask_operator(self, open_: Sequence[Withdrawal], stopped: Sequence[Withdrawal]) -> Report:
        self.asked += 1
        return Report()


@pytest.mark.parametrize(("patient", "fewest", "most"), [(True, 60, 110), (False, 380, 405)])
def test_an_operator_with_nothing_new_is_asked_more_rarely(
    tmp_path: Path, *, patient: bool, fewest: int, most: int
) -> None:
    async def quiet_and_then_news() -> tuple[int, int]:
        made, system = Bench(tmp_path), Counting()
        watch = OperatorWatch(system, made.ledger, 3.0, made.probe, patient=patient)
        running = asyncio.create_task(watch.run())
        await asyncio.sleep(1200)
        first = system.asked
        made.ledger.record([ev.FactLearnt("w", "gas.most", "7", "Ashore")])
        watch.look_again()
        await asyncio.sleep(60)
        running.cancel()
        made.database.close()
        return first, system.asked - first

    first, after_news = run(quiet_and_then_news())
    assert fewest <= first <= most
    assert 17 <= after_news <= 22, "after news it is asked as often as at the beginning"
