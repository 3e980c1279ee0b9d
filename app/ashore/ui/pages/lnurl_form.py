"""A Lightning voucher: its link pasted and named, opened with one request, then how much and where to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from ashore.domain.errors import AshoreError
from ashore.intake.recognition import Intake, unwrapped
from ashore.systems.base import Problem, Severity
from ashore.systems.lnurl.codec import Kind
from ashore.systems.lnurl.system.offer import LnurlOffer, LnurlQuote
from ashore.ui.arrivals import NO_ROOM, Source, keep_voucher
from ashore.ui.context import Context
from ashore.ui.pages.field_intake import FieldIntake
from ashore.ui.pages.lnurl_fields import LnurlFields
from ashore.ui.pages.lnurl_words import CONNECT, IS_HERE, NO_WALLET, NOT_MONEY, STOPPED, put_away, told_of
from ashore.ui.pages.opened_vouchers import OpenedVouchers
from ashore.ui.pages.quote_form import QuoteFormPage
from ashore.ui.pages.unfinished import voucher_begun
from ashore.ui.pages.unopened_vouchers import UnopenedVouchers
from ashore.ui.pages.voucher_intake import VoucherIntake, is_same
from ashore.ui.pages.voucher_rests import KnownVoucher
from ashore.ui.pages.voucher_tips import VoucherTips
from ashore.ui.port import OpenedPort, ReceivingPort, reach_of
from ashore.ui.scanner.filling import scan_into
from ashore.ui.widgets.field import Field
from ashore.ui.widgets.labels import show_if
from ashore.ui.widgets.notice import Notice

_TAKE, _WALLETS = "take up a voucher", "ask the wallets"


class _InHand(NamedTuple):
    """The voucher that is open here: the text that led to it (empty where none did), its id, what it offers."""

    text: str
    id: str
    offer: LnurlOffer


class LnurlFormPage(QuoteFormPage[LnurlOffer, LnurlQuote]):
    """From a pasted text to the review. What is pasted here is a secret: no draft of it is stored.

    A link is in the vault as soon as it has come, or before it is let go (see `UnopenedLinks`), and what it opens is
    before it is shown (see `OpenedOffers`). Both are listed here while nothing is open.
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
        self.intake = VoucherIntake(context.icons, reach_of(context.wallet))
        self.link, self.open_button = self.intake.link, self.intake.open_button
        self.fields = LnurlFields(context.theme, context.icons)
        self.no_wallet = Notice(context.icons, action=CONNECT, below=True)
        self.tips = VoucherTips(context)
        self.links = UnopenedVouchers(context)
        self.vouchers = OpenedVouchers(context)
        self.known = KnownVoucher(context)
        lists = self.vouchers, self.known.rests, self.links  # what was begun stands first
        self.arrange(self.notice, self.intake, self.known.notice, *lists, self.no_wallet, self.tips, self.fields)
        self.taking = self.intake.taking(context, self._scanned)
        self.scan = scan_into(context, self.intake.field, "a voucher", self.taking, self)
        for name in ("amount", "invoice", "pin"):
            FieldIntake(context, self.fields.fields[name])
        self._connect()
        self._begin()

    def _connect(self) -> None:
        self.link.textChanged.connect(self._pasted)
        self.link.returnPressed.connect(self._entered)
        self.open_button.clicked.connect(self._open_link)
        self.intake.cancel.clicked.connect(self._stop)
        self.intake.aside.clicked.connect(self._put_aside)
        self.links.opening.connect(self._open_kept)
        self.vouchers.go_on.connect(self._go_on)
        self.tips.use.connect(lambda link: self._brought(link, Source.PRACTICE))
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
        """As if nothing had been pasted yet. What was not opened is kept, and so is what a service still answers."""
        self._let_go()
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
        opened, pasted = self._offer is not None, self.intake.recognised().can_be_asked
        show_if(self.fields, opened)
        self.known.show_voucher(self._offer, self.link.text())
        self.intake.show_opened(opened=opened)
        self.links.leave_out(self.standing)
        self.links.want(not opened)
        self.vouchers.want(not opened)
        self.tips.want(not opened and not pasted)
        receiving = self.context.wallet.receiving
        if opened or receiving is None or receiving.listed():
            self.no_wallet.clear()
        else:
            self.no_wallet.show_problem(NO_WALLET, act=True)
        if not opened:
            self.summary.show_nothing("Open the voucher first." if pasted else "Paste a voucher’s link and open it.")

    def _lock_changed(self) -> None:
        """Over a lock nothing stands here that opens or pays a voucher. What was not opened is kept, and listed."""
        stood = bool(self._in_hand or self.intake.asking or self.link.text()) or self.fields.typed
        if stood and self.context.wallet.locked:
            looked = self._in_hand is not None and not self._in_hand.id
            opened, asking, unopened = self._in_hand is not None, self.intake.asking, bool(self.standing)
            self._begin()
            self.notice.show_problem(put_away(opened=opened, asking=asking, looked=looked, unopened=unopened))

    def shown(self) -> None:
        self._show_parts()
        self.tips.refresh()
        self._meet_wallets()
        if self._offer is not None:
            self.fields.begin()
        else:
            (self.open_button if self.open_button.isEnabled() else self.link).setFocus()

    @property
    def begun(self) -> bool:
        return self._in_hand is not None or self.intake.asking or super().begun

    @property
    def standing(self) -> str:
        """The voucher's link that stands here and was not opened; else empty."""
        return self.link.text() if self._offer is None and self.intake.recognised().can_be_asked else ""

    def left(self) -> None:
        super().left()
        self._let_go()

    def _let_go(self) -> None:
        """Keep what stands here and was not opened."""
        self._keep(self.standing, Source.KEYBOARD)

    def _keep(self, text: str, source: Source) -> None:
        room = NO_ROOM.get(keep_voucher(self.context.wallet, text, source))
        if room is not None:
            self.notice.show_problem(room)

    def unfinished(self, link: str) -> Problem | None:
        """What is begun here and would be lost to this link, put as a question; None where nothing would be.

        Without a link: to a balance that was looked at. Of another look nothing would be, where nothing was typed.
        """
        if link and (self.link.text() == link or self._holds(link)):
            return None
        if self._in_hand is not None and (link or self._in_hand.id or self.fields.changed):
            return voucher_begun(opened=True, kept=bool(self._in_hand.id))
        if self.intake.asking:
            return voucher_begun(asking=True)
        return voucher_begun() if self.link.text().strip() and not self.standing else None

    def begin_with(self, text: str) -> None:
        """Begin anew with a text that came from elsewhere: it is named, and nothing is asked before Open is pressed.

        A voucher that was opened before is there again without a further request, and what is typed for it stays.
        """
        if not self._holds(text):
            self._begin()
        self.link.setText(text)
        self.shown()

    def _holds(self, link: str) -> bool:
        """Whether this is a link of the voucher that is open here, in whatever form it comes."""
        return self._in_hand is not None and bool(self._in_hand.id) and self._opened.find(link) == self._in_hand.id

    def _scanned(self, text: str, _found: Intake | None = None) -> None:
        self._brought(text, self.taking.source)

    def _brought(self, text: str, source: Source) -> None:
        hand = self._in_hand if self._offer is not None else None
        if hand is not None and is_same(self.context.wallet, unwrapped(text), hand.text, hand.id):
            self.context.go.say(Problem(f"This came {source}.", IS_HERE, Severity.NOTES))
        elif self.unfinished(unwrapped(text)) is not None:
            self.context.go.take_in(text, source)
        elif self.link.text() != unwrapped(text):
            self._keep(unwrapped(text), source)
            self.begin_with(unwrapped(text))

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
        for came in self.intake.came():
            self._keep(*came)

    def _open_kept(self, unopened: str) -> None:
        """Open a voucher of the list, as a person wants. A web address is asked by a second act only."""
        self.context.tasks.start(self._open_from_list(unopened), failed=self.links.say, name=_TAKE)

    async def _open_from_list(self, unopened: str) -> None:
        kept = self.context.wallet.unopened
        assert kept is not None, "whoever lists links keeps them"
        self.begin_with(await kept.link(unopened))
        self._entered()

    def _go_on(self, opened: str) -> None:
        """Take a voucher of the list up. A link that was not opened gives way to it, and is listed itself."""
        if self.standing:
            self._begin()
        self._take_up(opened, "")

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
        return told_of(entry, self._opened.trouble, self.context.now())

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
        self._let_go()
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
