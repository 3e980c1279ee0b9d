"""The practice Reddio on a real chain, and a wallet without window, signer process and loops that looks when told."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import httpx

from ashore.domain import events as ev
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import LAST_STAGE, Withdrawal
from ashore.engine.boundaries import no_probe
from ashore.engine.ledger import Ledger
from ashore.engine.watcher import ChainWatch
from ashore.ethereum.follower import ChainFollower
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.spec import ChainSpec
from ashore.net.http import HttpClient
from ashore.net.pacing import RateLimit
from ashore.store.database import Database
from ashore.store.journal import Journal
from ashore.store.keep import Keep
from ashore.systems.claiming.fates import Fates
from ashore.systems.claiming.receipts import Receipts
from ashore.systems.claiming.track import CLAIMED
from ashore.systems.reddio.client.api import ReddioClient
from ashore.systems.reddio.codec import Asset
from ashore.systems.reddio.deployment import of_practice
from ashore.systems.reddio.settlement.book import Book
from ashore.systems.reddio.settlement.interpreter import Interpreter
from ashore.systems.reddio.settlement.pending import PendingWithdrawals
from ashore.systems.reddio.settlement.pending_slots import PendingSlots
from ashore.systems.reddio.settlement.registered_keys import RegisteredKeys
from ashore.systems.reddio.settlement.verifiers import Verifiers
from ashore.systems.reddio.system.sending import Known
from ashore.systems.reddio.system.tracks import TRACKS, WITHDRAWAL
from ashore.systems.reddio.system.withdrawals import ReddioSystem
from unit.ethereum.chain_bench import FastClock
from unit.sandbox.reddio.coast import RECIPIENT, Coast

OWNER = f"0x{RECIPIENT:040x}"
PAYER = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"


class Shore:
    """A coast with a wallet on it."""

    def __init__(self, coast: Coast, app: Any, folder: Path) -> None:
        self.coast = coast
        self.now = 1_800_000_000_000
        self.http = HttpClient(
            FastClock(), random.Random(3), transport=httpx.ASGITransport(app), rate=RateLimit(1e6, 10_000)
        )
        deployment = of_practice(coast.world.profile(), "http://127.0.0.1")
        assert deployment is not None
        self.deployment = deployment
        self.path = folder / "journal.sqlite3"

    async def open(self) -> None:
        """Put the wallet together."""
        self.database = Database(self.path)
        self.keep, journal = Keep(self.database), Journal(self.database)
        pinned = self.deployment.chain
        endpoints = tuple((url[-1], url) for url in pinned.endpoints)
        spec = ChainSpec(pinned.name, pinned.evm_chain_id, pinned.genesis_hash, endpoints)
        self.quorum = Quorum.connect(spec, self.http, FastClock())
        self.book = Book(self.keep, self.deployment.id)
        now = lambda: self.now  # noqa: E731 - read at each call
        witnesses = (
            PendingSlots(self.deployment, self.quorum, self.keep, now),
            Verifiers(self.deployment, self.quorum, now),
        )
        quorums = {pinned.name: self.quorum}
        fates = Fates(quorums, Receipts(quorums, self.keep, now))
        interpreter = Interpreter(self.deployment, self.book, witnesses, fates, now)
        client = ReddioClient(self.http, self.deployment.api_url)
        keys = RegisteredKeys(self.deployment, self.quorum, self.keep, now)
        self.system = ReddioSystem(
            self.deployment, client, interpreter, keys, self.quorum, now, dict, lambda _: Known()
        )
        self.ledger = Ledger(journal, {str(track.ref): track for track in TRACKS}, now)
        await self.ledger.load()
        follower = ChainFollower(spec, self.quorum)
        follower.watch([self.deployment.contract])
        self.chain = ChainWatch(pinned.name, follower, [self.system], self.ledger, self.keep, 1.0, no_probe)
        self.purse = PendingWithdrawals(
            self.deployment, self.quorum, self.keep, lambda: [state.terms for state in self.ledger.watched], now
        )

    async def reopen(self) -> None:
        """As after closing the wallet."""
        self.database.close()
        await self.open()

    async def close(self) -> None:
        """Let go of everything."""
        self.database.close()
        await self.http.aclose()

    async def look(self, times: int = 1) -> None:
        """Look at the chain."""
        for _ in range(times):
            await self.chain.poll()

    async def begun(self, asset: Asset, quanta: int = 1, name: str = "w0", owner_key: int = RECIPIENT) -> str:
        """A withdrawal that Reddio took, and that the wallet has in its journal."""
        await self.coast.withdraw(asset, quanta, owner_key)
        return await self.begun_of(asset, quanta, name, owner_key)

    async def begun_of(self, asset: Asset, quanta: int = 1, name: str = "w0", owner_key: int = RECIPIENT) -> str:
        """What the journal holds of one."""
        terms = ev.Terms(
            system="Reddio",
            network="sandbox",
            profile=self.deployment.id,
            track=str(WITHDRAWAL.ref),
            account=PAYER,
            symbol="ETH",
            decimals=18 if asset.kind.is_fungible else 0,
            amount=quanta * asset.quantum,
            fee=0,
            recipient=f"0x{owner_key:040x}",
            destination=self.deployment.chain.name,
            receive_symbol="ETH",
            details={
                LAST_STAGE: CLAIMED,
                "owner_key": str(owner_key),
                "asset_id": str(asset.asset_id),
                "asset_type": str(asset.asset_type),
                "quanta": str(quanta),
                "quantum": str(asset.quantum),
                "nonce": name[1:],
                "token_id": "" if asset.token_id is None else str(asset.token_id),
                "kind": str(asset.kind),
                "contract": "0x" + asset.token.hex() if asset.token else "",
                "token_url": asset.token_url or "",
            },
        )
        move, number = f"m{name}", int(name[1:])
        self.ledger.record(
            [
                ev.WithdrawalStarted(name, terms),
                ev.MoveIntended(name, move, MoveKind.REQUEST, self.deployment.id, f"0x{name}", "{}", "k", number),
                ev.MoveSending(name, move),
                ev.MoveAccepted(name, move),
            ]
        )
        await self.look()
        return name

    async def set_aside(self) -> None:
        """Let the operator bring everything to Ethereum; nobody claims it."""
        await self.coast.control("settle")
        await self.look(2)

    def state(self, name: str) -> Withdrawal:
        """A withdrawal as the ledger has it."""
        found = self.ledger.get(name)
        assert found is not None
        return found
