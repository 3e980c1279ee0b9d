"""Withdraw: where there is money to bring out, and what is under way."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from ashore.domain.errors import AshoreError
from ashore.domain.withdrawal import FOLLOWED
from ashore.engine.views import ActivityQuery, ActivityRow, ProfileInfo
from ashore.systems.base import Problem, Severity, Unclaimed
from ashore.systems.reddio.system.offer import ReddioOffer
from ashore.systems.zklink.system.offer import ZkLinkOffer
from ashore.ui.context import Context
from ashore.ui.pages.holdings import holdings, on_the_way, reddio_holdings
from ashore.ui.pages.intake_field import IntakeField
from ashore.ui.pages.kept_balances import KeptBalances
from ashore.ui.pages.link_asking import LinkAsking
from ashore.ui.pages.page import Page
from ashore.ui.pages.unclaimed import owed_words
from ashore.ui.theme.icons import IconWidget
from ashore.ui.widgets.buttons import Button, RowButton
from ashore.ui.widgets.labels import Label, clear, column, row, set_property
from ashore.ui.widgets.marks import MarkWidget, beside_stage
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import ScrollColumn
from ashore.ui.wording import (
    LIGHTNING,
    REDDIO,
    breakable,
    stage_words,
    title,
    towards,
    voucher_name,
    without_long_numbers,
)

UNDER_WAY_SHOWN = 6
ASKING, NOT_TOLD = "Asking…", "Not known now"
"""In the place of a balance: until the first answer, and where none came."""

_STALE_MS = 20_000

_NOBODY = "Nobody sends it on by itself. It does not expire."
_RELAYER = "zkLink’s relayer usually sends on what waits there, and you can also claim it. It does not expire."
_SOMETIMES = "zkLink’s relayer usually sends on what is from there; nobody sends on the rest. It does not expire."


class SystemCard(RowButton):
    """One deployment to withdraw from, with what the account holds there."""

    def __init__(self, context: Context, profile: ProfileInfo) -> None:
        super().__init__(f"Withdraw from {profile.title}")
        self._profile = profile
        self._context = context
        self._opened_at = 0
        self.unanswered = False
        self.balance = Label(ASKING, "title", wrap=True)
        set_property(self.balance, "tone", "muted")
        self.detail = Label(breakable(profile.subtitle), "muted", wrap=True)
        go = IconWidget(context.icons, "chevron-right", "accent", 18)
        words = column(Label(breakable(profile.title), "caption"), self.balance, self.detail, spacing=4)
        line = row(words, go, spacing=12, margins=(20, 16, 16, 16))
        line.setStretch(0, 1)
        self.fill(line)
        self.clicked.connect(lambda: context.go.show_form(profile.id))

    def refresh(self) -> None:
        """Ask what the first account holds, unless that was asked a moment ago."""
        wallet, now = self._context.wallet, self._context.now()
        accounts = wallet.accounts()
        if not accounts or now - self._opened_at < _STALE_MS:
            return
        self._opened_at = now
        if self.balance.text() == NOT_TOLD:
            self.balance.setText(ASKING)
        name = f"balance {self._profile.id}"
        self._context.tasks.start(self._ask(accounts[0].index), failed=self._failed, name=name)

    def outdated(self) -> None:
        """A withdrawal went on, so the account may hold less: ask when the card is next looked at."""
        self._opened_at = 0

    async def _ask(self, account: int) -> None:
        offer = await self._context.wallet.open(self._profile.id, account)
        self.unanswered = False
        if isinstance(offer, ZkLinkOffer):
            sums = holdings(offer)
            spread = f"in {sums[0].places} sub-accounts" if sums and sums[0].places > 1 else ""
            self._tell([each.words for each in sums], spread)
        elif isinstance(offer, ReddioOffer):
            self._tell(reddio_holdings(offer), on_the_way(offer))

    def _tell(self, held: list[str], besides: str) -> None:
        """Say what is held, the most first, and what there is to know besides."""
        self.balance.setText(breakable(held[0]) if held else "Nothing to withdraw")
        set_property(self.balance, "tone", "plain")
        more = f"also {', '.join(held[1:4])}" if len(held) > 1 else ""
        self.detail.setText(breakable(" · ".join(filter(None, (besides, more, self._profile.subtitle)))))
        set_property(self.detail, "tone", "muted")
        named = [f"{held[0]} {besides}".strip(), *held[1:]] if held else [f"nothing to withdraw {besides}".strip()]
        self.setAccessibleName(f"Withdraw from {self._profile.title}: {', '.join(named)}")

    def retry(self) -> None:
        """Ask again if the last answer was none. (Asking counts as use, so it is not done for its own sake.)"""
        if self.unanswered:
            self.refresh()

    def _failed(self, error: AshoreError) -> None:
        self.unanswered = True
        if self.balance.text() == ASKING:
            self.balance.setText(NOT_TOLD)
        self.detail.setText(breakable(error.sentence))
        set_property(self.detail, "tone", "warn")


class VoucherCard(SystemCard):
    """Where a voucher's link is pasted: there is no account whose balance could be shown."""

    def __init__(self, context: Context, profile: ProfileInfo) -> None:
        super().__init__(context, profile)
        self.balance.setText("Paste or scan a voucher")
        set_property(self.balance, "tone", "plain")
        context.hub.opened_changed.connect(self._changed)
        context.hub.withdrawals_changed.connect(lambda _ids: self._changed())
        context.hub.lock_changed.connect(self.refresh)

    def _changed(self) -> None:
        """What may hold more is counted in the journal: not where nobody sees it. The page looks when it is shown."""
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Say what waits, opened or not. A service is asked when a person opens its link, and only then."""
        wallet = self._context.wallet
        opened = 0 if wallet.opened is None else len(wallet.opened.listed())
        unopened = 0 if wallet.unopened is None else sum(not each.refused for each in wallet.unopened.listed())
        more = 0 if wallet.rests is None else sum(not each.refused for each in wallet.rests.listed())
        told = _waiting_vouchers(opened, unopened, more)
        self.detail.setText(breakable(told or self._profile.subtitle))
        self.setAccessibleName(f"Withdraw from {self._profile.title}{f': {told}' if told else ''}")


class UnderWayRow(RowButton):
    """One open withdrawal, with the mark of where it stands."""

    def __init__(self, context: Context, shown: ActivityRow) -> None:
        super().__init__("")
        self.withdrawal = shown.id
        self._now = context.now
        self.mark = MarkWidget(context.theme, shown.mark)
        self.amount = Label(role="strong")
        self.where = Label(role="muted", wrap=True)
        self.stage = Label(role="small", wrap=True)
        line = row(self.mark, self.amount, self.where, self.stage, spacing=10, margins=(16, 11, 16, 11))
        line.setStretch(2, 1)
        line.setStretch(3, 1)
        self.where.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.stage.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.fill(line)
        self.clicked.connect(lambda: context.go.show_voyage(self.withdrawal))
        self.show_row(shown)

    def show_row(self, shown: ActivityRow) -> None:
        """Show where it stands now."""
        terms = shown.terms
        self.mark.show_mark(shown.mark)
        self.amount.setText(title(terms))
        followed = f" · {FOLLOWED}" if FOLLOWED in terms.details else ""
        name = voucher_name(terms)
        where = f"{towards(terms)}{followed}{f' · {name}' if name else ''}"
        self.where.setText(breakable(where))
        self.stage.setText(breakable(stage_words(shown, beside_stage(shown.mark), self._now())))
        self.setAccessibleName(f"{self.amount.text()} {where}, {self.stage.text()}. Opens its voyage.")


class HomePage(Page):
    """The first page."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Bring funds out")
        self._scroll = scroll = ScrollColumn(margins=(0, 0, 14, 24), spacing=12)
        self.body.addWidget(scroll, 1)
        self.waiting = Notice(context.icons, action="See what waits")
        self.waiting.acted.connect(lambda: context.go.show_section("unclaimed"))
        self.intake = IntakeField(context)
        scroll.column.addWidget(self.intake)
        self.cards = [_card(context, profile) for profile in context.wallet.profiles()]
        self.intake.passed_by.connect(lambda: [card.setFocus() for card in self.cards[:1]])
        for card in self.cards:
            scroll.column.addWidget(card)
        # Below what one clicks: it comes in by itself, and would push the cards from under the pointer.
        self.asking = LinkAsking(context)
        scroll.column.addWidget(self.waiting)
        scroll.column.addWidget(self.asking)
        self.balances = KeptBalances(context)
        scroll.column.addWidget(self.balances)
        scroll.column.addSpacing(12)
        self.heading = Label("Under way", "section")
        scroll.column.addWidget(self.heading)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        scroll.column.addLayout(self._list)
        self.nothing = Label("Nothing is under way.", "muted", wrap=True)
        self.more = Button("All withdrawals", "link")
        self.more.clicked.connect(lambda: context.go.show_section("activity"))
        scroll.column.addWidget(self.nothing)
        scroll.column.addWidget(self.more)
        scroll.column.addStretch(1)
        self.rows: list[UnderWayRow] = []
        context.hub.withdrawals_changed.connect(self._changed)
        context.hub.health_changed.connect(self._health_changed)
        context.hub.unclaimed_changed.connect(self._remind)

    def shown(self) -> None:
        for card in self.cards:
            card.refresh()
        self.balances.refresh()
        self.refresh()
        self._remind()
        self.asking.refresh()
        self.intake.edit.setFocus()
        self.intake.look_again()
        self._scroll.verticalScrollBar().setValue(0)

    def left(self) -> None:
        self.intake.let_go()

    @property
    def begun(self) -> bool:
        # What stands in the one field gives way to what comes, unless somebody is being asked about it.
        asking = self.intake.replacing.asking or self.balances.replacing.asking
        return self.intake.edit.isReadOnly() or asking

    def _changed(self, _ids: frozenset[str]) -> None:
        for card in self.cards:
            card.outdated()
        if self.isVisible():
            self.refresh()

    def _remind(self) -> None:
        """Say what waits to be claimed, unless it is being claimed."""
        wallet = self.context.wallet
        money = wallet.unclaimed
        waiting = [owed for owed in money.found if owed.amount and not money.claim_of(owed)]
        if not waiting:
            self.waiting.clear()
            return
        vaults = {profile.id for profile in wallet.profiles() if profile.system == REDDIO}
        by_hand = sum(owed.profile in vaults for owed in waiting)
        advice = _NOBODY if by_hand == len(waiting) else _SOMETIMES if by_hand else _RELAYER
        self.waiting.show_problem(Problem(_waiting_words(waiting), advice, Severity.NOTES), act=True)

    def _health_changed(self) -> None:
        if self.isVisible():
            for card in self.cards:
                card.retry()

    def refresh(self) -> None:
        """Show what is under way now."""
        wallet = self.context.wallet
        page = wallet.activity(ActivityQuery(only="open"), None, UNDER_WAY_SHOWN)
        if [row.withdrawal for row in self.rows] != [row.id for row in page.rows]:
            clear(self._list)
            self.rows = [UnderWayRow(self.context, row) for row in page.rows]
            for widget in self.rows:
                self._list.addWidget(widget)
        for widget, shown in zip(self.rows, page.rows, strict=True):
            widget.show_row(shown)
        self.nothing.setVisible(not page.rows)
        total = wallet.open_count()
        self.more.setVisible(total > len(page.rows))
        self.more.setText(f"All {total} under way")


def _waiting_vouchers(opened: int, unopened: int, more: int) -> str:
    """How many vouchers wait, and what for; empty where none does."""
    are = ("voucher is", "vouchers are")
    told = f"{opened} opened {are[opened > 1]} not withdrawn yet" if opened else ""
    if unopened:
        told = f"{told}, {unopened} not opened yet" if opened else f"{unopened} {are[unopened > 1]} not opened yet"
    may = f"{more} {'voucher' if more == 1 else 'vouchers'} may hold more" if more else ""
    return ", ".join(each for each in (told, may) if each)


def _waiting_words(waiting: list[Unclaimed]) -> str:
    """What waits to be claimed, and where."""
    chains = list(dict.fromkeys(owed.chain for owed in waiting))
    where = chains[0] if len(chains) == 1 else f"{', '.join(chains[:-1])} and {chains[-1]}"
    if len(waiting) == 1:
        return f"{without_long_numbers(owed_words(waiting[0]))} waits on {where} to be claimed."
    return f"{len(waiting)} sums and tokens wait on {where} to be claimed."


def _card(context: Context, profile: ProfileInfo) -> SystemCard:
    return VoucherCard(context, profile) if profile.system == LIGHTNING else SystemCard(context, profile)
