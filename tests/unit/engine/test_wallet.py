"""The wallet with its real signer process, against a node over HTTP: one request each, and keys that go away."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Status
from ashore.engine.autolock import LOCK_AFTER, LOCK_AFTER_S, LOCK_CHECK_S, AutoLock
from ashore.engine.compose import Surroundings, compose
from ashore.engine.parts import Clock
from ashore.engine.views import ActivityQuery, Change, Review, Topic
from ashore.engine.wallet import Wallet
from ashore.ethereum.follower_state import FollowerState
from ashore.net.http import HttpClient
from ashore.net.pacing import SystemClock
from ashore.store.database import Database, StoreError
from ashore.systems.base import Quote
from unit.systems.zklink.node_stub import Node, Refusal
from unit.systems.zklink.zklink_bench import DEPLOYMENT, OWN, RECIPIENT, draft

PASSWORD = b"practice"


class Bench:
    """A wallet whose chains fell silent after they were reached, a node that counts, and clocks turned by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sent: list[Any] = []
        self.nonce = 7
        self.refusal: int | None = None
        self.now, self.monotonic = 1_800_000_000_000, 1_000.0
        self.node = Node({"sendTransaction": self._take, "getTransactionByHash": self._tell})
        self.wallet = self._compose()
        self.changes: list[Change] = []

    def _compose(self) -> Wallet:
        http = HttpClient(SystemClock(), random.Random(1), transport=httpx.MockTransport(self._answer))
        clock = Clock(lambda: self.now, lambda: self.monotonic)
        around = Surroundings(http, clock, SystemClock())
        return compose(DEPLOYMENT, self.folder / "journal.sqlite3", self.folder / "vault.ashore", around)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/zklink"):
            return await self.node._answer(request)
        return httpx.Response(404)

    def _take(self, *params: Any) -> str:
        self.sent.append(params)
        if self.refusal is not None:
            raise Refusal(self.refusal)
        return str(self.expected)

    def _tell(self, tx_hash: str, _updates: bool) -> Any:
        if not self.sent or self.refusal is not None:
            raise Refusal(203)
        return {"txHash": tx_hash, "receipt": {"executed": False}}

    async def start(self, *, reached: bool = True) -> None:
        for chain in self.wallet._parts.chains if reached else ():
            placed = FollowerState(chain.name, start=1)
            self.wallet._parts.keep.set_follower_state(chain.name, placed.to_json())
        await self.wallet.start()
        self.wallet.subscribe(self.changes.append)

    async def unlocked(self) -> None:
        await self.wallet.create_vault(bytearray(PASSWORD))
        account = self.wallet.accounts()[0]
        assert account.address.lower() == OWN
        self.node.answers["getAccount"] = lambda _who: {
            "id": 1042,
            "address": OWN,
            "nonce": 1,
            "pubKeyHash": account.pub_key_hash,
            "subAccountNonces": {"0": self.nonce},
        }

    async def quote(self, **fields: str) -> Quote:
        offer = await self.wallet.open(DEPLOYMENT.id, 0)
        return await self.wallet.quote(offer, draft(**fields))

    async def review(self, **fields: str) -> Review:
        found = await self.wallet.review(await self.quote(**fields))
        self.expected = found.identifier
        self.now += 1_000
        return found

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not reached():
                await asyncio.sleep(0.01)

    def statuses(self) -> list[Status]:
        return [row.status for row in self.wallet.activity(ActivityQuery(), None, 50).rows]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    await made.start()
    yield made
    await made.wallet.aclose()
    await made.node.http.aclose()


async def test_nothing_goes_by_way_of_a_chain_that_was_never_reached(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    await bench.start(reached=False)
    await bench.unlocked()
    await bench.until(lambda: all(chain.health is not None for chain in bench.wallet._parts.chains))
    with pytest.raises(AshoreError, match="has not reached Harbour yet"):
        await bench.wallet.confirm(await bench.review())
    assert bench.sent == []
    await bench.wallet.aclose()
    await bench.node.http.aclose()


async def test_one_confirmation_is_one_request(bench: Bench) -> None:
    await bench.unlocked()
    review = await bench.review()
    assert review.reading.fields["amount"] == str(25 * 10**18)
    assert bench.sent == []
    outcomes = await asyncio.gather(*(bench.wallet.confirm(review) for _ in range(4)), return_exceptions=True)
    taken = [o for o in outcomes if isinstance(o, str)]
    assert len(taken) == 1
    assert all(isinstance(o, AshoreError) for o in outcomes if o not in taken)
    with pytest.raises(AshoreError, match="already under way"):
        await bench.wallet.confirm(review)
    await bench.until(lambda: bench.statuses() == [Status.UNDER_WAY])
    assert len(bench.sent) == 1
    (tx, ethereum, third) = bench.sent[0]
    assert (tx["to"], tx["amount"], tx["nonce"], third) == (RECIPIENT, str(25 * 10**18), 7, None)
    assert ethereum["type"] == "EthereumSignature"
    voyage = bench.wallet.voyage(taken[0])
    assert voyage is not None
    assert voyage.withdrawal.request is not None
    assert json.loads(voyage.withdrawal.request.payload) == list(bench.sent[0]), "what was journaled is what was sent"
    assert bench.wallet.open_count() == 1
    assert bench.wallet.voyage("none") is None


async def test_a_second_request_with_that_nonce_is_refused(bench: Bench) -> None:
    await bench.unlocked()
    first, second = await bench.review(), await bench.review(amount="26")
    bench.expected = first.identifier
    outcomes = await asyncio.gather(bench.wallet.confirm(first), bench.wallet.confirm(second), return_exceptions=True)
    assert sum(isinstance(o, str) for o in outcomes) == 1
    (refused,) = [o for o in outcomes if isinstance(o, AshoreError)]
    assert "nonce 7 is still open. Nothing was sent." in str(refused)
    await bench.until(lambda: len(bench.sent) == 1 and bench.statuses() != [Status.UNKNOWN])
    again = await bench.review()
    with pytest.raises(AshoreError, match="still open"):
        await bench.wallet.confirm(again)
    assert len(bench.sent) == 1


async def test_after_a_refusal_the_nonce_is_free(bench: Bench) -> None:
    await bench.unlocked()
    bench.refusal = 207
    refused = await bench.wallet.confirm(await bench.review())
    await bench.until(lambda: bench.statuses() == [Status.REFUSED])
    voyage = bench.wallet.voyage(refused)
    assert voyage is not None
    assert "The fee is lower than zkLink asks now" in voyage.headline
    bench.refusal = None
    await bench.wallet.confirm(await bench.review())
    await bench.until(lambda: bench.statuses() == [Status.UNDER_WAY, Status.REFUSED])
    assert [row.status for row in bench.wallet.activity(ActivityQuery(only="stopped"), None, 9).rows] == [
        Status.REFUSED
    ]


async def test_nothing_is_signed_of_a_form_that_is_not_ready(bench: Bench) -> None:
    await bench.unlocked()
    for fields in ({"amount": "0"}, {"recipient": "x"}, {"fee": "1e9"}, {"nonce": "6"}):
        with pytest.raises(AshoreError, match="not complete"):
            await bench.wallet.review(await bench.quote(**fields))
    assert bench.sent == []


async def test_what_the_signer_reads_has_to_be_what_the_form_says(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.unlocked()
    quote = await bench.quote()
    system = bench.wallet._parts.systems[DEPLOYMENT.id]
    prepare = system.prepare

    async def altered(*arguments: Any) -> Any:
        plan = await prepare(*arguments)
        expect: Mapping[str, str] = {**plan.request.expect, "to": OWN}
        request = type(plan.request)(plan.request.kind, plan.request.preimage, 0, expect)
        return type(plan)(plan.profile, plan.kind, request, plan.terms, plan.confirm)

    monkeypatch.setattr(system, "prepare", altered)
    with pytest.raises(AshoreError, match="Nothing was signed"):
        await bench.wallet.review(quote)


async def test_an_intent_that_cannot_be_written_is_not_sent_and_can_be_tried_again(bench: Bench) -> None:
    await bench.unlocked()
    review = await bench.review()
    bench.wallet._parts.journal._db.read("PRAGMA busy_timeout=1")
    with closing(Database(bench.folder / "journal.sqlite3")) as other, other.transaction():
        with pytest.raises(StoreError, match="nothing was changed"):
            await bench.wallet.confirm(review)
        assert bench.statuses() == []
    assert bench.sent == []
    await bench.wallet.confirm(review)
    await bench.until(lambda: bench.statuses() == [Status.UNDER_WAY])
    assert len(bench.sent) == 1


async def test_locked_keys_sign_nothing_and_watching_goes_on(bench: Bench) -> None:
    assert bench.wallet.locked
    with pytest.raises(AshoreError):
        await bench.wallet.open(DEPLOYMENT.id, 0)
    await bench.unlocked()
    review = await bench.review()
    await bench.wallet.lock()
    assert bench.wallet.locked
    assert bench.wallet.lock_in() is None
    with pytest.raises(AshoreError):
        await bench.wallet.confirm(review)
    assert bench.sent == []
    assert len(bench.wallet.accounts()) == 3, "addresses are no secret"
    wrong = bytearray(b"not the password")
    with pytest.raises(AshoreError):
        await bench.wallet.unlock(wrong)
    assert not any(wrong), "wiped"
    assert bench.wallet.locked
    right = bytearray(PASSWORD)
    await bench.wallet.unlock(right)
    assert not any(right)
    assert not bench.wallet.locked
    await bench.wallet.confirm(review)
    await bench.until(lambda: len(bench.sent) == 1)
    assert bench.changes.count(Change(Topic.LOCK)) >= 3


async def test_the_lock_comes_when_nobody_is_there(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[tuple[float, Callable[..., object]]] = []
    loop = asyncio.get_running_loop()
    real = loop.call_later

    def call_later(delay: float, callback: Any, *arguments: Any, **options: Any) -> asyncio.TimerHandle:
        if isinstance(getattr(callback, "__self__", None), AutoLock):
            timers.append((delay, callback))
            return real(3_600, callback, *arguments, **options)
        return real(delay, callback, *arguments, **options)

    monkeypatch.setattr(loop, "call_later", call_later)
    await bench.unlocked()
    assert bench.wallet.lock_in() is None, "practice keys guard nothing"
    bench.wallet.set_setting(LOCK_AFTER, str(LOCK_AFTER_S))
    assert bench.wallet.lock_in() == LOCK_AFTER_S
    assert timers[-1][0] == LOCK_CHECK_S, "timers stand still while the machine sleeps: it is looked often"
    bench.monotonic += LOCK_AFTER_S - 10
    bench.wallet.touch()
    bench.monotonic += 20
    timers[-1][1]()
    assert bench.wallet.lock_in() == LOCK_AFTER_S - 20, "the time that is left since somebody was there"
    assert not bench.wallet.locked
    bench.wallet.set_setting(LOCK_AFTER, "60")
    assert bench.wallet.lock_in() == 60, "another time counts from when it was chosen"
    bench.monotonic += 60
    bench.wallet.touch()
    await bench.until(lambda: bench.wallet.locked)
    before = len(timers)
    timers[-1][1]()
    assert len(timers) == before, "what is locked needs no timer"


async def test_what_survives_closing(bench: Bench) -> None:
    await bench.unlocked()
    odd = {"amount": "1\u202e", "recipient": "0x\ud800", "": "x" * 5_000}
    bench.wallet.save_draft("zklink", odd)
    bench.wallet.set_setting("theme", "dark")
    bench.refusal = 500
    withdrawal = await bench.wallet.confirm(await bench.review())
    await bench.until(lambda: len(bench.sent) == 1)
    await bench.wallet.aclose()

    bench.refusal = None
    bench.wallet = bench._compose()
    await bench.start()
    assert bench.wallet.load_draft("zklink") == odd
    assert bench.wallet.setting("theme", "light") == "dark"
    assert bench.wallet.vault_exists
    assert bench.wallet.locked
    await bench.until(lambda: bench.statuses() == [Status.UNDER_WAY])
    assert len({json.dumps(sent) for sent in bench.sent}) == 1, "resumed while locked, with the identical bytes"
    voyage = bench.wallet.voyage(withdrawal)
    assert voyage is not None
    assert voyage.status is Status.UNDER_WAY
