"""A stranger's picture made small, with bounds on what decoding it may cost."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from ashore.domain.errors import AshoreError

MOST_PIXELS = 16_000_000
MOST_SIDE = 8_000
ALLOCATION_MIB = 256
"""Of any picture: Qt has one bound for the whole program. How many pixels are decoded is bounded apart."""

_FORMATS = ((b"\x89PNG", b"png"), (b"\xff\xd8\xff", b"jpeg"), (b"GIF8", b"gif"), (b"RIFF", b"webp"))


class UnreadablePicture(AshoreError):
    """A picture that is not decoded."""


def decoded(body: bytes, side: int) -> QImage:
    """Return the middle square of a picture, `side` pixels wide; for a worker thread.

    The format is told by the first bytes and no other reader is tried; the size it claims is looked at before anything
    is decoded, and an animation is its first frame. Raises UnreadablePicture.
    """
    kind = next((name for magic, name in _FORMATS if body.startswith(magic)), b"")
    if not kind or kind not in {bytes(known.data()) for known in QImageReader.supportedImageFormats()}:
        raise UnreadablePicture("This kind of picture cannot be shown here.")
    QImageReader.setAllocationLimit(ALLOCATION_MIB)
    held = QByteArray(body)
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind))
    reader.setAutoDetectImageFormat(False)
    size = reader.size()
    if not size.isValid() or size.isEmpty():
        raise UnreadablePicture("The picture is damaged.")
    if max(size.width(), size.height()) > MOST_SIDE or size.width() * size.height() > MOST_PIXELS:
        raise UnreadablePicture(f"The picture is too large: {size.width():,} × {size.height():,} pixels.")
    reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    image = reader.read()
    if image.isNull():
        raise UnreadablePicture("The picture is damaged.")
    left, top = (image.width() - side) // 2, (image.height() - side) // 2
    return image.copy(QRect(max(0, left), max(0, top), min(side, image.width()), min(side, image.height())))
