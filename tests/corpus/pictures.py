"""The detection corpus: pictures of 1280 × 720 of codes as cameras and screens show them, drawn from a seed.

    for picture in pictures():             # all kinds, the first 20 of each, and the negatives
    picture_of("blur 2.5", 7)              # one of them

The same kind and number give the same picture with the same Qt. Nothing of it is kept in the repository.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage
from tests.corpus import payloads, scenes, spoiling
from tests.corpus.scenes import HEIGHT, WIDTH, Corners, Style

Spoil = Callable[[bytes, Random], bytes]

SEED = "codes, seen from afar"
OF_EACH = 20


@dataclass(frozen=True, slots=True)
class Picture:
    """Grey values line by line, what its codes say, and where each of them is (none for a negative).

    `corners` clockwise from the code's own top left, without its quiet zone, (x, y) in pixels.
    """

    kind: str
    number: int
    grey: bytes = field(repr=False)
    contents: tuple[str | bytes, ...] = field(repr=False)
    corners: tuple[Corners, ...] = field(repr=False)
    width: int = WIDTH
    height: int = HEIGHT

    def image(self) -> QImage:
        """The same as a picture of Qt's, in grey."""
        return QImage(self.grey, self.width, self.height, self.width, QImage.Format.Format_Grayscale8).copy()


@dataclass(frozen=True, slots=True)
class _Kind:
    """How pictures of a kind differ from a plain one."""

    content: Callable[[Random], str | bytes] = payloads.everyday
    side: tuple[int, int] = (380, 640)
    turn: float = 8
    tilt: tuple[float, float] = (0, 0)
    style: Callable[[Random], Style] = lambda _drawn: Style()
    mirrored: bool = False
    bow: tuple[float, float] | None = None
    over: Callable[[QImage, Random, Corners], None] | None = None
    spoil: Spoil | None = None
    calm: bool = False


def _blur(sigma: float) -> Spoil:
    return lambda grey, _drawn: spoiling.blurred(grey, WIDTH, sigma)


def _motion(length: int) -> Spoil:
    return lambda grey, drawn: spoiling.moved(grey, WIDTH, length, drawn.uniform(0, 180))


def _faint(grey: bytes, drawn: Random) -> bytes:
    dark = drawn.randrange(20, 180)
    return spoiling.noisy(spoiling.toned(grey, dark, dark + drawn.randrange(28, 60)), drawn, 2)


def _noise(low: int, high: int) -> Spoil:
    return lambda grey, drawn: spoiling.noisy(grey, drawn, drawn.randrange(low, high))


def _dim(grey: bytes, drawn: Random) -> bytes:
    blurred = spoiling.blurred(grey, WIDTH, drawn.uniform(0.8, 1.4))
    return spoiling.noisy(spoiling.toned(blurred, 12, drawn.randrange(70, 120)), drawn, 9)


def _blurred_and_faint(grey: bytes, drawn: Random) -> bytes:
    return _faint(spoiling.blurred(grey, WIDTH, drawn.uniform(1.8, 2.6)), drawn)


def _moved_in_the_dark(grey: bytes, drawn: Random) -> bytes:
    return _dim(_motion(9)(grey, drawn), drawn)


def _flicker(grey: bytes, drawn: Random) -> bytes:
    pitch, depth = drawn.randrange(20, 90), drawn.randrange(40, 110)
    return spoiling.through_lines(grey, WIDTH, (depth * (line % pitch) // pitch for line in range(HEIGHT)))


def _screen(grey: bytes, drawn: Random) -> bytes:
    image = QImage(grey, WIDTH, HEIGHT, WIDTH, QImage.Format.Format_Grayscale8).convertToFormat(
        QImage.Format.Format_RGB32
    )
    scenes.screened(image, drawn)
    return _noise(4, 12)(spoiling.blurred(_grey_of(image), WIDTH, 0.7), drawn)


def _jpeg(grey: bytes, drawn: Random) -> bytes:
    image = QImage(grey, WIDTH, HEIGHT, WIDTH, QImage.Format.Format_Grayscale8)
    store = QByteArray()
    buffer = QBuffer(store)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG", drawn.randrange(4, 16))  # type: ignore[call-overload]
    return _grey_of(QImage.fromData(store))


def _webcam(grey: bytes, drawn: Random) -> bytes:
    blurred = spoiling.blurred(grey, WIDTH, drawn.uniform(0.8, 1.6))
    return _jpeg(spoiling.noisy(blurred, drawn, drawn.randrange(4, 14)), drawn)


def _doubled(grey: bytes, drawn: Random) -> bytes:
    far = drawn.randrange(3, 7)
    return spoiling.mixed(grey, spoiling.filtered(grey, WIDTH, {(far, drawn.randrange(-3, 4)): 256}))


def _anything(grey: bytes, drawn: Random) -> bytes:
    """Two or three things at once."""
    ways: list[Spoil] = [_blur(drawn.uniform(0.8, 2.2)), _motion(drawn.randrange(3, 9)), _doubled, _flicker, _jpeg]
    ways += [_noise(8, 40), _faint, _dim, _screen]
    for way in drawn.sample(ways, drawn.choice((2, 2, 3))):
        grey = way(grey, drawn)
    return grey


def _any_style(drawn: Random) -> Style:
    dark, light = drawn.choice(((0, 255), (0, 255), (40, 200), (255, 0), (210, 30)))
    logo = drawn.choice((0, 0, 0.18))
    return Style(
        "h" if logo else drawn.choice("lmq"), dark, light, drawn.random() < 0.3, logo, quiet=drawn.choice((2, 4))
    )


def _styles(**ways: object) -> Callable[[Random], Style]:
    return lambda _drawn: Style(**ways)  # type: ignore[arg-type]


_DENSE = (520, 680)
KINDS: dict[str, _Kind] = {
    "plain": _Kind(),
    "inverted": _Kind(style=_styles(dark=255, light=0)),
    "rotated": _Kind(turn=180),
    "mirrored": _Kind(turn=180, mirrored=True),
    "tilted 25": _Kind(turn=180, tilt=(15, 30)),
    "tilted 45": _Kind(turn=180, tilt=(38, 50), side=(480, 640)),
    "tilted 60": _Kind(turn=180, tilt=(52, 62), side=(560, 680), content=payloads.address),
    "blur 2.0": _Kind(spoil=_blur(2.0)),
    "blur 2.5": _Kind(spoil=_blur(2.5)),
    "blur 3.0": _Kind(spoil=_blur(3.0)),
    "blur 4.0": _Kind(spoil=_blur(4.0)),
    "blur, far": _Kind(spoil=_blur(1.7), side=(240, 300), content=payloads.voucher),
    "blur, faint": _Kind(spoil=_blurred_and_faint),
    "motion 11": _Kind(spoil=_motion(11)),
    "motion 15": _Kind(spoil=_motion(15)),
    "motion 21": _Kind(spoil=_motion(21), content=payloads.address),
    "motion, dim": _Kind(spoil=_moved_in_the_dark),
    "doubled": _Kind(spoil=_doubled),
    "faint": _Kind(spoil=_faint),
    "noise 50": _Kind(spoil=_noise(45, 60)),
    "noise 80": _Kind(spoil=_noise(75, 90)),
    "dim": _Kind(spoil=_dim),
    "glare": _Kind(over=scenes.lit),
    "shadow": _Kind(over=scenes.shaded, turn=180),
    "flicker": _Kind(spoil=_flicker),
    "240 pixels": _Kind(side=(240, 260), content=payloads.voucher),
    "160 pixels": _Kind(side=(150, 180), content=payloads.address),
    "100 pixels": _Kind(side=(90, 110), content=payloads.short),
    "70 pixels": _Kind(side=(66, 80), content=payloads.short),
    "dense, far": _Kind(content=payloads.long_voucher, side=(250, 330)),
    "dense": _Kind(content=payloads.long_voucher, side=_DENSE),
    "invoice": _Kind(content=payloads.invoice, side=_DENSE, style=_styles(error="l")),
    "unified": _Kind(content=payloads.unified, side=_DENSE, style=_styles(error="l")),
    "dense, tilted": _Kind(content=payloads.long_voucher, side=_DENSE, tilt=(20, 35), turn=30),
    "dense, blurred": _Kind(content=payloads.long_voucher, side=_DENSE, spoil=_blur(1.3)),
    "binary": _Kind(content=payloads.binary),
    "logo": _Kind(style=_styles(error="h", logo=0.22)),
    "dots": _Kind(style=_styles(error="q", dots=True)),
    "stained": _Kind(style=_styles(error="h", stains=6)),
    "no quiet zone": _Kind(style=_styles(quiet=1)),
    "bottle": _Kind(bow=(0.4, 0.75), style=_styles(error="q")),
    "bottle, shadow": _Kind(bow=(0.3, 0.6), style=_styles(error="q"), over=scenes.shaded),
    "JPEG": _Kind(spoil=_jpeg),
    "webcam": _Kind(spoil=_webcam, tilt=(5, 25), turn=25),
    "screen": _Kind(spoil=_screen),
    "anything": _Kind(spoil=_anything, style=_any_style, turn=180, side=(320, 620)),
    "anything, tilted": _Kind(spoil=_anything, style=_any_style, turn=180, tilt=(5, 40), side=(360, 640)),
    "anything, bent": _Kind(spoil=_anything, style=_any_style, turn=20, bow=(0.1, 0.35), side=(360, 640)),
    "screen, tilted": _Kind(spoil=_screen, tilt=(10, 30), turn=20),
}
SEVERAL = "several"
NEGATIVES: dict[str, Callable[[Random], QImage]] = {
    "room": scenes.background,
    "checkerboard": scenes.checkerboard,
    "bars": scenes.bars,
    "specks": scenes.specks,
    "writing": lambda drawn: scenes.lines_of_text(drawn, ["voucher", "withdraw", "lightning", "of", "the", "wallet"]),
    "finders": partial(scenes.finders, count=40),
}
OF_EACH_NEGATIVE = 8


def pictures(kinds: Iterable[str] = (), numbers: range | None = None) -> Iterator[Picture]:
    """Those of the kinds that are named, or all."""
    for kind in kinds or (*KINDS, SEVERAL, *NEGATIVES):
        for number in numbers or range(OF_EACH_NEGATIVE if kind in NEGATIVES else OF_EACH):
            yield picture_of(kind, number)


def picture_of(kind: str, number: int) -> Picture:
    """One of them."""
    drawn = Random(f"{SEED} {kind} {number}")
    if kind in NEGATIVES:
        return Picture(kind, number, _grey_of(NEGATIVES[kind](drawn)), (), ())
    if kind == SEVERAL:
        return _several(number, drawn)
    return _single(kind, number, drawn)


def _single(name: str, number: int, drawn: Random) -> Picture:
    kind = KINDS[name]
    image = scenes.background(drawn, calm=kind.calm)
    content, style = kind.content(drawn), kind.style(drawn)
    side = drawn.randrange(*kind.side)
    module = 8
    drawing = scenes.code(content, drawn, style, module)
    if kind.bow:
        drawing = scenes.bent(drawing, drawn.uniform(*kind.bow))
    turn, tilt = drawn.uniform(-kind.turn, kind.turn), drawn.uniform(*kind.tilt)
    reach = side / 2 if side > 400 else side / 2 + 40
    middle = drawn.uniform(reach + 60, WIDTH - reach - 60), HEIGHT / 2 + drawn.uniform(-1, 1) * max(0, 340 - reach)
    corners = (
        scenes.leaning(middle, side, turn, tilt, drawn.uniform(0, 360))
        if tilt
        else scenes.square(middle, side, turn, mirrored=kind.mirrored)
    )
    corners = _inside(corners)
    drawing = _shrunk(drawing, side)
    scenes.place(image, drawing, corners)
    if kind.over:
        kind.over(image, drawn, corners)
    grey = _grey_of(image)
    spoilt = kind.spoil(grey, drawn) if kind.spoil else grey
    inner = scenes.modules_at(drawing, corners, _quiet_of(drawing, content, style))
    return Picture(name, number, spoilt, (content,), (inner,))


def _quiet_of(drawing: QImage, content: str | bytes, style: Style) -> float:
    modules = scenes.modules_of(content, style) + 2 * style.quiet
    return style.quiet * drawing.width() / modules


def _shrunk(drawing: QImage, side: int) -> QImage:
    """Smoothly near to the size in which it is placed: painting alone would skip pixels."""
    if drawing.width() <= 1.5 * side:
        return drawing
    return scenes.scaled(drawing, round(1.25 * side))


def _inside(corners: Corners) -> Corners:
    """Moved and made smaller as far as the picture must hold them."""
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    factor = min(1.0, (WIDTH - 12) / (max(xs) - min(xs)), (HEIGHT - 12) / (max(ys) - min(ys)))
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    half_x, half_y = factor * (max(xs) - min(xs)) / 2, factor * (max(ys) - min(ys)) / 2
    to_x = min(max(middle_x, half_x + 6), WIDTH - half_x - 6)
    to_y = min(max(middle_y, half_y + 6), HEIGHT - half_y - 6)
    found = [(to_x + factor * (x - middle_x), to_y + factor * (y - middle_y)) for x, y in corners]
    return found[0], found[1], found[2], found[3]


def _several(number: int, drawn: Random) -> Picture:
    """Two to eight codes beside each other, each turned a little, all different."""
    image = scenes.background(drawn)
    contents: list[str | bytes] = []
    found: list[Corners] = []
    columns, rows = drawn.choice(((2, 1), (3, 1), (3, 2), (4, 2)))
    width, height = WIDTH / columns, HEIGHT / rows
    for cell in range(columns * rows):
        content = payloads.voucher(drawn) if rows == 1 else payloads.address(drawn)
        side = min(width, height) * drawn.uniform(0.75, 0.85)
        style = Style(dark=255, light=0) if drawn.random() < 0.2 else Style()
        drawing = _shrunk(scenes.code(content, drawn, style), int(side))
        middle = (cell % columns + 0.5) * width, (cell // columns + 0.5) * height
        corners = scenes.square(middle, side, drawn.uniform(-9, 9))
        scenes.place(image, drawing, corners)
        contents.append(content)
        found.append(scenes.modules_at(drawing, corners, _quiet_of(drawing, content, style)))
    return Picture(SEVERAL, number, _grey_of(image), tuple(contents), tuple(found))


def _grey_of(image: QImage) -> bytes:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return bytes(grey.constBits())[: WIDTH * HEIGHT]
