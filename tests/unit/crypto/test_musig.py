"""Layer-2 signatures: they verify, and nothing that differs by one bit does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto.altjubjub import FIELD_MODULUS, IDENTITY, SUBGROUP_ORDER, Point, add, decode_point, encode_point
from ashore.crypto.musig import (
    derive_private_key,
    private_key_from_material,
    public_key,
    public_key_hash,
    sign,
    verify,
)

PRIVATE_KEY = private_key_from_material(b"a public test key of Ashore, never to be used")
PUBLIC_KEY = public_key(PRIVATE_KEY)
MESSAGE = bytes(range(72))
SIGNATURE = sign(PRIVATE_KEY, MESSAGE)

materials = st.binary(min_size=32, max_size=80)
messages = st.binary(max_size=92)


def flip(data: bytes, bit: int) -> bytes:
    """The data with one bit changed."""
    return (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


@settings(max_examples=15)
@given(materials, messages)
def test_what_is_signed_verifies(material: bytes, message: bytes) -> None:
    private_key = private_key_from_material(material)
    signature = sign(private_key, message)
    assert signature == sign(private_key, message)
    assert verify(public_key(private_key), signature, message)


@settings(max_examples=60)
@given(st.integers(0, 511))
def test_every_changed_bit_of_the_signature_is_noticed(bit: int) -> None:
    assert not verify(PUBLIC_KEY, flip(SIGNATURE, bit), MESSAGE)


@settings(max_examples=30)
@given(st.integers(0, 255))
def test_every_changed_bit_of_the_key_is_noticed(bit: int) -> None:
    assert not verify(flip(PUBLIC_KEY, bit), SIGNATURE, MESSAGE)


@settings(max_examples=30)
@given(st.integers(0, 575))
def test_every_changed_bit_of_the_message_is_noticed(bit: int) -> None:
    assert not verify(PUBLIC_KEY, SIGNATURE, flip(MESSAGE, bit))


def test_unchanged_it_verifies() -> None:
    assert verify(PUBLIC_KEY, SIGNATURE, MESSAGE)


def test_a_response_above_the_order_is_refused() -> None:
    response = int.from_bytes(SIGNATURE[32:], "little") + SUBGROUP_ORDER
    assert not verify(PUBLIC_KEY, SIGNATURE[:32] + response.to_bytes(32, "little"), MESSAGE)


def test_points_outside_of_the_subgroup_are_refused() -> None:
    nonce_point = decode_point(SIGNATURE[:32])
    assert nonce_point is not None
    order_two = Point(0, FIELD_MODULUS - 1)
    moved = encode_point(add(nonce_point, order_two))
    assert not verify(PUBLIC_KEY, moved + SIGNATURE[32:], MESSAGE)
    assert not verify(encode_point(order_two), SIGNATURE, MESSAGE)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    assert not verify(PUBLIC_KEY, bytes(length), MESSAGE)
    assert not verify(bytes(length), SIGNATURE, MESSAGE)


@given(materials)
def test_derived_keys_lie_in_the_group(material: bytes) -> None:
    derived = derive_private_key(material)
    assert 0 < int.from_bytes(derived.private_key, "big") < SUBGROUP_ORDER
    assert derived.rounds >= 2


def test_short_material_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        derive_private_key(bytes(31))


@pytest.mark.parametrize("key", [b"", bytes(32), SUBGROUP_ORDER.to_bytes(32, "big"), b"\1" * 31, b"\0" + b"\1" * 32])
def test_malformed_private_keys_are_refused_without_showing_them(key: bytes) -> None:
    for use in (lambda: public_key(key), lambda: sign(key, MESSAGE)):
        with pytest.raises(ValueError, match=r"^a layer-2 private key is 32 bytes below the subgroup order$"):
            use()


def test_hash_of_a_malformed_public_key_is_refused() -> None:
    with pytest.raises(ValueError, match="not a point"):
        public_key_hash(b"\xff" * 32)
    assert len(public_key_hash(encode_point(IDENTITY))) == 20
