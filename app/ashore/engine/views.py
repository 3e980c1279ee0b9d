"""What the window and the command line see of the wallet: plain values, ready to be shown."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from ashore.domain.eta import Expectation
from ashore.domain.events import Terms
from ashore.domain.stages import Stage, Track
from ashore.domain.withdrawal import Mark, StageView, Status, Withdrawal
from ashore.keys.reading import Reading
from ashore.systems.base import Offer, Plan, Quote, ReviewLine


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """The network this run of the wallet is on. Everything but mainnet carries a badge."""

    id: str
    badge: str
    explanation: str


@dataclass(frozen=True, slots=True)
class ProfileInfo:
    """A deployment one can withdraw from.

    `key_chain_id` is the number of the chain for which accounts make their Stark keys; 0 where there are none.
    """

    id: str
    system: str
    title: str
    subtitle: str
    key_chain_id: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """An account whose keys the signer holds; of one that signs `elsewhere` the layer-2 key alone."""

    index: int
    address: str
    label: str
    pub_key_hash: str
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """What will be signed, as the signer process read it from the bytes; no reading where nothing is signed."""

    plan: Plan
    reading: Reading | None
    lines: tuple[ReviewLine, ...]
    texts: tuple[str, ...]
    layer2_message: str
    identifier: str
    warnings: tuple[str, ...]
    confirm: str
    keeps: Offer | None = field(default=None, repr=False)
    """The offer whose balance link is kept with the confirmation (LUD-14)."""
    signs_elsewhere: str = ""
    """The checksummed address whose own wallet makes the Ethereum signature; empty where the vault's key does."""
    pasted: str = field(default="", repr=False)
    """That wallet's signature, once the signer has checked it."""
    quote: Quote | None = field(default=None, repr=False)
    """What it was made from, where it is signed elsewhere."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage of a voyage with its mark and the sentence that is true of it now."""

    stage: Stage
    view: StageView
    mark: Mark
    said_by: str
    sentence: str
    expectation: Expectation | None = None
    late: bool = False
    again: str = ""
    """What a person may ask for here now, as a button says it; empty for nothing."""
    also: str = ""
    """What else."""
    transaction: str = ""
    """The hash of the transaction that it is about, where several share a number."""


@dataclass(frozen=True, slots=True)
class Voyage:
    """The view of one withdrawal."""

    withdrawal: Withdrawal
    track: Track
    rows: tuple[StageRow, ...]
    status: Status
    headline: str
    advice: str
    usually: str


@dataclass(frozen=True, slots=True)
class ProofCheck:
    """A stored proof, checked once more at `at` (UTC milliseconds): what was checked, or what does not hold.

    `holds` is None where nothing could be checked. `sentence` begins in lower case: it follows the time.
    """

    holds: bool | None
    sentence: str
    at: int


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One line of the activity list."""

    id: str
    terms: Terms
    status: Status
    stage_title: str
    mark: Mark
    started_at: int
    changed_at: int
    refused_so_far: bool = False
    """Whether the service said no, which does not prove that it pays nothing: it is watched until `watched_until`."""
    watched_until: int = 0
    """Until when (UTC milliseconds) that is, where its terms tell; else 0."""


@dataclass(frozen=True, slots=True)
class ActivityQuery:
    """What to list. `text` searches recipient, amount, symbol, chain, every hash, stage and status."""

    text: str = ""
    only: str = "all"
    """One of all, open, final, stopped."""


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """A page of rows, newest first, and the key of the next page (None at the end)."""

    rows: tuple[ActivityRow, ...]
    next_key: tuple[int, int] | None


CLOCK_KEY = "sandbox-clock"
"""The setting that says how the practice clock runs."""

BY_HAND = "step"
"""Its value while the practice clock is moved by hand."""

RELAYER_KEY = "sandbox-relayer"
"""The setting that says whether the practice network's relayer works."""

RESTS = "rests"
"""Its value while the relayer sends no money on."""


class Topic(StrEnum):
    """What changed."""

    WITHDRAWAL = "withdrawal"
    HEALTH = "health"
    OPERATOR = "operator"
    LOCK = "lock"
    UNCLAIMED = "unclaimed"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Change:
    """A hint to look again. `id` is the withdrawal's, or empty."""

    topic: Topic
    id: str = ""


Listener = Callable[[Change], None]
