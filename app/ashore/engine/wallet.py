"""The wallet as the window and the command line use it."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from functools import partial

from ashore.domain.errors import AshoreError
from ashore.domain.events import Terms
from ashore.domain.evidence import Evidence
from ashore.domain.observations import ChainHealth
from ashore.domain.withdrawal import PRIMARY
from ashore.engine.autolock import LOCK_AFTER, AutoLock, lock_seconds
from ashore.engine.carrying import Carrying
from ashore.engine.elsewhere import OtherWallets
from ashore.engine.endings import Endings
from ashore.engine.following import Following
from ashore.engine.kept_balances import KeptBalances
from ashore.engine.opened_offers import OpenedOffers
from ashore.engine.parts import Parts
from ashore.engine.pictures import Pictures
from ashore.engine.practice_vouchers import PracticeVouchers
from ashore.engine.receipts import Receipts
from ashore.engine.receiving import ConnectedWallets
from ashore.engine.registering import Registering
from ashore.engine.requests import Requests
from ashore.engine.sealed_notes import SealedNotes
from ashore.engine.shown import Shown
from ashore.engine.stark_accounts import StarkAccounts
from ashore.engine.unclaimed import UnclaimedMoney, recipients_of
from ashore.engine.unopened_links import UnopenedLinks
from ashore.engine.views import (
    BY_HAND,
    CLOCK_KEY,
    Account,
    ActivityPage,
    ActivityQuery,
    Change,
    Listener,
    ProfileInfo,
    ProofCheck,
    Review,
    Topic,
    Voyage,
)
from ashore.systems.base import Draft, Offer, Quote, Source

ACCOUNTS = 3
LOCKED = "locked"
"""Name of the setting that remembers a lock over a restart, on a network that would open its vault by itself."""


class Wallet:
    """Everything a person can do, as plain calls; what happens is told through `subscribe`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._accounts: tuple[Account, ...] = ()
        self._tasks: set[asyncio.Task[None]] = set()
        self._carrying = Carrying(parts, self._spawn)
        self._requests = Requests(parts)
        self._notes = SealedNotes(parts, self._requests)
        self._shown = Shown(parts)
        self._auto_lock = AutoLock(parts.clock.monotonic, self._lock_after, lambda: self._spawn(self.lock()))
        named = partial(recipients_of, parts.journal)
        self.unclaimed = UnclaimedMoney(parts.purses, self.accounts, named, parts.ledger, parts.clock.now)
        self.elsewhere = OtherWallets(parts, lambda: self._accounts, self.unclaimed.stir)
        self.stark_accounts = StarkAccounts(parts.signer, self.accounts, parts.profiles)
        self.registering = Registering(
            parts.registrars, parts.signer, self.accounts, self.unclaimed.payer, lambda: parts.ledger.open
        )
        self.following = Following(parts, self.look_again)
        self.endings = Endings(parts)
        self.earlier, self.rests = parts.earlier, parts.rests
        self.receipts = Receipts(parts, self.accounts)
        self.network = parts.network
        self.sandbox = parts.sandbox
        self.ether = parts.ether

    # ---- life

    async def start(self) -> None:
        """Load the journal, take up every open move, and watch."""
        await self._parts.ledger.load()
        self._carrying.take_up()
        for chain in self._parts.chains:
            self._spawn(chain.run())
        for operator in self._parts.operators:
            self._spawn(operator.run())
        self._spawn(self._shown.check_journal())
        self._spawn(self._notes.run())
        self._spawn(self.unclaimed.run())
        self._parts.ledger.subscribe(self.unclaimed.heard)
        if self._parts.practice_password and self._parts.sandbox is not None and not self._stays_locked():
            await self._open_practice_vault()

    async def aclose(self) -> None:
        """End all tasks and close everything, in order."""
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._auto_lock.end()
        if self.opened is not None:
            await self.opened.aclose()
        await self._parts.signer.aclose()
        for close in self._parts.closers:
            await close()

    # ---- keys

    @property
    def locked(self) -> bool:
        """Whether the keys are away. Watching goes on all the same."""
        return not self._parts.signer.unlocked

    @property
    def vault_exists(self) -> bool:
        """Whether there is a vault to unlock."""
        return self._parts.vault.exists()

    async def unlock(self, password: bytearray) -> None:
        """Open the vault. Raises AshoreError (a wrong password, a damaged file); the password is wiped."""
        try:
            await self._parts.signer.unlock(self._parts.vault, password)
        finally:
            _wipe(password)
        await self._opened()

    async def create_vault(self, password: bytearray) -> None:
        """Make a practice vault with the public test phrase. Raises AshoreError; the password is wiped."""
        try:
            await self._parts.signer.create(self._parts.vault, password, None, network=self.network.id, fast_kdf=True)
        finally:
            _wipe(password)
        await self._opened()

    async def lock(self) -> None:
        """Take the keys away by ending the signer's process. They stay away over a restart, until the password."""
        self._auto_lock.end()
        if self.opened is not None:
            await self.opened.links.before_lock()
        await self._parts.signer.lock()
        for kept in self._parts.vaulted:
            kept.lock()
        self._parts.ledger.tell(Change(Topic.LOCK))
        self.set_setting(LOCKED, "yes")

    def accounts(self) -> tuple[Account, ...]:
        """The accounts of the vault, as they were when it was last open; those that sign elsewhere are the last."""
        return (*self._accounts, *self.elsewhere.accounts())

    def lock_in(self) -> int | None:
        """Seconds until the keys are taken away for want of use; None for never, and while they are away."""
        return None if self.locked else self._auto_lock.left

    def _lock_after(self) -> int:
        return lock_seconds(self.setting(LOCK_AFTER, ""), self.network.id)

    def touch(self) -> None:
        """Somebody is there: the automatic lock starts to count anew, unless its time came while the machine slept."""
        if not self.locked:
            self._auto_lock.touch()

    # ---- withdrawing

    @property
    def receiving(self) -> ConnectedWallets | None:
        """The wallets that receive over Lightning; None on a network without Lightning."""
        return self._parts.wallets

    @property
    def balances(self) -> KeptBalances | None:
        """The services that are asked again what is left there (LUD-14); None on a network without LNURL."""
        return self._parts.balances

    @property
    def opened(self) -> OpenedOffers | None:
        """The vouchers that were opened and not withdrawn yet; None on a network without LNURL."""
        return self._parts.opened

    @property
    def unopened(self) -> UnopenedLinks | None:
        """The vouchers' links that came and were not opened yet; None on a network without LNURL."""
        return None if self.opened is None else self.opened.links

    @property
    def pictures(self) -> Pictures | None:
        """What loads pictures of tokens when a person asks; None on a network without tokens."""
        return self._parts.pictures

    @property
    def voucher_page(self) -> str:
        """Address of the practice service's page of vouchers; empty where there is none."""
        return self._parts.voucher_page

    @property
    def practice_vouchers(self) -> PracticeVouchers | None:
        """The vouchers that the practice service gives away; None wherever money is real."""
        return self._parts.practice_vouchers if self._parts.network.badge else None

    async def disconnect_wallet(self, receiver: str) -> None:
        """Forget a receiving wallet. Raises AshoreError while a withdrawal still goes to it."""
        if self._parts.wallets is None:
            return
        if any(state.terms.account == receiver for state in self._parts.ledger.open):
            raise AshoreError("A withdrawal still goes to this wallet.", "Wait until its outcome is known.")
        await self._parts.wallets.disconnect(receiver)

    def profiles(self) -> tuple[ProfileInfo, ...]:
        """The deployments one can withdraw from."""
        return self._parts.profiles

    async def open(self, profile: str, account_index: int) -> Offer:
        """Ask what an account has. Raises AshoreError. The window asks by itself too, so it is no sign of a person."""
        account = self._account(account_index)
        own = tuple((known.address.lower(), known.label) for known in self.accounts())
        keys = await self.stark_accounts.of(account, profile)
        source = Source(profile, account.index, account.address.lower(), account.pub_key_hash, own=own, stark_keys=keys)
        return await self._parts.systems[profile].open(source)

    async def open_link(self, profile: str, reference: str) -> Offer:
        """What a pasted link offers: one request, for a link may be used up by it, and none where it was opened before.

        What comes back is in the vault by then, until a withdrawal of it is confirmed. Raises AshoreError.
        """
        self.touch()
        if self.locked:
            raise AshoreError("Ashore is locked, and could not keep the link’s secret.", "Unlock Ashore first.")
        ask = partial(self._parts.systems[profile].open, Source(profile, reference=reference))
        return await (ask() if self.opened is None else self.opened.open(reference, ask))

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        """Judge a draft."""
        return await self._parts.systems[offer.source.profile].quote(offer, draft)

    def usually(self, profile: str, destination: str = "") -> str:
        """How long a withdrawal of this profile to that chain usually takes, in a sentence."""
        return self._shown.usually(profile, destination)

    async def review(self, quote: Quote) -> Review:
        """Let the signer read what would be signed, or see what would be sealed. Raises AshoreError."""
        self.touch()
        review = await self._requests.review(quote)
        return review if self.balances is None else self.balances.noted(review, quote)

    async def check_signature(self, review: Review, signature: str) -> Review:
        """The review with what another wallet signed for it, checked by the signer; nothing is sent yet.

        Raises AshoreError with what is wrong with the signature.
        """
        self.touch()
        return await self._requests.elsewhere.check(review, signature)

    async def confirm(self, review: Review) -> str:
        """Sign or seal, journal the intent, and begin to send; returns the withdrawal's id.

        Raises AshoreError, and then nothing was sent.
        """
        self.touch()
        self._refuse_unseen_chains(review.plan.terms)
        async with self.balances.keeping(review.keeps) if self.balances else contextlib.nullcontext():
            withdrawal, move = await self._requests.confirm(review)
        if self.opened is not None:
            self.opened.used(move.profile, move.scope)
        self._carrying.carry(move.profile, withdrawal, move.id)
        self.look_again()  # the watchers are slow while nothing is open
        return withdrawal

    async def send_again(self, withdrawal: str) -> None:
        """Have the identical request sent once more after a no, at a person's wish: never another one.

        Raises AshoreError, and then nothing was sent.
        """
        self.touch()
        if self.locked:
            raise AshoreError("Ashore is locked. Nothing was sent.", "Unlock Ashore first.")
        self._requests.again(withdrawal)
        self._carrying.rouse()

    # ---- following

    def voyage(self, withdrawal: str) -> Voyage | None:
        """The view of one withdrawal."""
        return self._shown.voyage(withdrawal)

    def activity(self, query: ActivityQuery, before: tuple[int, int] | None, limit: int) -> ActivityPage:
        """A page of the list, newest first."""
        return self._shown.activity(query, before, limit)

    def open_count(self) -> int:
        """How many withdrawals are under way."""
        return len(self._parts.ledger.open)

    def refused_count(self) -> int:
        """How many of them were refused by a service that may pay all the same: they are only watched."""
        return sum(state.is_refused_so_far for state in self._parts.ledger.open)

    def proof(self, proof_id: str) -> str | None:
        """The stored proof of that content id."""
        return self._parts.keep.proof(proof_id)

    async def check_proof(self, withdrawal: str, piece: Evidence) -> ProofCheck:
        """Check the stored proof of a withdrawal's evidence once more, from its bytes alone. Raises AshoreError."""
        return await self._shown.check_proof(withdrawal, piece)

    def health(self) -> tuple[ChainHealth, ...]:
        """How the endpoints of each chain stand."""
        return self._shown.health()

    def operator_notes(self) -> tuple[str, ...]:
        """What the operators said instead of answering, and what is wrong with the journal's file."""
        return self._shown.operator_notes()

    def look_again(self) -> None:
        """Ask chains and operators now, not when their next turn comes."""
        for chain in self._parts.chains:
            chain.pause.cut_short()
        for operator in self._parts.operators:
            operator.look_again()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hear of every change, on the loop's thread. Returns how to end it."""
        return self._parts.ledger.subscribe(listener)

    async def tidy_vault(self) -> None:
        """Forget what the vault keeps for withdrawals that ended, which also happens by itself. Raises AshoreError."""
        await self._notes.tidy()

    # ---- small things that survive closing

    def load_draft(self, form: str) -> dict[str, str]:
        """The unfinished form of that name."""
        return self._parts.keep.draft(form)

    def save_draft(self, form: str, fields: dict[str, str]) -> None:
        """Keep an unfinished form."""
        self._parts.keep.set_draft(form, fields)

    def setting(self, key: str, default: str) -> str:
        """A setting's value."""
        return self._parts.keep.setting(key, default)

    def set_setting(self, key: str, value: str) -> None:
        """Keep a setting. A new time of the automatic lock counts from now."""
        if key == CLOCK_KEY and self.setting(key, "") == BY_HAND != value:
            for system in self._parts.systems.values():
                system.forget_pace()
        self._parts.keep.set_setting(key, value)
        if key == LOCK_AFTER and not self.locked:
            self._auto_lock.begin()

    def _stays_locked(self) -> bool:
        return self.vault_exists and self.setting(LOCKED, "") == "yes"

    async def _open_practice_vault(self) -> None:
        password = bytearray(self._parts.practice_password)
        await (self.unlock(password) if self.vault_exists else self.create_vault(password))

    async def _opened(self) -> None:
        self._auto_lock.begin()  # first: whatever fails from here on, the keys do not stay open for ever
        told = await self._parts.signer.accounts(0, ACCOUNTS)
        self._accounts = tuple(Account(a.index, a.address, f"Account {a.index + 1}", a.l2_pub_key_hash) for a in told)
        await self.elsewhere.restore()
        self.set_setting(LOCKED, "")
        for kept in self._parts.vaulted:
            await kept.restore()
        self._carrying.rouse()
        self._parts.ledger.tell(Change(Topic.LOCK))

    def _account(self, index: int) -> Account:
        for account in self.accounts():
            if account.index == index:
                return account
        raise AshoreError("The accounts are locked.", "Unlock Ashore first.")

    def _refuse_unseen_chains(self, terms: Terms) -> None:
        """What was never seen cannot be followed: a withdrawal would go where nobody watches."""
        passed = terms.destination, terms.details.get(PRIMARY, terms.destination)
        for chain in self._parts.chains:
            if chain.name in passed and not chain.placed:
                raise AshoreError(
                    f"Ashore has not reached {chain.name} yet and could not follow the withdrawal. Nothing was sent.",
                    "Wait until its endpoints answer, then confirm again.",
                )

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _wipe(password: bytearray) -> None:
    for place in range(len(password)):
        password[place] = 0
