"""What shows that a stage was reached, and how far the wallet has checked it itself."""

from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """How strong a piece of evidence is. Higher is stronger; the words are those of the window."""

    REPORTED = 1
    """The operator says so."""
    SEEN = 2
    """One endpoint shows it."""
    PROVEN = 3
    """Inclusion or storage proof under a header that enough endpoints agree on."""
    IRREVERSIBLE = 4
    """The same, and the block is finalized."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation that speaks for a stage.

    `kind` names what it is (an event, a storage slot, an operator's answer), `facts` what it says in
    plain names and values. `proof` is the content id of the stored proof (header, receipt path,
    storage path), empty where there is none. Times are UTC milliseconds.
    """

    kind: str
    level: Level
    source: str
    observed_at: int
    facts: dict[str, str] = field(default_factory=dict)
    chain: str = ""
    tx_hash: str = ""
    block_number: int = 0
    block_hash: str = ""
    block_time: int = 0
    log_index: int = -1
    agreeing: int = 0
    asked: int = 0
    proof: str = ""

    @property
    def on_chain(self) -> bool:
        """Whether it rests on a block, and so falls with that block."""
        return bool(self.block_hash)
