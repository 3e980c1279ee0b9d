"""Whose signature vouches for a receipt; and signing one that this wallet has just made."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.receipt import Receipt
from ashore.domain.receipt_signature import text_of
from ashore.engine.receipt_views import ReceiptCheck
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, clear, column, set_property, show_if
from ashore.ui.widgets.text_to_sign import TextToSign
from ashore.ui.widgets.verbatim import Verbatim
from ashore.ui.wording import breakable

SIGN, SIGN_IT, NOT_NOW = "Sign with my account…", "Sign this text", "Not now"
VOUCHES = "A signature shows that the account’s key vouches for all of it, and never moves money. This text is signed:"
ELSEWHERE = "Sign it in your other wallet as a message (personal_sign), and paste the signature here."
CAPTION = "Signature of your other wallet"
_MOST = 2_000
_WORK = "sign receipt"


class SignatureCard(QFrame):
    """Tells of the signature. `signed` gives the receipt that has just been signed."""

    signed = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self._context = context
        self._receipt: Receipt | None = None
        self.sentence = Label(wrap=True)
        self.address = HexText(context.theme, what="Signed by", size=12)
        self.sign = Button(SIGN)
        self.sign_it = Button(SIGN_IT, "primary")
        self.leave = Button(NOT_NOW)
        self.pasted = LineEdit(CAPTION, "0x…", "mono")
        self.pasted.setMaxLength(_MOST)
        self.field = Field(context.icons, CAPTION, self.pasted)
        self.trouble = Label(role="small", wrap=True)
        set_property(self.trouble, "tone", "bad")
        self._text = QVBoxLayout()
        self.asking = QWidget()
        buttons = QWidget()
        buttons.setLayout(FlowLayout(self.sign_it, self.leave, gap=10))
        self.asking.setLayout(column(Label(VOUCHES, "small", wrap=True), self._text, self.field, buttons))
        caption = Label("Signature", "caption")
        parts = (caption, self.sentence, self.address, self.sign, self.asking, self.trouble)
        self.setLayout(column(*parts, margins=(20, 16, 20, 16)))
        self.sign.clicked.connect(self._ask)
        self.sign_it.clicked.connect(self._sign)
        self.leave.clicked.connect(self._leave)
        self.pasted.textChanged.connect(lambda _text: self.field.show_problem(None))

    def show_check(self, check: ReceiptCheck, *, made: bool) -> None:
        """Tell of the signature of a receipt; one that was `made` here just now can be signed."""
        signature = check.signature
        self._receipt = check.receipt
        self.sentence.setText(breakable(signature.sentence))
        # Never in green: it proves nothing of what the receipt says.
        tone = {True: "plain" if signature.by_account else "warn", False: "bad", None: "muted"}[signature.holds]
        set_property(self.sentence, "tone", tone)
        self.address.show_hex(signature.address)
        show_if(self.address, bool(signature.address))
        can_sign = made and self._context.wallet.receipts.signer(check.receipt)[0] is not None
        show_if(self.sign, can_sign)
        self.trouble.show_text("")
        self.pasted.clear()
        self.asking.hide()

    @property
    def begun(self) -> bool:
        """Whether a pasted signature stands here that was not taken yet."""
        return self.asking.isVisible() and bool(self.pasted.text())

    def _ask(self) -> None:
        """Show exactly what would be signed, before anything is."""
        receipt = self._receipt
        account, why_none = (None, "") if receipt is None else self._context.wallet.receipts.signer(receipt)
        if receipt is None or account is None:
            self.trouble.show_text(breakable(why_none))
            return
        try:
            text = text_of(receipt)
        except AshoreError as error:
            self._failed(error)
            return
        clear(self._text)
        context = self._context
        if account.elsewhere:
            self._text.addWidget(TextToSign(context.theme, text, what="Text to sign", folder=context.saved_codes))
            self._text.addWidget(Label(ELSEWHERE, "small", wrap=True))
        else:
            self._text.addWidget(Verbatim(context.theme, text, what="Text to sign"))
        show_if(self.field, account.elsewhere)
        self.sign_it.setText("Add the signature" if account.elsewhere else SIGN_IT)
        self.trouble.show_text("")
        self.sign.hide()
        self.asking.show()
        (self.pasted if account.elsewhere else self.sign_it).setFocus()

    def _leave(self) -> None:
        self._context.tasks.cancel(_WORK)
        self.pasted.clear()
        self.asking.hide()
        self.trouble.show_text("")
        self.sign.show()
        self.sign.setFocus()

    def _sign(self) -> None:
        if self._receipt is not None:
            self.sign_it.setEnabled(False)
            work = self._signed(self._receipt, self.pasted.text())
            self._context.tasks.start(work, failed=self._failed, name=_WORK)

    async def _signed(self, receipt: Receipt, pasted: str) -> None:
        try:
            signed = await self._context.wallet.receipts.sign(receipt, pasted)
        finally:
            self.sign_it.setEnabled(True)
        if receipt is self._receipt:  # else another one came meanwhile
            self.signed.emit(signed)

    def _failed(self, error: AshoreError) -> None:
        if self.field.isVisible():
            self.field.show_problem(Problem(error.sentence, error.advice))
        else:
            self.trouble.show_text(breakable(str(error)))
