"""A practice chain with three endpoints, and a follower that commits its state after each poll."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx

from ashore.domain.observations import BlockObserved, BlocksTakenBack, ChainHealth, FinalityAdvanced
from ashore.ethereum.follower import ChainFollower
from ashore.ethereum.follower_state import FollowerState
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.spec import ChainSpec
from ashore.net.http import HttpClient
from ashore.sandbox.evm.asgi import EvmApp
from ashore.sandbox.evm.blocks import Finality
from ashore.sandbox.evm.contracts import Sender, load_artifact
from ashore.sandbox.evm.faults import FaultKind, FaultRule
from ashore.sandbox.evm.rpc import endpoints
from unit.sandbox.evm.evm_helpers import OPERATOR_KEY, STRANGER, new_chain

Intercept = Callable[[str, Any], Any]
Alter = Callable[[str, str, Any], Any]


class FastClock:
    """A clock whose sleeps take no time."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


class CountingTransport(httpx.AsyncBaseTransport):
    """Counts requests by endpoint; may answer some of them itself, or alter results (endpoint, method, result)."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.requests: Counter[str] = Counter()
        self.intercept: Intercept = lambda _name, _body: None
        self.alter: Alter | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.strip("/")
        self.requests[name] += 1
        body = json.loads(await request.aread())
        answer = self.intercept(name, body)
        if answer is not None:
            return httpx.Response(200, json=answer)
        response = await self.inner.handle_async_request(request)
        if self.alter is None:
            return response
        return httpx.Response(200, json=self._altered(name, body, json.loads(await response.aread())))

    def _altered(self, name: str, body: Any, answer: Any) -> Any:
        assert self.alter is not None
        if isinstance(body, list):
            return [self._altered(name, *each) for each in zip(body, answer, strict=True)]
        if "result" in answer:
            answer["result"] = self.alter(name, body["method"], answer["result"])
        return answer


async def _no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


class Bench:
    """The chain mines only when told to; `token` is the watched contract."""

    def __init__(self, *, max_log_range: int | None = None, k: int = 2, names: str = "abc") -> None:
        self.chain = new_chain(finality=Finality(2, 4))
        self.operator = Sender(self.chain, OPERATOR_KEY)
        self.token = self.operator.deploy(load_artifact("SandboxToken"), "Practice Dollar", "pUSD", 6)
        self.address = "0x" + self.token.address.hex()
        self.chain.automine = False
        self.chain.mine(5)
        rng = random.Random(7)
        self.views = endpoints(self.chain, rng.random, names=names, max_log_range=max_log_range)
        self.transport = CountingTransport(httpx.ASGITransport(app=EvmApp(self.views, sleep=_no_wait)))
        self.clock = FastClock()
        self.http = HttpClient(self.clock, rng, transport=self.transport)
        genesis = self.chain.block(0)
        assert genesis is not None
        self.spec = ChainSpec(
            name="practice",
            evm_chain_id=self.chain.chain_id,
            genesis_hash="0x" + genesis.hash.hex(),
            endpoints=tuple((name, f"http://127.0.0.1/{name}") for name in self.views),
            k=k,
        )
        self.quorum = Quorum.connect(self.spec, self.http, self.clock)
        self.follower = ChainFollower(self.spec, self.quorum)
        self.follower.watch([self.address])
        self.state = FollowerState(self.spec.name)
        self.found: tuple[Any, ...] = ()

    def fault(self, names: str, kind: FaultKind, match: str = ".*", **options: Any) -> None:
        for name in names:
            self.views[name].faults.add(FaultRule(match, kind, **{"count": None, **options}))

    def honest(self) -> None:
        for view in self.views.values():
            view.faults.replace([])

    def mint(self, value: int = 5, *, mine: bool = True) -> bytes:
        tx_hash = self.operator.transact(self.token, "mint", STRANGER, value, gas=150_000)
        if mine:
            self.chain.mine()
        return tx_hash

    async def poll(self) -> None:
        """Poll once and commit. All observations are also kept in `found`."""
        poll = await self.follower.poll(self.state)
        self.state = FollowerState.from_json(poll.next_state.to_json())
        self.found = poll.observations

    def blocks(self) -> list[BlockObserved]:
        return [each for each in self.found if isinstance(each, BlockObserved)]

    def taken_back(self) -> list[BlocksTakenBack]:
        return [each for each in self.found if isinstance(each, BlocksTakenBack)]

    def finality(self) -> list[FinalityAdvanced]:
        return [each for each in self.found if isinstance(each, FinalityAdvanced)]

    @property
    def health(self) -> ChainHealth:
        return next(each for each in self.found if isinstance(each, ChainHealth))

    @property
    def notes(self) -> str:
        return "\n".join(self.health.notes)

    def head_hash(self) -> str:
        return "0x" + self.chain.head.hash.hex()


def batch_refused(_name: str, body: Any) -> Any:
    """An endpoint that takes no batches."""
    if isinstance(body, list):
        return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "batches are not supported"}}
    return None
