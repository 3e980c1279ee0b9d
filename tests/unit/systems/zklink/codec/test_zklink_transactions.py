"""Bytes and hashes: what is written is read back, and every field changes them."""

from contextlib import suppress
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto.keccak import keccak256
from ashore.systems.zklink.codec import (
    ChangePubKey,
    CodecError,
    Profile,
    Withdraw,
    decode_change_pubkey,
    decode_core,
    encode_change_pubkey,
    encode_core,
    signed_bytes,
    tx_hash,
    validate_change_pubkey,
    validate_withdraw,
)
from unit.systems.zklink.codec.zklink_strategies import ACTIVATION, EXAMPLE, change_pubkeys, profiles, withdraws


@given(withdraws)
def test_decoding_gives_back_what_was_encoded(tx: Withdraw) -> None:
    assert decode_core(encode_core(tx)) == tx


@given(change_pubkeys)
def test_decoding_gives_back_the_activation(tx: ChangePubKey) -> None:
    assert decode_change_pubkey(encode_change_pubkey(tx)) == tx


@given(withdraws, profiles)
def test_valid_requests_have_no_problem(tx: Withdraw, profile: Profile) -> None:
    assert validate_withdraw(tx, profile) == []


@given(change_pubkeys, profiles)
def test_valid_activations_have_no_problem(tx: ChangePubKey, profile: Profile) -> None:
    assert validate_change_pubkey(tx, profile) == []


@given(st.binary(min_size=72, max_size=72))
def test_the_decoder_takes_only_what_the_encoder_writes(data: bytes) -> None:
    data = b"\x03" + data[1:]
    try:
        tx = decode_core(data)
    except CodecError:
        return
    assert encode_core(tx) == data


@given(withdraws, st.integers(0, 575))
def test_no_changed_bit_goes_unread(tx: Withdraw, bit: int) -> None:
    changed = (int.from_bytes(encode_core(tx), "big") ^ 1 << bit).to_bytes(72, "big")
    with suppress(CodecError):
        assert decode_core(changed) != tx


@pytest.mark.parametrize("data", [b"", bytes(71), bytes(73), b"\x03" * 71, b"\x03" + bytes(72), b"\x06" + bytes(71)])
def test_other_bytes_are_no_request(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode_core(data)


@pytest.mark.parametrize("data", [b"", bytes(39), b"\x06" + bytes(37), b"\x06" + bytes(39), b"\x03" + bytes(38)])
def test_other_bytes_are_no_activation(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode_change_pubkey(data)


def test_a_fee_in_a_longer_form_is_refused() -> None:
    core = bytearray(encode_core(EXAMPLE))
    core[59:61] = (100 << 5 | 16).to_bytes(2, "big")
    with pytest.raises(CodecError, match="shortest form"):
        decode_core(bytes(core))


@pytest.mark.parametrize("flag", [2, 255])
def test_a_flag_is_yes_or_no(flag: int) -> None:
    core = bytearray(encode_core(EXAMPLE))
    core[65] = flag
    with pytest.raises(CodecError, match="0 or 1"):
        decode_core(bytes(core))


def test_every_field_changes_the_hash() -> None:
    changes: dict[str, object] = {
        "to": b"\xa5" * 19 + b"\xa6",
        "fee": 4_110_000_000_000_000,
        "flag": 1,
        "call_data": b"",
    }
    for profile in Profile:
        known = tx_hash(EXAMPLE, profile)
        for field in fields(Withdraw):
            if field.name == "call_data" and not profile.is_x:
                continue
            value = changes.get(field.name, getattr(EXAMPLE, field.name))
            changed = replace(EXAMPLE, **{field.name: value + 1 if field.name not in changes else value})  # type: ignore[operator]
            assert tx_hash(changed, profile) != known, field.name


def test_profile_x_signs_the_hash_and_the_call() -> None:
    assert len(signed_bytes(EXAMPLE, Profile.V2)) == len(signed_bytes(EXAMPLE, Profile.MAIN)) == 72
    without = signed_bytes(EXAMPLE, Profile.X_APEX)
    empty = signed_bytes(replace(EXAMPLE, call_data=b""), Profile.X_APEX)
    assert len(without) == len(empty) == 63
    assert without[:31] == empty[:31]
    assert without[31:] == bytes(32)
    assert empty[31:] == keccak256(b"")


@pytest.mark.parametrize("profile", [Profile.V2, Profile.MAIN])
def test_a_call_needs_profile_x(profile: Profile) -> None:
    with_call = replace(EXAMPLE, call_data=b"\x01")
    assert [problem.field for problem in validate_withdraw(with_call, profile)] == ["call_data"]
    with pytest.raises(CodecError, match="Only zkLink X"):
        signed_bytes(with_call, profile)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("to_chain_id", 32, "range"),
        ("to_chain_id", -1, "range"),
        ("account_id", 1, "reserved"),
        ("account_id", 1 << 24, "range"),
        ("sub_account_id", 32, "range"),
        ("to", bytes(20), "zero"),
        ("to", bytes(32), "zero"),
        ("to", b"\xff" * 32, "reserved"),
        ("to", b"\x01" * 21, "length"),
        ("l2_source_token", 2, "reserved"),
        ("l1_target_token", 16, "reserved"),
        ("l1_target_token", 1 << 16, "range"),
        ("amount", 1 << 128, "range"),
        ("amount", -1, "range"),
        ("fee", 2049, "not_packable"),
        ("fee", 2048 * 10**31, "range"),
        ("fee", -1, "range"),
        ("nonce", (1 << 32) - 1, "range"),
        ("flag", 2, "range"),
        ("withdraw_fee_ratio", 10_001, "range"),
        ("ts", 1 << 32, "range"),
        ("call_data", bytes(65_537), "length"),
    ],
)
def test_each_rule_names_its_field(field: str, value: object, code: str) -> None:
    problems = validate_withdraw(replace(EXAMPLE, **{field: value}), Profile.X_APEX)  # type: ignore[arg-type]
    assert [(problem.field, problem.code) for problem in problems] == [(field, code)]
    assert problems[0].sentence.endswith(".")


def test_every_problem_is_found_at_once() -> None:
    wrong = replace(EXAMPLE, to_chain_id=99, fee=2049, nonce=-1)
    assert {problem.field for problem in validate_withdraw(wrong, Profile.X_APEX)} == {"to_chain_id", "fee", "nonce"}


@pytest.mark.parametrize("to", [b"\xff" * 20, bytes(19) + b"\x01"])
def test_unusual_recipients_are_allowed(to: bytes) -> None:
    assert validate_withdraw(replace(EXAMPLE, to=to), Profile.X_APEX) == []


def test_the_highest_token_is_known_to_later_profiles_only() -> None:
    tx = replace(EXAMPLE, l2_source_token=65535)
    assert [problem.field for problem in validate_withdraw(tx, Profile.V2)] == ["l2_source_token"]
    assert validate_withdraw(tx, Profile.MAIN) == []


def test_an_activation_needs_a_whole_hash() -> None:
    broken = replace(ACTIVATION, new_pubkey_hash=bytes(19))
    assert [problem.field for problem in validate_change_pubkey(broken, Profile.X_APEX)] == ["new_pubkey_hash"]
    with pytest.raises(CodecError, match="20 bytes"):
        encode_change_pubkey(broken)


@settings(max_examples=200)
@given(
    st.sampled_from(["to_chain_id", "account_id", "sub_account_id", "l2_source_token", "amount", "fee", "nonce", "ts"]),
    st.one_of(st.integers(max_value=-1), st.integers(min_value=1 << 128)),
)
def test_what_does_not_fit_is_never_encoded(field: str, value: int) -> None:
    with pytest.raises(CodecError):
        encode_core(replace(EXAMPLE, **{field: value}))  # type: ignore[arg-type]
