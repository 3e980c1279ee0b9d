"""The setting that opens links with Ashore, with who opens each of them now."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ashore.domain.errors import AshoreError
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.link_choice import ASKED, ASKED_KEY, LinkChoice, program_of
from ashore.ui.pages.link_asking import schemes
from ashore.ui.widgets.labels import Label, column, ground
from ashore.ui.widgets.tick import Tick

OPEN_HERE = "Open links with Ashore"


class LinkCard(QWidget):
    """A switch, and below it what is so now: other programs can change it at any time."""

    def __init__(self, context: Context, choice: LinkChoice) -> None:
        super().__init__()
        self._context = context
        self._choice = choice
        meaning = (
            f"A click on a {schemes('or')} link then fills a form here. It sends nothing. "
            "Without the tick, whichever program opened them before does so again."
        )
        self.tick = Tick(context.icons, OPEN_HERE, meaning)
        self.state = Label(role="small", wrap=True)
        card, inside = ground("card")
        for widget in (Label("Links from other programs", "section"), self.tick, self.state):
            inside.addWidget(widget)
        self.setLayout(column(card))
        self.tick.box.clicked.connect(self._choose)
        choice.changed.connect(self._show)
        self._show()

    def refresh(self) -> None:
        """Look again who opens what."""
        self._context.tasks.start(self._choice.look(), name="links")

    def _choose(self, ours: bool) -> None:
        self.tick.box.setEnabled(False)
        self._context.wallet.set_setting(ASKED_KEY, ASKED)
        self._context.tasks.start(self._choice.choose(ours=ours), failed=self._failed, name="links chosen")

    def _failed(self, error: AshoreError) -> None:
        self._context.notify(Problem(error.sentence, error.advice, Severity.WARNS))

    def _show(self) -> None:
        openers = self._choice.openers
        self.tick.box.setEnabled(bool(openers))
        self.tick.box.setChecked(self._choice.any_ours)
        told = [f"{each.scheme}: {program_of(each)}" for each in openers]
        words = f"Now: {' · '.join(told)}." if told else "Looking who opens them now."
        if self._choice.any_ours and not self._choice.all_ours:
            words += " Your system’s own settings can give the others to Ashore, too."
        self.state.setText(words)
