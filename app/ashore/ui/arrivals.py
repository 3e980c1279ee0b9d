"""Where texts from outside the window arrive: links, codes from the camera, the screen, a picture, the clipboard.

A text that arrives begins nothing. It is named, and where it leads to one form only, that form is filled in. It never
takes the place of unfinished work, and nothing comes up while the wallet is locked. A voucher's link is kept as it
arrives, whatever becomes of it here (see `UnopenedLinks`).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import QObject, QTimer

from ashore.engine.unopened_links import MOST, WAITING_MOST, Kept
from ashore.intake.recognition import Intake, Way, take_in, unwrapped
from ashore.systems.base import Problem, Severity
from ashore.ui.hub import ChangeHub
from ashore.ui.port import WalletPort, reach_of
from ashore.ui.widgets.notice import Notice

KEPT_MS = 10 * 60 * 1000
"""How long a text waits for a person, in memory alone."""

SHOW, LEAVE, DISMISS = "Show it", "Leave it", "Dismiss"
FULL = Problem(
    f"{MOST} vouchers that were not opened are kept already, so this one is not.",
    "Open it now, or forget one of those on the voucher’s page.",
    Severity.WARNS,
)
CROWDED = Problem(
    f"{WAITING_MOST} vouchers wait to be written to your vault, which failed, so this one is not kept.",
    "Open it now, or keep its link elsewhere.",
    Severity.WARNS,
)
NO_ROOM = {Kept.FULL: FULL, Kept.CROWDED: CROWDED}
"""What is said of a voucher for which there is no room, while the vault is open."""
_STAYS = "What you have begun stays as it is."
_LEFT = "You had gone on before it was found, so nothing was filled in."
_NOT_SHOWN = "You had gone on before it was read, so it was not shown."
_LATER = "It can be shown when what you have confirmed is signed."
_UNLOCK = "Unlock Ashore to go on with it. Until then it is kept in memory, for ten minutes at most."
_WAIT = ("A voucher waits.", "{} vouchers wait.")
_WAIT_TOO = (
    "A voucher waits as well, also if you leave this.",
    "{} vouchers wait as well, also if you leave this.",
)
_KEEP_LOCKED = (
    "Unlock Ashore to keep it: until then it is in memory, for ten minutes at most.",
    "Unlock Ashore to keep them: until then they are in memory, ten minutes each at most.",
)
_IN_VAULT = "It is kept in your vault, and listed on the voucher’s page."
_GOES_THERE = "It is being written to your vault, and listed on the voucher’s page."
_IN_MEMORY = (
    "It could not be written to your vault, and would be lost with Ashore: open it, or keep its link elsewhere.",
    "They could not all be written to your vault: what is in memory alone would be lost with Ashore. All are listed on "
    "the voucher’s page.",
)
_UNLOCK_KEPT = "It is kept in your vault already. Unlock Ashore to go on with it."
_NOT_KEPT_LOCKED = "It was not kept, as it may be a secret. Bring it again when Ashore is unlocked."
_FULL_LOCKED = f"{WAITING_MOST} vouchers wait already, so this one was not kept. Unlock Ashore, and bring it again."
_TOOK = "One thing alone can wait here: the one before it, {}, was let go."
_EARLIER_KEPT = "The voucher that came {} before it is kept too."
_STILL_WAITS = "What came {} still waits here."
_NOT_KEPT = "It was not kept, as it may be a secret. Bring it again when you are done here."
_LAPSED = Problem(
    "A voucher waited for ten minutes while Ashore was locked, and was forgotten.",
    "Nothing was withdrawn. Bring it again when Ashore is unlocked.",
    Severity.WARNS,
)


class Source(StrEnum):
    """How a text came, as it is said in a sentence."""

    LINK = "from a link"
    CAMERA = "from the camera"
    SCREEN = "from the screen"
    PICTURE = "from a picture"
    CLIPBOARD = "from the clipboard"
    DROP = "from what was dropped here"
    SCAN = "from a scan"
    PRACTICE = "from the practice vouchers"
    KEYBOARD = "from the keyboard"
    VAULT = "from your vault"


def source_words(word: str) -> str:
    """How a kept link came, as it is said in a sentence; empty where nobody knows."""
    return str(Source.__members__.get(word.upper(), ""))


def keep_voucher(wallet: WalletPort, text: str, source: Source) -> Kept:
    """Keep the link of a voucher that has come or is being let go. Other texts are not kept."""
    unopened = wallet.unopened
    return Kept.NO_VOUCHER if unopened is None or not text else unopened.keep(text, source.name.lower())


class Doors(Protocol):
    """What the window says of itself, and the ways in."""

    @property
    def signing(self) -> bool: ...
    @property
    def begun(self) -> bool: ...
    def lead_in(self, text: str) -> None: ...
    def show_receipt(self, text: str) -> None: ...
    def show_vouchers(self) -> None: ...


class Arrivals(QObject):
    """Takes every text from outside. At most one waits to be shown, the last one; vouchers are kept besides."""

    def __init__(self, wallet: WalletPort, hub: ChangeHub, notice: Notice, space: Callable[[], None], doors: Doors):
        super().__init__(notice)
        self._wallet = wallet
        self._doors = doors
        self._notice = notice
        self._space = space
        self._text = ""
        self._source = Source.LINK
        self._was_locked = False
        self._vouchers = 0
        self._in_vault: set[str] = set()
        self._in_words: tuple[Intake, str, str] | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self.leave)
        notice.acted.connect(self._show)
        notice.action.setText(SHOW)
        notice.closed.connect(self.leave)
        hub.tick.connect(self._ticked)
        hub.opened_changed.connect(self._written)

    @property
    def waiting(self) -> bool:
        """Whether a text is kept until a person wants it."""
        return bool(self._text)

    @property
    def voucher(self) -> tuple[str, Source]:
        """The voucher's link that waits to be shown, and how it came; else empty."""
        return self._text if self._is_voucher(self._text) else "", self._source

    def take_in(self, text: str, source: Source, *, waits: bool = False) -> None:
        """A text has come: lead on with it, or keep it while it would be in the way.

        `waits` where it was looked for on a page that has been left meanwhile.
        """
        found = self.recognised(text)
        kept = keep_voucher(self._wallet, text, source) if found.way is Way.VOUCHER else Kept.NO_VOUCHER
        if self._wallet.locked:
            self._hold_locked(text, source, found, kept)
        elif self._doors.signing or self._doors.begun:
            self._hold(text, source, found, kept, _STAYS)
        elif waits:
            self._hold(text, source, found, kept, _NOT_SHOWN if found.way is Way.RECEIPT else _LEFT)
        else:
            self.lead_on(text)
            if kept in NO_ROOM:
                self.say(NO_ROOM[kept])

    def keep(self, text: str) -> Kept:
        """Keep a voucher's link that came with others, and is not shown by itself. What became of it."""
        kept = keep_voucher(self._wallet, text, Source.LINK) if self._is_voucher(text) else Kept.NO_VOUCHER
        if self._wallet.locked:
            self._count(text, kept)
        return kept

    def recognised(self, text: str) -> Intake:
        """What a text is on this network."""
        return take_in(text, reach_of(self._wallet))

    def _is_voucher(self, text: str) -> bool:
        return self.recognised(text).way is Way.VOUCHER

    def say(self, problem: Problem) -> None:
        """Say something below the page of what came and holds nothing to go on with. What waits goes on waiting."""
        if self._text:
            advice = f"{problem.advice} {_STILL_WAITS.format(self._source)}".strip()
            self._tell(Problem(problem.sentence, advice, problem.severity), LEAVE)
        else:
            self._tell(problem, DISMISS)

    def leave(self) -> None:
        """Let go of what waits to be shown. A voucher stays where it is kept, which is said over a lock."""
        self._let_go()
        waiting = self._waiting() if self._wallet.locked else 0
        if waiting:
            self._tell(Problem(_WAIT[waiting > 1].format(waiting), _KEEP_LOCKED[waiting > 1], Severity.NOTES), "")

    def _let_go(self) -> None:
        self._text = ""
        self._in_words = None
        self._was_locked = False
        self._patience.stop()
        self._notice.clear()
        self._space()

    def moved(self) -> None:
        """Another page is in view: what was only said is said no more."""
        if not self._text:
            self.leave()

    # Over a lock

    def lock_changed(self) -> None:
        """The wallet was locked or unlocked: what waits comes up, or is covered."""
        text, source, came_locked, left = self._text, self._source, self._was_locked, self._patience.remainingTime()
        vouchers, self._vouchers = self._vouchers + len(self._in_vault), 0
        self._let_go()
        voucher = self._is_voucher(text)
        alone = voucher and vouchers == 1
        comes_up = bool(text) and (not voucher or (came_locked if self._wallet.locked else alone or not came_locked))
        if comes_up:
            self.take_in(text, source)
            if self._text:
                self._patience.start(max(1, left))
            elif came_locked and not self._wallet.locked:
                told = f"This came {source} while Ashore was locked."
                self.say(Problem(told, "Nothing was begun with it.", Severity.NOTES))
        if self._wallet.locked:
            self._vouchers = self._waiting()
            return
        self._in_vault.clear()
        if vouchers and not alone:
            self._tell_vouchers(vouchers, show=not comes_up)

    def _tell_vouchers(self, vouchers: int, *, show: bool) -> None:
        """Tell of the vouchers that came while it was locked, and `show` them where nothing else is going on."""
        if show and not (self._doors.signing or self._doors.begun):
            self._doors.show_vouchers()
        noun, verb = ("A voucher", "It is") if vouchers == 1 else (f"{vouchers} vouchers", "They are")
        lost = bool(self._vault_trouble)
        kept = f"{verb} kept in your vault, and listed on the voucher’s page."
        advice = f"{_IN_MEMORY[vouchers > 1] if lost else kept} Nothing was begun."
        severity = Severity.WARNS if lost else Severity.NOTES
        self.say(Problem(f"{noun} came while Ashore was locked.", advice, severity))

    def _hold_locked(self, text: str, source: Source, found: Intake, kept: Kept) -> None:
        self._count(text, kept)
        if kept in NO_ROOM:
            self._tell(Problem(self._came(source, found), _FULL_LOCKED, Severity.WARNS), LEAVE)
        elif not self._said_only(source, found, _NOT_KEPT_LOCKED):
            self._wait(text, source, found, _UNLOCK_KEPT if kept is Kept.SEALED else _UNLOCK)

    def _count(self, text: str, kept: Kept) -> None:
        """Of what came while it was locked, remember how many vouchers wait, and which were in the vault already."""
        self._vouchers = self._waiting()
        if kept is Kept.SEALED and self._wallet.unopened is not None:
            self._in_vault.add(self._wallet.unopened.name_of(text))

    def _waiting(self) -> int:
        unopened = self._wallet.unopened
        return unopened.waiting if unopened is not None else 0

    def _count_waiting(self) -> None:
        """Say how many vouchers wait for the unlocking, and where one has waited too long."""
        waiting, before = self._waiting(), self._vouchers
        self._vouchers = waiting
        if waiting < before:
            if self._is_voucher(self._text):
                self.leave()
            self.say(_LAPSED)

    # What waits

    def _said_only(self, source: Source, found: Intake, not_kept: str) -> bool:
        """Say what leads nowhere, or may be a secret: it is not kept, and takes no other's place."""
        if found.way is Way.NOWHERE and not found.secret:
            self.say(Problem(self._came(source, found), found.advice, Severity.WARNS))
            return True
        if found.secret or found.doubtful or found.way is Way.RECEIVING:
            self.say(Problem(self._came(source, found), not_kept, Severity.WARNS))
            return True
        return False

    def _hold(self, text: str, source: Source, found: Intake, kept: Kept, meaning: str) -> None:
        if self._said_only(source, found, _NOT_KEPT):
            return
        if kept in NO_ROOM:
            meaning = str(NO_ROOM[kept])
        writes = kept is Kept.SEALED and not self._doors.signing
        self._wait(text, source, found, _LATER if self._doors.signing else meaning, writes=writes)

    @property
    def _vault_trouble(self) -> str:
        return "" if self._wallet.unopened is None else self._wallet.unopened.trouble

    def _where(self, text: str) -> str:
        """Where the vault stands with a voucher that came: it is called kept there only once it is."""
        unopened = self._wallet.unopened
        assert unopened is not None, "whoever has one kept keeps them"
        name = unopened.name_of(text)
        if not any(each.id == name and not each.sealed for each in unopened.listed()):
            return _IN_VAULT
        return _IN_MEMORY[0] if unopened.trouble else _GOES_THERE

    def _written(self) -> None:
        """What was to be written is, or could not be."""
        if self._in_words is None or self._wallet.locked:
            return
        if self._where(self._text) not in self._notice.advice.text():  # else it stays as it is
            self._tell_waiting(*self._in_words)

    def _tell_waiting(self, found: Intake, meaning: str, earlier: str) -> None:
        where = self._where(self._text)
        severity = Severity.WARNS if where == _IN_MEMORY[0] else Severity.NOTES
        self._tell(Problem(self._came(self._source, found), f"{meaning} {where}{earlier}", severity), LEAVE)

    def _wait(self, text: str, source: Source, found: Intake, meaning: str, *, writes: bool = False) -> None:
        """Let a text wait to be shown. What is no voucher gives way to another of its kind alone.

        `writes` where it is a voucher that is in the vault, or being written to it.
        """
        other = bool(self._text) and self._text != text and not self._is_voucher(self._text)
        if other and found.way is Way.VOUCHER:
            where = f" {self._where(text)}" if writes else ""
            self.say(Problem(self._came(source, found), f"{meaning}{where}", Severity.NOTES))
            return
        earlier = f" {_TOOK.format(self._source)}" if other else self._kept_before(text)
        self._text, self._source, self._was_locked = text, source, self._wallet.locked
        self._patience.start(KEPT_MS)
        self._in_words = (found, meaning, earlier) if writes else None
        if writes:
            self._tell_waiting(found, meaning, earlier)
        else:
            self._tell(Problem(self._came(source, found), f"{meaning}{earlier}", Severity.NOTES), LEAVE)

    def _kept_before(self, text: str) -> str:
        """What became of a voucher that was shown here until now; over a lock it is counted with those that wait."""
        if self._text in ("", text) or self._wallet.locked:
            return ""
        sealed = keep_voucher(self._wallet, self._text, self._source) is Kept.SEALED and not self._vault_trouble
        return f" {_EARLIER_KEPT.format(self._source)}" if sealed else ""

    def lead_on(self, text: str) -> None:
        """Give a text to the first page's field, a receipt to its page. What waits goes on waiting."""
        if not self._text:
            self.leave()
        if self.recognised(text).way is Way.RECEIPT:
            self._doors.show_receipt(unwrapped(text))
        else:
            self._doors.lead_in(text)

    def _came(self, source: Source, found: Intake) -> str:
        """Where it came from, and what it is; a locked window names no address."""
        named = "It holds an Ethereum address." if self._wallet.locked and found.recipient else found.sentence
        return f"This came {source}. {named}"

    def _tell(self, problem: Problem, close: str) -> None:
        waiting = self._waiting() if self._wallet.locked and close else 0
        voucher = self._is_voucher(self._text)
        if waiting > 1 or (waiting and not voucher):
            words = _WAIT_TOO if self._text and not voucher else _WAIT
            besides = f"{words[waiting > 1].format(waiting)} {_KEEP_LOCKED[waiting > 1]}"
            advice = f"{problem.advice.removesuffix(_UNLOCK)} {besides}".strip()
            problem = Problem(problem.sentence, advice, problem.severity)
        self._notice.close_button.setText(close)
        self._notice.close_button.setVisible(bool(close))
        self._notice.show_problem(problem, act=bool(self._text) and not self._wallet.locked)
        self._space()
        self._allow()

    def _ticked(self) -> None:
        if self._wallet.locked:
            self._count_waiting()
        self._allow()

    def _allow(self) -> None:
        """What is being signed is not left; when that is over, what waits can be shown."""
        self._notice.action.setEnabled(not self._doors.signing)

    def _show(self) -> None:
        text = self._text
        if text and not self._doors.signing and not self._wallet.locked:
            self.leave()
            self.lead_on(text)
