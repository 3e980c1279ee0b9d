"""A system behind the seam that has a real other side: it takes each payload at most once, and fails as told."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from ashore.domain import events as ev
from ashore.domain.eta import Expectation
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import Accepted, MoveKind, NeverLeft, Outcome, Refused, SignedMove, Unknown
from ashore.domain.observations import ChainHealth, Observation, OperatorReport
from ashore.domain.stages import Milestone, Stage, Track, TrackRef
from ashore.domain.withdrawal import Withdrawal
from ashore.keys.reading import Reading
from ashore.systems.base import Action, Draft, Offer, Plan, Quote, Report, ReviewLine, Source
from unit.domain.tracks import WORDS

TRACK = Track(
    TrackRef("t", 1),
    (
        Stage("requested", Milestone.REQUESTED, "Requested", "Taken.", "Waiting for it to be taken."),
        Stage("committed", Milestone.COMMITTED, "Committed", "It is on {chain}.", "It goes to {chain}."),
        Stage("paid", Milestone.FINALIZED, "Paid out on {chain}", "It is at your address.", "It comes."),
    ),
    WORDS,
    answered="requested",
)

NOT_SENT, LOST_BEFORE, LOST_AFTER, REFUSED, GARBLED = "not-sent", "lost-before", "lost-after", "refused", "garbled"
"""What can become of one send; anything else is an answer that arrives."""


BARRED, AWAY = "barred", "away"
NEVER_LEFT = {BARRED: 1, AWAY: 3}
"""Sends of which nothing left, and how many of them are enough."""

LAGS = "lags"
"""An answer to a question that does not know yet what was taken."""


class ScriptedSystem:
    """`sends` and `asks` are used up one each; afterwards everything works."""

    profile = "p"
    chains = ("Harbour",)

    def __init__(self, sends: Iterable[str] = (), asks: Iterable[str] = ()) -> None:
        self.sends = list(sends)
        self.asks = list(asks)
        self.taken: list[str] = []
        self.arrived: list[str] = []
        self.firsts: list[bool] = []
        self.nonce_used_by = ""
        self.refusing = False

    async def stirred(self) -> None:
        await asyncio.Event().wait()

    async def submit(self, move: SignedMove, first_send: bool) -> Outcome:
        """One request on the wire, with a moment before and after in which the process may die."""
        self.firsts.append(first_send)
        fate = self.sends.pop(0) if self.sends else ""
        await asyncio.sleep(0)
        if fate == NOT_SENT:
            return NeverLeft("It has not left.")
        if fate in NEVER_LEFT:
            return NeverLeft("It has not left.", "Start again.", NEVER_LEFT[fate])
        if fate == LOST_BEFORE:
            return Unknown("The answer was lost.")
        self.arrived.append(move.payload)
        refusal = Refused("206", "The balance does not cover it. Nothing was taken.", "Enter less.")
        if fate == REFUSED or self.refusing:
            await asyncio.sleep(0)
            return refusal if first_send else Unknown("It refused a repetition.", refusal=refusal)
        if move.payload not in self.taken:
            if self.nonce_used_by:
                return refusal if first_send else Unknown("It refused a repetition.", refusal=refusal)
            self.taken.append(move.payload)
        await asyncio.sleep(0)
        if fate in (LOST_AFTER, GARBLED):
            return Unknown(
                "The answer was lost." if fate == LOST_AFTER else "It answered something else.", fate == GARBLED
            )
        return Accepted("It was taken.")

    async def locate(self, move: SignedMove) -> Outcome:
        """Ask, unless this time nobody answers."""
        fate = self.asks.pop(0) if self.asks else ""
        await asyncio.sleep(0)
        if fate == LAGS:
            return Unknown("It is not known.", resend_harmless=True)
        if fate:
            return Unknown("It cannot be asked.")
        if move.payload in self.taken:
            return Accepted("It is known.")
        if self.nonce_used_by:
            return Refused("nonce-used", "Another used this nonce.", "Start again.")
        return Unknown("It is not known.", resend_harmless=True)

    async def interpret(self, observation: Observation, open_: Sequence[Withdrawal]) -> Iterable[ev.Event]:
        """An operator's report names a withdrawal that was committed."""
        if not isinstance(observation, OperatorReport):
            return []
        evidence = Evidence("operator", Level.REPORTED, "zkLink", 1)
        return [ev.StageReached(w.id, "committed", evidence) for w in open_ if w.id == observation.subject]

    async def ask_chain(self, health: ChainHealth, open_: Sequence[Withdrawal]) -> Iterable[ev.Event]:
        """Its chain tells nothing more."""
        del health, open_
        return []

    async def ask_operator(self, open_: Sequence[Withdrawal], stopped: Sequence[Withdrawal]) -> Report:
        """One report for each."""
        return Report(tuple(OperatorReport("p", w.id, {}) for w in open_), ("It is slow.",))

    def watched(self) -> Mapping[str, Sequence[str]]:
        return {}

    def tracks(self) -> Sequence[Track]:
        return (TRACK,)

    def expectations(self, destination: str) -> Mapping[str, Expectation]:
        return {}

    async def open(self, source: Source) -> Offer:
        return Offer(source, 1)

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        return Quote(offer, draft, {}, (), "", "Harbour", "")

    async def prepare(self, action: Action, quote: Quote) -> Plan:
        raise NotReadyError

    def review(self, reading: Reading) -> tuple[ReviewLine, ...]:
        return ()

    def assemble(self, plan: Plan, reading: Reading, signed: Mapping[str, object], move_id: str) -> SignedMove:
        return SignedMove(move_id, MoveKind.REQUEST, "p", "0xhash", "payload")


class NotReadyError(Exception):
    """Nothing is prepared here."""
