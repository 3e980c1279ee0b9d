"""A box to tick, with a sentence below it that says what ticking means."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.labels import Label, column
from ashore.ui.wording import breakable


class Box(QCheckBox):
    """A tick box that Enter ticks too, as every button here, with the tick of the house's icons."""

    def __init__(self, icons: Icons, text: str) -> None:
        super().__init__(text)
        self._icons = icons
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)  # what looks empty takes no click

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        place = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        painter.drawPixmap(place, self._icons.pixmap("check", "on_accent", place.width()))
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)


class Tick(QWidget):
    """Not ticked until a person does it."""

    def __init__(self, icons: Icons, text: str, meaning: str) -> None:
        super().__init__()
        self.box = Box(icons, text)
        self.box.setAccessibleName(text)
        self.meaning = Label(role="small", wrap=True)
        self.explain(meaning)
        self.setLayout(column(self.box, self.meaning, spacing=4))

    @property
    def on(self) -> bool:
        """Whether it is ticked."""
        return self.box.isChecked()

    def explain(self, meaning: str) -> None:
        """Say something else below the box."""
        self.box.setAccessibleDescription(meaning)
        self.meaning.setText(breakable(meaning))

    def clear(self) -> None:
        """Take the tick away."""
        self.box.setChecked(False)
