"""A field of a form: label above, control, a line about it, and its problem right below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QBoxLayout, QLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from ashore.domain.pasted_secrets import may_hold_key
from ashore.systems.base import Problem, Severity
from ashore.ui.theme import fonts
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.labels import Label, row, set_property
from ashore.ui.widgets.problem import ProblemLine

_PAIR_NEEDS = 360
_WORST = (Severity.BLOCKS, Severity.WARNS, Severity.NOTES)
_LINE = 22


class LineEdit(QLineEdit):
    """A one-line field. Text of any length can be typed; what is wrong with it is said beside it.

    `gate` is asked before a text is pasted or dropped, and says whether it has dealt with it: then it is not inserted.
    """

    paste_wanted = Signal()
    """Whatever was copied last is wanted here, and was not inserted: it is no text, or the line inserts none."""

    def __init__(self, name: str, placeholder: str = "", role: str = "") -> None:
        super().__init__()
        self.gate: Callable[[str], bool] = lambda _text: False
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        if role:
            self.setProperty("role", role)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.home(False)  # who reads begins at the beginning

    def setText(self, arg__1: str | None) -> None:  # as Qt's stubs name it
        super().setText(arg__1)
        if not self.hasFocus():
            self.home(False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # A file or a picture is the window's to look at; as a text it would be its own path.
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.ignore()
        else:
            super().dragEnterEvent(event)

    # What is pasted and dropped

    def inserts_paste(self) -> bool:
        """Whether the line inserts what was copied last by itself."""
        return bool(QGuiApplication.clipboard().text().strip())

    def paste_in(self) -> None:
        """Paste, or ask for what was copied, unless nothing may be put here now."""
        if self.isReadOnly():
            return
        if not self.inserts_paste():
            self.paste_wanted.emit()
        elif not self.gate(QGuiApplication.clipboard().text()):
            self.paste()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_in()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        for action in menu.actions():
            if action.objectName() == "edit-paste":
                action.triggered.disconnect()
                action.triggered.connect(self.paste_in)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clipboard = QGuiApplication.clipboard()
        middle = event.button() is Qt.MouseButton.MiddleButton and clipboard.supportsSelection()
        if not (middle and self._taken(clipboard.text(clipboard.Mode.Selection))):
            super().mouseReleaseEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if self._taken(event.mimeData().text()):
            event.acceptProposedAction()
        else:
            super().dropEvent(event)

    def _taken(self, text: str) -> bool:
        return bool(text) and not self.isReadOnly() and self.gate(text)

    def guard(self) -> None:
        """From now on cover what may be a private key or a recovery phrase, pasted here by mistake."""
        self.textChanged.connect(self._cover)

    def _cover(self, text: str) -> None:
        self.setEchoMode(self.EchoMode.Password if may_hold_key(text) else self.EchoMode.Normal)


class AddressEdit(LineEdit):
    """A field for an address, whose letters become smaller where the whole of it would not fit."""

    _USUAL, _LEAST = 13, 10
    _EDGES = 28

    def __init__(self, theme: Theme, name: str, placeholder: str = "") -> None:
        super().__init__(name, placeholder, "mono")
        self._theme = theme
        self._size = 0
        self.textChanged.connect(self._fit)
        theme.changed.connect(self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Take the largest letters, up to the usual ones, with which everything can be seen."""
        size, least = self._theme.px(self._USUAL), self._theme.px(self._LEAST)
        while size > least and self._needs(size) > self.width():
            size -= 1
        if size != self._size:
            self._size = size
            self.setStyleSheet(f"font-size: {size}px")

    def _needs(self, size: int) -> float:
        return QFontMetricsF(fonts.mono(size)).horizontalAdvance(self.text()) + self._EDGES


class Field(QWidget):
    """A control with everything that belongs to it."""

    def __init__(self, icons: Icons, caption: str, control: QWidget, *below: QWidget | QLayout, lines: int = 0) -> None:
        """`lines` are kept free for `below` and the problem, so that what stands further down stays where it is."""
        super().__init__()
        self._theme = icons.theme
        self._lines = lines
        self.control = control
        self.caption = Label(caption, "caption")
        self.caption.setBuddy(control.combo if isinstance(control, Choice) else control)
        self.problem = ProblemLine(icons)
        self.told = ProblemLine(icons)
        self._instead = False
        self._head, self._line = row(self.caption), row(control)
        self._line.setStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._head)
        column.addLayout(self._line)
        told = self._kept_free(column) if lines else column
        for item in below:
            if isinstance(item, QWidget):
                told.addWidget(item)
            else:
                told.addLayout(item)
        told.addWidget(self.problem)
        told.addWidget(self.told)
        self._below = told
        if lines:
            told.addStretch(1)

    def _kept_free(self, column: QVBoxLayout) -> QVBoxLayout:
        """A column of its own that is never lower than its lines."""
        place, theme = QWidget(), self._theme
        inner = QVBoxLayout(place)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        column.addWidget(place)

        def keep() -> None:
            place.setMinimumHeight(theme.px(_LINE) * self._lines)

        theme.changed.connect(keep)
        keep()
        return inner

    def put_beside(self, button: QWidget) -> None:
        """Put a button at the right of the control."""
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)  # as high as the control
        self._line.addWidget(button)

    def put_above(self, button: QWidget) -> None:
        """Put a button at the right above the control, which keeps its width; Tab comes to it after the control."""
        if self._head.count() == 1:
            self._head.addStretch(1)
        self._head.addWidget(button)
        QWidget.setTabOrder(self.control, button)

    def put_below(self, button: QWidget) -> None:
        """Put a button below what is said of the field; Tab comes to it after the control."""
        self._below.insertWidget(self._below.indexOf(self.told) + 1, button, 0, Qt.AlignmentFlag.AlignLeft)
        QWidget.setTabOrder(self.control, button)

    def show_problem(self, problem: Problem | None) -> None:
        """Show what is wrong with the field, or nothing."""
        self.problem.show_problem(problem)
        self._show_said()

    def tell(self, problem: Problem | None, *, instead: bool = False) -> None:
        """Say something of what came to the field, or nothing; `instead` where that says better what is wrong."""
        self._instead = instead and problem is not None
        self.told.show_problem(problem)
        self._show_said()

    def _show_said(self) -> None:
        self.problem.setVisible(bool(self.problem.text) and not self._instead)
        lines = (self.told,) if self._instead else (self.problem, self.told)
        said = [line.problem for line in lines if line.problem is not None]
        target = self.control.combo if isinstance(self.control, Choice) else self.control
        set_property(target, "severity", min((each.severity for each in said), key=_WORST.index).value if said else "")
        target.setAccessibleDescription(" ".join(str(each) for each in said))


class Pair(QWidget):
    """Two fields beside each other, three to two; below each other where there is no room.

    With `below`, what is said of either stands below both, over the whole width.
    """

    def __init__(self, theme: Theme, first: Field, second: Field, *, below: bool = False) -> None:
        super().__init__()
        self._theme = theme
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._box.setSpacing(12)
        outer.addLayout(self._box)
        for field in (first, second) if below else ():
            outer.addWidget(field.problem)
        self._box.addWidget(first, 3, Qt.AlignmentFlag.AlignTop)
        self._box.addWidget(second, 2, Qt.AlignmentFlag.AlignTop)
        theme.changed.connect(self._arrange)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        # It can always go below each other: never the reason for a page to be wide.
        return QSize(self._theme.px(160), super().minimumSizeHint().height())

    def _arrange(self) -> None:
        beside = self.width() >= self._theme.px(_PAIR_NEEDS)
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._box.setDirection(direction)
