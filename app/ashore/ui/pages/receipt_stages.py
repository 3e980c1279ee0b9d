"""One stage of a receipt: what its maker says of it, and beside that what was checked here."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ashore.domain.evidence import Evidence, Level
from ashore.domain.untrusted import plain
from ashore.domain.withdrawal import Mark
from ashore.engine.receipt_views import PieceCheck, StageCheck
from ashore.engine.views import ProofCheck
from ashore.ui.context import Context
from ashore.ui.pages.evidence import EvidencePanel
from ashore.ui.pages.stage_row import Rail
from ashore.ui.theme.icons import IconWidget
from ashore.ui.widgets.buttons import Button
from ashore.ui.widgets.disclosure import Disclosure
from ashore.ui.widgets.facts import Facts
from ashore.ui.widgets.flow import FlowLabel
from ashore.ui.widgets.labels import Label, set_property, set_tip
from ashore.ui.widgets.marks import WORDS, MarkWidget
from ashore.ui.wording import breakable

SAYS, HERE = "It says", "Checked here"
_OF_ITS_MAKER = "its maker’s mark; what was checked here stands below it"
_NOT_REACHED = frozenset({Mark.AWAITED, Mark.NOT_APPLICABLE, Mark.NOT_REACHED})
_MOST_TITLE, _MOST_SENTENCE = 80, 400
_LEVELS = {
    Level.REPORTED: "the operator’s word",
    Level.SEEN: "seen, without a proof",
    Level.PROVEN: "proven",
    Level.IRREVERSIBLE: "proven, and the block is final",
}


class Outcome(StrEnum):
    """What became of checking a stage."""

    FAILS = "fails"
    HOLDS = "holds"
    SAID = "said"
    NOTHING = "nothing"


_LOOKS = {
    Outcome.FAILS: ("close", "bad"),
    Outcome.HOLDS: ("check", "ok"),
    Outcome.SAID: ("info", "muted"),
    Outcome.NOTHING: ("info", "muted"),
}
"""The shape and the colour of a finding."""


def outcome(check: StageCheck) -> Outcome:
    """What became of checking it; the worst of its pieces decides."""
    if check.contradiction or any(piece.holds is False for piece in check.pieces):
        return Outcome.FAILS
    if any(piece.holds for piece in check.pieces):
        return Outcome.HOLDS
    return Outcome.SAID if check.pieces else Outcome.NOTHING


def held_mark(check: StageCheck) -> Mark:
    """The mark that a stage has here. That a block is final no proof shows, so nothing is irreversible by a file."""
    if outcome(check) is Outcome.FAILS:
        return Mark.FAILED
    return Mark.PROVEN if check.said is Mark.IRREVERSIBLE else check.said or Mark.UNKNOWN


def claim_words(check: StageCheck) -> str:
    """What its maker says of it."""
    name = WORDS[check.said].name.capitalize() if check.said is not None else "A mark that Ashore does not know"
    return f"{name}. {plain(check.stage.sentence, _MOST_SENTENCE)}".strip()


def result_words(check: StageCheck) -> str:
    """What was found out here; empty where there was nothing to check."""
    found = outcome(check)
    proofs = [piece for piece in check.pieces if piece.holds is not None]
    if found is Outcome.FAILS:
        failing = [piece for piece in proofs if not piece.holds]
        if not failing:
            return check.contradiction
        several = f"{len(failing)} of {len(proofs)} proofs do not hold"
        return f"{'The proof does not hold' if len(proofs) == 1 else several}: {failing[0].sentence}"
    if found is Outcome.HOLDS:
        return "The proof holds." if len(proofs) == 1 else f"All {len(proofs)} proofs hold."
    return "Nothing: no proof comes with it." if found is Outcome.SAID else ""


class ReceiptStageRow(QWidget):
    """A stage. Its mark on the line is what holds here; the maker's own stands in the line below the title."""

    def __init__(self, context: Context, check: StageCheck, proofs: dict[str, str], *, last: bool) -> None:
        super().__init__()
        self.check = check
        said, held = check.said or Mark.UNKNOWN, held_mark(check)
        self.rail = Rail(context.theme, last=last)
        self.rail.mark.show_mark(held)
        title = plain(check.stage.title, _MOST_TITLE)
        self.title = FlowLabel("section")
        self.title.setText(breakable(title))
        set_property(self.title, "tone", "muted" if said in _NOT_REACHED else "plain")
        self.said = MarkWidget(context.theme, said, 12)
        self.claim = Label(breakable(claim_words(check)), wrap=True)
        self.result = Label(breakable(result_words(check)), wrap=True)
        set_tip(self.rail.mark, self.result.text() or self.claim.text())
        set_tip(self.said, f"{WORDS[said].name.capitalize()}: {_OF_ITS_MAKER}")
        body = QVBoxLayout()
        body.setContentsMargins(0, 0, 0, 2 if last else 18)
        body.setSpacing(4)
        body.addWidget(self.title)
        body.addWidget(self._two_lines(context))
        if check.pieces:
            self.more = Disclosure(context.icons, "Evidence")
            self.more.set_name(f"Evidence of {title}")
            panel = ReceiptEvidence(context, check.pieces, proofs)
            self.more.set_content(panel)
            self.more.toggled.connect(lambda opened: panel.lay_open() if opened else None)
            body.addWidget(self.more)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        outer.addWidget(self.rail)
        outer.addLayout(body, 1)
        self.setAccessibleName(f"{title}. {SAYS}: {claim_words(check)} {HERE}: {result_words(check) or 'nothing'}")

    def _two_lines(self, context: Context) -> QWidget:
        """The maker's word and the own finding, each with its shape before it, one under the other."""
        lines = QWidget()
        grid = QGridLayout(lines)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(2, 1)
        told: list[tuple[str, QWidget, Label]] = [(SAYS, self.said, self.claim)]
        if self.result.text():
            icon, tone = _LOOKS[outcome(self.check)]
            set_property(self.result, "tone", tone)
            told.append((HERE, IconWidget(context.icons, icon, tone, 14), self.result))
        for number, (name, shape, words) in enumerate(told):
            grid.addWidget(Label(name, "caption"), number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shape, number, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, number, 2)
        return lines


class ReceiptEvidence(EvidencePanel):
    """The evidence of a stage as its maker has it, each piece with what became of its check here."""

    def __init__(self, context: Context, pieces: tuple[PieceCheck, ...], proofs: dict[str, str]) -> None:
        super().__init__(context, _asked_by_nobody)
        self._pieces = {id(each.piece): each for each in pieces}
        self._proofs = proofs

    def lay_open(self) -> None:
        """Show all pieces."""
        self.show_evidence(tuple(each.piece for each in self._pieces.values()))

    def _proof(self, piece: Evidence) -> str | None:
        return self._proofs.get(piece.proof)

    def _tell_checked(self, piece: Evidence, facts: Facts) -> None:
        found = self._pieces[id(piece)]
        agreed = f"; {piece.agreeing} of {piece.asked} of its maker’s endpoints had the block" if piece.asked else ""
        facts.add(SAYS, f"{_LEVELS[piece.level]}{agreed}")
        told = Label(breakable(found.sentence), wrap=True)
        set_property(told, "tone", {True: "ok", False: "bad", None: "muted"}[found.holds])
        facts.add_widget(HERE, told)

    def _wishes(self, piece: Evidence) -> list[Button]:
        return []  # all of a receipt was checked when it came

    def _result(self, piece: Evidence) -> Label | None:
        return None


async def _asked_by_nobody(piece: Evidence) -> ProofCheck:
    """All of a receipt was checked when it came: no piece of it has a button for that."""
    return ProofCheck(None, "it was checked with its receipt.", piece.observed_at)
