"""The list of withdrawals is told from the journal's rows; it has to say what the withdrawals' own folds say."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ashore.domain import events as ev
from ashore.domain.eta import WHOLE, Expectation
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import LAST_STAGE, Mark, Status
from ashore.engine.ledger import FOLDS, Ledger, current_stage
from ashore.engine.parts import Clock, Parts
from ashore.engine.views import BY_HAND, CLOCK_KEY, ActivityQuery
from ashore.engine.voyages import voyage_of
from ashore.engine.wallet import Wallet
from ashore.store.database import Database
from ashore.store.journal import Journal
from ashore.store.keep import Keep
from ashore.systems.zklink.system.tracks import COMMITTED, NORMAL, PAID, TRACKS
from unit.engine.scripted_system import ScriptedSystem

FIRST = NORMAL.stages[0].id


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    database = Database(tmp_path / "journal.sqlite3")
    yield Journal(database)
    database.close()


@pytest.fixture
def ledger(journal: Journal) -> Ledger:
    return Ledger(journal, {str(track.ref): track for track in TRACKS}, lambda: 1_000)


def started(name: str) -> list[ev.Event]:
    details = {LAST_STAGE: PAID, "amount.text": "1.00 USDC"}
    terms = ev.Terms(
        "zkLink", "sandbox", "p", str(NORMAL.ref), "0x01", "USDC", 18, 10**18, 0, "0x02", "Harbour", "USDC", details
    )
    move = ev.MoveIntended(name, f"{name}-move", MoveKind.REQUEST, "p", f"0x{name}", "[]", "1/0", 0)
    return [ev.WithdrawalStarted(name, terms), move, ev.MoveSending(name, move.move)]


def reached(name: str, stage: str, level: Level) -> ev.StageReached:
    evidence = Evidence("event", level, "Harbour", 5, {}, chain="Harbour", block_number=1, block_hash="0xaa")
    return ev.StageReached(name, stage, evidence)


def wallet(journal: Journal, ledger: Ledger) -> Wallet:
    unused: dict[str, Any] = {
        name: None
        for name in Parts.__dataclass_fields__
        if name not in ("journal", "ledger", "clock", "sandbox", "practice_password", "purses")
    }
    return Wallet(Parts(journal=journal, ledger=ledger, clock=Clock(lambda: 1_000, lambda: 1.0), **unused))


def test_rows_say_what_the_folds_say(journal: Journal, ledger: Ledger) -> None:
    ledger.record(started("unknown"))
    ledger.record(
        [*started("batched"), ev.MoveAccepted("batched", "batched-move"), reached("batched", COMMITTED, Level.SEEN)]
    )
    ledger.record([*started("paid"), ev.MoveAccepted("paid", "paid-move"), reached("paid", PAID, Level.IRREVERSIBLE)])
    ledger.record([*started("refused"), ev.MoveRefused("refused", "refused-move", "206", "Not enough.")])
    rows = {row.id: row for row in wallet(journal, ledger).activity(ActivityQuery(), None, 10).rows}
    assert {name: row.status for name, row in rows.items()} == {
        "unknown": Status.UNKNOWN,
        "batched": Status.UNDER_WAY,
        "paid": Status.FINAL,
        "refused": Status.REFUSED,
    }
    for name, row in rows.items():
        state = ledger.get(name)
        assert state is not None
        assert (row.terms, row.started_at, row.changed_at) == (state.terms, state.started_at, state.changed_at)
        if name != "refused":
            place = NORMAL.position(current_stage(state, NORMAL).id)
            told = voyage_of(state, NORMAL, {}, 0).rows[place]
            assert (row.stage_title, row.mark) == (told.stage.title, told.mark)
    assert (rows["refused"].stage_title, rows["refused"].mark) == ("Refused", Mark.FAILED)
    assert "{" not in rows["paid"].stage_title


async def test_loading_many_leaves_the_loop_free(journal: Journal, ledger: Ledger) -> None:
    for number in range(3 * FOLDS):
        ledger.record(started(f"w{number}"))
    fresh = Ledger(journal, {str(track.ref): track for track in TRACKS}, lambda: 1_000)
    seen: list[int] = []

    async def look() -> None:
        while True:
            seen.append(len(fresh.open))
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    await fresh.load()
    looking.cancel()
    assert seen[:3] == [FOLDS, 2 * FOLDS, 3 * FOLDS]
    assert [state.id for state in fresh.open] == [state.id for state in ledger.open]


class Paced(ScriptedSystem):
    """A system whose batches all took a minute."""

    forgotten = 0

    def expectations(self, destination: str) -> Mapping[str, Expectation]:
        return {WHOLE: Expectation(60_000, 60_000, 60_000, 9)}

    def forget_pace(self) -> None:
        self.forgotten += 1


async def test_while_the_clock_is_moved_by_hand_no_time_is_told(tmp_path: Path) -> None:
    database = Database(tmp_path / "j")
    system = Paced()
    unused: dict[str, Any] = dict.fromkeys(Parts.__dataclass_fields__)
    unused |= {"ledger": Ledger(Journal(database), {}, lambda: 1), "purses": {}}
    parts = {**unused, "keep": Keep(database), "systems": {"p": system}, "clock": Clock(lambda: 1, lambda: 1.0)}
    made = Wallet(Parts(**{**parts, "sandbox": object()}))
    assert "60 s" in made.usually("p")
    made.set_setting(CLOCK_KEY, BY_HAND)
    assert "stands still" in made.usually("p")
    assert not any(letter.isdecimal() for letter in made.usually("p"))
    assert system.forgotten == 0
    made.set_setting(CLOCK_KEY, "demo")
    assert system.forgotten == 1, "what passed by hand never counts"
    assert "60 s" in made.usually("p")
    database.close()
