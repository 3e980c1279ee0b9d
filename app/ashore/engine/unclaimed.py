"""Money that waits in contracts: looked for whenever something may have changed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind, MoveState
from ashore.domain.withdrawal import GAS_MOST, LAST_STAGE, Withdrawal
from ashore.engine.views import Account, Change, Topic
from ashore.store.journal import Journal
from ashore.systems.base import Offer, Payer, Unclaimed
from ashore.systems.claiming.claims import ClaimOffer

MOST_OWNERS = 200
"""Addresses that are looked after: one's own, and the recipients of one's withdrawals."""

ADDRESS_TEXT = 42
"""Characters of an Ethereum address in hex; a receiver may be another user’s Stark key, too, to whom nothing waits."""

PAUSE_S = 2.0
"""Seconds between two looks: what stirs comes in flocks."""

TROUBLED_PAUSE_S = 15.0
"""The same while nobody answers."""

_log = logging.getLogger(__name__)


class Purse(Protocol):
    """A deployment whose contracts can owe money."""

    @property
    def chains(self) -> Sequence[str]:
        """The chains that it pays out on, by name."""

    @property
    def unread(self) -> str:
        """Why what was found may not be all yet, in words; empty where it is."""

    @property
    def left_out(self) -> str:
        """What is never looked at, in words; empty where there is no such thing."""

    async def look(self, chain: str, owners: Sequence[str]) -> tuple[Unclaimed, ...]:
        """What each owner is owed on a chain. Raises AshoreError."""

    async def open_claim(self, owed: Unclaimed, payers: Sequence[Payer], watched: Sequence[Withdrawal]) -> Offer:
        """What claiming it costs now, who can pay that, and what of `watched` it pays. Raises AshoreError."""

    async def open_replacement(self, state: Withdrawal, payer: Payer, *, cancel: bool) -> Offer:
        """What it takes to have a waiting claim or registration taken sooner, or not at all. Raises AshoreError."""


def claim_under_way(states: Sequence[Withdrawal], profile: str, name: tuple[str, str, str]) -> Withdrawal | None:
    """A claim of the money of that name (see `Unclaimed.name`) that has not ended, and that nothing shows as paid."""
    for state in states:
        terms, first = state.terms, state.request
        here = terms.profile, (terms.destination, terms.recipient, terms.details.get("target_token"))
        if here != (profile, name) or first is None or first.kind is not MoveKind.CLAIM or not state.is_open:
            continue
        if not state.stage(state.facts.get(LAST_STAGE, "")).checked():
            return state
    return None


def recipients_of(journal: Journal) -> list[str]:
    """To whom money was ever withdrawn over Ethereum’s chains, whoever was last first."""
    return list(journal.recipients(followed=True))


class Follows(Protocol):
    """What is known of withdrawals, and whom to tell."""

    @property
    def watched(self) -> Sequence[Withdrawal]:
        """Those that have not ended, and those that lately stopped."""

    def tell(self, change: Change) -> None:
        """Tell all listeners."""


class UnclaimedMoney:
    """What waits for own addresses and for recipients of own withdrawals. No operator is asked, no key is needed."""

    def __init__(
        self,
        purses: Mapping[str, Purse],
        accounts: Callable[[], Sequence[Account]],
        recipients: Callable[[], Sequence[str]],
        ledger: Follows,
        now: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`purses` by profile; `recipients` gives lower-case hex; `now` UTC milliseconds."""
        self._purses = purses
        self._accounts = accounts
        self._recipients = recipients
        self._ledger = ledger
        self._now = now
        self._sleep = sleep
        self._stirred = asyncio.Event()
        self._stirred.set()
        self.found: tuple[Unclaimed, ...] = ()
        """What was found at the last look, and of a chain that told nothing what was found there before."""
        self.trouble: AshoreError | None = None
        """Why the last look told nothing of a chain."""
        self.looked_at = 0
        """When a look last told everything, in UTC milliseconds; 0 while none has."""

        self.passed_over = 0
        """How many addresses the last look left out: those that were withdrawn to longest ago."""
        self.left_out: tuple[str, ...] = ()
        """What else it left out, a sentence each."""

    def stir(self) -> None:
        """Something may have changed: look again soon."""
        self._stirred.set()

    def heard(self, change: Change) -> None:
        """What changes a withdrawal may change what waits, and with the keys one's own addresses become known."""
        if change.topic in (Topic.WITHDRAWAL, Topic.LOCK):
            self.stir()

    async def open_claim(self, owed: Unclaimed) -> Offer:
        """Ask what claiming that money costs now, and which account can pay for it. Raises AshoreError."""
        payers = [self.payer(account, owed.chain) for account in self._accounts() if not account.elsewhere]
        return await self._purses[owed.profile].open_claim(owed, payers, self._ledger.watched)

    async def gas_of(self, owed: Sequence[Unclaimed]) -> Mapping[str, tuple[int, int]]:
        """What claiming all of these costs at the usual price, probably and at most, in wei, by what gas is paid in.

        What a contract would refuse now costs nothing and is left out. Raises AshoreError.
        """
        costs: dict[str, tuple[int, int]] = {}
        for offer in await asyncio.gather(*(self.open_claim(each) for each in owed)):
            if isinstance(offer, ClaimOffer) and offer.refused is None:
                likely, most = costs.get(offer.gas_symbol, (0, 0))
                likely += (offer.likely or offer.gas) * offer.fees.expected
                costs[offer.gas_symbol] = likely, most + offer.gas * offer.fees.max_fee
        return costs

    def claim_of(self, owed: Unclaimed) -> str:
        """The withdrawal id of a claim of that money which has not ended; empty where there is none."""
        found = claim_under_way(self._ledger.watched, owed.profile, owed.name)
        return "" if found is None else found.id

    async def open_replacement(self, withdrawal: str, *, cancel: bool) -> Offer:
        """Ask what it takes to have a waiting claim or registration taken sooner, or not at all. Raises AshoreError."""
        state = next((each for each in self._ledger.watched if each.id == withdrawal), None)
        if state is None:
            raise AshoreError("This has ended.", "Look at what is known of it.")
        here = [each for each in self._accounts() if not each.elsewhere]
        account = next((each for each in here if each.address.lower() == state.terms.account), None)
        if account is None:
            raise AshoreError("The account that pays for this is not here.", "Open the vault that holds its key.")
        payer = self.payer(account, state.terms.destination)
        return await self._purses[state.terms.profile].open_replacement(state, payer, cancel=cancel)

    def payer(self, account: Account, chain: str) -> Payer:
        """An account with the numbers of its transactions on a chain that may still wait there, and their cost."""
        address = account.address.lower()
        waiting: dict[int, int] = {}
        for state in self._ledger.watched:
            for move in state.rivals:
                if move.scope == f"{chain}/{address}" and state.is_open and move.state is not MoveState.REFUSED:
                    most = state.facts.get(GAS_MOST) or state.terms.details.get(GAS_MOST, "0")
                    waiting[move.nonce] = max(waiting.get(move.nonce, 0), int(most))
        return Payer(account.index, address, account.label, tuple(sorted(waiting.items())))

    async def run(self) -> None:
        """Look whenever something stirs, until cancelled."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            await self.look()
            if self.trouble is not None:
                self._stirred.set()  # until the endpoints answer again
            await self._sleep(PAUSE_S if self.trouble is None else TROUBLED_PAUSE_S)

    async def look(self) -> None:
        """Look once, at all chains at the same time, and tell. A chain that does not answer hides no other one."""
        own = [account.address.lower() for account in self._accounts()]
        addresses = (each for each in self._recipients() if len(each) == ADDRESS_TEXT)
        every = list(dict.fromkeys([*own, *addresses]))
        owners, self.passed_over = every[:MOST_OWNERS], max(0, len(every) - MOST_OWNERS)
        places = [(profile, chain) for profile, purse in self._purses.items() for chain in purse.chains if owners]
        looks = await asyncio.gather(*(self._look_at(*place, owners) for place in places))
        found = list[Unclaimed]()
        for (profile, chain), told in zip(places, looks, strict=True):
            before = [each for each in self.found if (each.profile, each.chain) == (profile, chain)]
            found += before if isinstance(told, AshoreError) else told
        self.found = tuple(found)
        unread = [AshoreError(purse.unread, "It goes on by itself.") for purse in self._purses.values() if purse.unread]
        self.left_out = tuple(purse.left_out for purse in self._purses.values() if purse.left_out)
        self.trouble = next((told for told in (*looks, *unread) if isinstance(told, AshoreError)), None)
        if self.trouble is None:
            self.looked_at = self._now()
        self._ledger.tell(Change(Topic.UNCLAIMED))

    async def _look_at(self, profile: str, chain: str, owners: Sequence[str]) -> tuple[Unclaimed, ...] | AshoreError:
        try:
            return await self._purses[profile].look(chain, owners)
        except AshoreError as error:
            _log.warning("looking for unclaimed money on %s: %s", chain, error.sentence)
            return AshoreError(f"{chain} could not be looked at. {error.sentence}", error.advice)
