"""A button for each of several codes: what the outlines offer to the mouse, for the keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ashore.domain.untrusted import plain
from ashore.ui.scanner.sightings import Sighting
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.flow import FlowLayout

_MOST_SHOWN = 44
MOST = 6
"""More buttons would leave no room for the picture, where each code can be clicked on."""


class Picks(QWidget):
    """Hidden while there is nothing to choose. The number is the one beside the outline."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._flow = FlowLayout()
        self.setLayout(self._flow)
        self._offered: tuple[Sighting, ...] = ()
        self.buttons: list[Button] = []
        self.hide()

    def offer(self, several: Sequence[Sighting]) -> None:
        """Offer these. A button that stays is not made anew: somebody may be on the way to it."""
        if tuple(map(id, several)) == tuple(map(id, self._offered)):
            return
        self._offered = tuple(several)
        for button in self.buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._made(number, one) for number, one in enumerate(several[:MOST], 1)]
        self.setVisible(bool(several))

    def choose(self, number: int) -> bool:
        """Choose by the number beside the outline; whether there is one of that number."""
        there = 0 < number <= len(self._offered)
        if there:
            self.chosen.emit(self._offered[number - 1])
        return there

    def _made(self, number: int, one: Sighting) -> Button:
        what = one.what.sentence
        button = Button(f"{number}  {plain(what, _MOST_SHOWN)}", name=f"{number}: {what}")
        button.clicked.connect(lambda: self.chosen.emit(one))
        self._flow.addWidget(button)
        button.show()
        return button
