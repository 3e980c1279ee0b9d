"""Tracks and their stages: the way of a withdrawal, as data."""

from dataclasses import dataclass
from enum import StrEnum


class Milestone(StrEnum):
    """The six steps that every system's way is told in."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    COMMITTED = "committed"
    PROVED = "proved"
    VERIFIED = "verified"
    FINALIZED = "finalized"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its name, what it means once reached, and what is awaited until then."""

    id: str
    milestone: Milestone
    title: str
    reached: str
    awaited: str
    not_applicable: str = ""
    provable: bool = True
    """Whether L1 can show it: until it does, the operator's word alone is called that."""
    passed: str = ""
    """What is true of it where a later stage was reached and nobody spoke for this one; empty where that cannot be."""
    despite: str = ""
    """What is added then to a no of the other side."""
    shown_on: str = "{chain}"
    """Which chain can show it: `{chain}` is where the money goes, `{primary}` where batches are proven."""
    moot: tuple[tuple[str, str], ...] = ()
    """Ways, each with a sentence, on which nothing is awaited of this stage: see `withdrawal.WAY`."""

    silent: tuple[tuple[str, str], ...] = ()
    """The same of ways on which nobody may ever speak for it: what was said of it stands all the same."""

    def moot_on(self, way: str) -> str:
        """Why nothing is awaited of it on this way; empty where it belongs to the way."""
        return dict(self.moot).get(way, "")

    def silent_on(self, way: str) -> str:
        """Why nothing is awaited of it on this way while nobody has spoken for it; empty where it is awaited."""
        return dict(self.silent).get(way, "")


@dataclass(frozen=True, slots=True)
class TrackRef:
    """The name of a track, stored with each withdrawal. A changed track gets a new version."""

    id: str
    version: int

    def __str__(self) -> str:
        return f"{self.id}@{self.version}"

    @classmethod
    def parse(cls, text: str) -> "TrackRef":
        """Read `id@version`. Raises ValueError."""
        name, _, version = text.rpartition("@")
        return cls(name, int(version))


@dataclass(frozen=True, slots=True)
class TrackWords:
    """What a voyage says of the whole way, each a sentence (and advice) in the system's own words.

    `{amount}`, `{place}`, `{source}` and `{nonce}` are filled in. `second` is said where another request stands in the
    way; `pace` has `{median}`, `{p90}` and `{samples}`, and `pace_unknown` takes its place while too little was seen.
    """

    waiting: str
    not_left: tuple[str, str]
    unanswered: tuple[str, str]
    trying_on: str
    asking_on: str
    contradicted: tuple[str, str]
    failed: tuple[str, str]
    landed: str
    final: str
    seen_by: str
    pace: str
    pace_unknown: str
    second: tuple[str, str]
    said_no: tuple[str, str] = ("The other side said no.", "Ashore goes on watching.")
    said_no_until: str = ""
    """What is added to it where it is known until when (`{at}`) it is watched."""
    said_no_for_good: tuple[str, str] = ("", "")
    """The advice after a no where it may not go again: with `{at}`, from when a new request may be made; and without.

    Empty where it is the same as in `said_no`.
    """
    less: str = "That is less than the {asked} that you asked for. Ask the service for the rest."
    """What is said where less than the amount came, with `{asked}`."""
    again: str = ""
    """What a person asks for who has the identical request sent again after a no; empty where nobody can."""
    wished: str = ""
    """What is said of it from then on."""
    priced_out: tuple[str, str] = ("", "")
    """What is said while gas costs more than a waiting transaction may spend; `{gas}` is its price now."""
    sped_up: tuple[str, str] = ("", "")
    cancelling: tuple[str, str] = ("", "")
    not_replaced: tuple[str, str] = ("", "")
    """What is said once another transaction was signed in the place of the first, and where it was not taken: `{said}`
    is why."""
    instead: tuple[str, str] = ("", "")
    """What a person may have done with a transaction that waits: have it taken sooner, or cancelled. Empty for
    nothing."""
    instead_again: tuple[str, str] = ("", "")
    """The same while a cancellation waits."""
    cancelled_in_block: tuple[str, str] = ("", "")
    cancelled: tuple[str, str] = ("", "")
    """What is said once a block took the cancellation of a transaction, and once that is irreversible."""
    not_paid: str = ""
    """What is true then of the last stage."""
    prepared: tuple[str, str] = ("Signed, not sent yet.", "Ashore sends it as soon as it can.")
    unseen: tuple[str, str] = ("Ended out of Ashore’s sight.", "Look in your own wallet whether it arrived.")
    end: str = ""
    """What a person asks for who ends a request whose outcome nobody can tell; empty where nobody can."""
    end_meaning: str = ""
    """What that means, said before it is done, with `{chain}`; `end_later` from when (`{at}`) it can be done."""
    end_later: str = ""
    ended: tuple[str, str] = ("", "")
    """What is said from then on, with `{chain}`; `revived` once it was taken all the same."""
    revived: tuple[str, str] = ("", "")
    set_aside: tuple[str, str] = ("", "")
    """What is said, with `{place}`, where only the last stage is missing; empty where that is nothing of its own."""
    outrun: str = ""
    """The advice where another request with its nonce is where this one would be."""
    taken_back: tuple[str, str] = ("Taken back: {stages}.", "{why} Ashore goes on watching. Nothing to do.")
    """What is said while stages that were reached are not any more; `{why}` is the reason."""
    under_way: tuple[str, str] = (
        "Under way.",
        "Nothing to do until it arrives. You can close Ashore; it goes on when you come back.",
    )


@dataclass(frozen=True, slots=True)
class Track:
    """The ordered stages of a kind of withdrawal.

    `answered` is the stage that is reached, by the other side's word, once it took the request. `ends_after_ms` is how
    long after its start a person may end one whose outcome nobody can tell; 0 where nobody may.
    """

    ref: TrackRef
    stages: tuple[Stage, ...]
    words: TrackWords
    answered: str
    ends_after_ms: int = 0

    def stage(self, stage_id: str) -> Stage:
        """Return the stage of that id. Raises KeyError."""
        for stage in self.stages:
            if stage.id == stage_id:
                return stage
        raise KeyError(stage_id)

    def position(self, stage_id: str) -> int:
        """Return the stage's place, from 0. Raises KeyError."""
        return self.stages.index(self.stage(stage_id))
