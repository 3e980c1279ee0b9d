"""That the contract keeps the money until it is claimed, as its storage says: slot 8, `pendingWithdrawals`."""

from collections.abc import Callable, Sequence

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.proofs import content_id
from ashore.ethereum.quorum import Quorum
from ashore.store.keep import Keep
from ashore.systems.attempts import Attempts
from ashore.systems.claiming.track import CLAIMED
from ashore.systems.reddio.codec.l1.storage import pending_withdrawal_slot
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.settlement.places import Place, place_in, quanta_of
from ashore.systems.reddio.settlement.reconcile import PENDING
from ashore.systems.reddio.system.tracks import CLAIMABLE, UPDATED
from ashore.systems.stored import shown_at, stored_evidence

SLOTS_A_CYCLE = 8


class PendingSlots:
    """Proves it for withdrawals that were set aside and not paid out yet, a few a cycle."""

    kind = PENDING

    def __init__(self, deployment: Deployment, quorum: Quorum, keep: Keep, now: Callable[[], int]) -> None:
        """`now` gives UTC milliseconds."""
        self._deployment = deployment
        self._quorum = quorum
        self._keep = keep
        self._now = now
        self._attempts: Attempts[str] = Attempts()

    def begin_anew(self) -> None:
        """After a reorganisation everything is tried again."""
        self._attempts.clear()

    async def prove(self, mine: Sequence[Withdrawal]) -> list[ev.Event]:
        """Read the slots of withdrawals that lack this proof, all at one block."""
        open_now = {state.id: state for state in mine if _lacks(state)}
        lacking = [open_now[key] for key in self._attempts.due(self._deployment.chain.name, open_now, SLOTS_A_CYCLE)]
        if not lacking:
            return []
        slots = {state.id: slot_of(place_in(state.terms)) for state in lacking}
        try:
            header = (await self._quorum.header_at("latest")).required()
            wanted = list(dict.fromkeys(slots.values()))
            proven = await self._quorum.storage_at(self._deployment.contract, wanted, header)
        except AshoreError:
            return []
        found: list[ev.Event] = []
        for state in lacking:
            kept = proven.facts.slots[slots[state.id]]
            if kept < quanta_of(state) or header.number < shown_at(state.stage(UPDATED)):
                continue
            facts = {"contract": self._deployment.contract, **slot_facts(place_in(state.terms), kept)}
            piece = stored_evidence(PENDING, self._deployment.chain.name, proven, self._quorum, facts, self._now)
            found.append(ev.StageReached(state.id, CLAIMABLE, piece))
        if found:
            self._keep.add_proofs({content_id(proven.document): proven.document})
        return found


def slot_of(place: Place) -> int:
    """The slot of what waits at a place."""
    return pending_withdrawal_slot(place.owner_key, place.asset_id)


def slot_facts(place: Place, quanta: int) -> dict[str, str]:
    """What evidence says of a slot."""
    return {
        "slot": f"{PENDING}[0x{place.owner_key:x}][0x{place.asset_id:x}]",
        "quanta": str(quanta),
    }


def _lacks(state: Withdrawal) -> bool:
    set_aside = (state.stage(UPDATED).level or 0) >= Level.PROVEN
    paid = (state.stage(CLAIMED).level or 0) >= Level.PROVEN
    return set_aside and not paid and not any(piece.kind == PENDING for piece in state.stage(CLAIMABLE).evidence)
