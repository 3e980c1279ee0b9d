"""How fast the camera's dialog reads frames of 1280 × 720, and how long it holds the event loop meanwhile.

A film of a code that is moved, turned, tilted and blurred goes through the program's own camera, reader and dialog, all
of them on one core. The rate is that of a second of this process's processor time: nobody else's work counts. Run as a
module of its own it is the process that is measured, and prints its figures as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Signal
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat
from PySide6.QtWidgets import QApplication, QWidget
from tests.benchmarks.first_paint import with_bytecode
from tests.benchmarks.probe import Probe, resident_mib
from tests.benchmarks.table import Figure
from tests.benchmarks.windows import stall_figures
from tests.unit.ui.scanner.drawn import frame_of
from tests.unit.ui.scanner.film import Film
from tests.unit.ui.scanner.simulated import FRONT, SimulatedInputs

from ashore.resources import resource_path
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.ui.context import Context
from ashore.ui.scanner.camera_dialog import CameraDialog
from ashore.ui.scanner.reader import Look
from ashore.ui.theme import fonts
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme

PICTURES, SECONDS = 60, 8.0
LEAST_RATE = 25.0
_Pixel = QVideoFrameFormat.PixelFormat
FORMATS = {"NV12": _Pixel.Format_NV12, "YUYV": _Pixel.Format_YUYV, "Jpeg": _Pixel.Format_Jpeg}
_SERVICE = encode_lnurl(f"https://service.example/withdraw/api/v1/lnurl/{'5e' * 32}?k1={'c0de' * 16}").upper()
"""Of a real service, which a practice wallet names and does not take: scanning goes on."""


def figures(folder: Path) -> list[Figure]:
    """Measure each in a process of its own, on X11 as it is used."""
    found: list[Figure] = []
    for pixels, code in (("NV12", True), ("NV12", False), ("YUYV", True), ("Jpeg", True)):
        command = [sys.executable, "-m", "tests.benchmarks.scanner", pixels, "code" if code else "nothing"]
        ran = subprocess.run(
            command, env=with_bytecode(folder), check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        told = json.loads(ran.stdout)
        what = f"{pixels}, {'a code' if code else 'no code'}"
        read = f"wall {told['wall_rate']:.0f} /s, {told['with_code']:.0%} of the frames had their code read"
        found += [
            Figure(f"scanner: frames read, {what}", told["rate"], "/s", note=read, at_least=LEAST_RATE),
            *stall_figures(f"scanning at 30 frames/s, {what}", told["stalls"], judged=True),
            Figure("  frames read of those delivered", 100 * told["kept_up"], "%"),
            Figure("  processor time for a frame", told["cpu_ms"], "ms"),
            Figure("  memory for it", told["mib"], "MiB"),
        ]
    return found


class _Hub(QObject):
    lock_changed, tick = Signal(), Signal()


class _Measured:
    """The dialog, and a camera that sends a film to it."""

    def __init__(self, theme: Theme, frames: Sequence[QVideoFrame]) -> None:
        self.window = QWidget()
        self.window.resize(1120, 760)
        self.window.show()
        wallet = SimpleNamespace(sandbox=object(), locked=False)
        tools: Any = {"wallet": wallet, "theme": theme, "icons": Icons(resource_path("icons"), theme), "hub": _Hub()}
        context = cast(Context, SimpleNamespace(**tools, now=lambda: 0, state=None))
        self._desk = SimulatedInputs(FRONT)
        self.dialog = CameraDialog(context, self._desk, self.window)
        self._frames = frames
        self._sent = 0
        self.looks = self.with_code = 0
        self.dialog.reader.looked.connect(self._count)
        self.dialog.begin()

    def _count(self, look: Look) -> None:
        self.looks += 1
        self.with_code += bool(look.reading.codes)

    def send(self) -> None:
        """The next frame. Each is a new one, as from a device: Qt keeps the picture of a frame in the frame."""
        self._desk.feed(_copied(self._frames[self._sent % len(self._frames)]))
        self._sent += 1

    def flood(self, seconds: float) -> dict[str, float]:
        """Send a frame whenever one was read; how many were, a second of the processor's time and of the wall's."""
        self.dialog.reader.looked.connect(self.send)
        self.looks = 0
        began, cpu = time.perf_counter(), time.process_time()
        self.send()
        _run(seconds)
        self.dialog.reader.looked.disconnect(self.send)
        return {
            "rate": self.looks / (time.process_time() - cpu),
            "wall_rate": self.looks / (time.perf_counter() - began),
        }

    def film(self, seconds: float) -> dict[str, Any]:
        """Send 30 frames a second."""
        timer, probe = QTimer(), Probe()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(33)
        timer.timeout.connect(self.send)
        self.looks = self.with_code = self._sent = 0
        cpu = time.process_time()
        probe.start()
        timer.start()
        _run(seconds)
        timer.stop()
        stalls = asdict(probe.stop())
        read = max(1, self.looks)
        return {
            "stalls": stalls,
            "kept_up": min(1.0, read / max(1, self._sent)),
            "with_code": self.with_code / read,
            "cpu_ms": 1000 * (time.process_time() - cpu) / read,
        }


def _copied(frame: QVideoFrame) -> QVideoFrame:
    copy = QVideoFrame(frame.surfaceFormat())
    assert frame.map(QVideoFrame.MapMode.ReadOnly)
    assert copy.map(QVideoFrame.MapMode.WriteOnly)
    for plane in range(frame.planeCount()):
        source, target = cast(memoryview, frame.bits(plane)), cast(memoryview, copy.bits(plane))
        target[:] = source
    copy.unmap()
    frame.unmap()
    return copy


def _run(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def main() -> None:
    """Measure here."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pixels", choices=FORMATS)
    parser.add_argument("scene", choices=("code", "nothing"))
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_ForceRasterWidgets)
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    fonts.load(resource_path("fonts"))
    theme = Theme(application)
    theme.apply("light", 100)
    film = Film(*([_SERVICE] if asked.scene == "code" else []))
    frames = [frame_of(film.picture(number), FORMATS[asked.pixels]) for number in range(PICTURES)]
    before = resident_mib()
    measured = _Measured(theme, frames)
    measured.flood(1.0)  # what is loaded and made once
    told = measured.film(asked.seconds)
    told |= {**measured.flood(asked.seconds), "mib": resident_mib() - before}
    measured.dialog.reject()
    application.processEvents()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
