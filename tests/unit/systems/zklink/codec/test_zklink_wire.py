"""The JSON forms, from friend and foe."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.systems.zklink.codec import (
    ChangePubKey,
    ChangePubKeyAuth,
    CodecError,
    Create2Auth,
    EcdsaAuth,
    OnchainAuth,
    Profile,
    Withdraw,
    change_pubkey_from_json,
    change_pubkey_to_json,
    layer1_signature_from_json,
    layer1_signature_to_json,
    withdraw_from_json,
    withdraw_to_json,
)
from unit.systems.zklink.codec.zklink_strategies import ACTIVATION, EXAMPLE, change_pubkeys, profiles, withdraws

KEY, SIGNATURE = b"\x11" * 32, b"\x22" * 64

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=10), inner, max_size=4)),
    max_leaves=8,
)


def example_form() -> dict[str, Any]:
    return withdraw_to_json(EXAMPLE, Profile.X_APEX, KEY, SIGNATURE)


@given(withdraws, profiles, st.one_of(st.none(), st.binary(max_size=40)))
def test_a_request_survives_the_wire(tx: Withdraw, profile: Profile, call_data: bytes | None) -> None:
    tx = replace(tx, call_data=call_data if profile.is_x else None)
    signed = withdraw_from_json(withdraw_to_json(tx, profile, KEY, SIGNATURE), profile)
    assert (signed.tx, signed.public_key, signed.signature) == (tx, KEY, SIGNATURE)


@pytest.mark.parametrize(
    "auth", [EcdsaAuth(b"\x33" * 65), OnchainAuth(), Create2Auth(b"\1" * 20, b"\2" * 32, b"\3" * 32)]
)
@given(tx=change_pubkeys, profile=profiles)
def test_an_activation_survives_the_wire(tx: ChangePubKey, profile: Profile, auth: ChangePubKeyAuth) -> None:
    signed = change_pubkey_from_json(change_pubkey_to_json(tx, profile, auth, KEY, SIGNATURE))
    assert (signed.tx, signed.auth, signed.public_key, signed.signature) == (tx, auth, KEY, SIGNATURE)


def test_what_differs_between_the_profiles() -> None:
    forms = {profile: withdraw_to_json(EXAMPLE, profile, KEY, SIGNATURE, sender=b"\x44" * 20) for profile in Profile}
    assert "fastWithdraw" in forms[Profile.V2]
    assert "withdrawToL1" not in forms[Profile.V2]
    assert forms[Profile.V2]["from"] == "0x" + "44" * 20
    assert forms[Profile.V2]["signature"] == {"pubKey": "11" * 32, "signature": "22" * 64}
    assert forms[Profile.MAIN]["signature"] == {"pubKey": "0x" + "11" * 32, "signature": "22" * 64}
    assert "from" not in forms[Profile.X_APEX]
    assert forms[Profile.X_APEX]["callData"] is None
    assert "callData" not in forms[Profile.X_ZKEX]
    assert "callData" not in forms[Profile.MAIN]


def test_tolerated_differences() -> None:
    form = example_form()
    form["accountId"] = "4711"
    form["amount"] = 25_000_000_000_000_000_000
    form["to"] = "0x" + "A5" * 20
    form["signature"] = {"pubKey": "11" * 32, "signature": "0x" + "22" * 64, "extra": 1}
    form["unknown"] = ["anything"]
    assert withdraw_from_json(form, Profile.X_APEX).tx == EXAMPLE
    del form["signature"]
    assert withdraw_from_json(form, Profile.X_APEX).signature is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "Transfer"),
        ("toChainId", None),
        ("toChainId", -1),
        ("toChainId", 1.0),
        ("toChainId", True),
        ("accountId", "0x10"),
        ("accountId", " 1"),
        ("accountId", "\u0661"),
        ("accountId", "1_000"),
        ("amount", "1e18"),
        ("amount", "-1"),
        ("amount", "9" * 79),
        ("amount", "9" * 10_000_000),
        ("to", "0x" + "a5" * 19),
        ("to", "0x" + "a5" * 33),
        ("to", "0x" + "a5 " * 13 + "a5" * 2),
        ("to", "0x" + "zz" * 20),
        ("to", None),
        ("callData", "00"),
        ("callData", [256]),
        ("callData", [-1]),
        ("callData", [True]),
        ("callData", [0] * 65_537),
        ("signature", "22"),
        ("signature", {"pubKey": "11" * 32}),
        ("signature", {"pubKey": "11" * 31, "signature": "22" * 64}),
        ("withdrawToL1", None),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_malformed_requests_are_refused(name: str, value: object) -> None:
    with pytest.raises(CodecError):
        withdraw_from_json({**example_form(), name: value}, Profile.X_APEX)


@given(json_values)
def test_nonsense_is_refused_politely(form: object) -> None:
    for read in (lambda: withdraw_from_json(form, Profile.V2), lambda: change_pubkey_from_json(form)):
        with pytest.raises(CodecError):
            read()
    with pytest.raises(CodecError):
        layer1_signature_from_json(form)


@given(st.sampled_from(sorted(example_form())), json_values)
def test_one_wrong_field_never_breaks_the_reader(name: str, value: object) -> None:
    with suppress(CodecError):
        withdraw_from_json({**example_form(), name: value}, Profile.X_APEX)


def test_an_unknown_authorisation_is_refused() -> None:
    form = change_pubkey_to_json(ACTIVATION, Profile.X_APEX, OnchainAuth(), KEY, SIGNATURE)
    for auth in (None, {}, {"type": "Magic"}, {"type": "EthECDSA"}, {"type": "EthECDSA", "ethSignature": "0x00"}):
        with pytest.raises(CodecError):
            change_pubkey_from_json({**form, "ethAuthData": auth})


def test_both_spellings_of_create2_are_read() -> None:
    auth = Create2Auth(b"\1" * 20, b"\2" * 32, b"\3" * 32)
    old = change_pubkey_to_json(ACTIVATION, Profile.V2, auth, KEY, SIGNATURE)["ethAuthData"]
    new = change_pubkey_to_json(ACTIVATION, Profile.X_APEX, auth, KEY, SIGNATURE)["ethAuthData"]
    assert old == {**new, "type": "EthCREATE2"}  # type: ignore[dict-item]


def test_layer1_signatures() -> None:
    plain, contract = b"\x55" * 65, b"\x66" * 130
    assert layer1_signature_from_json(layer1_signature_to_json(plain)) == (plain, False)
    assert layer1_signature_from_json(layer1_signature_to_json(contract, by_contract=True)) == (contract, True)
    with pytest.raises(CodecError):
        layer1_signature_from_json({"type": "EthereumSignature", "signature": "0x" + "55" * 64})
