"""What stands beside the voyage of a withdrawal that another wallet made: that it is only watched, and its removal."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import Withdrawal
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.widgets.asking import AskingCard
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, row
from ashore.ui.widgets.problem import ProblemLine
from ashore.ui.widgets.scroll import bring_into_view
from ashore.ui.wording import breakable

MEANING = (
    "Ashore stops watching it. Nothing happens to the withdrawal or to its money: another wallet made it. "
    "Paste its hash again to follow it once more."
)
_WATCHED = (
    "Another wallet made this withdrawal, from zkLink account {account}. Ashore asked zkLink’s node for it by its "
    "hash, and what it told gives that very hash. Nothing is signed or sent for it from here."
)


class FollowedCard(AskingCard):
    """Says whose it is, and asks before it is taken off the list."""

    def __init__(self, context: Context) -> None:
        self.remove = Button("Remove from the list", "small-link", name="Stop following this withdrawal")
        super().__init__(self.remove, Button("Keep it", name="Keep following"), Button("Remove it"))
        self._context = context
        self._withdrawal = ""
        self.said = Label(role="muted", wrap=True)
        self.problem = ProblemLine(context.icons)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(8)
        inner.addWidget(Label("Followed", "caption"))
        inner.addWidget(self.said)
        inner.addLayout(row(self.remove, -1))
        inner.addWidget(self.put("Stop following this withdrawal?", MEANING))
        inner.addWidget(self.problem)
        self.agreed.connect(self._remove)

    def show_withdrawal(self, state: Withdrawal) -> None:
        """Stand beside this one; beside none that was made here."""
        self.setVisible(state.is_followed)
        if state.id != self._withdrawal:
            self.question.hide()
            self.remove.setEnabled(True)
            self.problem.show_problem(None)
        self._withdrawal = state.id
        if state.is_followed:
            place = f"{state.terms.details['account_id']}/{state.terms.details['sub_account_id']}"
            self.said.setText(breakable(_WATCHED.format(account=place)))

    def ask(self, asking: bool) -> None:
        super().ask(asking)
        if asking:
            bring_into_view(self.question)

    def _remove(self) -> None:
        try:
            self._context.wallet.following.unfollow(self._withdrawal)
        except AshoreError as error:
            self.problem.show_problem(Problem(error.sentence, error.advice))
            return
        self._withdrawal = ""
        self._context.go.show_section("activity")
