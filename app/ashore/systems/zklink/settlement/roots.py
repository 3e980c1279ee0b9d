"""The final root of a batch, checked against the contract's own storage.

The root stands in the commit's calldata; what binds it is `storedBlockHashes[n]`, the hash of the whole stored block.
So the stored block is recomputed from the calldata, and the slot proven under an agreed header. The original
documentation calls this value `final_root`; no contract emits a log of that name.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.proofs import content_id
from ashore.ethereum.quorum import ProvenStorage, Quorum
from ashore.store.keep import Keep
from ashore.systems.attempts import Attempts
from ashore.systems.stored import shown_at, stored_evidence
from ashore.systems.zklink.codec.l1.storage import STORAGE_LAYOUTS, stored_block_hash_slot
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.book import SEQUENCE
from ashore.systems.zklink.settlement.reconcile import L2_BLOCK, STORED_BLOCK
from ashore.systems.zklink.settlement.witnesses import read_slots
from ashore.systems.zklink.system.tracks import CONFIRMED, VERIFIED

KIND = "storedBlockHashes"
BLOCKS_A_CYCLE = 2


@dataclass(frozen=True, slots=True)
class _Place:
    """What one contract stores of a layer-2 block, under `key`: its number or, on a secondary chain, a count."""

    stage: str
    chain: str
    block: int
    key: int


class Roots:
    """Proves roots of batches that were verified, a few a cycle, one proof for all withdrawals of a block."""

    kind = KIND

    def __init__(
        self, deployment: Deployment, quorums: Mapping[str, Quorum], keep: Keep, now: Callable[[], int]
    ) -> None:
        """`quorums` by the chain's name; `now` gives UTC milliseconds."""
        self._deployment = deployment
        self._quorums = quorums
        self._keep = keep
        self._now = now
        self._attempts: Attempts[_Place] = Attempts()

    def begin_anew(self) -> None:
        """After a reorganisation every root is tried again."""
        self._attempts.clear()

    async def prove(self, chain: str, mine: Sequence[Withdrawal]) -> list[ev.Event]:
        """Prove the roots on `chain` of batches that lack it. Where no endpoint can, it is tried again."""
        lacking: dict[_Place, list[Withdrawal]] = {}
        for state in mine:
            for place in self._lacking(state):
                if place.chain == chain:
                    lacking.setdefault(place, []).append(state)
        found: list[ev.Event] = []
        for place in self._attempts.due(chain, lacking, BLOCKS_A_CYCLE):
            try:
                proven = await self._read(place)
            except AshoreError:
                continue
            found.extend(self._events(place, proven, lacking[place]))
        return found

    def _lacking(self, state: Withdrawal) -> Iterator[_Place]:
        primary = self._deployment.chains[self._deployment.primary].name
        for stage, chain in ((VERIFIED, primary), (CONFIRMED, state.terms.destination)):
            view = state.stages.get(stage)
            if view is None or L2_BLOCK not in state.facts or (view.level or 0) < Level.PROVEN:
                continue
            told = _event_facts(state, stage)
            if told and not any(e.kind == KIND for e in view.evidence):
                block = int(state.facts[L2_BLOCK])
                yield _Place(stage, chain, block, int(told.get(SEQUENCE, block)))

    async def _read(self, place: _Place) -> ProvenStorage:
        layout = STORAGE_LAYOUTS[self._deployment.storage]
        slots = (stored_block_hash_slot(layout, place.key), layout.synchronized.slot)
        return await read_slots(self._deployment, self._quorums, place.chain, slots)

    def _events(self, place: _Place, proven: ProvenStorage, states: Sequence[Withdrawal]) -> Iterator[ev.Event]:
        layout = STORAGE_LAYOUTS[self._deployment.storage]
        stored = f"0x{proven.facts.slots[stored_block_hash_slot(layout, place.key)]:064x}"
        synchronized = layout.synchronized.read(proven.facts.slots[layout.synchronized.slot])
        name = content_id(proven.document)
        self._keep.add_proofs({name: proven.document})
        for state in states:
            told = _event_facts(state, place.stage)
            if proven.facts.block.number < shown_at(state.stage(place.stage)):
                continue  # the endpoints that answered are behind: such a state says nothing about the batch yet
            if stored != told[STORED_BLOCK] or synchronized < place.block:
                said, found = (
                    "The batch’s own data gives one root,",
                    f"and the contract on {place.chain} stores another.",
                )
                if state.stage(place.stage).contradicted != f"{said} {found}":
                    yield ev.StageContradicted(state.id, place.stage, said, found)
                continue
            yield ev.StageReached(state.id, place.stage, self._evidence(place, proven, told, stored, synchronized))

    def _evidence(
        self, place: _Place, proven: ProvenStorage, told: Mapping[str, str], stored: str, synchronized: int
    ) -> Evidence:
        facts = {
            "slot": f"storedBlockHashes[{place.key}]",
            "value": stored,
            "blocks synchronised": str(synchronized),
            "layer-2 block": str(place.block),
            **{name: told[name] for name in ("final root", SEQUENCE) if name in told},
        }
        return stored_evidence(KIND, place.chain, proven, self._quorums[place.chain], facts, self._now)


def _event_facts(state: Withdrawal, stage: str) -> Mapping[str, str]:
    return next((e.facts for e in state.stage(stage).evidence if STORED_BLOCK in e.facts), {})
