"""One stage of a receipt: what its maker says of it, and beside that what was checked here."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ashore.domain.evidence import Evidence, Level
from ashore.domain.untrusted import plain, quoted
from ashore.domain.withdrawal import Mark
from ashore.engine.receipt_views import BlockStanding, PieceCheck, StageCheck, Standings, standing
from ashore.engine.views import ProofCheck
from ashore.ui.context import Context
from ashore.ui.pages.evidence import EvidencePanel
from ashore.ui.pages.receipt_findings import (
    LOOKS,
    Outcome,
    claim_words,
    held_mark,
    outcome,
    result_words,
)
from ashore.ui.pages.stage_row import Rail
from ashore.ui.theme.icons import IconWidget
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.flow import FlowLabel, FlowLayout
from ashore.ui.widgets.labels import Label, set_property, set_tip
from ashore.ui.widgets.marks import WORDS, MarkWidget
from ashore.ui.wording import breakable, dated_time, exact_time

SAYS, HERE = "It says", "Checked here"
BLOCK_TIME, SEEN_AT = "its block’s time", "when its maker saw it"
_OF_ITS_MAKER = "its maker’s mark; what was checked here stands below it"
_NOT_REACHED = frozenset({Mark.AWAITED, Mark.NOT_APPLICABLE, Mark.NOT_REACHED})
_MOST_TITLE = 80
MOST_PIECES, MOST_FACTS = 12, 30
"""Of one stage and of one piece: more than any wallet has. What does not hold is shown first."""
_LEVELS = {
    Level.REPORTED: "the operator’s word",
    Level.SEEN: "seen, without a proof",
    Level.PROVEN: "proven",
    Level.IRREVERSIBLE: "proven, and the block is final",
}


class ReceiptStageRow(QWidget):
    """A stage. Its mark on the line is what holds here; the maker's own stands in the line below the title."""

    def __init__(self, context: Context, check: StageCheck, proofs: dict[str, str], *, last: bool, own: bool) -> None:
        """`own`: this wallet made it just now, and the title is its own; else it is words of somebody else."""
        super().__init__()
        self.check = check
        self._captions: list[Label] = []
        said = check.said or Mark.UNKNOWN
        self.rail = Rail(context.theme, last=last)
        words = plain if own else quoted
        title = self._title = words(check.stage.title, _MOST_TITLE)
        self.title = FlowLabel("section")
        self.title.setText(breakable(title))
        set_property(self.title, "tone", "muted" if said in _NOT_REACHED else "plain")
        self.said = MarkWidget(context.theme, said, 12, tone="muted")  # a word, whatever it claims
        set_tip(self.said, f"{WORDS[said].name.capitalize()}: {_OF_ITS_MAKER}")
        self.claim = Label(breakable(claim_words(check)), wrap=True)
        self.found = IconWidget(context.icons, "info", "muted", 14)
        self.result = Label(wrap=True)
        body = QVBoxLayout()
        body.setContentsMargins(0, 0, 0, 2 if last else 18)
        body.setSpacing(4)
        head = QWidget()
        head.setLayout(FlowLayout(self.title, self._time(), gap=10))
        body.addWidget(head)
        body.addWidget(self._two_lines())
        if check.pieces:
            self.more = Disclosure(context.icons, "Evidence")
            self.more.set_name(f"Evidence of {title}")
            self.panel = ReceiptEvidence(context, check.pieces, proofs)
            self.more.set_content(self.panel)
            self.more.toggled.connect(lambda opened: self._lay_open() if opened else None)
            body.addWidget(self.more)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        outer.addWidget(self.rail)
        outer.addLayout(body, 1)
        context.theme.changed.connect(self._align)
        self._align()
        self.show_blocks({}, bound=False)

    def _align(self) -> None:
        """All stages have their words in one line down, whether anything was checked of them or not."""
        for caption in self._captions:
            caption.ensurePolished()
            caption.setMinimumWidth(caption.fontMetrics().horizontalAdvance(HERE) + 2)

    def show_blocks(self, standings: Standings, *, bound: bool) -> None:
        """Tell what holds of it, by what is known of the blocks now; `bound` as in `outcome`."""
        self._standings = standings
        check = self.check
        self._bound = bound
        words = result_words(check, standings, bound=bound)
        icon, tone = LOOKS[outcome(check, standings, bound=bound)]
        self.rail.mark.show_mark(held_mark(check, standings, bound=bound))
        self.found.show_icon(icon, tone)
        self.result.setText(breakable(words))
        set_property(self.result, "tone", tone)
        set_tip(self.rail.mark, words or claim_words(check))
        self.rail.mark.setAccessibleName(words or claim_words(check))
        if check.pieces and self.more.is_open:
            self._lay_open()
        self.setAccessibleName(f"{self._title}. {SAYS}: {claim_words(check)} {HERE}: {words or 'nothing'}")

    def _time(self) -> Label:
        """When it was, as its evidence has it: by the block's own time where that has one."""
        pieces = (each.piece for each in self.check.pieces)
        best = max(pieces, key=lambda piece: (piece.level, piece.block_time), default=None)
        shown = Label(role="small")
        at = (best.block_time or best.observed_at) if best is not None else 0
        if best is not None and at:
            shown.setText(f"{dated_time(at)} · {BLOCK_TIME if best.block_time else SEEN_AT}")
            set_tip(shown, exact_time(at))
        return shown

    def _lay_open(self) -> None:
        self.panel.lay_open(self._standings, bound=self._bound)

    def _two_lines(self) -> QWidget:
        """The maker's word and the own finding, each with its shape before it, one under the other."""
        lines = QWidget()
        grid = QGridLayout(lines)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(2, 1)
        told: list[tuple[str, QWidget, Label]] = [(SAYS, self.said, self.claim)]
        if outcome(self.check, {}, bound=False) is Outcome.NOTHING:
            self.found.hide()
            self.result.hide()
            for widget in (self.found, self.result):
                widget.setParent(lines)
        else:
            told.append((HERE, self.found, self.result))
        for number, (name, shape, words) in enumerate(told):
            caption = Label(name, "caption")
            self._captions.append(caption)
            grid.addWidget(caption, number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shape, number, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, number, 2)
        return lines


class ReceiptEvidence(EvidencePanel):
    """The evidence of a stage as its maker has it, each piece with what became of its check here."""

    def __init__(self, context: Context, checks: tuple[PieceCheck, ...], proofs: dict[str, str]) -> None:
        super().__init__(context, _asked_by_nobody)
        shown = [(each, _bounded(each.piece)) for each in _worst_first(checks)[:MOST_PIECES]]
        self._pieces = tuple(piece for _check, piece in shown)
        self._checks = {id(piece): each for each, piece in shown}
        self._proofs = proofs
        self._standings: Standings = {}
        self._bound = False

    def lay_open(self, standings: Standings, *, bound: bool) -> None:
        """Show the pieces, by what is known of the blocks now, and of whether the receipt's payout is bound to it."""
        if standings is not self._standings or bound is not self._bound:
            self._standings, self._bound = standings, bound
            self._shown = ()
        self.show_evidence(self._pieces)

    def _proof(self, piece: Evidence) -> str | None:
        return self._proofs.get(piece.proof)

    def _tell_checked(self, piece: Evidence, facts: Facts) -> None:
        found = self._checks[id(piece)]
        agreed = f"; {piece.agreeing} of {piece.asked} of its maker’s endpoints had the block" if piece.asked else ""
        facts.add(SAYS, f"{_LEVELS[piece.level]}{agreed}")
        placed = self._bound and standing(found, self._standings) in (BlockStanding.AGREED, BlockStanding.FINAL)
        told = Label(breakable(found.sentence), wrap=True)
        set_property(told, "tone", {True: "ok" if placed else "accent", False: "bad", None: "muted"}[found.holds])
        facts.add_widget(HERE, told)

    def _wishes(self, piece: Evidence) -> list[Button]:
        return []  # all of a receipt was checked when it came

    def _result(self, piece: Evidence) -> Label | None:
        return None


def _worst_first(checks: tuple[PieceCheck, ...]) -> list[PieceCheck]:
    """What does not hold before what holds, and what is only said after it."""
    return sorted(checks, key=lambda each: (False, True, None).index(each.holds))


def _bounded(piece: Evidence) -> Evidence:
    """A piece with no more facts than a person would read: a stranger may have put in thousands."""
    return replace(piece, facts=dict(islice(piece.facts.items(), MOST_FACTS)))


async def _asked_by_nobody(piece: Evidence) -> ProofCheck:
    """All of a receipt was checked when it came: no piece of it has a button for that."""
    return ProofCheck(None, "it was checked with its receipt.", piece.observed_at)
