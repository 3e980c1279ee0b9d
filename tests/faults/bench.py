"""A whole wallet over a practice world in the same process: stepped by hand, looked at between steps.

Only the network between them is short: the wallet's own HTTP client speaks to the world's own applications.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from ashore.domain.withdrawal import Mark, Withdrawal
from ashore.engine.boundaries import Boundary
from ashore.engine.compose import PRACTICE_RATE, Surroundings, compose
from ashore.engine.parts import Clock
from ashore.engine.practice import SandboxControl
from ashore.engine.receipt_views import Verdict
from ashore.engine.views import ActivityQuery, Change, Review, Topic, Voyage
from ashore.engine.wallet import Wallet
from ashore.net.http import HttpClient
from ashore.net.pacing import SystemClock
from ashore.sandbox.server import Router
from ashore.sandbox.world import World
from ashore.store.database import StoreError
from ashore.systems.base import Draft
from ashore.systems.reddio.deployment import of_practice
from ashore.systems.zklink.deployment import deployment_from_json
from ashore.systems.zklink.system.activation import activation_offer
from ashore.systems.zklink.system.offer import ZkLinkOffer
from faults.observer import disagreements

URL = "http://127.0.0.1:1"
TOKEN = "a token that opens the controls"
RECIPIENT = "0x5a5ae1d9f1b2c3d4e5f60718293a4b5c6d7e8f90"
PATIENCE_S = 30.0
LOOKS = 8


class Leap:
    """A clock that a test can put forward."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def forward(self, seconds: float) -> None:
        """Let that much time have passed."""
        self._ahead += seconds

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def now(self) -> int:
        """UTC milliseconds."""
        return time.time_ns() // 1_000_000 + round(self._ahead * 1000)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Prompt(SystemClock):
    """The time of the network layer, in which nothing is waited between two tries."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


def prompt_client(transport: httpx.AsyncBaseTransport) -> HttpClient:
    """An HTTP client for a practice network in the same process."""
    return HttpClient(Prompt(), random.Random(), transport=transport, rate=PRACTICE_RATE)


class Wire(httpx.AsyncBaseTransport):
    """The way to the world; `cut` are path prefixes to which no connection can be made."""

    def __init__(self, app: Router) -> None:
        self._inner = httpx.ASGITransport(app)
        self.cut: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if any(request.url.path.startswith(prefix) for prefix in self.cut):
            raise httpx.ConnectError("connection refused", request=request)
        return await self._inner.handle_async_request(request)


class Bench:
    """One wallet on one world. `start` it; `restart` makes another wallet from the same files."""

    def __init__(self, world: World, app: Router, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.leap = Leap()
        self.wire = Wire(app)
        self.marks: dict[str, dict[str, list[Mark]]] = {}
        """Every mark that each stage of each withdrawal ever had, in order, without repetitions."""
        self._passed: Counter[Boundary] = Counter()
        self._moved = asyncio.Event()
        self.wallet = self._composed()

    async def start(self) -> Bench:
        """Start the wallet."""
        await self.wallet.start()
        self.wallet.subscribe(self._note)
        return self

    async def restart(self) -> None:
        """End the wallet and start another one on what it left."""
        await self.wallet.aclose()
        self.wallet = self._composed()
        await self.start()

    async def aclose(self) -> None:
        """End the wallet. Whatever became of its withdrawals, a receipt of each holds."""
        try:
            spoilt = await self.spoilt_receipts()
        except StoreError:
            spoilt = []  # the test itself has closed the journal
        await self.wallet.aclose()
        assert not spoilt, spoilt

    def _composed(self) -> Wallet:
        http = prompt_client(self.wire)
        clock = Clock(self.leap.now, time.monotonic)
        around = Surroundings(http, clock, self.leap, self._probe)
        profile = self.world.profile()
        journal, vault = self.folder / "journal.sqlite3", self.folder / "vault.ashore"
        control = SandboxControl(http, URL, TOKEN)
        reddio = of_practice(profile, URL)
        return compose(deployment_from_json(profile, URL), journal, vault, around, control, reddio=reddio)

    # ---- withdrawing

    async def review(self, amount: str = "25", account: int = 0, **fields: str) -> Review:
        """Fill in the form as far as the review."""
        offer = await self.wallet.open(self.wallet.profiles()[0].id, account)
        draft = {
            "sub_account": "0",
            "chain": "1",
            "source_token": "17",
            "target_token": "17",
            "amount": amount,
            "recipient": RECIPIENT,
            **fields,
        }
        quote = await self.wallet.quote(offer, Draft(draft))
        assert quote.ready, quote.problems
        return await self.wallet.review(quote)

    async def activation(self, account: int = 1, **fields: str) -> Review:
        """The review of an activation; account 1 is the one that needs it."""
        offer = await self.wallet.open(self.wallet.profiles()[0].id, account)
        assert isinstance(offer, ZkLinkOffer)
        draft = Draft({"sub_account": "0", "fee_token": "17", **fields})
        quote = await self.wallet.quote(activation_offer(offer), draft)
        assert quote.ready, quote.problems
        return await self.wallet.review(quote)

    async def activate(self, account: int = 1, **fields: str) -> str:
        """Confirm an activation that the operator takes at once; returns its id."""
        activation = await self.wallet.confirm(await self.activation(account, **fields))
        await self.until(lambda: self.voyage(activation).status not in ("prepared", "unknown"))
        return activation

    async def withdraw(self, amount: str = "25", account: int = 0, **fields: str) -> str:
        """Confirm a withdrawal that the operator takes at once; returns its id."""
        withdrawal = await self.wallet.confirm(await self.review(amount, account, **fields))
        await self.until(lambda: self.voyage(withdrawal).status not in ("prepared", "unknown"))
        return withdrawal

    # ---- looking

    def voyage(self, withdrawal: str) -> Voyage:
        """The view of a withdrawal."""
        voyage = self.wallet.voyage(withdrawal)
        assert voyage is not None
        return voyage

    def mark(self, withdrawal: str, stage: str) -> Mark:
        """The mark of a stage."""
        return next(row.mark for row in self.voyage(withdrawal).rows if row.stage.id == stage)

    def claims(self) -> list[Withdrawal]:
        """All withdrawals of the wallet."""
        rows = self.wallet.activity(ActivityQuery(), None, 200).rows
        return [self.voyage(row.id).withdrawal for row in rows]

    def wrong(self, *, alone: bool = True) -> list[str]:
        """What the wallet claims beyond the ground truth."""
        return disagreements(self.claims(), self.world.status(), alone=alone)

    async def spoilt_receipts(self) -> list[str]:
        """What does not hold of receipts that the wallet makes itself."""
        receipts, told = self.wallet.receipts, list[str]()
        for state in self.claims():
            found = await receipts.check(await receipts.make(state.id))
            if found.verdict is Verdict.FAILS:
                failing = [p.sentence for stage in found.stages for p in stage.pieces if p.holds is False]
                told.append(f"{state.terms.track} {state.status}: {found.headline} {found.contradictions} {failing}")
        return told

    async def look(self) -> None:
        """Let the wallet look at chain and operator once, completely, from now on."""
        # One round may have begun before this call, and a quick chain may take another one's turn.
        chains = len(self.world.chains)
        for _ in range(1 + chains):
            before = dict(self._passed)
            self.wallet.look_again()
            await self.until(
                lambda before=before: all(  # type: ignore[misc]
                    self._passed[b] >= before.get(b, 0) + turns
                    for b, turns in ((Boundary.PLACE_WRITTEN, chains), (Boundary.OPERATOR_JOURNALED, 1))
                )
            )

    async def look_until(self, so: Callable[[], bool], most: int = LOOKS) -> None:
        """Look until something is so that takes a few looks, as what builds on what the last one found."""
        for _ in range(most):
            if so():
                return
            await self.look()
        assert so()

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until something is so; it is asked after each change."""
        async with asyncio.timeout(PATIENCE_S):
            while not so():
                self._moved.clear()
                await self._moved.wait()

    def _probe(self, boundary: Boundary) -> None:
        self._passed[boundary] += 1
        self._moved.set()

    def _note(self, change: Change) -> None:
        if change.topic is Topic.WITHDRAWAL:
            voyage = self.voyage(change.id)
            history = self.marks.setdefault(change.id, {})
            for row in voyage.rows:
                marks = history.setdefault(row.stage.id, [])
                if marks[-1:] != [row.mark]:
                    marks.append(row.mark)
        self._moved.set()

    # ---- moving the world

    async def operate(self, *stages: str) -> None:
        """Let the operator go through these stages, each mined."""
        for stage in stages:
            await self._operate(stage)

    async def _operate(self, stage: str) -> None:
        for _ in range(50):
            answer = await self.world.step("stage")
            if answer["moved"] == stage:
                if stage not in ("execute_l2", "seal"):
                    await self.world.step("block")
                return
            assert answer["moved"] is None, answer
            assert answer["waits_for"] == "block", answer
            await self.world.step("block")
        raise AssertionError(f"the operator never came to {stage}")

    async def arrive(self) -> None:
        """Let the operator do all that is left, finalize it, and look."""
        await self.world.settle()
        await self.world.step("finalize")
        await self.look()

    def truth(self, withdrawal: str) -> dict[str, Any]:
        """What really became of a withdrawal."""
        request = self.voyage(withdrawal).withdrawal.request
        assert request is not None
        found: list[dict[str, Any]] = self.world.status()["zklink"]["withdrawals"]
        return next(one for one in found if one["l2_tx_hash"] == request.locator)
