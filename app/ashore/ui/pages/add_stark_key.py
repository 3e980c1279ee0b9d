"""Adding the Stark key of an account whose Ethereum key stays in another wallet: one request, signed there twice."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ashore.domain.errors import AshoreError
from ashore.engine.views import Account
from ashore.keys.errors import KeysError
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.pages.page import Page
from ashore.ui.pages.pasted_signatures import (
    CLEARED,
    clear_clipboard,
    held_in_clipboard,
    paste_signature,
    signature_intake,
    signature_problem,
    step,
    waiting_bar,
)
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.field import Field
from ashore.ui.widgets.labels import Label, clear, column, row, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.widgets.secret import SecretEdit
from ashore.ui.widgets.text_to_sign import TextToSign
from ashore.ui.wording import breakable

TITLE = "Add a Reddio key"
FIRST, SECOND = "First signature", "Second signature"
ABOUT = (
    "On Reddio what an account holds lies under a key of its own, which is made of a signature. With it Ashore can "
    "withdraw without asking the other wallet again."
)
SIGN_WORDS = (
    "Sign this with the account {address} as typed data (eth_signTypedData_v4), as Reddio’s own page asks for it. "
    "Sign it twice: some wallets sign differently each time, and a key made by such a one could never be made again."
)
COMMAND = "On the command line: put it into a file, then cast wallet sign --data --from-file FILE"
KEEP_IT = (
    "Both signatures are secrets: whoever has one has the key, and what lies under it. Paste them nowhere else. "
    "Ashore seals what it needs in your vault."
)
ADD = "Add the key"


class AddStarkKeyPage(Page):
    """What to sign, and the two fields for it. What was pasted is gone when the page is left."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, TITLE, back="Accounts")
        self._account: Account | None = None
        self._profile = ""
        self._held = ""
        self._busy = False
        self.about = Label(wrap=True)
        self.request = QWidget()
        self._texts = column(spacing=0)
        self.request.setLayout(self._texts)
        self.signatures = {name: SecretEdit(name) for name in (FIRST, SECOND)}
        self.pastes = {
            name: Button("Paste", "small-link", name=f"Paste the {name.lower()} from the clipboard")
            for name in self.signatures
        }
        self.fields = {
            name: Field(context.icons, name, edit, row(self.pastes[name], edit.reveal, -1), lines=2)
            for name, edit in self.signatures.items()
        }
        self.intakes = {name: signature_intake(context, field) for name, field in self.fields.items()}
        self.add = Button(ADD, "primary")
        self.progress = waiting_bar("Adding the key")
        self.done = Notice(context.icons, action="Clear the clipboard", below=True)
        self.accounts = Button("Show the accounts", "primary")
        self.rows = ScrollColumn(margins=(0, 0, 14, 24), spacing=12)
        self.body.addWidget(self.rows, 1)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        signing = step(
            "1. Sign this twice in the other wallet", self.about, self.request, Label(COMMAND, "small", wrap=True)
        )
        pasting = step(
            "2. Paste both signatures",
            Label(KEEP_IT, wrap=True),
            self.fields[FIRST],
            self.signatures[FIRST].plain,
            self.fields[SECOND],
            self.signatures[SECOND].plain,
            self.add,
            self.progress,
        )
        self.steps = [signing, pasting]
        self.rows.column.addWidget(Label(ABOUT, "muted", wrap=True))
        self.rows.column.addWidget(self.done)
        self.rows.column.addLayout(row(self.accounts, -1))
        for card in self.steps:
            self.rows.column.addWidget(card)
        self.rows.column.addStretch(1)

    def _connect(self) -> None:
        for name, edit in self.signatures.items():
            edit.textChanged.connect(lambda text, name=name: self._changed(name, text))
            edit.returnPressed.connect(self._submit)
            self.pastes[name].clicked.connect(lambda _checked=False, edit=edit: paste_signature(edit))
        self.add.clicked.connect(self._submit)
        self.done.acted.connect(self._clear_clipboard)
        self.accounts.clicked.connect(self.context.go.go_back)
        self.context.hub.lock_changed.connect(self._lock_changed)

    def begin_with(self, profile: str, account: Account) -> None:
        """For an account that signs elsewhere."""
        self._profile, self._account = profile, account
        self._forget()
        for field in self.fields.values():
            field.show_problem(None)
        text = self.context.wallet.stark_accounts.request_text(profile)
        self.about.setText(breakable(SIGN_WORDS.format(address=account.address)))
        clear(self._texts)
        self._texts.addWidget(
            TextToSign(self.context.theme, text, what="Key request to sign", folder=self.context.saved_codes)
        )
        self._show_done("")

    # Coming and going

    def shown(self) -> None:
        self.signatures[FIRST].setFocus()

    def left(self) -> None:
        self._forget()

    def end(self) -> None:
        super().end()
        self._forget()

    def _lock_changed(self) -> None:
        if self.context.wallet.locked:
            self._forget()

    def _forget(self) -> None:
        for name, edit in self.signatures.items():
            had = bool(edit.text())
            edit.forget()
            self.intakes[name].forget()
            if had:
                self.fields[name].show_problem(CLEARED)

    # Typing

    def _changed(self, name: str, text: str) -> None:
        self.fields[name].show_problem(signature_problem(text) if text else None)

    # Adding

    def _submit(self) -> None:
        if self._busy or self._account is None:
            return
        for name, edit in self.signatures.items():
            problem = signature_problem(edit.text())
            self.fields[name].show_problem(problem)
            if problem is not None:
                edit.setFocus()
                return
        self._set_busy(True)
        self.context.tasks.start(self._add(self._account), failed=self._failed, name="add a Stark key")

    async def _add(self, account: Account) -> None:
        signatures = self.signatures[FIRST].text(), self.signatures[SECOND].text()
        held = held_in_clipboard(*signatures)
        stark_key = await self.context.wallet.stark_accounts.keep(account, self._profile, signatures)
        del signatures
        self._set_busy(False)
        for edit in self.signatures.values():
            edit.forget()
        self._held = held
        self._show_done(stark_key)

    def _failed(self, error: AshoreError) -> None:
        """Say it beside the fields; what was pasted stays."""
        self._set_busy(False)
        advice = error.advice if "Nothing was kept" in error.advice else f"{error.advice} Nothing was kept.".strip()
        problem = Problem(error.sentence, advice)
        if not self.isVisible() or not self.signatures[SECOND].text() or not isinstance(error, KeysError):
            self.context.notify(problem)
            return
        self.fields[SECOND].show_problem(problem)
        self.signatures[SECOND].setFocus()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for widget in (*self.signatures.values(), *self.pastes.values(), self.add):
            widget.setEnabled(not busy)
        show_if(self.progress, busy)

    def _show_done(self, stark_key: str) -> None:
        """Say that it is added instead of the steps, or show the steps."""
        for card in self.steps:
            show_if(card, not stark_key)
        show_if(self.accounts, bool(stark_key))
        if not stark_key or self._account is None:
            self.done.clear()
            return
        told = f"It is {stark_key}."
        if self._held:
            told += " The signature is still in the clipboard."
        self.done.show_done(f"The Reddio key of {self._account.label} is added.", told)
        show_if(self.done.action, bool(self._held))
        (self.done.action if self._held else self.accounts).setFocus()

    def _clear_clipboard(self) -> None:
        clear_clipboard(self._held)
        self._held = ""
        self.done.action.hide()
        self.done.advice.setText("The signature is not in the clipboard any more.")
        self.accounts.setFocus()
