"""A text as a QR code: its modules, and drawings of them whose every module is a whole number of pixels.

Source: ISO/IEC 18004 (versions, error levels, a quiet zone of four modules). Readers want dark on light, whatever the
theme.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath

from ashore.domain.errors import AshoreError
from ashore.domain.text_kinds import Kind
from ashore.intake.recognition import take_in

QUIET = 4
LEAST_MODULE = 2.5
"""Pixels a module has at least on the screen, at every scale: less is lost by a telephone's camera."""

SAVED_PIXELS = 1024
_CORNER = 1.5
"""How round the corners of the light ground are, in modules: far from where a reader looks for light."""

_DENSEST = 25
"""The greatest version that is shown: 117 modules a side, 1,273 bytes. Cameras read denser ones by luck."""

_STRONG_UP_TO = 15
"""Up to this version there is room for a stronger correction of errors; above it smaller modules cost more."""


class NoCode(AshoreError):
    """A text of which no code is shown."""


@dataclass(frozen=True, slots=True)
class Modules:
    """The modules of a code, row by row, 1 where dark; and `level`, how much of it may be lost (L 7 %, M 15 %...)."""

    rows: tuple[bytes, ...]
    level: str

    @property
    def across(self) -> int:
        """Modules from side to side, the quiet zone included."""
        return len(self.rows) + 2 * QUIET

    def path(self) -> QPainterPath:
        """The dark modules in units of a module, the quiet zone included."""
        drawn = QPainterPath()
        for y, start, end in self.runs():
            drawn.addRect(QRectF(start, y, end - start, 1))
        return drawn

    def runs(self) -> list[tuple[int, int, int]]:
        """Dark modules side by side: their row, where they begin, and where they end."""
        found = []
        for y, row in enumerate(self.rows):
            x = 0
            while x < len(row):
                end = x
                while end < len(row) and row[end]:
                    end += 1
                if end > x:
                    found.append((y + QUIET, x + QUIET, end + QUIET))
                x = end + 1
        return found


def encode(text: str) -> Modules:
    """Make the code of a public text, with as much correction of errors as leaves its modules large.

    Raises:
        NoCode: the text is a secret, is empty, or is too long for a code that cameras read.
    """
    import segno  # only where a code is shown

    if not text:
        raise NoCode("There is nothing to show a code of.")
    known = take_in(text)
    # A real voucher is refused here; one of practice leads to this computer alone, and belongs to nobody.
    if known.secret or known.kind is Kind.LNURL:
        raise NoCode("This is a secret, so Ashore shows no code of it.", "Whoever sees a code has what is in it.")
    encoding = None if text.isascii() else "utf-8"
    for level, densest in (("m", _STRONG_UP_TO), ("l", _DENSEST)):
        try:
            made = segno.make(text, error=level, micro=False, encoding=encoding)
        except ValueError:  # longer than any code
            continue
        if int(made.version) <= densest:
            return Modules(tuple(bytes(row) for row in made.matrix), str(made.error))
    raise NoCode("This text is too long for a QR code that a camera reads.", "Copy it, or save it as a file.")


def least_side(modules: Modules, ratio: float, wanted: float) -> int:
    """Return the side in logical pixels that a code needs on a screen of that device pixel ratio.

    At least `wanted`, and so many that a whole number of the screen's pixels makes at least 2.5 of one module.
    """
    return max(math.ceil(wanted), math.ceil(modules.across * math.ceil(LEAST_MODULE * ratio) / ratio))


def whole_side(modules: Modules, ratio: float, wanted: float) -> float:
    """Return the side in logical pixels, `wanted` or a little more, that whole pixels of the screen divide evenly."""
    return modules.across * math.ceil(wanted * ratio / modules.across) / ratio


def paint(painter: QPainter, modules: Modules, path: QPainterPath, area: QRectF) -> None:
    """Paint a code in the middle of an area, on light ground: a module is as many whole device pixels as fit."""
    transform = painter.deviceTransform()
    ratio = transform.m11()
    corner = transform.map(area.topLeft())
    side = math.floor(min(area.width(), area.height()) * ratio)
    module = max(1, side // modules.across)
    left = round(corner.x() + (area.width() * ratio - module * modules.across) / 2)
    top = round(corner.y() + (area.height() * ratio - module * modules.across) / 2)
    painter.save()
    # From here on a unit is a module, and the origin lies on the corner of a pixel.
    painter.translate(area.topLeft() + (QPointF(left, top) - corner) / ratio)
    painter.scale(module / ratio, module / ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.white)
    painter.drawRoundedRect(QRectF(0, 0, modules.across, modules.across), _CORNER, _CORNER)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillPath(path, Qt.GlobalColor.black)
    painter.restore()


def picture(modules: Modules, least: int = SAVED_PIXELS) -> QImage:
    """Draw a code as a picture of at least that many pixels a side."""
    module = math.ceil(least / modules.across)
    side = module * modules.across
    drawn = QImage(side, side, QImage.Format.Format_RGB32)
    drawn.fill(Qt.GlobalColor.white)
    painter = QPainter(drawn)
    paint(painter, modules, modules.path(), QRectF(0, 0, side, side))
    painter.end()
    return drawn


def png(modules: Modules) -> bytes:
    """Draw a code as a PNG file of at least 1,024 pixels a side."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture(modules).save(buffer, "PNG")  # type: ignore[call-overload]  # Qt takes no bytes here
    return bytes(buffer.data().data())


def svg(modules: Modules) -> bytes:
    """Draw a code as an SVG file, in units of a module."""
    side = modules.across
    dark = "".join(f"M{start} {y}h{end - start}v1h-{end - start}z" for y, start, end in modules.runs())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="{SAVED_PIXELS}" '
        f'height="{SAVED_PIXELS}" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{dark}"/></svg>\n'
    ).encode()
