"""How long the list of Reddio's assets holds the event loop: 5,000 of them scrolled through and searched.

Run as a module of its own it is the process that is measured, and prints its figures as JSON.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from tests.benchmarks.first_paint import with_bytecode
from tests.benchmarks.probe import Probe, resident_mib
from tests.benchmarks.table import Figure
from tests.benchmarks.windows import stall_figures

from ashore.resources import resource_path
from ashore.systems.reddio.codec import Asset, AssetKind
from ashore.systems.reddio.codec.limits import MAX_TOKEN_ID
from ashore.ui.models.asset_model import AssetEntry, entry_of
from ashore.ui.pages.asset_chooser import AssetChooser
from ashore.ui.theme import fonts
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme

ASSETS = 5_000
TURNS, SEARCHES = 1_500, 40
STEP_MS = 5


def figures(folder: Path) -> list[Figure]:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.grid"]
    told = json.loads(subprocess.run(command, env=with_bytecode(folder), check=True, stdout=subprocess.PIPE).stdout)
    return [
        Figure(f"grid: {ASSETS:,} assets put into words and shown", told["shown_ms"], "ms"),
        Figure("grid: memory for them", told["mib"], "MiB"),
        *stall_figures(f"{ASSETS:,} assets scrolled through", told["scrolled"], judged=True),
        *stall_figures(f"{ASSETS:,} assets searched, letter by letter", told["searched"], judged=True),
    ]


def entries(count: int) -> list[AssetEntry]:
    """Some money, and NFTs of forty collections with ids of every length."""
    drawn = random.Random(count)
    made = [entry_of("eth", Asset(AssetKind.ETH, quantum=10**12), "ETH", "Ether", 18, available=10**6)]
    for number in range(count - 1):
        collection = number % 40
        token_id = drawn.getrandbits(drawn.choice((8, 32, 256))) if number else MAX_TOKEN_ID
        asset = Asset(AssetKind.ERC721, bytes([collection + 1]) * 20, 1, token_id)
        name = f"Creatures of the sea, collection {collection}"
        made.append(entry_of(f"{number}", asset, f"SEA{collection}", name, 0, available=1, frozen=int(number % 9 == 0)))
    return made


class _Steps:
    """Takes one step each few milliseconds, and ends the loop after the last."""

    def __init__(self, application: QApplication, steps: Iterator[Callable[[], object]]) -> None:
        self._application, self._steps = application, steps
        self._timer = QTimer()
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._next)

    def run(self) -> dict[str, float]:
        """Take them all; the stalls meanwhile."""
        probe = Probe()
        probe.start()
        self._timer.start()
        self._application.exec()
        return asdict(probe.stop())

    def _next(self) -> None:
        step = next(self._steps, None)
        if step is None:
            self._timer.stop()
            self._application.quit()
        else:
            step()


def _wheel(chooser: AssetChooser, turn: int) -> None:
    place = QPointF(100, 100)
    delta = QPoint(0, -360 if turn % 300 < 200 else 720)
    viewport = chooser.list.viewport()
    buttons, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        place, QPointF(viewport.mapToGlobal(place)), QPoint(), delta, buttons, keys, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(viewport, event)


def _searches(chooser: AssetChooser) -> Iterator[Callable[[], object]]:
    for number in range(SEARCHES):
        for letter in f"collection {number}":
            yield lambda letter=letter: QTest.keyClick(chooser.search, letter)
        yield chooser.search.clear


def main() -> None:
    """Measure here."""
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    fonts.load(resource_path("fonts"))
    theme = Theme(application)
    theme.apply("light", 100)
    window = QWidget()
    chooser = AssetChooser(theme, Icons(resource_path("icons"), theme))
    QVBoxLayout(window).addWidget(chooser)
    window.resize(440, 600)
    window.show()
    application.processEvents()
    before, begun = resident_mib(), time.perf_counter()
    chooser.show_entries(entries(ASSETS))
    application.processEvents()
    told = {"shown_ms": 1000 * (time.perf_counter() - begun), "mib": resident_mib() - before}
    scrolled = _Steps(application, (lambda turn=turn: _wheel(chooser, turn) for turn in range(TURNS))).run()
    assert chooser.list.verticalScrollBar().value(), "nothing was scrolled"
    searched = _Steps(application, _searches(chooser)).run()
    assert chooser.model.total == ASSETS
    print(json.dumps({**told, "scrolled": scrolled, "searched": searched}))


if __name__ == "__main__":
    main()
