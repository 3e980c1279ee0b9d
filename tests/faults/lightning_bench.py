"""LNURL withdrawals with real parts: journal on disk, carrier, watcher, clients; practice node and service on a socket.

Time is moved by hand, for the wallet and the practice network alike: whatever waits lets it pass at once. The vault is
a dictionary that can be locked.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import uvicorn

from ashore.domain.move_view import MoveView
from ashore.domain.withdrawal import Mark, Status, Withdrawal
from ashore.engine.boundaries import Boundary, no_probe
from ashore.engine.carrier import SETTLED, Carrier
from ashore.engine.compose import SANDBOX, practice_client
from ashore.engine.compose_lightning import KeptPlaces
from ashore.engine.ledger import Ledger
from ashore.engine.parts import Clock, Parts
from ashore.engine.receipts import Receipts
from ashore.engine.receiving import ConnectedWallets
from ashore.engine.requests import Requests
from ashore.engine.sealed_notes import SealedNotes
from ashore.engine.views import Review, Voyage
from ashore.engine.voyages import voyage_of
from ashore.engine.watcher import OperatorWatch
from ashore.keys.errors import Locked, RecordMissing
from ashore.keys.signer import SealedRecord, Signer
from ashore.lightning.core_lightning import CoreLightning
from ashore.net.guard import LocalService
from ashore.net.strangers import CALLBACK, StrangerClient
from ashore.sandbox import asgi, role
from ashore.sandbox.lightning.practice import CLNREST, PracticeLightning
from ashore.sandbox.lightning.service import WithdrawService
from ashore.sandbox.lightning.vouchers import Place
from ashore.store.database import Database
from ashore.store.journal import Journal
from ashore.store.keep import Keep
from ashore.systems.base import Draft, Source
from ashore.systems.lnurl.client import LnurlClient
from ashore.systems.lnurl.codec import Reach
from ashore.systems.lnurl.profile import PRACTICE
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.receivers import PASTED, Receiver
from ashore.systems.lnurl.system.tracks import TRACKS
from ashore.systems.lnurl.system.withdrawals import LnurlSystem
from faults.lightning_observer import lightning_disagreements
from faults.roads import Road

NODE = "node"
NODE_NAME = "Alice"
EXPIRY_S = 3600
WATCHED_S = 600
LONG_S = 3 * 3600.0
IMPATIENT_S = 0.3
"""How long the wallet waits for an answer here, in real seconds."""


class Leap:
    """The time of everybody. Only waiting lets it pass."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._began = time.time()

    def seconds(self) -> float:
        return self._began + self.ahead

    def now(self) -> int:
        """UTC milliseconds."""
        return round(self.seconds() * 1000)

    def monotonic(self) -> float:
        return self.ahead

    async def sleep(self, seconds: float) -> None:
        self.ahead += seconds
        await asyncio.sleep(0)


class Vault:
    """Keeps secrets as the signer's process does."""

    def __init__(self) -> None:
        self.records: dict[str, tuple[str, str, Mapping[str, str]]] = {}
        self.unlocked = True
        self._numbers = itertools.count()

    async def keep(self, kind: str, secret: str, meta: Mapping[str, str]) -> str:
        self._open()
        await asyncio.sleep(0)  # the signer is another process: others have their turn meanwhile
        record = f"{next(self._numbers):032x}"
        self.records[record] = (kind, secret, dict(meta))
        return record

    async def show(self, record: str) -> str:
        self._open()
        if record not in self.records:
            raise RecordMissing("The vault does not hold that record any more.")
        return self.records[record][1]

    async def sealed(self) -> tuple[SealedRecord, ...]:
        self._open()
        return tuple(SealedRecord(name, kind, meta) for name, (kind, _, meta) in self.records.items())

    async def forget(self, record: str) -> None:
        self._open()
        del self.records[record]

    def _open(self) -> None:
        if not self.unlocked:
            raise Locked("The vault is locked.", "Unlock it with its password.")


@dataclass(frozen=True)
class Served:
    """Where the practice network listens."""

    lightning: PracticeLightning
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(leap: Leap) -> AsyncIterator[Served]:
    """Serve a practice network in memory on a port of this machine."""
    lightning = PracticeLightning(None, wall=leap.seconds)

    async def app(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        rest = str(scope["path"]).startswith(f"{CLNREST}/")
        await (lightning.clnrest if rest else lightning.service)(scope, receive, send)

    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    with role.bind("127.0.0.1", 0) as listener:
        await server.startup(sockets=[listener])
        yield Served(lightning, int(listener.getsockname()[1]))
        for one in server.servers:
            one.close()
        tasks = [*server.server_state.tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    lightning.close()


class Purse:
    """A wallet for LNURL. `restarted` makes the next process of it, on what this one left."""

    def __init__(self, served: Served, leap: Leap, folder: Path, vault: Vault | None = None) -> None:
        self.served, self.leap, self.folder = served, leap, folder
        self.clock_ahead_s = 0.0
        self.lightning = served.lightning
        self.vault = vault or Vault()
        self.database = Database(folder / "journal.sqlite3")
        self.journal = Journal(self.database)
        self.ledger = Ledger(self.journal, {str(track.ref): track for track in TRACKS}, self.now)
        self.keep = Keep(self.database)
        self.http = practice_client()
        clock = _PacingClock(leap)
        node = CoreLightning(
            self.http, served.url + CLNREST, self.lightning.node.rune, clock=clock, rng=random.Random(1)
        )
        signer = cast("Signer", self.vault)
        self.node = Receiver(NODE, NODE_NAME, "your node Alice", node)
        self.wallets = ConnectedWallets(signer, lambda _setup: node, [self.node])
        self.road = Road()
        strangers = StrangerClient(
            local_services=[LocalService("127.0.0.1", served.port)],
            socks=None,
            network=self.road.network,
        )
        client = LnurlClient(strangers, Reach.PRACTICE, callback=replace(CALLBACK, total_seconds=IMPATIENT_S))
        self.system = LnurlSystem(
            PRACTICE,
            client,
            self.wallets,
            self.vault.show,
            self.now,
            leap.monotonic,
            _ids().__next__,
            self.journal.knows,
            lambda: self.ledger.open,
            KeptPlaces(self.keep),
        )
        self.watch = OperatorWatch(self.system, self.ledger, 3.0, no_probe)
        parts = Parts(
            network=SANDBOX,
            profiles=(),
            systems={PRACTICE.id: self.system},
            signer=signer,
            vault=folder / "none",
            journal=self.journal,
            keep=self.keep,
            ledger=self.ledger,
            chains=(),
            operators=(self.watch,),
            clock=Clock(self.now, leap.monotonic),
            probe=self._probe,
            new_id=_ids().__next__,
            closers=(),
            journal_is_sound=lambda: True,
            wallets=self.wallets,
        )
        self.receipts = Receipts(parts, lambda: ())
        self.requests = Requests(parts)
        self.notes = SealedNotes(parts, self.requests)
        self.waits: list[float] = []
        self.dies_at: Boundary | None = None

    def now(self) -> int:
        """What this computer's clock shows, which may be wrong: UTC milliseconds."""
        return self.leap.now() + round(self.clock_ahead_s * 1000)

    async def aclose(self) -> None:
        await self.http.aclose()
        self.database.close()

    async def restarted(self) -> Purse:
        """The next process."""
        await self.aclose()
        purse = Purse(self.served, self.leap, self.folder, self.vault)
        await purse.ledger.load()
        return purse

    # ---- the practice network

    async def voucher(self, **terms: Any) -> dict[str, Any]:
        make = self.lightning.operation("voucher")
        assert make is not None
        told = await make(terms, Place(self.served.url))
        assert isinstance(told, dict)
        return told

    def spoil(self, voucher: Mapping[str, Any] | None = None, **faults: Any) -> None:
        """Set switches of a voucher, or of the node."""
        value = {"node": faults} if voucher is None else {"vouchers": {voucher["id"]: faults}}
        self.lightning.read_faults(value)()

    def patient_service(self) -> None:
        """Let the service's delays pass in the common time, so that the wallet waits them out."""
        self.lightning.service = WithdrawService(self.lightning.registry, self.lightning.cashier, sleep=self.leap.sleep)

    def calls(self) -> list[dict[str, Any]]:
        """Every call of a callback, in order."""
        claims: list[dict[str, Any]] = self.lightning.truth()["claims"]
        return claims

    def invoices(self) -> list[dict[str, Any]]:
        """Every invoice that the node made."""
        made: list[dict[str, Any]] = self.lightning.truth()["invoices"]
        return made

    def newest_invoice(self) -> str:
        """The text of the invoice that the node made last."""
        return self.lightning.node.invoices()[-1].bolt11

    # ---- withdrawing

    async def offer(self, voucher: Mapping[str, Any], link: str | None = None) -> LnurlOffer:
        offer = await self.system.open(Source(PRACTICE.id, reference=link or voucher["lnurl"]))
        assert isinstance(offer, LnurlOffer)
        return offer

    async def review(self, voucher: Mapping[str, Any], amount: str = "15", **fields: str) -> Review:
        link = fields.pop("link", None)
        quote = await self.system.quote(await self.offer(voucher, link), Draft({"amount": amount, **fields}))
        assert quote.ready, quote.problems
        return await self.requests.review(quote)

    async def confirm(self, voucher: Mapping[str, Any], amount: str = "15", **fields: str) -> str:
        """Confirm, without sending yet; returns the withdrawal's id."""
        withdrawal, _ = await self.requests.confirm(await self.review(voucher, amount, **fields))
        return withdrawal

    async def pasted(self, voucher: Mapping[str, Any], msat: int = 15_000) -> str:
        """Confirm with an invoice of a wallet that Ashore cannot see."""
        row = self.lightning.node.invoice(f"own {len(self.invoices())}", msat, "mine", expiry=EXPIRY_S)
        return await self.confirm(voucher, receiver=PASTED, invoice=row.bolt11)

    async def carry(self, withdrawal: str, seconds: float = LONG_S) -> Withdrawal:
        """Carry and watch until the withdrawal has ended, or so many seconds have passed; returns it as it is then."""
        request = self.move(withdrawal)
        if not self.state(withdrawal).is_open and request.state in SETTLED:
            return self.state(withdrawal)
        until = self.leap.ahead + seconds
        carrier = Carrier(self.ledger, self.system, self.now, self._probe, self._wait)
        carrying = asyncio.create_task(carrier.carry(withdrawal, request.id))
        try:
            while self.state(withdrawal).is_open and self.leap.ahead < until:
                if carrying.done():
                    carrying.result()
                    await self._wait(60.0)
                else:
                    self._turned = asyncio.Event()
                    turned = asyncio.create_task(self._turned.wait())
                    await asyncio.wait({carrying, turned}, return_when=asyncio.FIRST_COMPLETED)
                    turned.cancel()
            if not self.state(withdrawal).is_open:
                async with asyncio.timeout(10):
                    await carrying  # what has ended is not carried for ever
        finally:
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)
        return self.state(withdrawal)

    def again(self, withdrawal: str) -> None:
        """As a person wishes it. What is being carried takes its next turn when time passes."""
        self.requests.again(withdrawal)

    async def withdraw(self, voucher: Mapping[str, Any], amount: str = "15", **fields: str) -> Withdrawal:
        """From the link to the end."""
        return await self.carry(await self.confirm(voucher, amount, **fields))

    def state(self, withdrawal: str) -> Withdrawal:
        state = self.ledger.get(withdrawal)
        assert state is not None
        return state

    def move(self, withdrawal: str) -> MoveView:
        request = self.state(withdrawal).request
        assert request is not None
        return request

    def voyage(self, withdrawal: str) -> Voyage:
        state = self.state(withdrawal)
        return voyage_of(state, self.ledger.track_of(state), {}, self.now())

    def told(self, withdrawal: str) -> str:
        """Everything that the voyage says."""
        voyage = self.voyage(withdrawal)
        rows = " ".join(f"{row.said_by} {row.sentence}" for row in voyage.rows)
        return f"{voyage.headline} {voyage.advice} {rows}"

    async def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        await self.leap.sleep(seconds)
        self.lightning.cashier.pay_due()
        self.lightning.node.wake()
        await self.watch.ask()
        self._turned.set()

    _turned = asyncio.Event()

    def _probe(self, boundary: Boundary) -> None:
        if boundary is self.dies_at:
            raise Death

    def hold_to_the_rules(self, *, heard: bool = True) -> None:
        """What has to be so after everything, as the observer sees it. `heard`: the service's answers arrived."""
        truth = self.lightning.truth()
        assert lightning_disagreements(self.all(), truth) == []
        paid = {row["payment_hash"] for row in truth["invoices"] if row["received_msat"]}
        for state in self.all():
            request = state.request
            assert request is not None
            if not state.is_open and state.terms.account != PASTED:
                recognised = bool(state.stage("final").evidence)
                assert recognised == (request.locator in paid), "a settled payment was not recognised"
            if state.status is Status.FINAL:
                marks = {row.mark for row in self.voyage(state.id).rows}
                assert not marks & {Mark.AWAITED, Mark.UNKNOWN}, "what is passed looks awaited"
            given = [call for call in truth["claims"] if call["payment_hash"] == request.locator]
            after_a_no = [call for call in given[:-1] if call["answer"] and not call["answer"].startswith("(")]
            assert not heard or len(after_a_no) <= request.wishes, "nothing after a no, but at a person's wish"

    def all(self) -> Sequence[Withdrawal]:
        names = [str(name) for (name,) in self.database.read("SELECT id FROM withdrawals ORDER BY number")]
        return [self.state(name) for name in names]


class Death(BaseException):
    """The process ends here."""


class _PacingClock:
    """The monotonic clock of the clients: real, for they wait for real sockets."""

    def __init__(self, _leap: Leap) -> None:
        self.monotonic = time.monotonic
        self.sleep = asyncio.sleep


def _ids() -> itertools.chain[str]:
    mark = random.randbytes(12).hex()
    return itertools.chain(f"{mark}{number:08x}" for number in itertools.count())
