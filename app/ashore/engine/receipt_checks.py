"""Checking a receipt from its bytes alone: what its proofs carry, what is only said, where it contradicts itself."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ashore.domain.errors import AshoreError
from ashore.domain.evidence import Evidence, Level
from ashore.domain.receipt import Receipt, ReceiptStage, counts
from ashore.domain.receipt_file import digest
from ashore.domain.untrusted import plain, quoted
from ashore.domain.withdrawal import LAST_LEVEL, MARK_OF_LEVEL, RECEIPT, Mark, Status
from ashore.engine.receipt_contracts import PRACTICE, Contracts
from ashore.engine.receipt_signatures import signature_check
from ashore.engine.receipt_steps import against_its_way
from ashore.engine.receipt_views import PieceCheck, ReceiptCheck, SignatureCheck, StageCheck, Verdict
from ashore.engine.rechecking import held_against
from ashore.ethereum.errors import InvalidProof
from ashore.ethereum.proofs import Facts, StorageFacts, check
from ashore.systems.claiming.track import SENT

MOST_CHECKED = 300
"""How often a receipt may point to its proofs. A voyage does so a dozen times; a stranger may make each slow."""

_NAME = 60
_MOST_SHOWN, _MOST_TOLD = 300, 1_000
_LEVEL_OF_MARK = {str(mark): level for level, mark in MARK_OF_LEVEL.items()}
_MARKS = {str(mark): mark for mark in Mark}
_LAST_LEVELS = {"seen": Level.SEEN, "reported": Level.REPORTED}

ALONE = (
    "This was checked on this computer alone: that the blocks are in their chain, and final, is for endpoints to say."
)
"""What no proof shows by itself."""
OWN_KNOWS_OTHERWISE = "This wallet’s own journal contradicts this receipt. Do not rely on it."
IN_PRACTICE = "It is of a practice network: nothing there has any value."
OWN_CONTRACTS = "The proofs were read by the contracts of this wallet’s own network."
PRACTICE_CONTRACTS = (
    "The proofs were read by the contracts of this wallet’s own practice network. That of another computer may have the"
    " same: whether it is this one, its blocks tell."
)
NAMED_CONTRACTS = "The proofs were read by the contracts that the receipt itself names."
NO_CONTRACTS = "Ashore could not read its proofs:"
_BELONGS = "A proof shows what a block holds. That it is this very withdrawal is what its maker’s wallet concluded"

_NAMED = (
    "A batch’s own data names this very withdrawal. That the other steps belong to it is what its maker’s wallet"
    " concluded"
)

_PAID = (
    "A proof shows a payout of exactly this amount to exactly this recipient. That it is of this withdrawal, and of no"
    " other like it, is what its maker’s wallet concluded"
)
_KNOWN = frozenset({"zkLink", "Reddio", "Ethereum"})


def check_receipt(receipt: Receipt, contracts: Contracts | None, why_none: str = "") -> ReceiptCheck:
    """Check all of it, which may take seconds: call it in a worker thread. Nothing is raised for what does not hold.

    `contracts` read the proofs; where there are none, `why_none` says why in a sentence.
    """
    reader = _Reader(receipt, contracts, why_none)
    way = against_its_way(receipt)
    stages = tuple(
        _stage(receipt, stage, reader, way.steps.get(place, "")) for place, stage in enumerate(receipt.stages)
    )
    signature = signature_check(receipt)
    contradictions = tuple(_contradictions(receipt, stages, way.others))
    pieces = [piece for stage in stages for piece in stage.pieces]
    failing = {_name(piece, number) for number, piece in enumerate(pieces) if piece.holds is False}
    holding = {_name(piece, number) for number, piece in enumerate(pieces) if piece.holds} - failing
    said = [stage for stage in stages if _only_said(stage)]
    verdict = _verdict(failing, contradictions, signature, holding)
    return ReceiptCheck(
        receipt=receipt,
        digest=digest(receipt),
        verdict=verdict,
        headline=_headline(len(holding), len(failing), said, contradictions, signature)
        if contracts is not None or not failing
        else _unread(len(failing)),
        stages=stages,
        signature=signature,
        holding=len(holding),
        failing=len(failing),
        only_said=len(said),
        contradictions=contradictions,
        arrival=_arrival(receipt, stages),
        notes=tuple(_notes(receipt, contracts, why_none, signature, pieces)),
        whose_word="" if verdict is Verdict.FAILS else _whose_word(said),
    )


def known_otherwise(found: ReceiptCheck, differs: str) -> ReceiptCheck:
    """The check where this wallet has the withdrawal itself and knows it otherwise, which comes before all else."""
    if not differs:
        return found
    return replace(
        found,
        verdict=Verdict.FAILS,
        headline=found.headline if found.verdict is Verdict.FAILS else OWN_KNOWS_OTHERWISE,
        contradictions=(differs, *found.contradictions),
        own_differs=differs,
        whose_word="",
    )


class _Reader:
    """Holds pieces of evidence against their proofs, each of which is verified once."""

    def __init__(self, receipt: Receipt, contracts: Contracts | None, why_none: str) -> None:
        self._proofs, self._terms = receipt.proofs, receipt.terms
        self._contracts = contracts
        self._why_none = why_none
        self._facts: dict[str, Facts | InvalidProof] = {}
        self._names: dict[tuple[str, str, str], str | InvalidProof] = {}
        self._checked = 0

    def check(self, stage: str, piece: Evidence) -> PieceCheck:
        claims = piece.level >= Level.PROVEN
        if not piece.proof:
            told = "It is said to be proven, and names no proof." if claims else _said(piece)
            return PieceCheck(piece, False if claims else None, told)
        try:
            if piece.kind == RECEIPT and stage.partition(".")[0] != SENT:  # of what replaced it, the move's id follows
                raise InvalidProof("The receipt of a transaction shows that it was sent, and not this step.")
            return self._held(piece)
        except AshoreError as error:
            return PieceCheck(piece, False, plain(error.sentence, 400))
        except (KeyError, ValueError, TypeError, OverflowError):
            return PieceCheck(piece, False, "The evidence names nothing that Ashore knows how to check.")

    def _held(self, piece: Evidence) -> PieceCheck:
        self._checked += 1
        if self._checked > MOST_CHECKED:
            raise InvalidProof("The receipt points to its proofs too often: this one was not checked.")
        text = self._proofs.get(piece.proof)
        if text is None:
            raise InvalidProof("Its proof is not in this receipt.")
        facts = self._facts.get(piece.proof)
        if facts is None:
            facts = self._facts[piece.proof] = _verified(text)
        if isinstance(facts, InvalidProof):
            raise facts
        if self._contracts is None:
            raise InvalidProof(self._why_none)
        if piece.chain not in self._contracts.chains:
            raise InvalidProof("The evidence names a chain on which its network has no contract.")
        held = held_against(piece, facts, self._contracts.read)
        paid = self._contracts.pays(self._terms, piece, facts)
        named = self._named(self._contracts, piece, facts)
        told = " ".join(filter(None, (held, paid.words, named, _unnamed(piece, facts))))
        shows = plain(paid.words or f"{_sentence(self._contracts.read(piece, facts))}.", _MOST_SHOWN)
        exact = self._contracts.own and paid.exact and counts(self._terms)
        return PieceCheck(piece, True, plain(_sentence(told), _MOST_TOLD), bool(named), exact, shows)

    def _named(self, contracts: Contracts, piece: Evidence, facts: Facts) -> str:
        """A batch is read once, however often a receipt points to it."""
        key = piece.proof, piece.chain, piece.facts.get("event", "").partition("(")[0]
        told = self._names.get(key)
        if told is None:
            try:
                told = contracts.names(self._terms, piece, facts)
            except InvalidProof as error:
                told = error
            self._names[key] = told
        if isinstance(told, InvalidProof):
            raise told
        return told


def _unnamed(piece: Evidence, facts: Facts) -> str:
    """What has to be said where a proof does not show which transaction it was. Raises InvalidProof where it cannot."""
    if piece.tx_hash and isinstance(facts, StorageFacts):
        raise InvalidProof("The evidence names a transaction, and its proof is none of a transaction.")
    if piece.tx_hash and not isinstance(facts, StorageFacts) and facts.transaction is None:
        return "Which transaction it was is its maker’s word."
    return ""


def _verified(text: str) -> Facts | InvalidProof:
    try:
        return check(text)
    except InvalidProof as error:
        return error


def _said(piece: Evidence) -> str:
    source = _named(piece.source) or "Nobody"
    return f"{source} showed it, without a proof." if piece.level is Level.SEEN else f"{source} said so."


def _named(source: str) -> str:
    """Who says something, as Ashore's own sentences name them: a name that it does not know stands in quotation marks.

    The receipt chose it, and it could read like the end of our sentence.
    """
    shown = plain(source, _NAME)
    return shown if shown in _KNOWN or not shown else quoted(source, _NAME)


def _sentence(following: str) -> str:
    return following[:1].upper() + following[1:]


def _name(check: PieceCheck, number: int) -> str:
    """What proofs are counted by; a claim without one counts by itself."""
    return check.piece.proof or f"#{number}"


def _stage(receipt: Receipt, stage: ReceiptStage, reader: _Reader, trouble: str) -> StageCheck:
    pieces = tuple(reader.check(stage.id, piece) for piece in stage.evidence)
    proven = any(piece.holds and piece.piece.level >= Level.PROVEN for piece in pieces)
    ends = stage.id == receipt.last_stage
    contradiction = " ".join(filter(None, (_claims_too_much(stage, pieces), trouble)))
    return StageCheck(stage, _MARKS.get(stage.mark), proven, pieces, contradiction, ends)


def _claims_too_much(stage: ReceiptStage, pieces: Sequence[PieceCheck]) -> str:
    """Why a stage's mark says more than its evidence does; empty where it does not."""
    title = quoted(stage.title, _NAME)
    if stage.mark not in _MARKS:
        return f"The mark of {title} is none that Ashore knows."
    level = _LEVEL_OF_MARK.get(stage.mark)
    if level is None:
        return ""
    # That a block is final is no part of a proof: the maker's word for it stands, beside a proof of the block.
    carrying = [each for each in pieces if each.piece.level >= level and each.holds is not False]
    if level >= Level.PROVEN and not any(each.holds for each in carrying):
        return f"{title} is marked as {stage.mark}, and no proof in the receipt carries that."
    if not carrying:
        return f"{title} is marked as {stage.mark}, and nothing in the receipt says so."
    return ""


def _contradictions(receipt: Receipt, stages: Sequence[StageCheck], of_its_way: Iterable[str]) -> Iterable[str]:
    yield from (stage.contradiction for stage in stages if stage.contradiction)
    if len({stage.id for stage in receipt.stages}) < len(receipt.stages):
        yield "Two of its steps have the same name."
    yield from of_its_way
    if receipt.status not in tuple(Status):
        yield "Its status is none that Ashore knows."
    if receipt.status == Status.FINAL and not _ends(receipt, stages):
        yield "It says that the withdrawal is complete, and its last step does not."
    if receipt.practice and receipt.terms.network != PRACTICE:
        yield "It is of a network where money is real, and names contracts of its own."


def _ends(receipt: Receipt, stages: Sequence[StageCheck]) -> bool:
    needed = _LAST_LEVELS.get(receipt.terms.details.get(LAST_LEVEL, ""), Level.IRREVERSIBLE)
    last = _last(receipt, stages)
    return last is not None and _LEVEL_OF_MARK.get(last.stage.mark, 0) >= needed


def _last(receipt: Receipt, stages: Sequence[StageCheck]) -> StageCheck | None:
    return next((each for each in stages if each.stage.id == receipt.last_stage), None)


def _only_said(stage: StageCheck) -> bool:
    return stage.said in (Mark.REPORTED, Mark.SEEN) and not stage.proven


def _verdict(
    failing: Iterable[str], contradictions: Sequence[str], signature: SignatureCheck, holding: Iterable[str]
) -> Verdict:
    if any(failing) or contradictions or signature.holds is False:
        return Verdict.FAILS
    return Verdict.SOUND if any(holding) else Verdict.SAID


def _headline(
    holding: int,
    failing: int,
    said: Sequence[StageCheck],
    contradictions: Sequence[str],
    signature: SignatureCheck,
) -> str:
    proofs = holding + failing
    if failing:
        told = "Its proof does not hold." if proofs == 1 else f"{failing} of {proofs} proofs {_do(failing)} not hold."
        return f"{told} Do not rely on this receipt."
    if signature.holds is False:
        return "The signature is false. Do not rely on this receipt."
    if contradictions:
        return "This receipt contradicts itself. Do not rely on it."
    return " ".join(filter(None, (_sound(proofs), _whose_word(said), _unasked(proofs))))


def _sound(proofs: int) -> str:
    one = {0: "It holds no proof.", 1: "Its one proof is sound in itself."}
    return one.get(proofs, f"{'Both' if proofs == 2 else f'All {proofs}'} proofs are sound in themselves.")


def _unasked(proofs: int) -> str:
    blocks = "its block is" if proofs == 1 else "their blocks are"
    return f"Whether {blocks} in the chain is not known: nobody was asked." if proofs else ""


def _unread(proofs: int) -> str:
    return f"{'Its proof' if proofs == 1 else f'Its {proofs} proofs'} could not be read. Do not rely on this receipt."


def _do(number: int) -> str:
    return "does" if number == 1 else "do"


def _whose_word(said: Sequence[StageCheck]) -> str:
    """How many steps rest on a word, and on whose."""
    if not said:
        return ""
    sources = list(dict.fromkeys(_source(stage) for stage in said))
    whose = f"{sources[0]}’s word" if len(sources) == 1 else f"the word of {', '.join(sources[:-1])} and {sources[-1]}"
    return f"{len(said)} {'step is' if len(said) == 1 else 'steps are'} only {whose}."


def _source(stage: StageCheck) -> str:
    best = max(stage.stage.evidence, key=lambda piece: (piece.level, piece.observed_at), default=None)
    return (_named(best.source) if best is not None else "") or "somebody"


def _arrival(receipt: Receipt, stages: Sequence[StageCheck]) -> str:
    """How far the end is proven here, where the receipt says that it came; else empty."""
    last = _last(receipt, stages)
    if receipt.status != Status.FINAL or last is None:
        return ""
    if last.proven and not last.paying:
        return "Its last step has a proof; that this is the withdrawal’s payout, and final, is its maker’s word."
    if last.proven:
        return "Its last step is proven here; that this block is final is its maker’s word."
    if any(piece.holds is False for piece in last.pieces):
        return "Its last step is not shown: the proof of that does not hold."
    return f"Its last step is only {_source(last)}’s word."


def _notes(
    receipt: Receipt,
    contracts: Contracts | None,
    why_none: str,
    signature: SignatureCheck,
    pieces: Sequence[PieceCheck],
) -> Iterable[str]:
    if receipt.terms.network == PRACTICE:
        yield IN_PRACTICE
    if all(piece.holds is None for piece in pieces):
        return
    if contracts is None:
        yield f"{NO_CONTRACTS} {why_none}"
        return
    own = PRACTICE_CONTRACTS if receipt.terms.network == PRACTICE else OWN_CONTRACTS
    yield own if contracts.own else NAMED_CONTRACTS
    yield ALONE
    belongs = _NAMED if any(piece.names_it for piece in pieces) else _BELONGS
    vouched = signature.holds and signature.by_account
    if any(piece.pays for piece in pieces):
        belongs = _PAID
    yield f"{belongs}{', and the account that it names signed for it' if vouched else ''}."
