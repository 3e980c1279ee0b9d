"""The vouchers whose links came and were not opened yet: a way to open each, and a way to forget it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from ashore.engine.unopened_links import UnopenedVoucher
from ashore.systems.base import Problem, Severity
from ashore.ui.arrivals import source_words
from ashore.ui.context import Context
from ashore.ui.pages.kept_list import KeptCard, KeptList
from ashore.ui.pages.lnurl_words import both_forms
from ashore.ui.port import UnopenedPort
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label
from ashore.ui.wording import breakable, clock_time

TITLE = "Not opened yet"
_ABOUT = "Kept in your vault. Nobody was asked about them: a service is asked when you open its voucher."
_WHAT_FORGETTING_MEANS = "Its link is deleted from your vault, for good. To withdraw it you would need the link again."
_NOT_WRITTEN = Problem("It is not written to your vault yet.", "Open it before you close Ashore.", Severity.WARNS)


class UnopenedCard(KeptCard):
    """One voucher: what it is, its host, when it came and from where, never its link."""

    def __init__(self, context: Context, voucher: UnopenedVoucher) -> None:
        at = clock_time(voucher.came_at, context.now(), seconds=False)
        host = breakable(both_forms(voucher.host))
        kind = "a web address" if voucher.web else "a Bolt Card" if voucher.card else "the voucher"
        which = f"{kind} of {voucher.host}, which came at {at}"
        came = f"Came {source_words(voucher.source)} at {at}".replace("  ", " ")
        doubt = ", a web address that may be a voucher" if voucher.web else ", a tap of a Bolt Card"
        told = f"{came}{doubt if voucher.web or voucher.card else ''}"
        words = [Label(host, "strong", wrap=True), Label(breakable(told), "muted", wrap=True)]
        name = "Look at" if voucher.web else "Open"
        self.open_button = Button(name, name=f"{name} {which}")
        super().__init__(context, which, words, self.open_button)
        self.voucher = voucher
        self.put(f"Forget this voucher, which was not opened: {host}, {breakable(told)}?", _WHAT_FORGETTING_MEANS)
        self.doubt.show_problem(None if voucher.sealed else _NOT_WRITTEN)


class UnopenedVouchers(KeptList[UnopenedVoucher, UnopenedCard]):
    """All of them, but for the one that stands in the field above."""

    opening = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__(context, TITLE, _ABOUT)
        self._but = ""
        context.hub.opened_changed.connect(self.refresh)
        self.refresh()

    @property
    def _unopened(self) -> UnopenedPort | None:
        return self._context.wallet.unopened

    def leave_out(self, text: str) -> None:
        """From the next look on, list all but the voucher of this link, which is in view already."""
        self._but = text

    def entries(self) -> Sequence[UnopenedVoucher]:
        unopened = self._unopened
        if unopened is None:
            return ()
        but = unopened.name_of(self._but) if self._but else ""
        return [each for each in unopened.listed() if each.id != but]

    def card(self, entry: UnopenedVoucher) -> UnopenedCard:
        card = UnopenedCard(self._context, entry)
        card.taken.connect(lambda: self.opening.emit(entry.id))
        card.agreed.connect(lambda: self._forget(entry))
        return card

    def _forget(self, voucher: UnopenedVoucher) -> None:
        if self._unopened is not None:
            done = Problem(f"The voucher of {both_forms(voucher.host)} is forgotten.", "Its link is deleted.")
            self.let_go(voucher.id, self._unopened.forget, done)
