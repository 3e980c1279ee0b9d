"""Several codes in one picture, or on several screens: the picture with each of them outlined, and a list of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QDialog, QSizePolicy, QVBoxLayout, QWidget

from ashore.domain.untrusted import quoted
from ashore.intake.recognition import Intake, Way
from ashore.ui.context import Context
from ashore.ui.scanner.outline import Outline, Tone, outline_at, paint_outlines
from ashore.ui.scanner.sightings import Suits
from ashore.ui.scanner.still import Found, Looked
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button, RowButton
from ashore.ui.widgets.labels import Label, column, row, show_if
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.wording import breakable

_USUAL = (900, 600)
_SCREEN_SHARE = 0.92
_LIST = 300
_QUOTED = 60
_TOLD_APART = 6
_NUMBERS = frozenset("123456789")
_EXPLAINED = (
    "Choose one, in the picture, in the list or by its number. It is only filled in: nothing is asked or sent by this."
)
_MORE = "These are the first of them. To choose another one, cut it out of the picture."
_NONE_FITS = "Choose one to be told where it belongs, in the picture, in the list or by its number. Nothing is sent."
NOT_HERE = "It does not fit here."
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}


class Chooser(QDialog):
    """Offers every code by what it is; what it says is shown only where that is neither known nor a secret."""

    chosen = Signal(object)
    """The one that was chosen (Found). The dialog is closed by then."""

    def __init__(
        self, context: Context, place: QWidget, seen: Looked, recognise: Callable[[str], Intake], suits: Suits
    ) -> None:
        """`suits` says which codes can be used where this was asked for: they come first."""
        super().__init__(place.window())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Several codes")
        self._context = context
        fitting = [each for each in seen.found if not each.trouble and suits(each.text, recognise(each.text))]
        self._found = (*fitting, *(each for each in seen.found if not any(each is one for one in fitting)))
        self._fitting = len(fitting)
        self.picture = CodesPicture(context.theme, self._found, self._fitting)
        self.picture.pressed.connect(self._choose)
        names = enumerate(_names(self._found, recognise), 1)
        self.rows = [CodeRow(number, name, fits=number <= self._fitting) for number, name in names]
        self.cancel = Button("Cancel")
        self.cancel.clicked.connect(self.reject)
        self._arrange(more=seen.more)
        for place_in_list, each in enumerate(self.rows):
            each.clicked.connect(lambda _on=False, at=place_in_list: self._choose(at))
            each.stepped.connect(lambda step, at=place_in_list: self._step(at, step))
            each.looked_at.connect(lambda at=place_in_list: self.picture.stress(at))
        context.hub.lock_changed.connect(self._lock_changed)

    def _arrange(self, *, more: bool) -> None:
        px = self._context.theme.px
        scroll = ScrollColumn(spacing=8)
        for each in self.rows:
            scroll.column.addWidget(each)
        scroll.column.addStretch(1)
        count = "Very many" if more else f"{len(self.rows)}"
        asks = "Which one do you mean?" if self._fitting else "None of them fits here."
        self.heading = Label(f"{count} codes were found. {asks}", "section", wrap=True)
        explained = _EXPLAINED if self._fitting else _NONE_FITS
        self.said = Label(_MORE if more else explained, "muted", wrap=True)
        room = self.screen().availableGeometry().size() * _SCREEN_SHARE
        width, height = min(px(_USUAL[0]), room.width()), min(px(_USUAL[1]), room.height())
        beside = width >= px(2 * _LIST)
        middle = QBoxLayout(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        middle.setSpacing(16)
        middle.addWidget(self.picture, 1)
        middle.addWidget(scroll, 0 if beside else 1)
        if beside:
            scroll.setFixedWidth(px(_LIST))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(12)
        outer.addLayout(column(self.heading, self.said, spacing=4))
        outer.addLayout(middle, 1)
        outer.addLayout(row(-1, self.cancel))
        self.setMaximumSize(room)
        self.resize(width, height)

    def begin(self) -> None:
        """Show it, with the keyboard on the first code."""
        self.open()
        self.rows[0].setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = int(event.text()) if event.text() in _NUMBERS else 0
        if 0 < number <= len(self.rows):
            self._choose(number - 1)
            return
        super().keyPressEvent(event)

    def _step(self, at: int, step: int) -> None:
        self.rows[(at + step) % len(self.rows)].setFocus(Qt.FocusReason.TabFocusReason)

    def _choose(self, at: int) -> None:
        self.accept()
        self.chosen.emit(self._found[at])

    def _lock_changed(self) -> None:
        if self._context.wallet.locked:
            self.reject()


class CodeRow(RowButton):
    """One code of the list, with the number that stands beside its outline."""

    looked_at = Signal()
    stepped = Signal(int)

    def __init__(self, number: int, name: str, *, fits: bool) -> None:
        super().__init__(f"{number}: {name}" if fits else f"{number}: {name} {NOT_HERE}")
        count = Label(str(number), "strong" if fits else "muted")
        what = Label(breakable(name), "" if fits else "muted", wrap=True)
        unfit = Label(NOT_HERE, "small", wrap=True)
        show_if(unfit, not fits)
        line = row(count, column(what, unfit, spacing=2), spacing=12, margins=(14, 10, 14, 10))
        line.setStretch(1, 1)
        self.fill(line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _STEPS:
            self.stepped.emit(_STEPS[Qt.Key(event.key())])  # the list goes round; Qt would leave it at its end
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.looked_at.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.looked_at.emit()


class CodesPicture(QWidget):
    """A picture that fits into its place, with the codes in it outlined; of several, that of the code in question."""

    pressed = Signal(int)

    def __init__(self, theme: Theme, found: tuple[Found, ...], fitting: int) -> None:
        """The first `fitting` of them are what was asked for."""
        super().__init__()
        self._theme = theme
        self._fitting = fitting
        self._found = found
        self._stressed = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("The picture, with its codes outlined. The list beside it has the same codes.")

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(320), self._theme.px(240))

    def stress(self, at: int) -> None:
        """Show which one is meant, in its own picture."""
        self._stressed = at
        self.update()

    def outlines(self) -> list[Outline]:
        """The outline of each code, in pixels of this widget; without corners where another picture is shown."""
        shown = self._found[self._stressed].shown
        place = self._place()
        scale = place.width() / max(1, shown.width())
        return [
            Outline(
                tuple(QPointF(place.x() + x * scale, place.y() + y * scale) for x, y in each.corners)
                if each.shown is shown
                else (),
                Tone.LEADS if at < self._fitting else Tone.OTHER,
                at + 1,
                stressed=at == self._stressed,
            )
            for at, each in enumerate(self._found)
        ]

    def _place(self) -> QRectF:
        image = self._found[self._stressed].shown
        size = image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF((self.width() - size.width()) / 2, 0, size.width(), size.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = outline_at(self.outlines(), event.position())
        if at >= 0:
            self.stress(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = outline_at(self.outlines(), event.position())
        if event.button() is Qt.MouseButton.LeftButton and at >= 0:
            self.pressed.emit(at)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._place(), self._found[self._stressed].shown)
        paint_outlines(painter, self.outlines(), self.font(), self._theme.scale)
        painter.end()


def _names(found: Sequence[Found], recognise: Callable[[str], Intake]) -> list[str]:
    """What each code is. Those that would be named alike are told apart by their last characters, unless secret."""
    names = [_name(each, recognise) for each in found]
    alike = {name for name in names if names.count(name) > 1}
    return [
        f"{name} It ends with {quoted(each.text[-_TOLD_APART:])}."
        if name in alike and each.text and not recognise(each.text).secret
        else name
        for name, each in zip(names, found, strict=True)
    ]


def _name(found: Found, recognise: Callable[[str], Intake]) -> str:
    """What a code is: a secret by its kind alone, a public text that nobody knows by its beginning."""
    if found.trouble:
        return found.trouble
    what = recognise(found.text)
    if what.recipient:
        return f"{what.sentence} {what.recipient}"
    if what.way is Way.NOWHERE and not what.secret:
        return f"{what.sentence} It says {quoted(found.text, _QUOTED)}."
    return what.sentence
