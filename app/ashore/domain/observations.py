"""What followers and operators bring in: facts about the outside, not yet tied to a withdrawal."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ashore.domain.evidence import Level


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block of an L1 chain. `chain` is the profile's name of the chain; `timestamp` UTC seconds."""

    chain: str
    number: int
    hash: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One log with the transaction that emitted it. All hex is lower case with 0x.

    `tx_to` and `tx_input` are bound to `tx_hash` by the transaction trie when the block is PROVEN;
    they are empty where the endpoint's transaction form is unknown to us.
    """

    address: str
    topics: tuple[str, ...]
    data: str
    log_index: int
    tx_index: int
    tx_hash: str
    tx_to: str = ""
    tx_input: str = ""


@dataclass(frozen=True, slots=True)
class BlockObserved:
    """A block with all logs of the watched contracts' transactions.

    With level PROVEN every log was checked against `receiptsRoot` of a header whose recomputed hash
    `agreeing` of `asked` endpoints gave; `proofs` maps a transaction index to the proof's content id,
    `proof_bodies` the content ids to the canonical JSON text that is to be stored.
    """

    block: BlockRef
    level: Level
    logs: tuple[LogEntry, ...]
    agreeing: int
    asked: int
    proofs: Mapping[int, str] = field(default_factory=dict)
    proof_bodies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BlocksTakenBack:
    """A reorganisation: these blocks are no longer part of the agreed chain."""

    chain: str
    hashes: tuple[str, ...]
    common_ancestor: int


@dataclass(frozen=True, slots=True)
class FinalityAdvanced:
    """The highest block that `agreeing` endpoints call finalized and agree on by hash."""

    chain: str
    number: int
    hash: str
    agreeing: int
    asked: int


@dataclass(frozen=True, slots=True)
class ChainHealth:
    """How the endpoints of a chain stand: for the side bar, never evidence.

    `behind` is how many blocks up to the agreed head were not followed yet. `evm_chain_id` is the chain's number
    (EIP-155), 0 where it is not told.
    """

    chain: str
    agreeing: int
    asked: int
    head: int
    finalized: int
    notes: tuple[str, ...] = ()
    behind: int = 0
    evm_chain_id: int = 0


@dataclass(frozen=True, slots=True)
class OperatorReport:
    """What an operator's API answered about one subject, already validated by the client."""

    profile: str
    subject: str
    facts: Mapping[str, object]


Observation = BlockObserved | BlocksTakenBack | FinalityAdvanced | ChainHealth | OperatorReport
