"""Whether the contract stores the address that a Stark key was to be registered for: the end of a registration."""

from collections.abc import Callable, Iterable, Sequence

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.observations import BlocksTakenBack
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.proofs import MAX_SLOTS, content_id
from ashore.ethereum.quorum import ProvenStorage, Quorum
from ashore.store.keep import Keep
from ashore.systems.reddio.codec.l1.storage import eth_key_slot
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.system.tracks import REGISTERED, is_registration
from ashore.systems.stored import fallen, stored_evidence

ETH_KEYS = "ethKeys"
PARTS_A_CYCLE = 4
"""Proofs at each look, of MAX_SLOTS keys each; what is left has its turn at the next."""


class RegisteredKeys:
    """Proves it for registrations that lack it, a few a cycle."""

    def __init__(self, deployment: Deployment, quorum: Quorum, keep: Keep, now: Callable[[], int]) -> None:
        """`now` gives UTC milliseconds."""
        self._deployment = deployment
        self._quorum = quorum
        self._keep = keep
        self._now = now
        self._turn = 0

    async def prove(self, mine: Iterable[Withdrawal]) -> list[ev.Event]:
        """Read the slots of registrations that lack this proof, all at one block."""
        lacking = self._next([state for state in mine if is_registration(state) and _lacks(state)])
        if not lacking:
            return []
        slots = {state.id: eth_key_slot(int(state.terms.details["stark_key"], 16)) for state in lacking}
        wanted, found = list(dict.fromkeys(slots.values())), list[ev.Event]()
        try:
            header = (await self._quorum.header_at("latest")).required()
            for start in range(0, len(wanted), MAX_SLOTS):
                part = wanted[start : start + MAX_SLOTS]
                proven = await self._quorum.storage_at(self._deployment.contract, part, header)
                of_part = [state for state in lacking if slots[state.id] in proven.facts.slots]
                told = [event for state in of_part for event in self._told(state, slots[state.id], proven)]
                if told:
                    self._keep.add_proofs({content_id(proven.document): proven.document})
                found += told
        except AshoreError:
            return found  # the others at the next look
        return found

    def _next(self, lacking: Sequence[Withdrawal]) -> list[Withdrawal]:
        """Those whose turn it is, so that each comes round."""
        most = PARTS_A_CYCLE * MAX_SLOTS
        if len(lacking) <= most:
            return list(lacking)
        start = self._turn % len(lacking)
        self._turn += most
        return [*lacking[start:], *lacking[:start]][:most]

    def _told(self, state: Withdrawal, slot: int, proven: ProvenStorage) -> Iterable[ev.Event]:
        stored, chain = proven.facts.slots[slot], self._deployment.chain.name
        if not stored:
            return
        address = f"0x{stored:040x}"
        if address != state.terms.recipient:
            if not state.stage(REGISTERED).failed:
                other = f"The contract has this Stark key registered for another address: {address}."
                yield ev.StageFailed(state.id, REGISTERED, other, chain)
            return
        key = f"{ETH_KEYS}[{state.terms.details['stark_key']}]"
        facts = {"contract": self._deployment.contract, "slot": key, "registered for": address}
        yield from _taken(state, chain)
        piece = stored_evidence(ETH_KEYS, chain, proven, self._quorum, facts, self._now)
        yield ev.StageReached(state.id, REGISTERED, piece)

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
