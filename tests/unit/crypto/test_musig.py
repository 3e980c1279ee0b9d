"""Layer-2 signatures: they verify, and nothing that differs by one bit does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto.altjubjub import (
    FIELD_MODULUS,
    IDENTITY,
    SUBGROUP_ORDER,
    Point,
    add,
    encode_point,
    multiply,
    multiply_generator,
)
from ashore.crypto.musig import (
    derive_private_key,
    private_key_from_material,
    public_key,
    public_key_hash,
    sign,
    verify,
)
from ashore.crypto.rescue import bytes_to_elements, rescue_hash_tx_message, sponge

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


def test_a_key_outside_of_the_subgroup_is_refused() -> None:
    """With an even challenge the part of small order vanishes, and the equation alone would hold."""
    secret, nonce = int.from_bytes(PRIVATE_KEY, "big"), 12345
    key_point = add(multiply_generator(secret), Point(0, FIELD_MODULUS - 1))
    nonce_point = multiply_generator(nonce)
    shared = key_point.x.to_bytes(32, "little") + nonce_point.x.to_bytes(32, "little")
    found_even = False
    for counter in range(16):
        message = bytes([counter])
        state = sponge(bytes_to_elements(shared + rescue_hash_tx_message(message)))
        challenge = (state.first % 2**125) + 2**125 * (state.second % 2**125)
        response = (nonce + challenge * secret) % SUBGROUP_ORDER
        holds = multiply_generator(response) == add(nonce_point, multiply(key_point, challenge))
        assert holds == (challenge % 2 == 0)
        signature = encode_point(nonce_point) + response.to_bytes(32, "little")
        assert not verify(encode_point(key_point), signature, message)
        found_even = found_even or holds
    assert found_even


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
