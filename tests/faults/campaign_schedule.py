"""A schedule: what a seed lets happen to a withdrawal, one thing after the other, and a comparison after each."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence

from ashore.sandbox.clock import Stage as OperatorStage
from ashore.sandbox.evm.faults import FaultKind as EndpointFault
from ashore.sandbox.evm.faults import FaultRule
from ashore.sandbox.reddio.stages import Stage as ReddioStage
from ashore.sandbox.zklink.faults import FaultKind, Phase, RpcFault, Switch
from faults.campaign import Campaign
from faults.campaign_requests import Request

DAY_MS = 86_400_000
LIES = (
    Switch.LIE_COMMITTED,
    Switch.LIE_PROVED,
    Switch.LIE_VERIFIED,
    Switch.WRONG_L1_TX,
    Switch.WRONG_AMOUNT,
    Switch.WRONG_RECIPIENT,
    Switch.WRONG_CONTRACT,
    Switch.WRONG_DECIMALS,
    Switch.WRONG_ROOT,
)
STALLS = (
    Switch.FROZEN,
    Switch.RELAYER_OFF,
    Switch.RELAYER_BATCHES,
    Switch.COMMIT_STALLED,
    Switch.PROVE_STALLED,
    Switch.SYNC_STALLED,
    Switch.EXECUTE_STALLED,
    Switch.RESERVE_EMPTY,
    Switch.EXECUTION_FAILURE,
    Switch.NO_WITHDRAW_STATUS,
    Switch.BROKER_AWAY,
    Switch.BROKER_PAYS_LESS,
)
ASKED = (
    "*",
    "sendTransaction",
    "getTransactionByHash",
    "getLatestBlockNumber",
    "getBlockOnChainByNumber",
    "getAccount",
)
CODES = (-32603, 205, 206, 208, 213, 429, 500)
STATUSES = (429, 500, 503)
ENDPOINT_ASKED = (".*", "eth_getBlockByNumber", "eth_getLogs", "eth_getBlockReceipts", "eth_getProof")
ENDPOINT_LIES = tuple(kind for kind in EndpointFault if kind.value.startswith("mutate:"))
WIRE = (EndpointFault.DROP, EndpointFault.TIMEOUT, EndpointFault.DELAY, EndpointFault.HTTP, EndpointFault.GARBAGE)
SHORT_S, LONG_S = (0.2, 3.0, 13.0, 13.0, 26.0), (61.0, 130.0)


QUIET = frozenset({OperatorStage.SEAL, OperatorStage.EXECUTE_L2, ReddioStage.ACCEPT, ReddioStage.BATCH})
"""Stages that send nothing to a chain."""
Action = Callable[[], Awaitable[None]]


class Schedule:
    """One seed's schedule."""

    _operators: tuple[str, ...] = ("/zklink",)
    _length = (10, 26)

    def __init__(self, campaign: Campaign, requests: Sequence[Request], seed: int) -> None:
        self._it = campaign
        self._rng = random.Random(seed)
        self._waiting = self._chosen(requests)
        self._liar = self._rng.choice(sorted(campaign.endpoints))[-1]
        """The endpoint that may lie: two of three that tell one lie are more than the wallet can see through."""
        self._actions = self._drawn()

    def _drawn(self) -> list[tuple[int, Action]]:
        """What may happen, and how often it does beside the rest."""
        before, after = self._in_any_world()
        return [*before, (2, self._revert), (4, self._operator_switch), (3, self._operator_rule), *after]

    def _in_any_world(self) -> tuple[list[tuple[int, Action]], list[tuple[int, Action]]]:
        happens: list[tuple[int, Action]] = [
            (9, self._stage),
            (7, self._block),
            (2, self._finalize),
            (3, self._settle),
            (2, self._reorganise),
        ]
        further: list[tuple[int, Action]] = [
            (5, self._endpoint),
            (2, self._cut),
            (3, self._lift),
            (2, self._clock),
            (2, self._restart),
            (1, self._lock),
            (6, self._wait),
        ]
        return happens, further

    async def run(self) -> list[str]:
        """Run it: what was claimed and not so, or lost; empty where all is well."""
        it, rng = self._it, self._rng
        await self._begin()
        actions = [action for _, action in self._actions]
        weights = [weight for weight, _ in self._actions]
        for _ in range(rng.randint(*self._length)):
            (action,) = rng.choices(actions, weights)
            await action()
            if rng.random() < 0.75:
                await it.pass_time(rng.choice(SHORT_S))
            if found := it.compare():
                return found
        return await self._conclude()

    async def _begin(self) -> None:
        await self._it.start(self._take(self._rng.randint(1, 2)))

    async def _conclude(self) -> list[str]:
        return await self._it.conclude()

    def _chosen(self, requests: Sequence[Request]) -> list[Request]:
        """One to three requests, of each sub-account in the order of the nonces."""
        count = self._rng.randint(1, 3) if requests else 0
        scopes = [self._rng.choice(requests).scope for _ in range(count)]
        found: list[Request] = []
        for scope in scopes:
            left = [one for one in requests if one.scope == scope and one not in found]
            found += left[:1]
        return found

    def _take(self, count: int) -> list[Request]:
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    # ---- the world goes on

    async def _stage(self) -> None:
        for _ in range(self._rng.choice((1, 1, 2, 3))):
            answer = await self._it.world.step("stage")
            if answer["waits_for"] == "block" or answer["moved"] not in (None, *QUIET):
                await self._it.world.step("block")
            self._it.happened(f"stage {answer['moved']}")

    async def _block(self) -> None:
        await self._it.world.step("block")
        self._it.happened("block")

    async def _finalize(self) -> None:
        await self._it.world.step("finalize")
        self._it.happened("finalize")

    async def _settle(self) -> None:
        last = self._rng.choice([stage for stage in OperatorStage if stage is not OperatorStage.ACCEPT])
        self._it.happened(f"settle up to {last}: {await self._it.world.settle(up_to=last)}")

    async def _reorganise(self) -> None:
        place = self._rng.choice(list(self._it.world.chains.values()))
        chain = place.chain
        most = chain.head.number - chain.finalized_number
        if most < 1:
            return
        depth = self._rng.randint(1, most)
        gone = [
            one.hash
            for number in range(chain.head.number - depth + 1, chain.head.number + 1)
            if (block := chain.block(number)) is not None
            for one in block.transactions
        ]
        drop = [one for one in gone if self._rng.random() < 0.3] if self._rng.random() < 0.4 else []
        chain.reorg(depth, set(drop))
        self._it.past.reorganised = True
        self._it.happened(f"reorg of chain {place.id} by {depth}, without {len(drop)} of {len(gone)}")

    async def _revert(self) -> None:
        batches = self._it.world.operator.revert()
        self._it.past.reverted = self._it.past.reverted or bool(batches)
        if self._rng.random() < 0.7:
            await self._it.world.step("block")
        self._it.happened(f"revert of {batches}")

    # ---- faults

    async def _operator_switch(self) -> None:
        switch, rng = self._rng.choice((*LIES, *STALLS)), self._rng
        switches = self._it.world.faults.switches
        if switches.pop(switch, None) is None:
            switches[switch] = {
                Switch.WRONG_CONTRACT: "0x" + "77" * 20,
                Switch.WRONG_DECIMALS: str(rng.choice((0, 8, 18))),
            }.get(switch, True)
        self._it.past.operator_lied |= switch in LIES
        self._it.happened(f"operator: {switch} {switches.get(switch, False)}")

    async def _operator_rule(self) -> None:
        rng = self._rng
        rule = RpcFault(
            rng.choice(ASKED),
            rng.choice(list(FaultKind)),
            rng.choice(list(Phase)),
            rng.choice((1, 2, 5)),
            rng.choice(STATUSES),
            rng.choice((1.0, 30.0)),
            rng.choice(CODES),
        )
        self._it.world.faults.rules.append(rule)
        self._it.happened(f"operator: {rule}")

    async def _endpoint(self) -> None:
        rng, past = self._rng, self._it.past
        name, count = rng.choice(sorted(self._it.endpoints)), rng.choice((None, 1, 4, 20))
        if rng.random() < 0.5:
            name = name[:-1] + self._liar
            rule = FaultRule(".*", rng.choice(ENDPOINT_LIES), count, rng.choice((1.0, 0.5)))
            past.endpoint_lied = True
        elif rng.random() < 0.3:
            rule = FaultRule(".*", EndpointFault.STALE, count, blocks=rng.randint(1, 5))
            past.endpoint_lagged = True
        else:
            asked, seconds = rng.choice(ENDPOINT_ASKED), rng.choice((1.0, 20.0))
            rule = FaultRule(asked, rng.choice(WIRE), count, rng.choice((1.0, 0.5)), seconds, rng.choice(STATUSES))
        self._it.endpoints[name].faults.add(rule)
        self._it.happened(f"endpoint {name}: {rule}")

    async def _cut(self) -> None:
        places = [*self._operators, "/l1", *(f"/l1/{name}" for name in sorted(self._it.endpoints))]
        cut = self._it.wire.cut
        cut ^= {self._rng.choice(places)}
        self._it.happened(f"cut: {sorted(cut)}")

    async def _lift(self) -> None:
        self._it.lift()

    # ---- the wallet's side

    async def _clock(self) -> None:
        rng = self._rng
        if rng.random() < 0.4:
            self._it.slept_s += rng.choice((600.0, 30_000.0))
            self._it.happened(f"the machine slept: {self._it.slept_s} s in all")
        else:
            self._it.wrong_ms = rng.choice((-DAY_MS, 0, DAY_MS))
            self._it.happened(f"the clock is wrong by {self._it.wrong_ms} ms")

    async def _restart(self) -> None:
        await self._it.stop()
        if self._rng.random() < 0.4:
            await self._stage()
        more = self._take(self._rng.randint(0, 2))
        await self._it.start(more)
        self._it.happened(f"a new start, with {len(more)} more")

    async def _lock(self) -> None:
        assert self._it.wallet is not None
        await self._it.wallet.lock()
        self._it.log.append("locked")

    async def _wait(self) -> None:
        seconds = self._rng.choice((*SHORT_S, *LONG_S))
        await self._it.pass_time(seconds)
        self._it.log.append(f"{seconds} s pass")
