"""When nothing can take a stage back any more: its block is finalized, and the contract cannot revert its batch either.

`revertBlocks` takes back whatever is committed and not executed, however old the L1 blocks are
(zkLinkProtocol/zklink-contracts). So what leads to the release is irreversible only together with it. Each chain
executes, and reverts, for itself: what the primary chain shows stands for good once it has executed the batch, too.
"""

from collections.abc import Iterator

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.observations import ChainHealth, FinalityAdvanced
from ashore.domain.withdrawal import RECEIPT, Withdrawal
from ashore.systems.entries import Entry
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.book import Book, Kind
from ashore.systems.zklink.settlement.reconcile import L2_BLOCK, primary_of
from ashore.systems.zklink.system.tracks import COMMITTED, CONFIRMED, EXECUTED, PROVED, RELEASED, REQUESTED, VERIFIED

REVERTIBLE = frozenset({REQUESTED, EXECUTED, COMMITTED, PROVED, VERIFIED, CONFIRMED})
"""Stages that rest on a batch which may not be executed yet."""


class Finality:
    """How far each chain is finalized, and what follows from that."""

    def __init__(self, deployment: Deployment, book: Book) -> None:
        self._deployment = deployment
        self._book = book
        self._reached: dict[str, FinalityAdvanced] = {}

    def heard(self, health: ChainHealth) -> None:
        """Learn, also after a start, how far a chain was finalized when it last advanced."""
        if health.finalized and health.chain not in self._reached:
            told = FinalityAdvanced(health.chain, health.finalized, "", health.agreeing, health.asked)
            self._reached[health.chain] = told

    def advance(self, advanced: FinalityAdvanced) -> None:
        """Learn that a chain is finalized further, whether or not anything rests on it yet."""
        self._reached[advanced.chain] = advanced

    def stands_for_good(self, operation: Entry) -> bool:
        """Whether the chain that shows an operation has executed its batch, in a finalized block."""
        entry = self._book.first(operation.chain, Kind.EXECUTED, operation.number)
        reached = self._reached.get(operation.chain)
        if entry is None or reached is None or entry.level < Level.PROVEN:
            return False
        return entry.block_number <= reached.number

    def settled(self, state: Withdrawal) -> Iterator[ev.Event]:
        """Yield what is irreversible as far as the chains are finalized, and is not called so yet."""
        executed = self._is_executed(state)
        for view in state.stages.values():
            if view.id in REVERTIBLE and not executed:
                continue
            logged = (e for e in view.evidence if e.level is Level.PROVEN and e.kind != RECEIPT)
            final = {e.block_hash: e.chain for e in logged if self._is_final(e)}
            for block_hash, chain in sorted(final.items()):
                by = self._reached[chain]
                yield ev.StageSettled(state.id, view.id, block_hash, by.number, by.agreeing, by.asked)

    def _is_executed(self, state: Withdrawal) -> bool:
        """Whether every chain that shows the batch has executed it, in a finalized block."""
        if not any(self._is_final(piece) for piece in state.stage(RELEASED).evidence):
            return False
        primary = primary_of(self._deployment)
        if state.terms.destination == primary or L2_BLOCK not in state.facts:
            return True
        entry, reached = (
            self._book.first(primary, Kind.EXECUTED, int(state.facts[L2_BLOCK])),
            self._reached.get(primary),
        )
        if entry is None or reached is None or entry.level < Level.PROVEN:
            return False
        return entry.block_number <= reached.number

    def _is_final(self, piece: Evidence) -> bool:
        if piece.level < Level.PROVEN:
            return False
        reached = self._reached.get(piece.chain)
        return piece.level is Level.IRREVERSIBLE or (reached is not None and piece.block_number <= reached.number)
