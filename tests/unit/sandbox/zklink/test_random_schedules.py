"""Whatever happens to two chains in whatever order: in the end each withdrawal was paid once, and nothing is owed."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ashore.sandbox.zklink.faults import Switch
from ashore.sandbox.zklink.transactions import read_transaction
from unit.sandbox.zklink.seas import ETH, HARBOUR, LAGOON, USDC, USDT, balance

OWNERS = [bytes([0x5A] * 19 + [index]) for index in range(3)]
MOST = 8
WEIGHTS = {"send": 9, "stage": 30, "block": 10, "half": 6, "revert": 2, "reorg": 3, "restart": 2, "fault": 3, "heal": 2}
FAULTS = (
    Switch.RELAYER_OFF,
    Switch.SYNC_STALLED,
    Switch.COMMIT_STALLED,
    Switch.PROVE_STALLED,
    Switch.EXECUTE_STALLED,
    Switch.BROKER_AWAY,
    Switch.RELAYER_BATCHES,
)


class Schedule:
    """One random history of a world that `open_harbour` opens in `folder`."""

    def __init__(self, open_harbour: Any, folder: Path, seed: int) -> None:
        self._open = lambda: open_harbour(data_dir=folder, chains=2)
        self._random = random.Random(seed)
        self.two = self._open()
        self._form = self.two.hand.sign(self.two.hand.withdraw())[0]
        self._sent = 0

    async def step(self) -> None:
        (what,) = self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))
        await getattr(self, what)()

    async def send(self) -> None:
        if self._sent == MOST:
            return
        chain, token = self._random.choice((HARBOUR, LAGOON)), self._random.choice((USDC, USDT, ETH))
        kind = self._random.choice(("plain", "plain", "fast", "onwards"))
        onwards = kind == "onwards" and chain == LAGOON and token != USDC
        told = {
            **self._form,
            "toChainId": chain,
            "l2SourceToken": token,
            "l1TargetToken": token,
            "amount": str((self._sent + 1) * 10 ** (15 if token == ETH else 18)),
            "to": "0x" + self._random.choice(OWNERS).hex(),
            "nonce": self._sent,
            "fee": "0",
            "withdrawFeeRatio": 50 if kind == "fast" else 0,
            "withdrawToL1": int(onwards),
        }
        # Taken in directly: signatures are checked elsewhere, and take most of the time.
        tx = read_transaction(told, self.two.world.network.profile)
        self.two.world.rollup.accept(f"0x{self._sent:064x}", tx, told, self._sent)
        self._sent += 1

    async def stage(self) -> None:
        await self.two.world.step("stage")

    async def block(self) -> None:
        await self.two.world.step("block")

    async def half(self) -> None:
        await self.two.world.step("block", self._random.choice((HARBOUR, LAGOON)))

    async def revert(self) -> None:
        self.two.world.operator.revert(self._random.choice((None, HARBOUR, LAGOON)))

    async def reorg(self) -> None:
        chain = self.two.world.chains[self._random.choice((HARBOUR, LAGOON))].chain
        depth = min(self._random.randint(1, 3), chain.head.number - chain.finalized_number)
        blocks = [chain.block(number) for number in range(chain.head.number - depth + 1, chain.head.number + 1)]
        inside = [tx.hash for block in blocks for tx in block.transactions]
        if depth:
            chain.reorg(depth, {one for one in inside if self._random.random() < 0.5})

    async def restart(self) -> None:
        switches = dict(self.two.world.faults.switches)
        self.two.world.close()
        self.two = self._open()
        self.two.world.faults.switches.update(switches)

    async def fault(self) -> None:
        self.two.world.faults.switches[self._random.choice(FAULTS)] = self._random.choice((True, [HARBOUR], [LAGOON]))

    async def heal(self) -> None:
        self.two.world.faults.switches.clear()


@pytest.mark.parametrize("seed", range(4))
async def test_each_withdrawal_is_paid_once(open_harbour: Any, two_folder: Path, seed: int) -> None:
    schedule = Schedule(open_harbour, two_folder, seed)
    for _ in range(60):
        await schedule.step()
    await schedule.heal()
    two = schedule.two
    await two.world.settle()
    received: Counter[tuple[int, int, str]] = Counter()
    for told in two.world.truth.withdrawals():
        assert told["accepted_by"] is not None or told["paid_l1"] == told["due_l1"]
        received[told["paid_on"], told["token_id"], told["to"]] += int(told["received_l1"])
    assert received
    for (chain, token, owner), amount in received.items():
        assert await balance(two, token, chain, owner) == amount
    for branch in two.world.branches.values():
        assert not any(branch.pending_balance(owner, token) for owner in OWNERS for token in (USDC, USDT, ETH))
