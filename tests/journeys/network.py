"""The practice network of a journey: the real one, in this process, with a wire that can be cut."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx

from ashore.sandbox.evm.faults import FaultRule
from ashore.sandbox.zklink.faults import Switch
from faults.worlds import Worlds

URL = "http://127.0.0.1:9"
TOKEN = "journeys-only-no-secret"
NODE = "/zklink"
ENDPOINTS = ("a", "b", "c")
_MOST_STEPS = 40


class Wire(httpx.AsyncBaseTransport):
    """What lies between the wallet and the network.

    Attributes:
        cut: beginnings of paths that cannot be reached: nothing leaves for them.
        swallow: methods whose answers are lost on the way back, after they had their effect.
    """

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app=app)
        self._serving: set[asyncio.Future[httpx.Response]] = set()
        self.cut: set[str] = set()
        self.swallow: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if any(request.url.path.startswith(beginning) for beginning in self.cut):
            raise httpx.ConnectError("the wire is cut", request=request)
        methods = _methods(await request.aread())
        serving = asyncio.ensure_future(self._inner.handle_async_request(request))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        response = await asyncio.shield(serving)  # a client that hangs up does not stop the server
        if methods & self.swallow:
            await response.aread()
            raise httpx.ReadError("the answer is lost", request=request)
        return response


def _methods(body: bytes) -> set[str]:
    try:
        value = json.loads(body or b"null")
    except ValueError:
        return set()
    calls = value if isinstance(value, list) else [value]
    return {str(call.get("method")) for call in calls if isinstance(call, dict)}


class PracticeWorld:
    """Chain and operator move only when a journey says so. Lives longer than a window."""

    def __init__(self, worlds: Worlds, folder: Path, *, reddio: bool = False) -> None:
        """`folder` is where it is kept, and where nothing is yet; with `reddio`, that is there beside zkLink."""
        app, self.world = worlds.open(folder, chains=2, reddio=reddio, token=TOKEN)
        self.wire = Wire(app)
        self._ahead = 0

    def close(self) -> None:
        self.world.close()

    # Time

    def now(self) -> int:
        """The wallet's time in UTC milliseconds."""
        return time.time_ns() // 1_000_000 + self._ahead

    def monotonic(self) -> float:
        """The wallet's time for waiting, in seconds."""
        return time.monotonic() + self._ahead / 1000

    async def sleep(self, seconds: float) -> None:
        """Wait (what paces requests needs both)."""
        await asyncio.sleep(seconds)

    def let_pass(self, minutes: int) -> None:
        """Let the wallet's clocks jump."""
        self._ahead += minutes * 60_000

    # Moving

    async def operator(self, stage: str) -> None:
        """Let the operator go on until it has taken `stage`; its L1 transaction is in a block then."""
        for _ in range(_MOST_STEPS):
            moved = (await self.world.step("stage"))["moved"]
            if moved is None:
                await self.world.step("block")
            elif moved == stage:
                await self.world.step("block")
                return
        raise AssertionError(f"the operator does not come to {stage}")

    async def sends(self, what: str, chain: int) -> None:
        """Let the operator go on until it has sent `what` to a chain, by zkLink's number; it is in a block then."""
        for _ in range(_MOST_STEPS):
            answer = await self.world.step("stage")
            sent = answer.get("sent"), answer.get("chain")
            if sent == (what, chain) or answer["moved"] is None:
                await self.world.step("block")
            if sent == (what, chain):
                return
        raise AssertionError(f"the operator does not come to send {what} to chain {chain}")

    async def finalize(self) -> None:
        """Let the chain's head become final."""
        await self.world.step("finalize")

    # Misbehaving

    def operator_lies(self, switch: Switch, on: bool = True) -> None:
        """Set a lasting misbehaviour of the operator, or end it."""
        if on:
            self.world.faults.switches[switch] = True
        else:
            self.world.faults.switches.pop(switch, None)

    def endpoint_does(self, name: str, *rules: FaultRule) -> None:
        """Let one endpoint of the chain misbehave, or behave again."""
        self.world.endpoints[name].faults.replace(rules)

    def contracts(self) -> tuple[str, str]:
        """The addresses of zkLink's contract and of the token USDC."""
        profile = self.world.profile()
        (usdc,) = (token for token in profile["tokens"] if token["symbol"] == "USDC")
        return str(profile["chains"][0]["main_contract"]), str(usdc["chains"]["1"]["address"])

    # Counting

    @property
    def submissions(self) -> int:
        """How often a withdrawal was submitted to the node, whatever became of it."""
        return self.world.node.calls["sendTransaction"]

    def status(self) -> dict[str, Any]:
        """The ground truth."""
        return self.world.status()

    def truth(self) -> dict[str, Any]:
        """The ground truth of the one withdrawal that there is."""
        (only,) = self.status()["zklink"]["withdrawals"]
        assert isinstance(only, dict)
        return only
