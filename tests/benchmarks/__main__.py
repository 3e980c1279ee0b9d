"""Measures what Ashore promises about speed, and prints one table: figure, value, target, ok or short.

Run it from the project's root, on a machine that has nothing else to do (about ten minutes):

    .venv/bin/python -m tests.benchmarks                   everything
    .venv/bin/python -m tests.benchmarks paint stalls      only these: paint, cost, idle, stalls, requests, way, keys,
                                                           stark, grid, scanner

Ends with 1 where a figure misses its target. Nothing of it is collected by pytest. Needs Xvfb and Linux.

How to read it. *First paint*: seconds from the start of the process until the first paint event of the main window
was processed, in turn with a bare `QMainWindow` with a label. *Stall*: the gap between two ticks of a 2 ms timer in the
window's event loop; the value is the part of the gap for which this process had a processor, the note has the wall's
(p99 / max), which a busy machine makes longer. *Open withdrawals* exist at the practice network too, which takes each
of them to L1 for real; its batches and blocks are made larger, so that one commit holds hundreds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks import codes, first_paint, grid, requests, scanner, signing, starkex, way, windows
from tests.benchmarks.display import own_display
from tests.benchmarks.table import Figure, heading, line, short


def _paint(_folder: Path) -> list[Figure]:
    return [*first_paint.figures("xcb"), *first_paint.figures("offscreen")]


def _keys(folder: Path) -> list[Figure]:
    journals = [*(folder / "voyage").rglob("journal.sqlite3")]
    if not journals:
        windows.run("voyage", folder / "voyage")
        journals = [*(folder / "voyage").rglob("journal.sqlite3")]
    return [*signing.figures(folder), *signing.proof_figures(journals[0])]


PARTS: dict[str, Callable[[Path], list[Figure]]] = {
    "paint": _paint,
    "cost": windows.voyage_figures,
    "idle": windows.idle_figures,
    "stalls": windows.settling_figures,
    "requests": requests.figures,
    "way": way.figures,
    "keys": _keys,
    "stark": lambda _folder: starkex.figures(),
    "grid": grid.figures,
    "codes": lambda _folder: codes.figures(),
    "scanner": scanner.figures,
}


def main(arguments: Sequence[str]) -> int:
    """Measure the parts that are named, or all."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    named = parser.parse_args(arguments).parts or list(PARTS)
    if unknown := sorted(set(named) - set(PARTS)):
        parser.error(f"there is no part of the name {unknown[0]!r}; there are {', '.join(PARTS)}")
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    os.environ.pop("WAYLAND_DISPLAY", None)
    found: list[Figure] = []
    print(heading())
    with own_display(), tempfile.TemporaryDirectory(prefix="ashore-bench-") as folder:
        for part in named:
            figures = PARTS[part](Path(folder))
            print(f"-- {part}", *map(line, figures), sep="\n", flush=True)
            found += figures
    missed = short(found)
    print(f"-- {len(missed)} short", *(figure.name for figure in missed), sep="\n   ")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
