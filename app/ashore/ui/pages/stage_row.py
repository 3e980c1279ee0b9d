"""One stage of a voyage: its mark on the line, what is true of it, and its evidence."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ashore.domain.durations import duration
from ashore.domain.withdrawal import Mark
from ashore.engine.views import StageRow
from ashore.ui.context import Context
from ashore.ui.pages.evidence import CheckProof, EvidencePanel
from ashore.ui.theme.theme import Theme
from ashore.ui.widgets.buttons import Button, CopyButton
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.flow import FlowLabel, FlowLayout
from ashore.ui.widgets.hextext import HexText
from ashore.ui.widgets.labels import Label, set_property, set_tip, show_if
from ashore.ui.widgets.marks import WORDS, MarkWidget
from ashore.ui.wording import breakable, clock_time, exact_time

_MARK = 15
_TOP = 2


class Rail(QWidget):
    """The line that joins the marks, with the mark of this stage on it."""

    def __init__(self, theme: Theme, *, last: bool) -> None:
        super().__init__()
        self._theme = theme
        self._last = last
        self.mark = MarkWidget(theme, Mark.AWAITED, _MARK)
        self.mark.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        side = self._theme.px(_MARK) + 6
        return QSize(side, side)

    def resizeEvent(self, event: object) -> None:
        side = self.mark.sizeHint()
        self.mark.setGeometry((self.width() - side.width()) // 2, _TOP, side.width(), side.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._last:
            return
        painter = QPainter(self)
        painter.setPen(QPen(self._theme.colour("line"), 2))
        middle = self.width() / 2
        painter.drawLine(
            QPointF(middle, self.mark.sizeHint().height() + _TOP + 4), QPointF(middle, self.height() - 3.0)
        )
        painter.end()


class StageRowWidget(QWidget):
    """A stage. `show_row` changes only what changed, so that nothing flickers or jumps.

    `again` is the button for what a person may ask for here, `also` that for what else.
    """

    def __init__(self, context: Context, check: CheckProof, *, last: bool) -> None:
        """`check` checks a stored proof of this withdrawal once more."""
        super().__init__()
        self._context = context
        self._row: StageRow | None = None
        self.rail = Rail(context.theme, last=last)
        self.title = FlowLabel("section")
        self.time = Label(role="small")
        self.said_by = FlowLabel("caption")
        self.sentence = Label(role="muted", wrap=True)
        self.transaction = HexText(context.theme, what="Transaction", size=12)
        self.copy = CopyButton("transaction hash")
        self._named = QWidget()
        self._named.setLayout(FlowLayout(self.transaction, self.copy, gap=10))
        self._named.hide()
        self.expectation = Label(role="small", wrap=True)
        self.objection = Label(role="strong", wrap=True)
        self.again = Button("")
        self.also = Button("")
        self._wish = QWidget()
        self._wish.setLayout(FlowLayout(self.again, self.also, gap=8))
        self._wish.setContentsMargins(0, 5, 0, 4)
        self._wish.hide()
        self.more = Disclosure(context.icons, "Evidence")
        self.panel = EvidencePanel(context, check)
        self.more.set_content(self.panel)
        self.more.toggled.connect(self._opened)
        self._arrange(last)

    def _arrange(self, last: bool) -> None:
        head = QWidget()
        head.setLayout(FlowLayout(self.title, self.time, self.said_by, gap=10, last_right=True))
        body = QVBoxLayout()
        body.setContentsMargins(0, 0, 0, 2 if last else 18)
        body.setSpacing(3)
        body.addWidget(head)
        for widget in (self.sentence, self._named, self.objection, self.expectation, self._wish, self.more):
            body.addWidget(widget)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        outer.addWidget(self.rail)
        outer.addLayout(body, 1)

    def show_row(self, row: StageRow) -> None:
        """Show what is true of the stage now."""
        if row == self._row:
            return
        self._row = row
        words = WORDS[row.mark]
        self.rail.mark.show_mark(row.mark)
        self.title.setText(breakable(row.stage.title))
        awaited = row.mark in (Mark.AWAITED, Mark.NOT_APPLICABLE, Mark.NOT_REACHED)
        set_property(self.title, "tone", "muted" if awaited else "plain")
        self.time.show_text(clock_time(row.view.told_at, self._context.now()))
        set_tip(self.time, exact_time(row.view.told_at))
        self.said_by.show_text(breakable(row.said_by))
        set_property(self.said_by, "tone", words.token)
        self.sentence.show_text(breakable(row.sentence))
        self.transaction.show_hex(row.transaction)
        self.copy.set_text(row.transaction)
        show_if(self._named, bool(row.transaction))
        self._show_objection(row)
        self._show_expectation(row, awaited=awaited)
        self.again.setText(row.again)
        self.also.setText(row.also)
        show_if(self.also, bool(row.also))
        show_if(self._wish, bool(row.again))
        self.more.setVisible(bool(row.view.evidence))
        if self.more.is_open:
            self.panel.show_evidence(row.view.evidence)
        self.more.set_name(f"Evidence of {row.stage.title}")
        self.setAccessibleName(f"{row.stage.title}, {words.name}. {row.sentence}".strip())

    def _show_objection(self, row: StageRow) -> None:
        view = row.view
        text = view.failed or view.contradicted or (view.taken_back if row.mark is Mark.TAKEN_BACK else "")
        self.objection.show_text(breakable(text) if text and text not in row.sentence else "")
        set_property(self.objection, "tone", "bad" if view.failed or view.contradicted else "warn")

    def _show_expectation(self, row: StageRow, *, awaited: bool) -> None:
        told = row.expectation
        if not awaited or told is None:
            self.expectation.show_text("Later than usual." if row.late else "")
        else:
            usual = f"Usually {duration(told.median)}, 9 of 10 within {duration(told.p90)} (last {told.samples})."
            self.expectation.show_text(f"Later than usual. {usual}" if row.late else usual)
        set_property(self.expectation, "tone", "warn" if row.late else "muted")

    def _opened(self, opened: bool) -> None:
        if opened and self._row is not None:
            self.panel.show_evidence(self._row.view.evidence)
