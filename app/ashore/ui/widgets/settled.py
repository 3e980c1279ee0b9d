"""A button that is meant: no click counts that was aimed at whatever stood in its place a moment before."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton, QToolTip, QWidget

from ashore.ui.widgets.scroll import scrolled_by_hand

TOO_SOON = "This button had only just come there. Press it again if you mean it."
STILL_MS = 500
"""How long a button has to stand still before it can be clicked: as long as browsers wait with their questions."""

_CLICKS = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
_CHANGES = (QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.EnabledChange, QEvent.Type.ParentChange)


class Settled(QObject):
    """Lets a button take no click for a moment after it appeared, moved in its window, or could be used again.

    Nobody decides in so short a time, but a hand that is on its way arrives. The keyboard's focus moves under nobody:
    keys count at once, and so does what a screen reader presses.
    """

    too_soon = Signal()
    """A click was not taken, on a button that can be used."""

    def __init__(self, button: QAbstractButton, *, tells: bool = False) -> None:
        """`tells` says at the button itself that a click was not taken."""
        super().__init__(button)
        self._button = button
        self._tells = tells
        self._refused = False
        self._around: list[QWidget] = []
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        button.installEventFilter(self)

    @property
    def waits(self) -> bool:
        """Whether a click would not be taken now."""
        return self._wait.isActive()

    def wait(self) -> None:
        """Take no click for a moment: what the button stands for has changed."""
        if STILL_MS:
            self._wait.start(STILL_MS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _CLICKS and watched is self._button and self.waits:
            if self._button.isEnabled():  # else it was taken already: the second press of a double click
                self._refused = self._tells
                self.too_soon.emit()
            return True
        if kind == QEvent.Type.MouseButtonRelease and watched is self._button and self._refused:
            self._refused = False
            self._tell()
            return True  # else it would go on to what is behind, and take the words away again
        if kind == QEvent.Type.Move and isinstance(watched, QWidget) and scrolled_by_hand(watched):
            return False  # who scrolls knows that it moves
        if kind in _CHANGES and (kind != QEvent.Type.EnabledChange or self._button.isEnabled()):
            if kind in (QEvent.Type.Show, QEvent.Type.ParentChange):
                self._look_around()
            self.wait()
        return False

    def _tell(self) -> None:
        """Nothing moves for what is said; before the release it would be gone."""
        below = self._button.mapToGlobal(QPoint(0, self._button.height()))
        QToolTip.showText(below, TOO_SOON, self._button)

    def _look_around(self) -> None:
        """Watch everything that would take the button along if it moved; the window itself is moved by a person."""
        for widget in self._around:
            widget.removeEventFilter(self)
        self._around = []
        parent = self._button.parentWidget()
        while parent is not None and not parent.isWindow():
            parent.installEventFilter(self)
            self._around.append(parent)
            parent = parent.parentWidget()
