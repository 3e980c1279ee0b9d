"""Watching: one loop a chain and one an operator, however many withdrawals are open."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

from ashore.domain.errors import AshoreError
from ashore.domain.events import Event, StageFailed
from ashore.domain.evidence import Level
from ashore.domain.observations import BlocksTakenBack, ChainHealth, FinalityAdvanced, Observation
from ashore.domain.withdrawal import Withdrawal
from ashore.engine.boundaries import Boundary, Probe
from ashore.engine.ledger import Ledger
from ashore.engine.rhythm import Rhythm
from ashore.engine.views import Change, Topic
from ashore.ethereum.follower import ChainFollower
from ashore.ethereum.follower_state import FollowerState
from ashore.store.keep import Keep
from ashore.systems.base import WithdrawalSystem

HINTS_APART_S = 0.5
IDLE_FACTOR = 4
"""How much less often is asked while nothing is open."""

_log = logging.getLogger(__name__)


class Pause:
    """The time between two looks, which can be cut short."""

    def __init__(self) -> None:
        self._over = asyncio.Event()

    async def take(self, seconds: float) -> None:
        """Wait; not at all if it was cut short since the last wait."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()
        self._over.clear()

    def cut_short(self) -> None:
        """Let the next look follow at once."""
        self._over.set()


class ChainWatch:
    """Follows one chain for all systems. What follows from a poll is journaled before its place is."""

    def __init__(
        self,
        chain: str,
        follower: ChainFollower,
        systems: Sequence[WithdrawalSystem],
        ledger: Ledger,
        keep: Keep,
        interval_s: float,
        probe: Probe,
    ) -> None:
        self.name = chain
        self._follower = follower
        self._systems = systems
        self._ledger = ledger
        self._keep = keep
        self._interval = interval_s
        self._probe = probe
        self._fresh = True
        self.trouble = ""
        """What keeps this chain from being watched, in a sentence; empty while all is well."""
        self.health: ChainHealth | None = None
        self.pause = Pause()

    async def run(self) -> None:
        """Poll for ever."""
        while True:
            trouble = await guarded(self.poll)
            if trouble != self.trouble:
                self.trouble = trouble
                self._ledger.tell(Change(Topic.HEALTH, self.name))
            await self.pause.take(self._interval * (1 if self._ledger.open else IDLE_FACTOR))

    @property
    def placed(self) -> bool:
        """Whether the chain was ever seen: only from there on can it be followed."""
        stored = self._keep.follower_state(self.name)
        if stored is None:
            return False
        state = FollowerState.from_json(stored)
        return bool(state.ring) or state.start is not None

    async def poll(self) -> None:
        """One cycle."""
        chain = self.name
        stored = self._keep.follower_state(chain)
        state = FollowerState.from_json(stored) if stored else FollowerState(chain)
        poll = await self._follower.poll(state)
        self._probe(Boundary.POLL_ANSWERED)
        for observation in poll.observations:
            if isinstance(observation, FinalityAdvanced):
                await self._take_back_orphans(poll.next_state)
            await self.take(observation)
        if self._fresh:
            await self._take_back_orphans(poll.next_state)
            self._fresh = False
        self._probe(Boundary.DERIVED_JOURNALED)
        text = poll.next_state.to_json()
        if text != stored:
            self._keep.set_follower_state(chain, text)
        self._probe(Boundary.PLACE_WRITTEN)

    async def _take_back_orphans(self, followed: FollowerState) -> None:
        """After a start, and before anything becomes irreversible: take back what is not on the followed chain.

        A reorganisation names only the blocks that were followed. Left out are those that were journaled when a crash
        came before the follower's place was written, and those that only a storage proof was read from.
        """
        orphans = {
            evidence.block_hash
            for state in self._ledger.watched
            for view in state.stages.values()
            for evidence in view.evidence
            if evidence.level is Level.PROVEN
            and evidence.chain == self.name
            and (known := followed.at(evidence.block_number)) is not None
            and known.hash != evidence.block_hash
        }
        if orphans:
            await self.take(BlocksTakenBack(self.name, tuple(sorted(orphans)), -1))

    async def take(self, observation: Observation) -> None:
        """Let every system say what an observation means, and write it down."""
        for system in self._systems:
            async with self._ledger.turn:
                await self._ledger.record_many(await system.interpret(observation, _of(system, self._ledger.watched)))
            if isinstance(observation, ChainHealth):
                # No turn is held: this takes as long as endpoints take.
                asked = _of(system, self._ledger.watched)
                found = await system.ask_chain(observation, asked)
                await self._ledger.record_many(self._still_about(asked, found))
        if isinstance(observation, ChainHealth):
            self.health = observation
            self._ledger.tell(Change(Topic.HEALTH, observation.chain))

    def _still_about(self, asked: Sequence[Withdrawal], found: Iterable[Event]) -> Iterator[Event]:
        """Leave out an end that was found of what went on meanwhile, such as an outbid claim: it is asked again."""
        known = {state.id: state.seq for state in asked}
        for event in found:
            now = self._ledger.get(event.withdrawal) if isinstance(event, StageFailed) else None
            if now is None or now.seq == known.get(now.id):
                yield event


class OperatorWatch:
    """Asks one system's operator about everything open."""

    def __init__(
        self, system: WithdrawalSystem, ledger: Ledger, interval_s: float, probe: Probe, *, patient: bool = False
    ) -> None:
        """`patient` is to ask more and more rarely where nothing changes for long."""
        self._system = system
        self._ledger = ledger
        self._interval = interval_s
        self._rhythm = Rhythm(interval_s) if patient else None
        self._probe = probe
        self.notes: tuple[str, ...] = ()
        self.pause = Pause()

    async def run(self) -> None:
        """Ask for ever, in its turn and whenever the outside hints at news."""
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                await guarded(self.ask)
                await self.pause.take(self._until_the_next())
        finally:
            listening.cancel()

    def look_again(self) -> None:
        """Ask now, and often again."""
        if self._rhythm is not None:
            self._rhythm.restart()
        self.pause.cut_short()

    def _until_the_next(self) -> float:
        awaited = self._ledger.open
        if not awaited:
            return self._interval * IDLE_FACTOR
        if self._rhythm is None:
            return self._interval
        news = tuple((state.id, state.seq) for state in _of(self._system, awaited))
        return self._rhythm.pause(asyncio.get_running_loop().time(), news)

    async def _listen(self) -> None:
        """A hint is never believed: it only brings the next asking forward, and only so often."""
        while True:
            trouble = await guarded(self._system.stirred)
            if not trouble:
                self.pause.cut_short()
            await asyncio.sleep(self._interval if trouble else HINTS_APART_S)

    async def ask(self) -> None:
        """One cycle."""
        system, ledger = self._system, self._ledger
        report = await system.ask_operator(_of(system, ledger.open), _of(system, ledger.stopped))
        self._probe(Boundary.OPERATOR_ANSWERED)
        for observation in report.observations:
            await ledger.record_many(await system.interpret(observation, _of(system, ledger.open)))
        for observation in report.after_all:
            await ledger.record_many(await system.interpret(observation, _of(system, ledger.stopped)))
        self._probe(Boundary.OPERATOR_JOURNALED)
        if report.notes != self.notes:
            self.notes = report.notes
            self._ledger.tell(Change(Topic.OPERATOR))


def _of(system: WithdrawalSystem, states: Sequence[Withdrawal]) -> Sequence[Withdrawal]:
    """Those of one system: no other one is asked about them."""
    return [state for state in states if state.terms.profile == system.profile]


async def guarded(cycle: Callable[[], Awaitable[None]]) -> str:
    """Run one cycle; whatever it stumbles over, the next one comes. The one place where watching may swallow.

    Returns what went wrong in a sentence, empty where nothing did.
    """
    try:
        await cycle()
    except AshoreError as error:
        _log.info("watching paused: %s", error.sentence)
        return error.sentence
    except Exception as error:  # noqa: BLE001 a defect in one cycle must not end the watching of money
        _log.error("watching stumbled: %s", type(error).__name__)
        return "Watching stumbles over a defect in Ashore. Your money is not affected; update or restart Ashore."
    return ""
