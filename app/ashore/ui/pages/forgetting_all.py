"""The head of a list of vouchers that were not opened, with a way to forget all that it lists, after one question."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QLayout

from ashore.ui.widgets.asking import AskingCard
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import column, row, show_if

FORGET_ALL = "Forget all…"
_QUESTION = "Forget all {} vouchers that were not opened?"
_MEANING = (
    "All {} links are deleted from your vault, for good. A voucher whose link is nowhere else is lost with it. Links "
    "that you keep elsewhere still work."
)
_STAYS = " The one in the field above stays."
_LEAST = 2


class ForgettingAll(AskingCard):
    """The button, offered for two or more, and the question. `asked` has the ids of those that it was asked of.

    What comes while it is asked is no part of it, and stays.
    """

    def __init__(self, heading: QLayout) -> None:
        self.begin = Button(FORGET_ALL, "small-link", name="Forget all vouchers that were not opened")
        super().__init__(
            self.begin,
            Button("Keep them", name="Keep the vouchers that were not opened"),
            Button("Forget all", name="Yes, forget all vouchers that were not opened"),
        )
        self.setProperty("ground", "clear")
        self.asked: tuple[str, ...] = ()
        self._listed: tuple[str, ...] = ()
        self._one_stays = False
        line = row(heading, self.begin, spacing=12)
        line.setStretch(0, 1)
        line.setAlignment(self.begin, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(line, self.put("", ""), spacing=8))

    def offer(self, listed: Sequence[str], *, one_stays: bool) -> None:
        """Offer it for these ids; `one_stays`: another one stands in the field, which it does not mean."""
        self._listed, self._one_stays = tuple(listed), one_stays
        show_if(self.begin, len(listed) >= _LEAST)
        if self.asking:
            left = tuple(each for each in self.asked if each in self._listed)
            if len(left) < _LEAST:
                self.withdraw()
            else:
                self._name(left)

    def ask(self, asking: bool) -> None:
        if asking:
            self._name(self._listed)
        super().ask(asking)

    def _name(self, asked: tuple[str, ...]) -> None:
        self.asked = asked
        meaning = _MEANING.format(len(asked)) + (_STAYS if self._one_stays else "")
        self.reword(_QUESTION.format(len(asked)), meaning)

    def hideEvent(self, event: QHideEvent) -> None:
        """Elsewhere, or locked: who comes back is asked of what is there then."""
        if not event.spontaneous():
            self.withdraw()
        super().hideEvent(event)
