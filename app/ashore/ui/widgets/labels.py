"""Labels that show plain text and nothing else, and frames to put them on."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as MarkupQt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLayout, QSizePolicy, QVBoxLayout, QWidget


class Label(QLabel):
    """A label that never reads its text as markup. `role` names its look."""

    def __init__(self, text: str = "", role: str = "", *, wrap: bool = False, select: bool = False) -> None:
        super().__init__()
        # Before the text: what a server said must not be taken for markup even once.
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        if role:
            self.setProperty("role", role)
        if wrap:
            self.setWordWrap(True)
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
            self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        if select:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show_text(self, text: str) -> None:
        """Show `text`, and nothing at all where it is empty."""
        if text != self.text():
            self.setText(text)
        show_if(self, bool(text))


def set_tip(widget: QWidget, text: str) -> None:
    """Give `widget` a tooltip that is plain text, whatever it says."""
    widget.setToolTip(plain_tip(text))


def plain_tip(text: str) -> str:
    """`text` as a tooltip that Qt does not read as markup."""
    return MarkupQt.convertFromPlainText(text) if "<" in text else text


def show_if(widget: QWidget, shown: bool) -> None:
    """Show or hide `widget` in its place. One that has no place yet must not become a window of its own."""
    if not shown:
        widget.hide()
    elif widget.parentWidget() is not None:
        widget.show()
    else:
        widget.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)


def set_property(widget: QWidget, name: str, value: str) -> None:
    """Give `widget` another look."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()


def ground(kind: str, margin: int = 20) -> tuple[QFrame, QVBoxLayout]:
    """A frame of that kind (card, inset, ok, warn, bad, note) and its column."""
    frame = QFrame()
    frame.setProperty("ground", kind)
    column = QVBoxLayout(frame)
    column.setContentsMargins(margin, margin - 4, margin, margin - 4)
    column.setSpacing(8)
    return frame, column


def rule() -> QFrame:
    """A hairline."""
    line = QFrame()
    line.setProperty("ground", "rule")
    line.setFixedHeight(1)
    return line


def column(
    *items: QWidget | QLayout | int, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QVBoxLayout:
    """A column of widgets, layouts and gaps (a negative gap stretches)."""
    box = QVBoxLayout()
    _fill(box, items, spacing, margins)
    return box


def row(
    *items: QWidget | QLayout | int, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QHBoxLayout:
    """A row of widgets, layouts and gaps (a negative gap stretches)."""
    box = QHBoxLayout()
    _fill(box, items, spacing, margins)
    return box


def _fill(
    box: QVBoxLayout | QHBoxLayout,
    items: tuple[QWidget | QLayout | int, ...],
    spacing: int,
    margins: tuple[int, int, int, int],
) -> None:
    box.setSpacing(spacing)
    box.setContentsMargins(*margins)
    for item in items:
        if isinstance(item, QWidget):
            box.addWidget(item)
        elif isinstance(item, QLayout):
            box.addLayout(item)
        elif item < 0:
            box.addStretch(1)
        else:
            box.addSpacing(item)


def reached_after(earlier: QWidget, *later: QWidget) -> None:
    """Let Tab come from `earlier` to these, one after another: to what was made later Qt would come last of all."""
    for one, another in pairwise((earlier, *later)):
        QWidget.setTabOrder(one, another)


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
