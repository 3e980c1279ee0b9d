"""How events make a withdrawal: the fold of the journal, one event after another."""

from collections.abc import Iterable
from dataclasses import replace

from ashore.domain import events as ev
from ashore.domain.evidence import Evidence, Level
from ashore.domain.move_view import MoveEvent, MoveView, move_after
from ashore.domain.withdrawal import LAST_STAGE, StageView, Withdrawal


def fold(recorded: Iterable[ev.Recorded]) -> Withdrawal | None:
    """Fold the events of one withdrawal, in order. None where there are none."""
    state: Withdrawal | None = None
    for item in recorded:
        state = apply(state, item)
    return state


def apply(state: Withdrawal | None, recorded: ev.Recorded) -> Withdrawal:
    """Return the withdrawal after one more event. Raises ValueError for an event that cannot follow."""
    event = recorded.event
    if isinstance(event, ev.WithdrawalStarted):
        if state is not None:
            raise ValueError(f"withdrawal {event.withdrawal} starts twice")
        return Withdrawal(
            event.withdrawal,
            event.terms,
            recorded.at,
            recorded.at,
            recorded.seq,
            facts={LAST_STAGE: event.terms.details.get(LAST_STAGE, "")},
        )
    if state is None:
        raise ValueError(f"{event.name} before the start of {event.withdrawal}")
    state = replace(state, changed_at=recorded.at, seq=recorded.seq)
    if isinstance(event, ev.FactLearnt):
        return replace(state, facts={**state.facts, event.key: event.value})
    if isinstance(event, MoveEvent):
        return _with_move(state, event)
    stage = state.stage(event.stage)
    return replace(state, stages={**state.stages, event.stage: _stage_after(stage, event, recorded.at)})


_StageEvent = (
    ev.StageReached | ev.StageRecovered | ev.StageSettled | ev.StageTakenBack | ev.StageContradicted | ev.StageFailed
)


def _with_move(state: Withdrawal, event: MoveEvent) -> Withdrawal:
    if isinstance(event, ev.MoveIntended):
        move = MoveView(event.move, event.kind, event.profile, event.locator, event.payload, event.scope, event.nonce)
    else:
        move = move_after(state.moves[event.move], event)
    return replace(state, moves={**state.moves, move.id: move})


def _stage_after(stage: StageView, event: _StageEvent, at: int) -> StageView:
    if isinstance(event, ev.StageRecovered):
        return replace(
            stage,
            evidence=(*stage.evidence, event.evidence),
            reached_at=stage.reached_at or at,
            failed="",
            recovered=event.reason,
        )
    if isinstance(event, ev.StageReached):
        kept = tuple(e for e in stage.evidence if not _replaces(event.evidence, e))
        evidence = event.evidence
        if evidence.on_chain:
            # What one look at the chain found is not weakened by another that had begun before it.
            known = [e.level for e in stage.evidence if _replaces(evidence, e)]
            evidence = replace(evidence, level=max([evidence.level, *known]))
        return replace(
            stage,
            evidence=(*kept, evidence),
            reached_at=stage.reached_at or at,
            contradicted="" if event.evidence.level >= Level.PROVEN else stage.contradicted,
        )
    if isinstance(event, ev.StageSettled):
        raised = tuple(
            replace(e, level=Level.IRREVERSIBLE) if e.block_hash == event.block_hash and e.level is Level.PROVEN else e
            for e in stage.evidence
        )
        return replace(stage, evidence=raised)
    if isinstance(event, ev.StageTakenBack):
        kept = tuple(e for e in stage.evidence if not _falls(e, event))
        return replace(stage, evidence=kept, taken_back=event.reason, reached_at=stage.reached_at if kept else 0)
    if isinstance(event, ev.StageContradicted):
        return replace(stage, contradicted=f"{event.said} {event.found}".strip())
    return replace(stage, failed=event.reason)


def _replaces(new: Evidence, old: Evidence) -> bool:
    """New evidence of the same kind about the same block (or from the same source off chain) takes the place of old."""
    if new.kind != old.kind:
        return False
    return new.block_hash == old.block_hash if new.on_chain else (not old.on_chain and new.source == old.source)


def _falls(evidence: Evidence, event: ev.StageTakenBack) -> bool:
    return evidence.on_chain and (not event.block_hash or evidence.block_hash == event.block_hash)
