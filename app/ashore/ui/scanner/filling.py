"""Scanning into one field of a form: what fits is filled in, and of everything else it is said what it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ashore.intake.recognition import Intake, take_in
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.port import reach_of
from ashore.ui.scanner.menu import ScanButton
from ashore.ui.widgets.field import Field

SCAN_WANTS = "An address on Ethereum would fit: 0x and 40 digits."
NOT_FILLED = "Nothing was filled in here."


def scan_into(
    context: Context,
    field: Field,
    what: str,
    wanted: str,
    fill: Callable[[str, Intake], bool],
    keys: QWidget | None = None,
) -> ScanButton:
    """Put a scan button above a field. `fill` takes a text and what it is, and says whether it had a use for it.

    `keys` is the page on which its shortcuts hold, where they do.

    `what` names the field for those who cannot see where the button stands; `wanted` says what would fit.
    """
    button = ScanButton(context, what, role="small-link", keys=keys)
    reach = reach_of(context.wallet)

    def take(text: str, _source: object) -> None:
        field.control.setFocus(Qt.FocusReason.OtherFocusReason)
        found = take_in(text, reach)
        if fill(text, found):
            return
        # Of what opens a wallet, the sentence says what to do with it.
        advice = found.advice if found.secret else wanted
        field.show_problem(Problem(found.sentence, f"{NOT_FILLED} {advice}", Severity.WARNS))

    def say(problem: Problem) -> None:
        field.control.setFocus(Qt.FocusReason.OtherFocusReason)
        field.show_problem(problem)

    button.scan.got.connect(take)
    button.scan.told.connect(say)
    field.put_above(button)
    return button
