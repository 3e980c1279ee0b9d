"""The marks of evidence: told apart by shape alone, and by words."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter

from ashore.domain.withdrawal import Mark
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.marks import WORDS, MarkWidget, described, mark_pixmap, paint_mark


def drawn(mark: Mark) -> QImage:
    """The mark in black on white: colour tells nothing here."""
    image = QImage(32, 32, QImage.Format.Format_Grayscale8)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint_mark(painter, mark, QRectF(2, 2, 28, 28), QColor("black"))
    painter.end()
    return image


def difference(first: QImage, second: QImage) -> int:
    """How many pixels differ clearly."""
    pairs = itertools.product(range(32), range(32))
    return sum(abs(first.pixelColor(x, y).red() - second.pixelColor(x, y).red()) > 96 for x, y in pairs)


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(Mark, 2)))
def test_no_two_marks_have_one_shape(application: object, first: Mark, second: Mark) -> None:
    assert difference(drawn(first), drawn(second)) > 24


@pytest.mark.parametrize("mark", Mark)
def test_every_mark_is_said_in_words(theme: Theme, mark: Mark) -> None:
    widget = MarkWidget(theme, Mark.AWAITED if mark is not Mark.AWAITED else Mark.PROVEN)
    widget.show_mark(mark)
    assert WORDS[mark].name.capitalize() in widget.toolTip()
    spoken = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
    assert spoken == described(mark)
    assert spoken.endswith(".")


def test_a_mark_is_as_large_as_its_text(theme: Theme) -> None:
    usual = mark_pixmap(theme, Mark.SEEN).width()
    theme.apply("dark", 200)
    assert mark_pixmap(theme, Mark.SEEN).width() > 1.8 * usual
