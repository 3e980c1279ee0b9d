"""The grey values of a camera's frames, without a copy where their format has them.

Loads QtMultimedia, which needs libraries of the system that nothing else needs: only what has a camera imports this.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

from ashore.intake.codes import Luma, Reading, read
from ashore.ui.scanner.luma import luma_of_image
from ashore.ui.scanner.reader import Look

Share = tuple[float, float]
"""A point of a picture, in shares of its width and height."""

_Pixel = QVideoFrameFormat.PixelFormat

_IN_PLACE: dict[QVideoFrameFormat.PixelFormat, tuple[int, int]] = {
    **dict.fromkeys((_Pixel.Format_NV12, _Pixel.Format_NV21, _Pixel.Format_Y8), (0, 1)),
    **dict.fromkeys((_Pixel.Format_YUV420P, _Pixel.Format_YUV422P, _Pixel.Format_YV12), (0, 1)),
    **dict.fromkeys((_Pixel.Format_IMC1, _Pixel.Format_IMC2, _Pixel.Format_IMC3, _Pixel.Format_IMC4), (0, 1)),
    _Pixel.Format_YUYV: (0, 2),
    _Pixel.Format_UYVY: (1, 2),
    # Of 16 bits, little-endian, the higher byte does.
    **dict.fromkeys((_Pixel.Format_Y16, _Pixel.Format_P010, _Pixel.Format_P016), (1, 2)),
}
"""Formats whose first plane holds grey values: the first one's place, and the bytes from one to the next."""

_COLOURS = {
    **dict.fromkeys((_Pixel.Format_BGRA8888, _Pixel.Format_BGRX8888), QImage.Format.Format_RGB32),
    _Pixel.Format_BGRA8888_Premultiplied: QImage.Format.Format_RGB32,
    **dict.fromkeys((_Pixel.Format_RGBA8888, _Pixel.Format_RGBX8888), QImage.Format.Format_RGBX8888),
}
"""Formats that an image reads in place. What a camera sees is opaque, whatever the fourth byte says."""


def look(frame: QVideoFrame, room: QSize) -> Look:
    """Read a frame, and make the picture of it that fits into `room` pixels (none where that is empty)."""
    with luma_of_frame(frame) as luma:
        if luma is None:
            return Look(Reading(), QImage(), empty=True)
        reading = read(luma)
    width, height = frame.width(), frame.height()
    outlines = tuple(
        tuple(_upright(frame, (x + 0.5) / width, (y + 0.5) / height) for x, y in code.corners) for code in reading.codes
    )
    return Look(reading, _picture(frame, room), outlines)


@contextmanager
def luma_of_frame(frame: QVideoFrame) -> Iterator[Luma | None]:
    """The grey values of a camera's frame, in place where its format has them; valid inside the block alone.

    ``None`` for a frame without a picture: one comes at the end of a stream, and where a device went away.
    """
    kind = frame.pixelFormat()
    if not frame.isValid() or frame.width() <= 0 or frame.height() <= 0:
        yield None
    elif kind not in _IN_PLACE and kind not in _COLOURS:
        # Compressed frames, and formats that no webcam is known to send.
        image = frame.toImage()
        yield None if image.isNull() else luma_of_image(image)
    elif not frame.map(QVideoFrame.MapMode.ReadOnly):
        yield None
    else:
        try:
            yield _mapped(frame)
        finally:
            frame.unmap()


def _mapped(frame: QVideoFrame) -> Luma | None:
    bits: object = frame.bits(0)
    width, height, line = frame.width(), frame.height(), frame.bytesPerLine(0)
    if not isinstance(bits, memoryview) or bits.nbytes == 0:
        return None
    place = _IN_PLACE.get(frame.pixelFormat())
    if place is not None:
        first, step = place
        # Where the grey byte is the second, the last line ends a byte early, and is left out.
        return Luma(bits[first:], width, height - first, line, step) if height > first else None
    if bits.nbytes < line * (height - 1) + 4 * width:
        return None
    return luma_of_image(QImage(bits, width, height, line, _COLOURS[frame.pixelFormat()]))


def _picture(frame: QVideoFrame, room: QSize) -> QImage:
    if room.isEmpty():
        return QImage()
    # Without a graphics card this costs 2 to 3 ms, as long as Qt converts it by the processor (AA_ForceRasterWidgets).
    picture = frame.toImage()
    if picture.width() > room.width() or picture.height() > room.height():
        picture = picture.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return picture


def _upright(frame: QVideoFrame, x: float, y: float) -> Share:
    """Where a point of a frame's memory is in the picture that `toImage` makes of it."""
    kind = frame.surfaceFormat()
    if kind.scanLineDirection() is QVideoFrameFormat.Direction.BottomToTop:
        y = 1 - y
    for _ in range(kind.rotation().value // 90):
        x, y = 1 - y, x
    return (1 - x if kind.isMirrored() else x), y
