"""What stands before the camera: a background, codes on it in perspective, and what is no code at all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

import segno
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QLinearGradient,
    QPainter,
    QPen,
    QPolygonF,
    QRadialGradient,
    QTransform,
)

WIDTH, HEIGHT = 1280, 720
_QUIET = 4

Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Style:
    """How a code is drawn: its error correction, its modules, and what lies over it."""

    error: str = "m"
    dark: int = 0
    light: int = 255
    dots: bool = False
    logo: float = 0.0
    """The side of a picture in its middle, of the side of the code."""
    stains: int = 0
    quiet: int = _QUIET


def _matrix(content: str | bytes, style: Style) -> tuple[bytearray, ...]:
    mode = "byte" if isinstance(content, bytes) else None
    return segno.make(content, error=style.error, mode=mode, micro=False, boost_error=False).matrix


def modules_of(content: str | bytes, style: Style) -> int:
    """Modules along a side of its code."""
    return len(_matrix(content, style))


def scaled(what: QImage, side: int) -> QImage:
    """Smoothly, every pixel counted."""
    return what.scaled(side, side, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)


def code(content: str | bytes, drawn: Random, style: Style, module: int = 8) -> QImage:
    """A code with its quiet zone, `module` pixels a module."""
    matrix = _matrix(content, style)
    side = (len(matrix) + 2 * style.quiet) * module
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(_grey(style.light))
    painter = QPainter(image)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_grey(style.dark))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, style.dots)
    finders = {*range(7), *range(len(matrix) - 7, len(matrix))}
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if not dark:
                continue
            place = QRectF((x + style.quiet) * module, (y + style.quiet) * module, module, module)
            if style.dots and not (x in finders and y in finders):
                painter.drawEllipse(place.adjusted(0.4, 0.4, -0.4, -0.4))
            else:
                painter.drawRect(place)
    _cover(painter, drawn, style, side)
    painter.end()
    return image


def _cover(painter: QPainter, drawn: Random, style: Style, side: int) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if style.logo:
        half = side * style.logo / 2
        middle = QRectF(side / 2 - half, side / 2 - half, 2 * half, 2 * half)
        painter.setBrush(_grey(style.light))
        painter.drawRoundedRect(middle, half / 3, half / 3)
        painter.setBrush(_grey(drawn.randrange(60, 160)))
        painter.drawEllipse(middle.adjusted(half / 4, half / 4, -half / 4, -half / 4))
    for _ in range(style.stains):
        painter.setBrush(_grey(drawn.randrange(256)))
        size = side * drawn.uniform(0.03, 0.08)
        painter.drawEllipse(QPointF(side * drawn.uniform(0.3, 0.9), side * drawn.uniform(0.3, 0.9)), size, size / 2)


def background(drawn: Random, *, calm: bool = False) -> QImage:
    """A room, as far as a code reader is concerned: light that falls off, things with edges, textures."""
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(image.rect(), _light(drawn))
    painter.setPen(Qt.PenStyle.NoPen)
    for _ in range(6 if calm else 60):
        painter.setBrush(_light(drawn))
        painter.setOpacity(drawn.uniform(0.2, 0.9))
        x, y = drawn.uniform(-200, WIDTH), drawn.uniform(-200, HEIGHT)
        size = drawn.choice((30, 90, 240, 500))
        thing = QRectF(x, y, drawn.uniform(0.3, 1) * size, drawn.uniform(0.3, 1) * size)
        painter.save()
        painter.translate(thing.center())
        painter.rotate(drawn.uniform(0, 180))
        painter.translate(-thing.center())
        drawn.choice((painter.drawRect, painter.drawEllipse))(thing)
        painter.restore()
    for _ in range(0 if calm else 8):
        _texture(painter, drawn)
    painter.end()
    return image


def _light(drawn: Random) -> QBrush:
    if drawn.random() < 0.5:
        gradient: QLinearGradient | QRadialGradient = QLinearGradient(
            drawn.uniform(0, WIDTH), drawn.uniform(0, HEIGHT), drawn.uniform(0, WIDTH), drawn.uniform(0, HEIGHT)
        )
    else:
        gradient = QRadialGradient(drawn.uniform(0, WIDTH), drawn.uniform(0, HEIGHT), drawn.uniform(100, 900))
    for at in (0, 0.5, 1):
        gradient.setColorAt(at, _grey(drawn.randrange(30, 230)))
    return QBrush(gradient)


def _texture(painter: QPainter, drawn: Random) -> None:
    """Writing, cloth, blinds: many thin things beside each other."""
    painter.save()
    painter.setOpacity(drawn.uniform(0.2, 0.8))
    painter.translate(drawn.uniform(0, WIDTH), drawn.uniform(0, HEIGHT))
    painter.rotate(drawn.uniform(0, 180))
    painter.setPen(QPen(_grey(drawn.randrange(256)), drawn.uniform(1, 6)))
    gap, length = drawn.uniform(4, 20), drawn.uniform(40, 300)
    for number in range(drawn.randrange(5, 30)):
        painter.drawLine(QPointF(0, number * gap), QPointF(length * drawn.uniform(0.6, 1), number * gap))
    painter.restore()


def square(middle: tuple[float, float], side: float, turn: float = 0, *, mirrored: bool = False) -> Corners:
    """The corners of a square, clockwise from its own top left (counterclockwise in a mirror), turned by degrees."""
    around = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    sine, cosine = math.sin(math.radians(turn)), math.cos(math.radians(turn))
    found = []
    for x, y in around:
        across = -x if mirrored else x
        found.append(
            (
                middle[0] + side / 2 * (across * cosine - y * sine),
                middle[1] + side / 2 * (across * sine + y * cosine),
            )
        )
    return found[0], found[1], found[2], found[3]


def leaning(middle: tuple[float, float], side: float, turn: float, tilt: float, toward: float) -> Corners:
    """A square seen at an angle: tilted by `tilt` degrees around an axis in the direction `toward`."""
    flat = square((0, 0), side, turn - toward)
    sine, cosine = math.sin(math.radians(tilt)), math.cos(math.radians(tilt))
    back_sine, back_cosine = math.sin(math.radians(toward)), math.cos(math.radians(toward))
    distance = 2.2 * side
    found = []
    for x, y in flat:
        nearer = distance / (distance + y * sine)
        seen_x, seen_y = x * nearer, y * cosine * nearer
        found.append(
            (
                middle[0] + seen_x * back_cosine - seen_y * back_sine,
                middle[1] + seen_x * back_sine + seen_y * back_cosine,
            )
        )
    return found[0], found[1], found[2], found[3]


def place(onto: QImage, what: QImage, corners: Corners) -> None:
    """Draw a picture so that its corners come to lie at `corners`."""
    painter = QPainter(onto)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.setTransform(_between(what, corners))
    painter.drawImage(0, 0, what)
    painter.end()


def modules_at(what: QImage, corners: Corners, quiet: float) -> Corners:
    """Where the corners of the code itself lie, `quiet` pixels inside of what was placed at `corners`."""
    transform, far = _between(what, corners), what.width() - quiet
    inner = [transform.map(QPointF(x, y)) for x, y in ((quiet, quiet), (far, quiet), (far, far), (quiet, far))]
    first, second, third, fourth = ((point.x(), point.y()) for point in inner)
    return first, second, third, fourth


def _between(what: QImage, corners: Corners) -> QTransform:
    side = what.width()
    source = [(0, 0), (side, 0), (side, what.height()), (0, what.height())]
    transform = QTransform()
    if not QTransform.quadToQuad(_polygon(source), _polygon(corners), transform):
        raise ValueError("these corners are not of a square that can be seen")
    return transform


def _polygon(points: Iterable[tuple[float, float]]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])


def bent(what: QImage, bow: float) -> QImage:
    """A picture on a bottle: its columns follow a cylinder, `bow` from 0 (flat) to 1 (half of the bottle)."""
    side = what.width()
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(_grey(255))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    reach = math.asin(bow)
    sag = side * bow / 12
    for column in range(side):
        across = (2 * (column + 0.5) / side - 1) * bow
        at = (math.asin(across) / reach + 1) / 2 * side
        down = sag * (1 - math.cos(math.asin(across))) / max(1e-6, 1 - math.cos(reach))
        painter.drawImage(QRectF(column, down, 1, side - sag), what, QRectF(at - 0.5, 0, 1, side))
    painter.end()
    return image


def lit(onto: QImage, drawn: Random, corners: Corners) -> None:
    """A lamp that is reflected in the code: white in one place of it."""
    middle_x, middle_y = (sum(corner[axis] for corner in corners) / 4 for axis in (0, 1))
    size = max(abs(corner[0] - middle_x) for corner in corners)
    x, y = middle_x + drawn.uniform(-0.4, 0.4) * size, middle_y + drawn.uniform(-0.4, 0.4) * size
    gradient = QRadialGradient(x, y, size * drawn.uniform(0.5, 1.0))
    gradient.setColorAt(0, QColor(255, 255, 255, 250))
    gradient.setColorAt(0.25, QColor(255, 255, 255, 200))
    gradient.setColorAt(1, QColor(255, 255, 255, 0))
    _over(onto, gradient)


def shaded(onto: QImage, drawn: Random, corners: Corners) -> None:
    """The shadow of a hand over a part of the code, with a hard edge."""
    middle_x, middle_y = (sum(corner[axis] for corner in corners) / 4 for axis in (0, 1))
    angle = drawn.uniform(0, 2 * math.pi)
    edge_x, edge_y = middle_x + 30 * math.cos(angle), middle_y + 30 * math.sin(angle)
    gradient = QLinearGradient(middle_x, middle_y, edge_x, edge_y)
    gradient.setColorAt(0, QColor(0, 0, 0, 0))
    gradient.setColorAt(1, QColor(0, 0, 0, drawn.randrange(120, 190)))
    _over(onto, gradient)


def _over(onto: QImage, gradient: QLinearGradient | QRadialGradient) -> None:
    painter = QPainter(onto)
    painter.fillRect(onto.rect(), QBrush(gradient))
    painter.end()


def screened(onto: QImage, drawn: Random) -> None:
    """The grid of a screen that was photographed, turned a little: beats with the camera's own."""
    painter = QPainter(onto)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(WIDTH / 2, HEIGHT / 2)
    painter.rotate(drawn.uniform(-4, 4))
    pitch = drawn.uniform(1.8, 2.6)
    painter.setPen(QPen(QColor(0, 0, 0, drawn.randrange(60, 120)), pitch / 2.2))
    for number in range(int(-800 / pitch), int(800 / pitch)):
        painter.drawLine(QPointF(number * pitch, -800), QPointF(number * pitch, 800))
        painter.drawLine(QPointF(-800, number * pitch), QPointF(800, number * pitch))
    painter.end()


def _grey(value: int) -> QColor:
    return QColor(value, value, value)


def checkerboard(drawn: Random) -> QImage:
    """Squares, turned."""
    image = background(drawn)
    board = QImage(8, 8, QImage.Format.Format_RGB32)
    for y in range(8):
        for x in range(8):
            board.setPixelColor(x, y, _grey(255 * ((x + y) % 2)))
    size = drawn.randrange(100, 600)
    large = board.scaled(size, size)
    place(image, large, square((WIDTH / 2, HEIGHT / 2), size, drawn.uniform(0, 90)))
    return image


def bars(drawn: Random) -> QImage:
    """A barcode as goods have it: bars of one to four widths."""
    image = background(drawn)
    painter = QPainter(image)
    painter.translate(drawn.uniform(100, 500), drawn.uniform(100, 300))
    painter.rotate(drawn.uniform(-30, 30))
    painter.fillRect(QRectF(-20, -20, 560, 300), _grey(250))
    at = 0.0
    while at < 500:
        width = drawn.choice((4, 4, 8, 12))
        painter.fillRect(QRectF(at, 0, width, 240), _grey(10))
        at += width + drawn.choice((4, 8, 12))
    painter.end()
    return image


def finders(drawn: Random, count: int) -> QImage:
    """Many of the squares that a code has in its corners, with nothing between them."""
    image = background(drawn, calm=True)
    painter = QPainter(image)
    painter.setPen(Qt.PenStyle.NoPen)
    for _ in range(count):
        module = drawn.randrange(2, 8)
        x, y = drawn.randrange(WIDTH), drawn.randrange(HEIGHT)
        for inset, shade in ((-1, 255), (0, 0), (1, 255), (2, 0)):
            size = (7 - 2 * inset) * module
            painter.fillRect(QRectF(x + inset * module, y + inset * module, size, size), _grey(shade))
    painter.end()
    return image


def specks(drawn: Random) -> QImage:
    """Modules at random: a code's texture without its corners."""
    image = background(drawn)
    side = drawn.randrange(21, 90)
    board = QImage(side, side, QImage.Format.Format_RGB32)
    for y in range(side):
        for x in range(side):
            board.setPixelColor(x, y, _grey(drawn.choice((0, 255))))
    size = side * drawn.randrange(4, 8)
    place(image, board.scaled(size, size), square((WIDTH / 2, HEIGHT / 2), size, drawn.uniform(0, 90)))
    return image


def lines_of_text(drawn: Random, words: Sequence[str]) -> QImage:
    """A page of writing, letters drawn as strokes so that no font is needed."""
    image = background(drawn, calm=True)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(100, 40, 1080, 640), _grey(240))
    height = drawn.randrange(8, 28)
    painter.setPen(QPen(_grey(20), height / 8))
    y = 60.0
    while y < 660:
        x = 120.0
        while x < 1140:
            for letter in drawn.choice(words):
                path = [
                    QPointF(x + (ord(letter) * step % 7) * height / 12, y + (step * 5 % 7) * height / 7)
                    for step in range(4)
                ]
                painter.drawPolyline(QPolygonF(path))
                x += height * 0.7
            x += height * 0.6
        y += height * 1.8
    painter.end()
    return image
