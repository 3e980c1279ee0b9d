"""Adding an account whose Ethereum key stays in another wallet: its address, one text to sign, and the signature."""

from __future__ import annotations

from ashore.domain.addresses import AddressError, parse_evm_address, readable
from ashore.domain.errors import AshoreError
from ashore.engine.views import Account
from ashore.keys.errors import KeysError
from ashore.systems.base import Problem, Severity
from ashore.systems.zklink.system.offer import ZkLinkOffer
from ashore.ui.context import Context
from ashore.ui.pages.field_intake import FieldIntake
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
from ashore.ui.scanner.filling import SCAN_WANTS, scan_into
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.field import AddressEdit, Field, LineEdit
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, row, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.widgets.secret import SecretEdit
from ashore.ui.widgets.text_to_sign import TextToSign
from ashore.ui.wording import LIGHTNING, REDDIO

TITLE = "Add an account that signs elsewhere"
ADDRESS, NAME, SIGNATURE = "Address of the account", "Name", "Signature of the key text"
ADD = "Add the account"
ABOUT = (
    "Its Ethereum key stays where it is: in MetaMask, on a hardware wallet, or anywhere else. "
    "You sign one text there now, and one for each withdrawal. Ashore keeps only the account’s layer-2 key."
)
KEY_TEXT_WORDS = "Sign this text with that account as a message (personal_sign). Copy it: every letter counts."
COMMAND = 'On the command line: put the text into a file, then cast wallet sign "$(cat FILE)"'
KEEP_IT = (
    "This signature is a secret: zkLink’s layer-2 key of the account is made of it. Paste it nowhere else. "
    "Ashore seals the key in your vault and does not keep the signature."
)
PRACTISE = (
    "To practise: 0x90F79bf6EB2c4f870365E785982E1f101E93b906 has practice money. Its key is public: the fourth account "
    "of the phrase “test test test test test test test test test test test junk”."
)
MATCHES = "Its layer-2 key is the one that zkLink has registered."
ANOTHER_KEY = (
    "zkLink has another layer-2 key registered for this account, and would refuse what is signed here.",
    "A wallet that signs differently each time cannot make the key again. Remove the account if you cannot use it.",
)
NOT_ACTIVE = "zkLink does not know its layer-2 key yet: the account has to be activated before it can withdraw."
NOT_ASKED = "zkLink could not be asked whether it knows the account’s layer-2 key."
_FORM, _ADD = "elsewhere", "add an account"


class AddElsewherePage(Page):
    """Three steps on one page. What was pasted as a signature is gone when the page is left."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, TITLE, back="Accounts")
        theme, icons = context.theme, context.icons
        self._pasted = ""
        self._busy = False
        self.address = AddressEdit(theme, ADDRESS, "0x…")
        self.grouped = HexText(theme, what="Address in groups", size=12)
        self.name = LineEdit(NAME, "for example: Ledger")
        self.address.guard()
        self.name.guard()
        self.signature = SecretEdit(SIGNATURE)
        self.paste = Button("Paste", "small-link", name="Paste the signature from the clipboard")
        self.fields = {
            ADDRESS: Field(icons, ADDRESS, self.address, self.grouped, lines=2),
            NAME: Field(icons, "Name (optional)", self.name, lines=1),
            SIGNATURE: Field(icons, SIGNATURE, self.signature, row(self.paste, self.signature.reveal, -1), lines=2),
        }
        intake = FieldIntake(context, self.fields[ADDRESS], SCAN_WANTS, fits=lambda _text, found: found.recipient)
        self.scan = scan_into(context, self.fields[ADDRESS], "an address", intake)
        self.intakes = (
            intake,
            FieldIntake(context, self.fields[NAME]),
            signature_intake(context, self.fields[SIGNATURE]),
        )
        self.text = TextToSign(
            theme, context.wallet.elsewhere.key_text, what="Key text to sign", folder=context.saved_codes
        )
        self.add = Button(ADD, "primary")
        self.progress = waiting_bar("Adding the account")
        self.done = Notice(icons, action="Clear the clipboard", below=True)
        self.accounts = Button("Show the accounts", "primary")
        self.rows = ScrollColumn(margins=(0, 0, 14, 24), spacing=12)
        self.body.addWidget(self.rows, 1)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        self.rows.column.addWidget(Label(ABOUT, "muted", wrap=True))
        self.rows.column.addWidget(self.done)
        self.rows.column.addLayout(row(self.accounts, -1))
        self.grouped.hide()
        self.accounts.hide()
        practise = Label(PRACTISE, "small", wrap=True, select=True)
        show_if(practise, self.context.wallet.sandbox is not None)
        self.steps = [
            step("1. The account", self.fields[ADDRESS], self.fields[NAME], practise),
            step(
                "2. Sign this text in the other wallet",
                Label(KEY_TEXT_WORDS, wrap=True),
                self.text,
                Label(COMMAND, "small", wrap=True),
            ),
            step(
                "3. Paste the signature",
                Label(KEEP_IT, wrap=True),
                self.fields[SIGNATURE],
                self.signature.plain,
                self.add,
                self.progress,
            ),
        ]
        for card in self.steps:
            self.rows.column.addWidget(card)
        self.rows.column.addStretch(1)

    def _connect(self) -> None:
        self.address.textChanged.connect(self._address_changed)
        self.address.editingFinished.connect(lambda: self._finished(ADDRESS))
        self.name.textChanged.connect(lambda _text: self.fields[NAME].show_problem(None))
        self.name.editingFinished.connect(lambda: self._finished(NAME))
        self.signature.textChanged.connect(self._signature_changed)
        for edit in (self.address, self.name, self.signature):
            edit.returnPressed.connect(self._submit)
        self.paste.clicked.connect(lambda: paste_signature(self.signature))
        self.add.clicked.connect(self._submit)
        self.done.acted.connect(self._clear_clipboard)
        self.accounts.clicked.connect(self.context.go.go_back)
        self.context.hub.lock_changed.connect(self._lock_changed)

    # Coming and going

    def shown(self) -> None:
        if not self.address.text():
            self.address.setText(self.context.wallet.load_draft(_FORM).get("address", ""))
        self._show_done(None)
        (self.signature if self._problem(ADDRESS) is None else self.address).setFocus()

    def left(self) -> None:
        """Keep the address where it is one; a signature in any field is let go of."""
        usable = self._is_address(self.address.text())
        self.context.wallet.save_draft(_FORM, {"address": self.address.text().strip()} if usable else {})
        self._forget()

    def end(self) -> None:
        super().end()
        self._forget()

    def _lock_changed(self) -> None:
        if self.context.wallet.locked:
            self._forget()

    def _forget(self) -> None:
        had = bool(self.signature.text())
        self.signature.forget()
        if not self._is_address(self.address.text()):
            self.address.setText("")
        if len(self.name.text()) > 40:
            self.name.setText("")
        for intake in self.intakes:
            intake.forget()
        if had:
            self.fields[SIGNATURE].show_problem(CLEARED)

    @staticmethod
    def _is_address(text: str) -> bool:
        try:
            return bool(parse_evm_address(text))
        except AddressError:
            return False

    # Typing

    def _address_changed(self, text: str) -> None:
        self.fields[ADDRESS].show_problem(None)
        self.grouped.show_hex(readable(text.strip()) if self._is_address(text) else "")
        show_if(self.grouped, bool(self.grouped.text))
        if self.grouped.text:
            self._finished(ADDRESS)

    def _finished(self, name: str) -> None:
        """Half a word is no mistake: what is wrong is said when one goes on."""
        edit = {ADDRESS: self.address, NAME: self.name}[name]
        self.fields[name].show_problem(self._problem(name) if edit.text() else None)

    def _signature_changed(self, text: str) -> None:
        self.fields[SIGNATURE].show_problem(signature_problem(text) if text else None)

    def _problem(self, name: str) -> Problem | None:
        elsewhere = self.context.wallet.elsewhere
        if name == ADDRESS:
            return elsewhere.address_problem(self.address.text())
        return elsewhere.label_problem(self.name.text()) if name == NAME else signature_problem(self.signature.text())

    # Adding

    def _submit(self) -> None:
        if self._busy:
            return
        for name, field in self.fields.items():
            problem = self._problem(name)
            field.show_problem(problem)
            if problem is not None and problem.severity is Severity.BLOCKS:
                field.control.setFocus()
                return
        self._set_busy(True)
        self.context.tasks.start(self._add(), failed=self._failed, name=_ADD)

    async def _add(self) -> None:
        signature = self.signature.text()
        held = held_in_clipboard(signature)
        account = await self.context.wallet.elsewhere.add(self.address.text(), self.name.text(), signature)
        del signature
        self._pasted = held
        self.signature.forget()
        self.address.setText("")
        self.name.setText("")
        self.context.wallet.save_draft(_FORM, {})
        self._set_busy(False)
        self._show_done(account, await self._standing(account))

    async def _standing(self, account: Account) -> Problem:
        """Whether zkLink knows the key that was just made."""
        profile = next(each.id for each in self.context.wallet.profiles() if each.system not in (LIGHTNING, REDDIO))
        try:
            offer = await self.context.wallet.open(profile, account.index)
        except AshoreError as error:
            return Problem(NOT_ASKED, error.sentence, Severity.NOTES)
        assert isinstance(offer, ZkLinkOffer), "accounts are zkLink's"
        if offer.own_key:
            return Problem(MATCHES, severity=Severity.NOTES)
        if not offer.active:
            return Problem(NOT_ACTIVE, severity=Severity.NOTES)
        return Problem(*ANOTHER_KEY, severity=Severity.WARNS)

    def _failed(self, error: AshoreError) -> None:
        """Say it beside the field that it is about; what was typed stays."""
        self._set_busy(False)
        problem = Problem(error.sentence, f"{error.advice} Nothing was kept.".strip())
        if not self.isVisible() or not self.signature.text():
            self.context.notify(problem)
            return
        field = self.fields[SIGNATURE if isinstance(error, KeysError) else ADDRESS]
        field.show_problem(problem)
        field.control.setFocus()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for widget in (self.address, self.name, self.signature, self.paste, self.add):
            widget.setEnabled(not busy)
        show_if(self.progress, busy)

    def _show_done(self, account: Account | None, standing: Problem | None = None) -> None:
        """Say that it is added instead of the steps, or show the steps."""
        for card in self.steps:
            show_if(card, account is None)
        show_if(self.accounts, account is not None)
        if account is None or standing is None:
            self.done.clear()
            return
        told = f"{standing} The signature is still in the clipboard." if self._pasted else str(standing)
        if standing.severity is Severity.WARNS:
            self.done.show_problem(
                Problem(f"{account.label} is added, but cannot be used as it is.", told, Severity.WARNS)
            )
        else:
            self.done.show_done(f"{account.label} is added.", told)
        show_if(self.done.action, bool(self._pasted))
        (self.done.action if self._pasted else self.accounts).setFocus()

    def _clear_clipboard(self) -> None:
        """Take the signature out of the clipboard, if nothing else was copied meanwhile."""
        clear_clipboard(self._pasted)
        self._pasted = ""
        self.done.action.hide()
        self.done.advice.setText("The signature is not in the clipboard any more.")
        self.accounts.setFocus()
