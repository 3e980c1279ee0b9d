"""Transactions that share one number, each as a stage of its own: the first, and what was signed in its place."""

from dataclasses import replace

from ashore.domain.evidence import Evidence
from ashore.domain.move_view import MoveView
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.stages import Stage
from ashore.domain.withdrawal import LAST_STAGE, MARK_OF_LEVEL, Mark, StageView, Withdrawal
from ashore.engine.views import StageRow

REQUEST_HASH = "request"
"""The fact of a submission's evidence that names its transaction."""

_TITLES = {MoveKind.REPLACE: "{Noun} sent at a higher price", MoveKind.CANCEL: "Cancellation sent"}
CANCELLED = "Cancelled"
_SENT = {
    MoveKind.REPLACE: "The same call at a higher price; an endpoint of {chain} took it.",
    MoveKind.CANCEL: "It does nothing but use the {noun}’s number up; an endpoint of {chain} took it.",
}
_TAKEN = {
    MoveKind.REPLACE: "The same call at a higher price: a block of {chain} took this transaction.",
    MoveKind.CANCEL: "A block of {chain} took the cancellation, so the {noun} can never take effect.",
}
_WAITING = "Signed here; waiting for an endpoint of {chain} to take it."
_OUTDONE = "A block took another transaction with its number, so this one can never take effect."
_TOO_LATE = "Too late: a block took the {noun} first."
_SAID_BY = {
    Mark.PROVEN: "we checked it",
    Mark.IRREVERSIBLE: "checked, irreversible",
    Mark.UNKNOWN: "being found out",
    Mark.FAILED: "not taken",
    Mark.NOT_REACHED: "not reached",
}


_REPLACING = ("replacement", "cancellation")
"""Kinds of evidence that an endpoint took one of the others."""


def rival_rows(state: Withdrawal, row: StageRow) -> list[StageRow]:
    """The stage `row` that the first transaction reached, and after it one for each that was signed in its place.

    Each shows the evidence that is about its own transaction; where there is but one, the row is what it was.
    """
    if len(state.rivals) < 2:
        return [row]
    taken = _taken(state)
    return [_first(row, state, taken), *(_row(row, move, state, taken) for move in state.rivals[1:])]


def titles_of(kind: str, first: str) -> tuple[str, ...]:
    """What the row of such a move may be called, where the first of them is of the kind `first`.

    A cancellation is called otherwise once a block took it, which is the second; none for what replaces nothing.
    """
    title = {str(move): title for move, title in _TITLES.items()}.get(kind)
    if title is None:
        return ()
    sent = _with_noun(title, first)
    return (sent, CANCELLED) if kind == MoveKind.CANCEL else (sent,)


def _taken(state: Withdrawal) -> Evidence | None:
    """What shows which of them a block took; None while nothing does."""
    own = {move.locator for move in state.rivals}
    shown = (state.receipt, state.stage(state.facts.get(LAST_STAGE, "")).best)
    return next((piece for piece in shown if piece is not None and piece.tx_hash in own), None)


def _won(move: MoveView, taken: Evidence | None) -> bool:
    return taken is not None and taken.tx_hash == move.locator


def _about(move: MoveView, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(e for e in evidence if move.locator in (e.tx_hash, e.facts.get(REQUEST_HASH)))


def _first(row: StageRow, state: Withdrawal, taken: Evidence | None) -> StageRow:
    """The one that the others are to replace. What is about another one shows nothing of it."""
    move = state.rivals[0]
    kept = tuple(e for e in row.view.evidence if e.kind not in _REPLACING and e.tx_hash in ("", move.locator))
    view = replace(row.view, evidence=kept)
    best, said = view.best, f"An endpoint of {state.terms.destination} says so"
    mark = _of_move(move) if best is None else MARK_OF_LEVEL[best.level]
    if row.mark is Mark.TAKEN_BACK:
        return replace(row, view=view, transaction=move.locator)
    said_by = _SAID_BY.get(mark, f"{best.source} says so" if best is not None else said)
    outdone = taken is not None and not _won(move, taken)
    sentence = f"{row.sentence} {_OUTDONE}" if outdone else row.sentence
    return replace(row, view=view, mark=mark, said_by=said_by, sentence=sentence, transaction=move.locator)


def _row(first: StageRow, move: MoveView, state: Withdrawal, taken: Evidence | None) -> StageRow:
    chain, evidence = state.terms.destination, _about(move, first.view.evidence)
    view = StageView(f"{first.stage.id}.{move.id}", evidence, min((e.observed_at for e in evidence), default=0))
    mark = _mark(move, view, taken)
    sent, *taken_title = titles_of(move.kind, state.rivals[0].kind)
    title = taken_title[0] if taken_title and _won(move, taken) else sent
    stage = Stage(view.id, first.stage.milestone, title, "", "", provable=False)
    said_by = _SAID_BY.get(mark, f"An endpoint of {chain} says so" if mark is Mark.REPORTED else "")
    return StageRow(stage, view, mark, said_by, _sentence(move, mark, state, taken), transaction=move.locator)


def _mark(move: MoveView, view: StageView, taken: Evidence | None) -> Mark:
    if taken is not None:
        return MARK_OF_LEVEL[taken.level] if _won(move, taken) else Mark.NOT_REACHED
    if move.state is MoveState.REFUSED or view.level is None:
        return _of_move(move)
    return MARK_OF_LEVEL[view.level]


def _of_move(move: MoveView) -> Mark:
    """What is known of a transaction from its own sending alone."""
    known = {MoveState.REFUSED: Mark.FAILED, MoveState.ACCEPTED: Mark.REPORTED, MoveState.INTENDED: Mark.AWAITED}
    return known.get(move.state, Mark.UNKNOWN)


def _sentence(move: MoveView, mark: Mark, state: Withdrawal, taken: Evidence | None) -> str:
    if mark is Mark.FAILED:
        return move.said
    if mark is Mark.NOT_REACHED:
        late = move.kind is MoveKind.CANCEL and _won(state.rivals[0], taken)
        return _filled(_TOO_LATE, state) if late else _OUTDONE
    if _won(move, taken):
        return _filled(_TAKEN[move.kind], state)
    if move.state is MoveState.ACCEPTED:
        return _filled(_SENT[move.kind], state)
    return move.said or _filled(_WAITING, state)


def _filled(text: str, state: Withdrawal) -> str:
    """A text with the chain, and with what the first transaction is."""
    return _with_noun(text, state.rivals[0].kind, state.terms.destination)


def _with_noun(text: str, first: str, chain: str = "") -> str:
    noun = "registration" if first == MoveKind.REGISTER else "claim"
    return text.format(chain=chain, noun=noun, Noun=noun.capitalize())
