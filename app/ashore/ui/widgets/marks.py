"""The marks of evidence: drawn here, shape first, colour second, each with its words."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from ashore.domain.withdrawal import Mark
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.labels import set_tip


class MarkWords(NamedTuple):
    """A mark's colour token, its name, and what it tells."""

    token: str
    name: str
    meaning: str


WORDS: dict[Mark, MarkWords] = {
    Mark.AWAITED: MarkWords("muted", "awaited", "This has not happened yet."),
    Mark.REPORTED: MarkWords("warn", "reported", "The operator says so. The wallet has not checked it."),
    Mark.SEEN: MarkWords("accent", "seen", "One endpoint shows it. That is not proof yet."),
    Mark.PROVEN: MarkWords("ok", "proven", "The wallet checked the proof itself."),
    Mark.IRREVERSIBLE: MarkWords("ok", "irreversible", "Proven, and the block is final: it cannot be taken back."),
    Mark.TAKEN_BACK: MarkWords("warn", "taken back", "It was there, and the chain or the operator undid it."),
    Mark.UNKNOWN: MarkWords("warn", "outcome unknown", "It may or may not have happened. The wallet is finding out."),
    Mark.FAILED: MarkWords("bad", "failed", "The operator says that it did not happen."),
    Mark.NOT_APPLICABLE: MarkWords("muted", "not applicable", "This system has no such step."),
    Mark.NOT_REACHED: MarkWords("muted", "not reached", "The withdrawal ended before this. Nothing is awaited here."),
}


def described(mark: Mark) -> str:
    """The mark in words, for tooltips and for those who do not see it."""
    words = WORDS[mark]
    return f"{words.name.capitalize()}: {words.meaning}"


def beside_stage(mark: Mark) -> str:
    """The mark's word where it stands beside a stage's title: “Proved · proven” would say one thing twice."""
    return "we checked it" if mark is Mark.PROVEN else WORDS[mark].name


def paint_mark(painter: QPainter, mark: Mark, box: QRectF, colour: QColor) -> None:
    """Draw `mark` into the square `box`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    stroke = max(1.5, box.width() / 8)
    pen = QPen(colour, stroke)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = box.adjusted(stroke / 2, stroke / 2, -stroke / 2, -stroke / 2)
    _DRAW[mark](painter, inner, colour, pen)
    painter.restore()


def _awaited(painter: QPainter, box: QRectF, colour: QColor, pen: QPen) -> None:
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([1.6, 1.55])
    painter.setPen(pen)
    painter.drawEllipse(box)


def _reported(painter: QPainter, box: QRectF, colour: QColor, pen: QPen) -> None:
    painter.drawEllipse(box)


def _seen(painter: QPainter, box: QRectF, colour: QColor, pen: QPen) -> None:
    painter.drawEllipse(box)
    painter.setBrush(colour)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPie(box, 90 * 16, 180 * 16)


def _proven(painter: QPainter, box: QRectF, colour: QColor, pen: QPen) -> None:
    painter.setBrush(colour)
    painter.drawEllipse(box)


def _irreversible(painter: QPainter, box: QRectF, colour: QColor, pen: QPen) -> None:
    painter.drawEllipse(box)
    painter.setBrush(colour)
    painter.setPen(Qt.PenStyle.NoPen)
    inset = box.width() * 0.25
    painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset))


def _taken_back(painter: QPainter, box: QRectF, colour: QColor, pen: QPen) -> None:
    path = QPainterPath()
    path.arcMoveTo(box, -100)
    path.arcTo(box, -100, 250)
    painter.drawPath(path)
    tip = path.currentPosition()
    size = box.width() * 0.32
    painter.drawPolyline([tip + QPointF(-size * 0.15, -size), tip, tip + QPointF(size, -size * 0.15)])


def _unknown(painter: QPainter, box: QRectF, colour: QColor, pen: QPen) -> None:
    width = box.width()
    path = QPainterPath()
    top = QRectF(box.left() + width * 0.2, box.top(), width * 0.6, width * 0.55)
    path.arcMoveTo(top, 180)
    path.arcTo(top, 180, -230)
    path.quadTo(box.center() + QPointF(0, width * 0.08), box.center() + QPointF(0, width * 0.18))
    painter.drawPath(path)
    painter.setBrush(colour)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(
        QPointF(box.center().x(), box.bottom() - pen.widthF() * 0.4), pen.widthF() * 0.7, pen.widthF() * 0.7
    )


def _failed(painter: QPainter, box: QRectF, colour: QColor, pen: QPen) -> None:
    inset = box.width() * 0.12
    cross = box.adjusted(inset, inset, -inset, -inset)
    painter.drawLine(cross.topLeft(), cross.bottomRight())
    painter.drawLine(cross.topRight(), cross.bottomLeft())


def _not_applicable(painter: QPainter, box: QRectF, colour: QColor, pen: QPen) -> None:
    inset = box.width() * 0.15
    middle = box.center().y()
    painter.drawLine(QPointF(box.left() + inset, middle), QPointF(box.right() - inset, middle))


def _not_reached(painter: QPainter, box: QRectF, colour: QColor, pen: QPen) -> None:
    painter.setBrush(colour)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = box.width() * 0.16
    painter.drawEllipse(box.center(), radius, radius)


_DRAW = {
    Mark.AWAITED: _awaited,
    Mark.REPORTED: _reported,
    Mark.SEEN: _seen,
    Mark.PROVEN: _proven,
    Mark.IRREVERSIBLE: _irreversible,
    Mark.TAKEN_BACK: _taken_back,
    Mark.UNKNOWN: _unknown,
    Mark.FAILED: _failed,
    Mark.NOT_APPLICABLE: _not_applicable,
    Mark.NOT_REACHED: _not_reached,
}


class MarkWidget(QWidget):
    """One mark, as large as the text beside it, with its tooltip and its accessible words."""

    def __init__(self, theme: Theme, mark: Mark, size: float = 15, tone: str = "") -> None:
        """`tone` is another colour than the mark's own, where it is somebody else's."""
        super().__init__()
        self._theme = theme
        self._tone = tone
        self._size = size
        self._mark = mark
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)
        self._tell()

    @property
    def mark(self) -> Mark:
        """The mark that is shown."""
        return self._mark

    def show_mark(self, mark: Mark) -> None:
        """Show another mark."""
        if mark is not self._mark:
            self._mark = mark
            self._tell()
            self.update()

    def sizeHint(self) -> QSize:
        side = self._theme.px(self._size) + 2
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        side = self._theme.px(self._size)
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter = QPainter(self)
        paint_mark(painter, self._mark, box, self._theme.colour(self._tone or WORDS[self._mark].token))
        painter.end()

    def _tell(self) -> None:
        self.setAccessibleName(described(self._mark))
        set_tip(self, described(self._mark))


def mark_pixmap(theme: Theme, mark: Mark, size: float = 15, ratio: float = 1.0) -> QPixmap:
    """The mark as a picture, for lists."""
    side = theme.px(size)
    picture = QPixmap(round((side + 2) * ratio), round((side + 2) * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint_mark(painter, mark, QRectF(1, 1, side, side), theme.colour(WORDS[mark].token))
    painter.end()
    return picture
