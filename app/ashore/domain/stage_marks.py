"""The marks of a voyage: what stands beside each stage, from its evidence, its moves and its track together."""

from ashore.domain.evidence import Evidence, Level
from ashore.domain.stages import Track
from ashore.domain.withdrawal import LAST_STAGE, MARK_OF_LEVEL, STOPPED, WAY, Mark, Status, Withdrawal


def passed_by(withdrawal: Withdrawal, stage_id: str, track: Track) -> Evidence | None:
    """The evidence of a later stage which shows that this one was passed, though nobody spoke for it; else None."""
    view = withdrawal.stage(stage_id)
    if not track.stage(stage_id).passed or view.evidence or view.failed:
        return None
    later = (withdrawal.stage(stage.id).best for stage in track.stages[track.position(stage_id) + 1 :])
    return next((best for best in later if best is not None and best.level >= Level.SEEN), None)


def stage_mark(withdrawal: Withdrawal, stage_id: str, track: Track) -> Mark:
    """The mark of a stage in its withdrawal: also what the moves and the track say about it."""
    definition = track.stage(stage_id)
    view = withdrawal.stage(stage_id)
    # On a way that does not lead here, the word of somebody who looks at all of a batch says nothing either.
    open_ = view.mark in (Mark.AWAITED, Mark.REPORTED)
    way = withdrawal.facts.get(WAY, "")
    moot = open_ and definition.moot_on(way)
    silent = view.mark is Mark.AWAITED and definition.silent_on(way)
    if definition.not_applicable or moot or silent:
        return Mark.NOT_APPLICABLE
    witness = passed_by(withdrawal, stage_id, track)
    if witness is not None:
        return MARK_OF_LEVEL[witness.level]
    if stage_id == track.answered and view.level is None:
        if withdrawal.status in (Status.UNKNOWN, Status.UNSEEN, Status.ENDED):
            return Mark.UNKNOWN
        if withdrawal.status is Status.REFUSED:
            return Mark.FAILED
    return _awaited_no_more(withdrawal, stage_id) if view.mark is Mark.AWAITED else view.mark


def _awaited_no_more(withdrawal: Withdrawal, stage_id: str) -> Mark:
    """The mark of a stage that nothing speaks for: whether it is still awaited."""
    if withdrawal.status in STOPPED:
        return Mark.NOT_REACHED
    given_up = withdrawal.status is Status.UNSEEN and stage_id == withdrawal.facts.get(LAST_STAGE)
    # Why it was given up stands there.
    return Mark.UNKNOWN if given_up and withdrawal.stage(stage_id).contradicted else Mark.AWAITED
