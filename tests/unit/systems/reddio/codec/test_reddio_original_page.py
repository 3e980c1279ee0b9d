"""The request examples of Reddio's page "Withdraw": read as the page has them, or refused with the reason."""

import json

import pytest

from ashore.crypto.stark import public_key, sign
from ashore.systems.reddio.codec import (
    WITHDRAWAL_PATH,
    WITHDRAWAL_TO_PATH,
    Asset,
    AssetKind,
    CodecError,
    Transfer,
    message_hash,
    read_withdrawal,
    read_withdrawal_to,
    withdrawal_body,
    withdrawal_to_body,
)

WITHDRAWAL = json.loads(
    '{ "contract_address":"0x4240e8b8c0b6e6464a13f555f6395bbfe1c4bdf1", "token_id":"1", '
    '"stark_key":"0x761f1709a72a7e1d9a503faf2a1067686f315acdc825a804e1281fbd39accda", "amount":10}'
)
WITHDRAWAL_TO = json.loads(
    '{ "contract_address":"0x4240e8b8c0b6e6464a13f555f6395bbfe1c4bdf1", '
    '"asset_id":"0x284698644e92ad774d6e601d9f0cefa137872d0eeadc92ea3fe1fb973d32594", '
    '"stark_key":"0x761f1709a72a7e1d9a503faf2a1067686f315acdc825a804e1281fbd39accda", "amount":10, "token_id":"1" ,'
    '"nonce":100, "vault_id":1000, "receiver": "0x761f1709a72a7e1d9a503faf2a1067686f315acdc825a804e1281fbd39accda", '
    '"receiver_vault_id":10,"expiration_timestamp":4194303, "signature":{"r":"0xab","s":"0xbb"}}'
)
REQUIRED_FOR_WITHDRAWAL = {"contract_address", "token_id", "stark_key", "amount"}
REQUIRED_FOR_WITHDRAWAL_TO = {
    "contract_address",
    "asset_id",
    "stark_key",
    "amount",
    "token_id",
    "nonce",
    "vault_id",
    "receiver",
    "receiver_vault_id",
    "signature",
}
STARK_KEY = 0x761F1709A72A7E1D9A503FAF2A1067686F315ACDC825A804E1281FBD39ACCDA
CONTRACT = bytes.fromhex("4240e8b8c0b6e6464a13f555f6395bbfe1c4bdf1")
RECEIVER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def test_the_paths():
    assert (WITHDRAWAL_PATH, WITHDRAWAL_TO_PATH) == ("/v1/withdrawal", "/v1/withdrawalto")


def test_the_withdrawal_is_read():
    read = read_withdrawal(WITHDRAWAL)
    assert (read.contract, read.token_id, read.stark_key, read.amount) == (CONTRACT, 1, STARK_KEY, 10)


def test_the_withdrawal_to_is_refused_for_its_receiver():
    """It names a Stark key where the page itself asks for a wallet address: the money would not reach Ethereum."""
    with pytest.raises(CodecError, match="Ethereum address of 40 hex digits"):
        read_withdrawal_to(WITHDRAWAL_TO)


def test_the_withdrawal_to_with_an_address_is_read_and_its_signature_is_none():
    read = read_withdrawal_to({**WITHDRAWAL_TO, "receiver": RECEIVER})
    assert read.stark_key == STARK_KEY
    assert read.transfer == Transfer(
        asset_id=0x284698644E92AD774D6E601D9F0CEFA137872D0EEADC92EA3FE1FB973D32594,
        receiver=int(RECEIVER, 16),
        sender_vault_id=1000,
        receiver_vault_id=10,
        amount=10,
        nonce=100,
        expiration_hours=4194303,
    )
    assert (read.contract, read.token_id) == (CONTRACT, 1)
    assert not read.is_signed


@pytest.mark.parametrize("kind", [AssetKind.ETH, AssetKind.ERC20, AssetKind.ERC721, AssetKind.ERC721M])
def test_our_bodies_have_every_field_that_the_page_requires(kind):
    token = b"" if kind is AssetKind.ETH else CONTRACT
    asset = Asset(kind, token, token_id=None if kind.is_fungible else 1)
    transfer = Transfer(asset.asset_id, int(RECEIVER, 16), 1000, 10, 1, 100, 4194303)
    body = withdrawal_to_body(transfer, asset, public_key(9), sign(9, message_hash(transfer)))
    assert body.keys() == REQUIRED_FOR_WITHDRAWAL_TO | {"expiration_timestamp"}
    assert withdrawal_body(asset, STARK_KEY, 10).keys() == REQUIRED_FOR_WITHDRAWAL
    assert all(value is not None for value in body.values())
