"""The cameras of this computer where they can be used, and the reason where they cannot."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from ashore.desktop import preflight
from ashore.ui.scanner.camera import Device, Inputs, Lens, Permission

_STILL = "Everything else works: scan the screen or a picture, or paste."
_UNKNOWN = f"A part of Qt that reads cameras does not load. {_STILL}"


class NoInputs(QObject):
    """No camera at all, for want of a library."""

    changed = Signal()

    def __init__(self, why: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._why = why

    def obstacle(self) -> str:
        return self._why

    def permission(self) -> Permission:
        return Permission.GRANTED

    def ask(self, answered: Callable[[], None]) -> None:
        answered()

    def devices(self) -> tuple[Device, ...]:
        return ()

    def open(self, device: Device, parent: QObject) -> Lens:
        return Lens(parent)


def system_inputs(parent: QObject) -> Inputs:
    """The cameras of this computer. Loads QtMultimedia, which takes 10 to 60 ms the first time."""
    try:
        from ashore.ui.scanner.devices import DeviceInputs
    except ImportError:  # QtMultimedia, for want of a library of the system
        return NoInputs(missing_words(), parent)
    inputs = DeviceInputs(parent)
    return inputs if inputs.works else NoInputs(missing_words(), parent)


def missing_words() -> str:
    """What to install so that cameras can be used."""
    line = preflight.camera_line()
    return f"{_STILL} {line}" if line else _UNKNOWN
