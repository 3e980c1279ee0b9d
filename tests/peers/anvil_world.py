"""The practice operator on anvil instead of the practice chain, and a wallet without a window beside it."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx

from ashore.ethereum.quorum import Quorum
from ashore.ethereum.spec import ChainSpec
from ashore.net.http import HttpClient
from ashore.net.pacing import RateLimit
from ashore.sandbox import genesis
from ashore.sandbox.clock import Stage
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.outbox import Outbox
from ashore.sandbox.zklink import contract
from ashore.sandbox.zklink.admission import Admission
from ashore.sandbox.zklink.branch import Branch
from ashore.sandbox.zklink.broker import BROKER
from ashore.sandbox.zklink.faults import Faults
from ashore.sandbox.zklink.journal import Journal
from ashore.sandbox.zklink.node import Node
from ashore.sandbox.zklink.operator import BRIDGE, OPERATOR, Operator
from ashore.sandbox.zklink.pricing import Pricing
from ashore.sandbox.zklink.relayer import RELAYER
from ashore.sandbox.zklink.rollup import Rollup
from ashore.sandbox.zklink.truth import Truth
from ashore.sandbox.zklink.views import Views
from ashore.systems.zklink.codec.profiles import Profile
from peers.anvil_node import BLOCK_TIME, CHAIN_ID, Anvil, AnvilChain
from unit.ethereum.chain_bench import FastClock
from unit.systems.zklink.settlement.test_settlement_on_chain import Bench

ENDPOINTS = "abc"
NAME = "Anvil"
FIRST_BLOCK = 8_801
_KEYS = {
    OPERATOR: genesis.OPERATOR_INDEX,
    RELAYER: genesis.RELAYER_INDEX,
    BRIDGE: genesis.BRIDGE_INDEX,
    BROKER: genesis.BROKER_INDEX,
}


class AnvilWorld:
    """One network on one chain: the parts of the practice world, put together around anvil. It is moved by hand."""

    def __init__(self, anvil: Anvil) -> None:
        self.anvil = anvil
        self.chain = AnvilChain(anvil)
        # It has all that the operator calls of the practice chain.
        chain = cast(DevChain, self.chain)
        made = genesis.deploy(chain, genesis.PRIMARY, FIRST_BLOCK, alone=True)
        profile = Profile.X_APEX
        told = genesis.network({genesis.PRIMARY: made}, profile, {genesis.PRIMARY: NAME})
        self.network = replace(
            told, chains={number: replace(each, layer_one_chain_id=CHAIN_ID) for number, each in told.chains.items()}
        )
        self.faults = Faults()
        self._journal = journal = Journal(None)
        self.rollup = Rollup(
            journal, genesis.accounts(), profile, first_block=FIRST_BLOCK, genesis_root=genesis.GENESIS_ROOT
        )
        keys = {name: genesis.private_key(index) for name, index in _KEYS.items()}
        first = contract.genesis_block(FIRST_BLOCK - 1, genesis.GENESIS_ROOT)
        self.branches = {
            genesis.PRIMARY: Branch(genesis.PRIMARY, chain, made.main, Outbox(chain, journal, keys), first)
        }
        self.operator = Operator(
            branches=self.branches,
            network=self.network,
            rollup=self.rollup,
            journal=journal,
            faults=self.faults,
            delays=dict.fromkeys(Stage, 0.0),
            now=self._now,
        )
        views = Views(self.network, self.rollup, self.operator, self.faults)
        pricing = Pricing(self.network, self.faults)
        admission = Admission(self.network, self.rollup, views, pricing, lambda _owner, _nonce: bytes(32))
        self.node = Node(self.network, views, admission, self.faults, now=self._now)
        self.truth = Truth(self.branches, self.network, self.rollup, self.operator)

    def close(self) -> None:
        """Let go of the operator's memory."""
        self._journal.close()

    def _now(self) -> float:
        return float(self.chain.head.header.timestamp)

    def profile(self) -> dict[str, Any]:
        """What a wallet pins about this network."""
        told = self.network.chains[genesis.PRIMARY]
        first = self.chain.block(0)
        assert first is not None
        return {
            "network": "sandbox",
            "profile": self.network.profile.value,
            "chains": [
                {
                    "zklink_chain_id": told.id,
                    "name": told.name,
                    "evm_chain_id": told.layer_one_chain_id,
                    "genesis_hash": "0x" + first.hash.hex(),
                    "main_contract": told.main_contract,
                    "endpoints": [self.anvil.address(name) for name in ENDPOINTS],
                    "block_time_s": BLOCK_TIME,
                }
            ],
            "tokens": [
                {
                    "id": token.id,
                    "symbol": token.symbol,
                    "chains": {
                        str(number): {"address": each.address, "decimals": each.decimals}
                        for number, each in token.chains.items()
                    },
                }
                for token in self.network.tokens.values()
            ],
            "operator": "/",
        }

    async def step(self, what: str = "stage") -> dict[str, Any]:
        """Move the operator's next `stage`, a `block`, or enough blocks to `finalize` the head."""
        if what == "stage":
            return self.operator.step(due_only=False).json()
        self.chain.mine(1 if what == "block" else self.chain.head.number - self.chain.finalized_number + 1)
        return {"moved": what}

    async def settle(self, most: int = 100) -> list[str]:
        """Step stages and blocks until the operator has nothing left to do; the stages it went through, in order."""
        moved: list[str] = []
        for _ in range(most):
            answer = await self.step("stage")
            if answer["moved"] is not None:
                moved.append(str(answer["moved"]))
            elif answer["waits_for"] == "block":
                await self.step("block")
            else:
                return moved
        raise AssertionError("the operator does not come to rest")


class AnvilBench(Bench):
    """A wallet without window beside this world. anvil is asked over the network, the operator is in this process."""

    def __init__(self, world: AnvilWorld, journal: Path) -> None:
        super().__init__(cast(Any, world), world.node, journal)
        self.anvil = world.anvil
        self.asked = TwoWays(httpx.ASGITransport(cast(Any, world.node)), world.anvil.port)
        self.http = HttpClient(FastClock(), random.Random(3), transport=self.asked, rate=RateLimit(1e6, 10_000))

    @property
    def quorum(self) -> Quorum:
        """The wallet's three endpoints of the chain."""
        return self.system._quorums[NAME]

    def mine(self, count: int = 1) -> None:
        """Make blocks."""
        self.world.chain.mine(count)


class TwoWays(httpx.AsyncBaseTransport):
    """anvil's port by the network, everything else within the process. A name in `dead` does not answer any more."""

    def __init__(self, inside: httpx.AsyncBaseTransport, port: int) -> None:
        self._inside = inside
        self._outside = httpx.AsyncHTTPTransport()
        self._port = port
        self.dead: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.port != self._port:
            return await self._inside.handle_async_request(request)
        if request.url.query.decode() in self.dead:
            raise httpx.ConnectError("nobody listens", request=request)
        return await self._outside.handle_async_request(request)

    async def aclose(self) -> None:
        await self._outside.aclose()


def quorum_of(anvil: Anvil, http: HttpClient, names: str = ENDPOINTS) -> Quorum:
    """The wallet's endpoints of any anvil, without an operator."""
    spec = ChainSpec(
        name=NAME,
        evm_chain_id=CHAIN_ID,
        genesis_hash=anvil("eth_getBlockByNumber", "0x0", False)["hash"],
        endpoints=tuple((name, anvil.address(name)) for name in names),
        k=min(2, len(names)),
    )
    return Quorum.connect(spec, http, FastClock())
