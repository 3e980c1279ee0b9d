"""The final root of a batch, checked against the contract's own storage.

The root stands in the commit's calldata; what binds it is `storedBlockHashes[n]`, the hash of the whole stored block.
So the stored block is recomputed from the calldata, and the slot proven under an agreed header. The original
documentation calls this value `final_root`; no contract emits a log of that name.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.proofs import content_id
from ashore.ethereum.quorum import ProvenStorage, Quorum
from ashore.store.keep import Keep
from ashore.systems.zklink.codec.l1.storage import STORAGE_LAYOUTS, stored_block_hash_slot
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.tracks import VERIFIED

KIND = "storedBlockHashes"
TRIES = 8
BLOCKS_A_CYCLE = 2


class Roots:
    """Proves roots of batches that were verified, a few a cycle, one proof for all withdrawals of a block."""

    def __init__(
        self, deployment: Deployment, quorums: Mapping[str, Quorum], keep: Keep, now: Callable[[], int]
    ) -> None:
        """`quorums` by the chain's name; `now` gives UTC milliseconds."""
        self._deployment = deployment
        self._quorums = quorums
        self._keep = keep
        self._now = now
        self._tries: dict[tuple[str, int], int] = {}

    def begin_anew(self) -> None:
        """After a reorganisation every root may be tried again."""
        self._tries.clear()

    async def prove(self, mine: Sequence[Withdrawal]) -> list[ev.Event]:
        """Prove the roots of verified batches that lack it. Where no endpoint can, it is tried again a few times."""
        lacking: dict[tuple[str, int], list[Withdrawal]] = {}
        for state in mine:
            if _lacks_root(state):
                place = (state.terms.destination, int(state.facts["l2_block"]))
                lacking.setdefault(place, []).append(state)
        found: list[ev.Event] = []
        for place in [p for p in lacking if self._tries.get(p, 0) < TRIES][:BLOCKS_A_CYCLE]:
            self._tries[place] = self._tries.get(place, 0) + 1
            try:
                proven = await self._read(*place)
            except AshoreError:
                continue
            found.extend(self._events(place[1], proven, lacking[place]))
        return found

    async def _read(self, chain: str, block: int) -> ProvenStorage:
        quorum = self._quorums[chain]
        layout = STORAGE_LAYOUTS[self._deployment.storage]
        slots = (stored_block_hash_slot(layout, block), layout.synchronized.slot)
        header = (await quorum.header_at("latest")).required()
        return await quorum.storage_at(self._deployment.chain_named(chain).main_contract, slots, header)

    def _events(self, block: int, proven: ProvenStorage, states: Sequence[Withdrawal]) -> Iterator[ev.Event]:
        layout = STORAGE_LAYOUTS[self._deployment.storage]
        stored = f"0x{proven.facts.slots[stored_block_hash_slot(layout, block)]:064x}"
        synchronized = layout.synchronized.read(proven.facts.slots[layout.synchronized.slot])
        header = proven.facts.block
        name = content_id(proven.document)
        self._keep.add_proofs({name: proven.document})
        for state in states:
            claimed = _event_facts(state)
            if header.number < _shown_at(state):
                continue  # the endpoints that answered are behind: such a state says nothing about the batch yet
            if stored != claimed["stored block"] or synchronized < block:
                yield ev.StageContradicted(
                    state.id,
                    VERIFIED,
                    "The batch’s own data gives one root,",
                    f"and the contract on {state.terms.destination} stores another.",
                )
                continue
            facts = {
                "slot": f"storedBlockHashes[{block}]",
                "value": stored,
                "final root": claimed["final root"],
                "blocks synchronised": str(synchronized),
            }
            evidence = Evidence(
                kind=KIND,
                level=Level.PROVEN,
                source=state.terms.destination,
                observed_at=self._now(),
                facts=facts,
                chain=state.terms.destination,
                block_number=header.number,
                block_hash=header.hash,
                block_time=header.timestamp * 1000,
                agreeing=self._quorums[state.terms.destination].k,
                asked=len(self._quorums[state.terms.destination].endpoints),
                proof=name,
            )
            yield ev.StageReached(state.id, VERIFIED, evidence)


def fallen_roots(mine: Sequence[Withdrawal], hashes: Sequence[str]) -> Iterator[ev.Event]:
    """Take back storage proofs that rested on blocks which were reorganised away; they are proven anew."""
    gone = set(hashes)
    for state in mine:
        for evidence in state.stage(VERIFIED).evidence:
            if evidence.kind == KIND and evidence.block_hash in gone:
                why = f"{evidence.chain} replaced the block that the root was read from; it is read again."
                yield ev.StageTakenBack(state.id, VERIFIED, why, evidence.block_hash)


def _lacks_root(state: Withdrawal) -> bool:
    view = state.stages.get(VERIFIED)
    return (
        view is not None
        and "l2_block" in state.facts
        and (view.level or 0) >= Level.PROVEN
        and bool(_event_facts(state))
        and not any(e.kind == KIND for e in view.evidence)
    )


def _event_facts(state: Withdrawal) -> Mapping[str, str]:
    return next((e.facts for e in state.stage(VERIFIED).evidence if "stored block" in e.facts), {})


def _shown_at(state: Withdrawal) -> int:
    """The height of the block whose event says that the batch is verified."""
    return max((e.block_number for e in state.stage(VERIFIED).evidence if e.on_chain), default=0)
