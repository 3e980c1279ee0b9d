"""The bodies that move money: what is written is read back, and what is read is bounded."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto import stark
from ashore.domain.addresses import checksum
from ashore.systems.reddio.codec import (
    Asset,
    AssetKind,
    CodecError,
    PlainWithdrawal,
    Transfer,
    message_hash,
    read_transfer,
    read_withdrawal,
    read_withdrawal_to,
    transfer_body,
    withdrawal_body,
    withdrawal_to_body,
)
from ashore.systems.reddio.codec.limits import MAX_AMOUNT, MAX_TOKEN_ID, NEVER_EXPIRES
from unit.systems.reddio.codec.reddio_strategies import (
    amounts,
    assets,
    private_keys,
    stark_keys,
    transfers_of,
    withdrawals,
)

few = settings(max_examples=20, deadline=None)
ETHER = Asset(AssetKind.ETH, quantum=10**12)
TOKEN = bytes.fromhex("4240e8b8c0b6e6464a13f555f6395bbfe1c4bdf1")
EXAMPLE = Transfer(ETHER.asset_id, int("70997970c51812dc3a010c7d01b50e0d17dc79c8", 16), 23, 24, 11000, 7, NEVER_EXPIRES)


def signed(transfer: Transfer, private_key: int = 5) -> tuple[int, stark.Signature]:
    return stark.public_key(private_key), stark.sign(private_key, message_hash(transfer))


BODY = withdrawal_to_body(EXAMPLE, ETHER, *signed(EXAMPLE))


@few
@given(withdrawals(), private_keys)
def test_a_withdrawal_is_read_back_and_is_signed(withdrawal, private_key):
    asset, transfer = withdrawal
    stark_key, signature = signed(transfer, private_key)
    body = json.loads(json.dumps(withdrawal_to_body(transfer, asset, stark_key, signature)))
    read = read_withdrawal_to(body)
    assert (read.transfer, read.stark_key, read.signature) == (transfer, stark_key, signature)
    assert (read.contract, read.token_id) == (asset.token, asset.token_id)
    assert read.is_signed
    assert read.is_of(asset)
    with pytest.raises(CodecError, match="Stark key"):
        read_transfer(body)


@few
@given(st.data(), private_keys)
def test_a_transfer_is_read_back_and_is_signed(data, private_key):
    asset = data.draw(assets)
    transfer = data.draw(transfers_of(asset, stark_keys))
    stark_key, signature = signed(transfer, private_key)
    body = json.loads(json.dumps(transfer_body(transfer, asset, stark_key, signature)))
    read = read_transfer(body)
    assert (read.transfer, read.stark_key, read.signature) == (transfer, stark_key, signature)
    assert read.is_signed
    assert not {"contract_address", "token_id"} & body.keys()
    with pytest.raises(CodecError, match="Ethereum address"):
        read_withdrawal_to(body)


@few
@given(assets, stark_keys, amounts)
def test_a_plain_withdrawal_is_read_back(asset, stark_key, amount):
    body = json.loads(json.dumps(withdrawal_body(asset, stark_key, amount)))
    assert read_withdrawal(body) == PlainWithdrawal(asset.token, asset.token_id, stark_key, amount)


def test_every_field_of_the_original_page_is_there_with_the_types_of_the_clients():
    stark_key, signature = signed(EXAMPLE)
    assert {
        "contract_address": "ETH",
        "token_id": "",
        "asset_id": "0x352f9ffd821a525051de2d71126113505a7b0a73d98dbc0ac0ff343cfbdef5e",
        "stark_key": f"{stark_key:#x}",
        "amount": "11000",
        "nonce": 7,
        "vault_id": "23",
        "receiver": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "receiver_vault_id": "24",
        "expiration_timestamp": 4194303,
        "signature": {"r": f"{signature.r:#x}", "s": f"{signature.s:#x}"},
    } == BODY
    largest = withdrawal_body(Asset(AssetKind.ERC721, TOKEN, token_id=MAX_TOKEN_ID), stark_key, 1)
    assert largest["contract_address"] == checksum(TOKEN)
    assert largest["token_id"] == str(2**256 - 1)


def test_a_body_is_only_made_of_what_was_signed_for():
    stark_key, signature = signed(EXAMPLE)
    for write in (withdrawal_to_body, transfer_body):
        with pytest.raises(CodecError):
            write(EXAMPLE, Asset(AssetKind.ETH, quantum=10**8), stark_key, signature)
    to_key = Transfer(ETHER.asset_id, stark_key, 23, 24, 11000, 7, NEVER_EXPIRES)
    with pytest.raises(CodecError, match="Ethereum address"):
        withdrawal_to_body(to_key, ETHER, stark_key, signature)
    with pytest.raises(CodecError, match="Stark key"):
        transfer_body(EXAMPLE, ETHER, stark_key, signature)
    for amount in (0, -1, MAX_AMOUNT + 1):
        with pytest.raises(CodecError):
            withdrawal_body(ETHER, stark_key, amount)


NFT = Asset(AssetKind.ERC721, TOKEN, token_id=7)
NFT_TRANSFER = Transfer(NFT.asset_id, EXAMPLE.receiver, 23, 24, 1, 7, NEVER_EXPIRES)
NFT_BODY = withdrawal_to_body(NFT_TRANSFER, NFT, *signed(NFT_TRANSFER))


@pytest.mark.parametrize(
    "change", [{"contract_address": "ETH"}, {"contract_address": "0x" + "12" * 20}, {"token_id": "8"}, {"token_id": ""}]
)
def test_what_stands_under_no_signature_is_held_to_the_asset(change):
    read = read_withdrawal_to({**NFT_BODY, **change})
    assert read.is_signed
    assert not read.is_of(NFT)


def test_a_body_that_names_no_contract_is_of_the_asset_that_was_signed_for():
    """As the Python client writes it: the asset id decides."""
    read = read_withdrawal_to({**NFT_BODY, "contract_address": None, "token_id": None})
    assert read.is_of(NFT)
    assert not read.is_of(Asset(AssetKind.ERC721, TOKEN, token_id=8))


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 11000},
        {"vault_id": 23, "receiver_vault_id": 24},
        {"nonce": "7", "expiration_timestamp": "4194303"},
        {"expiration_timestamp": None},
        {"contract_address": None, "token_id": None},
        {"contract_address": "eth"},
        {"receiver": str(BODY["receiver"]).lower()},
        {"asset_id": "0x0" + str(BODY["asset_id"])[2:]},
    ],
)
def test_other_clients_write_the_same_differently(change):
    assert read_withdrawal_to({**BODY, **change}).transfer == EXAMPLE
    assert read_withdrawal_to({**BODY, **change}).is_signed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": 11000.0}, "whole number"),
        ({"amount": "11000.0"}, "whole number"),
        ({"amount": "1e3"}, "whole number"),
        ({"amount": True}, "whole number"),
        ({"amount": "0x10"}, "whole number"),
        ({"amount": "\u0661"}, "whole number"),
        ({"amount": "9" * 79}, "whole number"),
        ({"amount": " 11000"}, "whole number"),
        ({"amount": 2**63}, "range"),
        ({"amount": -1}, "range"),
        ({"vault_id": 2**31}, "range"),
        ({"nonce": 2**31}, "range"),
        ({"expiration_timestamp": 2**22}, "range"),
        ({"expiration_timestamp": 1750000000}, "range"),
        ({"receiver": "0x70997970C51812dc3A010C7d01b50e0d17dc79c8"}, "capital letters"),
        ({"receiver": "0x" + "0" * 40}, "zero address"),
        ({"receiver": BODY["stark_key"]}, "Ethereum address"),
        ({"receiver": 7}, "Ethereum address"),
        ({"asset_id": "11"}, "hex"),
        ({"asset_id": f"{stark.FIELD:#x}"}, "too large"),
        ({"stark_key": "0x0"}, "curve"),
        ({"stark_key": None}, "hex"),
        ({"signature": {"r": "0xab"}}, "hex"),
        ({"signature": None}, "request"),
        ({"signature": {"r": f"{2**251:#x}", "s": "0x1"}}, "too large"),
        ({"signature": {"r": "0x1", "s": f"{stark.ORDER:#x}"}}, "too large"),
        ({"contract_address": "0x12"}, "contract"),
        ({"token_id": str(2**256)}, "range"),
    ],
)
def test_what_is_not_right_is_refused_with_the_reason(change, reason):
    with pytest.raises(CodecError, match=reason):
        read_withdrawal_to({**BODY, **change})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(BODY)) | st.text(), inner),
    max_leaves=8,
)


@given(json_values, st.sampled_from(sorted(BODY)))
def test_nothing_else_ever_comes_out_of_reading(value, name):
    for read in (read_withdrawal_to, read_transfer, read_withdrawal):
        for body in (value, {**BODY, name: value}):
            with suppress(CodecError):
                read(body)
