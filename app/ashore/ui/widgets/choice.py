"""A choice: a list where there is something to choose, a fixed text where there is not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyleOptionComboBox, QVBoxLayout, QWidget

from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.labels import Label

_EDGES = 52
"""Of a closed list, what its padding and its arrow take of its width, in pixels."""


class ComboBox(QComboBox):
    """A drop-down list in the look of the house. The wheel scrolls the page, never the value."""

    entered = Signal()
    """Enter was pressed over the closed list."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        # Qt would cut a text that is too long in the middle of a letter.
        super().initStyleOption(option)
        room = self.width() - _EDGES
        option.currentText = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)

    def showPopup(self) -> None:
        # As wide as its longest option: in the list nothing is cut off.
        edges = 2 * self._theme.px(12) + self.view().verticalScrollBar().sizeHint().width()
        widest = self.view().sizeHintForColumn(0) + edges
        self.view().setMinimumWidth(max(self.width(), min(widest, self.window().width())))
        super().showPopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.entered.emit()
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        arrow = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxArrow, self
        )
        middle, size = QPointF(arrow.center()), self._theme.px(4)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("muted"), 1.75, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolyline(
            [middle + QPointF(-size, -size / 2), middle + QPointF(0, size / 2), middle + QPointF(size, -size / 2)]
        )
        painter.end()


class Choice(QWidget):
    """Options by key. With one option it is a fixed text that takes no focus."""

    changed = Signal(str)
    entered = Signal()
    """Enter was pressed here: as in a field, it goes on."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.combo = ComboBox(theme)
        self.combo.setAccessibleName(name)
        self._fixed = Label(role="value", wrap=True)
        self._fixed.setAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        self._name = name
        self._options: tuple[tuple[str, str], ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.combo)
        column.addWidget(self._fixed)
        self._fixed.hide()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setFocusProxy(self.combo)
        self.combo.entered.connect(self.entered)
        self.combo.currentIndexChanged.connect(self._index_changed)
        theme.changed.connect(self._level)

    @property
    def key(self) -> str:
        """The key of the chosen option, empty where there is none."""
        index = self.combo.currentIndex()
        return self._options[index][0] if 0 <= index < len(self._options) else ""

    @property
    def text(self) -> str:
        """The text of the chosen option."""
        return dict(self._options).get(self.key, "")

    def set_options(self, options: Sequence[tuple[str, str]], key: str = "") -> None:
        """Offer `options` (key, text). Keeps what was chosen where it is still offered, else takes `key`."""
        wanted = self.key or key
        if tuple(options) != self._options:
            self._options = tuple(options)
            self.combo.blockSignals(True)
            self.combo.clear()
            self.combo.addItems([text for _, text in options])
            self.combo.blockSignals(False)
        self.select(wanted)
        self._level()
        self._fixed.setText(self._options[0][1] if self._options else "–")
        self._fixed.setAccessibleName(f"{self._name}: {self._fixed.text()}")
        self.combo.setVisible(len(self._options) > 1)
        self._fixed.setVisible(len(self._options) <= 1)

    def select(self, key: str) -> None:
        """Choose the option of that key, or the first one."""
        keys = [known for known, _ in self._options]
        index = keys.index(key) if key in keys else 0
        self.combo.blockSignals(True)
        self.combo.setCurrentIndex(index if keys else -1)
        self.combo.blockSignals(False)

    def _level(self) -> None:
        """A fixed text is as high as a list, so that it stands on the line of the fields beside it."""
        self.combo.ensurePolished()
        self._fixed.setMinimumHeight(self.combo.sizeHint().height())

    def _index_changed(self, index: int) -> None:
        if index >= 0:
            self.changed.emit(self.key)
