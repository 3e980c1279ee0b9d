"""The vouchers that were opened and not withdrawn yet: a way to go on with each, and a way to forget it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from ashore.domain.untrusted import quoted
from ashore.engine.opened_records import OpenedVoucher
from ashore.systems.base import Problem, Severity
from ashore.systems.lnurl.codec import sat_text
from ashore.ui.context import Context
from ashore.ui.pages.kept_list import KeptCard, KeptList
from ashore.ui.pages.lnurl_words import both_forms
from ashore.ui.port import OpenedPort
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label
from ashore.ui.wording import breakable, clock_time

TITLE = "Opened, not withdrawn yet"
_ABOUT = "Kept in your vault. The service is not asked again; whether it still pays, it says when you withdraw."
_WHAT_FORGETTING_MEANS = (
    "What its service said is deleted from your vault, for good. Where its link works only once, nobody can withdraw "
    "this voucher any more."
)
_NOT_WRITTEN = Problem("It is not written to your vault yet.", "Withdraw it before you close Ashore.", Severity.WARNS)


class OpenedCard(KeptCard):
    """One voucher: its host and the host's own words, how much, and when it was opened, never its link."""

    def __init__(self, context: Context, voucher: OpenedVoucher) -> None:
        at = clock_time(voucher.opened_at, context.now(), seconds=False)
        which = f"the voucher of {voucher.host}, opened at {at}"
        host = breakable(both_forms(voucher.host), 12)
        said = quoted(voucher.description) if voucher.description else ""
        told = f"{_span(voucher)}, opened at {at}"
        words = [Label(host, "strong", wrap=True), Label(breakable(told), "muted", wrap=True)]
        if said:
            words.insert(1, Label(breakable(said), wrap=True))
        self.go_on_button = Button("Go on", name=f"Go on with {which}")
        super().__init__(context, which, words, self.go_on_button)
        self.voucher = voucher
        its = ", ".join(each for each in (host, breakable(said), breakable(told)) if each)
        self.put(f"Forget this voucher: {its}?", _WHAT_FORGETTING_MEANS)
        self.doubt.show_problem(None if voucher.sealed else _NOT_WRITTEN)


class OpenedVouchers(KeptList[OpenedVoucher, OpenedCard]):
    """All of them; hidden while another voucher is in hand, too."""

    go_on = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__(context, TITLE, _ABOUT)
        context.hub.opened_changed.connect(self.refresh)
        self.refresh()

    @property
    def _opened(self) -> OpenedPort | None:
        return self._context.wallet.opened

    def entries(self) -> Sequence[OpenedVoucher]:
        return () if self._opened is None else self._opened.listed()

    def card(self, entry: OpenedVoucher) -> OpenedCard:
        card = OpenedCard(self._context, entry)
        card.taken.connect(lambda: self.go_on.emit(entry.id))
        card.agreed.connect(lambda: self._forget(entry))
        return card

    def _forget(self, voucher: OpenedVoucher) -> None:
        if self._opened is not None:
            done = Problem(f"The voucher of {both_forms(voucher.host)} is forgotten.", "What was opened is deleted.")
            self.let_go(voucher.id, self._opened.forget, done)


def _span(voucher: OpenedVoucher) -> str:
    if voucher.least_msat == voucher.most_msat:
        return sat_text(voucher.most_msat)
    return f"{sat_text(voucher.least_msat)} to {sat_text(voucher.most_msat)}"
