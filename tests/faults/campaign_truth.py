"""What is so, and what ever was so, on the chains of a practice world: read from their blocks alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ashore.sandbox.evm.blocks import MinedBlock
from ashore.sandbox.evm.contracts import Contract, DecodedEvent
from ashore.sandbox.world import World
from ashore.systems.zklink.system.tracks import (
    COMMITTED,
    CONFIRMED,
    EXECUTED,
    PROVED,
    RELEASED,
    REQUESTED,
    VERIFIED,
)

EVENTS = {
    "BlockCommit": "commit",
    "BlockProven": "prove",
    "BlockSynced": "sync",
    "BlockExecuted": "execute",
}
STEP_OF_STAGE = {
    REQUESTED: "commit",
    EXECUTED: "commit",
    COMMITTED: "commit",
    PROVED: "prove",
    VERIFIED: "sync",
    CONFIRMED: "sync",
    RELEASED: "execute",
}
"""What took the batch to a stage: a committed batch also shows that layer 2 took and executed the request."""
Step = tuple[str, str]
"""A chain's name, and what was done there with a batch."""
Balance = tuple[str, str, int]
"""A chain's name, an owner in lower-case hex, a token id."""


@dataclass(frozen=True, slots=True)
class Deed:
    """The transaction by which something stands, and whether its block is final."""

    tx: str
    final: bool


@dataclass(slots=True)
class Chronicle:
    """Keeps what was ever so. `note` after everything that happens to the world."""

    world: World
    ever: dict[str, dict[Step, set[str]]] = field(default_factory=dict)
    """By the request's hash and the step: the transactions by which it ever stood."""
    advances: dict[str, set[str]] = field(default_factory=dict)
    """By the request's hash: transactions by which a broker ever paid it in advance, on exactly its terms."""
    payments: set[str] = field(default_factory=set)
    """Transactions that ever paid somebody out."""
    owed: dict[Balance, set[int]] = field(default_factory=dict)
    """Balances that a contract ever owed, in 18 decimals."""
    most: dict[Balance, int] = field(default_factory=dict)
    """The most that was ever paid to an owner, in the token's units on that chain."""
    _events: dict[bytes, list[tuple[str, int, str]]] = field(default_factory=dict)

    def note(self) -> None:
        """Remember what is so now."""
        for tx_hash, record in self.world.rollup.records.items():
            told = self.ever.setdefault(tx_hash, {})
            for step, deed in self.stands(tx_hash).items():
                told.setdefault(step, set()).add(deed.tx)
            for told_of in self.world.truth.withdrawals([tx_hash]):
                if told_of["accept_tx"] is not None:
                    self.advances.setdefault(tx_hash, set()).add(told_of["accept_tx"])
            owner = "0x" + record.tx.to[-20:].hex()  # type: ignore[union-attr]
            for number, branch in self.world.branches.items():
                token = record.tx.target_token  # type: ignore[union-attr]
                place = self.world.network.chains[number].name, owner, token
                self.owed.setdefault(place, {0}).add(branch.pending_balance(bytes.fromhex(owner[2:]), token))
                self.most[place] = max(self.most.get(place, 0), self.finally_paid(*place)[0])
        self.payments |= {
            payment.l1_tx for number in self.world.chains for payment in self.world.truth.payments(number)
        }

    def stands(self, tx_hash: str) -> dict[Step, Deed]:
        """By which transactions the batch of a request stands now, on every chain."""
        record = self.world.rollup.records.get(tx_hash)
        if record is None or record.block is None:
            return {}
        found: dict[Step, Deed] = {}
        for number, place in self.world.chains.items():
            name = self.world.network.chains[number].name
            for what, deeds in self._deeds(number).items():
                deed = next((deed for about, deed in deeds if about >= record.block), None)
                if deed is not None:
                    found[name, what] = Deed(deed[0], deed[1] <= place.chain.finalized_number)
        return found

    def _deeds(self, number: int) -> dict[str, list[tuple[int, tuple[str, int]]]]:
        """By step: the layer-2 blocks that events name, with transaction and L1 block; what was reverted is gone."""
        chain = self.world.chains[number].chain
        found: dict[str, list[tuple[int, tuple[str, int]]]] = {what: [] for what in EVENTS.values()}
        for height in range(1, chain.head.number + 1):
            for name, about, tx in self._of_block(number, height):
                if name == "BlocksRevert":
                    # What passed beyond the block that stays has passed up to it all the same.
                    found = {what: [(min(n, about), deed) for n, deed in deeds] for what, deeds in found.items()}
                else:
                    found[EVENTS[name]].append((about, (tx, height)))
        return found

    def _of_block(self, number: int, height: int) -> list[tuple[str, int, str]]:
        block = self.world.chains[number].chain.block(height)
        assert block is not None
        if block.hash not in self._events:
            self._events[block.hash] = list(_deeds_in(block, self.world.branches[number].main))
        return self._events[block.hash]

    def finally_paid(self, chain: str, owner: str, token: int) -> tuple[int, int]:
        """What was paid to an owner on a chain, in the token's units there: all of it, and what is final of it."""
        every = list(self._paid(chain, owner, token))
        return sum(amount for amount, _ in every), sum(amount for amount, final in every if final)

    def is_final(self, tx_hash: str) -> bool:
        """Whether a transaction is in a finalized block, on whichever chain."""
        places = ((p.chain, p.chain.transaction(bytes.fromhex(tx_hash[2:]))) for p in self.world.chains.values())
        return any(place is not None and place[0].number <= chain.finalized_number for chain, place in places)

    def most_paid(self, place: Balance) -> int:
        """The most that was ever paid there."""
        return self.most.get(place, 0)

    def _paid(self, chain: str, owner: str, token: int) -> Iterator[tuple[int, bool]]:
        for number, place in self.world.chains.items():
            if self.world.network.chains[number].name != chain:
                continue
            for payment in self.world.truth.payments(number):
                if (payment.owner[-20:].hex(), payment.token_id) == (owner[2:], token):
                    yield payment.amount, payment.block <= place.chain.finalized_number


def _deeds_in(block: MinedBlock, main: Contract) -> Iterator[tuple[str, int, str]]:
    """The events about batches: name, the layer-2 block that it is about, transaction."""
    for log in block.logs:
        event = main.event(log)
        tx = block.transactions[log.transaction_index]
        if event is None:
            continue
        if event.name in EVENTS:
            yield event.name, int(event.values["blockNumber"]), "0x" + bytes(tx.hash).hex()
        elif event.name == "BlocksRevert":
            yield event.name, _last_after(event, main.read_calldata(bytes(tx.data))[1]), "0x" + bytes(tx.hash).hex()


def _last_after(revert: DecodedEvent, arguments: Sequence[Any]) -> int:
    """The layer-2 block that stays as the last one. A secondary chain's event has a count; the call names the block."""
    if len(arguments) == 1:
        return int(revert.values["totalBlocksCommitted"])
    return int(arguments[0][0])
