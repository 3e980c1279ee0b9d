"""Whose signature vouches for a receipt; and signing one that this wallet has just made."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFrame, QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.receipt import Receipt
from ashore.domain.receipt_signature import text_of
from ashore.engine.receipt_views import ReceiptCheck
from ashore.engine.views import Account
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.dialogs import PASSING
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, column, row, set_property, show_if
from ashore.ui.widgets.text_to_sign import TextToSign
from ashore.ui.widgets.verbatim import Verbatim
from ashore.ui.wording import breakable

SIGN, SIGN_IT, ADD, NOT_NOW = "Sign with my account…", "Sign this text", "Add the signature", "Not now"
CAPTION = "Signature of your other wallet"
_VOUCHES = (
    "With the key of {} you say that all of this receipt is true as you know it. It moves no money and gives no right. "
    "Exactly this text is signed:"
)
_ELSEWHERE = "Sign it in your other wallet as a message (personal_sign), and paste the signature here."
_MOST, _WIDTH, _SCREEN_SHARE = 2_000, 620, 0.9
_WORK = "sign receipt"


class SignatureCard(QFrame):
    """Tells of the signature. `signed` gives the receipt that has just been signed."""

    signed = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self._context = context
        self._receipt: Receipt | None = None
        self._dialog: SignDialog | None = None
        self.sentence = Label(wrap=True)
        self.address = HexText(context.theme, what="Signed by", size=12)
        self.sign = Button(SIGN)
        self.sign.clicked.connect(self._ask)
        self.why_not = Label(role="small", wrap=True)
        parts = (Label("Signature", "caption"), self.sentence, self.address, self.why_not, self.sign)
        self.setLayout(column(*parts, margins=(20, 16, 20, 16)))

    def show_check(self, check: ReceiptCheck, *, made: bool) -> None:
        """Tell of the signature of a receipt; one that was `made` here just now can be signed."""
        signature = check.signature
        self._receipt = check.receipt
        named = signature.sentence.replace(signature.address, "the account below") if signature.address else ""
        self.sentence.setText(breakable(named or signature.sentence))
        # Never in green: it proves nothing of what the receipt says.
        tone = {True: "plain" if signature.by_account else "warn", False: "bad", None: "muted"}[signature.holds]
        set_property(self.sentence, "tone", tone)
        self.address.show_hex(signature.address)
        show_if(self.address, bool(signature.address))
        account, why_none = self._context.wallet.receipts.signer(check.receipt)
        show_if(self.sign, made and account is not None)
        signable = made and check.receipt.signature is None
        self.why_not.show_text(breakable(why_none) if signable and account is None else "")

    def _ask(self) -> None:
        """Show exactly what would be signed, before anything is."""
        if self._receipt is None:
            return
        account, why_none = self._context.wallet.receipts.signer(self._receipt)
        if account is None:
            self._context.notify(Problem(why_none))
            return
        self.let_go()
        self._dialog = SignDialog(self._context, self, self._receipt, account)
        self._dialog.signed.connect(self.signed)
        self._dialog.finished.connect(self._closed)
        self._dialog.open()
        self._dialog.settle()

    def let_go(self) -> None:
        """Sign nothing any more: another receipt takes the place of the one that was asked about."""
        if self._dialog is not None:
            self._dialog.reject()

    def _closed(self, _code: int) -> None:
        self._dialog = None


class SignDialog(QDialog):
    """The text that is signed, and whatever it takes to sign it. `signed` gives the receipt with its signature."""

    signed = Signal(object)

    def __init__(self, context: Context, parent: QWidget, receipt: Receipt, account: Account) -> None:
        super().__init__(parent.window())
        self._context = context
        self._receipt = receipt
        self._elsewhere = account.elsewhere
        self.setObjectName(PASSING)
        self.setWindowTitle("Sign the receipt")
        self.sign_it = Button(ADD if account.elsewhere else SIGN_IT, "primary")
        self.leave = Button(NOT_NOW)
        self.pasted = LineEdit(CAPTION, "0x…", "mono")
        self.pasted.setMaxLength(_MOST)
        self.field = Field(context.icons, CAPTION, self.pasted)
        self.trouble = Label(role="small", wrap=True)
        set_property(self.trouble, "tone", "bad")
        inner = QVBoxLayout(self)
        inner.setContentsMargins(24, 20, 24, 20)
        inner.setSpacing(12)
        inner.addWidget(Label("Sign the receipt", "section"))
        inner.addWidget(Label(breakable(_VOUCHES.format(account.label)), wrap=True))
        inner.addWidget(self._text())
        if account.elsewhere:
            inner.addWidget(Label(_ELSEWHERE, wrap=True))
        inner.addWidget(self.field)
        inner.addWidget(self.trouble)
        inner.addLayout(row(-1, self.leave, self.sign_it, spacing=10))
        self.trouble.hide()
        self.field.setVisible(account.elsewhere)
        self._connect()
        room = parent.screen().availableGeometry().size() * _SCREEN_SHARE
        self.setMaximumSize(room)
        self.resize(min(context.theme.px(_WIDTH), room.width()), self.sizeHint().height())

    def _text(self) -> QWidget:
        context = self._context
        try:
            text = text_of(self._receipt)
        except AshoreError as error:
            self.sign_it.setEnabled(False)
            return Label(breakable(str(error)), wrap=True)
        if self._elsewhere:
            return TextToSign(context.theme, text, what="Text to sign", folder=context.saved_codes)
        return Verbatim(context.theme, text, what="Text to sign")  # all of it is seen

    def _connect(self) -> None:
        self.sign_it.clicked.connect(self._sign)
        self.leave.clicked.connect(self.reject)
        self.pasted.textChanged.connect(lambda _text: self.field.show_problem(None))
        self.finished.connect(lambda _code: self._context.tasks.cancel(_WORK))
        self.finished.connect(self.deleteLater)

    def settle(self) -> None:
        """Put the keyboard where it is wanted first."""
        (self.pasted if self._elsewhere else self.leave).setFocus()

    def _sign(self) -> None:
        self.sign_it.setEnabled(False)
        self.trouble.hide()
        work = self._signed(self._receipt, self.pasted.text())
        self._context.tasks.start(work, failed=self._failed, name=_WORK)

    async def _signed(self, receipt: Receipt, pasted: str) -> None:
        signed = await self._context.wallet.receipts.sign(receipt, pasted)
        self.signed.emit(signed)
        self.accept()

    def _failed(self, error: AshoreError) -> None:
        self.sign_it.setEnabled(True)
        if self._elsewhere:
            self.field.show_problem(Problem(error.sentence, error.advice))
        else:
            self.trouble.show_text(breakable(str(error)))
