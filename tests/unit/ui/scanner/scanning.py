"""An open scanner over a window on a stand-in wallet, and somebody who holds codes in front of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from ashore.systems.lnurl.codec import encode_lnurl
from ashore.ui.scanner.camera_dialog import CameraDialog
from unit.ui.driving import Shell
from unit.ui.scanner.drawn import Pixel, frame_of, scene
from unit.ui.scanner.simulated import DESK, FRONT, SimulatedInputs

HD = QSize(1280, 720)
VOUCHER = "lightning:" + encode_lnurl("http://127.0.0.1:8080/u?q=s3cretk1").upper()
ADDRESS = "0x8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"
LATER_MS = 60_000


class Scanning:
    """The dialog, its cameras, and what it found."""

    def __init__(self, shell: Shell, *, now: Callable[[], int] | None = None, confirm_ms: int = 0, **at: int) -> None:
        self.shell = shell
        self.desk = SimulatedInputs(FRONT, DESK)
        context = dataclasses.replace(shell.sections.context, now=now or shell.sections.context.now)
        patience_ms = at.get("patience_ms", LATER_MS)
        self.seconds = 0.0
        """What the dialog's clock shows: it stands still unless a test moves it."""
        self.dialog = CameraDialog(
            context,
            self.desk,
            shell.window,
            confirm_ms=confirm_ms,
            patience_ms=patience_ms,
            clock=lambda: self.seconds,
        )
        self.found: list[str] = []
        self.gone: list[bool] = []
        self.dialog.found.connect(self.found.append)
        self.dialog.destroyed.connect(lambda: self.gone.append(True))

    def begin(self) -> Scanning:
        """Open it."""
        self.dialog.begin()
        return self

    @property
    def said(self) -> str:
        """What the dialog says."""
        return self.dialog.says.text

    async def show(self, *texts: str, until: Callable[[], object], image: QImage | None = None) -> None:
        """Hold codes in front of the camera until something is so."""
        held = image if image is not None else scene(*texts, size=HD, scale=5)

        def seen() -> bool:
            if not until():
                self.desk.feed(frame_of(held, Pixel.Format_NV12))
            return bool(until())

        await self.shell.until(seen)

    async def live(self) -> None:
        """Until the picture is there."""
        await self.show(until=lambda: not self.dialog.preview._picture.isNull())
