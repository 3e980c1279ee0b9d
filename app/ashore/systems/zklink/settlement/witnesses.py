"""What the storage of a contract says beside its logs: each kind of proof is a witness of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import StageView, Withdrawal
from ashore.ethereum.proofs import content_id
from ashore.ethereum.quorum import ProvenStorage, Quorum
from ashore.systems.zklink.deployment import Deployment


class Witness(Protocol):
    """Reads storage with proofs, under headers that endpoints agree on."""

    kind: str
    """What its evidence is called."""

    async def prove(self, chain: str, mine: Sequence[Withdrawal]) -> list[ev.Event]:
        """Prove what withdrawals lack of it on `chain`, a few a cycle."""

    def begin_anew(self) -> None:
        """After a reorganisation everything may be tried again."""


async def read_slots(
    deployment: Deployment, quorums: Mapping[str, Quorum], chain: str, slots: Sequence[int]
) -> ProvenStorage:
    """Read slots of zkLink's contract on `chain`, all at its newest block. Raises AshoreError."""
    quorum = quorums[chain]
    header = (await quorum.header_at("latest")).required()
    return await quorum.storage_at(deployment.chain_named(chain).main_contract, slots, header)


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
