"""Very much is told of an owner: money is looked at first, every place has its turn, and no look lasts for ever."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from ashore.net.errors import RpcError
from ashore.store.keep import Keep
from ashore.systems.reddio.codec import Asset, AssetKind
from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.settlement.pending import PendingWithdrawals
from ashore.systems.reddio.settlement.pending_slots import slot_of
from ashore.systems.reddio.settlement.places import Place
from unit.systems.reddio.reddio_bench import DEPLOYMENT, ETH
from unit.systems.reddio.settlement.test_reddio_scan import Shows, log, registered

OWNER = 0x5A5A
HEX = f"0x{OWNER:040x}"
SINGLES = [Asset(AssetKind.ERC721, b"\x31" * 20, token_id=number) for number in range(200)]


class Mute(Shows):
    """An endpoint that shows logs, and answers nothing else."""

    async def call(self, method: str, params: Sequence[Any], purpose: object = None) -> list[dict[str, Any]]:
        if method != "eth_getLogs":
            raise RpcError(self.name, -32005, "limit exceeded")
        return await super().call(method, params, purpose)


class Exchange:
    """A quorum that shows these logs, and whose contract keeps what `waits`; `proofs` has the slots of each proof."""

    def __init__(self, logs: Sequence[dict[str, Any]]) -> None:
        self.endpoints, self.k = (Mute("a", logs), Mute("b", logs)), 2
        self.waits: set[int] = set()
        self.proofs: list[Sequence[int]] = []

    async def header_at(self, _block: str) -> Any:
        return SimpleNamespace(required=lambda: SimpleNamespace(number=6_000, hash="0xb"), agreeing=("a", "b"), asked=2)

    async def storage_at(self, _contract: str, slots: Sequence[int], _header: object) -> Any:
        self.proofs.append(slots)
        block = SimpleNamespace(number=6_000, hash="0xb", timestamp=1)
        facts = SimpleNamespace(slots={slot: int(slot in self.waits) for slot in slots}, block=block)
        return SimpleNamespace(facts=facts, document=f'{{"n":{len(self.proofs)}}}')


@pytest.fixture
def exchange() -> Exchange:
    aside = [log(5_000 + n, events.NFT_WITHDRAWAL_ALLOWED, OWNER, each.asset_id) for n, each in enumerate(SINGLES)]
    ether = log(5_900, events.WITHDRAWAL_ALLOWED, OWNER, ETH.asset_type, 10**12, 1)
    return Exchange([registered(1, SINGLES[0]), registered(2, ETH), *aside, ether])


def slot(asset: Asset) -> int:
    return slot_of(Place(OWNER, asset.asset_id, 1))


async def test_a_look_that_takes_too_long_goes_on_at_the_next_one(exchange: Exchange, keep: Keep) -> None:
    quorum: Any = exchange
    purse = PendingWithdrawals(DEPLOYMENT, quorum, keep, lambda: [], lambda: 1, look_s=0.0)
    every = [ETH, SINGLES[0], SINGLES[-1]]
    exchange.waits = {slot(asset) for asset in every}
    seen, told = set[int](), list[set[int]]()
    for _ in range(4):
        told.append({owed.token_id for owed in await purse.look("Harbour", [HEX])})
        seen |= set(exchange.proofs[-1])
        assert slot(ETH) in exchange.proofs[-1], "money is looked at each time"
        assert purse.unread.endswith("places are left to see.")
    assert seen == {slot(asset) for asset in [ETH, *SINGLES]}, "every place has its turn"
    assert told[-1] == {asset.asset_id for asset in every}, "what was found before stays"


async def test_a_look_that_has_the_time_leaves_nothing_out(exchange: Exchange, keep: Keep) -> None:
    quorum: Any = exchange
    purse = PendingWithdrawals(DEPLOYMENT, quorum, keep, lambda: [], lambda: 1)
    exchange.waits = {slot(ETH), slot(SINGLES[0])}
    assert len(await purse.look("Harbour", [HEX])) == 2
    assert purse.unread == ""
    exchange.waits = {slot(SINGLES[0])}
    assert [owed.token_id for owed in await purse.look("Harbour", [HEX])] == [SINGLES[0].asset_id]
