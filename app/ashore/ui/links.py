"""Links from other programs: the newest is kept until a page can take it, and the window comes to the front.

A link fills a form. Nothing is begun by it, and nobody is asked. Of a few that come at once, each voucher is kept; of a
flood, which no person makes, the newest link alone.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from ashore.desktop.links import UNFIT
from ashore.desktop.messages import Message, message_for
from ashore.ui.raising import raise_window
from ashore.ui.shell.window import MainWindow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ashore.engine.unopened_links import Kept
    from ashore.systems.base import Problem

    TakeIn = Callable[[str], None]
    Keep = Callable[[str], Kept]
    Say = Callable[[Problem], None]

FEW = 16
"""So many links at once are no flood."""

_QUICK = "came faster than they can be shown."
_FLOOD = "Only the newest one is here; the others were let go, also where they were vouchers."

PAUSE_MS = 400
"""Between one link in the window and the next: a person can read, and a flood of links costs nothing."""


class Program(QApplication):
    """The application, which macOS tells of links by an event to itself, never by an argument.

    (A filter would see every event of every widget, which costs a sixth of the first paint.)
    """

    link_opened = Signal(object)
    """A `Message`."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FileOpen and isinstance(event, QFileOpenEvent):
            link = event.url().toString(event.url().ComponentFormattingOption.FullyEncoded)
            self.link_opened.emit(message_for(link))
            return True
        return super().event(event)


class Links(QObject):
    """A few links at most are held, and only in memory."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._newest: Message | None = None
        self._earlier: list[str] = []
        self._came = 0
        self._take_in: TakeIn | None = None
        self._say: Say | None = None
        self._note: Say | None = None
        self._keep_voucher: Keep | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(PAUSE_MS)
        self._rest.timeout.connect(self._go_on)

    @property
    def waiting(self) -> bool:
        """Whether a link is kept that no page has taken."""
        return bool(self._earlier) or (self._newest is not None and bool(self._newest.link))

    def arrive_with_start(self, message: Message) -> None:
        """What this very start was asked for. The window is being shown anyway."""
        if message.link or message.unfit:
            self._keep(message)

    def arrive(self, message: Message) -> None:
        """Another program wants the window, and usually to open a link in it."""
        if message.link or message.unfit:
            self._keep(message)
        if not self._rest.isActive():
            raise_window(self._window, message.token)
            self._go_on()
            self._rest.start()

    def lead_to(self, take_in: TakeIn, say: Say, note: Say, keep: Keep) -> None:
        """There are pages now: `take_in` is given each text, `say` why there is none, `note` what is beside it.

        `keep` keeps a text that is a voucher's link, and says what became of it.
        """
        self._take_in, self._say, self._note, self._keep_voucher = take_in, say, note, keep
        self._go_on()

    def keep(self) -> None:
        """There are no pages any more: keep what comes."""
        self._take_in = self._say = self._note = self._keep_voucher = None

    def _keep(self, message: Message) -> None:
        if self._newest is not None and self._newest.link and len(self._earlier) < FEW:
            self._earlier.append(self._newest.link)
        self._newest = message
        self._came += 1

    def _go_on(self) -> None:
        """Give the newest link to the pages, where there is one and there are any."""
        message = self._newest
        if message is None or not (self._take_in and self._say and self._note and self._keep_voucher):
            return
        from ashore.intake.recognition import unwrapped
        from ashore.systems.base import Problem, Severity

        came, self._came, self._newest = self._came, 0, None
        earlier, self._earlier = self._earlier if came <= FEW + 1 else [], []
        self._rest.start()
        kept = [self._keep_voucher(unwrapped(each)) for each in earlier]
        if message.link:
            self._take_in(unwrapped(message.link))
        else:
            self._say(Problem(*UNFIT[message.unfit], Severity.WARNS))
        if came > FEW + 1:
            self._note(Problem(f"{came:,} links {_QUICK}", _FLOOD, Severity.WARNS))
        elif came > 1:
            self._note(Problem(f"Links {_QUICK}", f"The newest one is here. {_became(kept)}".strip(), Severity.NOTES))


def _became(kept: list[Kept]) -> str:
    """What became of the links before the newest one."""
    from ashore.engine.unopened_links import NO_ROOM, Kept

    full, others = sum(each in NO_ROOM for each in kept), kept.count(Kept.NO_VOUCHER)
    vouchers = len(kept) - full - others
    told = [f"{_are(vouchers, 'is a voucher', 'are vouchers')}, and kept."] if vouchers else []
    if full:
        told.append(f"{_are(full, 'is a voucher', 'are vouchers')} for which there is no room: open that link again.")
    if others:
        again = "open it again if you want it" if others == 1 else "open again what you want of them"
        told.append(f"{_are(others, 'is no voucher and was', 'are no vouchers and were')} let go: {again}.")
    return " ".join(told)


def _are(count: int, one: str, many: str) -> str:
    return f"1 before it {one}" if count == 1 else f"{count} before it {many}"
