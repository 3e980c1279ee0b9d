"""Rows of label and value, as evidence and costs are told."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import CopyButton
from ashore.ui.widgets.flow import FlowLabel
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, row, set_tip
from ashore.ui.wording import breakable

_SHORT = 44
"""Longer values are sentences, and not stressed."""
_FITS = 18
_NAME = 88
"""The widest that a name gets, in pixels at the usual text size."""


def copyable(label: str, value: str, role: str = "") -> QWidget:
    """A value that can be taken away as it is: selected, or by a button where it is broken in invisible places."""
    broken = breakable(value)
    if broken != value:
        return Copyable(label, value, role)
    shown = Label(broken, role, wrap=True, select=True)
    shown.setAccessibleName(f"{label}: {value}")
    return shown


class Copyable(QWidget):
    """A value that breaks in invisible places, and right behind it the button that copies it."""

    def __init__(self, label: str, value: str, role: str) -> None:
        super().__init__()
        self.text = FlowLabel(role)
        self.text.setText(breakable(value))
        self.text.setAccessibleName(f"{label}: {value}")
        self.button = CopyButton(label.lower(), value)
        line = row(self.text, self.button, -1, spacing=10)
        line.setAlignment(self.button, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)


class Facts(QWidget):
    """A grid: labels at the left, values beside them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._next = 0
        self._names: list[Label] = []
        self._levels: list[tuple[Label, HexText | Label, CopyButton]] = []
        theme.changed.connect(self._fit_names)

    def add(self, label: str, value: str, *, note: str = "", tooltip: str = "") -> None:
        """A row of text."""
        role = "value" if len(value) <= _SHORT else ""
        shown = copyable(label, value, role)
        set_tip(shown, tooltip)
        name = self._place(label, shown)
        if isinstance(shown, Copyable):
            self._levels.append((name, shown.text, shown.button))
            _level(*self._levels[-1])
        if note:
            self._grid.addWidget(Label(breakable(note), "small", wrap=True), self._next, 1)
            self._next += 1

    def add_hex(self, label: str, value: str, *, copy: bool = True) -> None:
        """A row with a hash or an address in full, and a button that copies it."""
        text = HexText(self._theme, value, what=label, size=12)
        if not copy:
            self._place(label, text)
            return
        holder, button = QWidget(), CopyButton(label.lower(), value)
        line = row(text, button, -1, spacing=10)
        line.setAlignment(button, Qt.AlignmentFlag.AlignTop)
        holder.setLayout(line)

        self._levels.append((self._place(label, holder), text, button))
        _level(*self._levels[-1])

    def add_widget(self, label: str, widget: QWidget) -> QWidget:
        """A row with another widget. Its label, to be hidden where the widget is."""
        return self._place(label, widget)

    def _place(self, label: str, widget: QWidget) -> Label:
        name = Label(breakable(label, 14), "small", wrap=True)
        name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._names.append(name)
        self._fit_name(name)
        name.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(name, self._next, 0)
        self._grid.addWidget(widget, self._next, 1)
        self._next += 1
        return name

    def _fit_names(self) -> None:
        for name in self._names:
            self._fit_name(name)
        for line in self._levels:
            _level(*line)

    def _fit_name(self, name: Label) -> None:
        """A long name wraps, so that it leaves room for its value."""
        name.ensurePolished()
        name.setFixedWidth(min(name.fontMetrics().horizontalAdvance(name.text()) + 2, self._theme.px(_NAME)))


def _level(name: Label, text: HexText | Label, button: CopyButton) -> None:
    """A button's text stands lower than its edge: what is beside it is moved down to the same line."""
    button.ensurePolished()
    metrics = button.fontMetrics()
    base = (button.sizeHint().height() - metrics.height()) // 2 + metrics.ascent()
    text.ensurePolished()
    stands = text.baseline if isinstance(text, HexText) else text.fontMetrics().ascent()
    text.setContentsMargins(0, max(0, base - stands), 0, 0)
    name.setContentsMargins(0, max(0, base - name.fontMetrics().ascent()), 0, 0)


class MoneyRow(QWidget):
    """A label at the left, an amount at the right; a note below."""

    def __init__(self, label: str = "", value: str = "", note: str = "", *, strong: bool = False) -> None:
        super().__init__()
        self._label = Label(role="muted", wrap=True)
        self._value = Label(role="strong" if strong else "value", wrap=True)
        self._value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self._note = Label(role="small", wrap=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(1)
        grid.addWidget(self._label, 0, 0)
        grid.addWidget(self._value, 0, 1)
        grid.addWidget(self._note, 1, 0, 1, 2)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(0, 1)
        self._grid = grid
        self.show_money(label, value, note)

    def show_money(self, label: str, value: str, note: str = "") -> None:
        """Show these instead."""
        self._label.setText(breakable(label))
        # A short amount keeps to one line; a long one gets most of the room and wraps.
        self._value.setWordWrap(len(value) > _FITS)
        self._grid.setColumnStretch(1, 2 if len(value) > _FITS else 0)
        self._value.setText(breakable(value))
        self._value.setAccessibleName(f"{label}: {value}")
        self._note.show_text(breakable(note))
