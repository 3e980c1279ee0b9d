"""Reddio's word: asked for within a fixed budget, kept apart from what was proven, and held against L1.

What its statuses honestly mean (facts of Reddio's documentation, Java client and explorer): 0 queued, nothing moved; 1
its balance on layer 2 moved; 2 failed, `resp` says why; 3 StarkEx took it; 4 StarkEx rejected it; 5 rolled back; 6 the
state update is on L1, so it can be claimed. Whether 6 also means claimed nobody says, so that is never concluded.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveState
from ashore.domain.observations import ChainHealth, OperatorReport
from ashore.domain.untrusted import quoted_at_end
from ashore.domain.withdrawal import NOTE, Withdrawal
from ashore.net.errors import NetError
from ashore.systems.base import Report
from ashore.systems.reddio.client.answers import Record
from ashore.systems.reddio.client.api import ReddioClient
from ashore.systems.reddio.client.envelope import ApiError, BadAnswer
from ashore.systems.reddio.deployment import Deployment
from ashore.systems.reddio.settlement import transfers
from ashore.systems.reddio.settlement.transfers import UpdateSince
from ashore.systems.reddio.system.sending import SEQUENCE_ID, signature_of
from ashore.systems.reddio.system.tracks import (
    ACCEPTED,
    BATCHED,
    REQUESTED,
    SETTLED,
    UPDATED,
    is_transfer,
    is_withdrawal,
)

SOURCE = "Reddio"
RECORDS = "records"
"""Subject of the one report of a cycle; its facts are by withdrawal id, None for one that Reddio does not know."""
ASKED_A_CYCLE = 12
AT_ONCE = 4
UNASKED = "Reddio cannot be asked at the moment."
FORGETTING_MS = 600_000
"""For how long Reddio may not know a request that it took, before that is said."""
GRACE_BLOCKS = 20
"""How many blocks Reddio's word may run ahead of what the endpoints show before it counts as contradicted."""

MIXED_UP = (
    "Reddio’s record of this request names another asset, amount or receiver than you signed for.",
    "Ashore does not believe what it says of it. What Ethereum shows counts.",
)
MAY_BE_ANOTHERS = (
    "Ethereum shows an equal sum for the same owner, which may be somebody else’s. Look at your balance on Reddio."
)
QUEUED, TAKEN, FAILED, IN_BATCH, REJECTED, ROLLED_BACK, ON_L1 = range(7)
STATUS = "status"
FITS = "fits"
"""In a report: whether the record is of the asset, the amount and the receiver that were signed for."""
NAMED = "named"
"""In a report: whether the record names all of these and the sender, and leaves none of them out."""
WORDS = {
    QUEUED: "0, submitted",
    TAKEN: "1, accepted by Reddio",
    FAILED: "2, failed on Reddio",
    IN_BATCH: "3, accepted on layer 2",
    REJECTED: "4, rejected on layer 2",
    ROLLED_BACK: "5, rolled back",
    ON_L1: "6, accepted on Ethereum",
}


class OperatorWord:
    """Asks Reddio in turn about what is still open."""

    def __init__(self, deployment: Deployment, client: ReddioClient, now: Callable[[], int]) -> None:
        self._deployment = deployment
        self._client = client
        self._now = now
        self._turn = 0

    async def ask(self, open_: Sequence[Withdrawal]) -> Report:
        """One cycle: at most ASKED_A_CYCLE requests, however many are open."""
        mine = [state for state in open_ if state.terms.profile == self._deployment.id]
        waiting = self._next([state for state in mine if _waits(state)])
        if not waiting:
            return Report()
        places = asyncio.Semaphore(AT_ONCE)

        async def one(state: Withdrawal) -> Record | AshoreError | None:
            async with places:
                try:
                    return await self._record(state)
                except (NetError, ApiError, BadAnswer) as error:
                    return error

        told = await asyncio.gather(*(one(state) for state in waiting))
        facts = {
            state.id: None if answer is None else _facts(answer, state)
            for state, answer in zip(waiting, told, strict=True)
            if not isinstance(answer, AshoreError)
        }
        notes = dict.fromkeys(_note(answer) for answer in told if isinstance(answer, AshoreError))
        reports = (OperatorReport(self._deployment.id, RECORDS, facts),) if facts else ()
        return Report(reports, tuple(notes))

    def _next(self, waiting: Sequence[Withdrawal]) -> list[Withdrawal]:
        """The next ones in turn, so that each comes round."""
        if len(waiting) <= ASKED_A_CYCLE:
            return list(waiting)
        start = self._turn % len(waiting)
        self._turn += ASKED_A_CYCLE
        return [*waiting[start:], *waiting[:start]][:ASKED_A_CYCLE]

    async def _record(self, state: Withdrawal) -> Record | None:
        """The sender's record of a request, by its number where that is known, else by its signature."""
        number, stark_key = state.facts.get(SEQUENCE_ID, ""), state.terms.details["stark_key"]
        found: Iterable[Record] = ()
        if number:
            found = await self._client.record(stark_key, int(number))
        else:
            signature = signature_of(state.request.payload) if state.request else None
            if signature is not None:
                found = await self._client.by_signature(*signature)
        told = list(found)
        own = [record for record in told if record.stark_key in (None, int(stark_key, 16))]
        return next(iter(own or told), None)


def _waits(state: Withdrawal) -> bool:
    """Whether Reddio can still tell something that Ethereum has not shown."""
    if state.request is None or state.request.state is not MoveState.ACCEPTED:
        return False
    if is_transfer(state):
        return state.stage(SETTLED).level is None
    if not is_withdrawal(state):
        return False
    # What Ethereum alone shows may be another's: whether Reddio has this one is still of use.
    unnamed = bool(state.facts.get(NOTE + UPDATED)) and not state.facts.get(SEQUENCE_ID)
    return unnamed or (state.stage(UPDATED).level or 0) < Level.SEEN


def _fits(record: Record, state: Withdrawal) -> bool:
    """Whether a record can be of this request: an operator that mixes requests up is not believed."""
    details = state.terms.details
    return (
        record.asset_id in (None, int(details["asset_id"]))
        and record.amount in (None, int(details["quanta"]))
        and record.receiver in (None, int(details["owner_key"]))
    )


def _is_named(record: Record, state: Withdrawal) -> bool:
    parties = {int(state.terms.details["stark_key"], 16), int(state.terms.details["owner_key"])}
    return record.stark_key in parties and None not in (record.asset_id, record.amount, record.receiver)


def _facts(record: Record, state: Withdrawal) -> Mapping[str, object]:
    told = {"sequence_id": record.sequence_id, STATUS: record.status, "reason": record.reason}
    return told | {FITS: _fits(record, state), NAMED: _is_named(record, state)}


def _note(error: AshoreError) -> str:
    return f"{UNASKED} {error.sentence}" if isinstance(error, NetError) else error.sentence


def words(
    report: OperatorReport, mine: Sequence[Withdrawal], now: int, update: UpdateSince = lambda _state: None
) -> Iterator[ev.Event]:
    """Turn a report into events of level REPORTED. `now` in UTC milliseconds; `update` tells of the chain."""
    if report.subject != RECORDS:
        return
    for state in mine:
        if state.id not in report.facts:
            continue
        told = report.facts[state.id]
        if isinstance(told, Mapping):
            yield from _told(state, told, now, update)
        else:
            yield from _forgotten(state, now)


def _told(state: Withdrawal, told: Mapping[str, object], now: int, update: UpdateSince) -> Iterator[ev.Event]:
    number, status = str(told["sequence_id"]), told[STATUS]
    if not told[FITS]:
        if not state.stage(ACCEPTED).contradicted:
            yield ev.StageContradicted(state.id, ACCEPTED, *MIXED_UP)
        return
    if state.facts.get(SEQUENCE_ID) != number:
        yield ev.FactLearnt(state.id, SEQUENCE_ID, number, SOURCE)
    if status not in WORDS or not isinstance(status, int):
        return  # a status that nobody documents says nothing
    ending = _ending(state, status, str(told["reason"]))
    if ending is not None:
        if (state.stage(UPDATED).level or 0) < Level.SEEN:
            yield ending
        elif not state.stage(ACCEPTED).contradicted:
            yield ev.StageContradicted(state.id, ACCEPTED, f"Reddio says: status {WORDS[status]}.", MAY_BE_ANOTHERS)
        return
    said = {STATUS: WORDS[status], "number in its book": number}
    for stage in _reached(state, status):
        yield from _said(state, stage, said, now)
    if is_transfer(state):
        named = bool(told[NAMED])
        on_l1 = status == ON_L1
        taken = named and status in (IN_BATCH, ON_L1)
        yield from transfers.told(state, said, taken=taken, on_l1=on_l1, update=update(state), now=now)


def _reached(state: Withdrawal, status: int) -> Sequence[str]:
    if status == QUEUED:
        return ()
    if is_transfer(state):
        return (ACCEPTED,)
    return {TAKEN: (ACCEPTED,), IN_BATCH: (ACCEPTED, BATCHED), ON_L1: (ACCEPTED, BATCHED, UPDATED)}[status]


def _ending(state: Withdrawal, status: int, reason: str) -> ev.StageFailed | None:
    """The three endings, each of its own: failed, rejected, rolled back."""
    why = f" It says: {quoted_at_end(reason)}" if reason else ""
    if status == FAILED:
        sentence = f"Reddio took the request and then could not carry it out.{why}"
        return ev.StageFailed(state.id, ACCEPTED, f"{sentence} By its word nothing left your balance.", SOURCE)
    if status == REJECTED:
        stage = SETTLED if is_transfer(state) else BATCHED
        sentence = f"StarkEx rejected the request, says Reddio.{why}"
        return ev.StageFailed(
            state.id, stage, f"{sentence} It can never be proven, and so never be paid out of this request.", SOURCE
        )
    if status == ROLLED_BACK:
        sentence = f"Reddio rolled the request back.{why}"
        return ev.StageFailed(
            state.id,
            ACCEPTED,
            f"{sentence} Look whether your balance there is as before; then you can make a new request.",
            SOURCE,
        )
    return None


def _forgotten(state: Withdrawal, now: int) -> Iterator[ev.Event]:
    """Reddio took the request and does not know it any more: said once it stays so."""
    accepted = state.stage(ACCEPTED)
    taken_at = state.stage(REQUESTED).reached_at
    if taken_at and now - taken_at > FORGETTING_MS and accepted.level is None and not accepted.contradicted:
        yield ev.StageContradicted(
            state.id, ACCEPTED, "Reddio took the request,", "and now says that it does not know it."
        )


def _said(state: Withdrawal, stage: str, facts: Mapping[str, str], now: int) -> Iterator[ev.Event]:
    standing = [piece for piece in state.stage(stage).evidence if piece.source == SOURCE]
    if standing:
        return  # a later status says nothing new of a stage that was reached
    if stage != UPDATED and not state.stage(stage).evidence and state.stage(UPDATED).checked():
        return  # the state update shows that it was passed; a word that comes after it would only look like less
    yield ev.StageReached(state.id, stage, Evidence("operator", Level.REPORTED, SOURCE, now, dict(facts)))


def contradictions(
    deployment: Deployment, health: ChainHealth, mine: Iterable[Withdrawal], now: int
) -> Iterator[ev.Event]:
    """Hold Reddio's word that the update is on L1 against the chain. `now` in UTC milliseconds."""
    chain = deployment.chain
    if health.chain != chain.name or health.agreeing < 2 or health.behind:
        return  # what was not read yet contradicts nobody
    grace = GRACE_BLOCKS * chain.block_time_s * 1000
    for state in mine:
        if not is_withdrawal(state):
            continue
        view = state.stage(UPDATED)
        said = next((piece for piece in view.evidence if piece.source == SOURCE), None)
        if said is None or now - said.observed_at <= grace or view.contradicted:
            continue
        if (view.level or 0) <= Level.REPORTED:
            yield ev.StageContradicted(
                state.id,
                UPDATED,
                "Reddio says that the state update is on Ethereum.",
                f"{chain.name} does not show it, though {health.agreeing} of {health.asked} endpoints agree.",
            )
