"""Whether the contract stores the address that a Stark key was to be registered for: the end of a registration."""

from collections.abc import Callable, Iterable, Sequence

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.observations import BlocksTakenBack
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.proofs import content_id
from ashore.ethereum.quorum import Quorum
from ashore.store.keep import Keep
from ashore.systems.reddio.codec.l1.storage import eth_key_slot
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.system.tracks import REGISTERED, is_registration
from ashore.systems.stored import fallen, stored_evidence

ETH_KEYS = "ethKeys"
KEYS_A_CYCLE = 8


class RegisteredKeys:
    """Proves it for registrations that lack it, a few a cycle."""

    def __init__(self, deployment: Deployment, quorum: Quorum, keep: Keep, now: Callable[[], int]) -> None:
        """`now` gives UTC milliseconds."""
        self._deployment = deployment
        self._quorum = quorum
        self._keep = keep
        self._now = now

    async def prove(self, mine: Iterable[Withdrawal]) -> list[ev.Event]:
        """Read the slots of registrations that lack this proof, all at one block."""
        lacking = [state for state in mine if is_registration(state) and _lacks(state)][:KEYS_A_CYCLE]
        if not lacking:
            return []
        slots = {state.id: eth_key_slot(int(state.terms.details["stark_key"], 16)) for state in lacking}
        try:
            header = (await self._quorum.header_at("latest")).required()
            wanted = list(dict.fromkeys(slots.values()))
            proven = await self._quorum.storage_at(self._deployment.contract, wanted, header)
        except AshoreError:
            return []
        chain, found = self._deployment.chain.name, list[ev.Event]()
        for state in lacking:
            stored = proven.facts.slots[slots[state.id]]
            if not stored:
                continue
            address = f"0x{stored:040x}"
            if address != state.terms.recipient:
                if not state.stage(REGISTERED).failed:
                    other = f"The contract has this Stark key registered for another address: {address}."
                    found.append(ev.StageFailed(state.id, REGISTERED, other, chain))
                continue
            slot = f"{ETH_KEYS}[{state.terms.details['stark_key']}]"
            facts = {"contract": self._deployment.contract, "slot": slot, "registered for": address}
            piece = stored_evidence(ETH_KEYS, chain, proven, self._quorum, facts, self._now)
            found += [*_taken(state, chain), ev.StageReached(state.id, REGISTERED, piece)]
        if found:
            self._keep.add_proofs({content_id(proven.document): proven.document})
        return found

    def taken_back(self, mine: Sequence[Withdrawal], observed: BlocksTakenBack) -> list[ev.Event]:
        """What falls with blocks that are no longer part of the chain."""
        return list(fallen([ETH_KEYS], [state for state in mine if is_registration(state)], observed.hashes))


def _lacks(state: Withdrawal) -> bool:
    return not any(piece.kind == ETH_KEYS and piece.level >= Level.PROVEN for piece in state.stage(REGISTERED).evidence)


def _taken(state: Withdrawal, chain: str) -> Iterable[ev.Event]:
    """The chain itself shows that a block took it, whatever an endpoint said."""
    move = state.request
    if move is not None and move.kind is MoveKind.REGISTER and move.state is not MoveState.ACCEPTED:
        yield ev.MoveAccepted(state.id, move.id, f"Found in the storage of the contract on {chain}.")
