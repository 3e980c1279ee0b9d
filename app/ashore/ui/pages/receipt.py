"""A receipt: what it says of a withdrawal, and beside that what of it holds here."""

from __future__ import annotations

import re
from collections.abc import Coroutine

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.addresses import readable
from ashore.domain.errors import AshoreError
from ashore.domain.receipt import Receipt, ReceiptCode, ReceiptError, read_code
from ashore.domain.untrusted import plain
from ashore.engine.receipt_views import ReceiptCheck, Verdict
from ashore.engine.views import ActivityQuery
from ashore.intake.receipts import code_in
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.pages.page import Page
from ashore.ui.pages.receipt_cards import PassOnCard, SignatureCard
from ashore.ui.pages.receipt_code import CodeCard
from ashore.ui.pages.receipt_stages import ReceiptStageRow
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.flow import FlowLabel, FlowLayout
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, clear, column, ground, set_tip, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import Columns
from ashore.ui.wording import breakable, clock_time, exact_time, title, towards

NAME = "Receipt"
CHECKING = "Its proofs are being checked."
OWN, FOREIGN = "Made by this wallet", "From another wallet"
_SAME_CODE = "It is the receipt whose code you brought before."
_OTHER_CODE = "It is not the receipt whose code you brought before: that one has another hash."
_HASH = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_MOST_NAME = 60
_WORK = "receipt"


class ReceiptPage(Page):
    """Shows one receipt at a time: made here, opened from a file, or only named by its code."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "", back="Activity")
        self.top.addWidget(Label(NAME, "caption"))
        self.check: ReceiptCheck | None = None
        self._code: ReceiptCode | None = None
        self.rows: list[ReceiptStageRow] = []
        self.notice = Notice(context.icons)
        self._header()
        self.card, self._stepper = ground("card")
        self._stepper.setContentsMargins(22, 22, 22, 20)
        self._stepper.setSpacing(0)
        self.named = CodeCard(context)
        left = QWidget()
        left.setLayout(column(self.card, self.named, -1, spacing=16))
        self.columns = Columns(left, self._aside(), gap=16, lead=self._lead())
        self.body.addWidget(self.columns, 1)
        context.theme.changed.connect(self._scale)
        self._scale()

    def _header(self) -> None:
        self.amount = FlowLabel("hero")
        self.where = FlowLabel("hero-side")
        self.recipient = HexText(self.context.theme, what="Recipient", size=12)
        self.whose = FlowLabel("caption")
        self.made = Label(role="small")
        heading, meta = QWidget(), QWidget()
        heading.setLayout(FlowLayout(self.amount, self.where, gap=16))
        meta.setLayout(FlowLayout(self.recipient, self.whose, self.made, gap=10))
        heading.setContentsMargins(0, 0, 14, 0)
        meta.setContentsMargins(0, 0, 14, 0)
        self.body.setSpacing(10)
        self.body.addWidget(heading)
        self.body.addWidget(meta)

    def _lead(self) -> QWidget:
        """What came of it, and what has to be known beside it."""
        self.to_voyage = Button("Show its voyage")
        self.to_voyage.clicked.connect(self._show_voyage)
        self.known, known = ground("card")
        known.addWidget(Label("What to know", "caption"))
        self._notes = QVBoxLayout()
        self._notes.setSpacing(8)
        known.addLayout(self._notes)
        lead = QWidget()
        lead.setLayout(column(self.notice, self.to_voyage, self.known, spacing=16))
        return lead

    def _aside(self) -> QWidget:
        self.signature = SignatureCard(self.context)
        self.pass_on = PassOnCard(self.context)
        aside = QWidget()
        aside.setLayout(column(self.signature, self.pass_on, spacing=16))
        return aside

    def _scale(self) -> None:
        theme = self.context.theme
        self.columns.set_widths(theme.px(400), theme.px(280))

    # What is shown

    def make(self, withdrawal: str) -> None:
        """Make the receipt of a withdrawal of this wallet, as it stands now, and show it."""
        self._begin()
        self._code = None
        self._work(self._made(withdrawal))

    def open(self, text: str) -> None:
        """Show the receipt whose file this is, or say what this code of one names. All of it is somebody's word."""
        self._begin()
        code = code_in(text)
        if not code:
            self._work(self._opened(text))
            return
        try:
            self._code = read_code(code)
        except ReceiptError as error:
            self._failed(error)
        else:
            self._show_code(self._code)

    def _begin(self) -> None:
        """Show nothing of the one before."""
        self.check = None
        clear(self._stepper)
        self.rows.clear()
        for part in (self.card, self.named, self.signature, self.pass_on, self.known, self.to_voyage, self.recipient):
            part.hide()
        for label in (self.amount, self.where, self.whose, self.made):
            label.show_text("")
        self.amount.show_text(NAME)
        self.setAccessibleName(NAME)
        self.notice.show_problem(Problem(CHECKING, severity=Severity.NOTES))

    def _work(self, work: Coroutine[object, object, None]) -> None:
        self.context.tasks.start(work, failed=self._failed, name=_WORK)

    def _failed(self, error: AshoreError) -> None:
        self.notice.show_problem(Problem(error.sentence, error.advice, Severity.BLOCKS))

    async def _made(self, withdrawal: str) -> None:
        receipts = self.context.wallet.receipts
        receipt = await receipts.make(withdrawal)
        self._show(await receipts.check(receipt), made=True)

    async def _opened(self, text: str) -> None:
        receipts = self.context.wallet.receipts
        receipt = await receipts.read(text.encode("utf-8", "replace"))
        self._show(await receipts.check(receipt), made=False)

    def _show(self, check: ReceiptCheck, *, made: bool) -> None:
        """Show a receipt that was checked."""
        self.check = check
        self._show_header(check.receipt, own=bool(check.own_withdrawal))
        self._show_finding(check, made=made)
        last = len(check.stages) - 1
        proofs = dict(check.receipt.proofs)
        for number, stage in enumerate(check.stages):
            stage_row = ReceiptStageRow(self.context, stage, proofs, last=number == last)
            self.rows.append(stage_row)
            self._stepper.addWidget(stage_row)
        self.signature.show_check(check)
        self.pass_on.show_receipt(check)
        for part in (self.card, self.signature, self.pass_on):
            part.show()

    def _show_header(self, receipt: Receipt, *, own: bool) -> None:
        terms = receipt.terms
        self.amount.show_text(breakable(plain(title(terms), _MOST_NAME)))
        self.where.show_text(breakable(plain(towards(terms), _MOST_NAME)))
        self.setAccessibleName(f"{NAME}: {plain(title(terms), _MOST_NAME)} {plain(towards(terms), _MOST_NAME)}")
        address = terms.recipient if _HASH.fullmatch(terms.recipient) else ""
        self.recipient.show_hex(readable(address) if address else "")
        show_if(self.recipient, bool(address))
        self.whose.show_text(OWN if own else FOREIGN)
        self._show_time(receipt.made_at)

    def _show_time(self, made_at: int) -> None:
        self.made.show_text(f"made {clock_time(made_at, self.context.now(), seconds=False)}")
        set_tip(self.made, exact_time(made_at))

    def _show_finding(self, check: ReceiptCheck, *, made: bool) -> None:
        advice = [check.arrival, check.own_differs, "" if made else self._compared(check)]
        told = " ".join(filter(None, advice))
        fails, doubtful = check.verdict is Verdict.FAILS, check.verdict is Verdict.SAID or bool(check.own_differs)
        severity = Severity.BLOCKS if fails else Severity.WARNS if doubtful else Severity.NOTES
        self.notice.show_problem(Problem(check.headline, told, severity))
        show_if(self.to_voyage, bool(check.own_withdrawal) and not made)
        clear(self._notes)
        for note in (*check.contradictions, *check.notes):
            self._notes.addWidget(Label(breakable(note), "small", wrap=True))
        show_if(self.known, bool(check.contradictions or check.notes))

    def _compared(self, check: ReceiptCheck) -> str:
        """Whether it is the one that a code named, where somebody brought a code before."""
        if self._code is None:
            return ""
        return _SAME_CODE if self._code.digest == check.digest else _OTHER_CODE

    # A code

    def _show_code(self, code: ReceiptCode) -> None:
        found = self._own_of(code)
        self.notice.show_problem(
            Problem("This code names a receipt, and proves nothing.", self.named.advice(found), Severity.NOTES)
        )
        self.where.show_text("named by its code")
        self._show_time(code.made_at)
        self.named.show_code(code, found)
        self.named.show()

    def _own_of(self, code: ReceiptCode) -> tuple[str, ...]:
        """The withdrawals of this wallet that have the transaction which a code names."""
        if not code.transaction:
            return ()
        page = self.context.wallet.activity(ActivityQuery(code.transaction), None, 2)
        return tuple(each.id for each in page.rows)

    def _show_voyage(self) -> None:
        if self.check is not None and self.check.own_withdrawal:
            self.context.go.show_voyage(self.check.own_withdrawal)

    def shown(self) -> None:
        self.setFocus()
        self.columns.to_top()

    @property
    def begun(self) -> bool:
        return False  # whatever stands here is in a file, in the journal or in a code
