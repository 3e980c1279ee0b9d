"""A schedule with Reddio: the wallet asks, transfers, registers and claims through its own forms while things fail."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from ashore.domain.addresses import checksum
from ashore.domain.errors import AshoreError
from ashore.domain.moves import MoveKind
from ashore.engine.compose import PRACTICE_PASSWORD
from ashore.engine.wallet import Wallet
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.reddio.deployment import stark_key
from ashore.sandbox.reddio.faults import Faults, PathFault, Switch
from ashore.sandbox.reddio.stages import Stage as ReddioStage
from ashore.sandbox.server import create_app
from ashore.sandbox.world import World, WorldConfig
from ashore.sandbox.zklink.faults import FaultKind, Phase
from ashore.systems.base import Draft, Offer, Quote
from ashore.systems.reddio.codec import ErrorCode, hex_of
from ashore.systems.reddio.system.offer import PLAIN_WAY, TO_ETHEREUM, TO_VAULT, ReddioOffer
from faults.bench import TOKEN
from faults.campaign import Campaign
from faults.campaign_requests import OTHER, Stage
from faults.campaign_schedule import STATUSES, Action, Schedule
from faults.reddio_bench import CORAL, PEARL, POSTCARD, RECEIVER, REEF, SHELL, ReddioBench, held

LIES = (
    Switch.WRONG_ASSET_TYPE,
    Switch.WRONG_DECIMALS,
    Switch.WRONG_QUANTUM,
    Switch.WRONG_VAULT,
    Switch.WRONG_NONCE,
    Switch.WRONG_AMOUNT,
    Switch.WRONG_RECEIVER,
    Switch.LIE_ON_L1,
    Switch.LIE_CLAIMABLE,
)
TROUBLES = (
    Switch.DEAD,
    Switch.IDLE,
    Switch.ERRORS_AS_4XX,
    Switch.ERROR_NULL,
    Switch.QUANTUM_AS_TEXT,
    Switch.REPEAT_POST,
    Switch.FAIL,
    Switch.REJECT,
    Switch.ROLL_BACK,
    Switch.ACCEPT_DELAYED,
    Switch.BATCH_DELAYED,
    Switch.PROOF_DELAYED,
    Switch.UPDATE_DELAYED,
    Switch.FROZEN,
)
ASKED = (
    "*",
    "/v1/withdrawalto",
    "/v1/withdrawalto",
    "/v1/transfers",
    "/v1/withdrawal",
    "/v1/record/by/signature",
    "/v1/record",
    "/v1/records",
    "/v1/nonce",
)
CODES = (ErrorCode.SYSTEM_ERROR, ErrorCode.INVALID_SIGNATURE, ErrorCode.DUPLICATE_TRANSACTION, ErrorCode.INVALID_PARAM)
PATHS = {TO_ETHEREUM: "/v1/withdrawalto", TO_VAULT: "/v1/transfers", PLAIN_WAY: "/v1/withdrawal"}
PAYERS = ("0", "1")
REGISTERED = 1
"""The account whose Stark key is registered from the beginning: it alone can go the plain way."""
HOUR_S = 3_700.0
"""For so long Reddio has to stand by what nobody can prove, before the wallet believes it."""


@dataclass(frozen=True, slots=True)
class _Wish:
    account: int
    symbol: str
    amount: str = ""
    token: int | None = None
    way: str = TO_ETHEREUM
    recipient: str = RECEIVER


WISHES = (
    _Wish(0, "ETH", "0.1"),
    _Wish(0, "ETH", "0.1"),  # wished for again: only its number tells it apart
    _Wish(2, "ETH", "0.1"),  # another account, the same recipient and amount
    _Wish(0, "ETH", "0.05"),
    _Wish(2, "ETH", "0.05", recipient=OTHER),
    _Wish(0, CORAL, "12.5"),
    _Wish(0, PEARL, "0.000001"),
    _Wish(0, SHELL, token=1),
    _Wish(2, SHELL, token=400),
    _Wish(0, REEF, token=21_000),
    _Wish(2, REEF, token=31_000),
    _Wish(0, POSTCARD, token=2),
    _Wish(0, "ETH", "0.1", way=TO_VAULT),
    _Wish(2, "ETH", "0.1", way=TO_VAULT),
    _Wish(REGISTERED, "ETH", "0.1", way=PLAIN_WAY),
    _Wish(REGISTERED, CORAL, "1", way=PLAIN_WAY),
)


async def prepare_reddio(folder: Path) -> Stage:
    """Make a world with Reddio where one key is registered, a wallet's vault, and a journal that knows the chain."""
    world, wallet = folder / "world", folder / "wallet"
    World(WorldConfig(data_dir=world, clock=ClockMode.STEP, reddio=True)).close()
    app, opened = create_app(WorldConfig(data_dir=world, clock=ClockMode.STEP), TOKEN)
    bench = ReddioBench(opened, app, folder / "registering")
    try:
        await bench.start()
        (account, *_) = (await bench.open_reddio(REGISTERED)).accounts
        offer = await bench.wallet.registering.open(bench.reddio, REGISTERED, account.name)
        review = await bench.wallet.review(await bench.wallet.quote(offer, Draft({"payer": "2"})))
        await bench.wallet.confirm(review)
        await bench.until(lambda: opened.chain.pending_count > 0)
        await opened.step("block")
        await opened.step("finalize")
    finally:
        await bench.aclose()
    looking = ReddioBench(opened, app, wallet)
    try:
        await looking.start()
        await looking.look()
    finally:
        await looking.aclose()
        opened.close()
    return Stage(1, world, wallet / "journal.sqlite3", vault=wallet / "vault.ashore")


class ReddioSchedule(Schedule):
    """One seed's schedule with Reddio."""

    _operators = ("/reddio",)
    _length = (14, 32)

    def __init__(self, campaign: Campaign, seed: int) -> None:
        super().__init__(campaign, (), seed)
        self._wishes = self._rng.sample(WISHES, k=self._rng.randint(1, 4))

    def _drawn(self) -> list[tuple[int, Action]]:
        before, after = self._in_any_world()
        return [
            *before,
            *after,
            (4, self._switch),
            (4, self._rule),
            (4, self._wish),
            (2, self._settle),
            (7, self._claim),
            (1, self._replace),
            (1, self._register),
        ]

    async def _begin(self) -> None:
        await self._it.start()
        await self._wish()

    async def _conclude(self) -> list[str]:
        return await self._it.conclude(self._take_everything)

    # ---- what a person wishes

    @property
    def _wallet(self) -> Wallet:
        assert self._it.wallet is not None
        return self._it.wallet

    @property
    def _profile(self) -> str:
        return next(profile.id for profile in self._wallet.profiles() if profile.system == "Reddio")

    async def _try(self, what: str, asked: Callable[[], Awaitable[str]]) -> None:
        """Fill in a form as far as it lets one; what stands in the way is no harm."""
        try:
            if self._wallet.locked:
                await self._wallet.unlock(bytearray(PRACTICE_PASSWORD))
            told = await asked()
        except AshoreError as error:
            told = f"not now: {error.sentence}"
        self._it.happened(f"{what}: {told}")

    async def _confirmed(self, quote: Quote) -> str:
        if not quote.ready:
            return f"not ready: {[str(problem) for problem in quote.problems.values()]}"
        name = await self._wallet.confirm(await self._wallet.review(quote))
        if name not in self._it.names:
            self._it.began(name)
        return name

    async def _wish(self) -> None:
        if not self._wishes:
            return
        wish = self._wishes.pop()
        if self._rng.random() < 0.4:
            self._lose_the_answer(PATHS[wish.way])
        await self._try(str(wish), lambda: self._ask(wish))

    def _lose_the_answer(self, path: str) -> None:
        """The answer to the next request is lost, and perhaps the first ones to the questions after it, too."""
        rng, lost = self._rng, [path]
        if rng.random() < 0.5:
            lost += ["/v1/record/by/signature", "/v1/records"]
        for each in lost:
            kind, phase = rng.choice((FaultKind.DROP, FaultKind.HTTP, FaultKind.DELAY)), rng.choice(list(Phase))
            rule = PathFault(each, kind, phase if each == path else Phase.BEFORE, rng.randint(1, 3), 500, 30.0)
            self._faults.rules.append(rule)
            self._it.log.append(f"Reddio: {rule}")

    async def _ask(self, wish: _Wish) -> str:
        offer = await self._wallet.open(self._profile, wish.account)
        assert isinstance(offer, ReddioOffer)
        with contextlib.suppress(StopIteration):
            holding = held(offer, wish.symbol, wish.token)
            recipient = checksum(bytes.fromhex(wish.recipient[2:]))
            if wish.way == TO_VAULT:
                recipient = hex_of(stark_key(2 if wish.account == 0 else 0))
            typed = {
                "way": wish.way,
                "asset": holding.asset_id,
                "key": holding.key,
                "amount": wish.amount,
                "recipient": "" if wish.way == PLAIN_WAY else recipient,
            }
            return await self._confirmed(await self._wallet.quote(offer, Draft(typed)))
        return "there is no such holding"

    async def _register(self) -> None:
        account = self._rng.choice((0, 2))
        await self._try(f"register {account}", lambda: self._registration(account))

    async def _registration(self, account: int) -> str:
        held_by = next(one for one in self._wallet.accounts() if one.index == account)
        (name, _), *_ = await self._wallet.stark_accounts.of(held_by, self._profile)
        offer = await self._wallet.registering.open(self._profile, account, name)
        return await self._confirmed(await self._wallet.quote(offer, self._paid_by()))

    def _paid_by(self) -> Draft:
        return Draft({"payer": self._rng.choice(PAYERS), "max_fee": ""})

    async def _claim(self) -> None:
        found = [owed for owed in self._wallet.unclaimed.found if not self._wallet.unclaimed.claim_of(owed)]
        if not found:
            return
        owed = self._rng.choice(found)

        async def asked() -> str:
            offer = await self._wallet.unclaimed.open_claim(owed)
            return await self._confirmed(await self._wallet.quote(offer, self._paid_by()))

        await self._try(f"claim {owed.amount} {owed.symbol} of {owed.owner[:6]}", asked)

    async def _replace(self) -> None:
        """Speed a claim up, or cancel it."""
        states = [voyage.withdrawal for voyage in self._it.shown().voyages]
        waiting = [state for state in states if state.may_be_replaced]
        if not waiting:
            return
        state, cancel = self._rng.choice(waiting), self._rng.random() < 0.5

        async def asked() -> str:
            offer: Offer = await self._wallet.unclaimed.open_replacement(state.id, cancel=cancel)
            return await self._confirmed(await self._wallet.quote(offer, Draft({"max_fee": ""})))

        await self._try(f"{MoveKind.CANCEL if cancel else MoveKind.REPLACE} {state.id}", asked)

    async def _take_everything(self) -> None:
        """At the end: claim what waits, have it mined, and let the time pass after which a word is believed."""
        await self._wallet.unclaimed.look()
        for _ in self._wallet.unclaimed.found:
            await self._claim()
        await self._it.world.step("block")
        await self._it.world.step("finalize")
        self._it.slept_s += HOUR_S
        await self._it.pass_time(61)

    # ---- Reddio's side

    @property
    def _faults(self) -> Faults:
        assert self._it.world.reddio is not None
        return self._it.world.reddio.faults

    async def _settle(self) -> None:
        last = self._rng.choice(list(ReddioStage))
        self._it.happened(f"settle up to {last}: {await self._it.world.settle(up_to=last)}")

    async def _switch(self) -> None:
        switch = self._rng.choice((*LIES, *TROUBLES))
        switches = self._faults.switches
        if switches.pop(switch, None) is None:
            switches[switch] = True
        self._it.past.operator_lied |= switch in LIES
        self._it.past.posted_twice |= switch is Switch.REPEAT_POST
        self._it.happened(f"Reddio: {switch} {switches.get(switch, False)}")

    async def _rule(self) -> None:
        rng = self._rng
        kind = rng.choice(list(FaultKind))
        rule = PathFault(
            rng.choice(ASKED),
            kind,
            rng.choice(list(Phase)),
            rng.choice((1, 2, 5)),
            rng.choice((200, 400)) if kind is FaultKind.ERROR else rng.choice(STATUSES),
            rng.choice((1.0, 30.0)),
            rng.choice(CODES),
        )
        self._it.past.refusals_made_up |= rule.kind is FaultKind.ERROR and rule.phase is Phase.AFTER
        self._faults.rules.append(rule)
        self._it.happened(f"Reddio: {rule}")
