"""The fields of a receiving wallet. What they hold is kept nowhere; secrets are gone when the page is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from ashore.lightning.runes import RUNE_RECIPE
from ashore.systems.base import Problem, Severity
from ashore.ui.pages.receiving_entries import (
    ADDRESS,
    CERTIFICATE,
    CORE_LIGHTNING,
    CREDENTIAL,
    CREDENTIALS,
    FIELDS,
    KINDS,
    LNBITS,
    NAME,
    Entries,
    judge,
    may_stay,
    misplaced,
)
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.choice import Choice
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.labels import Label, column, row, set_tip, show_if
from ashore.ui.widgets.secret import SecretEdit
from ashore.ui.widgets.verbatim import Verbatim

MAX_CERTIFICATE = 64 * 1024
"""More characters than any certificate file of a node has."""
_PEM_LINES = 4
_CLEARED = Problem("It was cleared when this page was left.", "Enter it again to test the connection.", Severity.NOTES)
_WHERE = {
    CORE_LIGHTNING: "Where your node’s clnrest answers.",
    LNBITS: "Where you open LNbits, up to the host.",
}
_EXAMPLES = {CORE_LIGHTNING: "https://192.168.1.5:3010", LNBITS: "https://lnbits.example"}
_MAKE_RUNE = "How to make a rune that can only receive"
_FIND_KEY = "Where to find the invoice key"
_KEY_PLACE = (
    "In LNbits open the wallet, then “API docs” or “Node URL, API keys”, and copy “Invoice/read key”. "
    "The admin key beside it can spend: leave it there."
)


class CertificateEdit(QPlainTextEdit):
    """For the text of a certificate file. Takes no more than one can hold, and gives the Tab key back."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setTabChangesFocus(True)
        self.setProperty("role", "entry")
        self.setAccessibleName("Certificate")
        self.setPlaceholderText("-----BEGIN CERTIFICATE-----")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        theme.changed.connect(self._fit)
        self._fit()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste as plain text, one character more than fits at most: then it is said that it is too long."""
        self.insertPlainText(source.text()[: MAX_CERTIFICATE + 1])

    def _fit(self) -> None:
        self.setFixedHeight(self._theme.px(_PEM_LINES * 18 + 22))


class ReceivingFields(QWidget):
    """Kind, name, address, credential and certificate. Problems stand beside the fields."""

    edited = Signal()
    submitted = Signal()

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._touched: set[str] = set()
        self._taken: tuple[str, ...] = ()
        self._told: dict[str, Problem] = {}
        self.kind = Choice(theme, "Kind of wallet")
        self.kind.set_options(tuple(KINDS.items()), CORE_LIGHTNING)
        self.name = LineEdit("Name", "for example: Harbour node")
        self.address = LineEdit("Address")
        self.where = Label(role="small", wrap=True)
        self.credential = SecretEdit("Rune")
        self.certificate = CertificateEdit(theme)
        self.choose = Button("Choose ca.pem…", "small-link", name="Choose the certificate file, ca.pem")
        self.recipe = Disclosure(icons, _MAKE_RUNE)
        self.key_place = Disclosure(icons, _FIND_KEY)
        self.fields: dict[str, Field] = {}
        self._arrange(theme, icons)
        self._connect()
        self._show_kind()

    def _arrange(self, theme: Theme, icons: Icons) -> None:
        self.recipe.set_content(recipe_block(theme, "The command that makes a rune"))
        self.key_place.set_content(Label(_KEY_PLACE, "small", wrap=True))
        self.fields = {
            NAME: Field(icons, "Name", self.name, lines=1),
            ADDRESS: Field(icons, "Address", self.address, self.where, lines=2),
            CREDENTIAL: Field(icons, "Rune", self.credential),
            CERTIFICATE: Field(icons, "Certificate (optional)", self.certificate),
        }
        set_tip(self.fields[CREDENTIAL], "It is sealed in your vault, and never shown again once it is there.")
        self.certificate_part = QWidget()
        needed = Label("Needed where the node signs its own certificate: the file ca.pem of its clnrest.", "small")
        needed.setWordWrap(True)
        parts = column(self.fields[CERTIFICATE], needed, row(self.choose, -1), spacing=4)
        self.certificate_part.setLayout(parts)
        secret = (row(self.credential.reveal, -1), self.credential.plain, self.recipe, self.key_place)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(12)
        body.addWidget(Field(icons, "Kind of wallet", self.kind))
        body.addWidget(self.fields[NAME])
        body.addWidget(self.fields[ADDRESS])
        body.addLayout(column(self.fields[CREDENTIAL], *secret, spacing=4))
        body.addWidget(self.certificate_part)

    def _connect(self) -> None:
        self.kind.entered.connect(self.submitted)
        self.kind.changed.connect(lambda _key: self._kind_chosen())
        for name, edit in self._lines().items():
            edit.textChanged.connect(lambda _text: self._edited())
            edit.textEdited.connect(lambda _text, name=name: self._told.pop(name, None))
            edit.editingFinished.connect(lambda name=name: self._finished(name))
            edit.returnPressed.connect(self.submitted)
        self.certificate.textChanged.connect(self._certificate_edited)

    def _lines(self) -> dict[str, LineEdit]:
        return {NAME: self.name, ADDRESS: self.address, CREDENTIAL: self.credential}

    # What stands in the form

    def entries(self) -> Entries:
        """The raw texts."""
        return Entries(
            self.kind.key,
            self.name.text(),
            self.address.text(),
            self.credential.text(),
            self.certificate.toPlainText(),
        )

    def set_taken(self, names: Collection[str]) -> None:
        """The names that other wallets have."""
        self._taken = tuple(names)

    def check(self) -> str:
        """Show every problem. The name of the first field that keeps one from going on, or nothing."""
        self._told.clear()
        self._touched = set(FIELDS)
        problems = self._show_problems()
        blocking = (name for name in FIELDS if name in problems and problems[name].severity is Severity.BLOCKS)
        return next(blocking, "")

    def tell(self, name: str, problem: Problem) -> None:
        """Show what the wallet said beside a field, until that field is changed."""
        self._told[name] = problem
        self._show_problems()

    def set_certificate(self, text: str) -> None:
        """What a chosen file holds."""
        self._touched.add(CERTIFICATE)
        self.certificate.setPlainText(text[: MAX_CERTIFICATE + 1])

    def set_ready(self, ready: bool) -> None:
        """Whether anything can be entered now."""
        for widget in (self.kind, *self._lines().values(), self.certificate, self.choose):
            widget.setEnabled(ready)

    def forget(self) -> None:
        """Let go of the credential, and of whatever stands where it should not, also for Undo."""
        before = self.entries()
        had_secret = bool(before.credential)
        self._touched.clear()
        self._told.clear()
        for name, edit in self._lines().items():
            if name != CREDENTIAL:
                edit.setText(edit.text() if may_stay(name, before) else "")  # setText empties what Undo has
        self.certificate.setPlainText(before.certificate if may_stay(CERTIFICATE, before) else "")
        self.credential.forget()
        if had_secret:
            self._told[CREDENTIAL] = _CLEARED
        self._show_problems()

    def reset(self) -> None:
        """Be empty."""
        for edit in self._lines().values():
            edit.setText("")
        self.certificate.setPlainText("")
        self.forget()
        self._told.clear()
        self._show_problems()

    # Typing

    def _kind_chosen(self) -> None:
        self._touched.discard(CREDENTIAL)
        self._told.clear()
        self._show_kind()
        self._edited()

    def _show_kind(self) -> None:
        kind = self.kind.key
        caption = CREDENTIALS[kind]
        self.fields[CREDENTIAL].caption.setText(caption)
        self.credential.name(caption)
        self.where.setText(_WHERE[kind])
        self.address.setPlaceholderText(_EXAMPLES[kind])
        show_if(self.recipe, kind == CORE_LIGHTNING)
        show_if(self.key_place, kind == LNBITS)
        show_if(self.certificate_part, kind == CORE_LIGHTNING)

    def _certificate_edited(self) -> None:
        self._touched.add(CERTIFICATE)
        self._told.pop(CERTIFICATE, None)
        self._edited()

    def _edited(self) -> None:
        self._show_problems()
        self.edited.emit()

    def _finished(self, name: str) -> None:
        if self._lines()[name].text():
            self._touched.add(name)
            self._show_problems()

    def _show_problems(self) -> Mapping[str, Problem]:
        """Half a word is no mistake: while one types, only what is in the wrong field is said."""
        entries = self.entries()
        problems = judge(entries, self._taken)
        for name, field in self.fields.items():
            said = name in self._touched or misplaced(name, entries) is not None
            field.show_problem(self._told.get(name) or (problems.get(name) if said else None))
        return problems


def recipe_block(theme: Theme, what: str) -> QWidget:
    """The command for a rune that can only receive, and a button that copies it."""
    block = QWidget()
    text = Verbatim(theme, RUNE_RECIPE, what=what, most=9)
    block.setLayout(column(text, row(CopyButton("the command", RUNE_RECIPE), -1), spacing=2))
    return block
