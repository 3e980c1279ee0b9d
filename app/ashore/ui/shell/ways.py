"""The pages, built when they are first shown, and the ways from one to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from ashore.domain.events import Terms
from ashore.domain.moves import MoveKind
from ashore.domain.withdrawal import Withdrawal
from ashore.engine.views import Account, Review
from ashore.systems.base import Problem, Unclaimed
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.ui.arrivals import Arrivals, Source
from ashore.ui.context import Context
from ashore.ui.pages.activation_form import FORM, ActivationFormPage
from ashore.ui.pages.activity import ActivityPage
from ashore.ui.pages.add_elsewhere import AddElsewherePage
from ashore.ui.pages.add_stark_key import AddStarkKeyPage
from ashore.ui.pages.claim_form import ClaimFormPage
from ashore.ui.pages.connect_wallet import ConnectWalletPage
from ashore.ui.pages.home import HomePage
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.page import Page
from ashore.ui.pages.receipt import ReceiptPage
from ashore.ui.pages.receiving import ReceivingPage
from ashore.ui.pages.reddio_form import ReddioFormPage
from ashore.ui.pages.registration_form import RegistrationFormPage
from ashore.ui.pages.replace_form import ReplaceFormPage
from ashore.ui.pages.review import ReviewPage
from ashore.ui.pages.unlock import UnlockPage
from ashore.ui.pages.voyage import VOYAGE, VoyagePage
from ashore.ui.pages.zklink_form import ZkLinkFormPage
from ashore.ui.port import WalletPort
from ashore.ui.shell import places
from ashore.ui.shell.window import MainWindow
from ashore.ui.wording import LIGHTNING, REDDIO

P = TypeVar("P", bound=Page)


class Ways(QObject):
    """Leads to each page, and remembers where one came from. Who stands around the pages gives them their tools."""

    context: Context
    arrivals: Arrivals
    unlock: UnlockPage
    """The one page there is while the wallet is locked."""

    def __init__(self, window: MainWindow, wallet: WalletPort) -> None:
        super().__init__(window)
        self.window = window
        self.wallet = wallet
        self._pages: dict[str, Page] = {}
        self._way: list[str] = []
        self._closed = False

    @property
    def place(self) -> str:
        """The key of the page in view, `unlock` while locked."""
        return "unlock" if self.wallet.locked else self._way[-1]

    @property
    def home(self) -> HomePage:
        """The first page."""
        return self._built("withdraw", HomePage, HomePage)

    def page(self, key: str) -> Page:
        """A page that was shown before. Raises KeyError."""
        return self._pages[key]

    def show_section(self, key: str) -> None:
        """One of the side bar's sections."""
        if not self.signing:
            self._go([key])

    def show_form(
        self,
        profile: str,
        again: Terms | None = None,
        *,
        recipient: str = "",
        chain_id: int | None = None,
        link: str = "",
        agreed: bool = False,
        account: str = "",
        code: str = "",
    ) -> None:
        """The form of a deployment, filled in with what was asked for before, an address, or a voucher's link.

        `chain_id` (EIP-155) came with the address. `account` is the address of one to withdraw from; what was typed is
        kept. Another recipient clears what was begun (see `unfinished`), and so does another link where that is
        `agreed` to: else the first page asks. `code` says why it was refused before.
        """
        page = self._form(profile)
        if isinstance(page, LnurlFormPage):
            another = bool(link) and link != page.link.text()
            if another and not agreed and page.unfinished(link) is not None:
                self.arrivals.take_in(link, Source.VAULT)
                return
            self._go(["withdraw", places.VOUCHER])
            if another:
                page.begin_with(link)
            return
        if again is not None:
            page.quote_again(again, code)
        elif recipient and page.unfinished(recipient, chain_id) is not None:
            page.begin_anew(recipient, chain_id)
        elif recipient:
            page.withdraw_to(recipient, chain_id)
        elif account:
            page.withdraw_from(account)
        self._go(["withdraw", places.VAULTS if isinstance(page, ReddioFormPage) else "form"])

    def unfinished(self, profile: str, recipient: str, chain_id: int | None, link: str) -> Problem | None:
        """What is begun in a form, and would be lost to this recipient or link there; None where nothing would be.

        Of a voucher's form without a link: what would be lost to a balance that was looked at.
        """
        page = self._form(profile)
        return page.unfinished(link) if isinstance(page, LnurlFormPage) else page.unfinished(recipient, chain_id)

    def unfinished_beside(self, before: Terms) -> Problem | None:
        """What is begun in a form, and would be lost to what was asked for `before`; None where nothing would be."""
        page = self._form(before.profile)
        return None if isinstance(page, LnurlFormPage) else page.unfinished_beside(before)

    def _form(self, profile: str) -> places.Drafted:
        """The form of a deployment."""
        system = next((known.system for known in self.wallet.profiles() if known.id == profile), "")
        if system == LIGHTNING:
            return self._built(places.VOUCHER, LnurlFormPage, lambda context: LnurlFormPage(context, profile))
        if system == REDDIO:
            return self._built(places.VAULTS, ReddioFormPage, lambda context: ReddioFormPage(context, profile))
        return self._built("form", ZkLinkFormPage, lambda context: ZkLinkFormPage(context, profile))

    def show_activation(self, profile: str, address: str, *, charged: bool = False) -> None:
        """The form of an activation; `charged` where zkLink took none without a fee."""
        account = next((a for a in self.wallet.accounts() if a.address.lower() == address), None)
        if account is None:
            return
        self._built("form", ZkLinkFormPage, lambda context: ZkLinkFormPage(context, profile))
        page = self._built(places.ACTIVATION, ActivationFormPage, ActivationFormPage)
        page.begin_with(profile, account, charged=charged)
        way = ["accounts"] if self._way[:1] == ["accounts"] else ["withdraw", "form"]
        page.name_way_back(places.TITLES["accounts"] if len(way) == 1 else FORM)
        self._go([*way, places.ACTIVATION])

    def show_opened(self, offer: LnurlOffer) -> None:
        """The form of a voucher that a kept balance link has just led to; `unfinished` tells what that clears."""
        voucher = self._built(places.VOUCHER, LnurlFormPage, lambda tools: LnurlFormPage(tools, offer.source.profile))
        self._go(["withdraw", places.VOUCHER])
        voucher.show_opened(offer)

    def show_claim(self, *owed: Unclaimed) -> None:
        """The form of a claim of money that waits on L1, or of several, one after another."""
        page = self._built("claim", ClaimFormPage, ClaimFormPage)
        page.begin_with(*owed)
        self._go(["unclaimed", "claim"])

    def show_replacement(self, claim: Withdrawal, *, cancel: bool) -> None:
        """The form of another transaction in the place of a claim that waits."""
        page = self._built("replacement", ReplaceFormPage, ReplaceFormPage)
        page.begin_with(claim, cancel=cancel)
        self._go([self._way[0], "voyage", "replacement"])

    def show_search(self, text: str) -> None:
        """All withdrawals in which a text is found."""
        if not self.signing:
            page = self._built("activity", ActivityPage, ActivityPage)
            self._go(["activity"])
            page.search_for(text)

    def show_review(self, review: Review) -> None:
        """The review of what is to be signed."""
        page = self._built("review", ReviewPage, ReviewPage)
        page.show_review(review)
        form = places.FORMS.get(review.plan.terms.system, "form")
        if review.plan.withdrawal:
            way = [self._way[0], "voyage", "replacement"]
        elif self._way[-1] in (places.ACTIVATION, places.REGISTRATION):
            way = self._way
        else:
            way = ["unclaimed", "claim"] if review.plan.kind is MoveKind.CLAIM else ["withdraw", form]
        self._go([*way, "review"])

    def show_voyage(self, withdrawal_id: str, *, back: str = "") -> None:
        """One withdrawal's way; with `back`, the title of the page in view, its way back leads to that."""
        if self.signing:
            return
        page = self._built("voyage", VoyagePage, VoyagePage)
        page.show_withdrawal(withdrawal_id)
        if back:
            page.name_way_back(back)
            self._go([*self._way, "voyage"])
            return
        origin = self._way[0] if self._way else "activity"
        page.name_way_back(places.TITLES[origin])
        self._go([origin, "voyage"])

    def show_receipt(self, text: str) -> None:
        """The page of a receipt: its file, or its code. Whatever it says begins nothing."""
        if not self.signing:
            page = self._built("receipt", ReceiptPage, ReceiptPage)
            page.open(text)
            page.name_way_back(places.TITLES["activity"])
            self._go(["activity", "receipt"])

    def show_receipt_of(self, withdrawal_id: str) -> None:
        """The receipt of a withdrawal whose voyage is in view."""
        page = self._built("receipt", ReceiptPage, ReceiptPage)
        page.make(withdrawal_id)
        page.name_way_back(VOYAGE)
        self._go([*self._way, "receipt"])

    def show_receiving(self, done: Problem | None = None) -> None:
        """The wallets that receive over Lightning, where the network has any; `done` is good news about them."""
        receiving = self.wallet.receiving
        if receiving is None or self.signing:
            return
        page = self._built("receiving", ReceivingPage, lambda context: ReceivingPage(context, receiving))
        self._go(["accounts", "receiving"])
        if done is not None:
            page.say(done)

    def show_wallet_setup(self) -> None:
        """Where such a wallet is connected."""
        receiving = self.wallet.receiving
        if receiving is None or self.signing:
            return
        self._built("receiving", ReceivingPage, lambda context: ReceivingPage(context, receiving))
        self._built("connect", ConnectWalletPage, lambda context: ConnectWalletPage(context, receiving))
        self._go(["accounts", "receiving", "connect"])

    def show_add_elsewhere(self) -> None:
        """Where an account is added whose Ethereum key is in another wallet."""
        self._built("elsewhere", AddElsewherePage, AddElsewherePage)
        self._go(["accounts", "elsewhere"])

    def show_registration(self, profile: str, account: Account, key: tuple[str, str]) -> None:
        """The form that registers a Stark key on L1; `key` is its name, and itself."""
        self._built(places.REGISTRATION, RegistrationFormPage, RegistrationFormPage).begin_with(profile, account, *key)
        self._go(["withdraw", places.VAULTS, places.REGISTRATION])

    def show_add_stark_key(self, profile: str, account: Account) -> None:
        """Where the Stark key of such an account is added."""
        self._built(places.STARK_KEY, AddStarkKeyPage, AddStarkKeyPage).begin_with(profile, account)
        self._go(["accounts", places.STARK_KEY])

    def withdrawal_sent(self, withdrawal_id: str) -> None:
        """A review was confirmed: follow it, and begin the next form empty."""
        # An activation only opens the way for what stands in the form.
        opens_way = bool({places.ACTIVATION, places.REGISTRATION} & {*self._way})
        for key in self._way:  # which of them was confirmed stands in the way that led here
            form = self._pages.get(key)
            if isinstance(form, places.Drafted) and not opens_way:
                form.clear_draft()
        claims = self._pages.get("claim") if "claim" in self._way else None
        self._way = self._way[:1]  # who claims under Unclaimed stays there
        if isinstance(claims, ClaimFormPage) and claims.go_on():
            self._go(["unclaimed", "claim"])
            return
        self.show_voyage(withdrawal_id)

    def go_back(self) -> None:
        """One page back, where there is one."""
        if len(self._way) > 1 and not self._closed and not self.signing and not self.wallet.locked:
            self._go(self._way[:-1])

    def _built(self, key: str, kind: type[P], build: Callable[[Context], P]) -> P:
        """The page of that key, built when it is first wanted."""
        page = self._pages.get(key)
        if not isinstance(page, kind):
            page = build(self.context)
            self._pages[key] = page
            self.window.take_in(page)
        return page

    @property
    def signing(self) -> bool:
        """Whether a signature is on its way: its page is not left then."""
        review = self._pages.get("review")
        return self._way[-1:] == ["review"] and isinstance(review, ReviewPage) and review.busy

    @property
    def begun(self) -> bool:
        """Whether something is unfinished on the page in view, or a question is open on the first one."""
        return (self._way[-1] in self._pages and self._current_page().begun) or self.home.begun

    def _go(self, way: list[str]) -> None:
        if self._closed:
            return
        if self._way and self._way[-1] in self._pages and not self.wallet.locked:
            self._current_page().left()
        self._way = way
        self._bring_up()

    def _bring_up(self) -> None:
        if self.wallet.locked:
            self.window.show_page(self.unlock)
            self.unlock.shown()
            return
        key = self._way[-1]
        if key not in self._pages:
            self._pages[key] = places.SECTION_PAGES[key](self.context)
        self.window.show_page(self._pages[key])
        self.window.side.show_section(self._way[0])
        self._pages[key].shown()
        self.arrivals.moved()

    def _current_page(self) -> Page:
        return self._pages[self._way[-1]]
