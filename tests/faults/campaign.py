"""One wallet on one practice world, through a schedule of faults: stepped by a seed, compared after every step.

Nothing waits: the loop's time is what was waited. The wallet's clock is the world's, unless it is set wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import logging
import random
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ashore.engine import compose as compose_parts
from ashore.engine.compose import PRACTICE_RATE, Surroundings, compose
from ashore.engine.parts import Clock
from ashore.engine.views import ActivityQuery, Change, Topic, Voyage
from ashore.engine.wallet import Wallet
from ashore.net import http
from ashore.net.http import HttpClient
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.evm.rpc import RpcEndpoint
from ashore.sandbox.server import create_app
from ashore.sandbox.world import WorldConfig
from ashore.sandbox.zklink import admission
from ashore.systems.reddio.deployment import of_practice
from ashore.systems.zklink.deployment import deployment_from_json
from faults.bench import TOKEN, URL
from faults.campaign_claims import Judge, Past, Shown
from faults.campaign_reddio_judge import ReddioJudge
from faults.campaign_reddio_truth import ReddioChronicle
from faults.campaign_requests import Request, Stage, put_into
from faults.campaign_signer import signer_at_hand
from faults.campaign_truth import Chronicle
from faults.campaign_wire import Wire

AGREEMENT = 2
ROUNDS = 3
"""So many looks at a chain, after the last thing that happened to it, and the wallet may know no less."""
PATIENCE = 12
"""Rounds of a minute or so in which everything comes to its end once all works again."""


@dataclass(slots=True)
class Tally:
    """Figures of schedules."""

    schedules: int = 0
    comparisons: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    """Claims, by what is claimed."""
    false: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    """Withdrawals, by how they ended."""
    seeds: list[int] = field(default_factory=list)
    """Those that failed."""

    def add(self, other: Tally) -> None:
        """Count another's."""
        self.schedules += other.schedules
        self.comparisons += other.comparisons
        self.false += other.false
        self.seeds += other.seeds
        self.counted += other.counted
        self.ended += other.ended

    def lines(self) -> list[str]:
        """The printed figures."""
        claims = sum(self.counted.values())
        return [
            f"{self.schedules:,} schedules, {self.comparisons:,} comparisons, {claims:,} claims: {self.false} false",
            "claims: " + ", ".join(f"{name} {times:,}" for name, times in sorted(self.counted.items())),
            "withdrawals ended " + ", ".join(f"{name} {times:,}" for name, times in sorted(self.ended.items())),
            f"seeds that failed: {self.seeds or 'none'}",
        ]


class Campaign:
    """A wallet, a world, and time. `begin` it, let things happen, `compare`, `end` it."""

    def __init__(self, stage: Stage, folder: Path, seed: int) -> None:
        self.folder = folder
        app, self.world = create_app(
            WorldConfig(data_dir=Path(shutil.copytree(stage.world, folder / "world")), clock=ClockMode.STEP), TOKEN
        )
        self.journal_file.parent.mkdir()
        shutil.copyfile(stage.journal, self.journal_file)
        self.wire = Wire(app)
        self._spread = random.Random(seed)
        """Spreads what the wallet tries again, apart from what a schedule draws."""
        self.vault = stage.vault or self.folder / "wallet" / "vault.ashore"
        self.past = Past()
        self.truths: list[Chronicle | ReddioChronicle] = []
        self.judges: list[Judge | ReddioJudge] = []
        self._hear(Chronicle(self.world))
        # What is equal otherwise is told apart by its name: so that a schedule can be repeated, chance gives none.
        compose_parts._new_id = functools.partial(next, (f"{number:032x}" for number in itertools.count(1)))
        self.log: list[str] = []
        self.wrong_ms = 0
        """How far the wallet's clock is off."""
        self.slept_s = 0.0
        self._looks: Counter[str] = Counter()
        """Good looks at each chain since something last happened."""
        self.comparisons = 0
        self.painted: Callable[[Sequence[Voyage]], list[str]] = lambda _voyages: []
        """Paints voyages, and says what is painted that they do not say."""
        self.names: list[str] = []
        self.wallet: Wallet | None = None

    def _hear(self, of_zklink: Chronicle) -> None:
        """Judge what is said of each system that this world has."""
        self.truths.append(of_zklink)
        self.judges.append(Judge(of_zklink, self.past))
        if self.world.reddio is not None:
            of_reddio = ReddioChronicle(self.world)
            self.truths.append(of_reddio)
            self.judges.append(ReddioJudge(of_reddio, self.past))

    @property
    def counted(self) -> Counter[str]:
        """Claims that were judged, by what is claimed."""
        return sum((judge.counted for judge in self.judges), Counter())

    # ---- the wallet

    @property
    def endpoints(self) -> dict[str, RpcEndpoint]:
        """Every endpoint, by chain and name."""
        return {f"{n}/{name}": e for n, place in self.world.chains.items() for name, e in place.endpoints.items()}

    def now(self) -> int:
        """The wallet's time, in UTC milliseconds."""
        return round((self.world.clock.now() + self.slept_s) * 1000) + self.wrong_ms

    def monotonic(self) -> float:
        """The wallet's time for waiting, which goes on while the machine sleeps."""
        return asyncio.get_running_loop().time() + self.slept_s

    async def sleep(self, seconds: float) -> None:
        """What paces requests."""
        await asyncio.sleep(seconds)

    @property
    def journal_file(self) -> Path:
        """Where the wallet writes."""
        return self.folder / "wallet" / "journal.sqlite3"

    async def start(self, requests: Sequence[Request] = ()) -> None:
        """Start a wallet on what the last one left, and on requests that were confirmed and not sent yet."""
        fresh = [(f"w{len(self.names) + number}", one) for number, one in enumerate(requests, start=1)]
        self.names += [name for name, _ in fresh]
        put_into(self.journal_file, fresh, self.now())
        client = HttpClient(self, self._spread, transport=self.wire, rate=PRACTICE_RATE)
        profile = self.world.profile()
        deployment, reddio = deployment_from_json(profile, URL), of_practice(profile, URL)
        around = Surroundings(client, Clock(self.now, self.monotonic), self)
        self.wallet = compose(deployment, self.journal_file, self.vault, around, reddio=reddio)
        await self.wallet.start()
        self.wallet.subscribe(self._heard)
        self._looks.clear()

    async def stop(self) -> None:
        """End the wallet."""
        if self.wallet is not None:
            await self.wallet.aclose()
            self.wallet = None

    def _heard(self, change: Change) -> None:
        """A chain's health is told at the end of each look at it."""
        for health in self.wallet.health() if self.wallet is not None and change.topic is Topic.HEALTH else ():
            if health.chain == change.id and health.agreeing >= AGREEMENT and not health.behind:
                self._looks[health.chain] += 1

    @property
    def up_to_date(self) -> bool:
        """Whether the wallet had every chance to see what is so now."""
        names = [chain.name for chain in self.world.network.chains.values()]
        return all(self._looks[name] >= ROUNDS for name in names)

    # ---- time and comparing

    def happened(self, what: str) -> None:
        """Something happened: what is so is remembered, and the wallet cannot know it yet."""
        self.log.append(what)
        self.note()
        self._looks.clear()

    def note(self) -> None:
        """Remember what is so now."""
        for truth in self.truths:
            truth.note()

    def began(self, withdrawal: str) -> None:
        """The wallet made a request: it is judged from now on."""
        self.names.append(withdrawal)

    async def pass_time(self, seconds: float) -> None:
        """Let the wallet live for a while."""
        self.world.clock.advance(seconds)
        await asyncio.sleep(seconds)
        self.note()  # a request may have arrived

    def shown(self) -> Shown:
        """What the window could show now."""
        wallet = self.wallet
        assert wallet is not None
        voyages = [voyage for name in self.names if (voyage := wallet.voyage(name)) is not None]
        assert len(voyages) == len(self.names)
        rows = wallet.activity(ActivityQuery(), None, 50).rows
        return Shown(voyages, rows, wallet.unclaimed.found, wallet.health())

    def compare(self) -> list[str]:
        """What is claimed now and is not so."""
        self.comparisons += 1
        notes = [note for note in self.wallet.operator_notes() if "defect" in note] if self.wallet is not None else []
        shown = self.shown()
        false = [told for judge in self.judges for told in judge.false(shown, up_to_date=self.up_to_date)]
        return notes or [*false, *self.painted(shown.voyages)]

    def unfinished(self) -> list[str]:
        """What has not come to its end."""
        voyages = self.shown().voyages
        return [told for judge in self.judges for told in judge.unfinished(voyages)]

    # ---- the end

    async def conclude(self, take: Callable[[], Awaitable[None]] | None = None) -> list[str]:
        """Let everything work again and come to its end; what is claimed on the way and not so, and what is lost.

        Args:
            take: claims what waits, where nobody else pays it out.
        """
        self.lift()
        if self.wallet is None:
            await self.start()
        found: list[str] = []
        for _ in range(PATIENCE):
            self.log.append(f"settle {await self.world.settle()}")
            await self.world.step("finalize")
            self.happened("finalize")
            await self.pass_time(61)
            if take is not None:
                await take()
            found, lost = self.compare(), self.unfinished()
            if found or not lost:
                break
        return found or lost

    def lift(self) -> None:
        """Everything works again."""
        self.world.faults.clear()
        if self.world.reddio is not None:
            self.world.reddio.faults.clear()
        self.wire.cut.clear()
        for endpoint in self.endpoints.values():
            endpoint.faults.replace([])
        self.happened("all faults end")

    async def end(self) -> None:
        """End the wallet and close the world."""
        await self.stop()
        await self.wire.quiet()
        self.world.close()


@contextlib.contextmanager
def once() -> Iterator[None]:
    """What is the same for every schedule is done once: certificates are read, a signature is checked."""
    load, check, new_id = http._load_httpx, admission._zk_signature_is_good, compose_parts._new_id
    http._load_httpx = functools.cache(load)
    admission._zk_signature_is_good = functools.cache(check)
    logging.disable()
    try:
        with signer_at_hand():
            yield
    finally:
        http._load_httpx, admission._zk_signature_is_good, compose_parts._new_id = load, check, new_id
        logging.disable(logging.NOTSET)
