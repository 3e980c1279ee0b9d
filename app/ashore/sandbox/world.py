"""The practice world: chains, operator, clock and Lightning that belong together, in one folder or in memory."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ashore.sandbox import genesis, showing
from ashore.sandbox.chains import TICK, PracticeChain
from ashore.sandbox.clock import PACES, Clock, ClockMode, Pace, Stage
from ashore.sandbox.evm.asgi import EvmApp
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import Contract, mapping_slot
from ashore.sandbox.evm.rpc import RpcEndpoint
from ashore.sandbox.lightning.practice import PracticeLightning
from ashore.sandbox.outbox import Outbox
from ashore.sandbox.reddio.practice import PracticeReddio
from ashore.sandbox.reddio.stages import Stage as ReddioStage
from ashore.sandbox.zklink import contract, secondary
from ashore.sandbox.zklink.admission import Admission
from ashore.sandbox.zklink.branch import Branch
from ashore.sandbox.zklink.broker import BROKER
from ashore.sandbox.zklink.faults import Faults
from ashore.sandbox.zklink.journal import Journal
from ashore.sandbox.zklink.network import Network
from ashore.sandbox.zklink.node import Node
from ashore.sandbox.zklink.operator import BRIDGE, OPERATOR, Operator
from ashore.sandbox.zklink.pricing import Pricing
from ashore.sandbox.zklink.relayer import RELAYER
from ashore.sandbox.zklink.rollup import Rollup
from ashore.sandbox.zklink.truth import Truth
from ashore.sandbox.zklink.views import Views
from ashore.systems.zklink.codec.profiles import Profile

_CHAIN_FILES = {genesis.PRIMARY: "l1.sqlite", genesis.SECONDARY: "l1-2.sqlite"}
_JOURNAL_FILE, _REDDIO_FILE, _LIGHTNING_FILE = "zklink.sqlite", "reddio.sqlite", "lightning.sqlite"


@dataclass(frozen=True, slots=True)
class WorldConfig:
    """How a world is set up.

    Attributes:
        data_dir: where it lives; None keeps it in memory.
        chains: how many L1 chains the network has, 1 or 2. A folder that has a world in it keeps what it has.
        first_l2_block: what layer 2 counts from; the blocks before it belong to others.
        trailing_blocks: empty layer-2 blocks at the end of each batch.
        reddio: whether Reddio is there too, on the primary chain. A folder that has it keeps it.
        reddio_tokens: how many tokens Reddio's account 0 has beyond the usual ones, when it is founded.
        wall: unix seconds, where a clock that is not moved by hand starts.
    """

    data_dir: Path | None = None
    clock: ClockMode = ClockMode.DEMO
    profile: Profile = Profile.X_APEX
    chains: int = 1
    chain_name: str = "Harbour"
    secondary_name: str = "Lagoon"
    first_l2_block: int = 8_801
    trailing_blocks: int = 1
    max_log_range: int | None = None
    reddio: bool = False
    reddio_tokens: int = 0
    wall: Callable[[], float] = time.time


class World:
    """Everything that runs in the sandbox. `open` it, `run` it or `step` it, `close` it.

    Attributes:
        chains: the chains by zkLink's numbers; `chain`, `endpoints`, `evm`, `main`, `outbox` are the primary one's.
    """

    clock: Clock
    chains: dict[int, PracticeChain]
    branches: dict[int, Branch]
    network: Network
    faults: Faults
    rollup: Rollup
    operator: Operator
    node: Node
    truth: Truth
    lightning: PracticeLightning
    reddio: PracticeReddio | None

    def __init__(self, config: WorldConfig) -> None:
        if config.chains not in (1, 2):
            raise ValueError("the network has one or two chains")
        self.config = config
        self.pace: Pace = PACES[config.clock]
        self.clock = Clock(genesis.GENESIS_TIME, speed=None)
        self._mining = asyncio.Lock()
        self._open()
        self.lightning = PracticeLightning(self._path(_LIGHTNING_FILE), wall=config.wall, seeds=genesis.VOUCHERS)

    @property
    def chain(self) -> DevChain:
        """The primary chain."""
        return self.chains[genesis.PRIMARY].chain

    @property
    def endpoints(self) -> dict[str, RpcEndpoint]:
        """The primary chain's endpoints by name."""
        return self.chains[genesis.PRIMARY].endpoints

    @property
    def evm(self) -> EvmApp:
        """What serves the primary chain's endpoints."""
        return self.chains[genesis.PRIMARY].evm

    @property
    def main(self) -> Contract:
        """zkLink's contract on the primary chain."""
        return self.branches[genesis.PRIMARY].main

    @property
    def outbox(self) -> Outbox:
        """What was sent to the primary chain."""
        return self.branches[genesis.PRIMARY].outbox

    # ------------------------------------------------------------------------------------- opening and closing

    def _open(self) -> None:
        if self.config.data_dir is not None:
            self.config.data_dir.mkdir(parents=True, exist_ok=True)
        self._open_files()
        deployed = self._journal.fact("deployed")
        if deployed is None and any(one.chain.head.number > 0 for one in self.chains.values()):
            # Killed while the contracts were put on the chains: begin again, nothing was promised yet.
            self._close_files()
            self._delete_files()
            self._open_files()
        if deployed is None:
            deployed = self._deploy()
        self._assemble(json.loads(deployed))
        self.reddio = self._open_reddio()
        self.set_mode(self.pace.mode)

    def _open_files(self) -> None:
        self._journal = Journal(self._path(_JOURNAL_FILE))
        deployed = self._journal.fact("deployed")
        if deployed is None:
            numbers = list(genesis.CHAINS)[: self.config.chains]
        else:
            numbers = sorted(_chains_in(json.loads(deployed)))
        self.chains = {
            number: PracticeChain(
                genesis.CHAINS[number],
                self.clock,
                self.pace,
                self._path(_CHAIN_FILES[number]),
                founding=deployed is None,
            )
            for number in numbers
        }

    def _deploy(self) -> str:
        first, alone = self.config.first_l2_block, len(self.chains) == 1
        made = {
            number: genesis.deploy(one.chain, number, first, alone=alone).json() for number, one in self.chains.items()
        }
        text = json.dumps({"chains": made, "first_block": first, "profile": self.config.profile})
        self._journal.remember("deployed", text)
        return text

    def _assemble(self, deployed: dict[str, Any]) -> None:
        first_block, profile = int(deployed["first_block"]), Profile(deployed["profile"])
        deployments = {number: genesis.read_deployment(number, value) for number, value in _chains_in(deployed).items()}
        names = {genesis.PRIMARY: self.config.chain_name, genesis.SECONDARY: self.config.secondary_name}
        self.network = genesis.network(deployments, profile, names)
        self.faults = Faults()
        self.rollup = Rollup(
            self._journal,
            genesis.accounts(),
            profile,
            first_block=first_block,
            genesis_root=genesis.GENESIS_ROOT,
            trailing_blocks=self.config.trailing_blocks,
        )
        self.branches = {number: self._branch(number, made, first_block - 1) for number, made in deployments.items()}
        self.operator = Operator(
            branches=self.branches,
            network=self.network,
            rollup=self.rollup,
            journal=self._journal,
            faults=self.faults,
            delays=self.pace.stages,
            now=self.clock.now,
        )
        views = Views(self.network, self.rollup, self.operator, self.faults)
        pricing = Pricing(self.network, self.faults)
        admission = Admission(self.network, self.rollup, views, pricing, self._auth_fact)
        self.node = Node(self.network, views, admission, self.faults, now=self.clock.now)
        self.truth = Truth(self.branches, self.network, self.rollup, self.operator)
        for one in self.chains.values():
            one.serve(self.config.max_log_range)

    def _branch(self, number: int, made: genesis.Deployment, before: int) -> Branch:
        keys = {
            OPERATOR: genesis.private_key(genesis.OPERATOR_INDEX),
            RELAYER: genesis.private_key(genesis.RELAYER_INDEX),
            BRIDGE: genesis.private_key(genesis.BRIDGE_INDEX),
            BROKER: genesis.private_key(genesis.BROKER_INDEX),
        }
        chain = self.chains[number].chain
        if number == genesis.PRIMARY:
            outbox = Outbox(chain, self._journal, keys)
            first = contract.genesis_block(before, genesis.GENESIS_ROOT)
            return Branch(number, chain, made.main, outbox, first, made.gateway, made.multicall)
        outbox = Outbox(chain, self._journal, keys, mark=f"@{number}")
        opening = secondary.genesis_block(before, genesis.SECONDARY_SEQUENCE)
        return Branch(number, chain, made.main, outbox, opening, made.gateway, made.multicall)

    def _open_reddio(self) -> PracticeReddio | None:
        path = self._path(_REDDIO_FILE)
        if not self.config.reddio and (path is None or not path.exists()):
            return None
        return PracticeReddio(self.chain, path, now=self.clock.now, many=self.config.reddio_tokens)

    def _auth_fact(self, owner: bytes, nonce: int) -> bytes:
        """What the contract of the chain where keys are changed has authorised."""
        slot = mapping_slot(contract.AUTH_FACTS_SLOT, owner, nonce)
        branch = self.branches[self.network.change_pubkey_chain]
        return branch.chain.storage(branch.main.address, slot).to_bytes(32, "big")

    def close(self) -> None:
        """Release the files. All that counts is in them already."""
        self._close_files()
        if self.reddio is not None:
            self.reddio.close()
        self.lightning.close()

    async def reset(self) -> None:
        """Forget everything and begin again."""
        async with self._mining:
            self._close_files()
            if self.reddio is not None:
                self.reddio.close()
            self._delete_files()
            self.clock.restart(genesis.GENESIS_TIME)
            self._open()
            self.lightning.reset()

    def _close_files(self) -> None:
        for one in self.chains.values():
            one.close()
        self._journal.close()

    def _delete_files(self) -> None:
        for name in (*_CHAIN_FILES.values(), _JOURNAL_FILE, _REDDIO_FILE):
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
        last = max(float(one.chain.head.header.timestamp) for one in self.chains.values())
        ahead = last if pace.manual else max(last, self.config.wall())
        self.clock.catch_up(ahead)
        self.operator.delays = self.pace.stages
        if self.reddio is not None:
            self.reddio.set_mode(mode)
        for one in self.chains.values():
            one.set_pace(pace)

    async def run(self) -> None:
        """Let chains, operator and Lightning live until cancelled. In mode `step` only Lightning does."""
        async with asyncio.TaskGroup() as tasks:
            for number in genesis.CHAINS:
                tasks.create_task(self._mine_blocks(number))
            tasks.create_task(self._operate())
            tasks.create_task(self.lightning.run())

    async def _mine_blocks(self, number: int) -> None:
        """Make blocks on one chain, if the world has it: a new beginning may bring it."""
        last = self.clock.now()
        while True:
            known = self.chains.get(number)
            await self.clock.sleep(TICK * (self.pace.block_time if known is None else known.tempo.block_time))
            place = self.chains.get(number)
            if place is not None and not self.pace.manual and place.is_due(self.clock.now() - last):
                last = self.clock.now()
                await self._mine(number)

    async def _mine(self, number: int) -> None:
        async with self._mining:
            # A block takes py-evm some ten milliseconds; the loop stays free for requests.
            await asyncio.to_thread(self.chains[number].chain.mine)

    async def _operate(self) -> None:
        while True:
            await self.clock.sleep(TICK)
            # One thing at a time: what follows is due a stage's delay later anyway.
            if not self.pace.manual:
                self.operator.step(due_only=True)
                if self.reddio is not None:
                    self.reddio.step(due_only=True)

    async def step(self, what: str = "stage", chain: int | None = None) -> dict[str, Any]:
        """Move one thing by hand: an operator's next `stage`, a `block`, or enough blocks to `finalize` the heads.

        Args:
            chain: make blocks on this chain alone; otherwise on each.

        Raises:
            ValueError: nothing of that name can be moved, or there is no such chain.
        """
        if what == "stage":
            return self._step_stage()
        if what not in ("block", "finalize"):
            raise ValueError("one can move a stage, a block, or finalize")
        if chain is not None and chain not in self.chains:
            raise ValueError("there is no such chain")
        if what == "block" and self.pace.manual:
            self.clock.advance(self.pace.block_time)
        for number, place in self.chains.items():
            for _ in range(place.blocks_to(what) if chain in (None, number) else 0):
                if what == "finalize" and self.pace.manual:
                    self.clock.advance(place.tempo.block_time)
                await self._mine(number)
        heights = {str(number): place.height() for number, place in self.chains.items()}
        return {"moved": what, **heights[str(chain or genesis.PRIMARY)], "chains": heights}

    async def settle(self, most: int = 500, up_to: str = Stage.PAYOUT) -> list[str]:
        """Step stages and blocks until no operator has anything left to do; the stages they went through, in order.

        Args:
            up_to: leave the stages after this one, on every chain; a stage of Reddio's holds Reddio's operator alone.

        Raises:
            RuntimeError: it does not come to rest.
            ValueError: there is no such stage.
        """
        moved: list[str] = []
        of_reddio = up_to in set(ReddioStage)
        last = Stage.PAYOUT if of_reddio else Stage(up_to)
        last_of_reddio = ReddioStage(up_to) if of_reddio else ReddioStage.UPDATE
        for _ in range(most):
            answer = self._step_stage(last, last_of_reddio)
            if answer["moved"] is not None:
                moved.append(str(answer["moved"]))
            elif answer["waits_for"] == "block":
                await self.step("block")
            else:
                return moved
        raise RuntimeError("the operators do not come to rest")

    def _step_stage(
        self, last: Stage = Stage.PAYOUT, last_of_reddio: ReddioStage = ReddioStage.UPDATE
    ) -> dict[str, Any]:
        """The next stage of zkLink's operator; when it has none, of Reddio's."""
        answer = self.operator.step(due_only=False, up_to=last)
        if answer.stage is not None or self.reddio is None:
            return answer.json()
        second = self.reddio.step(due_only=False, up_to=last_of_reddio)
        told = {**second.json(), "waits_for": answer.waits_for or second.waits_for}
        return told if second.stage is None else {**told, "chain": genesis.PRIMARY}

    # ------------------------------------------------------------------------------------------------- showing

    def profile(self) -> dict[str, Any]:
        """What a wallet pins about this network."""
        return showing.profile(self)

    def status(self, only: Collection[str] | None = None) -> dict[str, Any]:
        """What tests and the step-by-step panel want to know.

        Args:
            only: hashes of the withdrawals that are told in full; None is all.
        """
        return showing.status(self, only)


def _chains_in(deployed: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """What was written down about each chain; worlds of former versions have one and do not number it."""
    if "chains" not in deployed:
        return {genesis.PRIMARY: deployed}
    return {int(number): value for number, value in deployed["chains"].items()}
