"""Requests that a real wallet reviewed and a real signer signed, so that a thousand schedules need not sign them again.

A schedule writes them into a wallet's journal as the wallet itself does when a person confirms; they were never sent.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ashore.domain import events as ev
from ashore.domain.moves import MoveKind
from ashore.engine.ledger import Ledger
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.server import create_app
from ashore.sandbox.world import World, WorldConfig
from ashore.store.database import Database
from ashore.store.journal import Journal
from ashore.systems.zklink.system.offer import FAST_SPEED, NORMAL_SPEED
from ashore.systems.zklink.system.tracks import TRACKS
from faults.bench import RECIPIENT, TOKEN, Bench

OTHER = "0x" + "6b" * 20


@dataclass(frozen=True, slots=True)
class Request:
    """A signed request: what it is about, and the move that carries it."""

    terms: ev.Terms
    locator: str
    payload: str
    scope: str
    nonce: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A world in which nothing has happened, a wallet that has looked at it, and what it may send.

    Attributes:
        world: the world's folder.
        journal: the wallet's journal, which knows the chains and no withdrawal.
        requests: what was signed for zkLink.
        vault: the wallet's vault, where it makes its requests itself while the schedule runs.
    """

    chains: int
    world: Path
    journal: Path
    requests: tuple[Request, ...] = ()
    vault: Path | None = None


@dataclass(frozen=True, slots=True)
class _Wish:
    account: int
    sub_account: str
    token: str
    amount: str
    recipient: str = RECIPIENT
    chain: str = "1"
    fast: bool = False


_WISHES = {
    1: (
        _Wish(0, "0", "17", "25"),
        _Wish(0, "0", "17", "25"),  # like the first: only its nonce tells it apart
        _Wish(0, "0", "33", "0.1"),
        _Wish(0, "1", "17", "7.5"),
        _Wish(0, "1", "17", "10", fast=True),
        _Wish(2, "0", "17", "25"),  # another account, the same recipient and amount
        _Wish(2, "0", "17", "40.000001", OTHER),
    ),
    2: (
        _Wish(0, "0", "17", "25", chain="2"),
        _Wish(0, "0", "17", "25"),
        _Wish(0, "0", "33", "0.1", chain="2"),
        _Wish(0, "1", "17", "7.5", OTHER, "2", fast=True),
        _Wish(0, "1", "17", "5", OTHER, "2"),
        _Wish(2, "0", "17", "25", chain="2"),
        _Wish(2, "0", "17", "40.000001", OTHER),
    ),
}


async def prepare(chains: int, folder: Path) -> Stage:
    """Make a world, and let a wallet with a signer of its own confirm each wish there, in the order of their nonces."""
    world = folder / "world"
    World(WorldConfig(data_dir=world, clock=ClockMode.STEP, chains=chains)).close()
    async with _wallet_on(world, folder / "looked") as bench:
        await bench.look()
    async with _wallet_on(world, folder / "signed") as bench:
        requests = tuple([await _signed(bench, wish) for wish in _WISHES[chains]])
    return Stage(chains, world, folder / "looked" / "wallet" / "journal.sqlite3", requests)


@contextlib.asynccontextmanager
async def _wallet_on(world: Path, folder: Path) -> AsyncIterator[Bench]:
    app, copy = create_app(
        WorldConfig(data_dir=Path(shutil.copytree(world, folder / "world")), clock=ClockMode.STEP), TOKEN
    )
    bench = Bench(copy, app, folder / "wallet")
    try:
        yield await bench.start()
    finally:
        await bench.aclose()
        copy.close()


async def _signed(bench: Bench, wish: _Wish) -> Request:
    name = await bench.withdraw(
        wish.amount,
        wish.account,
        sub_account=wish.sub_account,
        source_token=wish.token,
        target_token=wish.token,
        recipient=wish.recipient,
        chain=wish.chain,
        speed=FAST_SPEED if wish.fast else NORMAL_SPEED,
    )
    await bench.operate("execute_l2")  # only then the node tells the next nonce
    state = bench.voyage(name).withdrawal
    move = state.request
    assert move is not None
    return Request(state.terms, move.locator, move.payload, move.scope, move.nonce)


def put_into(journal_file: Path, requests: Sequence[tuple[str, Request]], now: int) -> None:
    """Write intents into the journal of a wallet that does not run, as its confirmation does; `now` in milliseconds."""
    with closing(Database(journal_file)) as database:
        ledger = Ledger(Journal(database), {str(track.ref): track for track in TRACKS}, lambda: now)
        for name, one in requests:
            intended = ev.MoveIntended(
                name,
                f"{name}-request",
                MoveKind.REQUEST,
                one.terms.profile,
                one.locator,
                one.payload,
                one.scope,
                one.nonce,
            )
            ledger.record([ev.WithdrawalStarted(name, one.terms), intended])
