"""A Lightning voucher: its link pasted and named, opened with one request, then how much and where to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from ashore.domain.errors import AshoreError
from ashore.intake.recognition import Intake, Way, unwrapped
from ashore.systems.base import Problem
from ashore.systems.lnurl.codec import Kind
from ashore.systems.lnurl.system.offer import LnurlOffer, LnurlQuote
from ashore.ui.arrivals import KEPT_MS, Source
from ashore.ui.context import Context
from ashore.ui.pages.earlier import EarlierNotice
from ashore.ui.pages.lnurl_fields import LnurlFields
from ashore.ui.pages.lnurl_words import (
    CONNECT,
    HERE_AGAIN,
    KEPT_TOO_LONG,
    LOOKED,
    NO_WALLET,
    NOT_MONEY,
    OPENED,
    STOPPED,
    not_written,
    opened_before,
    put_away,
)
from ashore.ui.pages.opened_vouchers import OpenedVouchers
from ashore.ui.pages.quote_form import QuoteFormPage
from ashore.ui.pages.unfinished import voucher_begun
from ashore.ui.pages.voucher_intake import VoucherIntake
from ashore.ui.pages.voucher_tips import VoucherTips
from ashore.ui.port import OpenedPort, ReceivingPort, reach_of
from ashore.ui.scanner.filling import scan_into
from ashore.ui.widgets.field import Field
from ashore.ui.widgets.labels import show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.wording import clock_time

_JUST_NOW_MS = 60_000
_TAKE, _WALLETS = "take up a voucher", "ask the wallets"


class _InHand(NamedTuple):
    """The voucher that is open here: the text that led to it (empty where none did), its id, what it offers."""

    text: str
    id: str
    offer: LnurlOffer


class LnurlFormPage(QuoteFormPage[LnurlOffer, LnurlQuote]):
    """From a pasted text to the review. What is pasted here is a secret: no draft of it is stored.

    What it opens is in the vault before it is shown (see `OpenedOffers`), and listed here while nothing is open.
    """

    reads = "The wallet that receives makes the invoice."
    place = "in"

    def __init__(self, context: Context, profile: str) -> None:
        super().__init__(
            context, "Withdraw a Lightning voucher", back="Withdraw", what="voucher", kind=LnurlQuote, retry=""
        )
        self._profile = profile
        self._opening = ""
        self._in_hand: _InHand | None = None
        self._over_lock = ""
        self._patience = self.pause(KEPT_MS, self._forget_kept)
        self.intake = VoucherIntake(context.icons, reach_of(context.wallet))
        self.link, self.open_button = self.intake.link, self.intake.open_button
        self.fields = LnurlFields(context.theme, context.icons)
        self.no_wallet = Notice(context.icons, action=CONNECT, below=True)
        self.tips = VoucherTips(context.wallet.voucher_page)
        self.vouchers = OpenedVouchers(context)
        self.earlier = EarlierNotice(context, "Voucher")
        self.arrange(self.notice, self.intake, self.earlier, self.tips, self.vouchers, self.no_wallet, self.fields)
        wanted = "A voucher would fit: LNURL1…, lightning:…, lnurlw://…"
        self.scan = scan_into(context, self.intake.field, "a voucher", wanted, self._scanned, self)
        self._connect()
        self._begin()

    def _connect(self) -> None:
        self.link.textChanged.connect(self._pasted)
        self.link.returnPressed.connect(self._entered)
        self.link.paste_wanted.connect(self.scan.scan.from_clipboard)
        self.open_button.clicked.connect(self._open_link)
        self.intake.cancel.clicked.connect(self._stop)
        self.intake.aside.clicked.connect(self._put_aside)
        self.vouchers.go_on.connect(self._go_on)
        self.vouchers.forgotten.connect(self._forgotten)
        self.fields.edited.connect(self.edited)
        self.fields.submitted.connect(self.submit)
        self.fields.least.clicked.connect(lambda: self._bound(least=True))
        self.fields.most.clicked.connect(lambda: self._bound(least=False))
        self.fields.ask_wallet.clicked.connect(self._ask_again)
        for way in (self.no_wallet.acted, self.fields.connect_wallet.clicked):
            way.connect(self.context.go.show_wallet_setup)
        self.context.hub.lock_changed.connect(self._lock_changed)

    @property
    def _opened(self) -> OpenedPort:
        opened = self.context.wallet.opened
        assert opened is not None, "whoever has LNURL keeps what was opened"
        return opened

    def _begin(self) -> None:
        """As if nothing had been pasted yet. A service that is being asked may answer all the same: that is kept."""
        self.put_down()
        for work in (_TAKE, _WALLETS):
            self.context.tasks.cancel(work)
        self._in_hand = None
        self.link.setText("")  # which, unlike clear(), leaves nothing to Undo
        self.fields.forget()
        self.intake.busy(None)
        self.intake.say(None)
        self.notice.clear()
        self._show_parts()

    def _show_parts(self) -> None:
        """Show what belongs to an open voucher, or to none."""
        opened = self._offer is not None
        show_if(self.fields, opened)
        self.earlier.show_voucher(self._offer, self.link.text())
        self.intake.show_opened(opened=opened)
        self.vouchers.want(not opened)
        show_if(self.tips, not opened and bool(self.context.wallet.voucher_page))
        receiving = self.context.wallet.receiving
        if opened or receiving is None or receiving.listed():
            self.no_wallet.clear()
        else:
            self.no_wallet.show_problem(NO_WALLET, act=True)
        if not opened:
            pasted = self.intake.recognised().can_be_asked
            self.summary.show_nothing("Open the voucher first." if pasted else "Paste a voucher’s link and open it.")

    def _lock_changed(self) -> None:
        """Over a lock nothing stands here that opens or pays a voucher. A link that may be nowhere else comes again."""
        if not self.context.wallet.locked:
            self._bring_back()
            return
        stood = bool(self._in_hand or self.intake.asking or self.link.text()) or self.fields.typed
        if stood:
            opened = self._in_hand is not None
            looked = self._in_hand is not None and not self._in_hand.id
            if not opened and self.intake.recognised().can_be_asked:
                self._over_lock = self.link.text()
                self._patience.start()
            said = put_away(opened=opened, asking=self.intake.asking, looked=looked)
            self._begin()
            self.notice.show_problem(said)

    def _bring_back(self) -> None:
        """Put the link that was kept over a lock back, unless its service answered meanwhile: then it is listed."""
        text, self._over_lock = self._over_lock, ""
        self._patience.stop()
        if text and not self._opened.find(text):
            self._begin()
            self.link.setText(text)
            self.notice.show_problem(HERE_AGAIN)
            if self.isVisible():
                self.shown()

    def _forget_kept(self) -> None:
        """It was locked for too long."""
        self._over_lock = ""
        self.notice.show_problem(KEPT_TOO_LONG)

    def shown(self) -> None:
        self._show_parts()
        self._meet_wallets()
        if self._offer is not None:
            self.fields.begin()
        else:
            (self.open_button if self.open_button.isEnabled() else self.link).setFocus()

    @property
    def begun(self) -> bool:
        return self._in_hand is not None or self.intake.asking or super().begun

    @property
    def let_go(self) -> str:
        """The link that stands here, or is kept over a lock, and was not opened, else empty: it may be nowhere else."""
        free = self._in_hand is None and not self.intake.asking
        return self.link.text() if free and self.intake.recognised().can_be_asked else self._over_lock

    def unfinished(self, link: str) -> Problem | None:
        """What is begun here and would give way to this link, put as a question; None where nothing would."""
        if self._over_lock:
            return voucher_begun()
        if self.link.text() == link:
            return None
        if self._in_hand is not None:
            return voucher_begun(opened=True, kept=bool(self._in_hand.id))
        if not self.link.text().strip():
            return None
        return voucher_begun(asking=self.intake.asking, known=self.intake.recognised().can_be_asked)

    def begin_with(self, text: str) -> None:
        """Begin anew with a text that came from elsewhere: it is named, and nothing is asked before Open is pressed.

        A voucher that was opened before is there again without a further request, which could be one too many.
        """
        self._begin()
        self.link.setText(text)
        self.shown()

    def _scanned(self, text: str, found: Intake) -> bool:
        if found.way is Way.VOUCHER and self.unfinished(unwrapped(text)) is not None:
            self.context.go.take_in(text, Source.SCAN)
        elif found.way is Way.VOUCHER and self.link.text() != unwrapped(text):
            self.begin_with(unwrapped(text))
        return found.way is Way.VOUCHER

    def show_opened(self, offer: LnurlOffer) -> None:
        """Begin anew with an offer that a kept balance link led to (LUD-14): nothing is pasted, nothing is asked."""
        self._begin()
        self._show_opened("", self._opened.find(offer.asked.text) if offer.asked is not None else "", offer)
        self.shown()
        self._requote()

    def clear_draft(self) -> None:
        """Forget everything: it was handed over."""
        self._begin()

    # Pasting and opening

    def _pasted(self) -> None:
        text = self.link.text()
        stood = self._offer is not None
        self.put_down()
        self.context.tasks.cancel(_WALLETS)
        known = self._opened.find(text)
        back = self._in_hand is not None and (text == self._in_hand.text or (bool(known) and known == self._in_hand.id))
        if back or stood:
            # A slip of the finger does not cost what was typed for an opened voucher: taken back, it is there again.
            self._offer = self._in_hand.offer if self._in_hand is not None and back else None
            self._requote()
        self._show_parts()
        self.notice.clear()
        found = self.intake.recognised()
        self.intake.name_act(found.kind)
        told = self._told_of(self._in_hand) if self._in_hand is not None and back else self.intake.named()
        self.intake.say(told if text.strip() or back else None)
        if known and not back:
            self._take_up(known, text)

    def _go_on(self, opened: str) -> None:
        """Take a voucher of the list up. A link that was not opened gives way to it, and waits below the page."""
        before = self.let_go
        if before:
            self.link.setText("")
        self._take_up(opened, "")
        if before:
            self.context.go.take_in(before, Source.EARLIER)

    def _take_up(self, opened: str, text: str) -> None:
        """Show what was opened before, from the vault: the wallets are asked, the service is not."""
        asking = object()
        self.intake.busy(asking, stoppable=False)
        self.context.tasks.start(self._taken_up(opened, text, asking), failed=self._not_opened, name=_TAKE)

    async def _taken_up(self, opened: str, text: str, asking: object) -> None:
        try:
            offer = await self._opened.go_on(opened)
        finally:
            mine = self.intake.done(asking)
        if mine:
            await self._show_offer(text, opened, offer)

    async def _show_offer(self, text: str, opened: str, offer: LnurlOffer) -> None:
        self._show_opened(text, opened, offer)
        await self._judge()
        if self.isVisible():
            self.fields.begin()

    def _show_opened(self, text: str, opened: str, offer: LnurlOffer) -> None:
        self._offer, self._in_hand = offer, _InHand(text, opened, offer)
        self.intake.say(self._told_of(self._in_hand))
        self.fields.show_offer(offer)
        self._show_parts()

    def _told_of(self, voucher: _InHand) -> Problem:
        entry = next((each for each in self._opened.listed() if each.id == voucher.id), None)
        if entry is None:
            return LOOKED
        if not entry.sealed:
            return not_written(self._opened.trouble)
        now = self.context.now()
        if now - entry.opened_at < _JUST_NOW_MS:
            return OPENED
        return opened_before(clock_time(entry.opened_at, now, seconds=False))

    def _put_aside(self) -> None:
        self._begin()
        self.link.setFocus()

    def _forgotten(self, opened: str) -> None:
        if self._in_hand is not None and self._in_hand.id == opened:
            self._in_hand = None

    def _entered(self) -> None:
        if self.intake.recognised().kind is Kind.PLAIN_URL:
            self.open_button.setFocus()  # not known to be a voucher: it is asked by a second act only
        else:
            self._open_link()

    def _open_link(self) -> None:
        if not self.open_button.isEnabled():
            return  # one request for one act of a person, however often it is pressed
        asking = object()
        self.link.setFocus()  # where a second Enter stops nothing
        self.intake.busy(asking)
        self._opening = f"open a voucher {id(asking)}"
        work = self._ask(self.link.text(), asking)
        self.context.tasks.start(work, failed=lambda error: self._not_asked(error, asking), name=self._opening)

    async def _ask(self, text: str, asking: object) -> None:
        offer = await self.context.wallet.open_link(self._profile, text)
        assert isinstance(offer, LnurlOffer), "this form is LNURL's"
        if self.intake.done(asking):  # else somebody began anew meanwhile: it is listed
            await self._show_offer(text, self._opened.find(text), offer)

    def _not_asked(self, error: AshoreError, asking: object) -> None:
        if self.intake.done(asking):
            self._not_opened(error)

    def _not_opened(self, error: AshoreError) -> None:
        self.intake.lead_back()
        self.intake.say(Problem(error.sentence, error.advice))

    def _stop(self) -> None:
        self.context.tasks.cancel(self._opening)
        self.intake.busy(None)
        self.intake.lead_back()
        self.intake.say(STOPPED)

    def _meet_wallets(self) -> None:
        """List the wallets that were connected or removed meanwhile; the service is not asked again for that."""
        receiving = self.context.wallet.receiving
        if self._offer is None or receiving is None:
            return
        if [each.id for each in receiving.listed()] != [each.id for each in self._offer.receivers]:
            self._ask_again()

    def _ask_again(self) -> None:
        receiving = self.context.wallet.receiving
        if self._offer is not None and receiving is not None:
            self.fields.ask_wallet.setEnabled(False)
            self.context.tasks.start(self._ask_wallets(receiving), failed=self.not_reviewed, name=_WALLETS)

    async def _ask_wallets(self, receiving: ReceivingPort) -> None:
        try:
            receivers = await receiving.offers()
        finally:
            self.fields.ask_wallet.setEnabled(True)
        if self._offer is None or self._in_hand is None:
            return
        self._offer = replace(self._offer, receivers=receivers)
        self._in_hand = self._in_hand._replace(offer=self._offer)
        self.fields.show_receivers(self._offer)
        await self._judge()

    # Typing

    def _bound(self, *, least: bool) -> None:
        allowed = self._quote.allowed if self._quote else None
        if allowed is not None:
            self.fields.use(allowed.min_msat if least else allowed.max_msat)

    def named_fields(self) -> Mapping[str, Field]:
        return self.fields.fields

    def draft(self) -> dict[str, str]:
        return self.fields.values()

    def judged(self, quote: LnurlQuote) -> None:
        self.fields.show_quote(quote)

    def summarise(self, quote: LnurlQuote) -> None:
        # The range stands beside who pays already.
        legs = tuple(replace(leg, note="") if index == 0 else leg for index, leg in enumerate(quote.legs))
        super().summarise(replace(quote, legs=legs))

    def usually(self, _quote: LnurlQuote) -> str:
        return NOT_MONEY

    # Going on

    def insist(self) -> None:
        self.fields.touch_all()

    def not_reviewed(self, error: AshoreError) -> None:
        super().not_reviewed(error)
        self.notice.show_problem(Problem(error.sentence, error.advice or "Nothing was withdrawn."))
        self.columns.main_scroll.ensureWidgetVisible(self.notice)
