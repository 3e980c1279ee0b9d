"""What observations mean for open withdrawals: the book first, then each withdrawal against it."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from ashore.domain import events as ev
from ashore.domain.eta import Expectation
from ashore.domain.evidence import Level
from ashore.domain.observations import (
    BlockObserved,
    BlocksTakenBack,
    ChainHealth,
    FinalityAdvanced,
    Observation,
    OperatorReport,
)
from ashore.domain.withdrawal import OUTRUN, Withdrawal
from ashore.store.keep import packed
from ashore.systems.claiming.fates import Fates
from ashore.systems.claiming.receipts import fallen_receipts
from ashore.systems.entries import Entry
from ashore.systems.stored import fallen
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.settlement.book import Book, Kind
from ashore.systems.zklink.settlement.finality import Finality
from ashore.systems.zklink.settlement.key_word import KEYS, key_words
from ashore.systems.zklink.settlement.operator_word import contradictions, words
from ashore.systems.zklink.settlement.own_hash import own_hash
from ashore.systems.zklink.settlement.pace import pace
from ashore.systems.zklink.settlement.past import Past
from ashore.systems.zklink.settlement.reconcile import reconcile, reconcile_claim
from ashore.systems.zklink.settlement.sighting import NOBODY, entries_of
from ashore.systems.zklink.settlement.witnesses import Witness
from ashore.systems.zklink.system.activation_track import is_activation
from ashore.systems.zklink.system.tracks import is_claim, is_withdrawal

AGREEMENT = 2
"""How many endpoints have to agree before what only one showed is dropped."""

SLICE = 25
"""Withdrawals that are looked at between two turns of the event loop."""

_OF_AN_OWNER = frozenset({Kind.CREDITED, Kind.PAYOUT})
"""What a contract logs for everybody's money: kept for the owners of open withdrawals only."""
_OF_A_HASH = frozenset({Kind.CALLED, Kind.SET_ASIDE, Kind.SENT_ON})


def _concerns(entry: Entry, owners: Collection[str], hashes: Collection[str]) -> bool:
    if entry.kind in _OF_A_HASH:
        return entry.subject in hashes
    return entry.kind not in _OF_AN_OWNER or entry.subject in owners


class Interpreter:
    """Interprets the observations of one deployment."""

    def __init__(
        self,
        deployment: Deployment,
        book: Book,
        witnesses: Sequence[Witness],
        fates: Fates,
        past: Past,
        now: Callable[[], int],
    ) -> None:
        """`now` gives UTC milliseconds."""
        self._deployment = deployment
        self._book = book
        self._witnesses = witnesses
        self._fates = fates
        self._past = past
        self._unread = True
        self._finality = Finality(deployment, book)
        self._now = now

    async def interpret(self, observation: Observation, open_: Sequence[Withdrawal]) -> Iterable[ev.Event]:
        """Return the events that follow from an observation. Other deployments' withdrawals are left alone."""
        # Of an activation L1 shows nothing: only the operator speaks for it.
        every = [w for w in open_ if w.terms.profile == self._deployment.id and not is_activation(w)]
        mine = [w for w in every if is_withdrawal(w)]
        match observation:
            case BlockObserved():
                return await self._block(observation, every)
            case BlocksTakenBack(chain, hashes, _):
                # Even where the book forgot them already: a crash may have come before this was journaled.
                self._book.forget(chain, hashes)
                for witness in self._witnesses:
                    witness.begin_anew()
                kinds = [witness.kind for witness in self._witnesses]
                gone = [*fallen(kinds, mine, hashes), *fallen_receipts(every, hashes)]
                return [*await self.look_again(every), *gone]
            case FinalityAdvanced():
                self._finality.advance(observation)
                settled = [event for state in every for event in self._finality.settled(state)]
                return [*settled, *await self.look_again([w for w in mine if w.facts.get(OUTRUN)])]
            case OperatorReport(profile, subject) if subject == KEYS:
                return list(key_words(observation, open_, self._now())) if profile == self._deployment.id else []
            case OperatorReport(profile):
                return list(words(observation, mine, self._now())) if profile == self._deployment.id else []
            case ChainHealth():
                self._finality.heard(observation)
                agreed = observation.agreeing >= AGREEMENT and self._book.unshow(observation.chain)
                # What was looked up, or was in the book at the start, is compared before anything is held against it.
                unread, self._unread = self._unread, False
                found = await self.look_again(every) if agreed or unread else []
                found += [event for state in every if state.is_followed for event in self._finality.settled(state)]
                read = [w for w in mine if self._past.is_read(observation.chain, w)] if not unread else []
                return [*found, *contradictions(self._deployment, observation, read, self._now())]

    async def ask_chain(self, health: ChainHealth, open_: Sequence[Withdrawal]) -> list[ev.Event]:
        """Read what a chain's blocks do not tell: what became of claims, and what it stores of batches."""
        every = [w for w in open_ if w.terms.profile == self._deployment.id]
        fates = await self._fates.look(health.chain, [w for w in every if is_claim(w)], health.finalized)
        if health.agreeing < AGREEMENT:
            return fates
        mine = [w for w in every if is_withdrawal(w)]
        looked = await self._past.look(health.chain, [w for w in mine if w.is_followed])
        for observed in looked.blocks:
            self._unread = await self._take(observed, mine) or self._unread
        fates += looked.events
        for witness in self._witnesses:
            fates += await witness.prove(health.chain, mine)
        return fates

    def expectations(self, destination: str) -> Mapping[str, Expectation]:
        """How long each L1 stage of what is paid on `destination` took after the one before, and all of them."""
        return pace(self._deployment, self._book, destination)

    def forget_pace(self) -> None:
        """Leave out of every expectation what was committed up to now."""
        self._book.forget_pace(self._deployment.chains[self._deployment.primary].name)

    async def _block(self, observed: BlockObserved, every: Sequence[Withdrawal]) -> list[ev.Event]:
        return await self.look_again(every) if await self._take(observed, every) else []

    async def _take(self, observed: BlockObserved, every: Sequence[Withdrawal]) -> bool:
        """Take what a block says into the book; whether it says anything."""
        accounts = {int(w.terms.details["account_id"]) for w in every if not is_claim(w)}
        wanted = [(w.terms.details["target_token"], w.terms.recipient) for w in every]
        owners = {f"{token}/{owner}" for token, recipient in wanted for owner in (recipient, NOBODY)}
        # A batch of hundreds takes long to decode, and its proof to compress: both leave the event loop free.
        found = await asyncio.to_thread(lambda: list(entries_of(self._deployment, observed, accounts)))
        hashes = {own_hash(self._deployment, w) for w in every if w.is_followed}
        entries = [e for e in found if _concerns(e, owners, hashes)]
        if not entries:
            return False
        if observed.level < Level.PROVEN:
            self._book.show(entries)
        else:
            self._book.add(entries, await asyncio.to_thread(packed, observed.proof_bodies))
        return True

    async def look_again(self, every: Sequence[Withdrawal]) -> list[ev.Event]:
        """Compare every withdrawal with the book, oldest first, without holding the event loop for long."""
        found: list[ev.Event] = []
        ordered = sorted(every, key=lambda w: (w.started_at, int(w.terms.details["nonce"])))
        for start in range(0, len(ordered), SLICE):
            now = self._now()
            for state in ordered[start : start + SLICE]:
                if is_claim(state):
                    found.extend(reconcile_claim(self._deployment, self._book, state, now))
                else:
                    for_good = self._finality.stands_for_good
                    found.extend(reconcile(self._deployment, self._book, state, now, for_good))
            await asyncio.sleep(0)
        return found
