"""What the signer reads: all of it from the bytes, and nothing that it does not understand."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.keys.reading import ReadingError
from ashore.systems.zklink.codec import (
    KEY_DERIVATION_TEXT,
    Profile,
    Withdraw,
    encode_change_pubkey,
    encode_core,
    read_change_pubkey,
    read_key_derivation,
    read_withdraw,
    signed_bytes,
    tx_hash,
    withdraw_text,
)
from unit.systems.zklink.codec.zklink_strategies import ACTIVATION, EXAMPLE, profiles, withdraws

PREIMAGE: dict[str, object] = {
    "profile": "x-apex",
    "core": encode_core(EXAMPLE).hex(),
    "symbol": "USD",
    "call_data": None,
}
ACTIVATION_PREIMAGE: dict[str, object] = {
    "profile": "v2",
    "core": encode_change_pubkey(ACTIVATION).hex(),
    "auth": "EthECDSA",
    "main_contract": "0d" * 20,
    "layer_one_chain_id": 1,
}


@settings(max_examples=25)
@given(withdraws, profiles, st.one_of(st.none(), st.binary(max_size=40)))
def test_a_request_is_read_as_it_was_meant(tx: Withdraw, profile: Profile, call_data: bytes | None) -> None:
    tx = replace(tx, call_data=call_data if profile.is_x else None)
    reading = read_withdraw(
        {
            "profile": profile.value,
            "core": encode_core(tx).hex(),
            "symbol": "USDC.e",
            "call_data": None if tx.call_data is None else tx.call_data.hex(),
        }
    )
    assert reading.kind == "zklink.withdraw"
    assert reading.l2_message == signed_bytes(tx, profile)
    assert reading.identifier == tx_hash(tx, profile)
    assert reading.texts == (withdraw_text(tx, "USDC.e", profile),)
    assert reading.typed_data is None
    for name in ("to_chain_id", "account_id", "amount", "fee", "nonce", "flag", "withdraw_fee_ratio", "ts"):
        assert reading.fields[name] == str(getattr(tx, name))
    assert reading.fields["to"] == "0x" + tx.to.hex()


@pytest.mark.parametrize(
    "change",
    [
        {"profile": "x"},
        {"profile": None},
        {"core": ""},
        {"core": PREIMAGE["core"] + "00"},  # type: ignore[operator]
        {"core": str(PREIMAGE["core"]).upper()},
        {"core": "zz" * 72},
        {"core": 7},
        {"core": encode_core(replace(EXAMPLE, account_id=1)).hex()},
        {"core": encode_core(replace(EXAMPLE, withdraw_fee_ratio=10_001)).hex()},
        {"core": "06" + str(PREIMAGE["core"])[2:]},
        {"symbol": ""},
        {"symbol": "U" * 25},
        {"symbol": "USD\n"},
        {"symbol": "USD to: 0x"},
        {"symbol": "USD\u202e"},
        {"symbol": "\u0661"},
        {"symbol": None},
        {"call_data": "0"},
        {"call_data": "00" * 65_537},
        {"call_data": b""},
        {"amount": "1"},
    ],
)
def test_anything_else_is_refused(change: dict[str, object]) -> None:
    read_withdraw(PREIMAGE)
    with pytest.raises(ReadingError):
        read_withdraw({**PREIMAGE, **change})


def test_a_call_is_refused_where_the_profile_has_none() -> None:
    for profile in ("v2", "main"):
        with pytest.raises(ReadingError, match="Only zkLink X"):
            read_withdraw({**PREIMAGE, "profile": profile, "call_data": ""})


def test_a_missing_part_is_refused() -> None:
    for name in ("profile", "core", "symbol"):
        with pytest.raises(ReadingError):
            read_withdraw({key: value for key, value in PREIMAGE.items() if key != name})


def test_an_activation_by_typed_data() -> None:
    reading = read_change_pubkey(ACTIVATION_PREIMAGE)
    assert reading.texts == ()
    assert reading.typed_data is not None
    assert reading.l2_message == encode_change_pubkey(ACTIVATION)
    assert reading.identifier == tx_hash(ACTIVATION, Profile.V2)
    assert reading.fields["new_pubkey_hash"] == "0x" + "5a" * 20


def test_an_activation_by_text_or_on_chain() -> None:
    preimage = {"profile": "x-apex", "core": ACTIVATION_PREIMAGE["core"]}
    by_text = read_change_pubkey({**preimage, "auth": "EthECDSA"})
    on_chain = read_change_pubkey({**preimage, "auth": "Onchain"})
    assert by_text.texts[0].startswith("ChangePubKey\n")
    assert on_chain.texts == ()
    assert by_text.typed_data is on_chain.typed_data is None
    assert by_text.l2_message == on_chain.l2_message


@pytest.mark.parametrize(
    "change",
    [
        {"auth": "EthCreate2"},
        {"auth": None},
        {"main_contract": "0d" * 19},
        {"main_contract": None},
        {"layer_one_chain_id": 0},
        {"layer_one_chain_id": True},
        {"layer_one_chain_id": "1"},
        {"core": encode_core(EXAMPLE).hex()},
        {"core": encode_change_pubkey(replace(ACTIVATION, account_id=1)).hex()},
        {"nonce": 1},
    ],
)
def test_any_other_activation_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ReadingError):
        read_change_pubkey({**ACTIVATION_PREIMAGE, **change})


def test_the_key_derivation_has_one_text() -> None:
    reading = read_key_derivation({})
    assert reading.texts == (KEY_DERIVATION_TEXT,)
    assert reading.l2_message is None
    with pytest.raises(ReadingError):
        read_key_derivation({"text": "Send all my money"})
