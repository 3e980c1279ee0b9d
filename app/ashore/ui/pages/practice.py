"""Moving the practice chain by hand."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ashore.domain.errors import AshoreError
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.flow import FlowLayout

CLOCK_KEY = "sandbox-clock"
STEP = "step"


class Steps(QWidget):
    """Buttons that let the practice operator or chain take one step, shown only where nothing moves by itself."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.next_stage = Button("Next stage", name="Let the practice operator take its next stage")
        self.next_block = Button("Next block", name="Let the practice chain make a block")
        self.setLayout(FlowLayout(self.next_stage, self.next_block, gap=8))
        self.next_stage.clicked.connect(lambda: self._step("stage"))
        self.next_block.clicked.connect(lambda: self._step("block"))

    def wanted(self) -> bool:
        """Whether the practice chain moves by hand."""
        wallet = self._context.wallet
        return wallet.sandbox is not None and wallet.setting(CLOCK_KEY, "demo") == STEP

    def _step(self, what: str) -> None:
        self._context.tasks.start(self._take(what), failed=self._failed)

    async def _take(self, what: str) -> None:
        wallet = self._context.wallet
        if wallet.sandbox is not None:
            await wallet.sandbox.step(what)
            wallet.look_again()

    def _failed(self, error: AshoreError) -> None:
        self._context.notify(Problem(error.sentence, error.advice))
