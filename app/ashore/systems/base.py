"""The seam: what Ashore needs to know about a system, and nothing else.

The engine speaks to every system through `WithdrawalSystem`; the window's forms know the offer and
the quote of their own system. Nothing here has an effect but `submit`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from ashore.domain.eta import Expectation
from ashore.domain.events import Event, Terms
from ashore.domain.evidence import Evidence
from ashore.domain.move_view import MoveView
from ashore.domain.moves import MoveKind, Outcome, SignedMove
from ashore.domain.observations import ChainHealth, Observation
from ashore.domain.stages import Track
from ashore.domain.withdrawal import Withdrawal
from ashore.ethereum.proofs import Facts
from ashore.keys.reading import Reading


class Severity(StrEnum):
    """How a problem bears on going on."""

    BLOCKS = "blocks"
    WARNS = "warns"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field (or worth knowing about it), and what to do."""

    sentence: str
    advice: str = ""
    severity: Severity = Severity.BLOCKS

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}".strip()


@dataclass(frozen=True, slots=True)
class Source:
    """Where the money is: an account of a profile, or a reference that was pasted.

    `key_hash` names the account's own layer-2 key, so that another registered key is noticed; `own` the
    wallet's addresses (lower-case hex) with their labels, so that one's own are known. `stark_keys` are the account's
    Stark keys where the profile knows such keys, each a name and its hex without padding, the standard one first.
    """

    profile: str
    account_index: int = 0
    address: str = ""
    key_hash: str = ""
    own: tuple[tuple[str, str], ...] = ()
    reference: str = field(default="", repr=False)
    stark_keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What a system offers at this moment. Systems extend it with their own fields."""

    source: Source
    opened_at: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as typed: field names and raw texts. Nothing in it is trusted."""

    fields: Mapping[str, str] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """The raw text of a field, empty where it is missing."""
        return self.fields.get(name, "")


ARRIVES = "Recipient receives"
"""The label of the leg that says what arrives. Who that is, the window says in its place."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One line of the live summary: a label, a value with its unit, and what it means."""

    label: str
    value: str
    note: str = ""


class Action(StrEnum):
    """What is to be prepared."""

    REQUEST = "request"
    CLAIM = "claim"
    ACTIVATE = "activate"
    REGISTER = "register"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Quote:
    """The answer to a draft: problems per field, every cost, what arrives. Systems extend it."""

    offer: Offer
    draft: Draft
    problems: Mapping[str, Problem]
    legs: tuple[Leg, ...]
    receive: str
    destination: str
    usually: str

    @property
    def ready(self) -> bool:
        """Whether nothing blocks a review."""
        return not any(p.severity is Severity.BLOCKS for p in self.problems.values())

    @property
    def action(self) -> Action:
        """What is prepared from it."""
        return Action.REQUEST


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """A typed preimage for the signer, and every field as the form meant it."""

    kind: str
    preimage: Mapping[str, object]
    account_index: int
    expect: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One line of the review: what it is and what the signer read, in words a person checks.

    `signed` are the fields behind it as they are signed, each a name and its value. `reckoned` marks what Ashore makes
    of them, or knows besides: no signer read it.
    """

    label: str
    value: str
    note: str = ""
    monospace: bool = False
    signed: tuple[tuple[str, str], ...] = ()
    reckoned: bool = False


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a move without a signature consists of: whoever has `secret` can make it, so only the vault keeps it.

    `identifier` is the move's public name, `scope` a hash that two moves share of which only one may be open; `lines`
    say in words what the move does.
    """

    identifier: str
    scope: str
    secret: str = field(repr=False)
    lines: tuple[ReviewLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be signed, or sealed where the protocol knows no signature, and what it is for. Nothing was sent yet.

    `evidence` speaks for stages that are reached by the beginning itself, by stage id. `withdrawal` is the one of which
    it is a further move, empty where it begins one; `facts` are then learnt of it. `last_word` is said beside the
    confirm button where it is not the usual one.
    """

    profile: str
    kind: MoveKind
    request: SigningRequest | Bearer
    terms: Terms
    confirm: str
    warnings: tuple[str, ...] = ()
    evidence: tuple[tuple[str, Evidence], ...] = ()
    withdrawal: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    last_word: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """An account that may pay for gas. `address` is lower-case hex.

    `waiting` are the numbers of its own transactions that no block is known to have taken, each with the most that it
    may cost, in wei.
    """

    index: int
    address: str
    label: str
    waiting: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """Money that a contract owes to `owner` and that waits to be paid out; anybody may send `calldata` to `contract`.

    `amount` is in base units of `decimals`; `rest`, of `rest_decimals`, is what lies below them and stays. Addresses
    are lower-case hex. `evidence` is the storage proof.

    `place` names the money in its contract where owner and token do not; `details` is what the terms of its claim keep.
    `token` is the token's own contract, `kind` what it is in words; empty where that says nothing.
    `single`: a token by itself, whose symbol names it. `unclear`: why nobody can claim it yet, empty where anybody can.
    """

    profile: str
    chain: str
    evm_chain_id: int
    contract: str
    owner: str
    token_id: int
    symbol: str
    decimals: int
    amount: int
    rest: int
    rest_decimals: int
    calldata: str
    evidence: Evidence
    place: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    single: bool = False
    unclear: str = ""
    token: str = ""
    kind: str = ""

    @property
    def name(self) -> tuple[str, str, str]:
        """What tells it from other money: chain, owner, and which of the contract’s accounts it is in."""
        return self.chain, self.owner, self.place or str(self.token_id)


@dataclass(frozen=True, slots=True)
class Report:
    """One cycle of asking an operator: what it answered, and what it said instead of answering.

    `after_all` is what was found of withdrawals that had stopped.
    """

    observations: tuple[Observation, ...] = ()
    notes: tuple[str, ...] = ()
    after_all: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True)
class Adoption:
    """A withdrawal that another wallet made, as its operator tells it, to be watched here.

    `move` has no payload: nothing of it can be sent. `evidence` speaks for stages by their ids.
    """

    terms: Terms
    move: SignedMove
    evidence: tuple[tuple[str, Evidence], ...]


class WithdrawalSystem(Protocol):
    """A system as the engine sees it. One instance serves one profile on one network."""

    @property
    def profile(self) -> str:
        """The profile's id, stored with every withdrawal."""

    @property
    def chains(self) -> Sequence[str]:
        """Names of the L1 chains whose observations this profile wants."""

    def watched(self) -> Mapping[str, Sequence[str]]:
        """Contract addresses to follow, per chain name."""

    async def open(self, source: Source) -> Offer:
        """Ask the operator what there is. The one network read of a user's action."""

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        """Judge a draft. Repeatable, without side effect. Problems are values, not exceptions."""

    async def prepare(self, action: Action, quote: Quote) -> Plan:
        """Decide what would be signed. Raises AshoreError where the quote is not ready."""

    def review(self, plan: Plan, reading: Reading) -> tuple[ReviewLine, ...]:
        """Put what the signer read into lines for the review page. Values are of the reading, never of the form."""

    def assemble(self, plan: Plan, reading: Reading, signed: Mapping[str, object], move_id: str) -> SignedMove:
        """Make the exact payload that will be sent from what the signer returned."""

    async def stirred(self) -> None:
        """Wait until the outside hints that there is something to ask for; for ever where it never does."""

    async def submit(self, move: SignedMove, first_send: bool) -> Outcome:
        """Send a move whose intent is journaled. Never raises for a network reason.

        `first_send` is False where the same bytes may have arrived before.
        """

    async def locate(self, move: SignedMove) -> Outcome:
        """Ask what became of a move. `Unknown` where it cannot be told yet."""

    async def adopt(self, reference: str) -> Adoption:
        """Ask the operator, once, about a withdrawal that another wallet made, by its public name.

        Raises AshoreError where there is none that can be followed.
        """

    def tracks(self) -> Sequence[Track]:
        """All tracks of this system, every version that a stored withdrawal may name."""

    def expectations(self, destination: str) -> Mapping[str, Expectation]:
        """How long each stage on the way to `destination` (a chain's name) usually takes after the one before, by
        stage id, and WHOLE for all of them; without what too little was seen of."""

    def forget_pace(self) -> None:
        """Draw no expectation from what was seen so far: its time did not pass by itself."""

    def read_again(self, piece: Evidence, facts: Facts) -> str:
        """What a proof's contents say, in words. Raises InvalidProof where it is not what `piece` says."""

    async def ask_operator(self, open_: Sequence[Withdrawal], stopped: Sequence[Withdrawal]) -> Report:
        """Ask the operator about open withdrawals, with a bounded number of requests however many there are.

        `stopped` are those that lately ended without money: now and then a system may look whether it came after all.
        """

    async def interpret(self, observation: Observation, open_: Sequence[Withdrawal]) -> Iterable[Event]:
        """Tell what an observation means for open withdrawals, without asking anybody; has no effect."""

    async def ask_chain(self, health: ChainHealth, open_: Sequence[Withdrawal]) -> Iterable[Event]:
        """Read from a watched chain what its blocks do not tell, with proofs. Called after each look at it."""


def signed_move(move: MoveView) -> SignedMove:
    """The signed bytes of a journaled move, as they were."""
    return SignedMove(move.id, move.kind, move.profile, move.locator, move.payload, move.scope, move.nonce)
