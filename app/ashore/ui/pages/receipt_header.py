"""The head of a receipt: what it is about, to whom, from whom, what it cost, and when."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.addresses import readable
from ashore.domain.amounts import display_units
from ashore.domain.receipt import Receipt
from ashore.domain.untrusted import plain
from ashore.engine.receipt_checks import IN_PRACTICE
from ashore.engine.receipt_contracts import PRACTICE
from ashore.ui.context import Context
from ashore.ui.pages.receipt_findings import counted_title
from ashore.ui.widgets.flow import FlowLabel, FlowLayout
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, set_tip, show_if
from ashore.ui.wording import breakable, dated_time, exact_time, payer, towards

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_MOST_NAME, _MOST_PAYER = 60, 160


class ReceiptHeader(QWidget):
    """What the page begins with. All of it is as the receipt says."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.amount = FlowLabel("hero")
        self.where = FlowLabel("hero-side")
        self.badge = Label("PRACTICE", "badge")
        set_tip(self.badge, IN_PRACTICE)
        self.recipient = HexText(context.theme, what="Recipient", size=12)
        self.whose = FlowLabel("caption")
        self.made = Label(role="small")
        self.account_name = Label("withdrawn by", "small")
        self.account = HexText(context.theme, what="Account that withdrew", size=12)
        self.payer = FlowLabel("small")
        self.fee = Label(role="small")
        self.started = Label(role="small")
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 14, 0)
        lines.setSpacing(8)
        self.details = QWidget()
        """Account, payer, fee and start: for a place where they may scroll, for large letters take much room."""
        self.details.setLayout(FlowLayout(self.account_name, self.account, self.payer, self.fee, self.started, gap=10))
        heading, meta = QWidget(), QWidget()
        heading.setLayout(FlowLayout(self.amount, self.where, self.badge, gap=16))
        meta.setLayout(FlowLayout(self.recipient, self.whose, self.made, gap=10))
        lines.addWidget(heading)
        lines.addWidget(meta)

    def empty(self, title: str) -> None:
        """Show nothing but a title."""
        for label in (self.amount, self.where, self.whose, self.made):
            label.show_text("")
        self.amount.show_text(title)
        for part in (self.recipient, self.badge, self.details):
            part.hide()

    def show_receipt(self, receipt: Receipt, whose: str) -> str:
        """Show one; `whose` it is. What it is about, in words."""
        terms = receipt.terms
        amount, where = (plain(words(terms), _MOST_NAME) for words in (counted_title, towards))
        self.amount.show_text(breakable(amount))
        self.where.show_text(breakable(where))
        self.whose.show_text(whose)
        _show_address(self.recipient, terms.recipient)
        show_if(self.account_name, _show_address(self.account, terms.account))
        self.payer.show_text(breakable(plain(payer(terms), _MOST_PAYER)))
        fee = f"{display_units(terms.fee, terms.decimals)} {terms.symbol}" if terms.fee else ""
        self.fee.show_text(breakable(plain(f"fee {fee}", _MOST_NAME)) if fee else "")
        show_if(self.badge, terms.network == PRACTICE)
        _show_time(self.started, "started", receipt.started_at)
        self.show_made(receipt.made_at)
        self.details.show()
        return f"{amount} {where}"

    def show_made(self, made_at: int) -> None:
        """When it was made (UTC milliseconds)."""
        _show_time(self.made, "made", made_at)


def _show_address(shown: HexText, text: str) -> bool:
    address = readable(text) if _ADDRESS.fullmatch(text) else ""
    shown.show_hex(address)
    show_if(shown, bool(address))
    return bool(address)


def _show_time(label: Label, what: str, at: int) -> None:
    label.show_text(f"{what} {dated_time(at)}" if at else "")
    set_tip(label, exact_time(at))
