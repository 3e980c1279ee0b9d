"""Balance links that a person chose to keep: sealed in the vault, asked by one act at a time, replaced by each reply.

Source: LUD-14. Whoever has such a link can take the balance, so nothing of it but its host leaves the vault other than
for the one request. The link of a record gives way to the next one by one write of the vault, so that a crash leaves
the one or the other, never none and never both; and before a service is asked it is written down that it was, so that
after a crash the list says that its answer may be missing.
"""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from ashore.domain.errors import AshoreError
from ashore.engine.receiving import CREDENTIAL
from ashore.engine.views import Review
from ashore.keys.errors import KeysError, RecordMissing
from ashore.keys.signer import Signer
from ashore.net.errors import NotSent
from ashore.systems.base import Offer, Quote, ReviewLine
from ashore.systems.lnurl.client import EmptyAnswer
from ashore.systems.lnurl.codec import ServiceUrl
from ashore.systems.lnurl.system.offer import KEEP_BALANCE, LnurlOffer, usable_balance_link
from ashore.systems.lnurl.system.opened_note import link_name
from ashore.systems.lnurl.system.opening import NoWithdrawal
from ashore.systems.lnurl.system.plan import claim_scope

BALANCE = "balance"
"""What a record's description says of its use."""
KEPT = "Its link stays here: look again another time."
LET_GO = "It names no link to look again any more, so Ashore has deleted the one it had."

Ask = Callable[[str], Awaitable[LnurlOffer]]
"""Asks a balance link once, and what the connected wallets can receive."""


class Taken(Protocol):
    """What of the journal tells what was withdrawn since a service was asked."""

    def head(self) -> int:
        """As `Journal.head`."""

    def taken_after(self, number: int, profile: str, scope: str, link: str = "") -> int:
        """As `Journal.taken_after`."""


@dataclass(frozen=True, slots=True)
class KeptBalance:
    """One entry of the list. Times in UTC milliseconds.

    `balance_msat` is what the service said at `told_at`, `taken_msat` what was withdrawn since. `asked_at` is later
    than `told_at` where it was asked and no usable answer came, so that the link may be out of date; else 0.
    """

    id: str
    host: str
    balance_msat: int
    told_at: int
    asked_at: int = 0
    taken_msat: int = 0


@dataclass(frozen=True, slots=True)
class _Record:
    """What the vault seals. `voucher` is a hash of the link that a person pasted, `same` one of the balance link.

    `scope` names the withdrawals of what the service said (see `claim_scope`), `after` the last event before it, and
    `first_link` (see `link_name`) the voucher: its service may give it a new k1, and with that a new scope, each time.
    """

    host: str
    balance_msat: int
    told_at: int
    asked_at: int
    voucher: str
    link: str = field(repr=False)
    scope: str = ""
    after: int = 0
    first_link: str = ""

    @property
    def same(self) -> str:
        return _hash(self.link)

    @property
    def secret(self) -> str:
        return json.dumps({"v": 1, "link": self.link})

    @property
    def meta(self) -> Mapping[str, str]:
        return {
            "use": BALANCE,
            "host": self.host,
            "balance": str(self.balance_msat),
            "told": str(self.told_at),
            "asked": str(self.asked_at),
            "voucher": self.voucher,
            "same": self.same,
            "scope": self.scope,
            "after": str(self.after),
            "first": self.first_link,
        }


class KeptBalances:
    """The kept links, while the vault is open. `wallet.balances` of a network that has LNURL."""

    def __init__(
        self, signer: Signer, ask: Ask, now: Callable[[], int], taken: Taken, *, profile: str, practice: bool
    ) -> None:
        """`now` gives UTC milliseconds; `taken` tells what was withdrawn from vouchers of the profile."""
        self._signer = signer
        self._ask = ask
        self._now = now
        self._taken = taken
        self._profile = profile
        self._practice = practice
        self._meta: dict[str, Mapping[str, str]] = {}
        self._asking: set[str] = set()
        self._owed: dict[str, _Record | None] = {}

    def listed(self) -> tuple[KeptBalance, ...]:
        """The list as it is shown, by host; empty while locked."""
        told = (replace(_entry(name, meta), taken_msat=self._since(meta)) for name, meta in self._meta.items())
        return tuple(sorted(told, key=lambda e: (e.host, e.id)))

    def _since(self, meta: Mapping[str, str]) -> int:
        scope, first = meta.get("scope", ""), meta.get("first", "")  # missing from what earlier versions wrote
        return self._taken.taken_after(_after(meta), self._profile, scope, first) if scope or first else 0

    def kept_for(self, voucher: str) -> bool:
        """Whether the balance link of a voucher is kept, by the hash of the voucher's own link."""
        return any(meta["voucher"] == voucher for meta in self._meta.values())

    # ---- keeping

    def noted(self, review: Review, quote: Quote) -> Review:
        """The review, with the link to be kept where the draft says so and the service names one."""
        offer = quote.offer
        wanted = quote.draft.text(KEEP_BALANCE) == "yes"
        if not wanted or not isinstance(offer, LnurlOffer) or offer.kept or not offer.balance_host:
            return review
        line = ReviewLine("You also keep", "the service’s balance link", f"encrypted; it leads to {offer.balance_host}")
        return replace(review, lines=(*review.lines, line), keeps=offer)

    @contextlib.asynccontextmanager
    async def keeping(self, offer: Offer | None) -> AsyncIterator[None]:
        """Keep an offer's link, unless what is done within fails. Raises KeysError, and then it is not begun.

        It is sealed before anything is handed over: a crash in between leaves a link that the list shows.
        """
        if not isinstance(offer, LnurlOffer):
            yield
            return
        link = usable_balance_link(offer.service.balance_check, practice=self._practice)
        if link is None:
            yield
            return
        new = await asyncio.shield(self._keep(offer, link))
        try:
            yield
        except BaseException:
            if new:
                with contextlib.suppress(AshoreError):
                    await asyncio.shield(self.forget(new))
            raise

    async def _keep(self, offer: LnurlOffer, link: ServiceUrl) -> str:
        """Seal a link; in the place of an earlier one of the same voucher. Returns the id of a new record, or ""."""
        asked = offer.asked.text if offer.asked is not None else link.text
        record = _Record(
            link.shown_host,
            _balance(offer),
            offer.opened_at,
            0,
            _hash(asked),
            link.text,
            claim_scope(offer),
            self._taken.head(),
            link_name(offer.asked) if offer.asked is not None else "",
        )
        for known, meta in self._meta.items():
            if meta["voucher"] == record.voucher or meta["same"] == record.same:
                await self._settle(known, record)
                return ""
        name = await self._signer.keep(CREDENTIAL, record.secret, record.meta)
        self._meta[name] = record.meta
        return name

    async def forget(self, balance: str) -> None:
        """Delete a link for good. Raises KeysError."""
        if balance in self._asking:
            raise AshoreError("This service is being asked just now.", "Wait for its answer.")
        with contextlib.suppress(RecordMissing):
            await self._signer.forget(balance)
        self._meta.pop(balance, None)
        self._owed.pop(balance, None)

    # ---- looking again

    async def look(self, balance: str) -> LnurlOffer:
        """Ask a service once what is left, and put the link of its reply in the old one's place, or delete it.

        Raises AshoreError: locked, not kept any more, NotSent, Unanswered, BadAnswer, or NoWithdrawal where it says
        no or has nothing left. The link of a reply that cannot be sealed just now is sealed after the next unlocking.
        """
        if balance in self._asking:
            raise AshoreError("This service is being asked already.", "Wait for its answer.")
        self._asking.add(balance)
        try:
            return await self._look(balance)
        finally:
            self._asking.discard(balance)

    async def _look(self, balance: str) -> LnurlOffer:
        if balance in self._owed:
            await asyncio.shield(self._settle(balance, self._owed[balance]))
        if balance not in self._meta:
            raise AshoreError("Ashore does not have this service’s link any more.", "Nothing was asked.")
        before = _record(self._meta[balance], await self._signer.show(balance))
        await asyncio.shield(self._write(balance, replace(before, asked_at=self._now())))
        try:
            offer = await self._ask(before.link)
        except EmptyAnswer as empty:
            kept = await asyncio.shield(self._follow(balance, before, empty.balance_check, 0, ""))
            raise NoWithdrawal(f"{before.host} has nothing left to withdraw now.", KEPT if kept else LET_GO) from None
        except (NotSent, NoWithdrawal):
            await asyncio.shield(self._settle(balance, before))
            raise
        link, left, scope = offer.service.balance_check, _balance(offer), claim_scope(offer)
        await asyncio.shield(self._follow(balance, before, link, left, scope))
        return replace(offer, kept=True, first_link=before.first_link)

    async def _follow(self, balance: str, before: _Record, link: ServiceUrl | None, left_msat: int, scope: str) -> bool:
        """Do with a link as a reply says; returns whether there is one now."""
        usable = usable_balance_link(link, practice=self._practice)
        if usable is None:
            await self._settle(balance, None)
            return False
        told = replace(
            before,
            host=usable.shown_host,
            balance_msat=left_msat,
            told_at=self._now(),
            asked_at=0,
            link=usable.text,
            scope=scope,
            after=self._taken.head(),
        )
        await self._settle(balance, told)
        return True

    async def _settle(self, balance: str, record: _Record | None) -> None:
        """Write what a service answered. What cannot be written now is owed, and written after unlocking."""
        self._owed[balance] = record
        try:
            await self._write(balance, record)
        except KeysError as error:
            raise AshoreError(
                f"The service answered, and its link could not be written down yet. {error.sentence}",
                "Do not close Ashore now: unlock it, and look again.",
            ) from None
        self._owed.pop(balance, None)

    async def _write(self, balance: str, record: _Record | None) -> None:
        """Put a record in the place of what is there, or delete that (None). Raises KeysError."""
        if record is None:
            with contextlib.suppress(RecordMissing):
                await self._signer.forget(balance)
            self._meta.pop(balance, None)
            return
        await self._signer.rewrite(balance, record.secret, record.meta)
        if self._signer.unlocked:
            self._meta[balance] = record.meta

    # ---- locking

    async def restore(self) -> None:
        """List what the vault keeps, after doing what could not be done while it was locked. Raises KeysError."""
        for balance, record in tuple(self._owed.items()):
            with contextlib.suppress(AshoreError):  # what fails now is tried again with the next look
                await self._settle(balance, record)
        found = [r for r in await self._signer.sealed() if r.kind == CREDENTIAL and r.meta.get("use") == BALANCE]
        self._meta = {r.record_id: r.meta for r in found if _is_whole(r.meta)}

    def lock(self) -> None:
        """Show nothing of it while the keys are away."""
        self._meta.clear()


def _balance(offer: LnurlOffer) -> int:
    """What is left by the service's word: `currentBalance` goes before the most that can be withdrawn."""
    told = offer.service.balance_msat
    return offer.range.max_msat if told is None else told


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _after(meta: Mapping[str, str]) -> int:
    after = meta.get("after", "")
    return int(after) if after.isdecimal() else 0


def _is_whole(meta: Mapping[str, str]) -> bool:
    numbers = all(meta.get(name, "").isdecimal() for name in ("balance", "told", "asked"))
    return numbers and all(name in meta for name in ("host", "voucher", "same"))


def _entry(balance: str, meta: Mapping[str, str]) -> KeptBalance:
    told, asked = int(meta["told"]), int(meta["asked"])
    return KeptBalance(balance, meta["host"], int(meta["balance"]), told, asked)


def _record(meta: Mapping[str, str], secret: str) -> _Record:
    entry = _entry("", meta)
    try:
        raw = json.loads(secret)
        version, link = raw["v"], raw["link"]
    except (ValueError, KeyError, TypeError):
        version, link = 0, ""
    if version != 1 or not isinstance(link, str):
        raise KeysError("The vault’s note about this service cannot be read.", "Forget it. Nothing was asked.")
    told = entry.host, entry.balance_msat, entry.told_at, entry.asked_at
    return _Record(*told, meta["voucher"], link, meta.get("scope", ""), _after(meta), meta.get("first", ""))
