"""What the tests with anvil share, and those with LNbits."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ashore.ethereum.follower import ChainFollower
from ashore.net.http import HttpClient
from ashore.net.pacing import SystemClock
from peers import places
from peers.anvil_node import Anvil
from peers.anvil_wallet import Wallet
from peers.anvil_world import quorum_of
from peers.lnbits_server import LNbitsServer
from unit.ethereum.chain_bench import FastClock


@pytest.fixture
def anvil(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Anvil]:
    """An anvil, with the options of a parameter if there is one."""
    places.need_anvil()
    with Anvil(tmp_path, **getattr(request, "param", {})) as running:
        yield running


@pytest.fixture
async def wallet(anvil: Anvil) -> AsyncIterator[Wallet]:
    """A wallet that asks it under three addresses."""
    # The wallet's own transport: nothing is between it and anvil.
    http = HttpClient(FastClock(), random.Random(3))
    quorum = quorum_of(anvil, http)
    yield Wallet(anvil, http, quorum, ChainFollower(quorum.spec, quorum))
    await http.aclose()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LNbitsServer]:
    """An LNbits, with its extension for vouchers where that is there. It takes long to start."""
    places.need_lnbits()
    with LNbitsServer(tmp_path_factory.mktemp("lnbits"), places.withdraw_extension()) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    """The program's own transport, in real time."""
    client = HttpClient(SystemClock(), random.Random(1))
    yield client
    await client.aclose()
