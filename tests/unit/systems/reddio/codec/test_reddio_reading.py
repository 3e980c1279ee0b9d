"""What the signer reads: all of it from the bytes, and nothing that it does not understand."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ashore.crypto import stark
from ashore.domain.untrusted import hidden_characters
from ashore.keys.reading import ReadingError
from ashore.systems.reddio.codec import (
    CHAIN_IDS,
    KEY_TEXT,
    TYPE_NAMES,
    Asset,
    AssetKind,
    KeyRequest,
    Transfer,
    encode_core,
    key_typed_data,
    message_hash,
    preimage_of,
    read_key_name,
)
from ashore.systems.reddio.codec.reading import read_key_derivation, read_transfer, read_withdrawal_to
from unit.systems.reddio.codec.reddio_strategies import withdrawals

KNOWN_NAMES = [
    f"{chain}:{name}:{derivation}" for chain in CHAIN_IDS for name in TYPE_NAMES for derivation in stark.Derivation
]
few = settings(max_examples=25, deadline=None)
TOKEN = bytes.fromhex("31b21d05b8120dc05285a5017a30689b520b53a2")
NFT = Asset(AssetKind.ERC721M, TOKEN, token_id=7)
KEY, OWN = "1:reddio:standard", stark.public_key(23)
NO_KEY = next(number for number in range(OWN, OWN + 99) if not stark.is_stark_key(number))
EXAMPLE = Transfer(NFT.asset_id, 2**159 + 5, 23, 24, 1, 7, 4194303)
PREIMAGE = preimage_of(EXAMPLE, NFT, KEY, OWN)


@few
@given(withdrawals())
def test_a_withdrawal_is_read_as_it_was_meant(withdrawal):
    asset, transfer = withdrawal
    assume(not hidden_characters(asset.token_url or ""))
    reading = read_withdrawal_to(preimage_of(transfer, asset, KEY, OWN))
    hashed = message_hash(transfer).to_bytes(32, "big")
    assert (reading.kind, reading.l2_message) == ("reddio.withdrawal-to", hashed)
    assert reading.identifier == "0x" + hashed.hex()
    assert (reading.texts, reading.typed_data) == ((), None)
    assert (reading.stark_key, reading.key_name) == (OWN, KEY)
    assert (reading.fields["stark_key"], reading.fields["key"]) == (f"{OWN:#x}", KEY)
    assert reading.fields["receiver"] == f"0x{transfer.receiver:040x}"
    assert reading.fields["amount"] == str(transfer.amount * asset.quantum)
    assert reading.fields["amount_quanta"] == str(transfer.amount)
    assert reading.fields["asset_id"] == f"{asset.asset_id:#x}"
    assert reading.fields["contract"] == ("0x" + asset.token.hex() if asset.token else "")
    assert reading.fields["token_id"] == ("" if asset.token_id is None else str(asset.token_id))
    for name in ("sender_vault_id", "receiver_vault_id", "nonce", "expiration_hours"):
        assert reading.fields[name] == str(getattr(transfer, name))
    with pytest.raises(ReadingError, match="withdrawal"):
        read_transfer(preimage_of(transfer, asset, KEY, OWN))


def test_a_transfer_is_read_as_one_and_never_as_a_withdrawal():
    key = stark.public_key(11)
    preimage = preimage_of(replace(EXAMPLE, receiver=key), NFT, KEY, OWN)
    reading = read_transfer(preimage)
    assert (reading.kind, reading.fields["receiver"]) == ("reddio.transfer", f"{key:#x}")
    with pytest.raises(ReadingError, match="not an Ethereum address"):
        read_withdrawal_to(preimage)


def test_no_transfer_to_oneself():
    preimage = preimage_of(replace(EXAMPLE, receiver=OWN), NFT, KEY, OWN)
    with pytest.raises(ReadingError, match="account itself"):
        read_transfer(preimage)


@pytest.mark.parametrize("name", KNOWN_NAMES)
def test_every_name_of_a_key_is_read(name):
    reading = read_withdrawal_to({**PREIMAGE, "key": name})
    assert reading.key_name == read_key_name(name).name == name


def core_with(**changes):
    return encode_core(replace(EXAMPLE, **changes)).hex()


@pytest.mark.parametrize(
    "change",
    [
        {"core": ""},
        {"core": 7},
        {"core": str(PREIMAGE["core"]) + "00"},
        {"core": str(PREIMAGE["core"]).upper()},
        {"core": core_with(condition=5)},
        {"core": core_with(receiver=0)},
        {"core": core_with(receiver=2**160)},
        {"core": core_with(amount=0)},
        {"core": core_with(amount=2)},
        {"core": core_with(receiver_vault_id=23)},
        {"core": core_with(asset_id=NFT.asset_id ^ 1)},
        {"asset_kind": "ERC1155"},
        {"asset_kind": "ERC721"},
        {"asset_kind": None},
        {"contract": ""},
        {"contract": TOKEN.hex()[:-1] + "3"},
        {"quantum": "2"},
        {"quantum": "1.0"},
        {"quantum": 1.0},
        {"token_id": "8"},
        {"token_id": None},
        {"token_id": "-7"},
        {"token_url": "ipfs://a"},
        {"token_url": 5},
        {"key": ""},
        {"key": "1:reddio"},
        {"key": "1:reddio:standard "},
        {"key": "01:reddio:standard"},
        {"key": "2:reddio:standard"},
        {"key": "1:REDDIO:standard"},
        {"key": "1:reddio:other"},
        {"key": ["1:reddio:standard"]},
        {"key": None},
        {"stark_key": f"{OWN:X}"},
        {"stark_key": f"0x{OWN:X}"},
        {"stark_key": f"0x0{OWN:x}"},
        {"stark_key": f"{NO_KEY:#x}"},
        {"stark_key": "0x0"},
        {"stark_key": OWN},
        {"more": 1},
    ],
)
def test_what_the_signer_does_not_sign(change):
    with pytest.raises(ReadingError):
        read_withdrawal_to({**PREIMAGE, **change})


@pytest.mark.parametrize("name", sorted(PREIMAGE))
def test_a_part_that_is_missing(name):
    with pytest.raises(ReadingError):
        read_withdrawal_to({key: value for key, value in PREIMAGE.items() if key != name})


@pytest.mark.parametrize("url", ["ipfs://a\u202eb", "ipfs://a\nb", "ipfs://\u200b", "a" * 2049])
def test_no_data_address_that_could_hide_something(url):
    asset = Asset(AssetKind.ERC721MC, TOKEN, token_id=7, token_url=url)
    with pytest.raises(ReadingError, match="address of the token's data"):
        read_withdrawal_to(preimage_of(replace(EXAMPLE, asset_id=asset.asset_id), asset, KEY, OWN))


@pytest.mark.parametrize("chain_id", CHAIN_IDS)
@pytest.mark.parametrize("type_name", TYPE_NAMES)
def test_the_key_request_is_the_clients_typed_data(chain_id, type_name):
    reading = read_key_derivation({"chain_id": chain_id, "type_name": type_name})
    assert reading.typed_data == key_typed_data(KeyRequest(chain_id, type_name))
    assert reading.fields == {"text": KEY_TEXT, "chain_id": str(chain_id), "type_name": type_name}
    assert reading.l2_message is None


@given(
    st.one_of(
        st.fixed_dictionaries({"chain_id": st.integers(), "type_name": st.sampled_from(TYPE_NAMES)}),
        st.fixed_dictionaries({"chain_id": st.sampled_from([True, "1", 1.0, None]), "type_name": st.just("reddio")}),
        st.fixed_dictionaries({"chain_id": st.just(1), "type_name": st.text() | st.none()}),
        st.just({}),
        st.just({"chain_id": 1}),
        st.just({"chain_id": 1, "type_name": "reddio", "contents": "Send everything"}),
    )
)
def test_no_other_key_request_is_signed(preimage):
    if preimage.get("chain_id") in CHAIN_IDS and not isinstance(preimage["chain_id"], (bool, float)):
        assume(preimage.get("type_name") not in TYPE_NAMES or len(preimage) > 2)
    with pytest.raises(ReadingError):
        read_key_derivation(preimage)
