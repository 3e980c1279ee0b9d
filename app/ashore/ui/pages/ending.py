"""Beside the voyage of a request that nobody can tell the outcome of: that a person may end it, and what that means."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import placed
from ashore.engine.views import Voyage
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.widgets.asking import AskingCard
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, row
from ashore.ui.widgets.problem import ProblemLine
from ashore.ui.widgets.scroll import bring_into_view
from ashore.ui.wording import breakable

ASKED = "End this request without knowing?"
_ABOUT = "Nobody has shown what became of it. You can go on waiting for as long as you like, or end it yourself."


class EndingCard(AskingCard):
    """Asks before it is ended; what it means stands in the track."""

    def __init__(self, context: Context) -> None:
        self.begin = Button("")
        super().__init__(self.begin, Button("Keep waiting"), Button("End it"))
        self._context = context
        self._withdrawal = ""
        self.problem = ProblemLine(context.icons)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(8)
        inner.addWidget(Label("Your decision", "caption"))
        inner.addWidget(Label(_ABOUT, "muted", wrap=True))
        inner.addLayout(row(self.begin, -1))
        inner.addWidget(self.put(ASKED, ""))
        inner.addWidget(self.problem)
        self.agreed.connect(self._end)

    def show_voyage(self, voyage: Voyage) -> None:
        """Stand beside this one, where it may be ended."""
        words, state = voyage.track.words, voyage.withdrawal
        may = bool(words.end) and any(row.again == words.end for row in voyage.rows)
        self.setVisible(may)
        if state.id != self._withdrawal or not may:
            self.question.hide()
            self.begin.setEnabled(True)
            self.problem.show_problem(None)
        self._withdrawal = state.id
        if may:
            self.begin.setText(words.end)
            self.begin.setAccessibleName(f"{words.end}: your decision")  # the stage has a button of that name, too
            self.meaning.setText(breakable(placed(words.end_meaning, state.terms)))

    def ask(self, asking: bool) -> None:
        super().ask(asking)
        if asking:
            self.problem.show_problem(None)
            bring_into_view(self.question)

    def _end(self) -> None:
        """Pressed twice it is ended once: the engine ends only what is still open."""
        work = self._context.wallet.endings.end(self._withdrawal)
        self._context.tasks.start(work, failed=self._not_ended, name="end a request")

    def _not_ended(self, error: AshoreError) -> None:
        self.begin.setEnabled(True)
        self.problem.show_problem(Problem(error.sentence, error.advice, Severity.WARNS))
