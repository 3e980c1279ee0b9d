"""Unlock: shown while the wallet is locked. Watching goes on behind it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QProgressBar, QSpacerItem, QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.keys.errors import WrongPassword
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.labels import Label, ground
from ashore.ui.widgets.scroll import ScrollColumn

_CARD_HEIGHT = 520
"""What the card takes of the window with everything that can be said in it, in pixels at 100 %."""


class UnlockPage(QWidget):
    """One field, one button, and a clear sentence when the password is wrong."""

    def __init__(self, context: Context, hint: str = "") -> None:
        super().__init__()
        self.context = context
        self.setAccessibleName("Unlock")
        self.password = LineEdit("Password")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.field = Field(context.icons, "Password", self.password)
        self.unlock = Button("Unlock", "primary")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Unlocking")
        self.progress.hide()
        card, inner = ground("card", 28)
        card.setMaximumWidth(context.theme.px(440))
        inner.setSpacing(12)
        inner.addWidget(Label("Ashore is locked", "title", wrap=True))
        inner.addWidget(Label("Your keys are closed: nothing new can be signed.", "muted", wrap=True))
        self.watching = Label("", "muted", wrap=True)
        inner.addWidget(self.watching)
        self.waiting = Label("", "muted", wrap=True)
        inner.addWidget(self.waiting)
        inner.addWidget(self.field)
        self.why = Disclosure(context.icons, "I am sure that it is right")
        self.reason = Label(role="small", wrap=True)
        self.why.set_content(self.reason)
        self.why.hide()
        inner.addWidget(self.why)
        self.hint = Label(role="small", wrap=True)
        self.hint.show_text(hint)
        inner.addWidget(self.hint)
        inner.addWidget(self.unlock)
        inner.addWidget(self.progress)
        scroll = ScrollColumn(margins=(32, 24, 32, 24))
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card, 8)
        middle.addStretch(1)
        self._above = QSpacerItem(0, 0)
        scroll.column.addSpacerItem(self._above)
        scroll.column.addLayout(middle)
        scroll.column.addStretch(1)
        self._column = scroll.column
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self.password.returnPressed.connect(self._unlock)
        self.unlock.clicked.connect(self._unlock)
        context.hub.withdrawals_changed.connect(lambda _ids: self._show_watching())
        context.hub.unclaimed_changed.connect(self._show_watching)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand where the window’s height says: a notice that comes below takes room of the page, and moves nothing."""
        super().resizeEvent(event)
        spare = self.window().height() - self.context.theme.px(_CARD_HEIGHT)
        above = max(0, spare * 2 // 5)
        if above != self._above.sizeHint().height():
            self._above.changeSize(0, above)
            self._column.invalidate()

    def _show_watching(self) -> None:
        """How many are under way or wait, and nothing else of them: anybody may look at a locked window."""
        wallet = self.context.wallet
        self.watching.setText(watching_words(wallet.open_count(), wallet.refused_count()))
        money = wallet.unclaimed
        self.waiting.show_text(waiting_words(sum(bool(o.amount) and not money.claim_of(o) for o in money.found)))

    def shown(self) -> None:
        """Ready to type."""
        self._show_watching()
        self.password.clear()
        self._show_problem(None)
        self._set_busy(False)
        self.password.setFocus()

    def _unlock(self) -> None:
        if not self.password.text():
            self._show_problem(Problem("Enter your password."))
            return
        password = bytearray(self.password.text().encode())
        self._set_busy(True)
        self.context.tasks.start(self._open(password), failed=self._failed, name="unlock")

    async def _open(self, password: bytearray) -> None:
        try:
            await self.context.wallet.unlock(password)
        finally:
            password[:] = bytes(len(password))
        self.password.clear()
        self._set_busy(False)

    def _failed(self, error: AshoreError) -> None:
        self._set_busy(False)
        if isinstance(error, WrongPassword):
            self._show_problem(Problem("That is not the password."), error.advice)
        else:
            self._show_problem(Problem(error.sentence, error.advice))
        self.password.selectAll()
        self.password.setFocus()

    def _show_problem(self, problem: Problem | None, behind: str = "") -> None:
        """Say the problem beside the field; what is seldom its reason stays `behind` a button."""
        self.field.show_problem(problem)
        self.reason.setText(behind)
        self.why.set_open(False)
        self.why.setVisible(bool(behind))

    def _set_busy(self, busy: bool) -> None:
        self.unlock.setEnabled(not busy)
        self.password.setEnabled(not busy)
        self.progress.setVisible(busy)


def watching_words(count: int, refused: int = 0) -> str:
    """What goes on behind the lock, in one line: `refused` of those that have not ended were refused by a service."""
    under_way = count - refused
    many = f"{under_way:,}" if under_way else "Nothing"
    noun = " is" if not under_way else " withdrawal is" if under_way == 1 else " withdrawals are"
    no = f", and {refused:,} that {'was' if refused == 1 else 'were'} refused may still be paid" if refused else ""
    return f"{many}{noun} under way{no}. Watching goes on."


def waiting_words(count: int) -> str:
    """How many things wait to be claimed, in one line; empty where none does."""
    if not count:
        return ""
    return f"{count:,} {'thing waits' if count == 1 else 'things wait'} to be claimed. Unlock to see what."
