"""What the tests with anvil share."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ashore.ethereum.follower import ChainFollower
from ashore.net.http import HttpClient
from peers import places
from peers.anvil_node import Anvil
from peers.anvil_wallet import Wallet
from peers.anvil_world import quorum_of
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
