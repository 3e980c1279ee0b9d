"""What observations mean for open withdrawals: the book first, then each withdrawal against it."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Protocol

from ashore.domain import events as ev
from ashore.domain.eta import Expectation
from ashore.domain.evidence import Evidence, Level
from ashore.domain.observations import BlockObserved, BlocksTakenBack, ChainHealth, FinalityAdvanced, Observation
from ashore.domain.withdrawal import HELD_UP, Withdrawal
from ashore.ethereum.proofs import Facts
from ashore.store.keep import packed
from ashore.systems.claiming.fates import Fates
from ashore.systems.claiming.receipts import fallen_receipts
from ashore.systems.entries import Entry
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.settlement.book import Book, Kind
from ashore.systems.reddio.settlement.finality import Finality
from ashore.systems.reddio.settlement.pace import pace
from ashore.systems.reddio.settlement.places import place_in
from ashore.systems.reddio.settlement.reconcile import reconcile, reconcile_claim
from ashore.systems.reddio.settlement.rereading import read_again
from ashore.systems.reddio.settlement.shares import SINCE
from ashore.systems.reddio.settlement.sighting import entries_of
from ashore.systems.reddio.system.tracks import UPDATED, is_claim, is_registration, is_transfer, is_withdrawal
from ashore.systems.stored import fallen

AGREEMENT = 2
"""How many endpoints have to agree before what only one showed is dropped."""

SLICE = 25
"""Places that are looked at between two turns of the event loop."""

FROZEN = (
    "The exchange’s contract on {chain} is frozen: no state update can set this aside any more. What waits there "
    "already can still be claimed: look under Unclaimed. The rest lies in vaults on Reddio, and the contract’s "
    "function escape pays a vault out: it wants the path of that vault in the tree of all of them, which only Reddio "
    "and its data committee have. Ask them for it; Ashore cannot make that call."
)

_OF_AN_OWNER = frozenset({Kind.ALLOWED, Kind.PERFORMED})


class Witness(Protocol):
    """Reads what the contract's logs do not tell."""

    kind: str
    """What its evidence is called."""

    async def prove(self, mine: Sequence[Withdrawal]) -> list[ev.Event]:
        """Find what withdrawals lack of it, a few a cycle."""

    def begin_anew(self) -> None:
        """After a reorganisation everything may be tried again."""


class Interpreter:
    """Interprets the observations of one deployment. L1 is enough: no operator is asked here."""

    def __init__(
        self, deployment: Deployment, book: Book, witnesses: Sequence[Witness], fates: Fates, now: Callable[[], int]
    ) -> None:
        """`now` gives UTC milliseconds."""
        self._deployment = deployment
        self._book = book
        self._witnesses = witnesses
        self._fates = fates
        self._finality = Finality()
        self._unread = True
        self._head = -1
        self._now = now

    async def interpret(self, observation: Observation, open_: Sequence[Withdrawal]) -> Iterable[ev.Event]:
        """Return the events that follow from what the chain shows. What others made is left alone."""
        every = self._mine(open_)
        chain = self._deployment.chain.name
        match observation:
            case BlockObserved() if observation.block.chain == chain:
                proven = observation.level >= Level.PROVEN
                begun = self._begun(self._of(open_), observation.block.number - 1) if proven else []
                every = [_with_facts(state, begun) for state in every]
                return [*begun, *(await self._look_again(every) if await self._take(observation, every) else [])]
            case BlocksTakenBack(of, hashes, ancestor) if of == chain:
                # Even where the book forgot them already: a crash may have come before this was journaled.
                self._book.forget(chain, hashes)
                self._head = min(self._head, ancestor)
                earlier = [state for state in self._of(open_) if int(state.facts.get(SINCE, "-1")) > max(-1, ancestor)]
                begun = [ev.FactLearnt(state.id, SINCE, str(max(-1, ancestor)), chain) for state in earlier]
                every = [_with_facts(state, begun) for state in every]
                for witness in self._witnesses:
                    witness.begin_anew()
                kinds = [witness.kind for witness in self._witnesses]
                gone = [*fallen(kinds, every, hashes), *fallen_receipts(self._of(open_), hashes)]
                return [*begun, *await self._look_again(every), *gone]
            case FinalityAdvanced() if observation.chain == chain:
                self._finality.advance(observation)
                return [event for state in self._of(open_) for event in self._finality.settled(state)]
            case ChainHealth() if observation.chain == chain:
                return await self._health(observation, every, self._of(open_))
        return []

    async def _health(
        self, health: ChainHealth, every: Sequence[Withdrawal], all_of_it: Sequence[Withdrawal]
    ) -> list[ev.Event]:
        self._finality.heard(health)
        agrees = health.agreeing >= AGREEMENT
        begun = self._begun(all_of_it, health.head - health.behind) if agrees else []
        if agrees:
            self._head = health.head
        every = [_with_facts(state, begun) for state in every]
        agreed = agrees and self._book.unshow()
        # What was in the book at the start is compared before anything else is made of it.
        unread, self._unread = self._unread, False
        if agreed or unread:
            return [*begun, *await self._look_again(every)]
        # Whether a withdrawal may be what was set aside can also change by what Reddio says of it.
        waiting = {place for state in every if not state.stage(UPDATED).checked() and (place := self._lots_at(state))}
        again = [state for state in every if is_withdrawal(state) and place_in(state.terms).subject in waiting]
        return [*begun, *await self._look_again(again)]

    def _lots_at(self, state: Withdrawal) -> str:
        """The place of a withdrawal where anything was set aside; empty where nothing was."""
        place = place_in(state.terms).subject if is_withdrawal(state) else ""
        return place if place and self._book.about(Kind.ALLOWED, place) else ""

    def _begun(self, every: Sequence[Withdrawal], place: int) -> list[ev.FactLearnt]:
        """Where the chain was when a withdrawal began: nothing up to there can be what it waits for.

        It began after the last agreed head was heard of; where none was yet, after the `place` up to which was read.
        """
        height = self._head if self._head >= 0 else place
        asked = (state for state in every if is_withdrawal(state) or is_transfer(state))
        new = [state for state in asked if SINCE not in state.facts]
        return [ev.FactLearnt(state.id, SINCE, str(height), self._deployment.chain.name) for state in new]

    async def ask_chain(self, health: ChainHealth, open_: Sequence[Withdrawal]) -> list[ev.Event]:
        """Read what the chain's blocks do not tell: what became of claims, what is stored, what verifiers know."""
        if health.chain != self._deployment.chain.name:
            return []
        sent = [state for state in self._of(open_) if is_claim(state) or is_registration(state)]
        found = await self._fates.look(health.chain, sent, health.finalized)
        if health.agreeing < AGREEMENT:
            return found
        mine = [state for state in self._mine(open_) if is_withdrawal(state)]
        for witness in self._witnesses:
            found += await witness.prove(mine)
        return found

    def expectations(self, destination: str) -> Mapping[str, Expectation]:
        """How long one state update takes after another, where the destination is the contract's chain."""
        return pace(self._book) if destination in ("", self._deployment.chain.name) else {}

    def update_since(self, state: Withdrawal) -> Entry | None:
        """The first proven state update after a request was made; None where there is none, or no chain was read."""
        since = state.facts.get(SINCE, "")
        later = (one for one in self._book.of(Kind.UPDATED) if since and one.block_number > int(since))
        return next((one for one in later if one.level >= Level.PROVEN), None)

    def forget_pace(self) -> None:
        """Leave out of every expectation what was seen up to now."""
        self._book.forget_pace()

    def read_again(self, piece: Evidence, facts: Facts) -> str:
        """What a proof's contents say, in words. Raises InvalidProof."""
        return read_again(self._deployment, piece, facts)

    def _of(self, open_: Sequence[Withdrawal]) -> list[Withdrawal]:
        return [state for state in open_ if state.terms.profile == self._deployment.id]

    def _mine(self, open_: Sequence[Withdrawal]) -> list[Withdrawal]:
        """What ends in the contract: withdrawals and claims. Of a transfer between vaults L1 shows nothing."""
        return [state for state in self._of(open_) if is_withdrawal(state) or is_claim(state)]

    async def _take(self, observed: BlockObserved, every: Sequence[Withdrawal]) -> bool:
        """Take what a block says into the book; whether it says anything."""
        places = {place_in(state.terms).subject for state in every}
        # A batch of hundreds takes long to decode, and its proof to compress: both leave the event loop free.
        found = await asyncio.to_thread(lambda: list(entries_of(self._deployment, observed)))
        entries = [entry for entry in found if entry.kind not in _OF_AN_OWNER or entry.subject in places]
        if not entries:
            return False
        if observed.level < Level.PROVEN:
            self._book.show(entries)
        else:
            self._book.add(entries, await asyncio.to_thread(packed, observed.proof_bodies))
        return True

    async def _look_again(self, every: Sequence[Withdrawal]) -> list[ev.Event]:
        """Compare every withdrawal with the book, oldest first, without holding the event loop for long."""
        found: list[ev.Event] = []
        for number, group in enumerate(_by_place([state for state in every if is_withdrawal(state)])):
            found += reconcile(self._deployment, self._book, group, self._now())
            found += [event for state in group for event in self._held_up(state)]
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
        for state in every:
            if is_claim(state):
                found += reconcile_claim(self._deployment, self._book, state, self._now())
        return found

    def _held_up(self, state: Withdrawal) -> Iterator[ev.Event]:
        """Say that the exchange is frozen to whoever still waits for a state update; and take it back."""
        waits = not state.stage(UPDATED).checked()
        told = FROZEN.format(chain=self._deployment.chain.name) if waits and self._book.is_frozen else ""
        if state.facts.get(HELD_UP, "") != told:
            yield ev.FactLearnt(state.id, HELD_UP, told, self._deployment.chain.name)


def _with_facts(state: Withdrawal, learnt: Sequence[ev.FactLearnt]) -> Withdrawal:
    """A withdrawal with what was learnt a moment ago, and is about to be written."""
    new = {event.key: event.value for event in learnt if event.withdrawal == state.id}
    return replace(state, facts={**state.facts, **new}) if new else state


def _by_place(states: Sequence[Withdrawal]) -> Iterator[list[Withdrawal]]:
    def place(state: Withdrawal) -> str:
        return place_in(state.terms).subject

    for _, group in groupby(sorted(states, key=place), key=place):
        yield sorted(group, key=lambda state: (state.started_at, int(state.terms.details["nonce"] or 0), state.id))
