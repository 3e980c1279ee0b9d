"""Payouts of ether in one transaction for many, whose logs name no recipient: shown by what the contract still owes.

A token's own Transfer log tells who was paid. Ether leaves none, and a relayer's MultiCall is no call that could be
read. But whoever calls `withdrawPendingBalance`, the money goes to the owner (zkLinkProtocol/zklink-contracts): so once
a payout is seen that may have been the owner's, `pendingBalances[owner][token]` is read, and where it is empty the
owner was paid. A payout that names the owner counts, too: an earlier one that named nobody may have taken its place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from ashore.domain import events as ev
from ashore.domain.amounts import display_units, rescale_down
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Level
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.proofs import content_id
from ashore.ethereum.quorum import ProvenStorage, Quorum
from ashore.store.keep import Keep
from ashore.systems.attempts import Attempts
from ashore.systems.entries import Entry
from ashore.systems.stored import shown_at, stored_evidence
from ashore.systems.zklink.codec.l1.storage import STORAGE_LAYOUTS, pending_balance_slot
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.book import Book, Kind
from ashore.systems.zklink.settlement.sighting import NOBODY
from ashore.systems.zklink.settlement.witnesses import read_slots
from ashore.systems.zklink.system.offer import L2_DECIMALS
from ashore.systems.zklink.system.tracks import PAID, RELEASED

EMPTIED = "pendingBalances"
SLOTS_A_CYCLE = 4


@dataclass(frozen=True, slots=True)
class _Question:
    """Which slot tells whether a withdrawal was paid; `payout` is the last after its release that may have been it."""

    state: Withdrawal
    slot: int
    payout: Entry


class Emptied:
    """Reads what is still owed, once after each payout. A part of a balance says nothing: only a payout makes it less.

    Where no endpoint can tell, it is asked again, for ever and ever more rarely.
    """

    kind = EMPTIED

    def __init__(
        self, deployment: Deployment, book: Book, quorums: Mapping[str, Quorum], keep: Keep, now: Callable[[], int]
    ) -> None:
        """`quorums` by the chain's name; `now` gives UTC milliseconds."""
        self._deployment = deployment
        self._book = book
        self._quorums = quorums
        self._keep = keep
        self._now = now
        self._still_owed: dict[str, tuple[str, int]] = {}
        """By withdrawal, the payout after which something was still owed."""
        self._attempts: Attempts[tuple[str, tuple[str, int]]] = Attempts()
        """By withdrawal and payout."""

    def begin_anew(self) -> None:
        """After a reorganisation everything is asked again."""
        self._still_owed.clear()
        self._attempts.clear()

    async def prove(self, chain: str, mine: Sequence[Withdrawal]) -> list[ev.Event]:
        """Read the slots of withdrawals on `chain` that may have been paid, all at one block."""
        asked = [q for state in mine if state.terms.destination == chain and (q := self._question(state)) is not None]
        open_now = {
            (q.state.id, _place(q.payout)): q for q in asked if self._still_owed.get(q.state.id) != _place(q.payout)
        }
        fresh = [open_now[key] for key in self._attempts.due(chain, open_now, SLOTS_A_CYCLE)]
        if not fresh:
            return []
        try:
            proven = await read_slots(self._deployment, self._quorums, chain, [q.slot for q in fresh])
        except AshoreError:
            return []
        found = [q for q in fresh if self._is_paid(q, proven)]
        # Endpoints that are behind the payout say nothing of what it left.
        told = [q for q in fresh if q not in found and proven.facts.block.number >= q.payout.block_number]
        self._still_owed.update((q.state.id, _place(q.payout)) for q in told)
        if found:
            self._keep.add_proofs({content_id(proven.document): proven.document})
        return [self._reached(question, chain, proven, self._quorums[chain]) for question in found]

    def _question(self, state: Withdrawal) -> _Question | None:
        details = state.terms.details
        released, paid = state.stage(RELEASED), state.stage(PAID)
        if (released.level or 0) < Level.PROVEN or (paid.level or 0) > Level.REPORTED:
            return None
        token, since = details["target_token"], shown_at(released)
        payouts = [
            payout
            for owner in (NOBODY, state.terms.recipient)
            for payout in self._book.about(state.terms.destination, Kind.PAYOUT, f"{token}/{owner}")
            if payout.block_number >= since and payout.level >= Level.PROVEN
        ]
        if not payouts:
            return None
        layout = STORAGE_LAYOUTS[self._deployment.storage]
        slot = pending_balance_slot(layout, bytes.fromhex(state.terms.recipient[2:]), int(token))
        return _Question(state, slot, max(payouts, key=attrgetter("position")))

    def _is_paid(self, asked: _Question, proven: ProvenStorage) -> bool:
        if proven.facts.block.number < shown_at(asked.state.stage(RELEASED)):
            return False  # the endpoints that answered are behind
        details = asked.state.terms.details
        decimals = self._deployment.tokens[int(details["target_token"])].decimals[int(details["chain_id"])]
        # What lies below the token's own units stays for ever.
        return not rescale_down(proven.facts.slots[asked.slot], L2_DECIMALS, decimals)

    def _reached(self, asked: _Question, chain: str, proven: ProvenStorage, quorum: Quorum) -> ev.Event:
        state = asked.state
        token = self._deployment.tokens[int(state.terms.details["target_token"])]
        facts = {
            "slot": f"{EMPTIED}[{state.terms.recipient}][{token.id}]",
            "still owed": "0",
            "paid": f"{display_units(state.terms.amount, L2_DECIMALS)} {token.symbol} to {state.terms.recipient}",
            "last payout": asked.payout.tx_hash,
        }
        return ev.StageReached(state.id, PAID, stored_evidence(EMPTIED, chain, proven, quorum, facts, self._now))


def emptied_at(state: Withdrawal) -> int | None:
    """The height of the block after which nothing was owed any more; None where that is not what shows the payout."""
    return next((e.block_number for e in state.stage(PAID).evidence if e.kind == EMPTIED), None)


def _place(entry: Entry) -> tuple[str, int]:
    return entry.block_hash, entry.log_index
