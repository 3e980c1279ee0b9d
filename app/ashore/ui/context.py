"""What every page is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, QStandardPaths

from ashore.domain.events import Terms
from ashore.domain.withdrawal import Withdrawal
from ashore.engine.views import Account, Review
from ashore.systems.base import Problem, Unclaimed
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.ui.arrivals import Source
from ashore.ui.hub import ChangeHub
from ashore.ui.link_choice import LinkChoice
from ashore.ui.port import WalletPort
from ashore.ui.scanner.camera import Inputs
from ashore.ui.scanner.system import system_inputs
from ashore.ui.shell.state import WindowState
from ashore.ui.tasks import Tasks
from ashore.ui.theme.icons import Icons
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.saving import Folder


class Navigator(Protocol):
    """Ways from page to page."""

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
    ) -> None: ...
    def unfinished(self, profile: str, recipient: str, chain_id: int | None, link: str) -> Problem | None: ...
    def unfinished_beside(self, before: Terms) -> Problem | None: ...
    def show_activation(self, profile: str, address: str, *, charged: bool = False) -> None: ...
    def show_opened(self, offer: LnurlOffer) -> None: ...
    def show_claim(self, *owed: Unclaimed) -> None: ...
    def show_replacement(self, claim: Withdrawal, *, cancel: bool) -> None: ...
    def show_search(self, text: str) -> None: ...
    def show_review(self, review: Review) -> None: ...
    def show_voyage(self, withdrawal_id: str, *, back: str = "") -> None: ...
    def say(self, problem: Problem) -> None: ...
    def lead_on(self, text: str) -> None: ...
    def take_in(self, text: str, source: Source = ..., *, waits: bool = False) -> None: ...
    def show_receipt(self, text: str) -> None: ...
    def show_receipt_of(self, withdrawal_id: str) -> None: ...
    def show_section(self, key: str) -> None: ...
    def show_receiving(self, done: Problem | None = None) -> None: ...
    def show_wallet_setup(self) -> None: ...
    def show_add_elsewhere(self) -> None: ...
    def show_registration(self, profile: str, account: Account, key: tuple[str, str]) -> None: ...
    def show_add_stark_key(self, profile: str, account: Account) -> None: ...
    def withdrawal_sent(self, withdrawal_id: str) -> None: ...
    def go_back(self) -> None: ...


_SAVED_CODES, _SAVED_RECEIPTS = "saved-codes", "saved-receipts"

Notify = Callable[[Problem], None]
Cameras = Callable[[QObject], Inputs]


@dataclass(frozen=True, slots=True)
class Context:
    """The wallet and the tools of a page. `now` gives UTC milliseconds, `notify` shows a banner.

    `cameras` finds the cameras of this computer, for a parent; `state` is what the window remembers of itself;
    `links` is whether links of other programs are opened here, where the system lets that be chosen.
    """

    wallet: WalletPort
    theme: Theme
    icons: Icons
    tasks: Tasks
    hub: ChangeHub
    go: Navigator
    notify: Notify
    now: Callable[[], int]
    data_place: str = ""
    cameras: Cameras = system_inputs
    state: WindowState | None = None
    links: LinkChoice | None = None

    @property
    def saved_codes(self) -> Folder:
        """Where QR codes were saved last, remembered among the settings."""
        return self._saved(_SAVED_CODES, QStandardPaths.StandardLocation.PicturesLocation)

    @property
    def saved_receipts(self) -> Folder:
        """Where receipts were saved last."""
        return self._saved(_SAVED_RECEIPTS, QStandardPaths.StandardLocation.DocumentsLocation)

    def _saved(self, key: str, usual: QStandardPaths.StandardLocation) -> Folder:
        wallet = self.wallet
        return Folder(lambda: wallet.setting(key, ""), lambda folder: wallet.set_setting(key, folder), usual)
