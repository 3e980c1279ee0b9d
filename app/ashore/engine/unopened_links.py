"""Links of vouchers that came and were not opened yet: sealed in the vault, for they may be nowhere else.

A link is sealed as soon as it has come. While the vault is locked it waits in memory, a few of them and not for ever,
and all that wait are sealed at the next unlocking. Opening one is a person's act: the record of what was opened then
takes the place of the link's by one write (see `OpenedOffers`), so that a crash leaves the one or the other.

A link is a bearer's secret: nothing of it but its host and a hash is told.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from ashore.domain.errors import AshoreError
from ashore.engine.vault_writes import VaultWrites
from ashore.engine.voucher_rests import asked_note, asked_of
from ashore.keys.errors import KeysError, RecordMissing
from ashore.keys.signer import SEALED_NOTE, SealedRecord, Signer
from ashore.systems.lnurl.codec import Kind, recognise
from ashore.systems.lnurl.profile import LnurlProfile
from ashore.systems.lnurl.system.opened_note import link_name

UNOPENED = "unopened"
"""What a record's description says of its use."""
MOST = 64
"""Links that are kept at once: another one is refused, so that none gives way."""
WAITING_MOST = 16
"""Links that wait in memory at once while the vault is locked."""
WAITING_S = 600.0
"""How long each of them waits."""
LAST_MOMENT_S = 3.0
"""How long a lock waits for what is being sealed."""

_VERSION = 1
_PLAIN, _CARD, _VOUCHER = "web", "card", "voucher"


class Kept(Enum):
    """What became of a text that came."""

    SEALED = auto()
    """It is in the vault, or on its way there."""
    WAITS = auto()
    """The vault is locked: it is in memory, for a while."""
    OPENED = auto()
    """It was opened before, and is kept as that."""
    FULL = auto()
    """It is not kept: as many as there is room for are kept already."""
    CROWDED = auto()
    """It is not kept: as many as there is room for wait in memory to be written to the vault."""
    NO_VOUCHER = auto()
    """It is not kept, as it is no link that may be asked."""


NO_ROOM = (Kept.FULL, Kept.CROWDED)


@dataclass(frozen=True, slots=True)
class UnopenedVoucher:
    """One entry of the list. `came_at` in UTC milliseconds; `source` is the word that whoever gave it used for it.

    `web` marks an ordinary web address, which may be a voucher or not; `card` a Bolt Card, whose tap opening uses up.
    `sealed` is false for what could not be written to the vault yet, and so does not outlive the program. `asked_at` (0
    for never) is when its service was asked last and gave no voucher, `refused` whether it said no then.
    """

    id: str
    host: str
    came_at: int
    source: str
    web: bool = False
    card: bool = False
    sealed: bool = True
    asked_at: int = 0
    refused: bool = False


@dataclass(frozen=True, slots=True)
class _Link:
    """A link that is in no vault yet. `until` (monotonic seconds) is set while the vault is locked."""

    text: str = field(repr=False)
    meta: Mapping[str, str]
    until: float | None


class UnopenedLinks:
    """The links, listed while the vault is open. `wallet.unopened` of a network that has LNURL."""

    def __init__(
        self,
        profile: LnurlProfile,
        signer: Signer,
        turn: asyncio.Lock,
        opened: Callable[[str, int], bool],
        head: Callable[[], int],
        now: Callable[[], int],
        monotonic: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        """`turn` is held over each write of vouchers' records; `head` gives the number of the journal's last event.

        `opened` knows by its name what is kept as opened. With a number, what was opened before that event and is being
        withdrawn does not count. `now` gives UTC milliseconds, `monotonic` seconds.
        """
        self._profile = profile
        self._signer = signer
        self._turn = turn
        self._opened = opened
        self._head = head
        self._now = now
        self._monotonic = monotonic
        self._changed = changed
        self._records: dict[str, SealedRecord] = {}
        self._owed: dict[str, _Link] = {}
        self._known: frozenset[str] = frozenset()
        self._why = ""
        self._writes = VaultWrites(changed)
        self._look: Callable[[], Iterable[tuple[str, str]]] = tuple

    # ---- what is there

    def listed(self) -> tuple[UnopenedVoucher, ...]:
        """The list as it is shown, the latest first; empty while locked."""
        if not self._signer.unlocked:
            return ()
        metas = {name: record.meta for name, record in self._records.items()}
        metas |= {name: link.meta for name, link in self._owed.items()}
        left = [
            _entry(name, meta, sealed=name not in self._owed)
            for name, meta in metas.items()
            if not self._opened(name, kept_after(meta))
        ]
        return tuple(sorted(left, key=lambda each: (-each.came_at, each.id)))

    @property
    def waiting(self) -> int:
        """How many links are in memory alone."""
        self._let_lapse()
        return sum(not self._opened(name, kept_after(link.meta)) for name, link in self._owed.items())

    @property
    def trouble(self) -> str:
        """Why a link is not written to the open vault, in a sentence; empty where all are."""
        return self._why if self._owed and self._signer.unlocked else ""

    def name_of(self, text: str) -> str:
        """The id under which a text is kept, or would be; empty where it is no link that may be asked."""
        found = recognise(text, self._profile.reach)
        return link_name(found.url) if found.url is not None else ""

    # ---- keeping

    def keep(self, text: str, source: str, *, to_open: bool = False) -> Kept:
        """Keep a link that came. Sealing it has begun when this returns, where the vault is open; see `settled`.

        `to_open` where a person has it opened just now: it is then kept also while a withdrawal of what was opened from
        it before is under way, for the end of that one may take all that is kept of it.
        """
        found = recognise(text, self._profile.reach)
        if found.url is None:
            return Kept.NO_VOUCHER
        name = link_name(found.url)
        after = self._head() if to_open else 0
        if self._opened(name, after):
            return Kept.OPENED
        self._let_lapse()
        unlocked = self._signer.unlocked
        if not unlocked and name in self._known:
            return Kept.SEALED
        if name not in self._records and name not in self._owed:
            full = len(self._records) + len(self._owed) >= MOST
            if full or len(self._owed) >= WAITING_MOST:
                return Kept.FULL if full else Kept.CROWDED
            kind = _CARD if found.one_shot else _PLAIN if found.kind is Kind.PLAIN_URL else _VOUCHER
            meta = {
                "use": UNOPENED,
                "link": name,
                "host": found.url.shown_host,
                "came": str(self._now()),
                "source": source,
                "kind": kind,
                "after": str(after),
            }
            until = None if unlocked else self._monotonic() + WAITING_S
            self._owed[name] = _Link(text.strip(), meta, until)
            self._changed()
        if not unlocked:
            return Kept.WAITS
        if name in self._owed:
            self._writes.begin(self._settle())
        return Kept.SEALED

    async def settled(self) -> None:
        """Wait until everything that can be sealed is. Who gives up waiting does not stop it."""
        await self._writes.settled()

    async def link(self, unopened: str) -> str:
        """The text of a link, to be opened by a person. Raises AshoreError: not kept any more, locked, unreadable."""
        if unopened in self._owed and self._signer.unlocked:
            return self._owed[unopened].text
        if unopened not in self._records:
            raise AshoreError("Ashore does not keep this voucher any more.", "Paste its link to open it.")
        return _link_of(await self._signer.show(self._records[unopened].record_id))

    async def forget(self, *unopened: str) -> None:
        """Delete links for good. Raises AshoreError: locked, or the vault cannot be written.

        What it could not delete then is still listed.
        """
        if not self._signer.unlocked:
            raise AshoreError("Ashore is locked. Nothing was forgotten.", "Unlock it first.")
        await asyncio.shield(self._writes.begin(self._drop(*unopened)))

    async def was_asked(self, text: str, *, refused: bool) -> None:
        """Note that its service was asked and gave no voucher. What cannot be noted is not."""
        with contextlib.suppress(KeysError):
            await asyncio.shield(self._writes.begin(self._note_asked(self.name_of(text), refused=refused)))

    # ---- becoming an opened one; `turn` is held

    def record_of(self, name: str) -> SealedRecord | None:
        """The record whose place the opened voucher of that name takes."""
        return self._records.get(name)

    def became_opened(self, name: str) -> None:
        """What was opened of that link is sealed, in the place of its record or besides."""
        self._records.pop(name, None)
        self._owed.pop(name, None)

    # ---- locking and closing

    def stand_by(self, look: Callable[[], Iterable[tuple[str, str]]]) -> None:
        """Have `look` asked, before a lock and before the end, for the links that stand somewhere: text and source."""
        self._look = look

    def keep_standing(self) -> Kept:
        """Keep what stands somewhere and was not opened. FULL or CROWDED where there was no room for one."""
        outcomes = {self.keep(text, source) for text, source in self._look()}
        return next((each for each in NO_ROOM if each in outcomes), Kept.SEALED)

    async def before_lock(self) -> None:
        """Seal what is not, as far as that is done in a moment: what is left waits in memory."""
        self.keep_standing()
        if self._owed and self._signer.unlocked:
            self._writes.begin(self._settle())
        await self._writes.settled_within(LAST_MOMENT_S)

    def lock(self) -> None:
        """Show nothing of it while the keys are away. Which links are sealed is known by their hashes."""
        self._known = self._known | frozenset(self._records)
        self._records.clear()
        until = self._monotonic() + WAITING_S
        for name, link in self._owed.items():
            self._owed[name] = _Link(link.text, link.meta, until if link.until is None else link.until)

    def found(self, records: Iterable[SealedRecord], unwritten: Container[str] = ()) -> list[SealedRecord]:
        """Take up what the vault keeps of it; returns what is to be deleted, as it was opened meanwhile.

        `unwritten` has what was opened and is in no vault yet: its link stays there until it is.
        """
        known = {record.meta["link"]: record for record in records if is_unopened(record)}
        gone = [name for name, record in known.items() if self._opened(name, kept_after(record.meta))]
        gone = [name for name in gone if name not in unwritten]
        self._let_lapse()
        self._records = {name: record for name, record in known.items() if name not in gone}
        self._known = frozenset()
        self._owed = {name: _Link(link.text, link.meta, None) for name, link in self._owed.items()}
        return [known[name] for name in gone]

    def seal_waiting(self) -> "asyncio.Task[None]":
        """Begin to seal what waited in memory."""
        return self._writes.begin(self._settle())

    async def aclose(self) -> None:
        """Seal what stands somewhere, and give every write its end. Before the signer ends."""
        await self.before_lock()
        await self.settled()

    # ---- the vault

    def _let_lapse(self) -> None:
        now = self._monotonic()
        late = [name for name, link in self._owed.items() if link.until is not None and link.until <= now]
        for name in late:
            del self._owed[name]

    async def _settle(self) -> None:
        """Seal what is owed, one write for each. What fails stays owed."""
        async with self._turn:
            for name, link in tuple(self._owed.items()):
                if name in self._records or self._opened(name, kept_after(link.meta)):
                    del self._owed[name]
                    continue
                try:
                    secret = json.dumps({"v": _VERSION, "link": link.text}, ensure_ascii=False)
                    record_id = await self._signer.keep(SEALED_NOTE, secret, link.meta)
                except KeysError as error:
                    self._why = error.sentence
                    continue
                if self._signer.unlocked:
                    self._records[name] = SealedRecord(record_id, SEALED_NOTE, link.meta)
                self._owed.pop(name, None)
            if not self._owed:
                self._why = ""

    async def _note_asked(self, name: str, *, refused: bool) -> None:
        told = asked_note(self._now(), refused=refused)
        async with self._turn:
            if (owed := self._owed.get(name)) is not None:
                self._owed[name] = _Link(owed.text, {**owed.meta, **told}, owed.until)
            if (record := self._records.get(name)) is not None:
                meta = {**record.meta, **told}
                await self._signer.rewrite(record.record_id, await self._signer.show(record.record_id), meta)
                if name in self._records:
                    self._records[name] = SealedRecord(record.record_id, SEALED_NOTE, meta)

    async def _drop(self, *names: str) -> None:
        """Delete these, one write for each. One of them that comes again meanwhile is a new one, and is kept."""
        async with self._turn:
            going = {name: self._records.pop(name) for name in names if name in self._records}
            for name in names:
                self._owed.pop(name, None)
            try:
                for name in tuple(going):
                    with contextlib.suppress(RecordMissing):
                        await self._signer.forget(going[name].record_id)
                    del going[name]
            finally:
                if self._signer.unlocked:  # else the next unlocking finds them
                    self._records = going | self._records


def is_unopened(record: SealedRecord) -> bool:
    """Whether a record of the vault is a whole one of these."""
    meta = record.meta
    whole = meta.get("came", "").isdecimal() and all(meta.get(name) for name in ("link", "host"))
    return record.kind == SEALED_NOTE and meta.get("use") == UNOPENED and whole


def kept_after(meta: Mapping[str, str]) -> int:
    """The journal's last event when it was kept to be opened; 0 where it only came."""
    after = meta.get("after", "")
    return int(after) if after.isdecimal() else 0


def _entry(name: str, meta: Mapping[str, str], *, sealed: bool = True) -> UnopenedVoucher:
    kind = meta.get("kind", "")
    web, card = kind == _PLAIN, kind == _CARD
    asked_at, refused = asked_of(meta)
    came_at, source = int(meta["came"]), meta.get("source", "")
    return UnopenedVoucher(name, meta["host"], came_at, source, web, card, sealed, asked_at, refused)


def _link_of(note: str) -> str:
    try:
        raw = json.loads(note)
        version, link = raw["v"], raw["link"]
    except (ValueError, KeyError, TypeError):
        version, link = 0, ""
    if version != _VERSION or not isinstance(link, str):
        raise AshoreError("The vault’s note about this voucher cannot be read.", "Forget it. Nothing was asked.")
    return link
