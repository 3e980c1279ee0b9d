"""The cameras of this computer, by QtMultimedia. Loaded when somebody wants to scan, and not before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from PySide6.QtCore import QCameraPermission, QCoreApplication, QLoggingCategory, QObject, Qt, QTimer, Signal

# Says on every start what it did not find and does not need.
QLoggingCategory.setFilterRules("qt.multimedia.symbolsresolver=false\nqt.multimedia.ffmpeg.info=false")

from PySide6.QtMultimedia import (  # noqa: E402
    QCamera,
    QCameraDevice,
    QCameraFormat,
    QMediaCaptureSession,
    QMediaDevices,
    QMediaFormat,
    QVideoFrame,
    QVideoFrameFormat,
    QVideoSink,
)

from ashore.ui.scanner.camera import Device, Lens, Permission  # noqa: E402

_PERMISSIONS = {
    Qt.PermissionStatus.Granted: Permission.GRANTED,
    Qt.PermissionStatus.Denied: Permission.DENIED,
    Qt.PermissionStatus.Undetermined: Permission.UNDECIDED,
}
_WANTED_PIXELS = 1280 * 720
_WANTED_RATE = 25.0


class SinkLens(Lens):
    """A lens whose frames come out of a capture session. What goes in is decided by who derives from it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.session = QMediaCaptureSession(self)
        self._sink = QVideoSink(self)
        self.session.setVideoSink(self._sink)
        self._sink.videoFrameChanged.connect(self._deliver)

    def close(self) -> None:
        self._sink.videoFrameChanged.disconnect(self._deliver)
        self.session.setVideoSink(None)  # type: ignore[arg-type]

    def _deliver(self, frame: QVideoFrame) -> None:
        self.frame.emit(QVideoFrame(frame))


class _DeviceLens(SinkLens):
    def __init__(self, device: QCameraDevice, parent: QObject) -> None:
        super().__init__(parent)
        self._camera = QCamera(device, self)
        best = best_format(device.videoFormats())
        if best is not None:
            self._camera.setCameraFormat(best)
        self._camera.errorOccurred.connect(self._fail)
        self.session.setCamera(self._camera)

    def begin(self) -> None:
        self._camera.start()
        self._fail(self._camera.error(), self._camera.errorString())

    @property
    def has_torch(self) -> bool:
        return self._camera.isTorchModeSupported(QCamera.TorchMode.TorchOn)

    def set_torch(self, on: bool) -> None:
        self._camera.setTorchMode(QCamera.TorchMode.TorchOn if on else QCamera.TorchMode.TorchOff)

    def close(self) -> None:
        self._camera.errorOccurred.disconnect(self._fail)
        self._camera.stop()
        self.session.setCamera(None)  # type: ignore[arg-type]
        super().close()

    def _fail(self, error: QCamera.Error, words: str) -> None:
        if error is not QCamera.Error.NoError:
            # A turn later: a device may fail while it is being started, when it cannot be let go yet.
            QTimer.singleShot(0, self, lambda: self.failed.emit(words))


class DeviceInputs(QObject):
    """What the system lists as cameras."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._media = QMediaDevices(self)
        self._media.videoInputsChanged.connect(self.changed)

    @property
    def works(self) -> bool:
        """Whether Qt found a backend: without one it lists no cameras, whatever is plugged in."""
        return bool(QMediaFormat().supportedFileFormats(QMediaFormat.ConversionMode.Decode))

    def obstacle(self) -> str:
        return ""

    def permission(self) -> Permission:
        application = QCoreApplication.instance()
        assert application is not None
        return _PERMISSIONS[application.checkPermission(QCameraPermission())]

    def ask(self, answered: Callable[[], None]) -> None:
        application = QCoreApplication.instance()
        assert application is not None
        application.requestPermission(QCameraPermission(), self, lambda _permission: answered())

    def devices(self) -> tuple[Device, ...]:
        first = QMediaDevices.defaultVideoInput()
        listed = sorted(QMediaDevices.videoInputs(), key=lambda device: device != first)
        return tuple(map(_described, listed))

    def open(self, device: Device, parent: QObject) -> Lens:
        known = [each for each in QMediaDevices.videoInputs() if _id(each) == device.id]
        return _DeviceLens(known[0] if known else QCameraDevice(), parent)


def _described(device: QCameraDevice) -> Device:
    return Device(_id(device), device.description(), device.position() is QCameraDevice.Position.BackFace)


def _id(device: QCameraDevice) -> str:
    return bytes(device.id().data()).decode("utf-8", "replace")


class _Rank(NamedTuple):
    fast: bool
    distance: float
    plain: bool
    rate: float


def best_format(formats: Iterable[QCameraFormat]) -> QCameraFormat | None:
    """The format to scan with: fast enough, as near to 1280 × 720 as there is, and not compressed where that is free.

    A larger picture costs more than it shows; a compressed one has to be unpacked before it is read.
    """

    def rank(one: QCameraFormat) -> _Rank:
        pixels = one.resolution().width() * one.resolution().height()
        distance = max(pixels, _WANTED_PIXELS) / max(1, min(pixels, _WANTED_PIXELS))
        plain = one.pixelFormat() is not QVideoFrameFormat.PixelFormat.Format_Jpeg
        return _Rank(one.maxFrameRate() >= _WANTED_RATE, -round(distance, 2), plain, -one.maxFrameRate())

    known = [one for one in formats if not one.isNull()]
    return max(known, key=rank) if known else None
