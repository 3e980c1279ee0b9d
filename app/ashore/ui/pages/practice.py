"""Moving the practice chain by hand."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.engine.views import BY_HAND as STEP
from ashore.engine.views import CLOCK_KEY
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import Label
from ashore.ui.wording import breakable

__all__ = ["CLOCK_KEY", "HOW", "STEP", "WAITS", "Steps"]

HOW = "A block is made with each stage; four blocks after the release, all up to there is irreversible."
WAITS = "The practice clock waits for you: “Next stage” and “Next block” move it on."

_LINE, _LINES = 17, 4
"""What was done in two steps on two chains fits into that many lines of the narrow column."""


class Steps(QWidget):
    """Buttons that let the practice operator or chain take one step, shown only where nothing moves by itself."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.next_stage = Button("Next stage", name="Let the practice operator take its next stage")
        self.next_block = Button("Next block", name="Let the practice chain make a block")
        self.how = Label(HOW, "small", wrap=True)
        self.done = Label(role="small", wrap=True)
        context.theme.changed.connect(self._keep_room)
        buttons = QWidget()
        buttons.setLayout(FlowLayout(self.next_stage, self.next_block, gap=8))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(buttons)
        column.addWidget(self.how)
        column.addWidget(self.done)
        self._keep_room()
        # The operator's next stage waits until a block holds the one before.
        self.next_stage.clicked.connect(lambda: self._step("stage", "block"))
        self.next_block.clicked.connect(lambda: self._step("block"))

    def wanted(self) -> bool:
        """Whether the practice chain moves by hand."""
        wallet = self._context.wallet
        return wallet.sandbox is not None and wallet.setting(CLOCK_KEY, "demo") == STEP

    def _keep_room(self) -> None:
        """As high without words as with them, so that no button moves away from under a finger."""
        self.done.setFixedHeight(self._context.theme.px(_LINE) * _LINES)

    def _step(self, *steps: str) -> None:
        self._context.tasks.start(self._take(steps), failed=self._failed)

    async def _take(self, steps: tuple[str, ...]) -> None:
        wallet = self._context.wallet
        if wallet.sandbox is not None:
            told = [await wallet.sandbox.step(step) for step in steps]
            self.done.setText(breakable(" ".join(told)))
            wallet.look_again()

    def _failed(self, error: AshoreError) -> None:
        self.done.setText("")
        self._context.notify(Problem(error.sentence, error.advice))
