"""A practice chain with three endpoints for each test."""

from collections.abc import AsyncIterator

import pytest

from unit.ethereum.chain_bench import Bench


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.http.aclose()
    bench.chain.close()
