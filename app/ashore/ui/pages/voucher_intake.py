"""Where a voucher's link is pasted, and what waits for an answer about it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QProgressBar, QWidget

from ashore.domain.text_kinds import Kind
from ashore.intake.recognition import Intake, Way, take_in, unwrapped
from ashore.systems.base import Problem
from ashore.systems.lnurl.codec import Reach, recognise
from ashore.systems.lnurl.codec.recognition import Recognition, voucher_within
from ashore.ui.arrivals import Source
from ashore.ui.context import Context
from ashore.ui.pages.field_intake import FieldIntake, Fill
from ashore.ui.pages.lnurl_words import ASK_NAME, OPEN_NAME, named
from ashore.ui.port import WalletPort
from ashore.ui.theme.icons import Icons
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.field import Field, LineEdit
from ashore.ui.widgets.labels import column, row, show_if

_WANTED = "A voucher would fit: LNURL1…, lightning:…, lnurlw://…"


class VoucherIntake(QWidget):
    """The link's field, its buttons, and a bar while somebody is asked. A link is a secret: no draft is stored."""

    def __init__(self, icons: Icons, reach: Reach) -> None:
        super().__init__()
        self._reach = reach
        self._asking: object | None = None
        self._may_open = True
        self._stood = ""
        self.link = LineEdit("Voucher", "LNURL1…, lightning:…, lnurlw://…")
        self.open_button = Button("Open", "primary", name=OPEN_NAME)
        self.cancel = Button("Cancel", "small-link", name="Stop opening the voucher")
        self.aside = Button("Put it aside", "small-link", name="Put the voucher aside")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Waiting for an answer")
        self.field = Field(icons, "Voucher (LNURL)", self.link, row(self.open_button, self.cancel, self.aside, -1))
        self.link.textChanged.connect(self._take_out)
        self.link.textChanged.connect(self._cover)
        self.setLayout(column(self.field, self.progress, spacing=16))
        self.busy(None)

    def taking(self, context: Context, fill: Fill) -> FieldIntake:
        """What understands whatever comes to the field; `fill` takes a voucher that was scanned."""
        return FieldIntake(
            context, self.field, _WANTED, fits=_voucher_in, fill=fill, own=lambda found: found.way is Way.VOUCHER
        )

    @property
    def asking(self) -> bool:
        """Whether somebody is being asked."""
        return self._asking is not None

    def recognised(self) -> Recognition:
        """What stands in the field."""
        return recognise(self.link.text(), self._reach)

    def came(self) -> Sequence[tuple[str, Source]]:
        """What came at once since this was last asked, and what it took the place of; nothing while somebody types."""
        before, self._stood = self._stood, self.link.text()
        at_once = bool(self._stood) and abs(len(self._stood) - len(before)) > 1
        return ((before, Source.KEYBOARD), (self._stood, Source.CLIPBOARD)) if at_once else ()

    def named(self) -> Problem:
        """What stands in the field, in words: what no voucher's service knows is named as on the first page."""
        found = self.recognised()
        if found.kind is not Kind.UNKNOWN:
            return named(found)
        known = take_in(self.link.text(), self._reach)
        return named(found) if known.kind is Kind.UNKNOWN else Problem(known.sentence, known.advice)

    def _take_out(self, text: str) -> None:
        """Of a message with a voucher in it, keep the voucher."""
        link = unwrapped(text)
        if link != text and voucher_within(text):
            self.link.setText(link)

    def _cover(self) -> None:
        """Show no secret that was pasted by mistake. A voucher's link is one too, and is compared with its source."""
        secret = not self.recognised().can_be_asked and take_in(self.link.text(), self._reach).secret
        self.link.setEchoMode(LineEdit.EchoMode.Password if secret else LineEdit.EchoMode.Normal)

    def say(self, problem: Problem | None) -> None:
        """Say something beside the field."""
        self.field.show_problem(problem)

    def show_opened(self, *, opened: bool) -> None:
        """A voucher is open, or none is."""
        self._may_open = not opened
        show_if(self.open_button, not opened)
        show_if(self.aside, opened)
        self.allow_open()

    def name_act(self, kind: Kind) -> None:
        """What the button does: a plain web address is asked, as nobody knows what it is."""
        self.open_button.setText("Ask" if kind is Kind.PLAIN_URL else "Open")
        self.open_button.setAccessibleName(ASK_NAME if kind is Kind.PLAIN_URL else OPEN_NAME)

    def allow_open(self) -> None:
        """Offer to open what can be asked, while nothing is open and nobody is being asked."""
        free = self._asking is None and self._may_open
        self.open_button.setEnabled(free and self.recognised().can_be_asked)

    def busy(self, asking: object | None, *, stoppable: bool = True) -> None:
        """Somebody is being asked, or (None) nobody is. What was asked about stays what stands there."""
        self._asking = asking
        show_if(self.progress, asking is not None)
        show_if(self.cancel, asking is not None and stoppable)
        self.link.setReadOnly(asking is not None)
        self.allow_open()

    def done(self, asking: object) -> bool:
        """End the waiting for this answer, unless somebody has begun anew meanwhile; whether it is still wanted."""
        wanted = self._asking is asking
        if wanted:
            self.busy(None)
        return wanted

    def lead_back(self) -> None:
        """The keyboard goes back to where it was pressed, unless it went elsewhere by itself."""
        if self.link.hasFocus() or self.cancel.hasFocus():
            self.open_button.setFocus()


def is_same(wallet: WalletPort, link: str, text: str, opened: str) -> bool:
    """Whether a link is that of the voucher which a `text` led to, or which was `opened` by that id, in any form."""
    known = wallet.opened.find(link) if wallet.opened is not None else ""
    name = wallet.unopened.name_of(link) if wallet.unopened is not None else ""
    here = wallet.unopened.name_of(text) if wallet.unopened is not None else ""
    return (bool(known) and known == opened) or (bool(name) and name == here)


def _voucher_in(text: str, found: Intake) -> str:
    """The voucher's link in a text."""
    return unwrapped(text) if found.way is Way.VOUCHER else ""
