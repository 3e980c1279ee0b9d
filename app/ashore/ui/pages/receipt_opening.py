"""The button that opens a receipt from its file, or from a picture of its code."""

from __future__ import annotations

from ashore.domain.receipt_file import SUFFIX
from ashore.intake.recognition import Way, take_in, unwrapped
from ashore.systems.base import Problem, Severity
from ashore.ui.arrivals import Source
from ashore.ui.context import Context
from ashore.ui.scanner.scan import Scan
from ashore.ui.widgets.buttons import Button

OPEN = "Open a receipt…"
NO_RECEIPT = Problem(
    "This file is not a receipt of Ashore.",
    f"Choose the file that Ashore has saved: its name ends in {SUFFIX}.",
    Severity.WARNS,
)


class OpenReceipt(Button):
    """Asks for a file. What is no receipt is said so, and led nowhere else."""

    def __init__(self, context: Context, role: str = "") -> None:
        super().__init__(OPEN, role)
        self._context = context
        self.scan = Scan(context, self)
        self.scan.suits = lambda _text, found: found.way is Way.RECEIPT
        self.clicked.connect(self.scan.choose_receipt)
        self.scan.got.connect(self._got)
        self.scan.told.connect(context.go.say)

    def _got(self, text: str, _source: Source) -> None:
        if take_in(text).way is Way.RECEIPT:
            self._context.go.show_receipt(unwrapped(text))
        else:
            self._context.go.say(NO_RECEIPT)
