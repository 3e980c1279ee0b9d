"""How many requests a minute a wallet makes, for more and more open withdrawals: they have to be as many for all.

On the practice network's demo clock, whose blocks come every one or two seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path

import httpx
from tests.benchmarks import large_network
from tests.benchmarks.population import populate
from tests.benchmarks.table import Figure

from ashore.desktop.paths import paths_for
from ashore.engine.compose import Surroundings, compose, practice_client, system_clock
from ashore.engine.practice import PracticeNetwork
from ashore.net.pacing import SystemClock
from ashore.systems.zklink.deployment import deployment_from_json

OPEN = (1, 10, 100, 1000)
SECONDS = 20.0
TOLERANCE = 1.15
"""How much more than for one withdrawal there may be: chance places a poll inside or outside the time."""


class Counting(httpx.AsyncBaseTransport):
    """The real network, counted: requests by what they are for."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self.requests: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count and pass on."""
        self.requests[request.url.path.split("/")[1]] += 1
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """End the real one."""
        await self._inner.aclose()


def figures(folder: Path) -> list[Figure]:
    """Measure each number of open withdrawals, half of the time before they are in a batch and half of it after."""
    large_network.use()
    found: list[Figure] = []
    least: dict[str, float] = {}
    for count in OPEN:
        populate(folder / str(count), count)
        for name, a_minute in asyncio.run(_measure(folder / str(count))).items():
            at_most = least[name] * TOLERANCE if name in least else None
            least.setdefault(name, a_minute)
            found.append(Figure(f"{name} a minute, {count:,} open", a_minute, "", at_most))
    return sorted(found, key=lambda figure: figure.name.partition(",")[0])


async def _measure(data_dir: Path) -> dict[str, float]:
    paths = paths_for("sandbox", data_dir)
    practice = PracticeNetwork(paths.sandbox, "demo")
    await practice.start()
    transport = Counting()
    http, own = practice_client(transport), practice_client()
    control = practice.control(own)
    deployment = deployment_from_json(await control.profile(), practice.url)
    wallet = compose(deployment, paths.journal, paths.vault, Surroundings(http, system_clock(), SystemClock()), control)
    try:
        await wallet.start()
        await asyncio.sleep(3)
        before, calls, began = Counter(transport.requests), await _calls(control), time.monotonic()
        await asyncio.sleep(SECONDS / 2)
        await control.faults({"zklink": {"switches": {"frozen": False, "prove_stalled": True}}})
        await asyncio.sleep(SECONDS / 2)
        minutes = (time.monotonic() - began) / 60
        made, calls_after = transport.requests - before, await _calls(control)
    finally:
        await wallet.aclose()
        await own.aclose()
        await practice.aclose()
    return {
        "requests to L1 endpoints": made["l1"] / minutes,
        "requests to the operator": made["zklink"] / minutes,
        "calls inside them to L1 endpoints": (calls_after["l1"] - calls["l1"]) / minutes,
    }


async def _calls(control: object) -> Counter[str]:
    """What the network itself counted."""
    status = await control.status()  # type: ignore[attr-defined]
    l1 = sum(sum(endpoint.values()) for endpoint in status["l1"]["calls"].values())
    return Counter({"l1": l1, "zklink": sum(status["zklink"]["calls"].values())})
