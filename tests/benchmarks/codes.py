"""How many of the pictures of the corpus are read, and how long one takes, beside OpenCV and zbar where they are.

Milliseconds are those of a processor, not of the clock on the wall, which a busy machine makes longer. The others are
found where `import cv2` and `import pyzbar` work: put a folder that has them on PYTHONPATH for the run.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from typing import Any

from tests.benchmarks.table import Figure
from tests.corpus.pictures import NEGATIVES, Picture, pictures

from ashore.intake.codes import Effort, Luma, read

Contents = set[str]
Look = Callable[[Picture], Contents]
"""What a reader has read in a picture, as texts."""
BINARY = "binary data"
"""Stands for contents that are no text: the readers give them back each in its own way."""

_ALL = 1_000
_MOST_UNREAD = {Effort.FRAME.value: 7.0, Effort.STILL.value: 5.0}
"""Percent of all pictures that are too far spoilt."""


@dataclass(slots=True)
class Tally:
    """How one reader fared."""

    read: dict[tuple[str, int], Contents] = field(default_factory=dict)
    wrong: int = 0
    took: dict[str, list[float]] = field(default_factory=dict)

    def times(self, kinds: Sequence[str] = ()) -> list[float]:
        """Milliseconds of the pictures of these kinds, or of all."""
        return [each for kind, took in self.took.items() if not kinds or kind in kinds for each in took]


def figures(kinds: Sequence[str] = (), numbers: range | None = None) -> list[Figure]:
    """All kinds take some minutes, most of it for the readers beside it."""
    ours: dict[str, Look] = {effort.value: partial(_ashore, effort) for effort in Effort}
    others = dict(_others())
    tallies = {name: Tally() for name in (*ours, *others)}
    seen: list[Picture] = []
    for picture in pictures(kinds, numbers):
        for name, look in (*ours.items(), *others.items()):
            _look(name, look, picture, tallies[name])
        seen.append(Picture(picture.kind, picture.number, b"", picture.contents, picture.corners))
    return [*_by_kind(seen, tallies, [*others]), *_together(seen, tallies, [*ours], [*others])]


def _look(name: str, look: Look, picture: Picture, tally: Tally) -> None:
    begun = time.thread_time()
    found = look(picture)
    tally.took.setdefault(picture.kind, []).append(1000 * (time.thread_time() - begun))
    wanted = _wanted(picture)
    # Other readers give binary data as one text or another; ours has to say what it is.
    if name not in (Effort.FRAME, Effort.STILL) and wanted == {BINARY}:
        found = {BINARY} if found else set()
    tally.read[picture.kind, picture.number] = found & wanted
    tally.wrong += bool(found - wanted)


def _wanted(picture: Picture) -> Contents:
    return {each if isinstance(each, str) else BINARY for each in picture.contents}


def _ashore(effort: Effort, picture: Picture) -> Contents:
    reading = read(Luma(picture.grey, picture.width, picture.height, picture.width), effort)
    return {code.text or (BINARY if "binary" in code.trouble else code.trouble) for code in reading.codes}


def _others() -> Iterator[tuple[str, Look]]:
    if find_spec("cv2") and find_spec("numpy"):
        import cv2

        cv2.setNumThreads(1)  # as ours, so that one core's time is what is compared
        yield "OpenCV", partial(_opencv, cv2.QRCodeDetector())
        yield "Aruco", partial(_opencv, cv2.QRCodeDetectorAruco())
    if find_spec("pyzbar"):
        from pyzbar import pyzbar

        yield "zbar", partial(_zbar, pyzbar)


def _opencv(detector: Any, picture: Picture) -> Contents:
    import cv2
    import numpy

    grey = numpy.frombuffer(picture.grey, numpy.uint8).reshape(picture.height, picture.width)
    try:
        _, texts, _, _ = detector.detectAndDecodeMulti(grey)
    except (cv2.error, UnicodeDecodeError):  # it gives up over some pictures
        return set()
    return {text for text in texts if text}


def _zbar(pyzbar: Any, picture: Picture) -> Contents:
    plane = (picture.grey, picture.width, picture.height)
    found = pyzbar.decode(plane, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return {each.data.decode("utf-8", "replace") for each in found}


def _by_kind(seen: Sequence[Picture], tallies: dict[str, Tally], others: Sequence[str]) -> Iterator[Figure]:
    for kind in dict.fromkeys(picture.kind for picture in seen):
        of_kind = [picture for picture in seen if picture.kind == kind]
        counts = {name: sum(_is_read(tally, picture) for picture in of_kind) for name, tally in tallies.items()}
        frame = tallies[Effort.FRAME].times([kind])
        beside = "".join(f", {name} {counts[name]}" for name in others)
        label = "nothing, rightly:" if kind in NEGATIVES else "read:"
        note = f"{label} {counts['frame']} of {len(of_kind)}, still {counts['still']}{beside}; p95 {_p95(frame):.1f} ms"
        yield Figure(f"codes: a frame of “{kind}”, median", statistics.median(frame), "ms", note=note)


def _together(
    seen: Sequence[Picture], tallies: dict[str, Tally], ours: Sequence[str], others: Sequence[str]
) -> Iterator[Figure]:
    codes = [picture for picture in seen if picture.contents]
    nothing = [*NEGATIVES]
    for name in others:
        tally = tallies[name]
        share = 100 * sum(_is_read(tally, picture) for picture in codes) / max(1, len(codes))
        note = f"median {statistics.median(tally.times()):.0f} ms, p95 {_p95(tally.times()):.0f}, wrong {tally.wrong}"
        yield Figure(f"codes: pictures that {name} reads", share, "%", note=note)
    for name in ours:
        tally, rest = tallies[name], [tallies[each] for each in others]
        share = 100 * sum(_is_read(tally, picture) for picture in codes) / max(1, len(codes))
        readable = [picture for picture in codes if any(_is_read(each, picture) for each in (tally, *rest))]
        missed = [f"{picture.kind} {picture.number}" for picture in readable if not _is_read(tally, picture)]
        took = tally.times()
        note = f"median {statistics.median(took):.1f} ms, p95 {_p95(took):.1f}, most {max(took):.0f}"
        most = _MOST_UNREAD[name] if len(codes) >= _ALL else None
        yield Figure(f"codes: pictures not read, {name}", 100 - share, "%", most, f"of {len(codes)}; {note}")
        lost = 100 * len(missed) / max(1, len(readable))
        yield Figure(f"codes: readable by any, missed, {name}", lost, "%", at_most=1, note=", ".join(missed))
        yield Figure(f"codes: wrong texts, {name}", tally.wrong, "", at_most=0)
    frame = tallies[Effort.FRAME]
    yield Figure("codes: a frame, median", statistics.median(frame.times()), "ms", at_most=8)
    if any(kind in nothing for kind in frame.took):
        bare = frame.times(nothing)
        yield Figure("codes: a frame without a code, p95", _p95(bare), "ms", at_most=40, note="25 frames a second")


def _is_read(tally: Tally, picture: Picture) -> bool:
    return tally.read[picture.kind, picture.number] == _wanted(picture)


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]
