"""That the contract keeps a withdrawal with a call attached until it is paid out, as its storage says.

`pendingWithdrawWithCalls[hash]` is set by the execution of the batch, without a log of its own, and cleared by the
payout (zkLinkProtocol/zklink-contracts, branches main, zkex_mainnet, apex_mainnet).
"""

from collections.abc import Callable, Mapping, Sequence

from ashore.crypto.storage_slots import mapping_slot
from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.proofs import content_id
from ashore.ethereum.quorum import ProvenStorage, Quorum
from ashore.store.keep import Keep
from ashore.systems.attempts import Attempts
from ashore.systems.stored import shown_at, stored_evidence
from ashore.systems.zklink.codec.l1.storage import STORAGE_LAYOUTS
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.own_hash import own_hash
from ashore.systems.zklink.settlement.witnesses import read_slots
from ashore.systems.zklink.system.followed_tracks import has_call
from ashore.systems.zklink.system.tracks import PAID, RELEASED

KEPT = "pendingWithdrawWithCalls"
SLOTS_A_CYCLE = 4


class KeptCalls:
    """Proves it for released withdrawals that were not paid out yet, a few a cycle."""

    kind = KEPT

    def __init__(
        self, deployment: Deployment, quorums: Mapping[str, Quorum], keep: Keep, now: Callable[[], int]
    ) -> None:
        """`quorums` by the chain's name; `now` gives UTC milliseconds."""
        self._deployment = deployment
        self._slot = STORAGE_LAYOUTS[deployment.storage].pending_withdraw_with_calls
        self._quorums = quorums
        self._keep = keep
        self._now = now
        self._attempts: Attempts[str] = Attempts()

    def begin_anew(self) -> None:
        """After a reorganisation everything is tried again."""
        self._attempts.clear()

    async def prove(self, chain: str, mine: Sequence[Withdrawal]) -> list[ev.Event]:
        """Read the slots of withdrawals on `chain` that lack this proof, all at one block."""
        if self._slot is None:
            return []
        hashes = ((bytes.fromhex(own_hash(self._deployment, state)[2:]), state) for state in self._of(chain, mine))
        slots = {mapping_slot(named, self._slot): state for named, state in hashes}
        if not slots:
            return []
        try:
            proven = await read_slots(self._deployment, self._quorums, chain, list(slots))
        except AshoreError:
            return []
        kept = {slot: state for slot, state in slots.items() if self._is_kept(state, slot, proven)}
        if kept:
            self._keep.add_proofs({content_id(proven.document): proven.document})
        return [self._reached(state, chain, proven, self._quorums[chain]) for state in kept.values()]

    def _of(self, chain: str, mine: Sequence[Withdrawal]) -> list[Withdrawal]:
        lacking = {
            state.id: state
            for state in mine
            if state.terms.destination == chain
            and has_call(state)
            and (state.stage(RELEASED).level or 0) >= Level.PROVEN
            and (state.stage(PAID).level or 0) < Level.PROVEN
            and not any(piece.kind == KEPT for piece in state.stage(RELEASED).evidence)
        }
        return [lacking[key] for key in self._attempts.due(chain, lacking, SLOTS_A_CYCLE)]

    @staticmethod
    def _is_kept(state: Withdrawal, slot: int, proven: ProvenStorage) -> bool:
        return proven.facts.block.number >= shown_at(state.stage(RELEASED)) and proven.facts.slots[slot] == 1

    def _reached(self, state: Withdrawal, chain: str, proven: ProvenStorage, quorum: Quorum) -> ev.Event:
        facts = {"slot": f"{KEPT}[{own_hash(self._deployment, state)}]", "kept": "yes"}
        return ev.StageReached(state.id, RELEASED, stored_evidence(KEPT, chain, proven, quorum, facts, self._now))
