"""The wallet's eyes and hands on an anvil, without an operator."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

from eth_account import Account

from ashore.domain.moves import Outcome
from ashore.domain.observations import ChainHealth, Observation
from ashore.ethereum.follower import ChainFollower
from ashore.ethereum.follower_state import FollowerState
from ashore.ethereum.quorum import Quorum
from ashore.ethereum.sending import locate, submit
from ashore.net.http import HttpClient
from ashore.sandbox import genesis
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import Contract, Sender, load_artifact
from peers.anvil_node import CHAIN_ID, Anvil, AnvilChain
from peers.anvil_world import NAME
from unit.ethereum.chain_bench import FastClock

KEY = genesis.private_key(0)
PAYER = "0x" + genesis.address(0).hex()
FRIEND = genesis.address(1)
TO = "0x" + FRIEND.hex()
GWEI = 10**9


def signed(nonce: int, **changes: Any) -> bytes:
    """A raw transaction of one wei to a friend, or what the changes make of it; None takes a field away."""
    fields: dict[str, Any] = {
        "type": 2,
        "chainId": CHAIN_ID,
        "nonce": nonce,
        "gas": 100_000,
        "maxFeePerGas": 3 * GWEI,
        "maxPriorityFeePerGas": GWEI,
        "to": FRIEND,
        "value": 1,
        "data": b"",
    }
    kept = {name: value for name, value in {**fields, **changes}.items() if value is not None}
    return bytes(Account.from_key(KEY).sign_transaction(kept).raw_transaction)


def address_of(contract: Contract) -> str:
    """A contract's address as the wallet writes it."""
    return "0x" + contract.address.hex()


@dataclass
class Wallet:
    """The wallet's eyes and hands on an anvil, through its own network code."""

    anvil: Anvil
    http: HttpClient
    quorum: Quorum
    follower: ChainFollower
    state: FollowerState = field(default_factory=lambda: FollowerState(NAME))
    notes: tuple[str, ...] = ()

    @property
    def chain(self) -> AnvilChain:
        return AnvilChain(self.anvil)

    async def poll(self) -> tuple[Observation, ...]:
        """Look once, commit, and return what was seen but the health."""
        poll = await self.follower.poll(self.state)
        self.state = poll.next_state
        (health,) = [each for each in poll.observations if isinstance(each, ChainHealth)]
        self.notes = health.notes
        return tuple(each for each in poll.observations if not isinstance(each, ChainHealth))

    async def submit(self, raw: bytes, first: bool = True) -> Outcome:
        return await submit(self.quorum, raw, first)

    async def where(self, raw: bytes, nonce: int) -> Outcome:
        return await locate(self.quorum, raw, PAYER, nonce)

    def token(self) -> Contract:
        """Deploy a token that speaks, and watch it."""
        made = self._sender().deploy(load_artifact("SandboxToken"), "Practice Dollar", "pUSD", 6)
        self.follower.watch([address_of(made)])
        return made

    def mint(self, token: Contract) -> str:
        """Let the token speak in the next block; the transaction's hash."""
        return "0x" + self._sender().transact(token, "mint", FRIEND, 5, gas=150_000).hex()

    def joined_by(self, other: Anvil) -> Quorum:
        """Endpoints of which the third is another anvil's."""
        spec = self.quorum.spec
        mixed = replace(spec, endpoints=(*spec.endpoints[:2], ("c", other.address("c"))))
        return Quorum.connect(mixed, self.http, FastClock())

    def _sender(self) -> Sender:
        return Sender(cast(DevChain, self.chain), KEY)
