"""Whatever comes to one field of a form, typed, pasted, dropped or scanned: understood there, and led on from there.

What fits is filled in, also out of the link around it. What has its home elsewhere is named beside the field, which
keeps what stood in it, with a button that leads there. It leads over the first page's field, so that nothing that is
begun elsewhere gives way without a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from ashore.domain.pasted_secrets import may_hold_key
from ashore.domain.text_kinds import Kind
from ashore.intake.recognition import Intake, Way, take_in, unwrapped
from ashore.systems.base import Problem, Severity
from ashore.ui.arrivals import Source, keep_voucher
from ashore.ui.context import Context
from ashore.ui.port import reach_of
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.labels import show_if
from ashore.ui.widgets.scroll import bring_into_view
from ashore.ui.wording import LIGHTNING, REDDIO

NOT_FILLED = "Nothing was filled in here."
TO_VOUCHER, TO_ADDRESS, TO_VAULT = "Go to the voucher", "Withdraw to it…", "Transfer to it…"
LOOK_UP, CONNECT, SHOW_RECEIPT = "Look it up…", "Connect a wallet", "Show the receipt"
WIPE_COPY, WIPE_BOTH, WIPE_HERE = "Clear the clipboard", "Clear it here and from the clipboard", "Clear it here"
WIPED = "The clipboard is cleared."
_CLEAR = re.compile(r"(?P<c>[Cc])lear it( (from )?here and from the clipboard)?(?=\.)")
_CLEARING = re.compile(rf"[^.]*{_CLEAR.pattern}\.\s*")
_MOST_COPIED = 20_000
"""Characters of the clipboard that are compared: more than any link has."""
_LEADS = {
    Way.VOUCHER: TO_VOUCHER,
    Way.RECIPIENT: TO_ADDRESS,
    Way.VAULT: TO_VAULT,
    Way.LOOK_UP: LOOK_UP,
    Way.RECEIVING: CONNECT,
    Way.RECEIPT: SHOW_RECEIPT,
}
_JUDGED = frozenset(
    {
        *(Kind.UNKNOWN, Kind.EMPTY, Kind.NUMBER, Kind.HEX, Kind.NAME, Kind.DATA, Kind.OTHER_PROGRAM),
        *(Kind.TOO_LONG, Kind.DAMAGED, Kind.WEB_PIECE),
    }
)
"""Kinds of which the wallet's own judgement of the field says more."""

Fits = Callable[[str, Intake], str]
Fill = Callable[[str, Intake], None]


def _nothing(_text: str, _found: Intake) -> str:
    return ""


class FieldIntake(QObject):
    """The intake of one field whose control is a line.

    `fits` gives what the field would hold of a text, empty where it does not belong there, and `fill` puts it in, with
    whatever comes along. `own` says of what the form itself takes as it is pasted. `wanted` says what would fit; where
    it is empty the field is for numbers, and only what belongs elsewhere is spoken of.
    """

    def __init__(
        self,
        context: Context,
        field: Field,
        wanted: str = "",
        *,
        fits: Fits = _nothing,
        fill: Fill | None = None,
        own: Callable[[Intake], bool] = lambda _found: False,
    ) -> None:
        super().__init__(field)
        assert isinstance(field.control, LineEdit), "only lines are typed into"
        self._context, self._field, self._edit = context, field, field.control
        self._wanted, self._fits, self._own = wanted, fits, own
        self._fill = fill if fill is not None else lambda text, found: self._edit.setText(fits(text, found))
        self._reach = reach_of(context.wallet)
        self._held = ""
        self._leads = Way.NOWHERE
        self._stands = False
        self._covers = False
        self.stands_secret = False
        """Whether what stands in the field is a secret that does not belong there: it is covered."""
        self.source = Source.KEYBOARD
        """How that came which is being filled in."""
        self.way, self.wipe = Button("", "small-link"), Button("", "small-link")
        for button in (self.wipe, self.way):
            button.hide()
            field.put_below(button)
        self._edit.gate = self._brought
        self._edit.textChanged.connect(self._look)
        self._edit.editingFinished.connect(self._take_out)
        self.way.clicked.connect(self._lead_on)
        self.wipe.clicked.connect(self._wipe)
        context.hub.lock_changed.connect(self._lock_changed)

    def suits(self, text: str, found: Intake) -> bool:
        """Whether a text belongs into this field."""
        return bool(self._fits(text, found))

    # What comes

    def take(self, text: str, source: Source) -> None:
        """Take a text that a person has pointed at for this field."""
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
        found, self.source = take_in(text, self._reach), source
        if self.suits(text, found):
            self._put_in(text, found)
        else:
            self._name_other(text, found, source)

    def say(self, problem: Problem | None) -> None:
        """Say beside the field what came of looking for a text."""
        self.forget()
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self._field.tell(problem)

    def forget(self) -> None:
        """Say nothing more of what came."""
        self._held, self._leads, self._stands = "", Way.NOWHERE, False
        show_if(self.way, False)
        show_if(self.wipe, False)
        self._field.tell(None)

    def _brought(self, text: str) -> bool:
        """A text is pasted or dropped; whether it is dealt with, and need not be inserted any more."""
        found, self.source = take_in(text, self._reach), Source.CLIPBOARD
        if self._own(found):
            return False
        fitting = self._fits(text, found)
        if fitting:
            plain = _is_plain(text, fitting) and self._edit.selectedText() == self._edit.text()
            if not plain:
                self._put_in(text, found)
            return not plain
        if found.way is Way.NOWHERE and not found.secret:
            return False
        self._name_other(text, found, Source.CLIPBOARD)
        return True

    def _put_in(self, text: str, found: Intake) -> None:
        self.forget()
        self._fill(text, found)  # which may say something more urgent of the field
        if found.recipient and found.advice and self._field.told.problem is None:
            self._field.tell(Problem(found.sentence, found.advice, Severity.NOTES))
            bring_into_view(self._field)

    def _name_other(self, text: str, found: Intake, source: Source) -> None:
        """Say what it is and where it belongs. What stands in the field stays there, and a voucher is not lost."""
        self.forget()
        if found.way is Way.VOUCHER:
            keep_voucher(self._context.wallet, unwrapped(text), source)
        # Of what opens a wallet, or may be a key, the sentence says what to do with it.
        advice = self._clearing(text, found) if found.secret or found.doubtful else self._wanted
        self._field.tell(Problem(found.sentence, f"{NOT_FILLED} {advice}".strip(), Severity.WARNS))
        self._offer("" if found.secret else text, found.way)
        bring_into_view(self._field)

    # What stands there

    def _look(self, text: str) -> None:
        """Say of what was typed, or came in any other way, what the form's own judgement does not know."""
        self.forget()
        found = take_in(text, self._reach)
        fitting = self._fits(text, found)
        plain = _is_plain(text, fitting)
        self.stands_secret = found.secret and not plain
        self._cover(text, secret=self.stands_secret)
        if self._own(found) or plain:
            return
        if fitting:
            self._field.tell(Problem(found.sentence, found.advice, Severity.NOTES), instead=True)
        elif found.way is not Way.NOWHERE or found.secret:
            if not found.doubtful:  # of what may be a key, the form's own judgement warns
                advice = self._clearing(text, found, stands=True) if found.secret else self._wanted
                self._field.tell(Problem(found.sentence, advice), instead=True)
            self._stands = True
            self._offer("" if found.secret else text, found.way)
        elif self._wanted and found.kind not in _JUDGED and not _may_become_address(found, text):
            self._field.tell(Problem(found.sentence, found.advice or self._wanted), instead=True)

    def _cover(self, text: str, *, secret: bool) -> None:
        """Show no secret; a line that covers it by itself is left alone."""
        hidden = self._edit.echoMode() is QLineEdit.EchoMode.Password
        if secret and not hidden:
            self._edit.setEchoMode(QLineEdit.EchoMode.Password)
            self._covers = True
        elif self._covers and not secret:
            self._covers = False
            if not may_hold_key(text):
                self._edit.setEchoMode(QLineEdit.EchoMode.Normal)

    def _take_out(self) -> None:
        """What was typed as a link is whole now: keep what fits of it."""
        text = self._edit.text()
        found = take_in(text, self._reach)
        fitting = self._fits(text, found)
        if fitting and not _is_plain(text, fitting) and not self._own(found):
            self._put_in(text, found)

    # What may open a wallet

    def _clearing(self, text: str, found: Intake, *, stands: bool = False) -> str:
        """What to do with a secret, and a button for it: clear it where it is, here or in the clipboard."""
        advice = found.advice
        if not _CLEAR.search(advice):
            return advice
        copied = _is_copied(text)
        self.wipe.setText((WIPE_BOTH if copied else WIPE_HERE) if stands else WIPE_COPY)
        show_if(self.wipe, stands or copied)
        if stands:
            return advice if copied else _CLEAR.sub(r"\g<c>lear it here", advice)
        return _CLEAR.sub(r"\g<c>lear the clipboard", advice) if copied else _CLEARING.sub("", advice).strip()

    def _wipe(self) -> None:
        """Take a secret out of the field, and out of the clipboard where one still is there."""
        copied = take_in(QGuiApplication.clipboard().text()[:_MOST_COPIED], self._reach)
        cleared = copied.secret or copied.doubtful
        if cleared:
            QGuiApplication.clipboard().clear()
        if self._stands:
            self._empty()
        self.forget()
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
        if cleared:
            self._field.tell(Problem(WIPED, severity=Severity.NOTES))

    def _empty(self) -> None:
        """As if a person had taken everything out: the form judges what is left."""
        self._edit.setText("")
        self._edit.textEdited.emit("")

    # Where it leads

    def _offer(self, text: str, way: Way) -> None:
        wallet = self._context.wallet
        systems = {each.system for each in wallet.profiles()}
        missing = (
            (way is Way.VOUCHER and LIGHTNING not in systems)
            or (way is Way.VAULT and REDDIO not in systems)
            or (way is Way.RECEIVING and wallet.receiving is None)
        )
        words = "" if missing else _LEADS.get(way, "")
        self._held, self._leads = text, way
        self.way.setText(words)
        self.way.setAccessibleName(words)
        show_if(self.way, bool(words))

    def _lead_on(self) -> None:
        text, way, stood = self._held, self._leads, self._stands
        if stood:
            self._empty()  # it goes where it belongs, and is in no draft of this form
        self.forget()
        if way is Way.RECEIVING:
            self._context.go.show_wallet_setup()
        elif text:
            self._context.go.lead_on(text)

    def _lock_changed(self) -> None:
        """Over a lock nothing is held here. A voucher was kept as it came."""
        if self._context.wallet.locked and self._leads is not Way.NOWHERE:
            if self._stands:
                if self._leads is Way.VOUCHER:
                    keep_voucher(self._context.wallet, unwrapped(self._held), Source.KEYBOARD)
                self._edit.setText("")
            self.forget()


def _is_plain(text: str, fitting: str) -> bool:
    """Whether a text is what fits, with nothing around it. Small and capital letters are the wallet's to judge."""
    return text.strip().lower() == fitting.lower()


def _is_copied(text: str) -> bool:
    """Whether a text is in the clipboard, as it was pasted from there: in one line."""
    secret = " ".join(text.split())
    return bool(secret) and secret in " ".join(QGuiApplication.clipboard().text()[:_MOST_COPIED].split())


def _may_become_address(found: Intake, text: str) -> bool:
    """Whether somebody may still be typing an address, of which the wallet says best what it lacks."""
    return found.kind in (Kind.BAD_ADDRESS, Kind.STARKNET) and ":" not in text
