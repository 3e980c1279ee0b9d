"""What Reddio says that a key holds, computed here: a token in several quanta is several assets."""

from __future__ import annotations

from dataclasses import replace

from ashore.systems.reddio.client.answers import Balance, ContractInfo
from ashore.systems.reddio.codec import Asset, AssetKind
from ashore.systems.reddio.system.assets import Held, held, holding_of, merged
from ashore.systems.reddio.system.on_l1 import TokenFacts
from unit.systems.reddio.reddio_bench import DEPLOYMENT, KEY, STANDARD

TOKEN = b"\x55" * 20
FIRST, SECOND = Asset(AssetKind.ERC20, TOKEN, 10**8), Asset(AssetKind.ERC20, TOKEN, 10**11)
INFO = ContractInfo(AssetKind.ERC20, TOKEN, 18, "OMI", "OMI", FIRST.quantum, FIRST.asset_type)


def row(asset: Asset) -> Balance:
    return Balance(asset.kind, asset.token, asset.asset_id, "OMI", 18, asset.quantum, None, "", 5, 0, 0)


def held_of(asset: Asset, info: ContractInfo | None = INFO) -> Held:
    it = held(row(asset), info, STANDARD, KEY)
    assert it is not None
    return it


def test_both_quanta_of_a_token_can_be_brought_out() -> None:
    quanta = {asset.asset_type: asset.quantum for asset in (FIRST, SECOND)}
    for asset in (FIRST, SECOND):
        it = held_of(asset)
        offered = holding_of(DEPLOYMENT, it, INFO, quanta, {TOKEN: TokenFacts(18, "OMI")})
        assert offered.problem == ""
        assert bool(offered.unnamed) is (asset is SECOND), "a plain request names only the contract"


def test_a_quantum_that_the_contract_does_not_know_is_refused() -> None:
    known = {FIRST.asset_type: FIRST.quantum}
    offered = holding_of(DEPLOYMENT, held_of(SECOND), INFO, known, {TOKEN: TokenFacts(18, "OMI")})
    assert "does not know this asset" in offered.problem


def test_a_type_that_the_contract_and_its_quantum_do_not_make_is_refused() -> None:
    assert "do not fit together" in held_of(FIRST, replace(INFO, asset_type=SECOND.asset_type)).wrong
    mixed = held(replace(row(FIRST), quantum=SECOND.quantum), INFO, STANDARD, KEY)
    assert mixed is not None
    assert "another number" in mixed.wrong


def test_a_later_version_of_the_list_adds_where_a_token_tells_of_itself_and_no_amount() -> None:
    single = Asset(AssetKind.ERC721, TOKEN, 1, 7)
    first = Balance(single.kind, single.token, single.asset_id, "PUNK", 0, 1, 7, "", 0, 0, 1)
    later = replace(first, token_uri="https://data.example/7", available=1, withdraw_frozen=0)
    (row_,) = merged([[first], [later]])
    assert row_ == replace(first, token_uri="https://data.example/7"), "what is on its way is not offered again"
