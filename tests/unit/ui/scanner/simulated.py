"""Cameras that are not there: the program's own camera, fed with frames where a device would deliver them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameInput

from ashore.ui.scanner.camera import Device, Lens, Permission
from ashore.ui.scanner.devices import SinkLens

FRONT, DESK = Device("/dev/video0", "Integrated Camera"), Device("/dev/video2", "Desk Camera 4K")


class FedLens(SinkLens):
    """A capture session whose input is a frame, not a device. Behind it all is as with a device."""

    def __init__(self, inputs: SimulatedInputs, device: Device, parent: QObject) -> None:
        super().__init__(parent)
        self.device = device
        self.torch = False
        self._inputs = inputs
        self._input = QVideoFrameInput(self)
        self.session.setVideoFrameInput(self._input)

    @property
    def has_torch(self) -> bool:
        return self.device.id in self._inputs.with_torch

    def set_torch(self, on: bool) -> None:
        self.torch = on

    def feed(self, frame: QVideoFrame) -> bool:
        """Send a frame, as a device would; false where the session is not ready for it."""
        return self._input.sendVideoFrame(frame)

    def close(self) -> None:
        self.session.setVideoFrameInput(None)  # type: ignore[arg-type]
        super().close()
        self._inputs.opened.remove(self)


class SimulatedInputs(QObject):
    """Cameras of a desk: plugged in and out, busy, forbidden, at the will of a test."""

    changed = Signal()

    def __init__(self, *there: Device, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.there = there
        self.busy: set[str] = set()
        self.with_torch: set[str] = set()
        self.opened: list[FedLens] = []
        """The lenses whose light is on."""
        self.ever_opened = 0
        self.allowed = Permission.GRANTED
        self.hindrance = ""
        self._answered: Callable[[], None] | None = None

    def obstacle(self) -> str:
        return self.hindrance

    def permission(self) -> Permission:
        return self.allowed

    def ask(self, answered: Callable[[], None]) -> None:
        self._answered = answered

    def answer(self, allowed: Permission) -> None:
        """What the person says to the system's question."""
        self.allowed = allowed
        assert self._answered is not None, "the system was not asked"
        self._answered()

    def devices(self) -> tuple[Device, ...]:
        return self.there

    def plug(self, *there: Device) -> None:
        """These cameras are there now; a lens of another one fails first, as real ones do."""
        for lens in [lens for lens in self.opened if lens.device not in there]:
            lens.frame.emit(QVideoFrame())
            lens.failed.emit("Camera connection lost")
        self.there = there
        self.changed.emit()

    def open(self, device: Device, parent: QObject) -> Lens:
        lens = FedLens(self, device, parent)
        self.opened.append(lens)
        self.ever_opened += 1
        if device.id in self.busy:
            QTimer.singleShot(0, lens, lambda: lens.failed.emit("Camera is in use"))
        return lens

    def feed(self, frame: QVideoFrame) -> bool:
        """A frame for the camera that is looked through."""
        return bool(self.opened) and self.opened[-1].feed(frame)
