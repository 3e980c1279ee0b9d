"""Beside a receipt: what the endpoints say of its blocks, and how it is passed on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.receipt import Receipt, code_text
from ashore.domain.receipt_file import SUFFIX
from ashore.engine.receipt_views import BlockStanding, ReceiptAnswers, ReceiptCheck
from ashore.ui.context import Context
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import Label, clear, column, set_property, set_tip, show_if
from ashore.ui.widgets.opening import is_folder_here, open_folder
from ashore.ui.widgets.qr import show_large
from ashore.ui.widgets.saving import ask_where, name_for, place_of, write
from ashore.ui.wording import breakable, title

TELLS = (
    "Whoever has it sees amount, account, recipient and times, the services and wallets that took part with their own "
    "words, and the public keys of all of them. It holds no secret key, and no link that could be used."
)
NAMES_ONLY = "It names the receipt, and holds no proof: pass the file on as well."
ASKING = "Your own endpoints are being asked whether the chain has the blocks of its proofs."
SAVE, SHOW_CODE, COPY_HASH = "Save…", "Show as code", "Copy its hash"
_WHOLE_NAME = 100
"""Receipts are told apart by the end of their names, before the suffix that all have."""
_MARGINS = (20, 16, 20, 16)
_TONES = {
    BlockStanding.FINAL: "plain",  # that a block is there says nothing of what is claimed of it
    BlockStanding.AGREED: "plain",
    BlockStanding.ANOTHER: "bad",
    BlockStanding.UNKNOWN: "muted",
}


class BlocksCard(QFrame):
    """What this wallet's own endpoints say of the blocks that the proofs stand in. `asked` asks for them again."""

    asked = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self.sentence = Label(wrap=True)
        self.each = Disclosure(context.icons, "Block by block")
        self._list = QWidget()
        self._answers = column(spacing=6)
        self._list.setLayout(self._answers)
        self.each.set_content(self._list)
        self.again = Button("Ask again", "small-link", name="Ask the endpoints for the blocks again")
        self.again.clicked.connect(self.asked)
        caption = Label("Its blocks", "caption")
        self.setLayout(column(caption, self.sentence, self.each, self.again, margins=_MARGINS))

    def show_asking(self) -> None:
        """They are being asked."""
        self._say(ASKING, ())

    def show_answers(self, answers: ReceiptAnswers) -> None:
        """Tell what they said."""
        self._say(answers.headline, tuple((each.sentence, _TONES[each.standing]) for each in answers.blocks))

    def _say(self, sentence: str, answers: tuple[tuple[str, str], ...]) -> None:
        self.sentence.setText(breakable(sentence))
        clear(self._answers)
        for words, tone in answers:
            line = Label(breakable(words), "small", wrap=True)
            set_property(line, "tone", tone)
            self._answers.addWidget(line)
        show_if(self.each, bool(answers))


class PassOnCard(QFrame):
    """Saves a receipt, shows its code, copies its hash; and says before that what others see in it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self._context = context
        self._receipt: Receipt | None = None
        self._digest = ""
        self.save = Button(SAVE, "primary", name="Save the receipt")
        self.code = Button(SHOW_CODE)
        self.copy = CopyButton("the SHA-256 of the receipt", label=COPY_HASH)
        self.said = Label(role="small", wrap=True)
        self.open_folder = Button("Open folder", "small-link", name="Open the folder of the saved receipt")
        self._saved_to: Path | None = None
        buttons = QWidget()
        buttons.setLayout(FlowLayout(self.save, self.code, self.copy, gap=10))
        tells = Label(TELLS, "small", wrap=True)
        parts = (Label("Pass it on", "caption"), tells, buttons, self.said, self.open_folder)
        self.setLayout(column(*parts, margins=_MARGINS))
        self.save.clicked.connect(self._ask_where)
        self.code.clicked.connect(self._show_code)
        self.open_folder.clicked.connect(self._open_folder)

    def show_receipt(self, check: ReceiptCheck, *, made: bool) -> None:
        """Pass on another one. One that was `made` here just now is in no file yet."""
        set_property(self.save, "role", "primary" if made else "")
        self._receipt, self._digest = check.receipt, check.digest
        self.copy.set_text(check.digest)
        self.said.show_text("")
        self.open_folder.hide()

    def code_of(self, receipt: Receipt) -> str:
        """The text of the code that names it."""
        return code_text(self._context.wallet.receipts.code(receipt, self._digest))

    def _show_code(self) -> None:
        if self._receipt is not None:
            text = self.code_of(self._receipt)
            context = self._context
            show_large(context.theme, self.window(), text, "the receipt", context.saved_codes, NAMES_ONLY)

    def _ask_where(self) -> None:
        if self._receipt is None:
            return
        name = f"{name_for(f'receipt {title(self._receipt.terms)}', self._digest)}{SUFFIX}"
        kinds = {SUFFIX.removeprefix("."): f"Receipts of Ashore (*{SUFFIX})"}
        ask_where(self, "Save the receipt", name, kinds, self._context.saved_receipts, self.save_as)

    def save_as(self, path: Path) -> None:
        """Write the file, and say what became of it."""
        self._context.tasks.start(self._saved(path), failed=self._not_saved, name="save receipt")

    async def _saved(self, path: Path) -> None:
        if self._receipt is not None:
            data = await self._context.wallet.receipts.written(self._receipt)
            await asyncio.to_thread(write, path, data)
            self._say(f"Saved as {place_of(path, _WHOLE_NAME)}.", str(path))
            self._saved_to = path.parent
            show_if(self.open_folder, is_folder_here(path.parent))
            set_tip(self.open_folder, str(path.parent))

    def _open_folder(self) -> None:
        if self._saved_to is not None and not open_folder(self._saved_to):
            self._say("The folder could not be opened.", str(self._saved_to), tone="bad")

    def _not_saved(self, error: AshoreError) -> None:
        self._say(str(error), tone="bad")

    def _say(self, words: str, whole: str = "", *, tone: str = "") -> None:
        set_property(self.said, "tone", tone)
        self.said.show_text(breakable(words))
        set_tip(self.said, whole)
        self.open_folder.hide()
