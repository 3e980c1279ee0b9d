"""The review: what will be signed, as the signer read it from the bytes, and the one button that does it."""

from __future__ import annotations

import json
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind
from ashore.engine.views import Review
from ashore.systems.base import Problem, ReviewLine, Severity
from ashore.systems.reddio.codec.reading import PLAIN_WITHDRAWAL_KIND
from ashore.systems.zklink.system.activation_track import NEW_KEY
from ashore.systems.zklink.system.tracks import FAST, FAST_SECONDARY
from ashore.ui.context import Context
from ashore.ui.pages.earlier import EarlierNotice
from ashore.ui.pages.elsewhere_signing import AWAITED, ElsewhereSigning
from ashore.ui.pages.page import Page
from ashore.ui.pages.summary import RECEIVE
from ashore.ui.pages.whose import who_receives
from ashore.ui.scanner.ways import KEYS
from ashore.ui.widgets.buttons import Button, FittedButton
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.facts import copyable
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, clear, column, ground, rule, show_if
from ashore.ui.widgets.notice import Notice
from ashore.ui.widgets.problem import ProblemLine
from ashore.ui.widgets.scroll import Columns
from ashore.ui.widgets.settled import TOO_SOON, Settled
from ashore.ui.widgets.verbatim import Verbatim
from ashore.ui.wording import (
    FAST_WAIT,
    LIGHTNING,
    breakable,
    place,
    registers,
    stays_on_reddio,
    without_long_numbers,
)

_FAST = frozenset({str(FAST.ref), str(FAST_SECONDARY.ref)})
LAST_WORD = "It cannot be cancelled after this."
LAYER2_KEY_SIGNS = "What the layer-2 key signs"
RECKONED = "As Ashore reckons it; this is not signed"
NAMES_CHAIN = "Only the layer-2 signature names the chain."
HASHED = "In this kind of zkLink network that is a hash of the request, then 32 bytes for an attached call (none here)."
_BREAK = 20
"""So many letters of equal width fit beside the names at twice the text size."""

BEARER = (
    "Nothing is signed: the service is given the invoice together with the voucher’s secret. If it says OK, that is a "
    "promise; the money is there when the wallet that receives says so."
)
_COUNTS = ("nothing", "one thing", "2 things", "3 things", "4 things")
_NOT_NOW = Problem(
    "Nothing is pasted or scanned while you review what you sign.", "Go back first to change something.", Severity.NOTES
)


class ReviewPage(Page):
    """Shows one review and confirms it once. Focus never starts on the confirm button: a second Enter signs nothing."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, "Review what you sign", back="Change something")
        self._review: Review | None = None
        self._busy = False
        self._signatures: dict[tuple[str, str], str] = {}
        self._elsewhere: ElsewhereSigning | None = None
        self.notice = Notice(context.icons)
        self._lines, self._lines_column = ground("card")
        self._texts = QWidget()
        self._texts_column = QVBoxLayout(self._texts)
        self._texts_column.setContentsMargins(0, 0, 0, 0)
        left = QWidget()
        self.earlier = EarlierNotice(context, "Review")
        left.setLayout(column(self.notice, self.earlier, self._lines, self._texts, -1, spacing=16))
        self.columns = Columns(left, self._decision())
        self.body.addWidget(self.columns, 1)
        context.theme.changed.connect(self._scale)
        context.hub.lock_changed.connect(self._lock_changed)
        for keys in KEYS.values():
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(lambda: context.go.say(_NOT_NOW))
        self._scale()

    def _decision(self) -> QWidget:
        aside, side = ground("card")
        self.hero = Label(role="hero", wrap=True)
        self.where = Label(role="muted", wrap=True)
        self._warnings = QVBoxLayout()
        self._warnings.setSpacing(8)
        self.usually = Label(role="small", wrap=True)
        self.last_word = Label(LAST_WORD, "strong", wrap=True)
        self.confirm = FittedButton("primary")
        self.cancel = Button("Back")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Signing")
        self.state = Label(role="small", wrap=True)
        self.to_text = Button("Show the text to sign", "small-link")
        self.caption = Label(RECEIVE, "caption", wrap=True)
        for told in (self.caption, self.hero, self.where, rule()):
            side.addWidget(told)
        side.addLayout(self._warnings)
        for item in (self.usually, self.last_word, self.confirm, self.cancel, self.progress, self.state, self.to_text):
            side.addWidget(item)
        self.progress.hide()
        self.state.hide()
        self.to_text.hide()
        self.to_text.clicked.connect(self._show_text_to_sign)
        self.confirm.clicked.connect(self._confirm)
        self.settled = Settled(self.confirm)
        self.settled.too_soon.connect(lambda: self.state.show_text(TOO_SOON))
        self.cancel.clicked.connect(self.context.go.go_back)
        return aside

    def _scale(self) -> None:
        theme = self.context.theme
        self.columns.set_widths(theme.px(390), theme.px(304))

    def show_review(self, review: Review) -> None:
        """Show another review."""
        self._review = review
        self._end_elsewhere()
        self._set_busy(False)
        self.notice.clear()
        terms = review.plan.terms
        told = without_long_numbers(review.lines[0].value if review.lines else review.confirm)
        told = "your Stark key" if registers(terms) else told
        self.hero.setText(breakable(told).replace("…", "…\u200b"))  # where a line may end
        invoice = terms.system == LIGHTNING  # what is named there is a node, and the person's own
        gets = RECEIVE if invoice else who_receives(self.context.wallet, terms.recipient)
        self.caption.setText(breakable("You register" if NEW_KEY in terms.details or registers(terms) else gets))
        self.where.show_text(breakable(place(terms)))
        title = "Review what you sign" if review.reading else "Review what is handed over"
        self.name_page(title)
        self.earlier.show_plan(review.plan)
        self._show_lines(review)
        self._show_texts(review)
        self._show_warnings(review)
        self.usually.show_text(breakable(self._waiting_time(review)))
        self.confirm.show_text(without_long_numbers(review.confirm))  # the lines beside it have them in full
        self.last_word.setText(breakable(review.plan.last_word or LAST_WORD))
        self.confirm.setAccessibleDescription(review.plan.last_word or LAST_WORD)

    @property
    def begun(self) -> bool:
        return self._review is not None

    def _waiting_time(self, review: Review) -> str:
        """How long it usually takes, said before it is signed; what needs one block alone says so elsewhere."""
        plan = review.plan
        if plan.kind is not MoveKind.REQUEST or review.reading is None or stays_on_reddio(plan.terms):
            return ""  # a transfer waits for no state update: what it waits for stands in its voyage
        usual = self.context.wallet.usually(plan.profile, plan.terms.destination)
        return f"{FAST_WAIT} {usual}" if plan.terms.track in _FAST else usual

    def _lock_changed(self) -> None:
        """What was read for signing is void without the keys, and a voucher's secret does not outlast a lock."""
        if self.context.wallet.locked and not self._busy:
            self._forget()

    def _forget(self) -> None:
        self._review = None
        self.earlier.forget()
        self._end_elsewhere()
        for part in (self._lines_column, self._texts_column, self._warnings):
            clear(part)

    def _end_elsewhere(self) -> None:
        if self._elsewhere is not None:
            self._elsewhere.end()
            self._elsewhere = None

    def shown(self) -> None:
        self.earlier.look_again()
        self.setFocus()  # on no button: Enter does nothing here, Tab begins at the top
        self.columns.to_top()

    def _show_lines(self, review: Review) -> None:
        clear(self._lines_column)
        self._lines_column.setSpacing(0)
        read = (
            "As the signer read it from the bytes"
            if review.reading
            else "What the service is given, and where it pays to"
        )
        self._lines_column.addWidget(Label(read, "caption"))
        self._lines_column.addSpacing(4)
        self._add_rows([line for line in review.lines if not line.reckoned])
        reckoned = [line for line in review.lines if line.reckoned]
        if reckoned:
            self._lines_column.addSpacing(14)
            self._lines_column.addWidget(Label(RECKONED, "caption"))
            self._lines_column.addSpacing(4)
            self._add_rows(reckoned)

    def _add_rows(self, lines: list[ReviewLine]) -> None:
        for index, line in enumerate(lines):
            if index:
                self._lines_column.addWidget(rule())
            self._lines_column.addWidget(ReviewRow(self.context, line))

    def _show_texts(self, review: Review) -> None:
        clear(self._texts_column)
        theme, icons = self.context.theme, self.context.icons
        typed = review.reading.typed_data if review.reading is not None else None
        things = len(review.texts) + bool(review.layer2_message) + (typed is not None)
        self._texts_column.setSpacing(8)
        sentence = _what_is_signed(things, review) if review.reading else BEARER
        names_chain = review.reading is not None and "to_chain_id" in review.reading.fields
        if review.signs_elsewhere:
            self._elsewhere = ElsewhereSigning(self.context, review, self._signatures)
            self._texts_column.addWidget(self._elsewhere)
            self._elsewhere.checked.connect(self._checked)
            self._elsewhere.begin()
        else:
            self._texts_column.addWidget(Label(sentence, wrap=True))
            for text in review.texts:
                self._texts_column.addWidget(Verbatim(theme, text, what="Ethereum text to sign"))
            if typed is not None:
                document = json.dumps(typed, indent=2, ensure_ascii=True)
                self._texts_column.addWidget(Verbatim(theme, document, what="Typed data to sign"))
        if review.layer2_message and names_chain:
            self._texts_column.addWidget(Label(NAMES_CHAIN, "small", wrap=True))
        if review.layer2_message:
            more = Disclosure(icons, LAYER2_KEY_SIGNS)
            box = QWidget()
            told = Label(HASHED, "small", wrap=True)
            show_if(told, _is_hashed(review.layer2_message))
            bytes_ = Verbatim(theme, review.layer2_message, what="Layer-2 bytes to sign")
            identifier = HexText(theme, review.identifier, what="Transaction hash", size=12)
            name = Label("Its hash, by which zkLink knows it", "small", wrap=True)
            box.setLayout(column(told, bytes_, name, identifier, spacing=6))
            more.set_content(box)
            self._texts_column.addWidget(more)

    def _show_warnings(self, review: Review) -> None:
        clear(self._warnings)
        for sentence in review.warnings:
            if sentence.strip() != LAST_WORD:
                line = ProblemLine(self.context.icons)
                self._warnings.addWidget(line)
                line.show_problem(Problem(sentence, severity=Severity.WARNS))

    def _show_text_to_sign(self) -> None:
        if self._elsewhere is not None:
            self._elsewhere.come_into_view()

    def _checked(self, review: Review | None) -> None:
        """What another wallet signed was checked, or something else stands in its place."""
        if self._review is not None and not self._busy:
            self._review = review or replace(self._review, pasted="")
            self._set_busy(False)

    def _confirm(self) -> None:
        if self._review is None or self._busy:
            return
        self._set_busy(True)
        self.notice.clear()
        self.context.tasks.start(self._send(self._review), failed=self._failed)

    async def _send(self, review: Review) -> None:
        withdrawal = await self.context.wallet.confirm(review)
        self._review = None
        self.earlier.forget()  # the plan of a voucher has its secret
        self._signatures.clear()
        self._set_busy(False)
        self._lock_changed()
        self.context.go.withdrawal_sent(withdrawal)

    def _failed(self, error: AshoreError) -> None:
        self._set_busy(False)
        # `confirm` raises only before the intent is journaled, and the intent comes before every send.
        said = f"{error.sentence} {error.advice}".lower()
        told = "nothing was sent" in said or "nothing was withdrawn" in said
        tail = error.advice if told else f"Nothing was sent. {error.advice}".strip()
        self.notice.show_problem(Problem(error.sentence, tail))
        self._lock_changed()  # a lock that came meanwhile let the page keep what was being sent

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        awaited = self._review is not None and bool(self._review.signs_elsewhere) and not self._review.pasted
        self.confirm.setEnabled(not busy and not awaited)
        if self._elsewhere is not None:
            self._elsewhere.set_ready(not busy)
        self.cancel.setEnabled(not busy)
        if self.back_button is not None:
            self.back_button.setEnabled(not busy)
        self.progress.setVisible(busy)
        signing = self._review is None or self._review.reading is not None
        doing = (
            "Signing, and writing it down before it is sent." if signing else "Sealing it, before it is handed over."
        )
        self.state.show_text(doing if busy else AWAITED if awaited else "")
        self.to_text.setVisible(awaited and not busy)

    @property
    def busy(self) -> bool:
        """Whether a signature is on its way: one does not leave the page then."""
        return self._busy


class ReviewRow(QWidget):
    """One line of the review."""

    def __init__(self, context: Context, line: ReviewLine) -> None:
        super().__init__()
        label = Label(line.label, "muted", wrap=True)
        label.setFixedWidth(context.theme.px(132))
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 9, 0, 9)
        outer.setSpacing(12)
        outer.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        value: QWidget
        if line.monospace and line.value.startswith("0x"):
            value = HexText(context.theme, line.value, what=line.label, size=14)
            label.ensurePolished()
            label.setContentsMargins(0, max(0, value.baseline - label.fontMetrics().ascent()), 0, 0)
        else:
            value = copyable(line.label, line.value, "mono" if line.monospace else "value")
        note = Label(breakable(line.note), "small", wrap=True)
        show_if(note, bool(line.note))
        signed = [f"{name} {told}" for name, told in line.signed]
        raw = Label("\n".join(breakable(told, _BREAK) for told in signed), "raw", wrap=True)
        raw.setAccessibleName(f"Signed as {', '.join(signed)}")
        show_if(raw, bool(line.signed))
        outer.addLayout(column(value, note, raw, spacing=2), 1)


def _is_hashed(message: str) -> bool:
    """Whether these are a hash and no attached call (31 bytes and 32 empty ones), not the request itself."""
    return len(message) == 2 * 63 and message.endswith(64 * "0")


def _what_is_signed(things: int, review: Review) -> str:
    count = _COUNTS[things] if things < len(_COUNTS) else f"{things} things"
    if review.reading is not None and review.reading.typed_data is not None:
        return f"You will sign {count}: the typed data below (EIP-712), and the layer-2 transaction."
    if review.texts and review.layer2_message:
        return (
            f"You will sign {count}: the text below with your Ethereum key, the request’s bytes with your layer-2 key."
        )
    if review.texts:
        return f"You will sign {count}: the Ethereum text below."
    if review.reading is not None and review.reading.kind == PLAIN_WITHDRAWAL_KIND:
        return "You sign nothing: this request goes to Reddio as it stands above, and nobody signs it."
    if not review.layer2_message:
        return "You will sign one thing: the transaction as it stands above."
    return f"You will sign {count}: the layer-2 transaction."
