"""A camera that is chosen, begun, lost, found again and let go. Knows nothing of QtMultimedia: see `devices`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

PATIENCE_MS = 3000
"""So long a camera may deliver nothing before a person is told."""


@dataclass(frozen=True, slots=True)
class Device:
    """One camera. `id` is the system's, `name` what people call it; `away` looks away from who sits before it."""

    id: str
    name: str
    away: bool = False


class Permission(StrEnum):
    """Whether the system lets this program use cameras."""

    GRANTED = "granted"
    DENIED = "denied"
    UNDECIDED = "undecided"


class Lens(QObject):
    """One opened camera: it delivers frames until it fails or is closed."""

    frame = Signal(object)
    """A `QVideoFrame`, in the window's thread."""
    failed = Signal(str)
    """The system's own words, which are not shown."""

    def begin(self) -> None:
        """Let it deliver. Called when somebody listens, as it may fail at once."""

    @property
    def has_torch(self) -> bool:
        """Whether it has a light of its own. Known once it delivers."""
        return False

    def set_torch(self, on: bool) -> None:
        """Put its light on or out."""

    def close(self) -> None:
        """Give the device back: its light goes out."""


class Inputs(Protocol):
    """The cameras of a computer, and the way to each: a QObject, as it has a signal."""

    @property
    def changed(self) -> SignalInstance:
        """A camera came or went."""
        ...

    def obstacle(self) -> str:
        """Why no camera can be used here at all, whichever is plugged in; empty where nothing is in the way."""
        ...

    def permission(self) -> Permission:
        """Whether the system lets this program use cameras."""
        ...

    def ask(self, answered: Callable[[], None]) -> None:
        """Let the system ask the person; `answered` is called when they have answered."""
        ...

    def devices(self) -> tuple[Device, ...]:
        """The cameras that are there, the system's first choice first."""
        ...

    def open(self, device: Device, parent: QObject) -> Lens:
        """One of them, which delivers once it is let begin. What goes wrong is told by its `failed`."""
        ...

    def setParent(self, parent: QObject, /) -> None:
        """From now on it lives as long as `parent`."""
        ...


class CameraState(StrEnum):
    """How it is with the camera."""

    OFF = "off"
    ASKING = "asking"
    STARTING = "starting"
    LIVE = "live"
    SILENT = "silent"
    """Open, and it has delivered nothing for a while."""
    LOST = "lost"
    """Unplugged while it was used. It goes on when it is back."""
    BUSY = "busy"
    """It does not open; mostly because another program has it."""
    NONE = "none"
    REFUSED = "refused"
    BARRED = "barred"
    """Something that every camera needs is missing on this computer."""


_WAITS = (CameraState.LOST, CameraState.NONE, CameraState.BARRED)
"""States that a camera which comes ends by itself."""


class Camera(QObject):
    """The one camera that is looked through, of those that `inputs` has."""

    frame = Signal(object)
    """A `QVideoFrame`. That it could be read is told by `pictured`."""
    changed = Signal()
    """The state, the devices, or what the camera can do."""

    def __init__(
        self,
        inputs: Inputs,
        *,
        preferred: Sequence[str] = (),
        patience_ms: int = PATIENCE_MS,
        parent: QObject | None = None,
    ) -> None:
        """`preferred` are the id and the name of the device that was chosen last time: ids may change."""
        super().__init__(parent)
        self._inputs = inputs
        self._preferred = tuple(preferred)
        self._wanted = False
        self._lens: Lens | None = None
        self._state = CameraState.OFF
        self.device: Device | None = None
        self._others: frozenset[str] = frozenset()
        """The ids of the other cameras that were there when this one was opened."""
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(patience_ms)
        self._patience.timeout.connect(self._silent)
        inputs.changed.connect(self._devices_changed)

    @property
    def state(self) -> CameraState:
        """How it is."""
        return self._state

    @property
    def obstacle(self) -> str:
        """What is in the way where the state is BARRED."""
        return self._inputs.obstacle()

    @property
    def devices(self) -> tuple[Device, ...]:
        """The cameras that can be chosen. Empty where nobody may know them."""
        return () if self._state in (CameraState.BARRED, CameraState.REFUSED) else self._inputs.devices()

    @property
    def has_torch(self) -> bool:
        """Whether the camera in use has a light of its own."""
        return self._lens is not None and self._lens.has_torch

    def set_torch(self, on: bool) -> None:
        """Put its light on or out."""
        if self._lens is not None:
            self._lens.set_torch(on)

    def start(self) -> None:
        """Look through the chosen camera, as soon as the system lets us. Also: try again."""
        self._wanted = True
        self._close_lens()
        if self._inputs.obstacle():
            self._enter(CameraState.BARRED)
            return
        permission = self._inputs.permission()
        if permission is Permission.UNDECIDED:
            self._enter(CameraState.ASKING)
            self._inputs.ask(self._answered)
        elif permission is Permission.DENIED:
            self._enter(CameraState.REFUSED)
        else:
            self._open()

    def stop(self) -> None:
        """Give the device back."""
        self._wanted = False
        self._close_lens()
        self._enter(CameraState.OFF)

    def choose(self, device_id: str) -> None:
        """Look through this one from now on."""
        if self.device is not None and device_id == self.device.id and self._lens is not None:
            return
        self._preferred, self.device = (device_id,), None
        if self._wanted:
            self.start()

    def _answered(self) -> None:
        if self._wanted and self._state is CameraState.ASKING:
            refused = self._inputs.permission() is not Permission.GRANTED
            self._enter(CameraState.REFUSED) if refused else self._open()

    def _open(self) -> None:
        if self.device is not None:
            back = self._back()
            if back is None:
                self._enter(CameraState.LOST)  # another one is taken when a person says so
                return
            self.device = back
        else:
            devices = self._inputs.devices()
            self.device = _known(devices, *self._preferred) or (devices[0] if devices else None)
        if self.device is None:
            self._enter(CameraState.NONE)
            return
        self._others = frozenset(one.id for one in self._inputs.devices()) - {self.device.id}
        self._enter(CameraState.STARTING)
        self._patience.start()
        lens = self._lens = self._inputs.open(self.device, self)
        lens.frame.connect(self._delivered)
        lens.failed.connect(self._failed)
        lens.begin()

    def _delivered(self, frame: QVideoFrame) -> None:
        if self._lens is not None and frame.isValid():  # an empty one comes where a device goes
            self.frame.emit(frame)

    def pictured(self) -> None:
        """Whoever looks at the frames got a picture out of one: not every frame that comes can be read."""
        if self._lens is None:
            return
        self._patience.start()
        if self._state is not CameraState.LIVE:
            self._enter(CameraState.LIVE)

    def _silent(self) -> None:
        if self._lens is not None:
            self._enter(CameraState.SILENT)

    def _failed(self, _words: str) -> None:
        if self._lens is not None:
            was_live = self._state in (CameraState.LIVE, CameraState.SILENT)
            self._close_lens()
            # A device that is pulled out fails a moment before the system says that it is gone.
            self._enter(CameraState.LOST if was_live else CameraState.BUSY)

    def _devices_changed(self) -> None:
        if not self._wanted:
            return
        used, devices = self.device, self._inputs.devices()
        if self._lens is not None and used not in devices:
            self._close_lens()
            self._enter(CameraState.LOST)
        elif self._state in _WAITS and (used is None or self._back() is not None):
            self.start()
        else:
            self.changed.emit()

    def _back(self) -> Device | None:
        """The device in use, where it is there: after it was out, it may have another id, but no twin stands in."""
        used, devices = self.device, self._inputs.devices()
        same = [one for one in devices if used is not None and one.id == used.id]
        alike = [one for one in devices if used is not None and one.name == used.name and one.id not in self._others]
        return next(iter((*same, *alike)), None)

    def _close_lens(self) -> None:
        self._patience.stop()
        lens, self._lens = self._lens, None
        if lens is not None:
            lens.frame.disconnect(self._delivered)
            lens.failed.disconnect(self._failed)
            lens.close()
            lens.deleteLater()

    def _enter(self, state: CameraState) -> None:
        self._state = state
        self.changed.emit()


def _known(devices: tuple[Device, ...], *names: str) -> Device | None:
    """The device that has one of these ids, else the first of one of these names."""
    by_id = [device for device in devices if device.id in names]
    by_name = [device for device in devices if device.name in names]
    return next(iter((*by_id, *by_name)), None)
