"""Makes the pictures of the README: the product's own window on the practice network, in the middle of a voyage.

`packaging/screenshots` runs it on an X server of 1280 by 800 pixels.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from array import array
from collections import Counter
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from ashore.desktop.paths import paths_for
from ashore.options import Options
from ashore.ui import loop
from ashore.ui.app import first_window
from ashore.ui.pages.voyage import VoyagePage
from journeys.flows import confirm, fill, open_form, review
from journeys.house import WatchedLife
from journeys.person import Person
from journeys.test_product import MOST_STEPS, NEXT_BLOCK, NEXT_STAGE

SIZE = (1280, 800)
AMOUNT = "250"
RECIPIENT = "0x8f3A12C4B7d09E21f3Aa5c6D7E8f901277b091C2"
MOST_BYTES = 150_000
_SETTLED_S = 0.6
_SEEN_S = 3.0
_LOOK_S = 0.05
_ABOVE = 16
_EXACT = 64
_ROUND = 0xFFF0F0F0


class Session:
    """One window, from its start to its end, and the folder that its pictures go to."""

    def __init__(self, application: QApplication, data: Path, album: Path) -> None:
        options = Options(data_dir=data, theme="light", clock="step")
        paths = paths_for("sandbox", data)
        self._album = album
        self.window, icons, state = first_window(application, options, paths)
        self.window.resize(*SIZE)
        self.window.move(0, 0)
        self.window.show()
        self.theme = icons.theme
        self.life = WatchedLife(self.window, icons, state, options, paths)
        self.person = Person(self.window, "readme", lambda: self.life.quiet)

    async def picture(self, name: str) -> None:
        """Photograph the screen itself, and keep the picture small."""
        await self.person.settle()
        await asyncio.sleep(_SETTLED_S)  # no frame of a caret or a pressed button
        screen = self.window.screen()
        corner = self.window.mapToGlobal(QPoint(0, 0))
        shot = screen.grabWindow(0, corner.x(), corner.y(), self.window.width(), self.window.height()).toImage()
        file = self._album / f"{name}.png"
        few_colours(shot).save(str(file), "PNG", 0)
        size = file.stat().st_size
        print(f"{file.name}: {shot.width()} x {shot.height()}, {size:,} bytes")
        assert size <= MOST_BYTES, f"{file.name} is too large"

    async def voyage(self, stop: asyncio.Event) -> int:
        """Make the pictures, then close the window."""
        running = asyncio.create_task(self.life.run(stop))
        try:
            await self._make(self.person)
        finally:
            self.window.close()
            stop.set()
        return await running

    async def _make(self, person: Person) -> None:
        await person.until_sees("Bring funds out", "1,265.50 USDC", "endpoints agree")
        await open_form(person)
        await fill(person, AMOUNT, RECIPIENT)
        await self.picture("form-light")
        await review(person)
        await self.picture("review-light")
        confirm(person)
        await person.settle()
        await self._go_on_to("Committed")
        person.click("Evidence of Committed")
        await self._go_on_to("Proved")
        await self.picture("voyage-light")
        person.click("Evidence of Committed, open")
        await person.settle()
        await asyncio.sleep(_SETTLED_S)
        person.click("Evidence of Proved")
        await person.settle()
        page = self.window.stack.currentWidget()
        assert isinstance(page, VoyagePage)
        bar = page.columns.main_scroll.verticalScrollBar()
        bar.setValue(page.rows[3].mapTo(page.columns.main_scroll.widget(), QPoint(0, 0)).y() - _ABOVE)
        self.theme.apply("dark", 100)
        await self.picture("voyage-dark")

    async def _go_on_to(self, stage: str) -> None:
        """Let the operator take one stage after another until the wallet has proven that one."""
        for _ in range(MOST_STEPS):
            before = self.person.marks()
            if self.person.stages()[stage].mark in ("proven", "irreversible"):
                return
            for button in (NEXT_STAGE, NEXT_BLOCK):
                self.person.click(button)
                await self.person.settle()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SEEN_S):
                    while self.person.marks() == before:
                        await asyncio.sleep(_LOOK_S)
        raise AssertionError(f"the voyage does not come to {stage!r}: {self.person.marks()!r}")


def few_colours(picture: QImage) -> QImage:
    """The picture with its rare colours, the edges of letters, rounded: no eye sees it, and the file is smaller."""
    exact = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = memoryview(exact.constBits()).cast("I")
    counted = Counter(pixels)
    kept = {colour for colour, _ in counted.most_common(_EXACT)}
    near = {colour: colour if colour in kept else colour & _ROUND | 0x00080808 for colour in counted}
    rounded = array("I", (near[pixel] for pixel in pixels))
    return QImage(rounded.tobytes(), exact.width(), exact.height(), exact.bytesPerLine(), exact.format()).copy()


def main(album: Path) -> int:
    """Make all pictures in the folder `album`."""
    album.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    with tempfile.TemporaryDirectory() as data:
        session = Session(application, Path(data), album)
        return loop.run(application, session.voyage)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
