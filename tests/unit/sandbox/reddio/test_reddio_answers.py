"""What the API tells: contracts, vaults, balances in three forms, records in pages; and what a wallet pins."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from ashore.crypto.stark import public_key
from ashore.sandbox import genesis
from ashore.sandbox.clock import ClockMode
from ashore.sandbox.reddio.deployment import stark_key
from ashore.sandbox.reddio.stages import DELAYS
from ashore.systems.reddio.codec import AssetKind, asset_info, hex_of, read_asset_info
from unit.sandbox.reddio.coast import RECIPIENT, Coast, RefusedError
from unit.sandbox.reddio.conftest import Open

ME, OTHER = hex_of(stark_key(0)), hex_of(stark_key(1))
UNKNOWN = hex_of(public_key(77))
PRODUCTION_ETH = "0x352f9ffd821a525051de2d71126113505a7b0a73d98dbc0ac0ff343cfbdef5e"


async def test_the_profile_says_where_it_is(coast: Coast) -> None:
    profile = coast.world.profile()
    told, chain = profile["reddio"], profile["chains"][0]
    assert told == {
        "id": "reddio.sandbox",
        "title": "Reddio",
        "network": "sandbox",
        "api": "/reddio",
        "contract": "0x" + coast.reddio.deployment.exchange.address.hex(),
        "key_chain_id": 11155111,
        "chain": {
            "name": "Harbour",
            "evm_chain_id": 31337,
            "genesis_hash": chain["genesis_hash"],
            "endpoints": chain["endpoints"],
            "block_time_s": chain["block_time_s"],
            "gas_symbol": "ETH",
        },
    }
    contracts = await coast.get("/v1/starkex/contracts")
    assert {one.lower() for one in contracts.values()} == {told["contract"]}


async def test_each_contract_is_what_the_exchange_registered(coast: Coast) -> None:
    exchange, chain = coast.reddio.deployment.exchange, coast.world.chain
    quanta = {}
    for contract in coast.reddio.catalogue.contracts:
        told = await coast.get(
            "/v1/contract_info", type=contract.kind.value, contract_address=contract.shown_address.upper()
        )
        asset_type = int(told["asset_type"], 16)
        info = exchange.read(chain, "getAssetInfo", asset_type)
        assert told["asset_info"] == "0x" + info.hex() == "0x" + asset_info(contract.kind, contract.address).hex()
        assert read_asset_info(info)[1] == contract.address
        assert exchange.read(chain, "getQuantum", asset_type) == told["quantum"]
        quanta[told["symbol"]] = (told["type"], told["decimals"], told["quantum"])
        token = coast.reddio.deployment.tokens.get(contract.symbol)
        if contract.kind is AssetKind.ERC20:
            assert token is not None
            assert token.read(chain, "decimals") == told["decimals"]
    assert quanta == {
        "ETH": ("ETH", 18, 10**12),
        "CORAL": ("ERC20", 18, 10**12),
        "PEARL": ("ERC20", 8, 100),
        "SHELL": ("ERC721", 0, 1),
        "REEF": ("ERC721M", 0, 1),
        "POSTCARD": ("ERC721MC", 0, 1),
    }
    assert (await coast.get("/v1/contract_info", type="ETH", contract_address="ETH"))["asset_type"] == PRODUCTION_ETH


async def test_an_asset_id_can_be_asked_for(coast: Coast) -> None:
    shell, reef = coast.asset("SHELL", 255), coast.asset("REEF", 7)
    for asset, kind in ((shell, "ERC721"), (reef, "ERC721M")):
        told = await coast.get(
            "/v1/assetid", type=kind, contract_address="0x" + asset.token.hex(), token_id=asset.token_id
        )
        assert told["asset_id"] == hex_of(asset.asset_id)
    exchange, chain = coast.reddio.deployment.exchange, coast.world.chain
    assert exchange.read(chain, "calculateAssetIdWithTokenId", shell.asset_type, 255) == shell.asset_id
    assert exchange.read(chain, "calculateMintableAssetId", reef.asset_type, reef.mint_blob) == reef.asset_id


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/v1/contract_info", {"type": "ERC20"}, 27),
        ("/v1/contract_info", {"type": "ERC20", "contract_address": "0x" + "5a" * 20}, 15),
        ("/v1/contract_info", {"type": "ERC1155", "contract_address": "ETH"}, 28),
        ("/v1/nonce", {}, 1),
        ("/v1/nonce", {"stark_key": "0x5"}, 18),
        ("/v1/nonce", {"stark_key": "nonsense"}, 18),
        ("/v1/vaults", {"asset_id": "0x1", "stark_keys": ME}, 6),
        ("/v1/vaults", {"asset_id": PRODUCTION_ETH, "stark_keys": f"{ME},0x5"}, 18),
        ("/v1/vaults", {"asset_id": PRODUCTION_ETH, "stark_keys": ",".join([ME] * 21)}, 19),
        ("/v1/balance", {"stark_key": ME, "asset_id": "0x1"}, 6),
        ("/v1/balances", {"stark_key": ME, "page": "0"}, 19),
        ("/v1/record", {"stark_key": ME, "sequence_id": "300001"}, 19),
        ("/v1/record", {"stark_key": ME, "sequence_id": "x"}, 19),
        ("/v1/record/by/signature", {"r": "0x1"}, 19),
        ("/v1/withdrawal/status", {"ethaddress": "0x" + "5a" * 20}, 19),
        ("/v1/withdrawal/status", {"ethaddress": ME, "stage": "withdrawarea"}, 19),
        ("/v1/assetid", {"type": "ETH", "contract_address": "ETH", "token_id": ""}, 0),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    coast: Coast, path: str, query: dict[str, str], code: int
) -> None:
    if code == 0:
        assert await coast.get(path, **query) == {"asset_id": PRODUCTION_ETH}
        return
    with pytest.raises(RefusedError) as refused:
        await coast.get(path, **query)
    assert refused.value.code == code


async def test_vaults_stay_with_their_owners_in_the_order_asked(coast: Coast) -> None:
    to = f"{RECIPIENT:#042x}"
    first = await coast.get("/v1/vaults", asset_id=PRODUCTION_ETH, stark_keys=f"{ME},{to}")
    second = await coast.get("/v1/vaults", asset_id=PRODUCTION_ETH, stark_keys=f"{to},{UNKNOWN},{ME}")
    assert second["vault_ids"][::2] == first["vault_ids"][::-1]
    assert len({*first["vault_ids"], *second["vault_ids"]}) == 3
    other = await coast.get("/v1/vaults", asset_id=hex_of(coast.asset("CORAL").asset_id), stark_keys=ME)
    assert other["vault_ids"][0] not in first["vault_ids"]


async def test_balances_in_three_forms_tell_the_same(coast: Coast) -> None:
    shell, coral = coast.asset("SHELL", 8), coast.asset("CORAL")
    await coast.withdraw(shell)
    await coast.withdraw(coral, 7)
    await coast.control("step")
    flat: list[dict[str, Any]] = []
    for page in (1, 2):
        told = await coast.get("/v1/balances", stark_key=ME, limit=10, page=page)
        assert (told["total"], told["current_page"], told["page_size"], told["total_page"]) == (18, page, 10, 2)
        flat += told["list"]
    assert len(flat) == 18
    by_id = {one["asset_id"]: one for one in flat}
    gone, part = by_id[hex_of(shell.asset_id)], by_id[hex_of(coral.asset_id)]
    assert (gone["balance_available"], gone["withdraw_frozen"], gone["token_id"]) == (0, 1, "8")
    assert (part["balance_available"], part["withdraw_frozen"]) == (2_500_499_993, 7)
    assert (part["display_value"], part["display_withdraw"]) == ("2500.499993", "0.000007")

    grouped = {one["symbol"]: one for one in await coast.get("/v3/balances", stark_key=ME)}
    assert {one["asset_id"] for one in flat if one["balance_available"] and one["type"].startswith("ERC721")} == {
        token["asset_id"] for one in grouped.values() for token in one.get("available_tokens", [])
    }
    shells = grouped["SHELL"]
    assert (shells["balance_available"], shells["withdraw_frozen"]) == (9, 1)
    assert [token["token_id"] for token in shells["withdraw_frozen_tokens"]] == ["8"]
    assert grouped["POSTCARD"]["available_tokens"][0]["token_uri"] == "https://practice.invalid/postcards/1.json"
    older = {one["symbol"]: one for one in await coast.get("/v2/balances", stark_key=ME)}
    assert older["SHELL"]["available_token_ids"] == [token["token_id"] for token in shells["available_tokens"]]

    only = await coast.get("/v1/balances", stark_key=ME, type="ERC721MC")
    assert [one["token_id"] for one in only["list"]] == ["1", "2"]
    assert await coast.get("/v3/balances", stark_key=UNKNOWN) == []


async def test_the_accounts_stand_under_the_keys_that_their_owners_derive(coast: Coast) -> None:
    symbols = {}
    for account, type_name in ((0, "reddio"), (1, "reddio"), (1, "Reddio"), (2, "reddio")):
        told = await coast.get("/v3/balances", stark_key=hex_of(stark_key(account, type_name)))
        symbols[account, type_name] = [one["symbol"] for one in told]
    assert symbols == {
        (0, "reddio"): ["ETH", "CORAL", "PEARL", "SHELL", "REEF", "POSTCARD"],
        (1, "reddio"): ["ETH", "CORAL"],
        (1, "Reddio"): ["PEARL", "SHELL"],
        (2, "reddio"): ["ETH", "SHELL", "REEF"],
    }


async def test_records_come_newest_first_and_can_be_sorted_out(coast: Coast) -> None:
    ether, coral = coast.asset("ETH"), coast.asset("CORAL")
    first = await coast.withdraw(ether, 1)
    second = await coast.transfer(coral, 2, to_account=1)
    third = await coast.withdraw_plainly(ether, 3)

    async def ids(stark: str = ME, **query: object) -> list[int]:
        told = await coast.get("/v1/records", stark_key=stark, **query)
        return [one["sequence_id"] for one in told["list"]]

    assert await ids() == [third, second, first]
    assert await ids(limit=1, page=2) == [second]
    assert await ids(record_type=4) == [third, first]
    assert await ids(record_type=3) == await ids(OTHER) == [second]
    assert await ids(contract_address="eth") == [third, first]
    assert await ids(sequence_ids=f"{first},{second}") == [second, first]
    (told,) = await coast.get("/v1/txn", sequence_id=first)
    assert (told["record_type"], told["asset_name"], told["asset_type"]) == (4, "ETH", "ETH")
    assert (told["amount"], told["display_value"], told["token_id"]) == ("1", "0.000001", "")
    with pytest.raises(RefusedError):
        await coast.record(first, account=2)


async def test_many_tokens_come_by_option(open_coast: Open, tmp_path: Path) -> None:
    coast = open_coast(data_dir=tmp_path, reddio_tokens=120)
    coast.world.close()
    coast = open_coast(data_dir=tmp_path)
    told = {one["symbol"]: one for one in await coast.get("/v3/balances", stark_key=ME)}
    assert len(told["REEF"]["available_tokens"]) == 123
    last = coast.asset("REEF", 1_000_119)
    await coast.withdraw(last)
    await coast.control("settle")
    coast.claim(last)
    assert coast.is_conserved()


async def test_time_moves_it_too(open_coast: Open, folder: Path) -> None:
    coast = open_coast(data_dir=folder, clock=ClockMode.DEMO)
    coast.world.set_mode(ClockMode.DEMO, speed=1_000.0)
    running = asyncio.create_task(coast.world.run())
    try:
        sequence_id = await coast.withdraw(coast.asset("ETH"), 5)
        async with asyncio.timeout(60):
            while (await coast.record(sequence_id))["status"] != 6:
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert set(DELAYS) == set(ClockMode)
    assert all(DELAYS[ClockMode.REALISTIC][stage] > delay for stage, delay in DELAYS[ClockMode.DEMO].items())


async def test_the_other_part_of_the_world_goes_on_beside_it(coast: Coast) -> None:
    """Both operators send on one chain, and neither waits for the other."""
    before = coast.world.chain.balance(genesis.address(genesis.OPERATOR_INDEX))
    await coast.withdraw(coast.asset("ETH"))
    assert await coast.control("settle", up_to="reddio_batch") == ["reddio_accept", "reddio_batch"]
    assert await coast.control("settle", up_to="seal") == ["reddio_prove", "reddio_update"]
    assert coast.world.chain.balance(genesis.address(genesis.OPERATOR_INDEX)) == before
