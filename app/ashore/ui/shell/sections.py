"""The window around its pages: what arrives, what is locked, how the network is, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QObject

from ashore.systems.base import Problem
from ashore.ui.arrivals import Arrivals, Source
from ashore.ui.context import Cameras, Context
from ashore.ui.hub import ChangeHub
from ashore.ui.link_choice import LinkChoice
from ashore.ui.pages.home import HomePage
from ashore.ui.pages.lnurl_form import LnurlFormPage
from ashore.ui.pages.unlock import UnlockPage
from ashore.ui.port import WalletPort
from ashore.ui.scanner.system import system_inputs
from ashore.ui.shell import places
from ashore.ui.shell.banners import Banners
from ashore.ui.shell.closing import Closing
from ashore.ui.shell.drops import Drops
from ashore.ui.shell.scan_keys import ScanKeys
from ashore.ui.shell.state import WindowState
from ashore.ui.shell.status import health_words, lock_words
from ashore.ui.shell.ways import Ways
from ashore.ui.shell.window import MainWindow
from ashore.ui.tasks import Tasks
from ashore.ui.theme.icons import Icons
from ashore.ui.wording import LIGHTNING

_USE = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel)


class Sections(Ways):
    """The pages, and everything of the window that is not a page."""

    def __init__(
        self,
        window: MainWindow,
        wallet: WalletPort,
        icons: Icons,
        tasks: Tasks,
        now: Callable[[], int],
        *,
        data_place: str = "",
        unlock_hint: str = "",
        cameras: Cameras = system_inputs,
        state: WindowState | None = None,
        links: LinkChoice | None = None,
    ) -> None:
        super().__init__(window, wallet)
        self.hub = ChangeHub(wallet, self)
        self.banners = Banners(window, wallet, icons)
        tools = wallet, icons.theme, icons, tasks, self.hub
        self.context = Context(*tools, self, self.banners.show_fault, now, data_place, cameras, state, links)
        self.unlock = UnlockPage(self.context, unlock_hint)
        self.arrivals = Arrivals(wallet, self.hub, self.banners.arrived, self.banners.space, self)
        self.closing = Closing(self.context, window, self.banners, self._standing)
        self.drops = Drops(window, self.context, self.arrivals.say)
        self.scan_keys = ScanKeys(window, self.drops.scan)
        self._connect()

    def _connect(self) -> None:
        window, hub = self.window, self.hub
        window.side.chosen.connect(self.show_section)
        window.side.lock_pressed.connect(self._lock)
        window.back_asked.connect(self.go_back)
        window.before_close(self.close)
        hub.lock_changed.connect(self._lock_changed)
        hub.health_changed.connect(self._show_health)
        hub.opened_changed.connect(self._show_health)
        hub.withdrawals_changed.connect(lambda _ids: self._show_count())
        hub.unclaimed_changed.connect(self._show_count)
        hub.tick.connect(self._show_lock)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whatever a person does in the window puts the automatic lock off."""
        if event.type() in _USE and not self._closed and not self.wallet.locked:
            self.wallet.touch()
        return False

    def start(self) -> None:
        """The wallet is there: show the first page."""
        self.window.show_network(self.wallet.network.badge, self.wallet.network.explanation)
        self._way = ["withdraw"]
        self._lock_changed()
        handle = self.window.windowHandle()
        if handle is not None:
            # All input of a person passes here, and little else does.
            handle.installEventFilter(self)

    def close(self) -> None:
        """Keep what is unfinished, stop listening, and ask nothing of the wallet any more."""
        if self._closed:
            return
        self._closed = True
        self.scan_keys.serve(None)
        if self._way and self._way[-1] in self._pages:
            self._current_page().left()
        self.closing.end()
        self.hub.close()
        for page in self._pages.values():
            page.end()
        self.window.side.set_sections_enabled(False)
        self.window.starting.end()
        self.window.show_page(self.window.starting)

    def _standing(self) -> Iterator[tuple[str, Source]]:
        """The links of vouchers that stand somewhere in the window, and how they came."""
        form, home = self._pages.get(places.VOUCHER), self._pages.get("withdraw")
        if isinstance(form, LnurlFormPage):
            yield form.standing, Source.KEYBOARD
        if isinstance(home, HomePage):
            yield home.intake.voucher, Source.KEYBOARD
        yield self.arrivals.voucher

    def take_in(self, text: str, source: Source = Source.LINK, *, waits: bool = False) -> None:
        """A text that came from outside the window. Nothing is begun by it, and no unfinished work gives way to it.

        `waits` where it leads nowhere by itself, as nobody waits for it any more.
        """
        if self._way and not self._closed:
            self.arrivals.take_in(text, source, waits=waits)

    def say(self, problem: Problem) -> None:
        """Say something below the page, until it is dismissed or another one comes."""
        self.arrivals.say(problem)

    def lead_on(self, text: str) -> None:
        """Bring a text to where it belongs, as a person has asked for; whatever is begun there is asked about first."""
        self.arrivals.lead_on(text)

    def lead_in(self, text: str) -> None:
        """Give a text to the one field that says what it is."""
        self._go(["withdraw"])
        self.home.intake.take(text)

    def show_vouchers(self) -> None:
        """The page on which the vouchers are listed that are kept."""
        for known in self.wallet.profiles():
            if known.system == LIGHTNING:
                self.show_form(known.id)
                return

    def withdrawal_sent(self, withdrawal_id: str) -> None:
        """A review was confirmed: it counts at once, and is followed."""
        self._show_count()
        super().withdrawal_sent(withdrawal_id)

    def _bring_up(self) -> None:
        super()._bring_up()
        self.scan_keys.serve(None if self.wallet.locked else self._current_page())

    # Lock and health

    def _lock(self) -> None:
        if not self.signing:
            if self._way[-1] in self._pages:
                self._current_page().left()
            self.context.tasks.start(self.wallet.lock())

    def _lock_changed(self) -> None:
        locked = self.wallet.locked
        self.window.side.set_sections_enabled(not locked)
        if locked:
            self._way = [key for key in self._way if key != "review"]  # what was read for signing is void now
        self._show_lock()
        self._show_count()
        self._show_health()
        self._bring_up()
        self.arrivals.lock_changed()

    def _show_lock(self) -> None:
        self.window.side.show_lock(locked=self.wallet.locked, time=lock_words(self.wallet.lock_in()))

    def _show_count(self) -> None:
        self.window.side.buttons["activity"].show_open(self.wallet.open_count(), self.wallet.refused_count())
        self.window.side.buttons["unclaimed"].show_count(len(self.wallet.unclaimed.found))

    def _show_health(self) -> None:
        self.window.side.show_health(*health_words(self.wallet.health()))
        self.banners.show_trouble()
