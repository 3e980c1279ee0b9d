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
class Track:
    """The ordered stages of a kind of withdrawal."""

    ref: TrackRef
    stages: tuple[Stage, ...]

    def stage(self, stage_id: str) -> Stage:
        """Return the stage of that id. Raises KeyError."""
        for stage in self.stages:
            if stage.id == stage_id:
                return stage
        raise KeyError(stage_id)

    def position(self, stage_id: str) -> int:
        """Return the stage's place, from 0. Raises KeyError."""
        return self.stages.index(self.stage(stage_id))
