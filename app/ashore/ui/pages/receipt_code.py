"""What the code of a receipt says, and whether this wallet knows the withdrawal."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ashore.domain.receipt import ReceiptCode
from ashore.ui.context import Context
from ashore.ui.pages.receipt_opening import OpenReceipt
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import Label, clear, column
from ashore.ui.wording import breakable

ASK = "Ask for the receipt’s file, and open it here: its proofs are checked then."
HAS = "This wallet has that withdrawal itself: its voyage tells more than the code."
TO_VOYAGE, TO_SEARCH = "Show its voyage", "Show them"


class CodeCard(QFrame):
    """Everything here is the code's word."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("ground", "card")
        self._context = context
        self._found: tuple[str, ...] = ()
        self._transaction = ""
        self._facts = QVBoxLayout()
        self.known = Label(wrap=True)
        self.to_voyage = Button(TO_VOYAGE, "primary")
        self.to_voyage.clicked.connect(self._show)
        self.opening = OpenReceipt(context)
        buttons = QWidget()
        buttons.setLayout(FlowLayout(self.to_voyage, self.opening, gap=10))
        caption = Label("The code says", "caption")
        self.setLayout(column(caption, self._facts, self.known, buttons, spacing=12, margins=(20, 16, 20, 16)))

    @staticmethod
    def advice(found: tuple[str, ...]) -> str:
        """What to do with it, where the withdrawals `found` here have the transaction that it names."""
        return HAS if found else ASK

    def show_code(self, code: ReceiptCode, found: tuple[str, ...]) -> None:
        """Show another code."""
        self._found, self._transaction = found, code.transaction
        clear(self._facts)
        facts = Facts(self._context.theme)
        facts.add_widget("About", Label(breakable(code.words), wrap=True))  # not to copy an address from
        facts.add("Status", code.status.replace("-", " "))
        if code.transaction:
            facts.add_hex("Transaction", code.transaction)
        facts.add_hex("SHA-256", code.digest)
        self._facts.addWidget(facts)
        self.known.show_text("" if found else breakable("No withdrawal that this wallet knows has that transaction."))
        self.to_voyage.setVisible(bool(found))
        self.to_voyage.setText(TO_VOYAGE if len(found) == 1 else TO_SEARCH)

    def _show(self) -> None:
        if len(self._found) == 1:
            self._context.go.show_voyage(self._found[0])
        elif self._found:
            self._context.go.show_search(self._transaction)
