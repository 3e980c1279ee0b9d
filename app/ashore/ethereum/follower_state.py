"""What a follower has to remember between two polls, and across restarts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from ashore.ethereum.headers import Header

RING_LENGTH = 512
_HASH = re.compile(r"0x[0-9a-f]{64}\Z")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Known:
    """A block that was followed: height and hash."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class FollowerState:
    """The followed end of a chain. To be stored in the same transaction as what was learnt with it.

    `ring` holds the last followed blocks in ascending order, each the parent of the next. While it is
    empty, `start` is the first height to look at, or None for "from the finalized block on".
    `finalized` is the highest followed block that was reported as final.
    """

    chain: str
    ring: tuple[Known, ...] = ()
    start: int | None = None
    finalized: Known | None = None

    @property
    def last(self) -> Known | None:
        """The cursor: the highest block that was followed."""
        return self.ring[-1] if self.ring else None

    def at(self, number: int) -> Known | None:
        """Return the followed block at a height, if it is still remembered."""
        if not self.ring or not self.ring[0].number <= number <= self.ring[-1].number:
            return None
        return self.ring[number - self.ring[0].number]

    def advanced(self, ancestor: int | None, headers: list[Header]) -> FollowerState:
        """Return the state after cutting what is above `ancestor` and following `headers`."""
        kept = self.ring if ancestor is None else tuple(each for each in self.ring if each.number <= ancestor)
        ring = (*kept, *(Known(header.number, header.hash) for header in headers))
        return replace(self, ring=ring[-RING_LENGTH:])

    def rewound(self, number: int) -> FollowerState:
        """Return the state from which everything above height `number` is looked at again.

        For contracts that are watched from now on and may have spoken before.
        """
        finalized = self.finalized if self.finalized is not None and self.finalized.number <= number else None
        kept = tuple(each for each in self.ring if each.number <= number)
        return FollowerState(self.chain, kept, None if kept else number + 1, finalized)

    def to_json(self) -> str:
        """Return the state as text."""
        final = [self.finalized.number, self.finalized.hash] if self.finalized else None
        ring = [[each.number, each.hash] for each in self.ring]
        parts = {"v": _VERSION, "chain": self.chain, "ring": ring, "start": self.start, "finalized": final}
        return json.dumps(parts, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> FollowerState:
        """Read what `to_json` wrote. Raises ValueError on anything else."""
        parts = json.loads(text)
        if not isinstance(parts, dict) or parts.get("v") != _VERSION or not isinstance(parts.get("chain"), str):
            raise ValueError("not a follower's state of this version")
        ring_parts, start, final = parts.get("ring"), parts.get("start"), parts.get("finalized")
        if not isinstance(ring_parts, list) or not (start is None or type(start) is int):
            raise ValueError("a follower's state is malformed")
        ring = tuple(_known(each) for each in ring_parts)
        if [each.number for each in ring] != list(range(ring[0].number, ring[0].number + len(ring)) if ring else ()):
            raise ValueError("the followed blocks have a gap")
        return cls(parts["chain"], ring, start, None if final is None else _known(final))


def _known(value: Any) -> Known:
    if not isinstance(value, list) or len(value) != 2 or type(value[0]) is not int or not isinstance(value[1], str):
        raise ValueError("a followed block is malformed")
    if value[0] < 0 or not _HASH.match(value[1]):
        raise ValueError("a followed block is malformed")
    return Known(value[0], value[1])
