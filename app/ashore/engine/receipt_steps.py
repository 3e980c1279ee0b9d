"""Holding the steps of a receipt against the way that its terms name: only proofs and marks are its maker's to tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ashore.domain.receipt import Receipt, ReceiptStage
from ashore.domain.stages import Track
from ashore.domain.untrusted import quoted
from ashore.domain.withdrawal import BEGINNINGS, REPLACEMENTS, placed
from ashore.engine.known_tracks import track_named
from ashore.engine.rival_rows import titles_of
from ashore.systems.zklink.system.tracks import ADVANCED

_NAME = 60
_RIVALS = frozenset(map(str, BEGINNINGS | REPLACEMENTS))


@dataclass(frozen=True, slots=True)
class _Step:
    """A step that has to be there, by its id, with the titles that it may have."""

    id: str
    titles: tuple[str, ...]


def against_its_way(receipt: Receipt) -> Iterable[str]:
    """What of its steps is not as this version of Ashore makes them for such a withdrawal, a sentence each."""
    track = track_named(receipt.terms.system, receipt.terms.track)
    if track is None:
        yield f"The way that it names, {quoted(receipt.terms.track, _NAME)}, is none that this version of Ashore knows."
        return
    expected = {step.id: step for step in _steps(receipt, track)}
    given = list(zip(_ids(receipt.stages, track), receipt.stages, strict=True))
    yield from (f"{_called(stage)} is no step of its way." for name, stage in given if name not in expected)
    there = [name for name, _ in given if name in expected]
    missing = (step for step in expected.values() if step.id not in there)
    yield from (f"The step {quoted(step.titles[0], _NAME)} is missing." for step in missing)
    if list(dict.fromkeys(there)) != [name for name in expected if name in there]:
        yield "Its steps are not in their order."
    for name, stage in given:
        if name in expected and stage.title not in expected[name].titles:
            yield f"Its step {quoted(expected[name].titles[0], _NAME)} has another title: {_called(stage)}."
    if receipt.last_stage not in ("", *_ends(track)):
        yield "It names a step as its last that does not end such a withdrawal."


def _ends(track: Track) -> Iterable[str]:
    """The steps that may end it: the last that is ever reached, and a payment in advance."""
    reached = [stage.id for stage in track.stages if not stage.not_applicable]
    return (reached[-1], *(each for each in reached if each == ADVANCED))


def _steps(receipt: Receipt, track: Track) -> Iterable[_Step]:
    """The steps of the way, and after the one of the first transaction each that was signed in its place."""
    kinds = [move.kind for move in receipt.moves if move.kind in _RIVALS]
    for stage in track.stages:
        yield _Step(stage.id, (placed(stage.title, receipt.terms),))
        if stage.id == track.answered:
            later = (titles_of(kind, kinds[0]) for kind in kinds[1:])
            yield from (_Step(f"{stage.id}.{number}", titles) for number, titles in enumerate(filter(None, later)))


def _ids(stages: Sequence[ReceiptStage], track: Track) -> Iterable[str]:
    """Their ids, with those of transactions that were signed in place of the first numbered as they stand."""
    number = 0
    for stage in stages:
        if stage.id.startswith(f"{track.answered}."):
            yield f"{track.answered}.{number}"
            number += 1
        else:
            yield stage.id


def _called(stage: ReceiptStage) -> str:
    return quoted(stage.title, _NAME)
