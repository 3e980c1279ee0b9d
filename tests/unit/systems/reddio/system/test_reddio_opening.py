"""Opening an account of which very much is told, or too slowly: what counts is found, and nothing holds it up."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from ashore.domain.errors import AshoreError
from ashore.systems.base import Source
from ashore.systems.reddio.codec import Asset, AssetKind, hex_of
from ashore.systems.reddio.codec.l1.storage import quantum_slot
from ashore.systems.reddio.system.offer import Holding, ReddioOffer
from ashore.systems.reddio.system.on_l1 import Tokens
from ashore.systems.reddio.system.opening import MAX_CONTRACTS, MAX_DESCRIBED, UNPROVEN, open_account
from unit.systems.reddio.api_stub import Api, ok
from unit.systems.reddio.reddio_bench import CAPITAL, DEPLOYMENT, ETH, KEY, NOW, OTHER_KEY, OWN, STANDARD
from unit.systems.reddio.system.test_reddio_tokens import Answers

SOURCE = Source(DEPLOYMENT.id, 0, OWN, stark_keys=((STANDARD, KEY),))
A_SLICE_S = 0.03
"""Seconds of processor time; it is some 0.01 in truth."""


def token(number: int) -> bytes:
    return number.to_bytes(20, "big")


def row(asset: Asset, **more: Any) -> dict[str, Any]:
    told = {
        "type": str(asset.kind),
        "contract_address": "0x" + asset.token.hex() if asset.token else "ETH",
        "asset_id": hex_of(asset.asset_id),
        "quantum": asset.quantum,
        "symbol": "ETH" if asset.kind is AssetKind.ETH else "T",
        "balance_available": "5",
    }
    if asset.token_id is not None:
        told |= {"token_id": str(asset.token_id), "token_uri": asset.token_url}
    return told | more


class Ethereum:
    """A quorum whose contract has these assets registered; `answering` is waited for before each proof."""

    def __init__(self, assets: Iterable[Asset], answering: asyncio.Event | None = None) -> None:
        self.endpoints, self.k = [Answers() for _ in range(3)], 2
        self._slots = {quantum_slot(asset.asset_type): asset.quantum for asset in assets}
        self._answering = answering

    async def header_at(self, _block: str) -> Any:
        if self._answering is not None:
            await self._answering.wait()
        return SimpleNamespace(required=lambda: SimpleNamespace(number=1, base_fee=1))

    async def storage_at(self, _contract: str, slots: Sequence[int], _header: object) -> Any:
        return SimpleNamespace(facts=SimpleNamespace(slots={slot: self._slots.get(slot, 0) for slot in slots}))

    async def ask_each(self, *_: object) -> Any:
        raise AshoreError("Nobody tells.")


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    made = Api({"/v3/balances": lambda _q, _b: ok([])})
    yield made
    await made.http.aclose()


def lists(api: Api, rows: Sequence[dict[str, Any]]) -> None:
    """Reddio lists these, all on one page; its answer is ready before it is asked."""
    body = json.dumps(ok({"list": rows, "total_page": 1})).encode()
    api.answers["/v1/balances"] = lambda _q, _b: httpx.Response(200, content=body)


async def opened(api: Api, ethereum: Ethereum, source: Source = SOURCE, **more: Any) -> ReddioOffer:
    quorum: Any = ethereum
    return await open_account(DEPLOYMENT, api.client, quorum, Tokens(quorum), source, NOW, **more)


def by_asset(offer: ReddioOffer) -> Mapping[int, Holding]:
    return {each.asset.asset_id: each for each in offer.holdings}


async def test_money_is_found_behind_hundreds_of_contracts(api: Api) -> None:
    singles = [Asset(AssetKind.ERC721, token(n), token_id=n) for n in range(1, 251)]
    coin = Asset(AssetKind.ERC20, token(999), quantum=100)
    every = [*singles, coin, ETH]
    lists(api, [row(asset) for asset in every])
    offer = await opened(api, Ethereum(every))
    assert [each.asset for each in offer.holdings[:2]] == [ETH, coin], "what nobody can invent first"
    assert [each.problem for each in offer.holdings] == [""] * len(every), "single tokens of all contracts, too"
    assert offer.notes == ()
    assert api.calls["/v1/contract_info"] <= 2 * MAX_DESCRIBED, "it may be asked once more where nobody answered"


async def test_what_is_invented_takes_no_room_from_what_ethereum_knows(api: Api) -> None:
    invented = [Asset(AssetKind.ERC20, token(n), quantum=7) for n in range(1, 400)]
    coin = Asset(AssetKind.ERC20, token(999), quantum=100)
    lists(api, [row(asset) for asset in [*invented, coin]])
    found = by_asset(await opened(api, Ethereum([coin])))
    assert found[coin.asset_id].problem == ""
    assert "does not know this asset" in found[invented[0].asset_id].problem


async def test_more_contracts_than_are_looked_at_are_counted_and_the_money_is_there(api: Api) -> None:
    singles = [Asset(AssetKind.ERC721, token(n), token_id=n) for n in range(1, MAX_CONTRACTS + 11)]
    lists(api, [row(asset) for asset in [*singles, ETH]])
    offer = await opened(api, Ethereum([*singles, ETH]))
    assert by_asset(offer)[ETH.asset_id].problem == ""
    assert len(offer.holdings) == MAX_CONTRACTS
    (note,) = offer.notes
    assert note.startswith("Reddio lists very many assets: 11 more are not shown here.")


@pytest.mark.parametrize(
    "hostile",
    [
        [Asset(AssetKind.ERC721MC, token(1), token_id=n, token_url="ipfs://" + "a" * 200) for n in range(4_000)],
        [Asset(AssetKind.ERC721, token(n % 900), token_id=n) for n in range(4_500)],
    ],
    ids=["minted with data", "handed over"],
)
async def test_thousands_of_assets_hold_the_window_up_for_no_longer_than_a_blink(
    api: Api, hostile: list[Asset]
) -> None:
    lists(api, [row(asset) for asset in hostile])
    slices = list[float]()

    async def turns() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            slices.append(time.thread_time() - last)
            last = time.thread_time()

    gc.collect()
    gc.disable()  # this process is full of what other tests left; the wallet's is not
    watching = asyncio.create_task(turns())
    try:
        offer = await opened(api, Ethereum(hostile))
    finally:
        watching.cancel()
        gc.enable()
    assert len(offer.holdings) == len(hostile)
    assert max(slices) < A_SLICE_S


async def test_what_was_told_in_time_is_shown_and_that_it_may_not_be_all(api: Api) -> None:
    never = asyncio.Event()

    async def first_page_only(query: Mapping[str, str]) -> Any:
        if query["page"] != "1":
            await never.wait()
        return ok({"list": [row(ETH)], "total_page": 2})

    api.slow["/v1/balances"] = first_page_only
    offer = await opened(api, Ethereum([ETH]), seconds=(0.2, 30.0))
    assert by_asset(offer)[ETH.asset_id].problem == ""
    assert offer.notes[0].startswith("Reddio or Harbour took too long to tell everything")
    assert not offer.blocked


async def test_a_key_of_which_nothing_was_told_in_time_hides_no_other(api: Api) -> None:
    never = asyncio.Event()

    async def standard_key_only(query: Mapping[str, str]) -> Any:
        if query["stark_key"] != KEY:
            await never.wait()
        return ok({"list": [row(ETH)], "total_page": 1})

    api.slow["/v1/balances"] = standard_key_only
    both = Source(DEPLOYMENT.id, 0, OWN, stark_keys=((STANDARD, KEY), (CAPITAL, OTHER_KEY)))
    offer = await opened(api, Ethereum([ETH]), both, seconds=(0.2, 30.0))
    assert [account.holdings for account in offer.accounts] == [1, None]
    assert "It took too long." in offer.accounts[1].problem


async def test_a_chain_that_does_not_answer_is_not_waited_for_for_ever(api: Api) -> None:
    lists(api, [row(ETH)])
    offer = await opened(api, Ethereum([ETH], asyncio.Event()), seconds=(30.0, 0.2))
    assert offer.blocked == UNPROVEN.format(chain="Harbour")
    assert len(offer.holdings) == 1
