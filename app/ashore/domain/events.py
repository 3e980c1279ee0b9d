"""The events of the journal. Withdrawals and moves are nothing but folds of these.

Each event has a name that is stored with it and never changes its meaning; a changed meaning gets a
new name. The JSON form is canonical (sorted keys, no spaces), so that equal events are equal bytes.
"""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import ClassVar

from ashore.domain.evidence import Evidence, Level
from ashore.domain.moves import MoveKind


@dataclass(frozen=True, slots=True)
class Terms:
    """What a withdrawal is about, as decided at its start. `amount` and `fee` are base units."""

    system: str
    network: str
    profile: str
    track: str
    account: str
    symbol: str
    decimals: int
    amount: int
    fee: int
    recipient: str
    destination: str
    receive_symbol: str
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WithdrawalStarted:
    """A person confirmed a withdrawal; nothing was sent yet."""

    name: ClassVar[str] = "withdrawal-started"
    withdrawal: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class MoveIntended:
    """A move is decided and signed. Written before anything is sent."""

    name: ClassVar[str] = "move-intended"
    withdrawal: str
    move: str
    kind: MoveKind
    profile: str
    locator: str
    payload: str
    scope: str = ""
    nonce: int = -1


@dataclass(frozen=True, slots=True)
class MoveSending:
    """The move's bytes are about to leave: from here on its outcome is unknown until told."""

    name: ClassVar[str] = "move-sending"
    withdrawal: str
    move: str


@dataclass(frozen=True, slots=True)
class MoveAccepted:
    """The other side has the move."""

    name: ClassVar[str] = "move-accepted"
    withdrawal: str
    move: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class MoveRefused:
    """The other side certainly did not carry the move out."""

    name: ClassVar[str] = "move-refused"
    withdrawal: str
    move: str
    code: str
    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class MoveUnclear:
    """A send ended without an answer that can be trusted. `left` is False where it certainly never left.

    `said_no`: the other side answered with a no, which proves nothing but ends all sending, until a MoveAgain.
    """

    name: ClassVar[str] = "move-unclear"
    withdrawal: str
    move: str
    sentence: str
    left: bool = True
    said_no: bool = False


@dataclass(frozen=True, slots=True)
class MoveAgain:
    """A person wants the identical bytes sent once more after a no that proved nothing. Written before they are.

    `sentence` says so.
    """

    name: ClassVar[str] = "move-again"
    withdrawal: str
    move: str
    sentence: str


@dataclass(frozen=True, slots=True)
class FactLearnt:
    """Something that later evidence is matched with, such as the layer-2 block."""

    name: ClassVar[str] = "fact-learnt"
    withdrawal: str
    key: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class StageReached:
    """Evidence for a stage."""

    name: ClassVar[str] = "stage-reached"
    withdrawal: str
    stage: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class StageRecovered:
    """A stage that was given up, or told as failed, was reached after all. `reason` says so in a sentence."""

    name: ClassVar[str] = "stage-recovered"
    withdrawal: str
    stage: str
    reason: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class StageSettled:
    """The block that a stage's evidence rests on is finalized."""

    name: ClassVar[str] = "stage-settled"
    withdrawal: str
    stage: str
    block_hash: str
    finalized_number: int
    agreeing: int
    asked: int


@dataclass(frozen=True, slots=True)
class StageTakenBack:
    """Evidence fell: its block was reorganised away, or the rollup reverted its own block.

    Evidence resting on `block_hash` falls; with an empty hash, all that is not the operator's word.
    """

    name: ClassVar[str] = "stage-taken-back"
    withdrawal: str
    stage: str
    reason: str
    block_hash: str = ""


@dataclass(frozen=True, slots=True)
class StageContradicted:
    """What the operator says about a stage is not what the wallet finds."""

    name: ClassVar[str] = "stage-contradicted"
    withdrawal: str
    stage: str
    said: str
    found: str


@dataclass(frozen=True, slots=True)
class StageFailed:
    """The system says that the withdrawal failed at this stage; the money stayed where it was."""

    name: ClassVar[str] = "stage-failed"
    withdrawal: str
    stage: str
    reason: str
    source: str


Event = (
    WithdrawalStarted
    | MoveIntended
    | MoveSending
    | MoveAccepted
    | MoveRefused
    | MoveUnclear
    | MoveAgain
    | FactLearnt
    | StageReached
    | StageRecovered
    | StageSettled
    | StageTakenBack
    | StageContradicted
    | StageFailed
)

_BY_NAME: dict[str, type[Event]] = {
    kind.name: kind
    for kind in (
        WithdrawalStarted,
        MoveIntended,
        MoveSending,
        MoveAccepted,
        MoveRefused,
        MoveUnclear,
        MoveAgain,
        FactLearnt,
        StageReached,
        StageRecovered,
        StageSettled,
        StageTakenBack,
        StageContradicted,
        StageFailed,
    )
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its place in the journal and the time it was written (UTC milliseconds)."""

    seq: int
    at: int
    event: Event


def to_json(event: Event) -> str:
    """Return the canonical JSON body of `event`; its name is stored beside it."""
    return json.dumps(asdict(event), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def from_json(name: str, body: str) -> Event:
    """Read an event back. Raises KeyError for a name, TypeError or ValueError for a body that is not one."""
    kind = _BY_NAME[name]
    raw = json.loads(body)
    if "evidence" in raw:
        evidence = raw["evidence"]
        raw["evidence"] = Evidence(**{**evidence, "level": Level(evidence["level"])})
    if "terms" in raw:
        raw["terms"] = Terms(**raw["terms"])
    if kind is MoveIntended:
        raw["kind"] = MoveKind(raw["kind"])
    known = {f.name for f in fields(kind)}
    if set(raw) - known:
        raise ValueError(f"unknown fields in {name}")
    return kind(**raw)
