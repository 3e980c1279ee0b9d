"""The operator's branch on one chain: the contract there, what it holds and owes, what was sent to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ashore.sandbox.clock import Stage
from ashore.sandbox.evm.chain import DevChain
from ashore.sandbox.evm.contracts import ETH_TOKEN, Contract, load_artifact, mapping_slot
from ashore.sandbox.outbox import Outbox
from ashore.sandbox.zklink import contract
from ashore.sandbox.zklink.contract import StoredBlock
from ashore.sandbox.zklink.network import L2_DECIMALS, TokenOnChain
from ashore.sandbox.zklink.secondary import SecondaryBlock

_COUNTERS = {
    Stage.COMMIT: contract.COMMITTED,
    Stage.PROVE: contract.PROVEN,
    Stage.SYNC: contract.SYNCHRONIZED,
    Stage.EXECUTE: contract.EXECUTED,
}


@dataclass(frozen=True)
class Branch:
    """One chain of the network.

    Attributes:
        id: zkLink's own number of the chain.
        main: zkLink's contract there.
        genesis: the block that its constructor stored; its kind tells whether this is the master chain.
        gateway: the practice bridge between this chain and the one below or above it, if there is one.
        multicall: what the relayer may pay many with at once.
    """

    id: int
    chain: DevChain
    main: Contract
    outbox: Outbox
    genesis: StoredBlock | SecondaryBlock
    gateway: Contract | None = None
    multicall: Contract | None = None

    @property
    def is_primary(self) -> bool:
        """Whether blocks are proven here."""
        return isinstance(self.genesis, StoredBlock)

    def counter(self, stage: Stage) -> int:
        """The contract's own counter of a stage; on a slave chain not always a block number."""
        slot, bit = _COUNTERS[stage]
        return (self.chain.storage(self.main.address, slot) >> bit) & 0xFFFFFFFF

    def passed(self, stage: Stage, touching: Sequence[int], height: int) -> int:
        """The newest layer-2 block up to which all that concerns this chain has passed a stage.

        Args:
            touching: the numbers of all blocks that pay something here, in order; a slave chain counts these alone.
            height: the newest layer-2 block.
        """
        if not isinstance(self.genesis, SecondaryBlock):
            return self.counter(stage)
        done = self.counter(stage) - self.genesis.sequence
        return touching[done] - 1 if done < len(touching) else height

    def pending_balance(self, owner: bytes, token_id: int) -> int:
        """What the contract owes an owner, 18 decimals."""
        slot = mapping_slot(contract.PENDING_BALANCES_SLOT, owner[-20:], token_id)
        return self.chain.storage(self.main.address, slot)

    def acceptor(self, withdraw_hash: bytes) -> bytes | None:
        """Who paid or gets a withdrawal; None while it is neither accepted nor executed."""
        value = self.chain.storage(self.main.address, mapping_slot(contract.ACCEPTS_SLOT, withdraw_hash))
        return value.to_bytes(20, "big") if value else None

    def waits_for_gateway(self, withdraw_hash: bytes) -> bool:
        """Whether an executed withdrawal waits to be handed to the gateway."""
        return bool(self.chain.storage(self.main.address, mapping_slot(contract.PENDING_L1_SLOT, withdraw_hash)))

    def balance_of(self, owner: bytes, token: TokenOnChain) -> int:
        """What somebody has of a token here, in its own units."""
        address = bytes.fromhex(token.address[2:])
        if address == ETH_TOKEN:
            return self.chain.balance(owner)
        return int(Contract(address, load_artifact("SandboxToken")).read(self.chain, "balanceOf", owner))

    def liquidity(self, token_id: int, token: TokenOnChain, owners: Iterable[bytes]) -> int:
        """What the contract holds of a token beyond what it owes these owners, in 18-decimal units."""
        held = self.balance_of(self.main.address, token)
        owed = sum(self.pending_balance(owner, token_id) for owner in owners)
        return int(held * 10 ** (L2_DECIMALS - token.decimals)) - owed
