"""What a contract's storage says beside its logs, as evidence."""

from collections.abc import Callable, Iterator, Sequence

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import StageView, Withdrawal
from ashore.ethereum.proofs import content_id
from ashore.ethereum.quorum import ProvenStorage, Quorum


def fallen(kinds: Sequence[str], mine: Sequence[Withdrawal], hashes: Sequence[str]) -> Iterator[ev.Event]:
    """Take back storage proofs that rested on blocks which were reorganised away; they are made anew."""
    gone = set(hashes)
    for state in mine:
        for view in state.stages.values():
            for evidence in view.evidence:
                if evidence.kind in kinds and evidence.block_hash in gone:
                    why = f"{evidence.chain} replaced the block that the storage was read from; it is read again."
                    yield ev.StageTakenBack(state.id, view.id, why, evidence.block_hash)


def stored_evidence(
    kind: str, chain: str, proven: ProvenStorage, quorum: Quorum, facts: dict[str, str], now: Callable[[], int]
) -> Evidence:
    """Evidence of level PROVEN that rests on a storage proof; `now` gives UTC milliseconds."""
    header = proven.facts.block
    return Evidence(
        kind=kind,
        level=Level.PROVEN,
        source=chain,
        observed_at=now(),
        facts=facts,
        chain=chain,
        block_number=header.number,
        block_hash=header.hash,
        block_time=header.timestamp * 1000,
        agreeing=quorum.k,
        asked=len(quorum.endpoints),
        proof=content_id(proven.document),
    )


def shown_at(view: StageView) -> int:
    """The height of the block whose event a stage rests on; 0 where there is none."""
    return max((e.block_number for e in view.evidence if e.on_chain), default=0)
