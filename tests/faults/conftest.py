"""Options and the printed table of the kill matrix; wallets on practice worlds for the other fault voyages."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from ashore.sandbox.server import Router
from ashore.sandbox.world import World
from faults import campaign
from faults.bench import Bench
from faults.kill_cases import KILLS_IN_CI
from faults.kill_matrix import Tally, table
from faults.lightning_bench import Leap, Purse, Served, serving
from faults.reddio_bench import ReddioBench
from faults.worlds import Worlds
from warm.fixtures import warm_servers, warm_starts  # noqa: F401 what pytest finds here

FIGURES = pytest.StashKey[dict[str, Tally]]()
CAMPAIGNS = pytest.StashKey[dict[str, campaign.Tally]]()
_FIGURES, _CAMPAIGNS = "kill-figures", "campaign-figures"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--kills N` and `--kill-seed S`; `--schedules N` and `--campaign-seed S`."""
    group = parser.getgroup("ashore", "kill matrix")
    group.addoption("--kills", type=int, default=KILLS_IN_CI, metavar="N", help="how many random moments to kill at")
    group.addoption("--kill-seed", type=int, default=None, metavar="S", help="repeat the random moments of a run")
    group.addoption(
        "--schedules", type=int, default=None, metavar="N", help="how many random schedules for each system"
    )
    group.addoption(
        "--campaign-seed", type=int, default=None, metavar="S", help="repeat the schedules from this one on"
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the figures."""
    rows = config.stash.get(FIGURES, None)
    if rows is not None:
        terminalreporter.section("kill matrix")
        for line in table(rows):
            terminalreporter.line(line)
    for name, tally in config.stash.get(CAMPAIGNS, {}).items():
        terminalreporter.section(f"campaign {name}")
        for line in tally.lines():
            terminalreporter.line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hands the figures over where several processes share the tests: it is the first one that prints them."""
    handed_over = getattr(session.config, "workeroutput", None)
    if handed_over is not None:
        stash = session.config.stash
        handed_over[_FIGURES] = {row: asdict(tally) for row, tally in stash.get(FIGURES, {}).items()}
        handed_over[_CAMPAIGNS] = {
            # Only plain values are handed over.
            name: {**asdict(tally), "counted": dict(tally.counted), "ended": dict(tally.ended)}
            for name, tally in stash.get(CAMPAIGNS, {}).items()
        }


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Takes over the figures of another process."""
    stash, told = node.config.stash, getattr(node, "workeroutput", {})
    for row, tally in told.get(_FIGURES, {}).items():
        stash.setdefault(FIGURES, {})[row] = Tally(**tally)
    for name, tally in told.get(_CAMPAIGNS, {}).items():
        made = {**tally, "counted": Counter(tally["counted"]), "ended": Counter(tally["ended"])}
        stash.setdefault(CAMPAIGNS, {})[name] = campaign.Tally(**made)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> dict[str, Tally]:
    """The rows that are printed at the end of the run."""
    return request.config.stash.setdefault(FIGURES, {})


@pytest.fixture
def campaigns(request: pytest.FixtureRequest) -> dict[str, campaign.Tally]:
    """The figures of random schedules, printed at the end of the run."""
    return request.config.stash.setdefault(CAMPAIGNS, {})


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Worlds in which nothing has happened yet."""
    return Worlds(tmp_path_factory.mktemp("deployed"))


@pytest.fixture
def practice(worlds: Worlds, tmp_path: Path) -> Iterator[tuple[Router, World]]:
    """A world that is moved by hand."""
    app, world = worlds.open(tmp_path / "world")
    yield app, world
    world.close()


@pytest.fixture
async def bench(practice: tuple[Router, World], tmp_path: Path) -> AsyncIterator[Bench]:
    """A wallet on that world."""
    async with _benched(practice, tmp_path / "wallet") as made:
        yield made


@pytest.fixture
async def two(worlds: Worlds, tmp_path: Path) -> AsyncIterator[Bench]:
    """A wallet on a world of two chains that is moved by hand."""
    app, world = worlds.open(tmp_path / "world", chains=2)
    async with _benched((app, world), tmp_path / "wallet") as made:
        yield made
    world.close()


@pytest.fixture
async def vaults(worlds: Worlds, tmp_path: Path) -> AsyncIterator[ReddioBench]:
    """A wallet on a world with Reddio that is moved by hand."""
    app, world = worlds.open(tmp_path / "world", reddio=True)
    made = ReddioBench(world, app, tmp_path / "wallet")
    try:
        await made.start()
        yield made
    finally:
        await made.aclose()
        world.close()


@pytest.fixture
async def other(practice: tuple[Router, World], tmp_path: Path) -> AsyncIterator[Bench]:
    """The same person's wallet on another machine."""
    async with _benched(practice, tmp_path / "other") as made:
        yield made


@contextlib.asynccontextmanager
async def _benched(practice: tuple[Router, World], folder: Path) -> AsyncIterator[Bench]:
    app, world = practice
    made = Bench(world, app, folder)
    try:
        yield await made.start()
    finally:
        await made.aclose()


@pytest.fixture
def leap() -> Leap:
    """The time of a wallet and its practice Lightning."""
    return Leap()


@pytest.fixture
async def served(leap: Leap) -> AsyncIterator[Served]:
    """Practice Lightning on a port of this machine."""
    async with serving(leap) as made:
        yield made


@pytest.fixture
async def purse(served: Served, leap: Leap, tmp_path: Path) -> AsyncIterator[Purse]:
    """A wallet for vouchers."""
    made = Purse(served, leap, tmp_path)
    yield made
    await made.aclose()
