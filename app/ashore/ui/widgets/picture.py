"""The one reader of pictures from outside, with bounds on what decoding them may cost. For a worker thread.

Nothing here trusts a name: what a picture is, its first bytes say, and no other reader is tried. What it measures, and
how many layers it has, is looked at before anything is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from ashore.domain.errors import AshoreError

ALLOCATION_MIB = 256
"""Of any picture: Qt has one bound for the whole program. How many pixels are decoded is bounded apart."""
HEAD = 12
"""So many first bytes say what it is."""

MOST_SCANS = 64
"""A progressive JPEG is read once over for each of its scans: usual are ten, possible are millions in a small file."""
USUAL_SCANS = 16
"""So many scans the largest picture of several may have, and a smaller one as many more as it is smaller."""

_JPEG, _START_OF_SCAN = b"jpeg", b"\xff\xda"
_FORMATS = (
    (b"\x89PNG\r\n\x1a\n", 0, b"png"),
    (b"\xff\xd8\xff", 0, _JPEG),
    (b"GIF87a", 0, b"gif"),
    (b"GIF89a", 0, b"gif"),
    (b"WEBP", 8, b"webp"),
    (b"BM", 0, b"bmp"),
)
"""First bytes, where they stand, and the one reader that is tried."""


class UnreadablePicture(AshoreError):
    """A picture that is not decoded."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a picture may claim to be, in pixels and of one side; and what is said of one that is not read.

    `layered` is the most pixels of one with several scans, of which every coefficient is held: up to 8 bytes a pixel.
    """

    pixels: int
    layered: int
    side: int
    unknown: tuple[str, str] = ("This kind of picture cannot be shown here.", "")
    damaged: tuple[str, str] = ("The picture is damaged.", "")
    smaller: str = ""
    """What to do where it is too large."""
    afresh: str = ""
    """What to do where it has too many layers."""

    def check(self, size: QSize) -> None:
        """Raises UnreadablePicture where a picture is larger than is read, or has no size."""
        if not size.isValid() or size.isEmpty():
            raise UnreadablePicture(*self.damaged)
        if max(size.width(), size.height()) > self.side or size.width() * size.height() > self.pixels:
            told = f"The picture is too large: {size.width():,} × {size.height():,} pixels."
            raise UnreadablePicture(told, self.smaller)


def format_of(head: bytes) -> bytes:
    """Qt's name of what a picture is by its first HEAD bytes; empty for none that is read."""
    return next((name for magic, at, name in _FORMATS if head[at : at + len(magic)] == magic), b"")


class PictureReader:
    """A picture in memory whose bounds were looked at, and which can be decoded once; an animation's first frame."""

    def __init__(self, body: QByteArray, bounds: Bounds) -> None:
        """Raises UnreadablePicture where it is none that is read, damaged, or would cost too much."""
        self._bounds = bounds
        self.kind = format_of(bytes(body.first(min(HEAD, body.size())).data()))
        if not self.kind or self.kind not in {bytes(known.data()) for known in QImageReader.supportedImageFormats()}:
            raise UnreadablePicture(*bounds.unknown)
        scans = body.count(_START_OF_SCAN) if self.kind == _JPEG else 1
        if scans > MOST_SCANS:
            raise self._layered()
        QImageReader.setAllocationLimit(ALLOCATION_MIB)
        self._buffer = QBuffer()
        self._buffer.setData(body)
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._reader = QImageReader(self._buffer, QByteArray(self.kind))
        self._reader.setAutoDetectImageFormat(False)
        self.size = self._reader.size()
        bounds.check(self.size)
        pixels = self.size.width() * self.size.height()
        if scans > 1 and (pixels > bounds.layered or scans * pixels > USUAL_SCANS * bounds.layered):
            raise self._layered()

    def _layered(self) -> UnreadablePicture:
        return UnreadablePicture("The picture is put together of too many layers for its size.", self._bounds.afresh)

    def read(self, scaled: QSize | None = None, *, upright: bool = False) -> QImage:
        """Decode it, at a smaller scale where one is given; `upright` turns it as its camera was held.

        Raises UnreadablePicture.
        """
        if scaled is not None:
            self._reader.setScaledSize(scaled)
        self._reader.setAutoTransform(upright)
        image = self._reader.read()
        if image.isNull():
            raise UnreadablePicture(*self._bounds.damaged)
        return image

    @property
    def moving(self) -> bool:
        """Whether it is an animation. Known once it was decoded."""
        return self._reader.supportsAnimation() and self._reader.imageCount() > 1


_OF_A_TOKEN = Bounds(pixels=16_000_000, layered=8_000_000, side=8_000)


def decoded(body: bytes, side: int) -> QImage:
    """Return the middle square of a stranger's picture, `side` pixels wide. Raises UnreadablePicture."""
    reader = PictureReader(QByteArray(body), _OF_A_TOKEN)
    image = reader.read(reader.size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    left, top = (image.width() - side) // 2, (image.height() - side) // 2
    return image.copy(QRect(max(0, left), max(0, top), min(side, image.width()), min(side, image.height())))
