"""What a system keeps of a contract's logs: entries of its book, in the order of the chain."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from ashore.domain.evidence import Evidence, Level
from ashore.domain.observations import BlockObserved, LogEntry
from ashore.store.keep import Sighting

Identity = tuple[str, str, int, str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event.

    `kind` is of the system's own list; `number` is the system's own count, 0 where there is none; `block_time` is in
    UTC seconds; `facts` are plain values.
    """

    kind: str
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

    @property
    def identity(self) -> Identity:
        """What two entries share that are the same one."""
        return self.chain, self.block_hash, self.log_index, self.kind, self.subject

    def evidence(self, kind: str, at: int, facts: Mapping[str, str]) -> Evidence:
        """The same as evidence for a stage, seen at `at` (UTC milliseconds)."""
        return Evidence(
            kind=kind,
            level=self.level,
            source=self.chain,
            observed_at=at,
            facts=dict(sorted(facts.items())),  # the order in which the journal gives them back
            chain=self.chain,
            tx_hash=self.tx_hash,
            block_number=self.block_number,
            block_hash=self.block_hash,
            block_time=self.block_time * 1000,
            log_index=self.log_index,
            agreeing=self.agreeing,
            asked=self.asked,
            proof=self.proof,
        )


def entry_of(observed: BlockObserved, log: LogEntry, kind: str, subject: str, number: int, **facts: str) -> Entry:
    """An entry for a log of a block, as strong as the block was seen."""
    return Entry(
        kind=kind,
        subject=subject,
        number=number,
        chain=observed.block.chain,
        block_number=observed.block.number,
        block_hash=observed.block.hash,
        block_time=observed.block.timestamp,
        log_index=log.log_index,
        tx_hash=log.tx_hash,
        level=observed.level,
        agreeing=observed.agreeing,
        asked=observed.asked,
        proof=observed.proofs.get(log.tx_index, ""),
        facts=facts,
    )


_FIELDS = tuple(each.name for each in fields(Entry))


def sighting_of(profile: str, entry: Entry) -> Sighting:
    """An entry as the store keeps it."""
    body = {name: getattr(entry, name) for name in _FIELDS}
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


def entry_from(sighting: Sighting) -> Entry:
    """An entry as the store kept it."""
    raw = json.loads(sighting.body)
    return Entry(**{**raw, "level": Level(raw["level"])})
