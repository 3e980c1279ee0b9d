"""Where practice vouchers come from: the service's page, and those that it gives away, each as a code and to use here.

There is none of this where money is real.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import quoted
from ashore.engine.practice_vouchers import PracticeVoucher
from ashore.systems.lnurl.codec import sat_text
from ashore.ui.context import Context
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.handed_over import HandedOver
from ashore.ui.widgets.labels import Label, clear, column, ground, reached_after, rule, set_tip, show_if
from ashore.ui.widgets.opening import is_page_here, open_page_here
from ashore.ui.widgets.qr import show_large
from ashore.ui.wording import breakable

TITLE, SHOW_CODE, USE, OPEN_PAGE = "Practice vouchers", "Show code", "Use it", "Open the page"
ABOUT = "Play money of this computer: no bitcoin, no Lightning network. It buys nothing."
WORTHLESS = "Practice money. This code is worth nothing, and leads nowhere outside this computer."
_NONE = "All are used up. The page makes more."
_MORE = "There are more on the page."
_SHOWN = 5
_LIST = "practice vouchers"


class PracticeRow(QWidget):
    """One voucher: what it is, and what can be done with it."""

    def __init__(self, voucher: PracticeVoucher, number: int) -> None:
        super().__init__()
        named = f"practice voucher {number}: {quoted(voucher.title)}, {amounts(voucher)}"
        self.code = Button(SHOW_CODE, "small-link", name=f"Show the code of {named}")
        self.use = Button(USE, "small-link", name=f"Use {named}")
        left = "one use left" if voucher.left == 1 else f"{voucher.left:,} uses left"
        told = Label(f"{amounts(voucher)} · {left}", "muted", wrap=True)
        acts = QWidget()
        acts.setLayout(FlowLayout(self.code, self.use, gap=16))
        self.setLayout(column(Label(breakable(quoted(voucher.title)), "strong", wrap=True), told, acts, spacing=2))


class VoucherTips(QWidget):
    """Hidden while a voucher is in hand, and empty where the wallet knows no practice service."""

    use = Signal(str)
    """The link of a voucher that a person wants in the form. It is not opened by that."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._vouchers = context.wallet.practice_vouchers if context.wallet.network.badge else None
        page = context.wallet.voucher_page
        self._page = page if is_page_here(page) else ""
        self._shown: tuple[PracticeVoucher, ...] | None = None
        self._stale = False
        self.rows: list[PracticeRow] = []
        self.open_page = Button(OPEN_PAGE, "small-link", name="Open the page of the practice vouchers in the browser")
        self.handed_over = HandedOver(context.icons, self._page, "the page of the practice vouchers")
        self.copy_page = self.handed_over.copy
        self.told = Label(role="small", wrap=True)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.open_page.clicked.connect(self._open_page)
        set_tip(self.open_page, page)
        if self.wanted:
            self._build()

    @property
    def wanted(self) -> bool:
        """Whether there is practice money here."""
        return self._vouchers is not None and bool(self._page)

    def _build(self) -> None:
        card, inside = ground("card")
        head, acts = QWidget(), QWidget()
        badge = Label(self._context.wallet.network.badge.upper(), "badge")
        head.setLayout(FlowLayout(Label(TITLE, "section"), badge, gap=12))
        acts.setLayout(FlowLayout(self.open_page, self.copy_page, gap=16))
        for widget in (head, Label(ABOUT, "small", wrap=True), acts, self.handed_over):
            inside.addWidget(widget)
        inside.addLayout(self._list)
        inside.addWidget(self.told)
        self.setLayout(column(card))

    def want(self, wanted: bool) -> None:
        """Show it, where there is anything to show."""
        show_if(self, wanted and self.wanted)
        if self._stale and self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Ask what there is now, where it is seen: one may have been withdrawn meanwhile."""
        self._stale = self.isHidden()
        if self.wanted and not self._stale:
            self._context.tasks.start(self._look(), failed=self._not_listed, name=_LIST)

    async def _look(self) -> None:
        assert self._vouchers is not None, "it is asked only where it is"
        self._show(await self._vouchers.listed())

    def _show(self, vouchers: tuple[PracticeVoucher, ...]) -> None:
        if vouchers == self._shown:
            return
        self._shown = vouchers
        clear(self._list)
        self.rows = []
        for number, voucher in enumerate(vouchers[:_SHOWN], 1):
            row = PracticeRow(voucher, number)
            row.code.clicked.connect(lambda _checked=False, shown=voucher: self._show_code(shown))
            row.use.clicked.connect(lambda _checked=False, link=voucher.link: self.use.emit(link))
            self.rows.append(row)
            self._list.addWidget(rule())
            self._list.addWidget(row)
        reached_after(self.copy_page, *(stop for row in self.rows for stop in (row.code, row.use)))
        self.told.show_text(_NONE if not vouchers else _MORE if len(vouchers) > _SHOWN else "")

    def _not_listed(self, error: AshoreError) -> None:
        self._shown = None
        clear(self._list)
        self.rows = []
        self.told.show_text(f"{error.sentence} {error.advice}".strip())

    def _show_code(self, voucher: PracticeVoucher) -> None:
        what = f"the practice voucher {quoted(voucher.title)}"
        show_large(self._context.theme, self.window(), voucher.link, what, self._context.saved_codes, WORTHLESS)

    def _open_page(self) -> None:
        self.handed_over.tell(taken=open_page_here(self._page))


def amounts(voucher: PracticeVoucher) -> str:
    """What one withdrawal of it brings."""
    most = sat_text(voucher.most_msat)
    return most if voucher.least_msat == voucher.most_msat else f"{sat_text(voucher.least_msat)} to {most}"
