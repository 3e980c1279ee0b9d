"""What pages share on which a signature of another wallet is pasted."""

from __future__ import annotations

import hashlib

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from ashore.domain.signature_text import MOST_CHARACTERS, SignatureTextError, parse_signature
from ashore.domain.text_kinds import Kind
from ashore.intake.recognition import Intake
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.pages.field_intake import FieldIntake
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.labels import Label, column, ground

WANTED = "Paste the signature that your other wallet shows."
CLEARED = Problem("It was cleared when this page was left.", "Paste it again.", Severity.NOTES)


def step(title: str, *parts: QWidget) -> QFrame:
    """A card with a heading, for one of the steps."""
    card, inner = ground("card")
    inner.addWidget(Label(title, "section", wrap=True))
    inner.addLayout(column(*parts, spacing=8))
    return card


def waiting_bar(name: str) -> QProgressBar:
    """A bar without an end, hidden at first."""
    bar = QProgressBar()
    bar.setRange(0, 0)
    bar.setTextVisible(False)
    bar.setAccessibleName(name)
    bar.hide()
    return bar


def signature_problem(text: str) -> Problem | None:
    """What is wrong with the form of a pasted signature."""
    try:
        parse_signature(text)
    except SignatureTextError as error:
        return Problem(error.sentence, error.advice)
    return None


def signature_intake(context: Context, field: Field) -> FieldIntake:
    """What understands whatever comes to a signature's field. Of a signature, the page's own judgement says more."""
    return FieldIntake(context, field, WANTED, fits=_signature_in)


def _signature_in(text: str, found: Intake) -> str:
    return text.strip() if found.kind is Kind.SIGNATURE or signature_problem(text) is None else ""


def paste_signature(edit: LineEdit) -> None:
    """Put what was copied in the place of what stands there, unless it belongs elsewhere or nowhere."""
    text = QGuiApplication.clipboard().text()
    if not edit.gate(text):
        edit.setText(text[: MOST_CHARACTERS + 1])
    edit.setFocus(Qt.FocusReason.OtherFocusReason)


def fingerprint(text: str) -> str:
    """By which a text is known again without being kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def held_in_clipboard(*signatures: str) -> str:
    """The fingerprint of the clipboard where one of the signatures is in it, else empty."""
    text = QGuiApplication.clipboard().text()
    bare = "".join(text.split())
    there = any("".join(signature.split()) in bare for signature in signatures if signature)
    return fingerprint(text) if there else ""


def clear_clipboard(held: str) -> None:
    """Empty the clipboard if its text still has that fingerprint."""
    clipboard = QGuiApplication.clipboard()
    if held and fingerprint(clipboard.text()) == held:
        clipboard.clear()
