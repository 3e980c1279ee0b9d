"""The one field for everything that a person may have been given: named as it is pasted, and led on from here."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.untrusted import visible
from ashore.engine.views import ActivityPage, ActivityQuery
from ashore.intake.receipts import is_file
from ashore.intake.recognition import Intake, Way, take_in, unwrapped
from ashore.systems.base import Problem, Severity
from ashore.ui.arrivals import Source, keep_voucher
from ashore.ui.context import Context
from ashore.ui.pages.anything_edit import AnythingEdit
from ashore.ui.pages.earlier import withdrawn_before
from ashore.ui.pages.own_codes import ACCOUNTS, UNCLAIMED, OwnCode, own_code
from ashore.ui.pages.replacing import Replacing
from ashore.ui.port import reach_of
from ashore.ui.scanner.menu import ScanButton
from ashore.ui.scanner.sightings import leads_anywhere
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.field import Field
from ashore.ui.widgets.flow import FlowLayout
from ashore.ui.widgets.labels import show_if
from ashore.ui.wording import LIGHTNING, REDDIO, is_claim, money

_CAPTION = "Paste or scan anything"
FOLLOW = "Follow this withdrawal"
SHOW_RECEIPT = "Show the receipt"
UNKNOWN_HASH = Problem(
    "This is a hash or a key: 64 digits. No withdrawal made here has it.",
    "If it is the hash of a withdrawal that another wallet made, Ashore can follow it: it asks zkLink’s node about it. "
    "If it is a key, clear it: whoever has a key has the money.",
    Severity.WARNS,
)
_OWN = {ACCOUNTS: "Show the accounts", UNCLAIMED: "See what waits"}
STAYS = "What stood here stays."
NOT_HELD = "It was not kept here."
_MOST_PASTED = 20_000
"""Characters taken out of the clipboard: more than any link has, and little enough to be looked at."""


class IntakeField(QWidget):
    """Says what a text is and offers where it leads. Nothing is kept, and only a press of Follow asks anybody."""

    passed_by = Signal()
    """Enter was pressed with nothing in the field."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._reach = reach_of(context.wallet)
        profiles = context.wallet.profiles()
        self._vouchers = next((each.id for each in profiles if each.system == LIGHTNING), "")
        self._found = Intake(Way.NOWHERE, "")
        self._known: tuple[str, ...] = ()
        self.edit = AnythingEdit(_CAPTION, "An address, a Stark key, a voucher, a link, or the hash of a withdrawal")
        self.paste = Button("Paste", "small-link", name="Paste from the clipboard")
        self.clear = Button("Clear", "small-link", name="Clear what stands here")
        self.wipe = Button("Clear it here and from the clipboard", "small-link")
        self.to_voucher = Button("Go to the voucher", "primary")
        self.to_withdrawal = Button("Show it", "primary", name="Show the withdrawal")
        self.to_receiving = Button("Connect a wallet", "primary")
        self.to_receipt = Button(SHOW_RECEIPT, "primary")
        self.to_own = Button("")
        self._own: OwnCode | None = None
        self._came = ""
        places = [each for each in profiles if each.system != LIGHTNING]
        vaults = [each for each in profiles if each.system == REDDIO]
        followed = [each for each in places if each.system != REDDIO]
        one = "Withdraw to this address" if len(places) == 1 else ""
        self.to_address = [(each.id, Button(one or f"Withdraw to it from {each.title}", "primary")) for each in places]
        one = FOLLOW if len(followed) == 1 else ""
        self.to_follow = [(each.id, Button(one or f"{FOLLOW} of {each.title}")) for each in followed]
        one = "Transfer to it on Reddio" if len(vaults) == 1 else ""
        self.to_vault = [(each.id, Button(one or f"Transfer to it on {each.title}", "primary")) for each in vaults]
        leading = (self.to_voucher, self.to_withdrawal, self.to_receiving, self.to_receipt)
        followed_by = (button for _id, button in self.to_follow)
        self.ways = [*leading, *followed_by, *(button for _id, button in (*self.to_address, *self.to_vault))]
        below = QWidget()
        below.setLayout(FlowLayout(*self.ways, self.to_own, self.wipe, self.paste, self.clear))
        below.setContentsMargins(0, 4, 0, 2)
        self.field = Field(context.icons, _CAPTION, self.edit, below, lines=3)
        self.scanner = ScanButton(context, keys=self)
        self.scanner.scan.suits = self._suits
        self.field.put_beside(self.scanner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.field)
        self.replacing = Replacing()
        outer.addWidget(self.replacing)
        self._pressed = self.to_voucher
        self._connect()
        self._recognise()

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._recognise)
        self.edit.returnPressed.connect(self._lead_on)
        self.edit.paste_wanted.connect(self.scanner.scan.from_clipboard)
        self.edit.brought.connect(lambda text: self._take_over(text, Source.DROP))
        self.scanner.scan.got.connect(self._got)
        self.scanner.scan.told.connect(self._say)
        self.paste.clicked.connect(self.scanner.scan.from_clipboard)
        self.clear.clicked.connect(self._clear)
        self.wipe.clicked.connect(self._wipe)
        self.to_own.clicked.connect(self._show_own)
        for button in self.ways:
            button.clicked.connect(lambda _checked=False, pressed=button: self._go(pressed))
        self.replacing.agreed.connect(self._lead_there)
        self.replacing.declined.connect(lambda: self.edit.setFocus(Qt.FocusReason.OtherFocusReason))
        self._context.hub.lock_changed.connect(self._lock_changed)

    @property
    def voucher(self) -> str:
        """The voucher's link that stands here and was led nowhere yet; else empty."""
        return unwrapped(self.edit.text()) if self._found.way is Way.VOUCHER and not self._found.secret else ""

    def take(self, text: str) -> None:
        """Hold a text that was not typed here, and lead on where there is one way only. A secret is not held."""
        found = take_in(text, self._reach)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        owned = own_code(self._context, text, found) is not None
        if found.way is Way.NOWHERE and not owned and self.edit.text() and not self._led_nowhere:
            kept = NOT_HELD if found.secret else ""
            advice = f"{found.advice} {kept}".strip()
            self._say(Problem(found.sentence, advice, Severity.WARNS))
            return
        if found.secret and not owned:
            self.let_go()
            self.forget()
            self.field.show_problem(Problem(found.sentence, f"{found.advice} {NOT_HELD}".strip(), Severity.WARNS))
            show_if(self.to_receiving, found.way is Way.RECEIVING and self._context.wallet.receiving is not None)
            return
        self._hold(text, Source.LINK)
        self._lead_on()

    def forget(self) -> None:
        """Be empty, and let Undo bring nothing back."""
        self.edit.setText("")

    def _lock_changed(self) -> None:
        if self._context.wallet.locked:
            self.let_go()
            self.forget()

    def let_go(self) -> None:
        """Keep the voucher's link that stands here, before it is out of view or gone."""
        keep_voucher(self._context.wallet, self.voucher, Source.KEYBOARD)

    # What it is

    def _recognise(self) -> None:
        text = self.edit.text()
        self._found = found = take_in(text, self._reach)
        self._own = own = own_code(self._context, text, found)
        self._known = ()
        self.replacing.hide()  # the question was about another text
        if visible(text) != text and not found.secret and own is None:
            with QSignalBlocker(self.edit):  # what was found out is of the text as it came
                self.edit.setText(visible(unwrapped(text)))
        problem = None
        if own is not None:
            problem = Problem(own.sentence, own.advice, Severity.NOTES)
        elif found.way is Way.LOOK_UP:
            problem = self._look_up(found)
        elif found.way is Way.VOUCHER and not self._vouchers:
            problem = Problem(found.sentence, "This network has no Lightning to receive with.", Severity.WARNS)
        elif found.way is Way.VAULT and not self.to_vault:
            problem = Problem(found.sentence, "This network has no Reddio.", Severity.WARNS)
        elif found.sentence:
            leads = found.way is not Way.NOWHERE and not found.secret
            notes = leads and not found.doubtful
            before = withdrawn_before(self._context, text) if found.way is Way.VOUCHER else ""
            problem = Problem(
                found.sentence, f"{before} {found.advice}".strip(), Severity.NOTES if notes else Severity.WARNS
            )
        secret = own is None and (found.secret or (found.doubtful and not self._known))
        self.edit.setEchoMode(QLineEdit.EchoMode.Password if secret else QLineEdit.EchoMode.Normal)
        self.field.show_problem(problem)
        self._show_ways(secret=secret)

    def _show_ways(self, *, secret: bool) -> None:
        way = self._found.way
        show_if(self.to_voucher, way is Way.VOUCHER and bool(self._vouchers))
        show_if(self.to_withdrawal, bool(self._known))
        show_if(self.to_receiving, way is Way.RECEIVING and self._context.wallet.receiving is not None)
        show_if(self.to_receipt, way is Way.RECEIPT)
        for _id, button in self.to_address:
            show_if(button, way is Way.RECIPIENT)
        for _id, button in self.to_follow:
            show_if(button, way is Way.LOOK_UP and not self._known and self._found.chain_id is None)
        for _id, button in self.to_vault:
            show_if(button, bool(self._found.stark_key) and not self._known)
        section = self._own.section if self._own is not None else ""
        self.to_own.setText(_OWN.get(section, ""))
        show_if(self.to_own, bool(section))
        show_if(self.wipe, secret)
        show_if(self.clear, bool(self.edit.text()) and not secret)

    def _look_up(self, found: Intake) -> Problem:
        """What the journal knows of a hash. It is asked here, and nobody else."""
        page = self._context.wallet.activity(ActivityQuery(text=found.hash), None, 2)
        self._known = tuple(each.id for each in page.rows)
        if not page.rows and found.stark_key and self.to_vault:
            return Problem(found.sentence, found.advice, Severity.WARNS)
        if not page.rows and not found.doubtful:
            return Problem(f"{found.sentence} No withdrawal made here has it.", found.advice, Severity.WARNS)
        if not page.rows:
            return UNKNOWN_HASH
        return Problem(_of_withdrawals(page), severity=Severity.NOTES)

    # Where it leads

    def _got(self, text: str, source: Source) -> None:
        """A pasted text is named first; what was pointed at leads on by itself."""
        if source is Source.CLIPBOARD:
            self._take_over(text, source)
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._context.go.take_in(text, source)

    def _take_over(self, text: str, source: Source) -> None:
        """Hold what was pasted or dropped here. A whole receipt has no room in a line: it is shown at once."""
        if is_file(text):
            self._context.go.take_in(text, source)
        else:
            self._hold(text, source)

    def _hold(self, text: str, source: Source) -> None:
        """Let a text take the place of what stands here; of a message with a voucher in it, the voucher alone."""
        before, found = self._found, take_in(text, self._reach)
        self.let_go()
        if found.way is Way.VOUCHER:
            text = unwrapped(text)
            keep_voucher(self._context.wallet, text, source)
        covered = any(each.secret or each.doubtful for each in (before, found))
        self.edit.replace(text[:_MOST_PASTED], secret=covered)
        self._came = self.edit.text() if self._found.way is Way.NOWHERE else ""
        if found.advice and found.way is Way.VOUCHER:
            self.field.show_problem(Problem(found.sentence, found.advice, Severity.NOTES))

    @property
    def _led_nowhere(self) -> bool:
        """Whether what stands here was brought, not typed, and leads nowhere: it makes room for anything."""
        brought = bool(self._came) and self.edit.text() == self._came
        return brought and self._found.way is Way.NOWHERE and self._own is None

    def _clear(self) -> None:
        self.forget()
        self.edit.setFocus()

    def _say(self, problem: Problem) -> None:
        """Say what a scan came to. What stands here stays; what was brought and led nowhere makes room."""
        if self._led_nowhere:
            self.edit.replace("", secret=self._found.secret)
        stays = STAYS if self.edit.text() else ""
        self.field.show_problem(Problem(problem.sentence, f"{problem.advice} {stays}".strip(), problem.severity))
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _wipe(self) -> None:
        """Take a secret out of the field, and out of the clipboard where it still is there."""
        clipboard = QGuiApplication.clipboard()
        secret = self.edit.text().strip()
        if secret and secret in " ".join(clipboard.text()[:_MOST_PASTED].split("\n")):
            clipboard.clear()
        self.forget()
        self.edit.setFocus()

    def _lead_on(self) -> None:
        offered = [button for button in self.ways if not button.isHidden()]
        if not self.edit.text():
            self.passed_by.emit()
        elif len(offered) == 1 and (self._known or not (self._found.doubtful or self._found.hash)):
            self._go(offered[0])
        elif offered:
            offered[0].setFocus()
        elif self._own is not None and self._own.section:
            self._show_own()

    def _suits(self, text: str, found: Intake) -> bool:
        return leads_anywhere(text, found) or own_code(self._context, text, found) is not None

    def _show_own(self) -> None:
        if self._own is not None:
            section = self._own.section
            self.forget()
            self._context.go.show_section(section)

    def _go(self, pressed: Button) -> None:
        followed = next((each for each, button in self.to_follow if button is pressed), "")
        if followed:
            self._follow(followed, self._found.hash)
            return
        self._pressed = pressed
        begun = self._begun(pressed)
        if begun is not None:
            self.replacing.ask(begun)
        else:
            self._lead_there()

    def _begun(self, pressed: Button) -> Problem | None:
        """What would be lost in the form to which a button leads."""
        go, found = self._context.go, self._found
        if pressed is self.to_voucher:
            return go.unfinished(self._vouchers, "", None, unwrapped(self.edit.text()))
        profile = self._profile_of(pressed)
        if profile is None:
            return None
        return go.unfinished(profile, found.recipient or found.stark_key, found.chain_id, "")

    def look_again(self) -> None:
        """The page has come back: what is begun elsewhere may be another by now, or nothing any more."""
        if self.replacing.asking:
            begun = self._begun(self._pressed)
            self.replacing.hide()
            if begun is not None:
                self.replacing.ask(begun)

    def _profile_of(self, pressed: Button) -> str | None:
        """The deployment to whose form a button leads with an address or a Stark key."""
        offered = (*self.to_address, *self.to_vault)
        return next((each for each, button in offered if button is pressed), None)

    def _lead_there(self) -> None:
        """Whatever was begun there may give way: nothing was, or a person said so."""
        go, text, found, known, pressed = self._context.go, self.edit.text(), self._found, self._known, self._pressed
        self.forget()
        if pressed is self.to_voucher:
            go.show_form(self._vouchers, link=unwrapped(text), agreed=True)
        elif pressed is self.to_receiving:
            go.show_wallet_setup()
        elif pressed is self.to_receipt:
            go.show_receipt(unwrapped(text))
        elif pressed is self.to_withdrawal and len(known) == 1:
            go.show_voyage(known[0])
        elif pressed is self.to_withdrawal:
            go.show_search(found.hash)
        elif (profile := self._profile_of(pressed)) is not None:
            go.show_form(profile, recipient=found.recipient or found.stark_key, chain_id=found.chain_id)

    # Following

    def _follow(self, profile: str, reference: str) -> None:
        """Ask the operator, once, and follow what it tells; what is wrong is said beside the field."""
        self._wait(waiting=True)
        work = self._followed(profile, reference)
        self._context.tasks.start(work, failed=self._not_followed, name="follow")

    async def _followed(self, profile: str, reference: str) -> None:
        withdrawal = await self._context.wallet.following.follow(profile, reference)
        self._wait(waiting=False)
        if self._found.hash == reference:  # nobody has begun with something else meanwhile
            self.forget()
            self._context.go.show_voyage(withdrawal)

    def _not_followed(self, error: AshoreError) -> None:
        self._wait(waiting=False)
        self.edit.setFocus()  # a button that is off cannot keep it
        self.field.show_problem(Problem(error.sentence, error.advice, Severity.WARNS))

    def _wait(self, *, waiting: bool) -> None:
        for _id, button in self.to_follow:
            button.setEnabled(not waiting)
        self.edit.setReadOnly(waiting)


def _of_withdrawals(page: ActivityPage) -> str:
    if len(page.rows) > 1:
        return "Several withdrawals made here have this hash."
    terms = page.rows[0].terms
    if is_claim(terms):
        return f"This belongs to your claim of {money(terms)} on {terms.destination}."
    return f"This belongs to your withdrawal of {money(terms)} to {terms.destination}."
