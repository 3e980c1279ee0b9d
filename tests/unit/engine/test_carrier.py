"""Carrying a request: whatever is lost, wherever the process dies, it is taken at most once and never forgotten."""

import asyncio
import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.domain import events as ev
from ashore.domain.move_view import MoveView
from ashore.domain.moves import NOT_SENT as NEVER_SENT
from ashore.domain.moves import MoveKind, MoveState, Outcome, Refused, SignedMove, Unknown
from ashore.domain.withdrawal import Status
from ashore.engine.boundaries import Boundary
from ashore.engine.carrier import LONGEST_WAIT_S, SETTLED, Carrier, Doubt
from ashore.engine.ledger import Ledger
from ashore.store.database import Database
from ashore.store.journal import Journal
from ashore.systems.base import WithdrawalSystem
from unit.domain.event_strategies import intended, started
from unit.engine.scripted_system import (
    AWAY,
    BARRED,
    GARBLED,
    LAGS,
    LOST_AFTER,
    LOST_BEFORE,
    NOT_SENT,
    REFUSED,
    TRACK,
    ScriptedSystem,
)

_files = itertools.count()
FATES = [NOT_SENT, LOST_BEFORE, LOST_AFTER, REFUSED, GARBLED, ""]


class Death(BaseException):
    """The process ends here."""


class Bench:
    """A journal on disk that outlives every wallet, and the other side that remembers what it took."""

    def __init__(self, folder: Path, system: ScriptedSystem, intend: bool = True) -> None:
        self.path = folder / f"{next(_files)}.sqlite3"
        self.system = system
        self.checked: WithdrawalSystem = system  # the seam is kept
        self.database = Database(self.path)
        self.waits: list[float] = []
        self.passed: list[Boundary] = []
        self.die_at = -1
        self.ledger = self._ledger()
        if intend:
            self.ledger.record([started(), intended()])

    def _ledger(self) -> Ledger:
        return Ledger(Journal(self.database), {"t@1": TRACK}, lambda: 7)

    async def restart(self) -> None:
        self.database.close()
        self.database = Database(self.path)
        self.ledger = self._ledger()
        await self.ledger.load()

    def carrier(self) -> Carrier:
        def probe(boundary: Boundary) -> None:
            self.passed.append(boundary)
            if len(self.passed) == self.die_at:
                raise Death

        async def sleep(seconds: float) -> None:
            self.waits.append(seconds)
            await asyncio.sleep(0)

        return Carrier(self.ledger, self.system, lambda: 7, probe, sleep)

    async def carry(self) -> None:
        await self.carrier().carry("w", "m")

    @property
    def move(self) -> MoveView:
        state = self.ledger.get("w")
        assert state is not None
        return state.moves["m"]

    @property
    def status(self) -> Status:
        state = self.ledger.get("w")
        assert state is not None
        return state.status

    def check(self) -> None:
        """What has to hold at every moment."""
        assert set(self.system.arrived) <= {"payload"}, "only the identical bytes"
        assert len(self.system.taken) <= 1
        journal = Journal(self.database)
        events = [r.event for r in journal.of("w")]
        assert sum(isinstance(e, ev.MoveIntended) for e in events) == 1
        sent = sum(isinstance(e, ev.MoveSending) for e in events)
        assert sent >= len(self.system.firsts), "journaled before it is sent"
        if self.move.state is MoveState.REFUSED:
            assert not self.system.taken, "what is told to be refused was not taken"
        if self.move.state is MoveState.ACCEPTED:
            assert self.system.taken, "what is told to be taken was taken"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("carrier")


async def test_the_ordinary_way(folder: Path) -> None:
    bench = Bench(folder, ScriptedSystem())
    await bench.carry()
    bench.check()
    assert bench.move.state is MoveState.ACCEPTED
    state = bench.ledger.get("w")
    assert state is not None
    assert state.stage("requested").level == 1, "the answer is the operator's word"
    assert bench.passed == [
        Boundary.SENDING_BEFORE_JOURNAL,
        Boundary.SENDING_JOURNALED,
        Boundary.SENDING_ANSWERED,
        Boundary.OUTCOME_JOURNALED,
    ]
    await bench.carry()
    assert bench.system.firsts == [True], "what is settled is not sent again"
    bench.database.close()


@pytest.mark.parametrize(
    ("sends", "asks", "state", "firsts"),
    [
        ([REFUSED], [], MoveState.REFUSED, [True]),
        ([NOT_SENT, REFUSED], [], MoveState.REFUSED, [True, True]),
        ([NOT_SENT, NOT_SENT, ""], ["x"], MoveState.ACCEPTED, [True, True, True]),
        ([LOST_BEFORE, ""], [], MoveState.ACCEPTED, [True, False]),
        ([LOST_AFTER], [], MoveState.ACCEPTED, [True]),
        ([LOST_AFTER], ["x", "x", "x"], MoveState.ACCEPTED, [True]),
        ([GARBLED], [], MoveState.ACCEPTED, [True]),
        ([LOST_BEFORE, REFUSED, REFUSED, REFUSED], [], MoveState.REFUSED, [True, False, False, False]),
        ([LOST_BEFORE, REFUSED, ""], [], MoveState.ACCEPTED, [True, False, False]),
        ([LOST_BEFORE, LOST_BEFORE, LOST_AFTER], ["x"], MoveState.ACCEPTED, [True, False, False]),
    ],
)
async def test_each_fate(folder: Path, sends: list[str], asks: list[str], state: MoveState, firsts: list[bool]) -> None:
    bench = Bench(folder, ScriptedSystem(sends, asks))
    await bench.carry()
    bench.check()
    assert bench.move.state is state
    assert bench.system.firsts == firsts
    bench.database.close()


@pytest.mark.parametrize(("fate", "enough"), [(BARRED, 1), (AWAY, 3)])
async def test_what_never_leaves_ends_as_not_sent(folder: Path, fate: str, enough: int) -> None:
    bench = Bench(folder, ScriptedSystem([fate] * 9))
    await bench.carry()
    assert (bench.move.state, bench.move.code, bench.status) == (MoveState.REFUSED, NEVER_SENT, Status.REFUSED)
    assert bench.move.said == "Nothing was sent. It has not left."
    assert bench.move.advice == "Start again."
    assert (len(bench.system.firsts), bench.move.arrivals) == (enough, 0)
    bench.check()
    bench.database.close()


async def test_a_way_that_opens_in_time_is_taken(folder: Path) -> None:
    bench = Bench(folder, ScriptedSystem([AWAY, AWAY]))
    await bench.carry()
    assert bench.system.firsts == [True, True, True]
    assert bench.move.state is MoveState.ACCEPTED
    bench.check()
    bench.database.close()


@pytest.mark.parametrize("fate", [BARRED, AWAY])
async def test_what_may_have_arrived_does_not_end_because_the_next_send_never_leaves(folder: Path, fate: str) -> None:
    """Nor is it sent for ever in vain: from then on it is only asked about."""
    bench = Bench(folder, ScriptedSystem([LOST_BEFORE, *[fate] * 9]))

    async def sleep(seconds: float) -> None:
        bench.waits.append(seconds)
        if len(bench.waits) == 20:
            bench.ledger.record([ev.MoveAccepted("w", "m", "Seen.")])
        await asyncio.sleep(0)

    await Carrier(bench.ledger, bench.system, lambda: 7, lambda _boundary: None, sleep).carry("w", "m")
    assert (bench.move.state, bench.move.said) == (MoveState.ACCEPTED, "Seen.")
    assert len(bench.system.firsts) == {BARRED: 2, AWAY: 4}[fate]
    bench.database.close()


async def test_an_echo_of_the_first_success_is_no_refusal(folder: Path) -> None:
    """It was taken, its answer lost; a node that lags does not know it yet, and the repetition is refused."""
    bench = Bench(folder, ScriptedSystem([LOST_AFTER, REFUSED], [LAGS]))
    await bench.carry()
    assert bench.system.firsts == [True, False]
    assert bench.move.state is MoveState.ACCEPTED
    bench.check()
    bench.database.close()


async def test_a_refused_repetition_has_to_stand_for_a_while(folder: Path) -> None:
    """Three refusals in a row may still be the echo of a send that a slow index does not show."""
    bench = Bench(folder, ScriptedSystem([LOST_BEFORE, *[REFUSED] * 40]))
    moment = 0

    async def sleep(seconds: float) -> None:
        nonlocal moment
        bench.waits.append(seconds)
        moment += round(seconds * 1000)

    carrier = Carrier(bench.ledger, bench.system, lambda: moment, lambda _boundary: None, sleep, patience_ms=120_000)
    await carrier.carry("w", "m")
    bench.check()
    assert bench.move.state is MoveState.REFUSED
    assert sum(bench.waits) >= 120, "believed only after the other side stood by it"
    bench.database.close()


DEAD = Refused("nonce-used", "Used.")


@pytest.mark.parametrize(
    "between",
    [
        Unknown("It is not known.", resend_harmless=True),
        Unknown("It cannot be asked."),
        Unknown("It says no.", refusal=Refused("206", "Another no.")),
    ],
)
def test_a_refusal_counts_only_while_nothing_else_is_answered(between: Unknown) -> None:
    moment = 0
    doubt, echo = Doubt(120_000, lambda: moment), Unknown("Used, it seems.", refusal=DEAD)
    for outcome in (echo, between, between, echo, echo):
        moment += 60_000
        assert doubt.weigh(outcome) is outcome
    moment += 60_000
    assert doubt.weigh(echo) is DEAD


def test_what_asks_for_more_patience_gets_it() -> None:
    moment = 0
    doubt, echo = Doubt(120_000, lambda: moment), Unknown("Used.", refusal=DEAD, patience_ms=600_000)
    for _ in range(10):
        assert doubt.weigh(echo) is echo
        moment += 60_000
    assert doubt.weigh(echo) is DEAD


async def test_a_number_that_is_free_again_in_between_begins_the_wait_anew(folder: Path) -> None:
    """What may not go again is not sent; that the other side did not stand by its no counts all the same."""

    moment, asked = 0, list[int]()

    class Wavering(ScriptedSystem):
        async def locate(self, move: SignedMove) -> Outcome:
            nonlocal moment
            moment += 60_000
            asked.append(moment)
            free = len(asked) in (2, 3, 4)
            return Unknown("Free.", resend_harmless=True) if free else Unknown("Used.", refusal=DEAD)

    bench = Bench(folder, Wavering())
    bench.ledger.record([ev.MoveSending("w", "m"), ev.MoveUnclear("w", "m", "lost", said_no=True)])
    carrier = Carrier(
        bench.ledger, bench.system, lambda: moment, lambda _boundary: None, lambda _s: asyncio.sleep(0), 120_000
    )
    await carrier.carry("w", "m")
    assert (bench.move.state, bench.system.firsts) == (MoveState.REFUSED, [])
    assert len(asked) == 7, "three in a row after what was said in between"
    bench.database.close()


async def test_a_refused_repetition_counts_when_it_is_still_not_known(folder: Path) -> None:
    bench = Bench(folder, ScriptedSystem([LOST_BEFORE]))
    bench.system.refusing = True
    await bench.carry()
    assert bench.move.state is MoveState.REFUSED
    assert (bench.move.code, bench.status) == ("206", Status.REFUSED)
    bench.check()
    bench.database.close()


async def test_a_nonce_that_another_used_ends_it(folder: Path) -> None:
    bench = Bench(folder, ScriptedSystem([LOST_BEFORE]))
    bench.system.nonce_used_by = "another"
    await bench.carry()
    assert (bench.move.state, bench.move.code) == (MoveState.REFUSED, "nonce-used")
    bench.check()
    bench.database.close()


async def test_while_nobody_answers_nothing_is_sent_and_waits_grow(folder: Path) -> None:
    bench = Bench(folder, ScriptedSystem([LOST_BEFORE, ""], ["x"] * 9))
    await bench.carry()
    assert bench.waits == [1, 2, 4, 8, 16, 32, LONGEST_WAIT_S, LONGEST_WAIT_S, LONGEST_WAIT_S, LONGEST_WAIT_S]
    assert bench.system.firsts == [True, False]
    unclear = [r.event for r in Journal(bench.database).of("w") if isinstance(r.event, ev.MoveUnclear)]
    assert len(unclear) <= 3, "the same sentence is not journaled again and again"
    bench.database.close()


@pytest.mark.parametrize("told", [ev.MoveAccepted("w", "m", "L1"), ev.MoveRefused("w", "m", "nonce-used", "Used.")])
async def test_l1_may_answer_first(folder: Path, told: ev.Event) -> None:
    class Slow(ScriptedSystem):
        async def locate(self, move):  # type: ignore[no-untyped-def]
            bench.ledger.record([told])
            return await super().locate(move)

    bench = Bench(folder, Slow())
    bench.ledger.record([ev.MoveSending("w", "m"), ev.MoveUnclear("w", "m", "lost")])
    await bench.carry()
    assert bench.system.firsts == [], "nothing more is sent"
    assert bench.move.state in SETTLED
    assert bench.move.state is not MoveState.SENDING
    bench.database.close()


async def test_a_late_refusal_says_nothing_about_what_was_taken(folder: Path) -> None:
    class Contradicting(ScriptedSystem):
        async def submit(self, move, first_send):  # type: ignore[no-untyped-def]
            outcome = await super().submit(move, first_send)
            bench.ledger.record([ev.MoveAccepted("w", "m", "Found in a batch.")])
            return outcome

    bench = Bench(folder, Contradicting([REFUSED]))
    await bench.carry()
    assert (bench.move.state, bench.move.said) == (MoveState.ACCEPTED, "Found in a batch.")
    bench.database.close()


DEATHS = [([], []), ([LOST_AFTER], []), ([LOST_BEFORE], ["x"]), ([NOT_SENT, LOST_AFTER], []), ([REFUSED], [])]
DEATHS += [([AWAY, AWAY, LOST_AFTER], [])]


@pytest.mark.parametrize(("sends", "asks"), DEATHS)
async def test_dying_at_every_boundary(folder: Path, sends: list[str], asks: list[str]) -> None:
    for at in range(1, 40):
        bench = Bench(folder, ScriptedSystem(sends, asks))
        bench.die_at = at
        try:
            await bench.carry()
        except Death:
            bench.check()
            await bench.restart()
            bench.check()
        died = len(bench.passed) >= at
        await bench.carry()
        bench.check()
        assert bench.move.state in (MoveState.ACCEPTED, MoveState.REFUSED)
        assert bench.move.state is MoveState.ACCEPTED or REFUSED in sends
        bench.database.close()
        if not died:
            return
    pytest.fail("it passes more boundaries than it should")


@settings(max_examples=60)
@given(
    sends=st.lists(st.sampled_from(FATES), max_size=5),
    asks=st.lists(st.sampled_from(["x", ""]), max_size=5),
    cuts=st.lists(st.integers(0, 14), max_size=4),
    used=st.booleans(),
)
def test_cancelled_anywhere_and_begun_again(
    folder: Path, sends: list[str], asks: list[str], cuts: list[int], used: bool
) -> None:
    async def live() -> None:
        bench = Bench(folder, ScriptedSystem(sends, asks))
        try:
            for turns in cuts:
                task = asyncio.ensure_future(bench.carry())
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                bench.check()
                await bench.restart()
            if used and not bench.system.taken:
                bench.system.nonce_used_by = "another"
            async with asyncio.timeout(10):
                await bench.carry()
            bench.check()
            assert bench.move.state in (MoveState.ACCEPTED, MoveState.REFUSED)
            assert (bench.move.state is MoveState.ACCEPTED) == bool(bench.system.taken)
        finally:
            bench.database.close()

    asyncio.run(live())


@settings(max_examples=40)
@given(
    sends=st.lists(st.sampled_from([AWAY, BARRED, NOT_SENT]), max_size=5), cuts=st.lists(st.integers(0, 9), max_size=3)
)
def test_cancelled_anywhere_while_nothing_leaves(folder: Path, sends: list[str], cuts: list[int]) -> None:
    """A send that is cut off may have arrived for all that is journaled: then it does not end as not sent."""

    async def live() -> None:
        bench = Bench(folder, ScriptedSystem(sends))
        try:
            for turns in cuts:
                task = asyncio.ensure_future(bench.carry())
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                bench.check()
                await bench.restart()
            may_have_left = bench.move.arrivals > 0
            task = asyncio.ensure_future(bench.carry())
            for _ in range(200):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            bench.check()
            assert bench.move.code != NEVER_SENT or not (may_have_left or bench.system.taken)
        finally:
            bench.database.close()

    asyncio.run(live())


def test_the_request_is_a_request() -> None:
    assert intended().kind is MoveKind.REQUEST


@pytest.mark.parametrize("overtaken", [False, True])
async def test_what_a_rival_overtook_is_asked_about_and_never_sent_again(folder: Path, overtaken: bool) -> None:
    bench = Bench(folder, ScriptedSystem())
    rival = ev.MoveIntended("w", "r", MoveKind.REPLACE, "p", "0xrival", "payload r", "a/0", 0)
    bench.ledger.record([ev.MoveSending("w", "m"), ev.MoveUnclear("w", "m", "Lost."), rival])
    if overtaken:
        bench.ledger.record([ev.MoveSending("w", "r"), ev.MoveUnclear("w", "r", "Lost.")])
    assert await bench.carrier()._settled("w", "m") is not overtaken
    assert bench.system.arrived == ([] if overtaken else ["payload"])
