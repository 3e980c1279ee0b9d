"""A receipt: what it says of a withdrawal, and beside that what of it holds here."""

from __future__ import annotations

from collections.abc import Coroutine

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.receipt import Receipt, ReceiptCode, ReceiptError, read_code
from ashore.domain.untrusted import quoted
from ashore.domain.withdrawal import Mark
from ashore.engine.receipt_checks import ALONE
from ashore.engine.receipt_views import ReceiptAnswers, ReceiptCheck, Verdict, is_green, standings_of
from ashore.engine.views import ActivityQuery
from ashore.intake.receipts import code_in
from ashore.systems.base import Problem, Severity
from ashore.ui.context import Context
from ashore.ui.pages.page import Page
from ashore.ui.pages.receipt_cards import BlocksCard, PassOnCard
from ashore.ui.pages.receipt_code import CodeCard
from ashore.ui.pages.receipt_findings import ITS_MAKERS_WORD, OF_IT, headline, placed
from ashore.ui.pages.receipt_header import ReceiptHeader
from ashore.ui.pages.receipt_kept import KeptReceipts
from ashore.ui.pages.receipt_opening import OpenReceipt
from ashore.ui.pages.receipt_signature import SignatureCard
from ashore.ui.pages.receipt_stages import ReceiptStageRow
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.labels import Label, clear, column, ground, reached_after, row, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.scroll import Columns
from ashore.ui.wording import breakable

NAME = "Receipt"
CHECKING = "Its proofs are being checked."
PAID = "A final block holds exactly this payout."
THE_REST = "Its amount, token and recipient, that is: all else at the head of this page is its maker’s word."
MADE, OWN, FOREIGN = "Made by this wallet", "About your own withdrawal", "From another wallet"
_SAME_CODE = "It is the receipt whose code you brought before."
_OTHER_CODE = "It is not the receipt whose code you brought before: that one has another hash."
_MOST_HEADLINE = 160
_WORK, _ASK = "receipt", "blocks of the receipt"


class ReceiptPage(Page):
    """Shows one receipt at a time: made here, opened from a file, or only named by its code."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "", back="Activity")
        self.top.addWidget(Label(NAME, "caption"))
        self.check: ReceiptCheck | None = None
        self.answers: ReceiptAnswers | None = None
        self._made_here = False
        self._kept = KeptReceipts()
        self._code: ReceiptCode | None = None
        self.rows: list[ReceiptStageRow] = []
        self.notice = Notice(context.icons)
        self.header = ReceiptHeader(context)
        self.body.setSpacing(10)
        self.body.addWidget(self.header)
        self.card, self._stepper = ground("card")
        self._stepper.setContentsMargins(22, 22, 22, 20)
        self._stepper.setSpacing(0)
        self.named = CodeCard(context)
        left = QWidget()
        self.failure = Notice(context.icons)
        self.opening = OpenReceipt(context)
        opening = row(self.opening, -1)
        left.setLayout(column(self.failure, opening, self.header.details, self.card, self.named, -1, spacing=12))
        self.columns = Columns(left, self._aside(), gap=16, lead=self._lead())
        self.body.addWidget(self.columns, 1)
        context.theme.changed.connect(self._scale)
        self._scale()

    def _lead(self) -> QWidget:
        """What came of it, and what has to be known beside it."""
        self.says = Label(role="muted", wrap=True)  # a word, and so outside the frame of what was found
        self.to_voyage = Button("Show its voyage")
        self.to_voyage.clicked.connect(self._show_voyage)
        lead = QWidget()
        lead.setLayout(column(self.notice, self.says, self.to_voyage, spacing=12))
        return lead

    def _aside(self) -> QWidget:
        self.known, known = ground("card")
        known.addWidget(Label("What to know", "caption"))
        self._notes = QVBoxLayout()
        self._notes.setSpacing(8)
        known.addLayout(self._notes)
        self.blocks = BlocksCard(self.context)
        self.signature = SignatureCard(self.context)
        self.pass_on = PassOnCard(self.context)
        self.blocks.asked.connect(self._ask_again)
        self.signature.signed.connect(self._show_signed)
        aside = QWidget()
        aside.setLayout(column(self.signature, self.pass_on, self.blocks, self.known, spacing=16))
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
        self.check = self.answers = None
        for work in (_WORK, _ASK):
            self.context.tasks.cancel(work)
        self.signature.let_go()
        clear(self._stepper)
        self.rows.clear()
        for part in (self.card, self.named, self.signature, self.blocks, self.pass_on, self.known, self.to_voyage):
            part.hide()
        self.header.empty(NAME)
        self.opening.hide()
        self.failure.hide()
        self.says.show_text("")
        self.setAccessibleName(NAME)
        self.notice.show_problem(Problem(CHECKING, severity=Severity.NOTES))

    def _work(self, work: Coroutine[object, object, None]) -> None:
        self.context.tasks.start(work, failed=self._failed, name=_WORK)

    def _failed(self, error: AshoreError) -> None:
        problem = Problem(error.sentence, error.advice, Severity.BLOCKS)
        if self.check is not None:
            self.notice.show_problem(problem)
            return
        self.notice.hide()
        self.failure.show_problem(problem)
        self.opening.show()

    async def _made(self, withdrawal: str) -> None:
        receipts = self.context.wallet.receipts
        receipt = self._kept.instead_of(await receipts.make(withdrawal))
        self._show(await receipts.check(receipt), made=True)

    async def _opened(self, text: str) -> None:
        receipts = self.context.wallet.receipts
        receipt = await receipts.read(text.encode("utf-8", "replace"))
        self._show(await receipts.check(receipt), made=False)

    def _show(self, check: ReceiptCheck, *, made: bool) -> None:
        """Show a receipt that was checked, and ask for its blocks: no proof can place them."""
        self.check, self._made_here = check, made
        whose = MADE if made else OWN if check.own_withdrawal else FOREIGN
        self.setAccessibleName(f"{NAME}: {self.header.show_receipt(check.receipt, whose)}")
        self.says.show_text(breakable(f"Its maker says: {quoted(check.receipt.headline, _MOST_HEADLINE)}"))
        last = len(check.stages) - 1
        proofs = dict(check.receipt.proofs)
        for number, stage in enumerate(check.stages):
            stage_row = ReceiptStageRow(self.context, stage, proofs, last=number == last, own=made)
            self.rows.append(stage_row)
            self._stepper.addWidget(stage_row)
        if self.back_button is not None:
            reached_after(self.back_button, *(each.more.button for each in self.rows if each.check.pieces))
        show_if(self.to_voyage, bool(check.own_withdrawal) and not made)
        self._show_notes(check)
        self.signature.show_check(check, made=made)
        self.pass_on.show_receipt(check, made=made)
        for part in (self.card, self.signature, self.pass_on):
            part.show()
        self._show_finding()
        self._ask()

    def _show_signed(self, signed: Receipt) -> None:
        self._work(self._shown_signed(signed))

    async def _shown_signed(self, signed: Receipt) -> None:
        self._kept.keep(signed)
        check = await self.context.wallet.receipts.check(signed)
        if self.check is None or self.check.digest != check.digest:
            return  # another one has come meanwhile
        self.check = check
        self._show_notes(check)
        self.signature.show_check(check, made=True)
        self.pass_on.show_receipt(check, made=True)
        self._show_finding()

    # The blocks

    def _ask(self) -> None:
        """Ask this wallet's own endpoints. They learn no more of it than the numbers of blocks."""
        check = self.check
        wanted = check is not None and check.holding > 0
        show_if(self.blocks, wanted)
        if check is not None and wanted:
            self.answers = None
            self.blocks.show_asking()
            self._show_finding()
            self.context.tasks.start(self._asked(check), failed=self._failed, name=_ASK)

    def _ask_again(self) -> None:
        if self.answers is not None:  # else it is being asked
            self._ask()

    async def _asked(self, check: ReceiptCheck) -> None:
        answers = await self.context.wallet.receipts.ask(check)
        if self.check is None or self.check.digest != check.digest:
            return
        check, self.answers = self.check, answers  # it may have been signed meanwhile
        standings = standings_of(answers)
        bound = is_green(check, answers) or (self._made_here and not self._fails)
        for stage_row in self.rows:
            stage_row.show_blocks(standings, bound=bound)
        self.blocks.show_answers(answers)
        self._show_notes(check)
        self._show_finding()

    def _show_finding(self) -> None:
        """The one headline: of what was checked here alone, and of what the endpoints say of the blocks."""
        check, answers = self.check, self.answers
        if check is None:
            return
        word = check.whose_word if check.holding else ""
        other = self._compared(check)
        told = " ".join(filter(None, (word, self._arrival(check), other)))
        sentence = headline(check, answers)
        if check.own_differs:  # what this wallet knows itself comes before all that it was told
            self.notice.show_problem(Problem(check.own_differs, f"{sentence} {told}".strip(), Severity.BLOCKS))
        elif self._fails:
            self.notice.show_problem(Problem(sentence, told, Severity.BLOCKS))
        elif other == _OTHER_CODE:
            self.notice.show_problem(Problem(sentence, told, Severity.WARNS))
        elif is_green(check, answers):
            rest = "" if self._made_here else THE_REST
            self.notice.show_done(PAID, " ".join(filter(None, (rest, sentence, told))))
        else:  # also where what is proven is only the beginning
            self.notice.show_problem(Problem(sentence, told, Severity.NOTES))

    @property
    def _fails(self) -> bool:
        """Whether anything of it is false, here or in its chain."""
        return Verdict.FAILS in (each.verdict for each in (self.check, self.answers) if each is not None)

    def _last_mark(self) -> Mark | None:
        """The mark here of the stage that ends the withdrawal."""
        last = self.check.receipt.last_stage if self.check is not None else ""
        return next((each.rail.mark.mark for each in self.rows if each.check.stage.id == last), None)

    def _arrival(self, check: ReceiptCheck) -> str:
        """How far its end is proven; nothing while nobody knows the block of its end, or that it is final."""
        last = next((each for each in check.stages if each.stage.id == check.receipt.last_stage), None)
        if placed(self.answers) and (last is None or (last.proven and not last.paying)):
            return ITS_MAKERS_WORD if last is not None else OF_IT
        known = placed(self.answers) and self._last_mark() is not Mark.IRREVERSIBLE
        return check.arrival if known or last is None or not last.proven else ""

    def _show_notes(self, check: ReceiptCheck) -> None:
        clear(self._notes)
        asked = placed(self.answers)
        for note in (
            *(each for each in check.contradictions if each != check.own_differs),
            *(note for note in check.notes if not (asked and note == ALONE)),
        ):
            self._notes.addWidget(Label(breakable(note), "small", wrap=True))
        show_if(self.known, bool(check.contradictions or check.notes))

    def _compared(self, check: ReceiptCheck) -> str:
        """Whether it is the one that a code named, where somebody brought a code before."""
        if self._code is None or self._made_here:
            return ""
        return _SAME_CODE if self._code.digest == check.digest else _OTHER_CODE

    # A code

    def _show_code(self, code: ReceiptCode) -> None:
        own = self.context.wallet.receipts.named_by(code)
        found = (own,) if own else self._paid_by(code)
        self.notice.show_problem(
            Problem("This code names a receipt, and proves nothing.", self.named.advice(found), Severity.NOTES)
        )
        self.header.where.show_text("named by its code")
        self.header.show_made(code.made_at)
        self.named.show_code(code, found)
        self.named.show()

    def _paid_by(self, code: ReceiptCode) -> tuple[str, ...]:
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
