"""What pages share on which a signature of another wallet is pasted."""

from __future__ import annotations

import hashlib

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QProgressBar, QWidget

from ashore.domain.signature_text import SignatureTextError, parse_signature
from ashore.systems.base import Problem, Severity
from ashore.ui.widgets.labels import Label, column, ground

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
