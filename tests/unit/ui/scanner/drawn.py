"""Pictures with codes, and frames of them in every format of a camera."""

from __future__ import annotations

import segno
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QSize
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat

Pixel = QVideoFrameFormat.PixelFormat
QUIET = 4
HALF_HD, SMALL = QSize(640, 360), QSize(64, 48)


def code_image(text: str, scale: int = 4, dark: str = "black", light: str = "white") -> QImage:
    """The code of a text with its quiet zone, dark on light."""
    matrix = [bytes(line) for line in segno.make(text, error="m", micro=False).matrix]
    side = (len(matrix) + 2 * QUIET) * scale
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor(light))
    painter = QPainter(image)
    for y, line in enumerate(matrix):
        for x, filled in enumerate(line):
            if filled:
                painter.fillRect((x + QUIET) * scale, (y + QUIET) * scale, scale, scale, QColor(dark))
    painter.end()
    return image


def scene(*texts: str, size: QSize = HALF_HD, scale: int = 4, angle: float = 0) -> QImage:
    """Codes side by side on grey."""
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(QColor("#808890"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for place, text in enumerate(texts):
        code = code_image(text, scale)
        painter.save()
        painter.translate(QPointF(size.width() * (place + 0.5) / len(texts), size.height() / 2))
        painter.rotate(angle)
        painter.drawImage(QPointF(-code.width() / 2, -code.height() / 2), code)
        painter.restore()
    painter.end()
    return image


def frame_of(image: QImage, pixel: QVideoFrameFormat.PixelFormat, **look: object) -> QVideoFrame:
    """A frame as a device would send it: grey values in their places, colours neutral, lines padded as Qt pads them."""
    kind = QVideoFrameFormat(image.size(), pixel)
    if "rotation" in look:
        kind.setRotation(look["rotation"])  # type: ignore[arg-type]
    if "mirrored" in look:
        kind.setMirrored(bool(look["mirrored"]))
    if "direction" in look:
        kind.setScanLineDirection(look["direction"])  # type: ignore[arg-type]
    frame = QVideoFrame(kind)
    assert frame.map(QVideoFrame.MapMode.WriteOnly)
    if pixel is Pixel.Format_Jpeg:
        _fill(frame, _jpeg(image))
    else:
        _write(frame, image, pixel)
    frame.unmap()
    return frame


def _write(frame: QVideoFrame, image: QImage, pixel: QVideoFrameFormat.PixelFormat) -> None:
    qimage = QVideoFrameFormat.imageFormatFromPixelFormat(pixel)
    steps = {Pixel.Format_YUYV: (0, 2), Pixel.Format_UYVY: (1, 2), Pixel.Format_Y16: (1, 2), Pixel.Format_P010: (1, 2)}
    for plane in range(1, frame.planeCount()):
        _fill(frame, b"\x80" * frame.mappedBytes(plane), plane)
    if qimage not in (QImage.Format.Format_Invalid, QImage.Format.Format_Grayscale16):
        source, first, step = image.convertToFormat(qimage), 0, 1
    else:
        source = image.convertToFormat(QImage.Format.Format_Grayscale8)
        first, step = steps.get(pixel, (0, 1))
    pixels, line = memoryview(source.constBits()), frame.bytesPerLine(0)
    row = source.width() * source.depth() // 8
    target: memoryview = memoryview(frame.bits(0))  # type: ignore[arg-type]
    _fill(frame, b"\x80" * frame.mappedBytes(0))
    for y in range(source.height()):
        start = y * line + first
        from_ = y * source.bytesPerLine()
        target[start : start + row * step : step] = pixels[from_ : from_ + row]


def _fill(frame: QVideoFrame, data: bytes, plane: int = 0) -> None:
    target: memoryview = memoryview(frame.bits(plane))  # type: ignore[arg-type]
    target[: len(data)] = data


def _jpeg(image: QImage) -> bytes:
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, "JPG", 90)
    return bytes(held.data())


def layered(width: int, height: int, more: int) -> bytes:
    """A progressive JPEG of ten scans, and its smallest scan so many times more: each costs a look at every block."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#88aacc"))
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, b"jpeg")
    writer.setProgressiveScanWrite(True)
    assert writer.write(image)
    body = bytes(held.data())
    last = body[body.rindex(b"\xff\xda") : -2]
    return body[:-2] + last * more + body[-2:]


def grey(value: int, size: QSize = SMALL) -> QImage:
    """One grey all over."""
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(QColor(value, value, value))
    return image
