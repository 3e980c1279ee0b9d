"""A data folder with open withdrawals in it: the wallet's journal and the practice network agree about each of them."""

from __future__ import annotations

import asyncio
import time
import uuid
from contextlib import closing
from pathlib import Path

from tests.benchmarks.large_network import widen

from ashore.crypto.keccak import keccak256
from ashore.desktop.paths import paths_for
from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import LAST_STAGE
from ashore.engine.ledger import Ledger
from ashore.sandbox import genesis
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.world import World, WorldConfig
from ashore.sandbox.zklink.transactions import read_transaction
from ashore.store.database import Database
from ashore.store.journal import Journal
from ashore.systems.zklink.codec import Withdraw, withdraw_to_json
from ashore.systems.zklink.deployment import Deployment, deployment_from_json
from ashore.systems.zklink.system.offer import L2_DECIMALS
from ashore.systems.zklink.system.tracks import NORMAL, PAID, TRACKS

USDC = 17
ACCOUNT_ID = 1042
RECIPIENTS = 40
AMOUNTS = 8
"""Amounts and recipients repeat, so that payouts have to be told apart."""
NOWHERE = "http://127.0.0.1:1"


def populate(data_dir: Path, count: int) -> None:
    """Put `count` accepted withdrawals into a new network and a new journal below `data_dir`.

    The network takes them without checking signatures; from there on it carries each of them out for real, with
    transactions on its chain. No signature is made, because a thousand would take minutes.
    """
    widen()
    paths = paths_for("sandbox", data_dir)
    paths.create()
    world = World(WorldConfig(data_dir=paths.sandbox, clock=ClockMode.STEP))
    with closing(world), closing(Database(paths.journal)) as database:
        deployment = deployment_from_json(world.profile(), NOWHERE)
        ledger = Ledger(Journal(database), {str(t.ref): t for t in TRACKS}, lambda: time.time_ns() // 1_000_000)
        journaled: list[ev.Event] = []
        for nonce in range(count):
            tx = _withdraw(nonce)
            journaled += _accepted(world, deployment, tx)
        ledger.record(journaled)


def _withdraw(nonce: int) -> Withdraw:
    return Withdraw(
        to_chain_id=1,
        account_id=ACCOUNT_ID,
        sub_account_id=0,
        to=keccak256(b"recipient %d" % (nonce % RECIPIENTS))[:20],
        l2_source_token=USDC,
        l1_target_token=USDC,
        amount=(100 + nonce % AMOUNTS) * 10 ** (L2_DECIMALS - 2),
        fee=10 ** (L2_DECIMALS - 2),
        nonce=nonce,
        flag=0,
        withdraw_fee_ratio=0,
        ts=genesis.GENESIS_TIME + nonce,
        call_data=None,
    )


def _accepted(world: World, deployment: Deployment, tx: Withdraw) -> list[ev.Event]:
    """Let the network accept a transaction, and return what a wallet journals until then."""
    name = "0x" + keccak256(b"withdrawal %d" % tx.nonce).hex()
    form = withdraw_to_json(tx, deployment.dialect, bytes(32), bytes(64), sender=genesis.address(0))
    world.rollup.accept(name, read_transaction(form, world.network.profile), form, int(world.clock.now() * 1e6))
    withdrawal, move = uuid.uuid4().hex, uuid.uuid4().hex
    now = time.time_ns() // 1_000_000
    said = "zkLink’s node took the request."
    evidence = Evidence("submission", Level.REPORTED, "zkLink", now, {"request": name, "answer": said})
    return [
        ev.WithdrawalStarted(withdrawal, _terms(deployment, tx)),
        ev.MoveIntended(withdrawal, move, MoveKind.REQUEST, deployment.id, name, "[]", f"{tx.account_id}/0", tx.nonce),
        ev.MoveSending(withdrawal, move),
        ev.MoveAccepted(withdrawal, move, said),
        ev.StageReached(withdrawal, NORMAL.stages[0].id, evidence),
    ]


def _terms(deployment: Deployment, tx: Withdraw) -> ev.Terms:
    return ev.Terms(
        system="zkLink",
        network=deployment.network,
        profile=deployment.id,
        track=str(NORMAL.ref),
        account="0x" + genesis.address(0).hex(),
        symbol="USDC",
        decimals=L2_DECIMALS,
        amount=tx.amount,
        fee=tx.fee,
        recipient="0x" + tx.to.hex(),
        destination=deployment.chains[1].name,
        receive_symbol="USDC",
        details={
            LAST_STAGE: PAID,
            "amount.text": f"1.0{tx.nonce % AMOUNTS} USDC",
            "chain_id": "1",
            "account_id": str(tx.account_id),
            "sub_account_id": "0",
            "source_token": str(USDC),
            "target_token": str(USDC),
            "nonce": str(tx.nonce),
            "ts": str(tx.ts),
        },
    )


def advance(data_dir: Path) -> None:
    """Let the network of a data folder bring everything to its end while no wallet looks."""
    widen()
    world = World(WorldConfig(data_dir=paths_for("sandbox", data_dir).sandbox, clock=ClockMode.STEP))
    with closing(world):
        asyncio.run(_advance(world))


async def _advance(world: World) -> None:
    await world.settle()
    await world.step("finalize")
