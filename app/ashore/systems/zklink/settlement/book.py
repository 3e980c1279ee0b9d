"""The book of a deployment: every proven event of its contracts, in the order of the chain, reverts applied.

Several withdrawals share one batch, and evidence may come before a withdrawal knows its block; so events are kept
here first, and withdrawals are compared with the book. It survives closing.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter, itemgetter

from ashore.store.keep import Keep
from ashore.systems.entries import Entry, Identity, entry_from, sighting_of


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
    ACCEPTED = "accepted"
    """Somebody paid a withdrawal in advance; the subject is account, sub-account and nonce."""
    CALLED = "called"
    SET_ASIDE = "set-aside"
    SENT_ON = "sent-on"
    """What became of a withdrawal that the contract keeps under a hash of its own; the subject is that hash."""


MOST_SHOWN = 2_000
"""Entries that are kept of what one endpoint shows alone: it may be making them up."""

SEQUENCE = "sequence"
"""The fact of how a secondary chain counts a block: by those that touch it, not by layer 2's numbers."""

_PACE_KEY = "pace-from/{}"
_CUT_SHORT = frozenset({Kind.PROVEN, Kind.SYNCED})
"""What counts all blocks up to a number: a revert sets the counter back, and what is below has passed all the same."""
_REVERTIBLE = frozenset({Kind.OPERATION, Kind.COMMITTED, Kind.PROVEN, Kind.SYNCED})


class _Index:
    """Standing entries in the order of the chain: what a later revert took back is left out."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        ordered = sorted(entries, key=attrgetter("position"))
        reverts: dict[str, list[_Revert]] = {}
        for place, entry in enumerate(ordered):
            if entry.kind == Kind.REVERTED:
                reverts.setdefault(entry.chain, []).append(_revert(entry, ordered[:place]))
        self._live: dict[tuple[str, str], list[tuple[int, Entry]]] = {}
        self._by_subject: dict[tuple[str, str, str], list[Entry]] = {}
        for entry in ordered:
            upto = _stands_up_to(entry, reverts.get(entry.chain, []))
            if upto is not None:
                self.append(entry, upto)

    def append(self, entry: Entry, upto: int | None = None) -> None:
        """Take in an entry that comes after all others; `upto` is the last layer-2 block that it still speaks for."""
        spoken_for = entry.number if upto is None else upto
        self._live.setdefault((entry.chain, entry.kind), []).append((spoken_for, entry))
        self._by_subject.setdefault((entry.chain, entry.kind, entry.subject), []).append(entry)

    def first(self, chain: str, kind: Kind, number: int) -> Entry | None:
        """The first entry about layer-2 block `number` or a later one; a contract's numbers only rise."""
        entries = self._live.get((chain, kind), [])
        at = bisect_left(entries, number, key=itemgetter(0))
        return entries[at][1] if at < len(entries) else None

    def about(self, chain: str, kind: Kind, subject: str) -> list[Entry]:
        """Every entry about a subject."""
        return self._by_subject.get((chain, kind, subject), [])

    def of(self, chain: str, kind: Kind) -> list[Entry]:
        """Every entry of a kind."""
        return [entry for _, entry in self._live.get((chain, kind), [])]


@dataclass(frozen=True, slots=True)
class _Revert:
    """What a revert leaves standing: layer-2 blocks up to `last` and, on a secondary chain, counts up to `sequence`."""

    position: tuple[int, int]
    last: int
    sequence: int = 0


def _revert(entry: Entry, before: Iterable[Entry]) -> _Revert:
    if SEQUENCE not in entry.facts:
        return _Revert(entry.position, entry.number)
    # A secondary chain's event names a count alone. The block is that of the last commit within it, and what the
    # bridge confirmed beyond that block is forgotten by the contract, too.
    sequence = int(entry.facts[SEQUENCE])
    commits = (each for each in before if (each.chain, each.kind) == (entry.chain, Kind.COMMITTED))
    kept = (each.number for each in commits if int(each.facts[SEQUENCE]) <= sequence)
    return _Revert(entry.position, max(kept, default=0), sequence)


def _stands_up_to(entry: Entry, reverts: Sequence[_Revert]) -> int | None:
    """The last layer-2 block for which an entry speaks after the reverts of its chain; None where it fell."""
    upto = entry.number
    for revert in reverts if entry.kind in _REVERTIBLE else ():
        if revert.position < entry.position:
            continue
        if entry.kind in _CUT_SHORT:
            upto = min(upto, revert.last)
        elif SEQUENCE in entry.facts:
            if int(entry.facts[SEQUENCE]) > revert.sequence:
                return None
        elif entry.number > revert.last:
            return None
    return upto


class Book:
    """All proven entries of one deployment, in memory and in the store; and, apart, what one endpoint shows."""

    def __init__(self, keep: Keep, profile: str) -> None:
        self._keep = keep
        self._profile = profile
        self._entries: dict[Identity, Entry] = {}
        for sighting in keep.sightings(profile):
            entry = entry_from(sighting)
            self._entries[entry.identity] = entry
        self._proven = _Index(self._entries.values())
        self._shown: dict[Identity, Entry] = {}
        self._seen = _Index([])
        self._newest: dict[str, tuple[int, int]] = {}
        self._note_newest(self._entries.values())
        self.pace_from = int(keep.setting(_PACE_KEY.format(profile), "-1"))
        """The L1 block up to which batches say nothing of how long things take."""
        self.fallen: set[str] = set()
        """Hashes of blocks that were reorganised away while this book was open."""

    def add(self, entries: Iterable[Entry], proofs: Mapping[str, bytes]) -> None:
        """Take proven entries in and keep them with their packed proofs. One already there is replaced."""
        fresh = [e for e in entries if self._entries.get(e.identity) != e]
        if not fresh:
            return
        named = {e.proof for e in fresh} & set(proofs)
        self._keep.add_sightings((sighting_of(self._profile, e) for e in fresh), {name: proofs[name] for name in named})
        ordered = all(e.position > self._newest.get(e.chain, (-1, -1)) and e.kind != Kind.REVERTED for e in fresh)
        # What is spent has no order: it need not be sorted in.
        simple = ordered or all(e.kind == Kind.SPENT and e.identity not in self._entries for e in fresh)
        self._entries.update((e.identity, e) for e in fresh)
        if simple:
            for entry in sorted(fresh, key=attrgetter("position")):
                self._proven.append(entry)
        else:
            self._proven = _Index(self._entries.values())
        self._note_newest(fresh)

    def _note_newest(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._newest[entry.chain] = max(self._newest.get(entry.chain, entry.position), entry.position)

    def forget_pace(self, chain: str) -> None:
        """From now on only batches that are committed later tell how long things take."""
        self.pace_from = max((e.block_number for e in self.of(chain, Kind.COMMITTED)), default=self.pace_from)
        self._keep.set_setting(_PACE_KEY.format(self._profile), str(self.pace_from))

    def show(self, entries: Iterable[Entry]) -> None:
        """Take in what one endpoint shows without agreement. It is never kept, and gives way to what is proven."""
        for entry in entries:
            if len(self._shown) < MOST_SHOWN:
                self._shown[entry.identity] = entry
        self._seen = _Index(self._shown.values())

    def unshow(self, chain: str) -> bool:
        """Drop what was only shown on a chain, once its endpoints agree again. True where there was anything."""
        kept = {identity: entry for identity, entry in self._shown.items() if entry.chain != chain}
        had = len(kept) < len(self._shown)
        self._shown = kept
        self._seen = _Index(kept.values())
        return had

    def forget(self, chain: str, hashes: Iterable[str]) -> bool:
        """Drop the entries of blocks that are no longer part of the chain. True where there were any."""
        gone = set(hashes)
        self.fallen |= gone
        kept = {i: e for i, e in self._entries.items() if e.chain != chain or e.block_hash not in gone}
        if len(kept) == len(self._entries):
            return False
        self._keep.forget_blocks(chain, gone)
        self._entries = kept
        self._proven = _Index(kept.values())
        return True

    def first(self, chain: str, kind: Kind, number: int) -> Entry | None:
        """The first standing event of `kind` about layer-2 block `number` or a later one."""
        return self._proven.first(chain, kind, number) or self._seen.first(chain, kind, number)

    def about(self, chain: str, kind: Kind, subject: str) -> list[Entry]:
        """Every standing event of `kind` about `subject`, in order."""
        return self._proven.about(chain, kind, subject) or self._seen.about(chain, kind, subject)

    def of(self, chain: str, kind: Kind) -> list[Entry]:
        """Every proven event of `kind`, in order."""
        return self._proven.of(chain, kind)

    def holds_block(self, block_hash: str) -> bool:
        """Whether any entry rests on that block."""
        return any(e.block_hash == block_hash for e in (*self._entries.values(), *self._shown.values()))
