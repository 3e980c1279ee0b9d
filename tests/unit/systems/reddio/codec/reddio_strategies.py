"""Transfers, assets and keys for property tests."""

from hypothesis import strategies as st

from ashore.crypto import stark
from ashore.systems.reddio.codec import Asset, AssetKind, Transfer
from ashore.systems.reddio.codec.limits import (
    MAX_ADDRESS,
    MAX_AMOUNT,
    MAX_EXPIRATION_HOURS,
    MAX_NONCE,
    MAX_QUANTUM,
    MAX_TOKEN_ID,
    MAX_VAULT_ID,
)

tokens = st.binary(min_size=20, max_size=20)
token_ids = st.one_of(st.sampled_from([0, 1, 255, 2**53, 2**53 + 1, MAX_TOKEN_ID]), st.integers(0, MAX_TOKEN_ID))
quanta = st.one_of(st.sampled_from([1, 10**10, 10**12, MAX_QUANTUM]), st.integers(1, MAX_QUANTUM))
amounts = st.one_of(st.sampled_from([1, 2**53 + 1, MAX_AMOUNT]), st.integers(1, MAX_AMOUNT))
addresses = st.integers(1, MAX_ADDRESS)
private_keys = st.integers(1, stark.ORDER - 1)
stark_keys = st.sampled_from([stark.public_key(number) for number in (1, 2, 3, 5, 7, 11)])

assets = st.one_of(
    st.builds(Asset, st.just(AssetKind.ETH), quantum=quanta),
    st.builds(Asset, st.just(AssetKind.ERC20), tokens, quanta),
    st.builds(Asset, st.just(AssetKind.ERC721), tokens, token_id=token_ids),
    st.builds(Asset, st.just(AssetKind.ERC721M), tokens, token_id=token_ids),
    st.builds(Asset, st.just(AssetKind.ERC721MC), tokens, token_id=token_ids, token_url=st.text(max_size=40)),
)


@st.composite
def transfers_of(draw, asset, receivers=addresses):
    """Transfers of an asset that may be signed."""
    vault, other = draw(st.lists(st.integers(0, MAX_VAULT_ID), min_size=2, max_size=2, unique=True))
    return Transfer(
        asset_id=asset.asset_id,
        receiver=draw(receivers),
        sender_vault_id=vault,
        receiver_vault_id=other,
        amount=draw(amounts) if asset.kind.is_fungible else 1,
        nonce=draw(st.integers(0, MAX_NONCE)),
        expiration_hours=draw(st.integers(1, MAX_EXPIRATION_HOURS)),
    )


@st.composite
def withdrawals(draw):
    """An asset, and a withdrawal of it to an address."""
    asset = draw(assets)
    return asset, draw(transfers_of(asset))
