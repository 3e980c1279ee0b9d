"""A file or bytes from outside, read as a picture or as a text, with bounds on what that may cost.

Meant for a worker thread; nothing touches a widget.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QPainter

from ashore.domain.receipt_file import MAX_BYTES as MOST_RECEIPT_BYTES
from ashore.domain.receipt_file import SUFFIX
from ashore.intake import receipts
from ashore.intake.codes import Luma
from ashore.ui.scanner.luma import on_white
from ashore.ui.widgets.picture import Bounds, PictureReader, UnreadablePicture, format_of

MOST_FILE_BYTES = 64 * 1024 * 1024
MOST_TEXT_BYTES = 64 * 1024
"""Of a file that holds a text: a link or an address. A receipt may be longer: see `ashore.domain.receipt_file`."""

_ENOUGH_PIXELS = 16_000_000
"""A larger photograph (JPEG) is decoded at a smaller scale: its pixels are sharper than its lens."""
_SHOWN_SIDE = 1600
_STRIP_PIXELS = 200_000
_HEAD = 4096
_PIECE = 1024 * 1024
_BOM = b"\xef\xbb\xbf"

_KINDS = "Ashore reads PNG, JPEG, WebP, GIF and BMP pictures. A screenshot of the code is one of these."
_REFUSED = (
    (b"%PDF-", 0, "This is a PDF document, which Ashore does not open.", "Show it on the screen and scan the screen."),
    (b"ftyp", 4, "This is an HEIC or AVIF photograph, or a film, which Ashore does not open.", _KINDS),
    (b"II*\x00", 0, "This is a TIFF picture, which Ashore does not open.", _KINDS),
    (b"MM\x00*", 0, "This is a TIFF picture, which Ashore does not open.", _KINDS),
    (b"PK\x03\x04", 0, "This is an archive or a document, which Ashore does not open.", _KINDS),
)
_SVG = ("This is a drawing (SVG), which Ashore does not open.", "Show it on the screen and scan the screen.")
_DAMAGED = ("The picture is damaged or was not loaded to its end.", "Save it once more, or scan it from the screen.")
BOUNDS = Bounds(
    pixels=50_000_000,  # more than three 4K screens in one screenshot, and what the camera of a telephone takes
    layered=32_000_000,
    side=32_000,
    unknown=("This kind of picture is not opened.", _KINDS),
    damaged=_DAMAGED,
    smaller="Cut the code out, or take a screenshot of it.",
    afresh="Save it once more.",
)
_NO_FILE = ("This file cannot be read.", "It may have been moved, or you may not be allowed to read it.")
_TOO_HEAVY = "The file is too large to be a picture of a code: "
_OTHER = "This is neither a picture nor a text that Ashore knows."
_LONG = ("This file is too long to be an address or a link.", "Copy the one line that matters and paste it.")
_NO_RECEIPT = ("This file has the name of a receipt, and is none.", "Ask for the file that Ashore has saved.")
_LONG_RECEIPT = ("This file is too large to be a receipt.", "Ask for the file that Ashore has saved.")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to look for codes in: its `grey` values, and `shown`, no larger than a screen, in colour.

    A point of `grey` times `scale` is a point of `shown`. `moving` where only the first of several pictures was taken.
    """

    grey: Luma = field(repr=False)
    shown: QImage = field(repr=False)
    scale: float
    moving: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """What a file says that is no picture. Never trusted, never in a log."""

    text: str = field(repr=False)


def load_file(path: Path) -> Picture | Text:
    """Return what a file holds. Never waits for a pipe, never reads more than MOST_FILE_BYTES.

    Raises:
        UnreadablePicture: it is no plain file, too large, of a kind that is not opened, or damaged.
    """
    with _opened(path) as (descriptor, size):
        head = os.read(descriptor, _HEAD)
        if not head:
            raise UnreadablePicture("The file is empty.", "Choose the picture of the code, or paste its text.")
        if not format_of(head):
            return _text_of(head, descriptor, size, receipt=path.name.endswith(SUFFIX))
        if size > MOST_FILE_BYTES:
            raise UnreadablePicture(f"{_TOO_HEAVY}{size // 1_000_000:,} MB.", "Cut the code out, or take a screenshot.")
        body = QByteArray(head)
        while body.size() <= MOST_FILE_BYTES and (piece := os.read(descriptor, _PIECE)):
            body.append(piece)
    return _decoded(body)


def load_bytes(body: QByteArray) -> Picture:
    """Return the picture that these bytes are, as `load_file` does. Raises UnreadablePicture."""
    if body.size() > MOST_FILE_BYTES:
        raise UnreadablePicture(f"{_TOO_HEAVY}{body.size() // 1_000_000:,} MB.", "Cut the code out.")
    return _decoded(body)


def of_image(image: QImage, *, moving: bool = False) -> Picture:
    """Return a picture that is decoded already (of a screen, of the clipboard). Raises UnreadablePicture.

    Qt keeps Python's lock while it converts, which would hold up the window: so it is done in strips.
    """
    if image.isNull():
        raise UnreadablePicture(*_DAMAGED)
    BOUNDS.check(image.size())
    width, height = image.width(), image.height()
    scale = min(1.0, _SHOWN_SIDE / max(width, height))
    shown = QImage(max(1, round(width * scale)), max(1, round(height * scale)), QImage.Format.Format_RGB32)
    if shown.isNull():
        raise UnreadablePicture(*_DAMAGED)
    shown.fill(Qt.GlobalColor.white)
    line = (width + 3) // 4 * 4  # as Qt pads it
    grey = bytearray(line * height)
    step = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, step):
        strip = image.copy(0, top, width, min(step, height - top))
        strip.setDevicePixelRatio(1)
        if strip.hasAlphaChannel():  # often black on nothing
            strip = on_white(strip)
        values = strip.convertToFormat(QImage.Format.Format_Grayscale8)
        if values.isNull() or values.bytesPerLine() != line:
            raise UnreadablePicture(*_DAMAGED)
        grey[top * line : (top + strip.height()) * line] = values.constBits()
        _add_to(shown, strip, round(top * scale), round((top + strip.height()) * scale))
    return Picture(Luma(grey, width, height, line), shown, scale, moving)


def _add_to(shown: QImage, strip: QImage, top: int, bottom: int) -> None:
    """Put a strip into its place of the smaller picture."""
    if bottom <= top:
        return
    size = QSize(shown.width(), bottom - top)
    small = strip.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    painter = QPainter(shown)
    painter.drawImage(0, top, small)
    painter.end()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[int, int]]:
    """The descriptor of a plain file and its size. A pipe or a device is refused without being waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        if path.is_dir():
            raise UnreadablePicture("This is a folder.", "Choose one picture in it.")
        descriptor = os.open(path, flags)
    except (OSError, ValueError):
        raise UnreadablePicture(*_NO_FILE) from None
    try:
        told = os.fstat(descriptor)
        if not stat.S_ISREG(told.st_mode):
            raise UnreadablePicture("This is a device or a pipe, not a file.", "Choose the picture of the code.")
        yield descriptor, told.st_size
    except OSError:
        raise UnreadablePicture(*_NO_FILE) from None
    finally:
        os.close(descriptor)


def _text_of(head: bytes, descriptor: int, size: int, *, receipt: bool) -> Text:
    """`receipt`: its name is that of one, and so is what is said of it."""
    if receipt and size > MOST_RECEIPT_BYTES:
        raise UnreadablePicture(*_LONG_RECEIPT)
    if receipt and b"\x00" in head:
        raise UnreadablePicture(*_NO_RECEIPT)
    for magic, at, sentence, advice in _REFUSED:
        if head[at : at + len(magic)] == magic:
            raise UnreadablePicture(sentence, advice)
    if b"<svg" in head[:1024].lower() or head[:2] == b"\x1f\x8b":
        raise UnreadablePicture(*_SVG)
    if b"\x00" in head:
        raise UnreadablePicture(_OTHER, _KINDS)
    most = MOST_RECEIPT_BYTES if receipts.is_file(head.decode("ascii", "replace")) else MOST_TEXT_BYTES
    if size > most:
        raise UnreadablePicture(*(_LONG_RECEIPT if most == MOST_RECEIPT_BYTES else _LONG))
    body = bytearray(head)
    while len(body) <= most and (piece := os.read(descriptor, _PIECE)):
        body += piece
    try:
        return Text(body.removeprefix(_BOM)[:most].decode())
    except UnicodeDecodeError:
        raise UnreadablePicture(_OTHER, _KINDS) from None


def _decoded(body: QByteArray) -> Picture:
    reader = PictureReader(body, BOUNDS)
    size, smaller = reader.size, None
    if reader.kind == b"jpeg" and size.width() * size.height() > _ENOUGH_PIXELS:
        smaller = QSize((size.width() + 1) // 2, (size.height() + 1) // 2)
    image = reader.read(smaller, upright=True)  # as it is shown elsewhere
    return of_image(image, moving=reader.moving)
