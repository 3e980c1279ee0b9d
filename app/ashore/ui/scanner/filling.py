"""Scanning into one field of a form: what fits is filled in, and of everything else it is said what it is."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ashore.ui.context import Context
from ashore.ui.pages.field_intake import FieldIntake
from ashore.ui.scanner.menu import ScanButton
from ashore.ui.widgets.field import Field, LineEdit

SCAN_WANTS = "An address on Ethereum would fit: 0x and 40 digits."


def scan_into(
    context: Context, field: Field, what: str, intake: FieldIntake, keys: QWidget | None = None
) -> ScanButton:
    """Put a scan button above a field, whose `intake` takes what is found; a copied picture is pasted by it too.

    `keys` is the page on which its shortcuts hold, where they do. `what` names the field for those who cannot see
    where the button stands.
    """
    button = ScanButton(context, what, role="small-link", keys=keys)
    button.scan.suits = intake.suits
    button.scan.got.connect(intake.take)
    button.scan.told.connect(intake.say)
    if isinstance(field.control, LineEdit):
        field.control.paste_wanted.connect(button.scan.from_clipboard)
    field.put_above(button)
    return button
