"""Removing an account that signs elsewhere, after a plain question."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from ashore.domain.errors import AshoreError
from ashore.engine.views import Account
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.widgets.asking import AskingCard
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import row
from ashore.ui.widgets.problem import ProblemLine
from ashore.ui.widgets.scroll import bring_into_view
from ashore.ui.wording import breakable

MEANING = (
    "Its layer-2 key is deleted from your vault. Its money is not touched. "
    "To add it again, you sign the key text in the other wallet again."
)


class AccountRemoval(AskingCard):
    """The button, the question, and what speaks against it."""

    removed = Signal(str)
    """The label of the account that is gone."""

    def __init__(self, context: Context, account: Account) -> None:
        self.remove = Button("Remove", "small-link", name=f"Remove {account.label}")
        keep = Button("Keep it", name=f"Keep {account.label}")
        super().__init__(self.remove, keep, Button("Remove it", name=f"Yes, remove {account.label}"))
        self.setProperty("ground", "clear")
        self._context = context
        self._account = account
        self.problem = ProblemLine(context.icons)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        inner.addLayout(row(self.remove, -1))
        inner.addWidget(self.put(f"Remove {breakable(account.label)}?", MEANING))
        inner.addWidget(self.problem)
        self.agreed.connect(self._remove)

    def ask(self, asking: bool) -> None:
        self.problem.show_problem(None)
        super().ask(asking)
        if asking:
            bring_into_view(self.question)

    def _remove(self) -> None:
        self._context.tasks.start(self._gone(), failed=self._failed, name=f"remove {self._account.index}")

    async def _gone(self) -> None:
        await self._context.wallet.elsewhere.remove(self._account)
        self.removed.emit(self._account.label)

    def _failed(self, error: AshoreError) -> None:
        self.ask(False)
        self.problem.show_problem(Problem(error.sentence, error.advice))
