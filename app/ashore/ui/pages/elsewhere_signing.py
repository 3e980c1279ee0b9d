"""In the review of an account that signs elsewhere: the text for the other wallet, and the place for its signature."""

from __future__ import annotations

import json
from collections.abc import MutableMapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QVBoxLayout

from ashore.domain.errors import AshoreError
from ashore.domain.hex_groups import shortened
from ashore.domain.pasted_secrets import secret_words
from ashore.domain.signature_text import MOST_CHARACTERS, SignatureTextError, parse_signature
from ashore.engine.views import Review
from ashore.keys.errors import SecretPasted
from ashore.systems.base import Problem
from ashore.ui.context import Context
from ashore.ui.pages.pasted_signatures import paste_signature, signature_intake
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, column, row, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import bring_into_view
from ashore.ui.widgets.text_to_sign import TextToSign

CAPTION = "Signature of your other wallet"
AWAITED = "Your other wallet signs first."
WHO_SIGNS = (
    "Two things are signed. Ashore signs the layer-2 transaction when you confirm. "
    "The text below is signed by your other wallet, with the key of this account:"
)
HOW = "Sign it there as a message (personal_sign), and paste the signature here. Nothing is sent before you confirm."
HOW_TYPED = "Sign it there as typed data (EIP-712), and paste the signature here. Nothing is sent before you confirm."
NO_HURRY = (
    "Take your time. The same text stays good, also after Ashore locks or you go back, "
    "until another request of this account is taken."
)
_CHECK = "check signature"


class ElsewhereSigning(QFrame):
    """Checks what is pasted with the signer. `checked` tells the review that may be confirmed, or None."""

    checked = Signal(object)

    def __init__(self, context: Context, review: Review, remembered: MutableMapping[tuple[str, str], str]) -> None:
        """`remembered` keeps, by account and text, a signature that was checked, for coming back to the same text."""
        super().__init__()
        self.setProperty("ground", "card")
        self._context = context
        self._review = review
        self._remembered = remembered
        text, how = _to_sign(review)
        self._key = (review.signs_elsewhere, text)
        theme, icons = context.theme, context.icons
        self.text = TextToSign(theme, text, what="Ethereum text to sign", folder=context.saved_codes)
        self.edit = LineEdit(CAPTION, "0x…", "mono")
        self.paste = Button("Paste", "small-link", name="Paste the signature from the clipboard")
        self.wipe = Button("Clear it here and from the clipboard", "small-link")
        self.field = Field(icons, CAPTION, self.edit, row(self.paste, self.wipe, -1), lines=2)
        self.intake = signature_intake(context, self.field)
        self.good = Notice(icons)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(10)
        address = HexText(theme, review.signs_elsewhere, what="Account that signs", size=13)
        for part in (Label(WHO_SIGNS, wrap=True), address, self.text, Label(how, wrap=True)):
            inner.addWidget(part)
        inner.addLayout(column(self.field, self.good, Label(NO_HURRY, "small", wrap=True), spacing=8))
        show_if(self.wipe, False)
        self.edit.textChanged.connect(self._changed)
        self.paste.clicked.connect(lambda: paste_signature(self.edit))
        self.wipe.clicked.connect(self._wipe)

    def begin(self) -> None:
        """Put in again what was checked for this very text before."""
        self.edit.setText(self._remembered.get(self._key, ""))

    def end(self) -> None:
        """The card is about to go: nothing of it is asked any more."""
        self._context.tasks.cancel(_CHECK)

    def come_into_view(self) -> None:
        """Lead to what is to be done first."""
        bring_into_view(self.text)
        self.text.copy.setFocus()

    def set_ready(self, ready: bool) -> None:
        """Whether anything can be entered now."""
        for widget in (self.edit, self.paste):
            widget.setEnabled(ready)

    def _wipe(self) -> None:
        """Take what may be a secret out of the field, and out of the clipboard where it still is there."""
        clipboard, secret = QGuiApplication.clipboard(), "".join(self.edit.text().split())
        if secret and secret in "".join(clipboard.text()[: 2 * MOST_CHARACTERS].split()):
            clipboard.clear()
        self.edit.setText("")
        self.edit.setFocus()

    def _changed(self, text: str) -> None:
        """Whatever stands there now has not been checked yet."""
        self._context.tasks.cancel(_CHECK)
        self.good.clear()
        self._say(None)
        self.checked.emit(None)
        if not text.strip():
            return
        try:
            parse_signature(text)
        except SignatureTextError as error:
            self._say(Problem(error.sentence, error.advice))
            return
        self._context.tasks.start(self._check(text), failed=self._refused, name=_CHECK)

    async def _check(self, text: str) -> None:
        review = await self._context.wallet.check_signature(self._review, text)
        self._remembered.clear()
        self._remembered[self._key] = text
        self.good.show_done(
            f"Signed by {shortened(self._review.signs_elsewhere)}, over exactly this text.", "You can confirm now."
        )
        self.checked.emit(review)

    def _refused(self, error: AshoreError) -> None:
        self._say(Problem(error.sentence, error.advice), secret=isinstance(error, SecretPasted))

    def _say(self, problem: Problem | None, *, secret: bool = False) -> None:
        self.field.show_problem(problem)
        covered = secret or self.intake.stands_secret or _could_be_key(self.edit.text())
        self.edit.setEchoMode(LineEdit.EchoMode.Password if covered else LineEdit.EchoMode.Normal)
        show_if(self.wipe, problem is not None and self.intake.wipe.isHidden())
        if problem is not None:
            bring_into_view(self.field)


def _to_sign(review: Review) -> tuple[str, str]:
    """What the other wallet signs, and how: a text, or the typed data of zkLink networks that ask for it."""
    if review.texts or review.reading is None or review.reading.typed_data is None:
        return "".join(review.texts), HOW
    return json.dumps(dict(review.reading.typed_data), indent=1), HOW_TYPED


def _could_be_key(text: str) -> bool:
    """Whether a private key or a recovery phrase may have been pasted."""
    return secret_words(text) is not None or text.count(" ") >= 11
