"""What became of checking a stage of a receipt: as an outcome, a mark, and a sentence."""

from __future__ import annotations

from enum import StrEnum

from ashore.domain.events import Terms
from ashore.domain.evidence import Level
from ashore.domain.receipt import amount_words, counts
from ashore.domain.untrusted import quoted
from ashore.domain.withdrawal import Mark
from ashore.engine.receipt_views import (
    BlockStanding,
    PieceCheck,
    ReceiptAnswers,
    ReceiptCheck,
    StageCheck,
    Standings,
    Verdict,
    pays,
    standing,
)
from ashore.ui.widgets.marks import WORDS
from ashore.ui.wording import is_claim, title

_PROVEN = frozenset({Mark.PROVEN, Mark.IRREVERSIBLE})
_MOST_SENTENCE = 400
OF_IT = "That it is of this withdrawal is its maker’s word."
ITS_MAKERS_WORD = "That it is this withdrawal’s payout is its maker’s word."


class Outcome(StrEnum):
    """What became of checking a stage."""

    FAILS = "fails"
    PLACED = "placed"
    """Its proofs hold, and the endpoints have their blocks. Of the last stage a final one pays exactly this; of any
    other the receipt is of this wallet itself, or its payout is so bound."""
    UNBOUND = "unbound"
    """The same, but that it is of this withdrawal is its maker's word; or the payout is not final yet."""
    SOUND = "sound"
    """Its proofs hold in themselves; anybody could have made up the blocks that they stand in."""
    SAID = "said"
    NOTHING = "nothing"


LOOKS = {
    Outcome.FAILS: ("close", "bad"),
    Outcome.PLACED: ("check", "ok"),
    Outcome.UNBOUND: ("info", "accent"),
    Outcome.SOUND: ("info", "accent"),
    Outcome.SAID: ("info", "muted"),
    Outcome.NOTHING: ("info", "muted"),
}
"""The shape and the colour of a finding."""


def _blocks(check: StageCheck, standings: Standings) -> list[BlockStanding]:
    """How the blocks of its proofs that hold stand in their chains."""
    return [standing(each, standings) for each in check.pieces if each.holds]


def outcome(check: StageCheck, standings: Standings, *, bound: bool) -> Outcome:
    """What became of checking it; the worst of its pieces decides.

    `bound`: the receipt is of this wallet itself, or its payout is held to its terms, and nothing of it fails. No step
    of any other is green: whose steps they are, and what each is called, is then its maker's word.
    """
    blocks = _blocks(check, standings)
    if check.contradiction or any(each.holds is False for each in check.pieces) or BlockStanding.ANOTHER in blocks:
        return Outcome.FAILS
    if BlockStanding.UNKNOWN in blocks:
        return Outcome.SOUND
    if blocks:
        return Outcome.PLACED if bound and (pays(check, standings) or not check.ends) else Outcome.UNBOUND
    return Outcome.SAID if check.pieces else Outcome.NOTHING


def held_mark(check: StageCheck, standings: Standings, *, bound: bool) -> Mark:
    """The mark that a stage has here: proven only where the endpoints have its blocks; the last, where that pays it."""
    found, said = outcome(check, standings, bound=bound), check.said or Mark.UNKNOWN
    if found is Outcome.FAILS:
        return Mark.FAILED
    if found is Outcome.PLACED and said is Mark.IRREVERSIBLE:
        final = [each for each in check.pieces if each.holds and standing(each, standings) is BlockStanding.FINAL]
        return said if any(each.piece.level is Level.IRREVERSIBLE for each in final) else Mark.PROVEN
    if found is Outcome.SAID and said is Mark.SEEN:
        return Mark.REPORTED  # what its maker saw is only said here
    return Mark.SEEN if found in (Outcome.SOUND, Outcome.UNBOUND) and said in _PROVEN else said


def claim_words(check: StageCheck) -> str:
    """What its maker says of it."""
    name = WORDS[check.said].name.capitalize() if check.said is not None else "A mark that Ashore does not know"
    sentence = check.stage.sentence
    return f"{name}. {quoted(sentence, _MOST_SENTENCE) if sentence.strip() else ''}".strip()


def result_words(check: StageCheck, standings: Standings, *, bound: bool) -> str:
    """What was found out here; empty where there was nothing to check."""
    found, blocks = outcome(check, standings, bound=bound), _blocks(check, standings)
    proofs = _by_proof(check)
    one = len(proofs) == 1
    if found is Outcome.FAILS:
        failing = [piece for piece in proofs if not piece.holds]
        if failing:
            several = f"{len(failing)} of {len(proofs)} proofs do not hold"
            return f"{'The proof does not hold' if one else several}: {failing[0].sentence}"
        return check.contradiction or "Another block stands in its place: the chain does not have this one."
    if found is Outcome.SOUND:
        told = "The proof is sound in itself" if one else f"{_all(len(proofs))} are sound in themselves"
        return f"{told}. Whether the chain has {'its block' if one else 'their blocks'} is not known."
    if found in (Outcome.PLACED, Outcome.UNBOUND):
        told = "The proof holds" if one else f"{_all(len(proofs))} hold"
        all_final = set(blocks) == {BlockStanding.FINAL}
        final = " and final" if all_final else ", one of them final" if BlockStanding.FINAL in blocks else ""
        named = "What is proven names this very withdrawal." if any(each.names_it for each in check.pieces) else ""
        shown = next((each.shows for each in (*check.paying, *check.pieces) if each.holds and each.shows), "")
        whose = "" if found is Outcome.PLACED or named or check.paying else OF_IT
        whose = ITS_MAKERS_WORD if check.ends and not check.paying else whose
        placed = f"{told}, and the {'block is' if one else 'blocks are'} in the chain{final}."
        return " ".join(filter(None, (placed, shown, named, whose)))
    return "Nothing: no proof comes with it." if found is Outcome.SAID else ""


def _by_proof(check: StageCheck) -> list[PieceCheck]:
    """One piece of evidence for each proof, as the headline counts them; the one that does not hold, where one is."""
    found: dict[str, PieceCheck] = {}
    for number, piece in enumerate(check.pieces):
        name = piece.piece.proof or f"#{number}"
        if piece.holds is not None and (name not in found or not piece.holds):
            found[name] = piece
    return list(found.values())


def _all(proofs: int) -> str:
    return "Both proofs" if proofs == 2 else f"All {proofs} proofs"


def placed(answers: ReceiptAnswers | None) -> bool:
    """Whether the endpoints have all blocks of its proofs."""
    return answers is not None and answers.verdict is Verdict.HOLDS


def headline(check: ReceiptCheck, answers: ReceiptAnswers | None) -> str:
    """What holds of all of it, in one line; `answers` None while the endpoints are being asked."""
    if check.verdict is Verdict.FAILS or not check.holding:
        return check.headline
    if answers is not None and answers.verdict is Verdict.FAILS:
        return answers.headline
    one = check.holding == 1
    proofs = "Its one proof" if one else _all(check.holding)
    if not placed(answers) or answers is None:
        told = f"{proofs} {'is sound in itself' if one else 'are sound in themselves'}."
        what = "its block" if one else "their blocks"
        return f"{told} Whether the chain has {what} is {'being asked' if answers is None else 'not known'}."
    final = " and final" if {each.standing for each in answers.blocks} == {BlockStanding.FINAL} else ""
    return f"{proofs} {'holds, and its block is' if one else 'hold, and their blocks are'} in the chain{final}."


def counted_title(terms: Terms) -> str:
    """The title of what a receipt is about, whose amount is counted wherever there is something to count."""
    if not counts(terms):
        return title(terms)
    return f"Claim of {amount_words(terms)}" if is_claim(terms) else amount_words(terms)
