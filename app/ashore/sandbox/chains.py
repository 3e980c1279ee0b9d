"""The chains of the practice world: each with its own genesis, blocks, endpoints, faults and file; one clock."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ashore.sandbox import genesis
from ashore.sandbox.clock import Clock, ClockMode, Pace
from ashore.sandbox.evm.asgi import EvmApp
from ashore.sandbox.evm.blocks import Finality
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.rpc import RpcEndpoint, endpoints
from ashore.sandbox.zklink.network import SettlementChain

TICK = 0.25
_RANDOM_SEED = 20260101


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast one chain makes blocks, in seconds of the sandbox's clock, and how deep `finalized` is."""

    block_time: float
    idle_block_time: float
    finality: Finality


def tempo(chain: int, pace: Pace) -> Tempo:
    """The tempo of a chain: the primary one has the pace's own, the secondary makes blocks in another rhythm."""
    if chain == genesis.PRIMARY:
        return Tempo(pace.block_time, pace.idle_block_time, Finality(pace.safe_depth, pace.finality_depth))
    if pace.mode is ClockMode.REALISTIC:
        return Tempo(3.0, 3.0, Finality(5, 15))
    if pace.mode is ClockMode.DEMO:
        return Tempo(0.6, 2.4, Finality(3, 6))
    return Tempo(3.0, 3.0, Finality(3, 6))


class PracticeChain:
    """One chain with its endpoints.

    Attributes:
        id: zkLink's own number of the chain.
        chain: the chain itself.
        endpoints: its three endpoints by name, each with its own faults.
        evm: serves them.
        tempo: in force now.
    """

    def __init__(self, spec: genesis.ChainSpec, clock: Clock, pace: Pace, path: Path | None, *, founding: bool) -> None:
        """Open the chain; `founding` while its contracts are put on it, so that all of that is final at once."""
        self.id = spec.id
        self.tempo = tempo(spec.id, pace)
        self.chain = DevChain(
            chain_id=spec.evm_chain_id,
            alloc=spec.allocation(),
            genesis_time=spec.genesis_time,
            clock=lambda: int(clock.now()),
            path=path,
            finality=Finality(0, 0) if founding else self.tempo.finality,
            automine=False,
        )

    def serve(self, max_log_range: int | None) -> None:
        """Open the endpoints."""
        seeded = random.Random(_RANDOM_SEED + self.id - 1).random  # noqa: S311 - faults, no secrets
        self.endpoints: dict[str, RpcEndpoint] = dict(endpoints(self.chain, seeded, max_log_range=max_log_range))
        self.evm = EvmApp(self.endpoints)

    def close(self) -> None:
        """Release the file."""
        self.chain.close()

    def set_pace(self, pace: Pace) -> None:
        """Make blocks in another tempo from now on."""
        self.tempo = tempo(self.id, pace)
        self.chain.set_finality(self.tempo.finality)

    def is_due(self, waited: float) -> bool:
        """Whether a block is due that many seconds after the last one."""
        busy = waited >= self.tempo.block_time and self.chain.pending_count > 0
        return busy or waited >= self.tempo.idle_block_time

    def blocks_to(self, what: str) -> int:
        """How many blocks `block` or `finalize` are here."""
        return 1 if what == "block" else self.tempo.finality.finalized_depth + (self.chain.pending_count > 0)

    def height(self) -> dict[str, int]:
        """How far it is."""
        return {"head": self.chain.head.number, "finalized": self.chain.finalized_number}

    def status(self) -> dict[str, Any]:
        """How far it is, what waits, and what its endpoints were asked."""
        calls = {name: dict(endpoint.calls) for name, endpoint in self.endpoints.items()}
        return {**self.height(), "pending": self.chain.pending_count, "calls": calls}

    def shown(self, told: SettlementChain) -> dict[str, Any]:
        """What a wallet pins about this chain, which the node tells as `told`."""
        first = self.chain.block(0)
        assert first is not None
        return {
            "zklink_chain_id": told.id,
            "name": told.name,
            "evm_chain_id": told.layer_one_chain_id,
            "genesis_hash": "0x" + first.hash.hex(),
            "main_contract": told.main_contract,
            "endpoints": [f"/l1/{told.id}/{name}" for name in self.endpoints],
            "block_time_s": self.tempo.block_time,
            "finality": "finalized",
        }
