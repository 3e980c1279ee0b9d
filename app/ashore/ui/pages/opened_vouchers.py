"""The vouchers that were opened and not withdrawn yet: a way to go on with each, and a way to forget it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.engine.opened_offers import OpenedVoucher
from ashore.systems.base import Problem, Severity
from ashore.systems.lnurl.codec import sat_text
from ashore.ui.context import Context
from ashore.ui.pages.lnurl_words import both_forms
from ashore.ui.port import OpenedPort
from ashore.ui.widgets.asking import AskingCard
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, clear, column, row, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.problem import ProblemLine
from ashore.ui.wording import breakable, clock_time

TITLE = "Opened, not withdrawn yet"
_ABOUT = "Kept in your vault. The service is not asked again; whether it still pays, it says when you withdraw."
_WHAT_FORGETTING_MEANS = (
    "What its service said is deleted from your vault, for good. Where its link works only once, nobody can withdraw "
    "this voucher any more."
)
_NOT_WRITTEN = Problem("It is not written to your vault yet.", "Withdraw it before you close Ashore.", Severity.WARNS)


class OpenedCard(AskingCard):
    """One voucher: its host, how much, and when it was opened, never its link; and the question before it goes."""

    go_on = Signal(str)
    forget = Signal(str)

    def __init__(self, context: Context, voucher: OpenedVoucher) -> None:
        at = clock_time(voucher.opened_at, context.now(), seconds=False)
        which = f"the voucher of {voucher.host}, opened at {at}"
        self.forget_button = Button("Forget", "small-link", name=f"Forget {which}")
        no = Button("Keep it", name=f"Keep {which}")
        super().__init__(self.forget_button, no, Button("Forget it", name=f"Yes, forget {which}"))
        self.voucher = voucher
        self.go_on_button = Button("Go on", name=f"Go on with {which}")
        told = Label(breakable(f"{_span(voucher)}, opened at {at}"), "muted", wrap=True)
        words = column(Label(breakable(both_forms(voucher.host)), "strong", wrap=True), told, spacing=4)
        line = row(words, self.forget_button, self.go_on_button, spacing=12)
        line.setStretch(0, 1)
        for button in (self.forget_button, self.go_on_button):
            line.setAlignment(button, Qt.AlignmentFlag.AlignVCenter)
        self.doubt = ProblemLine(context.icons)
        asked = self.put(f"Forget the voucher of {breakable(both_forms(voucher.host))}?", _WHAT_FORGETTING_MEANS)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 14, 20, 14)
        outer.setSpacing(8)
        outer.addLayout(line)
        outer.addWidget(self.doubt)
        outer.addWidget(asked)
        self.doubt.show_problem(None if voucher.sealed else _NOT_WRITTEN)
        self.go_on_button.clicked.connect(lambda: self.go_on.emit(voucher.id))
        self.agreed.connect(lambda: self.forget.emit(voucher.id))


class OpenedVouchers(QWidget):
    """All of them; hidden while there are none and nothing is to be said, or another voucher is in hand."""

    go_on = Signal(str)
    forgotten = Signal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._wanted = True
        self.notice = Notice(context.icons, closable=True)
        self.heading = column(Label(TITLE, "section"), Label(_ABOUT, "small", wrap=True), spacing=2)
        self.cards: list[OpenedCard] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.setLayout(column(self.heading, self.notice, self._list, spacing=8))
        self.notice.closed.connect(self._show_or_hide)
        context.hub.lock_changed.connect(self._lock_changed)
        context.hub.opened_changed.connect(self.refresh)
        self.refresh()

    @property
    def _opened(self) -> OpenedPort | None:
        return self._context.wallet.opened

    def want(self, wanted: bool) -> None:
        """Be there, where there is something to list, or not at all."""
        self._wanted = wanted
        self.refresh()

    def refresh(self) -> None:
        """Show what is kept now. Nobody is asked."""
        listed = () if self._opened is None else self._opened.listed()
        if [card.voucher for card in self.cards] != list(listed):
            clear(self._list)
            self.cards = [self._card(voucher) for voucher in listed]
        self._show_or_hide()

    def _card(self, voucher: OpenedVoucher) -> OpenedCard:
        card = OpenedCard(self._context, voucher)
        card.go_on.connect(self.go_on)
        card.forget.connect(self._forget)
        self._list.addWidget(card)
        return card

    def _show_or_hide(self) -> None:
        show_if(self, self._wanted and (bool(self.cards) or not self.notice.isHidden()))

    def _lock_changed(self) -> None:
        self.notice.clear()
        self.refresh()

    def _forget(self, voucher: str) -> None:
        if self._opened is not None:
            work = self._forgotten(self._opened, voucher)
            self._context.tasks.start(work, failed=self._failed, name=f"forget {voucher}")

    async def _forgotten(self, opened: OpenedPort, voucher: str) -> None:
        host = next((card.voucher.host for card in self.cards if card.voucher.id == voucher), "")
        await opened.forget(voucher)
        self.refresh()
        self.forgotten.emit(voucher)
        self.notice.show_done(f"The voucher of {both_forms(host)} is forgotten.", "What was opened is deleted.")
        self._show_or_hide()

    def _failed(self, error: AshoreError) -> None:
        self.refresh()
        self.notice.show_problem(Problem(error.sentence, error.advice, Severity.WARNS))
        self._show_or_hide()


def _span(voucher: OpenedVoucher) -> str:
    if voucher.least_msat == voucher.most_msat:
        return sat_text(voucher.most_msat)
    return f"{sat_text(voucher.least_msat)} to {sat_text(voucher.most_msat)}"
