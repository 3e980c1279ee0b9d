"""Where texts from outside the window arrive: links, codes from the camera, the screen, a picture, the clipboard.

A text that arrives begins nothing. It is named, and where it leads to one form only, that form is filled in. It never
takes the place of unfinished work, and nothing comes up while the wallet is locked.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import QObject, QTimer

from ashore.intake.recognition import Intake, Way, take_in
from ashore.systems.base import Problem, Severity
from ashore.ui.hub import ChangeHub
from ashore.ui.port import WalletPort, reach_of
from ashore.ui.widgets.notice import Notice

KEPT_MS = 10 * 60 * 1000
"""How long a text waits for a person, in memory alone."""

SHOW, LEAVE, DISMISS = "Show it", "Leave it", "Dismiss"
_STAYS = "What you have begun stays as it is."
_LEFT = "You had gone on before it was found, so nothing was filled in."
_LATER = "It can be shown when what you have confirmed is signed."
_UNLOCK = "Unlock Ashore to go on with it. Until then it is kept in memory, for ten minutes at most."
_NOT_KEPT_LOCKED = "It was not kept, as it may be a secret. Bring it again when Ashore is unlocked."
_GAVE_WAY = "It gave way to what you have begun now, and waits for ten minutes at most."
_KEPT = "What you had not used yet was kept while Ashore was locked."
_TOOK = "It took the place of what came {} and waited here: that was let go."
_STILL_WAITS = "What came {} still waits here."
_NOT_KEPT = "It was not kept, as it may be a secret. Bring it again when you are done here."


class Source(StrEnum):
    """How a text came, as it is said in a sentence."""

    LINK = "from a link"
    CAMERA = "from the camera"
    SCREEN = "from the screen"
    PICTURE = "from a picture"
    CLIPBOARD = "from the clipboard"
    DROP = "from what was dropped here"
    SCAN = "from a scan"
    EARLIER = "before, and was not used"


class Doors(Protocol):
    """What the window says of itself, and the one way in."""

    @property
    def signing(self) -> bool: ...
    @property
    def begun(self) -> bool: ...
    def lead_in(self, text: str) -> str: ...


class Arrivals(QObject):
    """Takes every text from outside; at most one waits, the last one."""

    def __init__(self, wallet: WalletPort, hub: ChangeHub, notice: Notice, space: Callable[[], None], doors: Doors):
        super().__init__(notice)
        self._wallet = wallet
        self._doors = doors
        self._notice = notice
        self._space = space
        self._text = ""
        self._source = Source.LINK
        self._was_locked = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self.leave)
        notice.acted.connect(self._show)
        notice.closed.connect(self.leave)
        hub.tick.connect(self._allow)

    @property
    def waiting(self) -> bool:
        """Whether a text is kept until a person wants it."""
        return bool(self._text)

    @property
    def voucher_waits(self) -> bool:
        """Whether what is kept is a voucher's link."""
        return self.recognised(self._text).way is Way.VOUCHER

    def take_in(self, text: str, source: Source, *, waits: bool = False) -> None:
        """A text has come: lead on with it, or keep it while it would be in the way.

        `waits` where it was looked for on a page that has been left meanwhile.
        """
        found = self.recognised(text)
        if self._wallet.locked:
            self._hold(text, source, found, _UNLOCK, _NOT_KEPT_LOCKED)
        elif self._doors.signing or self._doors.begun:
            self._hold(text, source, found, _STAYS, _NOT_KEPT)
        elif waits:
            self._hold(text, source, found, _LEFT, _NOT_KEPT)
        else:
            self._lead_in(text)

    def keep(self, text: str) -> None:
        """Keep a voucher that has just given way to another one, so that it is not lost. Empty is nothing."""
        if text:
            self._hold(text, Source.EARLIER, self.recognised(text), _GAVE_WAY, _NOT_KEPT)

    def _lead_in(self, text: str) -> None:
        """Give a text to the first page's field. What waits goes on waiting, and so does what stood in the field."""
        if not self._text:
            self.leave()
        self.keep(self._doors.lead_in(text))

    def recognised(self, text: str) -> Intake:
        """What a text is on this network."""
        return take_in(text, reach_of(self._wallet))

    def say(self, problem: Problem) -> None:
        """Say something below the page of what came and holds nothing to go on with. What waits goes on waiting."""
        if self._text:
            advice = f"{problem.advice} {_STILL_WAITS.format(self._source)}".strip()
            self._tell(Problem(problem.sentence, advice, problem.severity), LEAVE)
        else:
            self._tell(problem, DISMISS)

    def leave(self) -> None:
        """Let go of what waits."""
        self._text = ""
        self._was_locked = False
        self._patience.stop()
        self._notice.clear()
        self._space()

    def moved(self) -> None:
        """Another page is in view: what was only said is said no more."""
        if not self._text:
            self.leave()

    def lock_changed(self) -> None:
        """The wallet was locked or unlocked: what waits comes up, or is covered."""
        if not self._text:
            self.leave()
            return
        text, source, came_locked, left = self._text, self._source, self._was_locked, self._patience.remainingTime()
        self.leave()
        self.take_in(text, source)
        if self._text:
            self._patience.start(max(1, left))
        if came_locked and not self._wallet.locked and not self._text:
            told = _KEPT if source is Source.EARLIER else f"This came {source} while Ashore was locked."
            self._tell(Problem(told, "Nothing was begun with it.", Severity.NOTES), DISMISS)

    # What waits

    def _hold(self, text: str, source: Source, found: Intake, meaning: str, not_kept: str) -> None:
        if found.way is Way.NOWHERE and not found.secret:
            self.say(Problem(_came(source, found), found.advice, Severity.WARNS))
            return
        if found.secret or found.doubtful or found.way is Way.RECEIVING:
            self.say(Problem(_came(source, found), not_kept, Severity.WARNS))
            return
        earlier = f" {_TOOK.format(self._source)}" if self._text and self._text != text else ""
        self._text, self._source, self._was_locked = text, source, self._wallet.locked
        self._patience.start(KEPT_MS)
        advice = _LATER if self._doors.signing else meaning
        self._tell(Problem(_came(source, found), f"{advice}{earlier}", Severity.NOTES), LEAVE)
        self._allow()

    def _tell(self, problem: Problem, close: str) -> None:
        self._notice.action.setText(SHOW)
        self._notice.close_button.setText(close)
        self._notice.show_problem(problem, act=bool(self._text) and not self._wallet.locked)
        self._space()

    def _allow(self) -> None:
        """What is being signed is not left; when that is over, what waits can be shown."""
        self._notice.action.setEnabled(not self._doors.signing)

    def _show(self) -> None:
        text = self._text
        if text and not self._doors.signing and not self._wallet.locked:
            self.leave()
            self._lead_in(text)


def _came(source: Source, found: Intake) -> str:
    """Where it came from, and what it is."""
    return f"This came {source}: {found.sentence}"
