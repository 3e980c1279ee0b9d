"""What the window and the command line see of a receipt that was checked: what it says, and what holds here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ashore.domain.evidence import Evidence
from ashore.domain.receipt import Receipt, ReceiptStage
from ashore.domain.withdrawal import Mark


class Verdict(StrEnum):
    """How a receipt stands after its check; the worst of its parts decides."""

    HOLDS = "holds"
    """Endpoints have the blocks of all its proofs, too. No check without asking somebody ever says so."""
    SOUND = "sound"
    """Everything that it calls proven has a proof inside that is sound in itself. Anybody can make up such a block."""
    SAID = "said"
    """Nothing in it is proven, and it does not say so either: all of it is somebody's word."""
    FAILS = "fails"
    """Something that it calls proven is not, it contradicts itself, or its signature is false."""


@dataclass(frozen=True, slots=True)
class PieceCheck:
    """A piece of evidence. `holds` is None where it is only said: it has no proof, and claims none.

    `names_it`: what is proven names this very withdrawal by itself. `pays`: by this wallet's own contracts, what is
    proven pays exactly the amount and the token of the terms to exactly their recipient. `shows`: what the proof shows,
    in words that are Ashore's own; empty where it does not hold.
    """

    piece: Evidence
    holds: bool | None
    sentence: str
    names_it: bool = False
    pays: bool = False
    shows: str = ""


@dataclass(frozen=True, slots=True)
class StageCheck:
    """A stage: what its maker showed, and the pieces checked here.

    `said` is the maker's mark, None where that is no mark. `proven`: a proof of it holds here. `contradiction` says why
    the maker's mark claims more than its evidence carries, or that it is no step of its way, or is called otherwise
    there; empty where nothing is. `ends`: it is the one that ends the withdrawal, as the receipt says.
    """

    stage: ReceiptStage
    said: Mark | None
    proven: bool
    pieces: tuple[PieceCheck, ...]
    contradiction: str = ""
    ends: bool = False

    @property
    def paying(self) -> tuple[PieceCheck, ...]:
        """The pieces by which its end is bound to the terms; of any other stage none."""
        return tuple(piece for piece in self.pieces if self.ends and piece.holds and piece.pays)


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """Whose signature vouches for it: `holds` None where it is not signed, or could not be checked.

    `address` is the checksummed address that signed, empty where none did; `by_account`: it is the account of the
    terms.
    """

    holds: bool | None
    sentence: str
    address: str = ""
    by_account: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """A receipt and what holds of it, without asking anybody. All sentences are plain text.

    `holding` and `failing` count proofs, `only_said` stages that rest on somebody's word. `notes` are what has to be
    known beside it, in this order: whether it is practice, whose contracts were used, what no proof can show.
    """

    receipt: Receipt
    digest: str
    verdict: Verdict
    headline: str
    stages: tuple[StageCheck, ...]
    signature: SignatureCheck
    holding: int
    failing: int
    only_said: int
    contradictions: tuple[str, ...]
    arrival: str
    notes: tuple[str, ...]
    whose_word: str = ""
    """How many steps rest on a word alone, and on whose, in a sentence; empty where none does, or where it fails."""
    own_withdrawal: str = ""
    """The id of this wallet's own withdrawal of which a move has the same public name; empty where there is none."""
    own_differs: str = ""
    """Where that one's terms are not those of the receipt: a sentence."""


class BlockStanding(StrEnum):
    """What this wallet's own endpoints say of a block that a proof stands in."""

    FINAL = "final"
    AGREED = "agreed"
    ANOTHER = "another"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BlockAnswer:
    """What the endpoints say of one block. `agreeing` of `asked` have it; `sentence` says it all."""

    chain: str
    number: int
    hash: str
    standing: BlockStanding
    agreeing: int
    asked: int
    sentence: str
    beyond: bool = False
    """Whether their chain does not reach as far as this block."""


@dataclass(frozen=True, slots=True)
class ReceiptAnswers:
    """What the endpoints say of all blocks of a receipt, in the order of its stages. `verdict` FAILS where another
    block stands in the place of one, SAID where one could not be asked for, HOLDS where all are there."""

    blocks: tuple[BlockAnswer, ...]
    verdict: Verdict
    headline: str


Standings = Mapping[tuple[str, int, str], BlockStanding]
"""What the endpoints say of blocks, by chain, number and hash."""


def standings_of(answers: ReceiptAnswers) -> Standings:
    """What they say of each block."""
    return {(each.chain, each.number, each.hash): each.standing for each in answers.blocks}


def standing(found: PieceCheck, standings: Standings) -> BlockStanding:
    """What they say of the block that a piece stands in."""
    piece = found.piece
    return standings.get((piece.chain, piece.block_number, piece.block_hash), BlockStanding.UNKNOWN)


def pays(stage: StageCheck, standings: Standings) -> bool:
    """Whether a block that the endpoints have as final holds the payout of the terms, in the stage that ends it."""
    return any(standing(each, standings) is BlockStanding.FINAL for each in stage.paying)


def is_green(check: ReceiptCheck, answers: ReceiptAnswers | None) -> bool:
    """Whether a receipt may look as what is done does. The one rule, and there is no other way to it:

    by this wallet's own contracts and its own endpoints, a final block holds a payout by the system's contract of
    exactly this amount of exactly this token, called and counted as the deployment does and not as the file says, to
    exactly this recipient; and nothing in the receipt fails. Everything else is at best sound, and that it is this
    withdrawal its maker's word: so wherever no log names the recipient, as of ether that zkLink pays.
    """
    if answers is None or check.verdict is Verdict.FAILS or answers.verdict is not Verdict.HOLDS or check.own_differs:
        return False
    standings = standings_of(answers)
    return any(pays(stage, standings) for stage in check.stages)
