"""The live picture, painted in a widget of its own: what is shown can be grabbed, and nothing is left to a driver."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ashore.ui.scanner.outline import Outline, Tone, outline_at, paint_outlines
from ashore.ui.scanner.sightings import Shape
from ashore.ui.theme.icons import Icons

_GROUND = QColor("#0B1116")
"""Around the picture, and where there is none: dark in both themes, as behind every film."""
_RADIUS = 8
_USUAL = QSize(640, 360)
_LEAST = QSize(240, 135)


class Preview(QWidget):
    """A picture with outlines. `pressed` tells the place of the outline that was clicked on."""

    pressed = Signal(int)
    room_changed = Signal(object)
    """The pixels that a picture is shown in: a `QSize`."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._picture = QImage()
        self._marks: tuple[tuple[Shape, Tone, int], ...] = ()
        self._stressed = -1
        self._icon = ""
        self.mirrored = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
        self.setAccessibleName("The camera’s picture")

    def sizeHint(self) -> QSize:
        return _USUAL

    def minimumSizeHint(self) -> QSize:
        return _LEAST

    @property
    def room(self) -> QSize:
        """The pixels that a picture can fill."""
        return self.size() * self.devicePixelRatioF()

    @property
    def outlines(self) -> tuple[Outline, ...]:
        """The outlines as they are painted, in pixels of this widget."""
        return tuple(
            Outline(tuple(self._at(x, y) for x, y in shape), tone, number, stressed=place == self._stressed)
            for place, (shape, tone, number) in enumerate(self._marks)
        )

    def show_picture(self, picture: QImage) -> None:
        """Show the next picture."""
        self._picture, self._icon = picture, ""
        self.update()

    def show_outlines(self, marks: Sequence[tuple[Shape, Tone, int]]) -> None:
        """Outline these: corners in shares of the picture (none where it is not seen), tone, and a number or 0."""
        self._marks = tuple(marks)
        self.update()

    def show_nothing(self, icon: str) -> None:
        """Show no picture, but an icon that says so."""
        self._picture, self._marks, self._icon = QImage(), (), icon
        self.update()

    def _place(self) -> QRectF:
        """Where the picture is."""
        if self._picture.isNull():
            return QRectF()
        size = self._picture.size().toSizeF().scaled(self.size().toSizeF(), Qt.AspectRatioMode.KeepAspectRatio)
        corner = QPointF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2)
        return QRectF(corner, size)

    def _at(self, x: float, y: float) -> QPointF:
        place = self._place()
        across = 1 - x if self.mirrored else x
        return QPointF(place.left() + across * place.width(), place.top() + y * place.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._icons.theme.colour("line"))
        painter.setBrush(_GROUND)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        if not self._picture.isNull():
            self._paint_picture(painter)
        elif self._icon:
            side = self._icons.theme.px(48)
            corner = self.rect().center() - QPointF(side / 2, side / 2).toPoint()
            painter.drawPixmap(corner, self._icons.pixmap(self._icon, "field", side))
        paint_outlines(painter, self.outlines, self.font(), self._icons.theme.scale)
        painter.end()

    def _paint_picture(self, painter: QPainter) -> None:
        whole = QPainterPath()
        whole.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.save()
        painter.setClipPath(whole)
        if self.mirrored:
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        painter.drawImage(self._place(), self._picture)
        painter.restore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.room_changed.emit(self.room)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._choosable(event.position())
        if place != self._stressed:
            self._stressed = place
            self.setCursor(Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self._choosable(event.position())
        if place >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self.pressed.emit(place)

    def _choosable(self, point: QPointF) -> int:
        place = outline_at(self.outlines, point)
        return place if place >= 0 and self._marks[place][1] is Tone.LEADS else -1
