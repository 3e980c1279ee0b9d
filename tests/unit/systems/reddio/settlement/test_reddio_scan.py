"""What endpoints show of the contract's logs: nobody can hide with many logs what others show."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from ashore.crypto.abi import AbiValue
from ashore.crypto.event_logs import encode_event
from ashore.domain.errors import AshoreError
from ashore.net.errors import RpcError
from ashore.systems.reddio.codec import Asset, AssetKind
from ashore.systems.reddio.codec.assets import asset_info, minimal_bytes, mintable_asset_id
from ashore.systems.reddio.codec.l1 import events
from ashore.systems.reddio.settlement.scan import Scan
from ashore.systems.reddio.settlement.shown import MOST_SINGLES
from unit.systems.reddio.reddio_bench import DEPLOYMENT, ETH

OWNER = 0x5A5A
COLLECTION = b"\x31" * 20


class Shows:
    """An endpoint that shows these logs, at most so many blocks at once."""

    def __init__(self, name: str, logs: Sequence[dict[str, Any]] = (), most: int = 10**9) -> None:
        self.name, self.identity, self.logs, self.most = name, name, logs, most

    async def call(self, _method: str, params: Sequence[Any], _purpose: object = None) -> list[dict[str, Any]]:
        low, high = int(params[0]["fromBlock"], 16), int(params[0]["toBlock"], 16)
        if high - low >= self.most:
            raise RpcError(self.name, -32005, f"limited to a {self.most} block range")
        return [log for log in self.logs if low <= int(log["blockNumber"], 16) <= high]


def log(block: int, declaration: str, *values: AbiValue) -> dict[str, Any]:
    topics, data = encode_event(declaration, values)
    return {
        "address": DEPLOYMENT.contract,
        "topics": ["0x" + topic.hex() for topic in topics],
        "data": "0x" + data.hex(),
        "blockNumber": hex(block),
        "logIndex": "0x0",
    }


def registered(block: int, asset: Asset) -> dict[str, Any]:
    info = asset_info(asset.kind, asset.token)
    return log(block, events.TOKEN_REGISTERED, asset.asset_type, info, asset.quantum)


def scan_of(*endpoints: Shows) -> Scan:
    return Scan(DEPLOYMENT, SimpleNamespace(endpoints=endpoints, k=min(2, len(endpoints))))  # type: ignore[arg-type]


async def read_through(scan: Scan, top: int) -> None:
    for _ in range(60):
        await scan.look(top)
        if not scan.unread:
            return
    pytest.fail("it never came to the beginning")


async def test_no_number_of_single_tokens_hides_ether() -> None:
    minted = Asset(AssetKind.ERC721M, COLLECTION, token_id=0).asset_type
    spam = [
        log(
            100 + number,
            events.MINTABLE_WITHDRAWAL_ALLOWED,
            OWNER,
            mintable_asset_id(minted, minimal_bytes(number)),
            1,
        )
        for number in range(MOST_SINGLES + 1)
    ]
    ether = log(5_000, events.WITHDRAWAL_ALLOWED, OWNER, ETH.asset_type, 10**18, 10**6)
    scan = scan_of(Shows("a", [*spam, ether]))
    await read_through(scan, 6_000)
    assert scan.assets_of(OWNER)[0] == ETH.asset_id
    assert len(scan.assets_of(OWNER)) == 1 + MOST_SINGLES
    assert scan.is_cut(OWNER)
    assert not scan.is_cut(OWNER + 1)


async def test_invented_registrations_hide_no_asset() -> None:
    invented = [registered(10, Asset(AssetKind.ERC20, number.to_bytes(20, "big"), 1)) for number in range(1, 4_097)]
    scan = scan_of(Shows("evil", invented), Shows("good", [registered(101, ETH)]))
    await read_through(scan, 100)
    await scan.look(200)
    assert await scan.assets([ETH.asset_id]) == {ETH.asset_id: ETH}


async def test_invented_collections_do_not_use_up_what_is_tried() -> None:
    invented = [
        registered(10, Asset(AssetKind.ERC721, number.to_bytes(20, "big"), token_id=0)) for number in range(1, 20)
    ]
    mine = Asset(AssetKind.ERC721M, COLLECTION, token_id=3)
    scan = scan_of(Shows("evil", invented), Shows("good", [registered(11, mine)]))
    await read_through(scan, 100)
    assert await scan.assets([mine.asset_id]) == {mine.asset_id: mine}


async def test_every_collection_has_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ashore.systems.reddio.settlement.scan.TRIED_TYPES", 2)
    monkeypatch.setattr("ashore.systems.reddio.settlement.scan.TRIED_IDS", 4)
    others = [registered(10, Asset(AssetKind.ERC721, number.to_bytes(20, "big"), token_id=0)) for number in range(1, 6)]
    mine = Asset(AssetKind.ERC721M, COLLECTION, token_id=3)
    scan = scan_of(Shows("a", [*others, registered(11, mine)]))
    await read_through(scan, 100)
    found = [bool(await scan.assets([mine.asset_id])) for _ in range(3)]
    assert found == [False, False, True]


async def test_invented_keys_are_bounded_and_hide_no_key() -> None:
    address, key = b"\x5a" * 20, 1 << 201
    invented = [log(10, events.USER_REGISTERED, address, (1 << 200) + number, address) for number in range(2_000)]
    mine = log(11, events.USER_REGISTERED, address, key, address)
    scan = scan_of(Shows("evil", invented), Shows("good", [mine]))
    await read_through(scan, 100)
    keys = scan.keys_of(int.from_bytes(address, "big"))
    assert key in keys
    assert len(keys) < 300


def invented(owners: int, assets: int) -> list[dict[str, Any]]:
    """Logs of so many owners, each with so many assets, tokens and keys, above all blocks that are real."""
    return [
        each
        for owner in range(1, owners + 1)
        for number in range(assets)
        for each in (
            log(5_000, events.WITHDRAWAL_ALLOWED, (7 << 150) + owner, number, 1, 1),
            log(5_000, events.NFT_WITHDRAWAL_ALLOWED, (7 << 150) + owner, number),
            log(5_000, events.USER_REGISTERED, owner.to_bytes(20, "big"), (1 << 200) + number, bytes(20)),
        )
    ]


def kept(scan: Scan, endpoint: str) -> int:
    shown = scan._told[endpoint].shown
    return sum(len(each) for of in (shown.fungibles, shown.singles, shown.keys) for each in of.values())


@pytest.mark.parametrize(("owners", "assets"), [(300, 1), (30, 10), (3, 100)])
async def test_who_invents_owners_fills_no_more_than_its_own_bounded_room(
    monkeypatch: pytest.MonkeyPatch, owners: int, assets: int
) -> None:
    monkeypatch.setattr("ashore.systems.reddio.settlement.shown.MOST_OTHERS", 50)
    mine = log(10, events.WITHDRAWAL_ALLOWED, OWNER, ETH.asset_type, 10**18, 10**6)
    scan = scan_of(Shows("evil", [*invented(owners, assets), mine]), Shows("good", [mine]))
    scan.want([OWNER])
    await read_through(scan, 6_000)
    assert kept(scan, "evil") == 50 + 1, "what is looked for has a room that nobody else takes"
    assert kept(scan, "good") == 1
    assert scan.assets_of(OWNER) == [ETH.asset_id]
    assert not scan.is_cut(OWNER)


async def test_an_account_that_is_added_later_is_found_where_many_others_were_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ashore.systems.reddio.settlement.shown.MOST_OTHERS", 50)
    later = log(5_500, events.WITHDRAWAL_ALLOWED, OWNER + 1, ETH.asset_type, 10**18, 10**6)
    scan = scan_of(Shows("full", [*invented(300, 1), later]), Shows("good"))
    scan.want([OWNER])
    await read_through(scan, 6_000)
    assert scan.assets_of(OWNER + 1) == []
    scan.want([OWNER, OWNER + 1])
    await read_through(scan, 6_000)
    assert scan.assets_of(OWNER + 1) == [ETH.asset_id]
    scan.want([OWNER, OWNER + 1])
    assert scan.unread == 0, "nobody is read once more for an owner that is known"


def set_aside(block: int, owner: int) -> dict[str, Any]:
    return log(block, events.WITHDRAWAL_ALLOWED, owner, ETH.asset_type, 10**18, 10**6)


async def test_who_is_wanted_anew_hides_nothing_of_the_others_until_all_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The look that finds a new key goes on with what was found of the known ones."""
    monkeypatch.setattr("ashore.systems.reddio.settlement.shown.MOST_OTHERS", 50)
    full = Shows("full", [set_aside(10, OWNER), *invented(300, 1), set_aside(5_500, OWNER + 1)])
    scan = scan_of(full)
    scan.want([OWNER])
    await read_through(scan, 6_000)
    scan.want([OWNER + 1])
    assert scan.unread, "some of the new one was left out"
    assert scan.assets_of(OWNER) == [ETH.asset_id], "it still waits there"
    full.most = 0
    with pytest.raises(AshoreError, match="No endpoint"):
        await scan.look(6_001)
    assert scan.assets_of(OWNER) == [ETH.asset_id], "though nobody answers now"
    full.most = 10**9
    await read_through(scan, 6_001)
    assert scan.assets_of(OWNER) == scan.assets_of(OWNER + 1) == [ETH.asset_id]


class Waits(Shows):
    """An endpoint that answers when it is let."""

    def __init__(self, name: str, logs: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(name, logs)
        self.asked, self.answers = asyncio.Event(), asyncio.Event()

    async def call(self, method: str, params: Sequence[Any], purpose: object = None) -> list[dict[str, Any]]:
        self.asked.set()
        await self.answers.wait()
        return await super().call(method, params, purpose)


async def test_who_is_wanted_in_the_middle_of_a_look_stops_none_and_misses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ashore.systems.reddio.settlement.shown.MOST_OTHERS", 50)
    logs = [set_aside(10, OWNER), *invented(300, 1), set_aside(5_500, OWNER + 1), set_aside(5_600, OWNER + 2)]
    slow, full = Waits("slow"), Shows("full", logs)
    scan = scan_of(full, slow)
    scan.want([OWNER])
    slow.answers.set()
    await read_through(scan, 6_000)
    slow.answers.clear()
    slow.asked.clear()
    looking = asyncio.create_task(scan.look(6_001))
    await slow.asked.wait()
    scan.want([OWNER + 1])
    another = asyncio.create_task(scan.look(6_002))
    await asyncio.sleep(0)
    scan.want([OWNER + 2])
    slow.answers.set()
    await asyncio.gather(looking, another)
    await read_through(scan, 6_003)
    assert all(scan.assets_of(OWNER + number) == [ETH.asset_id] for number in range(3))


async def test_who_is_wanted_while_what_was_kept_is_read_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another endpoint's logs are dropped in the middle of a look that is still being begun."""
    monkeypatch.setattr("ashore.systems.reddio.settlement.shown.MOST_OTHERS", 50)
    logs = [*invented(300, 1), set_aside(5_500, OWNER)]
    scan = scan_of(Shows("a", logs), Shows("b", logs))
    await read_through(scan, 6_000)
    assert scan.assets_of(OWNER) == []
    restored = scan._restored

    async def wanted_meanwhile(*of: Any) -> Any:
        made = await restored(*of)
        scan.want([OWNER])
        return made

    scan._restored = wanted_meanwhile  # type: ignore[method-assign]
    scan._told.pop("b")
    await scan.look(6_001)
    await read_through(scan, 6_002)
    assert scan.assets_of(OWNER) == [ETH.asset_id]


@pytest.mark.parametrize("days", [2, 8, 30])
async def test_what_was_slept_through_is_read_in_parts(days: int) -> None:
    """An endpoint that shows a thousand blocks at once."""
    endpoint = Shows("a", most=1_000)
    scan = scan_of(endpoint)
    await read_through(scan, 100_000)
    top = 100_000 + days * 7_200
    endpoint.logs = [log(100_500, events.WITHDRAWAL_ALLOWED, OWNER, ETH.asset_type, 10**18, 10**6)]
    await scan.look(top)
    assert scan.assets_of(OWNER) == [ETH.asset_id]
    assert scan.unread == 0 or scan.unread < top - 100_000
    await read_through(scan, top)


async def test_an_id_that_is_read_before_its_collection_is_kept() -> None:
    token = Asset(AssetKind.ERC721, COLLECTION, token_id=10**9)
    deposited = log(
        450_000,
        events.DEPOSIT_WITH_TOKEN_ID,
        b"\x01" * 20,
        5,
        7,
        token.asset_type,
        10**9,
        token.asset_id,
        1,
        1,
    )
    scan = scan_of(Shows("a", [registered(1_000, token), deposited]))
    await read_through(scan, 500_000)
    assert await scan.assets([token.asset_id]) == {token.asset_id: token}
