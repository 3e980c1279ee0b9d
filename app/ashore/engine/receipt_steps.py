"""Holding the steps of a receipt against the way that its terms name: only proofs and marks are its maker's to tell."""

from collections.abc import Iterable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class WayCheck:
    """What of a receipt's steps is not as Ashore makes them: `steps` by their place from 0, `others` of no one step."""

    steps: Mapping[int, str]
    others: tuple[str, ...]


def against_its_way(receipt: Receipt) -> WayCheck:
    """Hold the steps against the way as this version of Ashore makes them for such a withdrawal."""
    track = track_named(receipt.terms.system, receipt.terms.track)
    if track is None:
        named = quoted(receipt.terms.track, _NAME)
        return WayCheck({}, (f"The way that it names, {named}, is none that this version of Ashore knows.",))
    expected = {step.id: step for step in _steps(receipt, track)}
    given = tuple(_ids(receipt.stages, track))
    troubles = {
        place: _trouble(stage, expected.get(name))
        for place, (name, stage) in enumerate(zip(given, receipt.stages, strict=True))
    }
    return WayCheck(
        {place: told for place, told in troubles.items() if told}, tuple(_others(receipt, track, expected, given))
    )


def _trouble(stage: ReceiptStage, step: _Step | None) -> str:
    title = quoted(stage.title, _NAME)
    if step is None:
        return f"{title} is no step of its way."
    return "" if stage.title in step.titles else f"Its step {quoted(step.titles[0], _NAME)} has another title: {title}."


def _others(receipt: Receipt, track: Track, expected: Mapping[str, _Step], given: Sequence[str]) -> Iterable[str]:
    missing = (step for step in expected.values() if step.id not in given)
    yield from (f"The step {quoted(step.titles[0], _NAME)} is missing." for step in missing)
    if list(dict.fromkeys(name for name in given if name in expected)) != [each for each in expected if each in given]:
        yield "Its steps are not in their order."
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
