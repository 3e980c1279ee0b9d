"""The practice world: chain, operator, clock and Lightning that belong together, in one folder or in memory."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ashore.sandbox import genesis
from ashore.sandbox.clock import PACES, Clock, ClockMode, Pace
from ashore.sandbox.evm.asgi import EvmApp
from ashore.sandbox.evm.blocks import Finality
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import Contract, load_artifact
from ashore.sandbox.evm.rpc import RpcEndpoint, endpoints
from ashore.sandbox.lightning.practice import PracticeLightning
from ashore.sandbox.zklink.admission import Admission
from ashore.sandbox.zklink.contract import genesis_block
from ashore.sandbox.zklink.faults import Faults
from ashore.sandbox.zklink.journal import Journal
from ashore.sandbox.zklink.network import Network
from ashore.sandbox.zklink.node import Node
from ashore.sandbox.zklink.operator import OPERATOR, RELAYER, Operator
from ashore.sandbox.zklink.outbox import Outbox
from ashore.sandbox.zklink.rollup import Rollup
from ashore.sandbox.zklink.truth import Truth
from ashore.sandbox.zklink.views import Views
from ashore.systems.zklink.codec.profiles import Profile

_CHAIN_FILE, _JOURNAL_FILE, _LIGHTNING_FILE = "l1.sqlite", "zklink.sqlite", "lightning.sqlite"
_TICK = 0.25
_RANDOM_SEED = 20260101


@dataclass(frozen=True, slots=True)
class WorldConfig:
    """How a world is set up.

    Attributes:
        data_dir: where it lives; None keeps it in memory.
        first_l2_block: what layer 2 counts from; the blocks before it belong to others.
        trailing_blocks: empty layer-2 blocks at the end of each batch.
        wall: unix seconds, where a clock that is not moved by hand starts.
    """

    data_dir: Path | None = None
    clock: ClockMode = ClockMode.DEMO
    profile: Profile = Profile.X_APEX
    chain_name: str = "Harbour"
    first_l2_block: int = 8_801
    trailing_blocks: int = 1
    max_log_range: int | None = None
    wall: Callable[[], float] = time.time


class World:
    """Everything that runs in the sandbox. `open` it, `run` it or `step` it, `close` it."""

    clock: Clock
    chain: DevChain
    endpoints: dict[str, RpcEndpoint]
    evm: EvmApp
    network: Network
    faults: Faults
    rollup: Rollup
    operator: Operator
    node: Node
    truth: Truth
    main: Contract
    outbox: Outbox
    lightning: PracticeLightning

    def __init__(self, config: WorldConfig) -> None:
        self.config = config
        self.pace: Pace = PACES[config.clock]
        self.clock = Clock(genesis.GENESIS_TIME, speed=None)
        self._mining = asyncio.Lock()
        self._open()
        self.lightning = PracticeLightning(self._path(_LIGHTNING_FILE), wall=config.wall, seeds=genesis.VOUCHERS)

    # ------------------------------------------------------------------------------------- opening and closing

    def _open(self) -> None:
        if self.config.data_dir is not None:
            self.config.data_dir.mkdir(parents=True, exist_ok=True)
        self._open_files()
        deployed = self._journal.fact("deployed")
        if deployed is None and self.chain.head.number > 0:
            # Killed while the contracts were put on the chain: begin again, nothing was promised yet.
            self._close_files()
            self._delete_files()
            self._open_files()
        if deployed is None:
            deployed = self._deploy()
        self._assemble(self._read_deployment(deployed))
        self.set_mode(self.pace.mode)

    def _open_files(self) -> None:
        self._journal = Journal(self._path(_JOURNAL_FILE))
        self.chain = DevChain(
            chain_id=genesis.EVM_CHAIN_ID,
            alloc=genesis.allocation(),
            genesis_time=genesis.GENESIS_TIME,
            clock=lambda: int(self.clock.now()),
            path=self._path(_CHAIN_FILE),
            finality=Finality(0, 0) if self._journal.fact("deployed") is None else self._finality(),
            automine=False,
        )

    def _deploy(self) -> str:
        made = genesis.deploy(self.chain, self.config.first_l2_block)
        text = json.dumps(
            {
                "main": made.main.address.hex(),
                "tokens": {str(token_id): token.address.hex() for token_id, token in made.tokens.items()},
                "first_block": self.config.first_l2_block,
                "profile": self.config.profile,
            }
        )
        self._journal.remember("deployed", text)
        return text

    @staticmethod
    def _read_deployment(text: str) -> tuple[genesis.Deployment, int, Profile]:
        value = json.loads(text)
        token_artifact = load_artifact("SandboxToken")
        main = Contract(bytes.fromhex(value["main"]), load_artifact("ZkLinkSandbox"))
        tokens = {int(key): Contract(bytes.fromhex(digits), token_artifact) for key, digits in value["tokens"].items()}
        return genesis.Deployment(main, tokens), int(value["first_block"]), Profile(value["profile"])

    def _assemble(self, stored: tuple[genesis.Deployment, int, Profile]) -> None:
        deployment, first_block, profile = stored
        self.main = deployment.main
        self.network = genesis.network(deployment, profile, self.config.chain_name)
        self.faults = Faults()
        self.rollup = Rollup(
            self._journal,
            genesis.accounts(),
            profile,
            first_block=first_block,
            genesis_root=genesis.GENESIS_ROOT,
            trailing_blocks=self.config.trailing_blocks,
        )
        keys = {
            OPERATOR: genesis.private_key(genesis.OPERATOR_INDEX),
            RELAYER: genesis.private_key(genesis.RELAYER_INDEX),
        }
        self.outbox = Outbox(self.chain, self._journal, keys)
        self.operator = Operator(
            chain=self.chain,
            main=self.main,
            chain_id=1,
            network=self.network,
            rollup=self.rollup,
            journal=self._journal,
            outbox=self.outbox,
            faults=self.faults,
            genesis=genesis_block(first_block - 1, genesis.GENESIS_ROOT),
            delays=self.pace.stages,
            now=self.clock.now,
        )
        views = Views(self.network, self.rollup, self.operator, self.faults)
        admission = Admission(self.network, self.rollup, views, self.faults)
        self.node = Node(
            self.network,
            views,
            admission,
            self.faults,
            now=self.clock.now,
        )
        self.truth = Truth(self.chain, self.main, self.network, self.rollup, self.operator)
        self.endpoints = dict(
            endpoints(self.chain, random.Random(_RANDOM_SEED).random, max_log_range=self.config.max_log_range)  # noqa: S311 - faults, no secrets
        )
        self.evm = EvmApp(self.endpoints)

    def close(self) -> None:
        """Release the files. All that counts is in them already."""
        self._close_files()
        self.lightning.close()

    async def reset(self) -> None:
        """Forget everything and begin again."""
        async with self._mining:
            self._close_files()
            self._delete_files()
            self.clock.restart(genesis.GENESIS_TIME)
            self._open()
            self.lightning.reset()

    def _close_files(self) -> None:
        self.chain.close()
        self._journal.close()

    def _delete_files(self) -> None:
        for name in (_CHAIN_FILE, _JOURNAL_FILE):
            path = self._path(name)
            for suffix in ("", "-wal", "-shm"):
                if path is not None:
                    path.with_name(path.name + suffix).unlink(missing_ok=True)

    def _path(self, name: str) -> Path | None:
        return None if self.config.data_dir is None else self.config.data_dir / name

    # ----------------------------------------------------------------------------------------------------- time

    def set_mode(self, mode: ClockMode, speed: float = 1.0) -> None:
        """Change how time passes.

        Raises:
            ValueError: the speed is out of range.
        """
        pace = PACES[mode]
        self.clock.set_speed(None if pace.manual else speed)
        self.pace = pace
        last = float(self.chain.head.header.timestamp)
        ahead = last if pace.manual else max(last, self.config.wall())
        self.clock.catch_up(ahead)
        self.operator.delays = self.pace.stages
        self.chain.set_finality(self._finality())

    def _finality(self) -> Finality:
        return Finality(self.pace.safe_depth, self.pace.finality_depth)

    async def run(self) -> None:
        """Let chain, operator and Lightning live until cancelled. In mode `step` only Lightning does."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._mine_blocks())
            tasks.create_task(self._operate())
            tasks.create_task(self.lightning.run())

    async def _mine_blocks(self) -> None:
        last = self.clock.now()
        while True:
            await self.clock.sleep(self.pace.block_time * _TICK)
            waited = self.clock.now() - last
            idle = waited >= self.pace.idle_block_time
            busy = waited >= self.pace.block_time and self.chain.pending_count > 0
            if not self.pace.manual and (idle or busy):
                last = self.clock.now()
                await self._mine()

    async def _mine(self) -> None:
        async with self._mining:
            # A block takes py-evm some ten milliseconds; the loop stays free for requests.
            await asyncio.to_thread(self.chain.mine)

    async def _operate(self) -> None:
        while True:
            await self.clock.sleep(_TICK)
            # One thing at a time: what follows is due a stage's delay later anyway.
            if not self.pace.manual:
                self.operator.step(due_only=True)

    async def step(self, what: str = "stage") -> dict[str, Any]:
        """Move one thing by hand: the operator's next `stage`, a `block`, or enough blocks to `finalize` the head.

        Raises:
            ValueError: nothing of that name can be moved.
        """
        if what == "stage":
            return self.operator.step(due_only=False).json()
        if what not in ("block", "finalize"):
            raise ValueError("one can move a stage, a block, or finalize")
        count = 1 if what == "block" else self.pace.finality_depth + (self.chain.pending_count > 0)
        for _ in range(count):
            if self.pace.manual:
                self.clock.advance(self.pace.block_time)
            await self._mine()
        return {"moved": what, "head": self.chain.head.number, "finalized": self.chain.finalized_number}

    async def settle(self, most: int = 500) -> list[str]:
        """Step stages and blocks until the operator has nothing left to do; the stages it went through, in order.

        Raises:
            RuntimeError: it does not come to rest.
        """
        moved: list[str] = []
        for _ in range(most):
            answer = await self.step("stage")
            if answer["moved"] is not None:
                moved.append(str(answer["moved"]))
            elif answer["waits_for"] == "block":
                await self.step("block")
            else:
                return moved
        raise RuntimeError("the operator does not come to rest")

    # ------------------------------------------------------------------------------------------------- showing

    def profile(self) -> dict[str, Any]:
        """What a wallet pins about this network."""
        first = self.chain.block(0)
        assert first is not None
        chain = self.network.chains[1]
        return {
            "network": "sandbox",
            "profile": self.network.profile.value,
            "chains": [
                {
                    "zklink_chain_id": chain.id,
                    "name": chain.name,
                    "evm_chain_id": chain.layer_one_chain_id,
                    "genesis_hash": "0x" + first.hash.hex(),
                    "main_contract": chain.main_contract,
                    "endpoints": [f"/l1/{chain.id}/{name}" for name in self.endpoints],
                    "block_time_s": self.pace.block_time,
                    "finality": "finalized",
                }
            ],
            "tokens": [
                {
                    "id": token.id,
                    "symbol": token.symbol,
                    "chains": {
                        str(chain_id): {"address": on_chain.address, "decimals": on_chain.decimals}
                        for chain_id, on_chain in token.chains.items()
                    },
                }
                for token in self.network.tokens.values()
            ],
            "operator": "/zklink",
            "lightning": self.lightning.profile(),
        }

    def status(self, only: Collection[str] | None = None) -> dict[str, Any]:
        """What tests and the step-by-step panel want to know.

        Args:
            only: hashes of the withdrawals that are told in full; None is all.
        """
        return {
            "clock": {"mode": self.pace.mode.value, "speed": self.clock.speed, "now": self.clock.now()},
            "l1": {
                "head": self.chain.head.number,
                "finalized": self.chain.finalized_number,
                "pending": self.chain.pending_count,
                "calls": {name: dict(endpoint.calls) for name, endpoint in self.endpoints.items()},
            },
            "zklink": {
                "height": self.rollup.height,
                "calls": dict(self.node.calls),
                "payloads": dict(self.node.payloads),
                "submissions": {
                    record.tx_hash: {"accepted": 1, "duplicates": record.duplicates}
                    for record in self.rollup.records.values()
                },
                "withdrawals": self.truth.withdrawals(only),
                "switches": {switch.value: value for switch, value in self.faults.switches.items()},
            },
            "lightning": self.lightning.truth(),
        }
