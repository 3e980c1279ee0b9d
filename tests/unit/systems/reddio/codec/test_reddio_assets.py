"""Assets: ids that tell tokens apart, and parts that have to fit each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.reddio.codec import Asset, AssetKind, CodecError, asset_info, read_asset_info, read_mint_blob
from ashore.systems.reddio.codec.limits import MAX_QUANTUM, MAX_TOKEN_ID
from unit.systems.reddio.codec.reddio_strategies import assets, token_ids, tokens

TOKEN = bytes.fromhex("31b21d05b8120dc05285a5017a30689b520b53a2")


@given(assets)
def test_ids_are_in_the_ranges_of_the_contract(asset):
    assert 0 < asset.asset_type < 2**250
    if asset.kind.is_mintable:
        assert asset.asset_id >> 240 == 1 << 10
    else:
        assert 0 < asset.asset_id < 2**250
    assert (asset.asset_id == asset.asset_type) is asset.kind.is_fungible


@given(tokens, token_ids, token_ids)
def test_token_ids_make_different_assets(token, first, second):
    for kind in (AssetKind.ERC721, AssetKind.ERC721M):
        ids = {Asset(kind, token, token_id=number).asset_id for number in (first, second)}
        assert len(ids) == len({first, second})


def test_one_token_in_two_quanta_is_two_assets():
    assert Asset(AssetKind.ERC20, TOKEN, 10**8).asset_id != Asset(AssetKind.ERC20, TOKEN, 10**11).asset_id


def test_the_ether_of_reddio_is_counted_in_steps_of_a_millionth():
    reddios = 0x352F9FFD821A525051DE2D71126113505A7B0A73D98DBC0AC0FF343CFBDEF5E
    assert Asset(AssetKind.ETH, quantum=10**12).asset_id == reddios


@given(assets)
def test_asset_info_and_blob_are_read_back(asset):
    kind, token = read_asset_info(asset_info(asset.kind, asset.token))
    assert token == asset.token
    assert kind == (AssetKind.ERC721M if asset.kind.is_mintable else asset.kind)
    if asset.kind.is_mintable:
        assert read_mint_blob(asset.mint_blob) == (asset.token_id, asset.token_url)
    else:
        assert asset.mint_blob == b""


@pytest.mark.parametrize(
    "parts",
    [
        {"kind": AssetKind.ETH, "token": TOKEN},
        {"kind": AssetKind.ERC20},
        {"kind": AssetKind.ERC20, "token": TOKEN[:19]},
        {"kind": AssetKind.ERC20, "token": TOKEN, "quantum": 0},
        {"kind": AssetKind.ERC20, "token": TOKEN, "quantum": MAX_QUANTUM + 1},
        {"kind": AssetKind.ERC20, "token": TOKEN, "token_id": 1},
        {"kind": AssetKind.ERC721, "token": TOKEN},
        {"kind": AssetKind.ERC721, "token": TOKEN, "token_id": -1},
        {"kind": AssetKind.ERC721, "token": TOKEN, "token_id": MAX_TOKEN_ID + 1},
        {"kind": AssetKind.ERC721, "token": TOKEN, "token_id": 1, "quantum": 2},
        {"kind": AssetKind.ERC721M, "token": TOKEN, "token_id": 1, "token_url": "ipfs://a"},
        {"kind": AssetKind.ERC721MC, "token": TOKEN, "token_id": 1},
        {"kind": AssetKind.ERC721MC, "token": TOKEN, "token_id": 1, "token_url": "a" * 5000},
        {"kind": AssetKind.ERC721MC, "token": TOKEN, "token_id": 1, "token_url": "ipfs://\ud800"},
    ],
)
def test_parts_that_do_not_fit(parts):
    with pytest.raises(CodecError):
        Asset(**parts)


@given(st.binary(max_size=40))
def test_bytes_that_are_no_asset_info(data):
    try:
        kind, token = read_asset_info(data)
    except CodecError:
        return
    assert asset_info(kind, token) == data


@pytest.mark.parametrize(
    "info",
    [
        b"",
        bytes.fromhex("8322fff2") + TOKEN.rjust(32, b"\0"),
        bytes.fromhex("f47261b0"),
        bytes.fromhex("f47261b0") + b"\1" + TOKEN.rjust(31, b"\0"),
        bytes.fromhex("deadbeef") + TOKEN.rjust(32, b"\0"),
    ],
)
def test_asset_infos_of_something_else(info):
    with pytest.raises(CodecError):
        read_asset_info(info)


@pytest.mark.parametrize(
    "blob", [b"", b"\0\1", b"\1" * 33, b"\1" * 5000, bytes(31) + b"\1" + bytes(31) + b"\x41" + bytes(32)]
)
def test_blobs_that_nothing_is_minted_from(blob):
    with pytest.raises(CodecError):
        read_mint_blob(blob)
