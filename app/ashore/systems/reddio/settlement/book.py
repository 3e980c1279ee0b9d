"""The book of a deployment: every proven event of its contract that concerns the wallet, in the order of the chain.

Evidence may come before a withdrawal is known to be the one it speaks for; so events are kept here first, and
withdrawals are compared with the book. It survives closing. Nothing but a reorganisation takes an entry back.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from operator import attrgetter

from ashore.domain.evidence import Level
from ashore.store.keep import Keep
from ashore.systems.entries import Entry, Identity, entry_from, sighting_of


class Kind(StrEnum):
    """What was seen on the contract."""

    UPDATED = "updated"
    """A state update; the subject is its number in the contract's own count."""
    ALLOWED = "allowed"
    """Something was set aside; the subject is the place: owner key and asset id."""
    PERFORMED = "performed"
    """Something was paid out; the subject is the same place. Quanta 0: a claim in vain."""
    SPENT = "spent"
    """What of an ALLOWED is one withdrawal's, under the block of the ALLOWED; the subject is the withdrawal's id.

    Quanta 0: it was given back, as another part of the same withdrawal fell.
    """
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"


MOST_SHOWN = 2_000
"""Entries that are kept of what one endpoint shows alone: it may be making them up."""

_PACE_KEY = "pace-from/{}"


def place_of(owner_key: int, asset_id: int) -> str:
    """The subject of what is owed to an owner of an asset."""
    return f"{owner_key:x}/{asset_id:x}"


class Book:
    """All proven entries of one deployment, in memory and in the store; and, apart, what one endpoint shows."""

    def __init__(self, keep: Keep, profile: str) -> None:
        self._keep = keep
        self._profile = profile
        self._entries: dict[Identity, Entry] = {}
        for sighting in keep.sightings(profile):
            entry = entry_from(sighting)
            self._entries[entry.identity] = entry
        self._shown: dict[Identity, Entry] = {}
        self._proven = _sorted(self._entries.values())
        self._seen = _sorted(())
        self._pace_from = int(keep.setting(_PACE_KEY.format(profile), "-1"))
        self.fallen: set[str] = set()
        """Hashes of blocks that were reorganised away while this book was open."""

    def add(self, entries: Iterable[Entry], proofs: Mapping[str, bytes]) -> None:
        """Take proven entries in and keep them with their packed proofs. One already there is replaced."""
        fresh = [entry for entry in entries if self._entries.get(entry.identity) != entry]
        if not fresh:
            return
        named = {entry.proof for entry in fresh} & set(proofs)
        self._keep.add_sightings(
            (sighting_of(self._profile, entry) for entry in fresh), {name: proofs[name] for name in named}
        )
        self._entries.update((entry.identity, entry) for entry in fresh)
        self._proven = _sorted(self._entries.values())

    def show(self, entries: Iterable[Entry]) -> None:
        """Take in what one endpoint shows without agreement. It is never kept, and gives way to what is proven."""
        for entry in entries:
            if len(self._shown) < MOST_SHOWN:
                self._shown[entry.identity] = entry
        self._seen = _sorted(self._shown.values())

    def unshow(self) -> bool:
        """Drop what was only shown, once the endpoints agree again. True where there was anything."""
        had = bool(self._shown)
        self._shown.clear()
        self._seen = _sorted(())
        return had

    def forget(self, chain: str, hashes: Iterable[str]) -> bool:
        """Drop the entries of blocks that are no longer part of the chain. True where there were any."""
        gone = set(hashes)
        self.fallen |= gone
        kept = {identity: entry for identity, entry in self._entries.items() if entry.block_hash not in gone}
        if len(kept) == len(self._entries):
            return False
        self._keep.forget_blocks(chain, gone)
        self._entries = kept
        self._proven = _sorted(kept.values())
        return True

    def about(self, kind: Kind, subject: str) -> list[Entry]:
        """Every standing entry of `kind` about `subject`, in order; what is only shown comes after what is proven."""
        proven = self._proven.get((kind, subject), [])
        known = {entry.position for entry in proven}
        shown = self._seen.get((kind, subject), [])
        return [*proven, *(entry for entry in shown if entry.position not in known)]

    def of(self, kind: Kind) -> list[Entry]:
        """Every proven entry of `kind`, in order."""
        found = [entry for entry in self._entries.values() if entry.kind == kind]
        return sorted(found, key=attrgetter("position"))

    def holds_block(self, block_hash: str) -> bool:
        """Whether any entry rests on that block."""
        return any(entry.block_hash == block_hash for entry in (*self._entries.values(), *self._shown.values()))

    @property
    def is_frozen(self) -> bool:
        """Whether the newest proven word about it is that the exchange is frozen."""
        words = sorted([*self.of(Kind.FROZEN), *self.of(Kind.UNFROZEN)], key=attrgetter("position"))
        return bool(words) and words[-1].kind == Kind.FROZEN and words[-1].level >= Level.PROVEN

    def updates(self) -> list[Entry]:
        """The state updates that tell how long things take."""
        return [entry for entry in self.of(Kind.UPDATED) if entry.block_number > self._pace_from]

    def forget_pace(self) -> None:
        """From now on only later state updates tell how long things take."""
        self._pace_from = max((entry.block_number for entry in self.of(Kind.UPDATED)), default=self._pace_from)
        self._keep.set_setting(_PACE_KEY.format(self._profile), str(self._pace_from))


def _sorted(entries: Iterable[Entry]) -> dict[tuple[str, str], list[Entry]]:
    found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=attrgetter("position")):
        found[entry.kind, entry.subject].append(entry)
    return dict(found)
