"""The list of withdrawals is told from the journal's rows; it has to say what the withdrawals' own folds say."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import LAST_STAGE, Mark, Status
from ashore.engine.ledger import FOLDS, Ledger, current_stage
from ashore.engine.views import ActivityQuery
from ashore.engine.voyages import voyage_of
from ashore.engine.wallet import Clock, Parts, Wallet
from ashore.store.database import Database
from ashore.store.journal import Journal
from ashore.systems.zklink.system.tracks import COMMITTED, NORMAL, PAID, TRACKS

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
        if name not in ("journal", "ledger", "clock", "sandbox", "practice_password")
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
