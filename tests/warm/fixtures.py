"""Fixtures for the folders whose wallets start by a fork; each takes them into its conftest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warm.starts import HERE, Warm


@pytest.fixture(scope="session")
def warm_servers() -> Iterator[Warm]:
    """What forks signers, practice networks and wallets for this test process."""
    yield HERE
    HERE.close()


@pytest.fixture(scope="module", autouse=True)
def warm_starts(warm_servers: Warm) -> Iterator[None]:
    """Wallets of these tests start their processes so."""
    with warm_servers.in_use():
        yield
