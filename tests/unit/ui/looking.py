"""Looking at a window as a person would: what is visible, what is cut off, what is marked-up text."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTableView,
    QWidget,
)

from ashore.ui.widgets.hextext import HexText

FOCUSABLE = (QAbstractButton, QLineEdit, QComboBox, QTableView, QPlainTextEdit)


def visible(root: QWidget, *kinds: type[QWidget]) -> list[QWidget]:
    """Everything of these kinds that is shown below `root`."""
    return [child for child in root.findChildren(QWidget) if isinstance(child, kinds) and child.isVisibleTo(root)]


def texts(root: QWidget) -> str:
    """All the text that is shown below `root`."""
    shown = [label.text() for label in visible(root, QLabel)]
    shown += [button.text() for button in visible(root, QAbstractButton)]
    return "\n".join(shown).replace("\u200b", "")


def cut_off(root: QWidget) -> list[str]:
    """What does not fit where it stands: smaller than its text, or sticking out of its page."""
    found = []
    for widget in visible(root, QLabel, QAbstractButton, HexText):
        if not _words(widget):
            continue  # its content is looked at by itself
        if _too_small(widget) or _beyond(widget, root):
            found.append(f"{type(widget).__name__} {_words(widget)!r} {widget.size().toTuple()}")
    return found


def _words(widget: QWidget) -> str:
    text = widget.text if isinstance(widget, HexText) else widget.text()  # type: ignore[attr-defined]
    return str(text)


def _too_small(widget: QWidget) -> bool:
    if isinstance(widget, HexText) or (isinstance(widget, QLabel) and widget.wordWrap()):
        narrow = isinstance(widget, QLabel) and _longest_word(widget) > widget.contentsRect().width() + 1
        return narrow or widget.height() < widget.heightForWidth(widget.width()) - 1
    hint = widget.sizeHint()
    return widget.width() < hint.width() - 1 or widget.height() < hint.height() - 2


def _longest_word(label: QLabel) -> int:
    metrics = label.fontMetrics()
    return max((metrics.horizontalAdvance(w) for w in label.text().replace("\u200b", " ").split()), default=0)


def _beyond(widget: QWidget, root: QWidget) -> bool:
    """Whether a widget sticks out of its page sideways, where nothing scrolls to it."""
    corner = widget.mapTo(root, QPoint(0, 0))
    place = QRect(corner, widget.size())
    if place.left() < 0 or place.right() > root.width():
        return True
    parent = widget.parentWidget()
    while parent is not None and parent is not root:
        if isinstance(parent, QAbstractScrollArea):
            port = parent.viewport()
            left = widget.mapTo(port, QPoint(0, 0)).x()
            return left < 0 or left + widget.width() > port.width() + 1
        parent = parent.parentWidget()
    return False


def nameless(root: QWidget) -> list[str]:
    """Controls that a screen reader could not name."""
    controls = [w for w in visible(root, *FOCUSABLE) if not isinstance(w.parentWidget(), QScrollBar)]
    return [
        type(w).__name__
        for w in controls
        if w.focusPolicy() != Qt.FocusPolicy.NoFocus and not (w.accessibleName() or getattr(w, "text", str)())
    ]


def marked_up(root: QWidget) -> list[str]:
    """Labels that would read their text as markup."""
    return [
        label.text()
        for label in root.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText and label.metaObject().className() != "QTipLabel"
    ]


LEAST_CONTRAST = 4.5
"""Of text on its ground (WCAG 2.2, 1.4.3)."""


def faint(root: QWidget) -> list[str]:
    """Texts in view that stand out too little from what is behind them, as painted. Controls that are off may."""
    picture = root.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    found = []
    for widget in visible(root, QLabel, QAbstractButton):
        whole = widget.visibleRegion().boundingRect() == widget.rect()
        if whole and widget.isEnabled() and _words(widget).strip():
            contrast = _contrast(picture.copy(QRect(widget.mapTo(root, QPoint(0, 0)), widget.size())))
            if contrast < LEAST_CONTRAST:
                found.append(f"{type(widget).__name__} {_words(widget)!r} {contrast:.1f}")
    return found


def _contrast(picture: QImage) -> float:
    """The ratio between the ground, which most of it is, and what differs most from that."""
    colours = Counter(memoryview(picture.constBits()).cast("I"))
    ground = _luminance(colours.most_common(1)[0][0])
    lights = [_luminance(colour) for colour in colours]
    return max((max(light, ground) + 0.05) / (min(light, ground) + 0.05) for light in (min(lights), max(lights)))


def _luminance(colour: int) -> float:
    channels = [(colour >> shift & 0xFF) / 255 for shift in (16, 8, 0)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
