"""Unclaimed: money that a contract holds and that waits to be taken."""

from __future__ import annotations

from ashore.ui.context import Context
from ashore.ui.pages.page import Page
from ashore.ui.widgets.labels import Label, ground
from ashore.ui.widgets.scroll import ScrollColumn


class UnclaimedPage(Page):
    """Says what will appear here. Looking for such money comes with a later version, and the page says so."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Unclaimed")
        scroll = ScrollColumn(margins=(0, 0, 14, 24))
        self.body.addWidget(scroll, 1)
        card, column = ground("card")
        column.addWidget(Label("This version does not look for unclaimed money yet.", "section", wrap=True))
        for sentence in (
            "A withdrawal ends in a contract first. If nobody sends the money on from there, it stays in the contract "
            "under your address until somebody claims it for you. It does not expire.",
            "Withdrawals that you make here are followed until the money is at the recipient’s address: see Activity.",
        ):
            column.addWidget(Label(sentence, "muted", wrap=True))
        scroll.column.addWidget(card)
        scroll.column.addStretch(1)
