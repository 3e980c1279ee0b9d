"""The operator's word: asked for within a fixed budget, kept apart from what was proven, held against L1."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveState
from ashore.domain.observations import ChainHealth, OperatorReport
from ashore.domain.withdrawal import WAY, Withdrawal
from ashore.net.errors import NetError
from ashore.systems.base import Report
from ashore.systems.zklink.client.answers import BadAnswer
from ashore.systems.zklink.client.operator import OperatorClient
from ashore.systems.zklink.deployment import Deployment
from ashore.systems.zklink.system.tracks import (
    BY_BROKER,
    COMMITTED,
    EXECUTED,
    ON_PRIMARY,
    PROVED,
    RELEASED,
    REQUESTED,
    is_withdrawal,
)

SOURCE = "zkLink"
BLOCKS = "blocks"
TRANSACTIONS = "transactions"
"""Subjects of reports: one report tells of all blocks, and one of all transactions, that were asked about."""
OPERATOR_BLOCK = "operator_block"
TRANSACTIONS_A_CYCLE = 20
BLOCKS_A_CYCLE = 5
FORGOTTEN = "forgotten"
FORGETTING_MS = 600_000
"""For how long a node may not know a request that it took, before that is said: its index may be behind."""

UNASKED = "zkLink’s node cannot be asked at the moment."

GRACE_BLOCKS = 20
"""How many L1 blocks the operator's word may run ahead of what the endpoints show before it counts as contradicted."""

_WORDS = {COMMITTED: "committed", PROVED: "proved", RELEASED: "executed on L1"}


class OperatorWord:
    """Asks the operator in turn about what is still open."""

    def __init__(self, deployment: Deployment, client: OperatorClient, now: Callable[[], int]) -> None:
        self._deployment = deployment
        self._client = client
        self._now = now
        self._turn = 0

    async def ask(self, open_: Sequence[Withdrawal]) -> Report:
        """One cycle: at most TRANSACTIONS_A_CYCLE transactions and BLOCKS_A_CYCLE blocks, however many are open."""
        mine = [w for w in open_ if w.terms.profile == self._deployment.id and is_withdrawal(w)]
        waiting = [w for w in mine if w.request and w.request.state is MoveState.ACCEPTED and not _has_block(w)]
        blocks = sorted({int(w.facts[OPERATOR_BLOCK]) for w in mine if _has_block(w) and _is_behind(w)})
        if not waiting and not blocks:
            return Report()
        reports: list[OperatorReport] = []
        notes: list[str] = []
        try:
            async for told in self._ask(self._next(waiting), blocks[:BLOCKS_A_CYCLE]):
                if isinstance(told, OperatorReport):
                    reports.append(told)
                else:
                    notes.append(told.sentence)
        except NetError as error:
            notes.append(f"{UNASKED} {error.sentence}")
        except BadAnswer as error:
            notes.append(error.sentence)
        return Report(tuple(reports), tuple(dict.fromkeys(notes)))

    def _next(self, waiting: Sequence[Withdrawal]) -> list[Withdrawal]:
        """The next ones in turn, so that each comes round."""
        if len(waiting) <= TRANSACTIONS_A_CYCLE:
            return list(waiting)
        start = self._turn % len(waiting)
        self._turn += TRANSACTIONS_A_CYCLE
        return [*waiting[start:], *waiting[:start]][:TRANSACTIONS_A_CYCLE]

    async def _ask(
        self, waiting: Sequence[Withdrawal], blocks: Sequence[int]
    ) -> AsyncIterator[OperatorReport | AshoreError]:
        """Yield what the operator told, and what is wrong with an answer about one transaction."""
        hashes = [w.request.locator for w in waiting if w.request]
        if hashes:
            known: dict[str, object] = {}
            for asked, told in zip(hashes, await self._client.transactions(hashes), strict=True):
                if isinstance(told, AshoreError):
                    yield told
                elif told is None:
                    known[asked] = FORGOTTEN
                else:
                    known[asked] = {
                        "executed": told.executed,
                        "success": told.success,
                        "reason": told.fail_reason,
                        "block": told.block,
                    }
            if known:
                yield OperatorReport(self._deployment.id, TRANSACTIONS, known)
        if blocks:
            progress = await self._client.progress()
            on_chain = await self._client.blocks_on_chain(blocks)
            yield OperatorReport(
                self._deployment.id,
                BLOCKS,
                {
                    "committed": progress.committed,
                    "verified": progress.verified,
                    "proved": {number: block.proved for number, block in on_chain.items()},
                },
            )


def _has_block(state: Withdrawal) -> bool:
    return OPERATOR_BLOCK in state.facts


def _is_behind(state: Withdrawal) -> bool:
    """Whether the operator's word can still run ahead of what is proven."""
    return (state.stage(RELEASED).level or 0) < Level.REPORTED or (state.stage(PROVED).level or 0) < Level.REPORTED


def words(report: OperatorReport, mine: Sequence[Withdrawal], now: int) -> Iterator[ev.Event]:
    """Turn a report into events of level REPORTED. `now` in UTC milliseconds."""
    if report.subject == TRANSACTIONS:
        for state in mine:
            told = report.facts.get(state.request.locator) if state.request else None
            if told == FORGOTTEN:
                yield from _forgotten(state, now)
            elif isinstance(told, Mapping):
                yield from _transaction_word(state, told, now)
        return
    proved = report.facts["proved"]
    assert isinstance(proved, Mapping)
    committed, verified = int(str(report.facts["committed"])), int(str(report.facts["verified"]))
    for state in mine:
        if not _has_block(state):
            continue
        block = int(state.facts[OPERATOR_BLOCK])
        if committed >= block:
            yield from _said(state, COMMITTED, {"layer-2 blocks committed": str(committed)}, now)
        if proved.get(block):
            (tx_hash, *_) = proved[block].values()
            yield from _said(state, PROVED, {"transaction named": str(tx_hash)}, now)
        if verified >= block and state.facts.get(WAY) != BY_BROKER:
            yield from _said(state, RELEASED, {"layer-2 blocks executed on L1": str(verified)}, now)


def _forgotten(state: Withdrawal, now: int) -> Iterator[ev.Event]:
    """The operator took the request and does not know it any more: said once it stays so."""
    executed = state.stage(EXECUTED)
    taken_at = state.stage(REQUESTED).reached_at
    if taken_at and now - taken_at > FORGETTING_MS and executed.level is None and not executed.contradicted:
        yield ev.StageContradicted(
            state.id,
            EXECUTED,
            "zkLink took the request,",
            "and now says that it does not know it. Nothing was taken from your balance as far as zkLink says.",
        )


def _transaction_word(state: Withdrawal, facts: Mapping[str, object], now: int) -> Iterator[ev.Event]:
    block = int(str(facts["block"]))
    if facts["executed"] and not facts["success"]:
        reason = str(facts["reason"]) or "no reason given"
        if (state.stage(COMMITTED).level or 0) < Level.SEEN:
            yield ev.StageFailed(state.id, EXECUTED, f"zkLink could not execute the request: {reason}.", SOURCE)
        return
    if facts["executed"]:
        yield from _said(state, EXECUTED, {"layer-2 block": str(block)} if block else {}, now)
    if block and state.facts.get(OPERATOR_BLOCK) != str(block):
        yield ev.FactLearnt(state.id, OPERATOR_BLOCK, str(block), SOURCE)


def _said(state: Withdrawal, stage: str, facts: Mapping[str, str], now: int) -> Iterator[ev.Event]:
    standing = [e for e in state.stage(stage).evidence if e.source == SOURCE]
    if standing and set(facts) <= set(standing[-1].facts):
        return
    yield ev.StageReached(state.id, stage, Evidence("operator", Level.REPORTED, SOURCE, now, dict(facts)))


def _shown_on(deployment: Deployment, state: Withdrawal, stage: str) -> str:
    """The name of the chain that has to show a stage."""
    return deployment.chains[deployment.primary].name if stage in ON_PRIMARY else state.terms.destination


def contradictions(
    deployment: Deployment, health: ChainHealth, mine: Iterable[Withdrawal], now: int
) -> Iterator[ev.Event]:
    """Hold the operator's word against the chain: said long enough ago, and still not shown by agreeing endpoints."""
    chain = next((c for c in deployment.chains.values() if c.name == health.chain), None)
    if chain is None or health.agreeing < 2 or health.behind:
        return  # what was not read yet contradicts nobody
    grace = GRACE_BLOCKS * chain.block_time_s * 1000
    for state in mine:
        for stage, word in _WORDS.items():
            if _shown_on(deployment, state, stage) != chain.name:
                continue
            view = state.stages.get(stage)
            said = next((e for e in view.evidence if e.source == SOURCE), None) if view else None
            if view is None or said is None or now - said.observed_at <= grace:
                continue
            # What the batch sets aside for a broker is shown of no withdrawal.
            shown = (view.level or 0) > Level.REPORTED or (stage == RELEASED and state.facts.get(WAY) == BY_BROKER)
            if not shown and not view.contradicted:
                yield ev.StageContradicted(
                    state.id,
                    stage,
                    f"zkLink says that the batch is {word}.",
                    f"{chain.name} does not show it, though {health.agreeing} of {health.asked} endpoints agree.",
                )
