"""Outlines of codes over a picture, whatever is in it: a line in a dark border, and a number where one chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from ashore.ui.theme.tokens import DARK

_LEAST_PX = 32.0
"""A smaller outline is as easy to click on as one of this size."""
_GROWN = 1.12
"""The line is drawn outside the code, where it hides nothing of it."""


class Tone(StrEnum):
    """What an outline says of its code, by its colour over the dark border; by its line too."""

    LEADS = "accent"
    OTHER = "text"
    TAKEN = "ok"


@dataclass(frozen=True, slots=True)
class Outline:
    """The corners of a code in the pixels of the widget; `number` where several are to be told apart."""

    corners: tuple[QPointF, ...]
    tone: Tone = Tone.LEADS
    number: int = 0
    stressed: bool = False


def paint_outlines(painter: QPainter, outlines: Sequence[Outline], font: QFont, scale: float) -> None:
    """Paint them; `scale` is the size of text in use, 1 for the usual."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    shown = [outline for outline in outlines if outline.corners]
    for outline in shown:
        shape = _grown(outline.corners)
        colour = QColor(str(getattr(DARK, outline.tone.value)))
        width = (5 if outline.stressed or outline.tone is Tone.TAKEN else 3) * scale
        kind = Qt.PenStyle.DashLine if outline.tone is Tone.OTHER else Qt.PenStyle.SolidLine
        under = QPen(QColor(0, 0, 0, 170), width + 4 * scale)
        over = QPen(colour, width, kind)
        for pen in (under, over):
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolygon(shape)
    for outline in shown:
        if outline.number:
            _paint_number(painter, outline, font, scale)
    painter.restore()


def outline_at(outlines: Sequence[Outline], point: QPointF) -> int:
    """The place of the outline that a click at `point` means, -1 for none; of several the smallest."""
    hit = [
        (shape.boundingRect().width() * shape.boundingRect().height(), place)
        for place, shape in enumerate(_grown(outline.corners) for outline in outlines)
        if not shape.isEmpty()
        if shape.containsPoint(point, Qt.FillRule.OddEvenFill) or _about(shape).contains(point)
    ]
    return min(hit)[1] if hit else -1


def _grown(corners: Sequence[QPointF]) -> QPolygonF:
    middle = QPointF(sum(at.x() for at in corners), sum(at.y() for at in corners)) / max(1, len(corners))
    return QPolygonF([middle + (at - middle) * _GROWN for at in corners])


def _about(shape: QPolygonF) -> QRectF:
    """The place of a small outline, made large enough to be hit."""
    around = shape.boundingRect()
    if max(around.width(), around.height()) >= _LEAST_PX:
        return QRectF()
    half = QPointF(_LEAST_PX, _LEAST_PX) / 2
    return QRectF(around.center() - half, QSizeF(_LEAST_PX, _LEAST_PX))


def _paint_number(painter: QPainter, outline: Outline, font: QFont, scale: float) -> None:
    radius = 13 * scale
    at = min(_grown(outline.corners).toList(), key=lambda corner: corner.x() + corner.y())
    within = painter.window().adjusted(round(radius), round(radius), -round(radius), -round(radius))
    at = QPointF(min(max(at.x(), within.left()), within.right()), min(max(at.y(), within.top()), within.bottom()))
    painter.setPen(QPen(QColor(0, 0, 0, 170), 2 * scale))
    painter.setBrush(QColor(str(getattr(DARK, outline.tone.value))))
    painter.drawEllipse(at, radius, radius)
    painter.setFont(font)
    painter.setPen(QColor(DARK.on_accent))
    painter.drawText(
        QRectF(at - QPointF(radius, radius), QSizeF(2 * radius, 2 * radius)),
        Qt.AlignmentFlag.AlignCenter,
        str(outline.number),
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
