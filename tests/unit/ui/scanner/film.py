"""A film as a camera takes one: a code that is held into the picture, moved, turned, tilted, and blurred by the hand.

Drawn from a seed: the same seed and number give the same picture with the same Qt.
"""

from __future__ import annotations

import math
from random import Random
from typing import cast

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPolygonF, QTransform
from tests.unit.ui.scanner.drawn import code_image

RATE = 30
SIZE = QSize(1280, 720)
_SCALE = 6
_INK = "#22201C", "#F2EFE8"


class Film:
    """Pictures 0, 1, 2, … of codes in a room; without codes, of the room alone."""

    def __init__(self, *codes: str | QImage, seed: int = 1, size: QSize = SIZE) -> None:
        """`codes` are texts, or pictures of codes as wide as they are high."""
        self._drawn = Random(seed)
        self._size = size
        self._codes = [code_image(code, _SCALE, *_INK) if isinstance(code, str) else code for code in codes]
        self._phases = [[self._drawn.uniform(0, math.tau) for _ in range(6)] for _ in codes]
        self._room = self._paint_room()

    def picture(self, number: int) -> QImage:
        """The picture of that number, `RATE` of them a second. Every third is blurred, as by a hand that moves."""
        picture = QImage(self._room)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shares = (1.0,) if number % 3 else (1.0, 0.5, 0.33)
        for code, phases, place in zip(self._codes, self._phases, range(len(self._codes)), strict=True):
            for late, share in enumerate(shares):
                painter.setOpacity(share)
                painter.setTransform(self._held(code, phases, number + late * 0.15, place))
                painter.drawImage(0, 0, code)
        painter.end()
        return picture if number % 3 else _softened(picture)

    def _held(self, code: QImage, phases: list[float], number: float, place: int) -> QTransform:
        """Where the four corners of a code are at that time."""
        seconds = number / RATE
        turns, sways, nods, x_waves, y_waves, nears = phases
        share = self._size.width() / max(1, len(self._codes))
        middle = QPointF(
            share * (place + 0.5) + 0.12 * share * math.sin(0.9 * seconds + x_waves),
            self._size.height() * (0.5 + 0.12 * math.sin(1.3 * seconds + y_waves)),
        )
        side = min(share, self._size.height()) * (0.5 + 0.1 * math.sin(0.7 * seconds + nears))
        turned = 0.5 * math.sin(0.8 * seconds + turns)
        across, along = 0.16 * math.sin(1.1 * seconds + sways), 0.16 * math.sin(0.6 * seconds + nods)
        corners = QPolygonF()
        for x, y in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
            depth = 1 + across * x * 2 + along * y * 2
            right, down = x * side / depth, y * side / depth
            turn = QPointF(
                right * math.cos(turned) - down * math.sin(turned), right * math.sin(turned) + down * math.cos(turned)
            )
            corners.append(middle + turn)
        whole = code.width()
        flat = QPolygonF([QPointF(0, 0), QPointF(whole, 0), QPointF(whole, whole), QPointF(0, whole)])
        return cast(QTransform, QTransform.quadToQuad(flat, corners))

    def _paint_room(self) -> QImage:
        """A wall with light from one side, and things on it that are no codes."""
        room = QImage(self._size, QImage.Format.Format_RGB32)
        painter = QPainter(room)
        light = QLinearGradient(0, 0, self._size.width(), self._size.height())
        light.setColorAt(0, QColor("#C9C2B4"))
        light.setColorAt(1, QColor("#5D6670"))
        painter.fillRect(room.rect(), light)
        painter.setPen(Qt.PenStyle.NoPen)
        for _ in range(60):
            painter.setBrush(QColor.fromHsv(self._drawn.randrange(360), 60, self._drawn.randrange(60, 220)))
            width, height = self._drawn.randrange(10, 180), self._drawn.randrange(10, 120)
            x, y = self._drawn.randrange(self._size.width()), self._drawn.randrange(self._size.height())
            painter.drawRect(x, y, width, height)
        painter.end()
        return room


def _softened(picture: QImage) -> QImage:
    """Out of focus: made smaller, and larger again."""
    smooth = Qt.TransformationMode.SmoothTransformation
    small = picture.scaled(picture.size() * 0.6, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    return small.scaled(picture.size(), Qt.AspectRatioMode.IgnoreAspectRatio, smooth).convertToFormat(picture.format())
