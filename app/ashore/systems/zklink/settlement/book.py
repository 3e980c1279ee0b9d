"""The book of a deployment: every proven event of its contracts, in the order of the chain, reverts applied.

Several withdrawals share one batch, and evidence may come before a withdrawal knows its block; so events are kept
here first, and withdrawals are compared with the book. It survives closing.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from operator import attrgetter

from ashore.domain.evidence import Evidence, Level
from ashore.store.keep import Keep, Sighting


class Kind(StrEnum):
    """What was seen on a contract."""

    OPERATION = "operation"
    COMMITTED = "committed"
    PROVEN = "proven"
    SYNCED = "synced"
    EXECUTED = "executed"
    REVERTED = "reverted"
    CREDITED = "credited"
    PAYOUT = "payout"
    SPENT = "spent"


_REVERTIBLE = frozenset({Kind.OPERATION, Kind.COMMITTED, Kind.PROVEN, Kind.SYNCED})


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. `number` is the layer-2 block it is about, 0 where there is none; `facts` are plain values."""

    kind: Kind
    subject: str
    number: int
    chain: str
    block_number: int
    block_hash: str
    block_time: int
    log_index: int
    tx_hash: str
    level: Level
    agreeing: int
    asked: int
    proof: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def position(self) -> tuple[int, int]:
        """Its place on the chain."""
        return self.block_number, self.log_index

    def evidence(self, kind: str, at: int, facts: Mapping[str, str]) -> Evidence:
        """The same as evidence for a stage, seen at `at` (UTC milliseconds)."""
        return Evidence(
            kind=kind,
            level=self.level,
            source=self.chain,
            observed_at=at,
            facts=dict(facts),
            chain=self.chain,
            tx_hash=self.tx_hash,
            block_number=self.block_number,
            block_hash=self.block_hash,
            block_time=self.block_time,
            log_index=self.log_index,
            agreeing=self.agreeing,
            asked=self.asked,
            proof=self.proof,
        )


class Book:
    """All entries of one deployment, in memory and in the store."""

    def __init__(self, keep: Keep, profile: str) -> None:
        self._keep = keep
        self._profile = profile
        self._entries: list[Entry] = [_entry(s) for s in keep.sightings(profile)]
        self._live: dict[tuple[str, Kind], list[Entry]] = {}
        self._by_subject: dict[tuple[str, Kind, str], list[Entry]] = {}
        self.fallen: set[str] = set()
        """Hashes of blocks that were reorganised away while this book was open."""
        self._rebuild()

    def add(self, entries: Iterable[Entry], proofs: Mapping[str, str]) -> None:
        """Take entries in and keep them with their proofs. One already there is replaced by the newer."""
        fresh = list(entries)
        if not fresh:
            return
        used = {e.proof for e in fresh}
        self._keep.add_sightings(
            (_sighting(self._profile, e) for e in fresh), {p: proofs[p] for p in used & set(proofs)}
        )
        names = {_identity(e) for e in fresh}
        known = [e for e in self._entries if e.block_hash in {f.block_hash for f in fresh} and _identity(e) in names]
        in_order = not known and (not self._entries or fresh[0].position >= self._entries[-1].position)
        self._entries = [e for e in self._entries if e not in known] + fresh
        if in_order and all(e.kind is not Kind.REVERTED for e in fresh):
            for entry in fresh:
                self._index(entry)
        else:
            self._rebuild()

    def forget(self, chain: str, hashes: Iterable[str]) -> bool:
        """Drop the entries of blocks that are no longer part of the chain. True where there were any."""
        gone = set(hashes)
        self.fallen |= gone
        if not any(e.chain == chain and e.block_hash in gone for e in self._entries):
            return False
        self._keep.forget_blocks(chain, gone)
        self._entries = [e for e in self._entries if e.chain != chain or e.block_hash not in gone]
        self._rebuild()
        return True

    def first(self, chain: str, kind: Kind, number: int) -> Entry | None:
        """The first standing event of `kind` about layer-2 block `number` or a later one."""
        entries = self._live.get((chain, kind), [])
        at = bisect_left(entries, number, key=attrgetter("number"))
        return entries[at] if at < len(entries) else None

    def about(self, chain: str, kind: Kind, subject: str) -> list[Entry]:
        """Every standing event of `kind` about `subject`, in order."""
        return self._by_subject.get((chain, kind, subject), [])

    def of(self, chain: str, kind: Kind) -> list[Entry]:
        """Every standing event of `kind`, in order."""
        return self._live.get((chain, kind), [])

    def holds_block(self, block_hash: str) -> bool:
        """Whether any entry rests on that block."""
        return any(e.block_hash == block_hash for e in self._entries)

    def _rebuild(self) -> None:
        self._live.clear()
        self._by_subject.clear()
        self._entries.sort(key=attrgetter("block_number", "log_index"))
        reverts: dict[str, list[Entry]] = {}
        for entry in self._entries:
            if entry.kind is Kind.REVERTED:
                reverts.setdefault(entry.chain, []).append(entry)
        for entry in self._entries:
            undone = entry.kind in _REVERTIBLE and any(
                revert.position > entry.position and entry.number > revert.number
                for revert in reverts.get(entry.chain, [])
            )
            if not undone:
                self._index(entry)

    def _index(self, entry: Entry) -> None:
        self._live.setdefault((entry.chain, entry.kind), []).append(entry)
        self._by_subject.setdefault((entry.chain, entry.kind, entry.subject), []).append(entry)


def _identity(entry: Entry) -> tuple[str, str, int, Kind, str]:
    return entry.chain, entry.block_hash, entry.log_index, entry.kind, entry.subject


def _sighting(profile: str, entry: Entry) -> Sighting:
    body = asdict(entry)
    return Sighting(
        profile,
        entry.chain,
        str(entry.kind),
        entry.subject,
        entry.block_number,
        entry.block_hash,
        entry.log_index,
        json.dumps(body, separators=(",", ":"), sort_keys=True),
    )


def _entry(sighting: Sighting) -> Entry:
    raw = json.loads(sighting.body)
    return Entry(**{**raw, "kind": Kind(raw["kind"]), "level": Level(raw["level"])})
