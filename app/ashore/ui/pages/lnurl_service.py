"""Who pays a voucher: the service's host, its own words for it, and what else it says of itself."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.untrusted import quoted
from ashore.systems.base import Problem, Severity
from ashore.systems.lnurl.system.offer import MAX_SHOWN_DESCRIPTION, LnurlOffer
from ashore.ui.pages.lnurl_words import CARD_NOTE, both_forms, pay_host
from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.buttons import CopyButton
from ashore.ui.widgets.labels import Label, column, ground, row, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.wording import breakable


class ServiceCard(QWidget):
    """Everything here is what a stranger says: plain text, and named as the stranger's."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.others = Notice(icons)
        self.host = Label(role="strong", wrap=True)
        self.description = Label(role="muted", wrap=True)
        self.range = Label(role="small", wrap=True)
        self.card = Label(CARD_NOTE, "small", wrap=True)
        self.pay = Label(role="small", wrap=True)
        self.pay_copy = CopyButton("the service’s link for paying", label="Copy link to pay")
        self._pay = QWidget()
        self._pay.setLayout(column(self.pay, row(self.pay_copy, -1), spacing=2))
        card, told = ground("card")
        told.addWidget(Label("Who pays", "caption"))
        for each in (self.host, self.description, self.range, self.card, self._pay):
            told.addWidget(each)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(14)
        outer.addWidget(self.others)
        outer.addWidget(card)

    def show_offer(self, offer: LnurlOffer) -> None:
        """Name the service, and warn of every other host that takes part."""
        self.host.setText(breakable(both_forms(offer.host)))
        self.description.show_text(
            breakable(quoted(offer.description, MAX_SHOWN_DESCRIPTION) if offer.description else "")
        )
        self.show_range("")
        show_if(self.card, offer.one_shot)
        self._show_pay(offer)
        others = sorted({offer.answered_by, offer.callback_host} - {offer.host})
        if not others:
            self.others.clear()
            return
        one = len(others) == 1
        takes_part = "another host takes part" if one else "other hosts take part"
        told = f"Besides {both_forms(offer.host)}, {takes_part}: {', '.join(map(both_forms, others))}."
        trust = f"Go on only if you trust {'it' if one else 'them'}: {offer.callback_host} gets your invoice."
        self.others.show_problem(Problem(told, trust, Severity.WARNS))

    def show_range(self, sentence: str) -> None:
        """What the service allows, as it stands for the wallet that was chosen."""
        self.range.show_text(breakable(sentence))

    def forget(self) -> None:
        """Let nothing of a service stand here."""
        for label in (self.host, self.description, self.range, self.pay):
            label.setText("")
        self.pay_copy.set_text("")
        self.others.clear()

    def _show_pay(self, offer: LnurlOffer) -> None:
        host = pay_host(offer.service.pay_link, practice=offer.practice)
        self.pay.setText(
            breakable(f"{both_forms(host)} also takes payments. Ashore pays nothing; a wallet that pays can.")
        )
        self.pay_copy.set_text(offer.service.pay_link or "" if host else "")
        show_if(self._pay, bool(host))
