"""Whatever happens to the practice Reddio in whatever order: nothing is lost or made, and each batch comes once."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from ashore.sandbox.evm.errors import ChainError
from ashore.sandbox.reddio.deployment import stark_key
from ashore.sandbox.reddio.faults import Switch
from ashore.sandbox.reddio.journal import RequestRow, Way
from ashore.sandbox.reddio.stages import Status
from ashore.systems.reddio.codec import NEVER_EXPIRES
from unit.sandbox.reddio.coast import Coast
from unit.sandbox.reddio.conftest import Open
from unit.sandbox.reddio.test_reddio_restart import updates

RECEIVERS = [int.from_bytes(bytes([0x5A] * 19 + [index]), "big") for index in range(3)]
ASSETS = [("ETH", None), ("CORAL", None), ("SHELL", 1), ("SHELL", 2), ("REEF", 7), ("POSTCARD", 1)]
WEIGHTS = {"send": 9, "stage": 30, "block": 12, "claim": 6, "reorg": 4, "restart": 2, "fault": 5, "heal": 4}
FAULTS = [
    *[Switch.REJECT, Switch.ROLL_BACK] * 3,
    Switch.IDLE,
    Switch.FAIL,
    Switch.ACCEPT_DELAYED,
    Switch.BATCH_DELAYED,
    Switch.PROOF_DELAYED,
    Switch.UPDATE_DELAYED,
    Switch.FROZEN,
]


class Schedule:
    """One random history of a world that `open_coast` opens in `folder`."""

    def __init__(self, open_coast: Open, folder: Path, seed: int) -> None:
        self._open = lambda: open_coast(data_dir=folder)
        self._random = random.Random(seed)
        self.coast: Coast = self._open()

    async def step(self) -> None:
        (what,) = self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))
        await getattr(self, what)()

    async def send(self) -> None:
        """Taken in directly: signatures are checked elsewhere, and take most of the time."""
        asset = self.coast.asset(*self._random.choice(ASSETS))
        way = self._random.choice((Way.WITHDRAWAL_TO, Way.TRANSFER))
        book, asset_id = self.coast.reddio.book, asset.asset_id
        owner = stark_key(self._random.choice((0, 0, 1)))
        receiver = stark_key(2) if way is Way.TRANSFER else self._random.choice(RECEIVERS)
        nonce = book.nonce(owner)
        row = RequestRow(
            sequence_id=book.next_sequence_id(),
            way=way,
            owner_key=owner,
            receiver=receiver,
            asset_id=asset_id,
            quanta=self._random.randint(1, 400_000) if asset.token_id is None else 1,
            vault_id=book.open_vault(owner, asset_id),
            receiver_vault_id=book.open_vault(receiver, asset_id),
            nonce=nonce,
            expiration=NEVER_EXPIRES,
            r=owner,
            s=nonce + 1,
            received=1,
        )
        book.take(row)

    async def stage(self) -> None:
        await self.coast.world.step("stage")

    async def block(self) -> None:
        await self.coast.world.step("block")

    async def claim(self) -> None:
        asset = self.coast.asset(*self._random.choice(ASSETS))
        try:
            self.coast.claim(asset, self._random.choice(RECEIVERS))
        except ChainError:
            assert asset.token_id is not None  # an NFT that is not pending

    async def reorg(self) -> None:
        chain = self.coast.world.chain
        depth = min(self._random.randint(1, 3), chain.head.number - chain.finalized_number)
        blocks = [chain.block(number) for number in range(chain.head.number - depth + 1, chain.head.number + 1)]
        inside = [tx.hash for block in blocks if block is not None for tx in block.transactions]
        if depth:
            chain.reorg(depth, {one for one in inside if self._random.random() < 0.5})

    async def restart(self) -> None:
        switches = dict(self.coast.reddio.faults.switches)
        self.coast.world.close()
        self.coast = self._open()
        self.coast.reddio.faults.switches.update(switches)

    async def fault(self) -> None:
        self.coast.reddio.faults.switches[self._random.choice(FAULTS)] = True

    async def heal(self) -> None:
        self.coast.reddio.faults.switches.clear()


@pytest.mark.parametrize("seed", range(4))
async def test_everything_is_conserved_at_every_step(open_coast: Open, folder: Path, seed: int) -> None:
    schedule = Schedule(open_coast, folder, seed)
    for _ in range(80):
        await schedule.step()
        assert schedule.coast.is_conserved()
    await schedule.heal()
    coast = schedule.coast
    await coast.world.settle()
    await coast.world.settle()
    assert coast.is_conserved()
    batches = coast.reddio.book.batches
    assert updates(coast) == [1, *batches]
    assert batches

    for symbol, token_id in ASSETS:
        for receiver in RECEIVERS:
            try:
                coast.claim(coast.asset(symbol, token_id), receiver)
            except ChainError:
                assert token_id is not None
    due: Counter[int] = Counter()
    for told in coast.reddio.truth.withdrawals():
        assert told["status"] in (Status.ON_LAYER_1, Status.FAILED, Status.REJECTED, Status.ROLLED_BACK)
        assert told["claimed_l1"] == told["allowed_l1"]
        if int(told["asset_id"], 16) == coast.asset("ETH").asset_id:
            due[int(told["owner_key"], 16)] += int(told["claimed_l1"])
    for receiver in RECEIVERS:
        assert coast.world.chain.balance(receiver.to_bytes(20, "big")) == due[receiver]
    assert coast.is_conserved()
