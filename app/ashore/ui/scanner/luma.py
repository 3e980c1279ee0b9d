"""The grey values of a picture, as the decoder wants them. For a worker thread as well as for the window's."""

from __future__ import annotations

from PySide6.QtGui import QImage, QPainter

from ashore.intake.codes import Luma


def luma_of_image(image: QImage) -> Luma:
    """The grey values of a picture, a copy; what is transparent lies on white.

    Raises:
        ValueError: the picture is empty, or there is no memory for it.
    """
    opaque = on_white(image) if image.hasAlphaChannel() else image
    grey = opaque.convertToFormat(QImage.Format.Format_Grayscale8)
    if grey.isNull():
        raise ValueError("the picture is empty")
    return Luma(bytes(grey.constBits()), grey.width(), grey.height(), grey.bytesPerLine())


def on_white(image: QImage) -> QImage:
    """The picture as it looks on white paper; empty where there is no memory for it."""
    opaque = QImage(image.size(), QImage.Format.Format_RGB32)
    if opaque.isNull():
        return opaque
    opaque.setDevicePixelRatio(image.devicePixelRatio())
    opaque.fill(0xFFFFFFFF)
    painter = QPainter(opaque)
    painter.drawImage(0, 0, image)
    painter.end()
    return opaque
