"""A wallet without network, keys or disk, for tests of the window.

What judges, reads and folds is the real thing: drafts go through zkLink's checks, plans through its own decoder,
withdrawals are folds of events and voyages are told by the engine. Only what would come from outside is made up here.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace

from ashore.domain import events as ev
from ashore.domain.errors import AshoreError
from ashore.domain.eta import WHOLE, Expectation
from ashore.domain.evidence import Evidence, Level
from ashore.domain.folding import fold
from ashore.domain.moves import MoveKind
from ashore.domain.observations import ChainHealth
from ashore.domain.withdrawal import ANEW_FROM, LAST_STAGE, Status, Withdrawal
from ashore.engine.elsewhere import signs_elsewhere
from ashore.engine.ledger import REFUSED_SO_FAR, current_stage
from ashore.engine.receiving import ConnectedWallets
from ashore.engine.views import (
    BY_HAND,
    CLOCK_KEY,
    Account,
    ActivityPage,
    ActivityQuery,
    ActivityRow,
    Change,
    Listener,
    NetworkInfo,
    ProfileInfo,
    ProofCheck,
    Review,
    Topic,
    Voyage,
)
from ashore.engine.voyages import voyage_of
from ashore.keys.errors import WrongPassword
from ashore.store.searching import needles, searchable
from ashore.systems.base import Draft, Offer, Quote, Source
from ashore.systems.zklink.codec import Profile, read_change_pubkey, read_withdraw
from ashore.systems.zklink.deployment import Deployment, PinnedChain, PinnedToken
from ashore.systems.zklink.system.activation import ActivationOffer, ActivationQuote, judge_activation
from ashore.systems.zklink.system.activation_plan import activation_lines, activation_plan
from ashore.systems.zklink.system.checks import judge
from ashore.systems.zklink.system.offer import ChainOffer, SubAccountOffer, TokenOffer, ZkLinkOffer, ZkLinkQuote
from ashore.systems.zklink.system.plan import plan_of, review_lines
from ashore.systems.zklink.system.tracks import NORMAL
from ashore.ui.port import (
    BalancesPort,
    EarlierPort,
    OpenedPort,
    PicturesPort,
    PracticeVouchersPort,
    ReceivingPort,
    RestsPort,
    UnopenedPort,
)
from unit.ui.standin_parts import (
    ADDRESS,
    KEY_HASH,
    NOW,
    StandInElsewhere,
    StandInEther,
    StandInReceipts,
    StandInRegistering,
    StandInSandbox,
    StandInStarkAccounts,
    StandInUnclaimed,
    preimage_of,
    track_of,
)

OTHER = "0x8f3a12c4b7d09e21f3aa5c6d7e8f901277b091c2"
ARBITRUM, ETHEREUM = 9, 4
USD, USDC, ETH = 1, 17, 33
UNIT = 10**18
PROFILE = "zklink.x-apex.sandbox"
PASSWORD = b"practice"

DEPLOYMENT = Deployment(
    PROFILE,
    "zkLink",
    "sandbox",
    Profile.X_APEX,
    "http://127.0.0.1:1/",
    ARBITRUM,
    {
        ARBITRUM: PinnedChain(ARBITRUM, "Arbitrum", 42161, "0x" + "11" * 32, "0x" + "a1" * 20, (), 2),
        ETHEREUM: PinnedChain(ETHEREUM, "Ethereum", 1, "0x" + "22" * 32, "0x" + "a2" * 20, (), 12),
    },
    {
        USD: PinnedToken(USD, "USD", {}, {}),
        USDC: PinnedToken(USDC, "USDC", {ARBITRUM: "0x" + "b1" * 20, ETHEREUM: "0x" + "b2" * 20}, {9: 6, 4: 6}),
        ETH: PinnedToken(ETH, "ETH", {ARBITRUM: "0x" + "b3" * 20}, {9: 18}),
    },
)


def an_offer(account: int = 0) -> ZkLinkOffer:
    """What an account with some money holds."""
    return ZkLinkOffer(
        source=Source(PROFILE, account, ADDRESS, KEY_HASH),
        opened_at=NOW,
        account_id=1042,
        address=ADDRESS,
        active=True,
        own_key=True,
        sub_accounts={
            0: SubAccountOffer(0, 12, {USDC: 124050 * UNIT // 100, USD: 310 * UNIT, ETH: 8 * UNIT // 10}),
            3: SubAccountOffer(3, 0, {USDC: 5 * UNIT}),
        },
        chains={
            ARBITRUM: ChainOffer(ARBITRUM, "Arbitrum", 42161),
            ETHEREUM: ChainOffer(ETHEREUM, "Ethereum", 1),
        },
        tokens={
            USD: TokenOffer(USD, "USD", {}, (USDC,)),
            USDC: TokenOffer(USDC, "USDC", {ARBITRUM: 6, ETHEREUM: 6}, (USDC,)),
            ETH: TokenOffer(ETH, "ETH", {ARBITRUM: 18}, (ETH,)),
        },
        fees={
            (ARBITRUM, USDC): UNIT // 10,
            (ARBITRUM, USD): UNIT // 10,
            (ARBITRUM, ETH): UNIT // 10000,
            (ETHEREUM, USDC): 3 * UNIT,
            (ETHEREUM, USD): 3 * UNIT,
            (ETHEREUM, ETH): UNIT // 1000,
        },
        reserves={},
    )


class StandInWallet:
    """Has everything that the window asks of a wallet."""

    def __init__(self) -> None:
        self.network = NetworkInfo("sandbox", "SANDBOX", "A practice network on this computer.")
        self.locked = False
        self.vault_exists = True
        self.sandbox: StandInSandbox | None = StandInSandbox()
        self.receiving: ReceivingPort | None = None
        self.balances: BalancesPort | None = None
        self.opened: OpenedPort | None = None
        self.earlier: EarlierPort | None = None
        self.unopened: UnopenedPort | None = None
        self.rests: RestsPort | None = None
        self.pictures: PicturesPort | None = None
        self.receipts = StandInReceipts(self.voyage)
        self.unclaimed = StandInUnclaimed()
        self.elsewhere = StandInElsewhere()
        self.stark_accounts = StandInStarkAccounts()
        self.registering = StandInRegistering()
        self.signature_refused: AshoreError | None = None
        self.offer = an_offer()
        self.opening: AshoreError | None = None
        self.confirming: AshoreError | None = None
        self.confirmed: list[Review] = []
        self.touches = 0
        self.looks = 0
        self.chains: tuple[ChainHealth, ...] = (ChainHealth("Arbitrum", 3, 3, 21_004_180, 21_004_112),)
        self.notes: tuple[str, ...] = ()
        self.proofs = {"p1": '{"header":{"number":"0x1406fd0"},"path":["0xf8b1","0xf851"]}'}
        self.check = ProofCheck(True, "the stored header hashes to block 21,004,112 of Arbitrum.", NOW)
        self.checks: list[tuple[str, str]] = []
        self.expectations = {
            "committed": Expectation(29 * 60_000, 45 * 60_000, 50 * 60_000, 50),
            "proved": Expectation(38 * 60_000, 70 * 60_000, 80 * 60_000, 50),
            "verified": Expectation(40 * 60_000, 70 * 60_000, 80 * 60_000, 50),
            WHOLE: Expectation(107 * 60_000, 185 * 60_000, 210 * 60_000, 50),
        }
        self.fetches: list[tuple[tuple[int, int] | None, int]] = []
        self.ether = StandInEther()
        self._drafts: dict[str, dict[str, str]] = {}
        self._settings: dict[str, str] = {}
        self._events: dict[str, list[ev.Recorded]] = {}
        self._sequence = itertools.count(1)
        self._listeners: list[Listener] = []

    # keys

    def accounts(self) -> tuple[Account, ...]:
        return (
            Account(0, ADDRESS, "Account 1", KEY_HASH),
            Account(1, "0x70997970c51812dc3a010c7d01b50e0d17dc79c8", "Account 2", "0x" + "5c" * 20),
            *self.elsewhere.listed,
        )

    async def unlock(self, password: bytearray) -> None:
        await asyncio.sleep(0)
        if bytes(password) != PASSWORD:
            raise WrongPassword("The password does not open this vault.", "Restore a backup.")
        self.locked = False
        self.tell(Change(Topic.LOCK))

    async def lock(self) -> None:
        self.locked = True
        self.tell(Change(Topic.LOCK))

    def lock_in(self) -> int | None:
        return None if self.locked else 300

    def touch(self) -> None:
        self.touches += 1

    # receiving

    async def disconnect_wallet(self, receiver: str) -> None:
        assert isinstance(self.receiving, ConnectedWallets)
        await self.receiving.disconnect(receiver)

    # withdrawing

    def profiles(self) -> tuple[ProfileInfo, ...]:
        return (ProfileInfo(PROFILE, "zkLink", "zkLink", "from layer 2 to a connected chain"),)

    voucher_page = ""
    practice_vouchers: PracticeVouchersPort | None = None

    async def open_link(self, profile: str, reference: str) -> Offer:
        raise AssertionError("no links here")

    async def open(self, profile: str, account_index: int) -> Offer:
        await asyncio.sleep(0)
        if self.opening is not None:
            raise self.opening
        own = tuple((account.address, account.label) for account in self.accounts())
        return replace(self.offer, source=replace(self.offer.source, account_index=account_index, own=own))

    async def quote(self, offer: Offer, draft: Draft) -> Quote:
        if isinstance(offer, ActivationOffer):
            return judge_activation(DEPLOYMENT, offer, draft)
        assert isinstance(offer, ZkLinkOffer)
        used = {w.terms.recipient: int(w.status is Status.FINAL) for w in self.withdrawals()}
        return judge(DEPLOYMENT, offer, draft, used)

    def usually(self, profile: str, destination: str = "") -> str:
        return "Usually 3 h 20 min, nine of ten within 6 h (last 50 batches)."

    async def review(self, quote: Quote) -> Review:
        if isinstance(quote, ActivationQuote):
            plan = activation_plan(DEPLOYMENT, quote, NOW // 1000)
            read = read_change_pubkey(preimage_of(plan))
            lines = activation_lines(DEPLOYMENT, plan, read)
        else:
            assert isinstance(quote, ZkLinkQuote)
            plan = plan_of(DEPLOYMENT, quote, NOW // 1000)
            read = read_withdraw(preimage_of(plan))
            lines = review_lines(DEPLOYMENT, plan, read)
        message = read.l2_message.hex() if read.l2_message else ""
        found = Review(plan, read, lines, read.texts, message, read.identifier, plan.warnings, plan.confirm)
        return replace(found, signs_elsewhere=signs_elsewhere(plan))

    async def check_signature(self, review: Review, signature: str) -> Review:
        await asyncio.sleep(0)
        if self.signature_refused is not None:
            raise self.signature_refused
        return replace(review, pasted=signature)

    async def confirm(self, review: Review) -> str:
        await asyncio.sleep(0.01)
        if self.confirming is not None:
            raise self.confirming
        self.confirmed.append(review)
        name = f"w{len(self._events) + 1}"
        self.happen(ev.WithdrawalStarted(name, review.plan.terms))
        self.happen(ev.MoveIntended(name, "m", review.plan.kind, PROFILE, review.identifier, "{}"))
        return name

    # following

    def happen(self, event: ev.Event, at: int = 0) -> None:
        """Write an event and tell the window."""
        recorded = ev.Recorded(next(self._sequence), at or NOW, event)
        self._events.setdefault(event.withdrawal, []).append(recorded)
        self.tell(Change(Topic.WITHDRAWAL, event.withdrawal))

    def tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)

    def withdrawals(self) -> list[Withdrawal]:
        folded = [fold(events) for events in self._events.values()]
        return [state for state in folded if state is not None]

    def voyage(self, withdrawal_id: str) -> Voyage | None:
        state = fold(self._events.get(withdrawal_id, []))
        expected = None if self.setting(CLOCK_KEY, "") == BY_HAND else self.expectations
        return None if state is None else voyage_of(state, track_of(state), expected, NOW)

    def activity(self, query: ActivityQuery, before: tuple[int, int] | None, limit: int) -> ActivityPage:
        self.fetches.append((before, limit))
        numbered = [((events[0].at, events[0].seq), fold(events)) for events in self._events.values()]
        numbered.sort(key=lambda entry: entry[0], reverse=True)
        rows: list[tuple[tuple[int, int], ActivityRow]] = []
        for key, state in numbered:
            if state is not None and (before is None or key < before) and _answers(state, query):
                rows.append((key, _row(state)))
        page = rows[:limit]
        return ActivityPage(tuple(row for _, row in page), page[-1][0] if len(page) == limit else None)

    def open_count(self) -> int:
        return sum(state.is_open for state in self.withdrawals())

    def refused_count(self) -> int:
        return sum(state.is_refused_so_far for state in self.withdrawals())

    def proof(self, proof_id: str) -> str | None:
        return self.proofs.get(proof_id)

    async def check_proof(self, withdrawal: str, piece: Evidence) -> ProofCheck:
        await asyncio.sleep(0)
        self.checks.append((withdrawal, piece.kind))
        return self.check

    def health(self) -> tuple[ChainHealth, ...]:
        return self.chains

    def operator_notes(self) -> tuple[str, ...]:
        return self.notes

    def look_again(self) -> None:
        self.looks += 1

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def load_draft(self, form: str) -> dict[str, str]:
        return self._drafts.get(form, {})

    def save_draft(self, form: str, fields: dict[str, str]) -> None:
        self._drafts[form] = fields

    def setting(self, key: str, default: str) -> str:
        return self._settings.get(key, default)

    def set_setting(self, key: str, value: str) -> None:
        self._settings[key] = value


def _answers(state: Withdrawal, query: ActivityQuery) -> bool:
    kinds = {
        "all": True,
        "open": state.is_open,
        "final": state.status is Status.FINAL,
        "stopped": state.status in (Status.REFUSED, Status.FAILED),
    }
    kept = searchable(state, current_stage(state, track_of(state)).title)
    return kinds[query.only] and all(needle in kept for needle in needles(query.text))


def _row(state: Withdrawal) -> ActivityRow:
    track = track_of(state)
    stage = current_stage(state, track)
    mark = voyage_of(state, track, {}, NOW).rows[track.position(stage.id)].mark
    title = stage.title.format(chain=state.terms.destination)
    refused = state.is_refused_so_far
    title = REFUSED_SO_FAR if refused else title
    until = int(state.terms.details.get(ANEW_FROM, "0")) if refused else 0
    return ActivityRow(
        state.id, state.terms, state.status, title, mark, state.started_at, state.changed_at, refused, until
    )


# Withdrawals at any point of their way


def terms(amount: int = 25 * UNIT, recipient: str = OTHER) -> ev.Terms:
    """What such a withdrawal is about."""
    return ev.Terms(
        "zkLink", "sandbox", PROFILE, str(NORMAL.ref), ADDRESS, "USDC", 18, amount, UNIT // 10, recipient,
        "Arbitrum", "USDC", {
            LAST_STAGE: "paid", "amount.text": "25.00 USDC", "chain_id": "4", "sub_account_id": "3",
            "source_token": "1", "target_token": "17",
        },
    )  # fmt: skip


def said(kind: str, at: int, **facts: str) -> Evidence:
    """The operator's word."""
    return Evidence(kind, Level.REPORTED, "zkLink", at, facts)


def shown(kind: str, at: int, number: int, level: Level = Level.PROVEN, **facts: str) -> Evidence:
    """A log that the wallet proved."""
    return Evidence(
        kind, level, "Arbitrum", at, facts, "Arbitrum", "0x5d41" + "90aa" * 14 + "02e1", number,
        "0x91c7" + "3fb2" * 14 + "aa10", at - 2000, 3, 3, 3, "p1",
    )  # fmt: skip


def sail(wallet: StandInWallet, name: str, upto: str, started: int = NOW - 4_000_000, recipient: str = OTHER) -> None:
    """Bring a withdrawal as far as the stage `upto` (or `intended`, `sending`, `unknown`, `refused`)."""
    wallet.happen(ev.WithdrawalStarted(name, terms(recipient=recipient)), started)
    wallet.happen(ev.MoveIntended(name, "m", MoveKind.REQUEST, PROFILE, "0x" + "77" * 32, "{}"), started)
    if upto == "intended":
        return
    wallet.happen(ev.MoveSending(name, "m"), started + 50)
    if upto == "sending":
        return
    if upto == "unknown":
        wallet.happen(ev.MoveUnclear(name, "m", "zkLink’s node did not answer in time."), started + 9_000)
        return
    if upto == "refused":
        sentence = "zkLink refused it: the fee is too low. Nothing was sent."
        wallet.happen(ev.MoveRefused(name, "m", "207", sentence, "Try again with the usual fee."), started + 300)
        return
    wallet.happen(ev.MoveAccepted(name, "m", "0x77"), started + 400)
    _reach(wallet, name, upto, started)


def _reach(wallet: StandInWallet, name: str, upto: str, started: int) -> None:
    hash_ = "0x" + "5c" * 32
    minute = 60_000
    steps = (
        ("requested", started + 400, said("answer of sendTransaction", started + 400, hash=hash_)),
        ("executed", started + 2400, said("receipt", started + 2400, block="8,812", index="4")),
        ("committed", started + 29 * minute, shown("BlockCommit", started + 29 * minute, 21_004_112, batch="8,820")),
        ("proved", started + 66 * minute, said("answer of getBlockOnChainByNumber", started + 66 * minute)),
        ("verified", started + 70 * minute, shown("BlockSynced", started + 70 * minute, 21_004_150, root=hash_)),
        ("released", started + 71 * minute, shown("BlockExecuted", started + 71 * minute, 21_004_160)),
        ("paid", started + 72 * minute, shown("Withdrawal", started + 72 * minute, 21_004_170, Level.IRREVERSIBLE)),
    )
    for stage, at, evidence in steps:
        wallet.happen(ev.StageReached(name, stage, evidence), at)
        if stage == upto:
            return
