"""When nothing can take a stage back any more: its block is finalized. A state update is never reverted by itself."""

from collections.abc import Iterator

from ashore.domain import events as ev
from ashore.domain.evidence import Level
from ashore.domain.observations import ChainHealth, FinalityAdvanced
from ashore.domain.withdrawal import RECEIPT, Withdrawal


class Finality:
    """How far the chain is finalized, and what follows from that."""

    def __init__(self) -> None:
        self._reached: FinalityAdvanced | None = None

    def heard(self, health: ChainHealth) -> None:
        """Learn, also after a start, how far the chain was finalized when it last advanced."""
        if health.finalized and self._reached is None:
            self._reached = FinalityAdvanced(health.chain, health.finalized, "", health.agreeing, health.asked)

    def advance(self, advanced: FinalityAdvanced) -> None:
        """Learn that the chain is finalized further."""
        self._reached = advanced

    def settled(self, state: Withdrawal) -> Iterator[ev.Event]:
        """Yield what is irreversible as far as the chain is finalized, and is not called so yet."""
        by = self._reached
        if by is None:
            return
        for view in state.stages.values():
            final = {
                piece.block_hash
                for piece in view.evidence
                if piece.level is Level.PROVEN and piece.kind != RECEIPT
                if piece.chain == by.chain and 0 < piece.block_number <= by.number
            }
            for block_hash in sorted(final):
                yield ev.StageSettled(state.id, view.id, block_hash, by.number, by.agreeing, by.asked)
