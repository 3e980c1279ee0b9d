"""Transfers as bytes: read back by a decoder of its own, and every bit of them signed."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto import stark
from ashore.systems.reddio.codec import (
    Asset,
    AssetKind,
    CodecError,
    decode_core,
    encode_core,
    hash_core,
    message_hash,
    validate_transfer,
    validate_withdrawal_to,
)
from ashore.systems.reddio.codec.limits import MAX_ADDRESS, MAX_AMOUNT, MAX_EXPIRATION_HOURS, MAX_NONCE, MAX_VAULT_ID
from unit.systems.reddio.codec.reddio_strategies import private_keys, stark_keys, transfers_of, withdrawals

ETHER = Asset(AssetKind.ETH, quantum=10**12)
few = settings(max_examples=20, deadline=None)


@given(withdrawals(), st.none() | st.integers(0, stark.FIELD - 1))
def test_what_is_encoded_is_decoded(withdrawal, condition):
    transfer = replace(withdrawal[1], condition=condition)
    assert decode_core(encode_core(transfer)) == transfer


@given(st.one_of(st.binary(min_size=96, max_size=96), st.binary(min_size=128, max_size=128)))
def test_bytes_are_a_transfer_only_in_its_one_form(core):
    try:
        transfer = decode_core(core)
    except CodecError:
        return
    assert encode_core(transfer) == core


@given(withdrawals(), st.integers(0, 255))
def test_bits_that_are_no_transfer(withdrawal, bit):
    """The type and the place of the fee: any bit set there is refused."""
    core = encode_core(withdrawal[1])
    flipped = core[:-32] + (int.from_bytes(core[-32:], "big") ^ 1 << bit).to_bytes(32, "big")
    in_fee, in_type = 53 <= bit < 116, bit >= 241
    if in_fee or in_type:
        with pytest.raises(CodecError):
            decode_core(flipped)
    else:
        assert decode_core(flipped) != withdrawal[1]


@few
@given(transfers_of(ETHER), st.integers(0, stark.FIELD - 1))
def test_the_type_says_whether_there_is_a_condition(transfer, condition):
    plain, conditional = encode_core(transfer), encode_core(replace(transfer, condition=condition))
    for mixed in (plain[:64] + conditional[-32:], conditional[:96] + plain[-32:]):
        with pytest.raises(CodecError, match="not a transfer"):
            decode_core(mixed)


@pytest.mark.parametrize("length", [0, 64, 95, 97, 127, 129])
def test_other_lengths_are_no_transfer(length):
    with pytest.raises(CodecError):
        decode_core(bytes(length))
    with pytest.raises(CodecError):
        hash_core(bytes(length))


@few
@given(withdrawals(), private_keys, st.data())
def test_a_signed_transfer_with_one_field_changed_is_not_signed(withdrawal, private_key, data):
    transfer = withdrawal[1]
    stark_key, signature = stark.public_key(private_key), stark.sign(private_key, message_hash(transfer))
    assert stark.verify(stark_key, message_hash(transfer), signature)
    for field in fields(transfer):
        value = getattr(transfer, field.name)
        changed = replace(transfer, **{field.name: 5 if value is None else value ^ 1})
        assert not stark.verify(stark_key, message_hash(changed), signature), field.name
    swapped = replace(transfer, sender_vault_id=transfer.receiver_vault_id, receiver_vault_id=transfer.sender_vault_id)
    assert not stark.verify(stark_key, message_hash(swapped), signature)


@pytest.mark.parametrize(
    ("name", "highest"),
    [
        ("sender_vault_id", MAX_VAULT_ID),
        ("receiver_vault_id", MAX_VAULT_ID),
        ("amount", MAX_AMOUNT),
        ("nonce", MAX_NONCE),
        ("expiration_hours", MAX_EXPIRATION_HOURS),
    ],
)
@given(data=st.data())
@few
def test_numbers_have_no_room_beyond_their_limits(name, highest, data):
    transfer = data.draw(transfers_of(ETHER))
    for value in (-1, highest + 1):
        outside = replace(transfer, **{name: value})
        with pytest.raises(CodecError):
            encode_core(outside)
        assert name in [problem.field for problem in validate_withdrawal_to(outside)]
    assert encode_core(replace(transfer, **{name: highest}))


@few
@given(transfers_of(ETHER))
def test_what_is_no_field_element_is_not_hashed(transfer):
    for name in ("asset_id", "receiver", "condition"):
        for value in (stark.FIELD, 2**256 - 1, 2**256, -1):
            with pytest.raises(CodecError):
                message_hash(replace(transfer, **{name: value}))


@few
@given(withdrawals())
def test_a_withdrawal_goes_to_an_address_and_a_transfer_to_a_key(withdrawal):
    transfer = withdrawal[1]
    assert validate_withdrawal_to(transfer) == []
    assert [problem.code for problem in validate_transfer(transfer)] == ["an_address"]
    to_key = replace(transfer, receiver=stark.public_key(7))
    assert validate_transfer(to_key) == []
    assert [problem.code for problem in validate_withdrawal_to(to_key)] == ["not_an_address"]


@few
@given(transfers_of(ETHER, stark_keys))
def test_a_receiver_that_is_neither(transfer):
    not_a_key = next(x for x in range(MAX_ADDRESS + 1, MAX_ADDRESS + 50) if not stark.is_stark_key(x))
    assert [p.code for p in validate_transfer(replace(transfer, receiver=not_a_key))] == ["not_a_key"]
    assert [p.code for p in validate_transfer(replace(transfer, receiver=0))] == ["an_address"]
    assert [p.code for p in validate_withdrawal_to(replace(transfer, receiver=0))] == ["zero"]


@few
@given(transfers_of(ETHER))
def test_other_reasons_not_to_sign(transfer):
    cases = {
        "same": replace(transfer, receiver_vault_id=transfer.sender_vault_id),
        "range": replace(transfer, amount=0),
        "unsupported": replace(transfer, condition=3),
    }
    for code, changed in cases.items():
        assert [problem.code for problem in validate_withdrawal_to(changed)] == [code]
    hour = transfer.expiration_hours
    assert validate_withdrawal_to(transfer, (hour - 1) * 3600 + 3599) == []
    assert [problem.code for problem in validate_withdrawal_to(transfer, hour * 3600)] == ["expired"]
