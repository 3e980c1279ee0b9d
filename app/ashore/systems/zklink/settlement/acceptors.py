"""Who was paid for a withdrawal, as the contract stores it: the best proof of a single withdrawal that there is.

`accepts[hash of all terms]` holds a broker that paid in advance, or the recipient once the batch was executed without
one (zkLinkProtocol/zklink-contracts, branches main, zkex_mainnet, apex_mainnet). The logs are thereby checked against
the storage, under an agreed header.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import WAY, Withdrawal
from ashore.ethereum.proofs import content_id
from ashore.ethereum.quorum import ProvenStorage, Quorum
from ashore.store.keep import Keep
from ashore.systems.attempts import Attempts
from ashore.systems.stored import shown_at, stored_evidence
from ashore.systems.zklink.codec.l1.storage import STORAGE_LAYOUTS, StorageLayout, accepts_slot
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.acceptances import ACCEPT
from ashore.systems.zklink.settlement.advances import agreed
from ashore.systems.zklink.settlement.witnesses import read_slots
from ashore.systems.zklink.system.tracks import ADVANCED, BY_BROKER, IN_FULL, RELEASED, is_fast

ACCEPTS = "accepts"
SLOTS_A_CYCLE = 32
_STAGE_OF_WAY = {BY_BROKER: ADVANCED, IN_FULL: RELEASED}


@dataclass(frozen=True, slots=True)
class _Question:
    """Which slot has to hold `expected` (20 bytes, lower-case hex), for a stage of a withdrawal."""

    state: Withdrawal
    stage: str
    withdraw_hash: str
    slot: int
    expected: str


class Acceptors:
    """Proves who was paid, a few a cycle. Where no endpoint can, it is tried again."""

    kind = ACCEPTS

    def __init__(
        self, deployment: Deployment, quorums: Mapping[str, Quorum], keep: Keep, now: Callable[[], int]
    ) -> None:
        """`quorums` by the chain's name; `now` gives UTC milliseconds."""
        self._deployment = deployment
        self._quorums = quorums
        self._keep = keep
        self._now = now
        self._attempts: Attempts[tuple[str, str]] = Attempts()

    def begin_anew(self) -> None:
        """After a reorganisation everything is tried again."""
        self._attempts.clear()

    async def prove(self, chain: str, mine: Sequence[Withdrawal]) -> list[ev.Event]:
        """Read the slots of withdrawals on `chain` that lack this proof, all at one block."""
        asked = [asked for state in mine if state.terms.destination == chain for asked in self._lacking(state)]
        lacking = {(question.state.id, question.stage): question for question in asked}
        fresh = [lacking[key] for key in self._attempts.due(chain, lacking, SLOTS_A_CYCLE)]
        if not fresh:
            return []
        try:
            proven = await read_slots(self._deployment, self._quorums, chain, [q.slot for q in fresh])
        except AshoreError:
            return []
        self._keep.add_proofs({content_id(proven.document): proven.document})
        return [event for question in fresh for event in self._events(chain, question, proven)]

    def _lacking(self, state: Withdrawal) -> Iterator[_Question]:
        layout = STORAGE_LAYOUTS[self._deployment.storage]
        stage = _STAGE_OF_WAY.get(state.facts.get(WAY, "")) if is_fast(state) else RELEASED
        if stage is None or not _is_noted(state, layout):
            return
        view = state.stage(stage)
        if (view.level or 0) < Level.PROVEN or any(e.kind == ACCEPTS for e in view.evidence):
            return
        named = agreed(self._deployment, state.terms).withdraw_hash
        slot = accepts_slot(layout, bytes.fromhex(named[2:]), int(state.terms.details["account_id"]))
        paid = next((e.facts["broker"] for e in view.evidence if e.kind == ACCEPT), state.terms.recipient)
        yield _Question(state, stage, named, slot, paid)

    def _events(self, chain: str, asked: _Question, proven: ProvenStorage) -> Iterator[ev.Event]:
        view = asked.state.stage(asked.stage)
        if proven.facts.block.number < shown_at(view):
            return  # the endpoints that answered are behind: such a state says nothing yet
        stored = f"0x{proven.facts.slots[asked.slot]:040x}"
        if stored != asked.expected:
            said, found = f"A log on {chain} says that {asked.expected} was paid,", "and the contract stores another."
            if view.contradicted != f"{said} {found}":
                yield ev.StageContradicted(asked.state.id, asked.stage, said, found)
            return
        facts = {"acceptor": stored, "slot": f"{ACCEPTS}[{asked.withdraw_hash}]"}
        evidence = stored_evidence(ACCEPTS, chain, proven, self._quorums[chain], facts, self._now)
        yield ev.StageReached(asked.state.id, asked.stage, evidence)


def _is_noted(state: Withdrawal, layout: StorageLayout) -> bool:
    """Whether the contract notes who was paid: v2 only of fast ones, and none of what goes on to Ethereum."""
    details = state.terms.details
    if details.get("flag", "0") != "0" or details.get("call_hash"):
        return False
    return is_fast(state) or not layout.accepts_by_account
