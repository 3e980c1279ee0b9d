"""The ledger: the journal first, then memory, then who listens; and nobody who listens can spoil it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.domain.moves import SignedMove
from ashore.domain.withdrawal import LAST_LEVEL
from ashore.engine.ledger import SUPERSEDED, Ledger, current_stage
from ashore.engine.views import Change, Topic
from ashore.store.database import Database, StoreError
from ashore.store.journal import Journal
from unit.domain.event_strategies import history, intended, shown, started
from unit.engine.scripted_system import TRACK


class Bench:
    def __init__(self, path: Path) -> None:
        self.database = Database(path)
        self.journal = Journal(self.database)
        self.ledger = Ledger(self.journal, {"t@1": TRACK}, lambda: 7)
        self.heard: list[Change] = []
        self.ledger.subscribe(self.heard.append)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "j")
    yield made
    made.database.close()


FINAL = ev.StageReached("w", "paid", shown(Level.IRREVERSIBLE))


def test_what_ends_leaves_the_open_and_can_still_be_had(bench: Bench) -> None:
    bench.ledger.record([started(), intended(), started("v")])
    assert [w.id for w in bench.ledger.open] == ["w", "v"]
    bench.ledger.record([FINAL])
    assert [w.id for w in bench.ledger.open] == ["v"]
    ended = bench.ledger.get("w")
    assert ended is not None
    assert not ended.is_open
    assert bench.ledger.get("none") is None
    assert bench.heard == [Change(Topic.WITHDRAWAL, name) for name in ("w", "v", "w")]
    bench.ledger.record([])
    assert len(bench.heard) == 3


def test_an_ended_one_goes_on_from_the_journal(bench: Bench) -> None:
    bench.ledger.record([started(), FINAL])
    gone = ev.StageTakenBack("w", "paid", "gone", "0xaa")
    bench.ledger.record([ev.FactLearnt("w", "k", "1", "s"), gone, ev.FactLearnt("w", "k", "2", "s")])
    (state,) = bench.ledger.open
    assert state == bench.journal.load("w")
    assert state.facts["k"] == "2"


@settings(max_examples=30)
@given(st.lists(st.lists(st.tuples(st.sampled_from("ab"), history), max_size=2), max_size=5))
async def test_memory_is_what_a_restart_would_find(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[str, list[ev.Event]]]]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("l") / "j")
    try:
        bench.ledger.record([event for n in "ab" for event in (started(n), intended(n))])
        for batch in batches:
            bench.ledger.record([_of(name, event) for name, events in batch for event in events])
        again = Ledger(Journal(bench.database), {"t@1": TRACK}, lambda: 7)
        await again.load()
        assert list(again.open) == sorted(bench.ledger.open, key=lambda w: w.id)
        assert all(again.get(n) == bench.ledger.get(n) for n in "ab")
    finally:
        bench.database.close()


def _of(name: str, event: ev.Event) -> ev.Event:
    return type(event)(**{f: name if f == "withdrawal" else getattr(event, f) for f in event.__slots__})


@pytest.mark.parametrize(
    "bad", [ev.MoveSending("w", "unknown move"), ev.FactLearnt("nobody", "k", "v", "s"), started("w")]
)
def test_a_batch_that_cannot_follow_changes_nothing(bench: Bench, bad: ev.Event) -> None:
    bench.ledger.record([started(), intended()])
    before, heard = bench.ledger.get("w"), len(bench.heard)
    with pytest.raises((KeyError, ValueError)):
        bench.ledger.record([ev.MoveSending("w", "m"), bad])
    assert bench.ledger.get("w") == before == bench.journal.load("w")
    assert len(bench.heard) == heard
    bench.ledger.record([ev.MoveSending("w", "m")])


def test_a_journal_that_cannot_be_written_leaves_memory_as_it_was(bench: Bench) -> None:
    bench.ledger.record([started(), intended()])
    (pages,) = bench.database.read("PRAGMA page_count")[0]
    bench.database.read(f"PRAGMA max_page_count={pages}")
    before = bench.ledger.get("w")
    with pytest.raises(StoreError):
        bench.ledger.record([ev.FactLearnt("w", "k", "v" * 200_000, "s")])
    assert bench.ledger.get("w") == before


def test_a_listener_that_stumbles_stops_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    def stumble(_change: Change) -> None:
        raise RuntimeError("a secret would stand here")

    later: list[Change] = []
    end = bench.ledger.subscribe(stumble)
    bench.ledger.subscribe(later.append)
    bench.ledger.record([started(), started("v")])
    assert [w.id for w in bench.ledger.open] == ["w", "v"]
    assert len(later) == 2
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text
    end()
    end()
    caplog.clear()
    bench.ledger.record([intended()])
    assert caplog.text == ""


async def test_many_events_are_all_written(bench: Bench) -> None:
    bench.ledger.record([started()])
    await bench.ledger.record_many(ev.FactLearnt("w", str(n), "v", "s") for n in range(150))
    state = bench.ledger.get("w")
    assert state is not None
    assert len(state.facts) == 151
    assert bench.journal.load("w") == state


def test_the_furthest_stage_is_the_current_one(bench: Bench) -> None:
    bench.ledger.record([started()])

    def current() -> str:
        state = bench.ledger.get("w")
        assert state is not None
        return current_stage(state, TRACK).id

    assert current() == "requested"
    bench.ledger.record([ev.StageReached("w", "committed", shown(Level.PROVEN))])
    assert current() == "committed"
    (row,) = bench.journal.page("", "all", None, 9)
    assert (row.stage, row.mark) == ("Committed", "proven")
    bench.ledger.record([ev.StageTakenBack("w", "committed", "gone")])
    assert current() == "requested"
    bench.ledger.record([ev.StageFailed("w", "committed", "no", "z")])
    assert current() == "committed"


async def test_what_stopped_on_somebodys_word_is_still_watched(bench: Bench) -> None:
    refused = ev.MoveRefused("w", "m", "206", "no")
    bench.ledger.record([started(), intended(), refused])
    assert bench.ledger.open == []
    assert [w.id for w in bench.ledger.watched] == ["w"]
    await bench.ledger.load()
    assert [w.id for w in bench.ledger.watched] == ["w"], "also after a restart"
    bench.ledger.record([ev.MoveAccepted("w", "m", "found on L1")])
    assert [w.id for w in bench.ledger.open] == ["w"], "it came to life again"


async def test_what_arrived_is_watched_until_every_chain_has_shown_its_part_for_good(bench: Bench) -> None:
    bench.ledger.record([started(), intended(), FINAL])
    assert bench.ledger.open == []
    assert [w.id for w in bench.ledger.watched] == ["w"]
    await bench.ledger.load()
    assert [w.id for w in bench.ledger.watched] == ["w"], "also after a restart"
    for stage, level in (("requested", Level.IRREVERSIBLE), ("committed", Level.PROVEN)):
        bench.ledger.record([ev.StageReached("w", stage, shown(level))])
        assert [w.id for w in bench.ledger.watched] == ["w"]
    bench.ledger.record([ev.StageSettled("w", "committed", "0xaa", 9, 3, 3)])
    assert bench.ledger.watched == []
    await bench.ledger.load()
    assert bench.ledger.watched == []


async def test_what_settled_without_any_chain_is_not_watched(bench: Bench) -> None:
    before = started()
    terms = replace(before.terms, details={**before.terms.details, LAST_LEVEL: "seen"})
    bench.ledger.record([replace(before, terms=terms), intended(), ev.StageReached("w", "paid", shown(Level.SEEN))])
    assert bench.ledger.open == bench.ledger.watched == []


async def test_what_was_asked_for_again_is_told_of_the_newer_one(bench: Bench) -> None:
    bench.ledger.record([started(), intended(), ev.MoveRefused("w", "m", "206", "no")])
    (twin,) = bench.ledger.watched
    move = twin.moves["m"]
    again = SignedMove("n", move.kind, move.profile, "0xother", "payload", move.scope, move.nonce)
    later = replace(twin.terms, details={**twin.terms.details, "ts": "99"})
    assert [w.id for w in bench.ledger.stopped_like(later, again)] == ["w"]
    assert bench.ledger.stopped_like(replace(later, amount=later.amount + 1), again) == [], "L1 tells these apart"
    assert bench.ledger.stopped_like(later, replace(again, nonce=move.nonce + 1)) == []
    bench.ledger.record([ev.FactLearnt("w", SUPERSEDED, "v", "Ashore")])
    assert bench.ledger.watched == []
    await bench.ledger.load()
    assert bench.ledger.watched == []
