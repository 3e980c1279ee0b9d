"""Vouchers that were opened and not withdrawn yet: sealed in the vault, for a link may be used up by being opened.

An offer is sealed the moment its service answered, before it is shown. It is given back as it was, without asking the
service again; only the wallets that receive are asked anew. While a withdrawal of it is under way it is not listed. It
is listed again where that ended with nothing withdrawn, and deleted where it ended otherwise, unless the service said
that it holds more than was taken: then its link stays, as a rest, until a person has it asked again. The journal tells
all that, for the number of its last event is sealed with every offer: so a crash changes nothing.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from ashore.domain.errors import AshoreError
from ashore.engine.boundaries import Boundary, Probe
from ashore.engine.offer_fates import Fate, Intentions, fate_of, taken_of
from ashore.engine.opened_records import OPENED, OpenedVoucher, described, entry_of, is_whole
from ashore.engine.unopened_links import UnopenedLinks, kept_after
from ashore.engine.vault_writes import VaultWrites, hear
from ashore.engine.views import Change, Topic
from ashore.engine.voucher_rests import VoucherRest, asked_note, rest_of
from ashore.keys.errors import KeysError, RecordMissing
from ashore.keys.signer import SEALED_NOTE, SealedRecord, Signer
from ashore.net.errors import NotSent
from ashore.systems.base import Offer
from ashore.systems.lnurl.codec import encode_lnurl
from ashore.systems.lnurl.profile import LnurlProfile
from ashore.systems.lnurl.system.offer import LnurlOffer
from ashore.systems.lnurl.system.opened_note import link_name, note_of, offer_from_note, pasted_name
from ashore.systems.lnurl.system.opening import NoWithdrawal
from ashore.systems.lnurl.system.receivers import ReceiverOffer

MOST = 50
"""Vouchers that are kept at once: more are not opened, so that none gives way to another."""
LAST_MOMENT_S = 3.0
"""How long closing waits for a service that is being asked: its answer may be all that is left of the voucher."""


class OpenedOffers:
    """The opened offers, while the vault is open. `wallet.opened` of a network that has LNURL."""

    def __init__(
        self,
        profile: LnurlProfile,
        signer: Signer,
        receivers: Callable[[], Awaitable[tuple[ReceiverOffer, ...]]],
        journal: Intentions,
        probe: Probe,
        changed: Callable[[], None],
        now: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        """`receivers` asks the connected wallets; `changed` is told of every change.

        `now` gives UTC milliseconds, `monotonic` seconds.
        """
        self._profile = profile
        self._signer = signer
        self._receivers = receivers
        self._journal = journal
        self._probe = probe
        self._changed = changed
        self._now = now
        self._records: dict[str, SealedRecord] = {}
        self._under_way: dict[str, SealedRecord] = {}
        self._rests: dict[str, SealedRecord] = {}
        self._looked_at: Callable[[str], bool] = lambda _voucher: False
        self._owed: dict[str, tuple[LnurlOffer, int]] = {}
        self._why = ""
        self._turn = asyncio.Lock()
        self._asking: dict[str, asyncio.Task[Offer]] = {}
        self._writes = VaultWrites(changed)
        self.links = UnopenedLinks(profile, signer, self._turn, self._keeps, journal.head, now, monotonic, changed)

    def listed(self) -> tuple[OpenedVoucher, ...]:
        """The list as it is shown, the latest first; empty while locked."""
        if not self._signer.unlocked:
            return ()
        told = {name: entry_of(name, record.meta) for name, record in self._records.items()}
        for name in self._owed:
            told.pop(name, None)  # what was opened before of the same voucher
            if self._fate(self._owed_meta(name)) is Fate.FREE:
                told[name] = replace(entry_of(name, self._owed_meta(name)), sealed=False)
        return tuple(sorted(told.values(), key=lambda each: (-each.opened_at, each.id)))

    def find(self, text: str) -> str:
        """The id of what was opened from this link, in whatever form it is pasted; else empty."""
        name = pasted_name(text, self._profile)
        return name if any(each.id == name for each in self.listed()) else ""

    def leave_rests_to(self, looked_at: Callable[[str], bool]) -> None:
        """Keep no rest that is looked at by a balance link which a person keeps: see `KeptBalances.kept_for`."""
        self._looked_at = looked_at

    def rests(self) -> tuple[VoucherRest, ...]:
        """What may hold more, the latest first; empty while locked."""
        if not self._signer.unlocked:
            return ()
        told = [
            rest_of(name, record.meta, taken_of(self._journal, self._profile.id, record.meta))
            for name, record in self._rests.items()
        ]
        return tuple(sorted(told, key=lambda each: (-each.told_at, each.id)))

    async def link_of(self, rest: str) -> str:
        """The link of a rest, as an LNURL: a secret, for the field where a person has it opened. Nobody is asked.

        Raises AshoreError: locked, not kept any more, or not readable.
        """
        if rest not in self._rests:
            raise AshoreError("Ashore does not keep this voucher any more.", "Paste its link to open it.")
        offer = offer_from_note(await self._signer.show(self._rests[rest].record_id), self._profile)
        assert offer.asked is not None  # as `offer_from_note` reads none without
        return encode_lnurl(offer.asked.wire).upper()

    @property
    def trouble(self) -> str:
        """Why something opened is not written to the vault, in a sentence; empty where all is."""
        return self._why if self._owed else ""

    # ---- opening

    async def open(self, text: str, ask: Callable[[], Coroutine[Any, Any, Offer]]) -> Offer:
        """What a link offers: as it was opened before, or else asked now, by one request however often it is wanted.

        Who gives up waiting does not end the request: its answer is kept by `keep`, and listed. Raises AshoreError:
        what `ask` does, or what is kept cannot be read, or there is no room for what would be opened.
        """
        known = self.find(text)
        if known:
            return await self.go_on(known)
        if len(self.listed()) >= MOST:
            raise AshoreError(
                f"{MOST} opened vouchers are kept already. Nothing was asked.",
                "Withdraw or forget one of them first.",
            )
        name = pasted_name(text, self._profile)
        if not name:
            return await ask()  # which says what the text is instead
        if name not in self._asking:
            self._asking[name] = asyncio.get_running_loop().create_task(self._sealed_and_asked(text, ask))
            self._asking[name].add_done_callback(lambda task: self._answered(name, task))
        return await asyncio.shield(self._asking[name])

    async def _sealed_and_asked(self, text: str, ask: Callable[[], Coroutine[Any, Any, Offer]]) -> Offer:
        """Ask once the link itself is in the vault, so that no end of the program between the two loses it."""
        self.links.keep(text, "", to_open=True)
        await self.links.settled()
        self._probe(Boundary.LINK_SEALED)
        try:
            return await ask()
        except AshoreError as error:
            if not isinstance(error, NotSent):
                refused = isinstance(error, NoWithdrawal)
                await self.links.was_asked(text, refused=refused)
                await asyncio.shield(
                    self._writes.begin(self._note_asked(pasted_name(text, self._profile), refused=refused))
                )
            raise

    async def keep(self, offer: LnurlOffer) -> None:
        """Seal what was just opened, in the place of what was opened before of the same voucher. Raises nothing.

        What cannot be sealed is kept in memory, and sealed after the next unlocking (see `trouble`). Who gives up
        waiting does not stop it. A balance that can be looked at again (LUD-14) has its link in the vault already.
        """
        if offer.asked is None or (offer.kept and offer.balance_host):
            return
        self._probe(Boundary.OPENED_ANSWERED)
        # From here on it is kept, whatever happens to this task; a later sealing finds the same number or a later one.
        self._owed[link_name(offer.asked)] = (offer, self._journal.head())
        await asyncio.shield(self._writes.begin(self._settle()))
        if link_name(offer.asked) not in self._owed:
            self._probe(Boundary.OPENED_SEALED)

    async def go_on(self, opened: str) -> LnurlOffer:
        """The offer as it was opened, and what the connected wallets can receive now. The service is not asked.

        Raises AshoreError: locked, not kept any more, or not readable.
        """
        if not any(each.id == opened for each in self.listed()):
            raise AshoreError("Ashore does not keep this voucher any more.", "Paste its link to open it.")
        if opened in self._owed:
            offer = self._owed[opened][0]
        else:
            offer = offer_from_note(await self._signer.show(self._records[opened].record_id), self._profile)
        return replace(offer, receivers=await self._receivers())

    # ---- letting go

    async def forget(self, opened: str) -> None:
        """Delete what was opened for good. Raises AshoreError: locked, or the vault cannot be written."""
        if not self._signer.unlocked:
            raise AshoreError("Ashore is locked. Nothing was forgotten.", "Unlock it first.")
        await asyncio.shield(self._writes.begin(self._drop(opened)))

    def used(self, profile: str, scope: str) -> None:
        """A withdrawal of it was journaled: it is not offered as long as that is under way.

        What is not written yet is written all the same: nobody knows how that ends.
        """
        if profile != self._profile.id:
            return
        for name in [name for name, record in self._records.items() if record.meta["scope"] == scope]:
            self._under_way[name] = self._records.pop(name)
        self._changed()

    def heard(self, change: Change) -> None:
        """Offer again what a withdrawal did not take, and forget what one took."""
        if change.topic is not Topic.WITHDRAWAL:
            return
        spent = [name for name in self._owed if self._fate(self._owed_meta(name)) is Fate.OVER]
        if spent:
            self._writes.begin(self._tidy_links({name: self._owed.pop(name)[1] for name in spent}))
        if self._under_way:
            fates = {name: self._fate(record.meta) for name, record in self._under_way.items()}
            free = [name for name, fate in fates.items() if fate is Fate.FREE]
            self._records.update({name: self._under_way.pop(name) for name in free})
            rests = [name for name, fate in fates.items() if fate is Fate.REST]
            self._rests.update({name: self._under_way.pop(name) for name in rests})
            over = [self._under_way.pop(name) for name, fate in fates.items() if fate is Fate.OVER]
            if over:
                self._writes.begin(self._delete_over(over))
            if free or rests:
                self._writes.begin(self._tidy_links(dict.fromkeys(free + rests, self._journal.head())))
                self._changed()

    # ---- locking and closing

    async def restore(self) -> None:
        """List what the vault keeps, but for what was used, and seal what is owed. Raises KeysError."""
        async with self._turn:
            self._records, self._under_way, self._rests = {}, {}, {}
            gone = []
            sealed = await self._signer.sealed()
            for record in sealed:
                if record.kind != SEALED_NOTE or record.meta.get("use") != OPENED or not is_whole(record.meta):
                    continue
                match self._fate(record.meta):
                    case Fate.FREE:
                        self._records[record.meta["link"]] = record
                    case Fate.UNDER_WAY:
                        self._under_way[record.meta["link"]] = record
                    case Fate.REST:
                        self._rests[record.meta["link"]] = record
                    case Fate.OVER:
                        gone.append(record)
            gone += self.links.found(sealed, self._owed)
            await self._delete(gone)
        await asyncio.shield(self._writes.begin(self._settle()))
        await asyncio.shield(self.links.seal_waiting())

    def lock(self) -> None:
        """Show nothing of it while the keys are away."""
        self._records.clear()
        self._under_way.clear()
        self.links.lock()
        self._rests.clear()

    async def aclose(self) -> None:
        """Give what is being asked a last moment, and every write its end. Before the signer ends.

        What is owed is tried once more.
        """
        if self._asking:
            asking = tuple(self._asking.values())
            await asyncio.wait(asking, timeout=LAST_MOMENT_S)
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        if self._owed and self._signer.unlocked:
            self._writes.begin(self._settle())
        await self.links.aclose()
        await self._writes.settled()

    # ---- the vault

    def _keeps(self, name: str, since: int = 0) -> bool:
        """Whether it is kept as opened; but for what was opened before the event `since`, and is being withdrawn."""
        if name in self._records or name in self._rests:
            return True
        if name in self._owed:
            meta = self._owed_meta(name)
            return int(meta["after"]) >= since or self._fate(meta) is not Fate.UNDER_WAY
        return name in self._under_way and int(self._under_way[name].meta["after"]) >= since

    def _answered(self, name: str, task: "asyncio.Task[Offer]") -> None:
        self._asking.pop(name, None)
        hear(task)

    async def _settle(self) -> None:
        """Seal what is owed. What fails stays owed."""
        async with self._turn:
            for name, (offer, head) in tuple(self._owed.items()):
                try:
                    await self._write(name, offer, head)
                except KeysError as error:
                    self._why = error.sentence
            if not self._owed:
                self._why = ""

    async def _write(self, name: str, offer: LnurlOffer, head: int) -> None:
        """One write of the vault for a voucher that is new, and for one that was there before. Raises KeysError.

        It takes the place of its link that was not opened, or of what was opened of the same voucher.
        """
        meta, secret = described(offer, name, head), note_of(offer)
        every = {**self._rests, **self._under_way, **self._records}
        same = [known for known, r in every.items() if known == name or r.meta["scope"] == meta["scope"]]
        before = [every[known] for known in same]
        before += [link] if (link := self.links.record_of(name)) is not None else []
        record_id = await self._put(before[0].record_id if before else "", secret, meta)
        record = SealedRecord(record_id, SEALED_NOTE, meta)
        for known in same:
            self._records.pop(known, None)
            self._under_way.pop(known, None)
            self._rests.pop(known, None)
        self.links.became_opened(name)
        await self._delete([each for each in before if each.record_id != record_id])
        if name not in self._owed:  # it was forgotten, or withdrawn for good, while it was being sealed
            await self._delete([record])
            return
        if self._signer.unlocked:
            self._place(name, record)
        if self._owed[name] == (offer, head):  # else it was opened once more meanwhile: that has its turn
            del self._owed[name]

    def _place(self, name: str, record: SealedRecord) -> None:
        """List what was just sealed, unless it is being withdrawn by now."""
        places = {Fate.FREE: self._records, Fate.REST: self._rests}
        places.get(self._fate(record.meta), self._under_way)[name] = record

    def _owed_meta(self, name: str) -> Mapping[str, str]:
        offer, head = self._owed[name]
        return described(offer, name, head)

    async def _note_asked(self, rest: str, *, refused: bool) -> None:
        """Note of a rest that its service was asked and gave no voucher. What cannot be noted is not."""
        async with self._turn:
            if (record := self._rests.get(rest)) is None:
                return
            with contextlib.suppress(KeysError):
                meta = {**record.meta, **asked_note(self._now(), refused=refused)}
                await self._signer.rewrite(record.record_id, await self._signer.show(record.record_id), meta)
                if rest in self._rests:
                    self._rests[rest] = SealedRecord(record.record_id, SEALED_NOTE, meta)

    async def _put(self, record_id: str, secret: str, meta: Mapping[str, str]) -> str:
        if record_id:
            with contextlib.suppress(RecordMissing):
                await self._signer.rewrite(record_id, secret, meta)
                return record_id
        return await self._signer.keep(SEALED_NOTE, secret, meta)

    async def _drop(self, name: str) -> None:
        async with self._turn:
            record = self._records.get(name) or self._rests.get(name)
            if record is not None:
                with contextlib.suppress(RecordMissing):
                    await self._signer.forget(record.record_id)
            self._records.pop(name, None)
            self._rests.pop(name, None)
            self._owed.pop(name, None)

    async def _tidy_links(self, upto: Mapping[str, int]) -> None:
        """Delete the links that were kept `upto` that event, but where an answer is still awaited: they were opened."""
        async with self._turn:
            for name, head in upto.items():
                record = self.links.record_of(name)
                if record is not None and name not in self._asking and kept_after(record.meta) <= head:
                    await self._delete([record])
                    self.links.became_opened(name)

    async def _delete_over(self, records: list[SealedRecord]) -> None:
        """Delete what was withdrawn, but where something that was opened since has taken its place."""
        async with self._turn:
            every = (*self._records.values(), *self._rests.values(), *self._under_way.values())
            taken = {record.record_id for record in every}
            await self._delete([record for record in records if record.record_id not in taken])

    async def _delete(self, records: list[SealedRecord]) -> None:
        """Delete what was used. What fails now is found again at the next unlocking."""
        for record in records:
            with contextlib.suppress(KeysError):
                await self._signer.forget(record.record_id)

    def _fate(self, meta: Mapping[str, str]) -> Fate:
        fate = fate_of(self._journal, self._profile.id, meta)
        over = fate is Fate.REST and self._looked_at(meta.get("voucher", ""))
        return Fate.OVER if over else fate
