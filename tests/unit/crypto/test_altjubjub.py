"""The curve: its laws, its generator from the recipe, and its encoding."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto.altjubjub import (
    COFACTOR,
    FIELD_MODULUS,
    GENERATOR,
    IDENTITY,
    SUBGROUP_ORDER,
    Point,
    add,
    decode_point,
    encode_point,
    in_subgroup,
    is_on_curve,
    multiply,
    multiply_generator,
    negate,
)

scalars = st.integers(0, SUBGROUP_ORDER - 1)
BEACON = b"096b36a5804bfacef1691e173c366a47ff5ba84a44f26ddd7e8d9f79d5b42df0"


def test_generator_is_the_first_point_of_the_recipe() -> None:
    for counter in range(256):
        candidate = decode_point(hashlib.blake2s(BEACON + bytes([counter]), person=b"Zcash_G_").digest())
        if candidate is not None:
            break
    assert candidate is not None
    assert multiply(candidate, COFACTOR) == GENERATOR


def test_subgroup() -> None:
    order_two = Point(0, FIELD_MODULUS - 1)
    assert is_on_curve(GENERATOR)
    assert in_subgroup(GENERATOR)
    assert in_subgroup(IDENTITY)
    assert is_on_curve(order_two)
    assert not in_subgroup(order_two)
    assert not in_subgroup(add(GENERATOR, order_two))
    assert not is_on_curve(Point(1, 1))
    assert not is_on_curve(Point(0, FIELD_MODULUS + 1))


@given(scalars, scalars)
def test_multiplication_is_a_homomorphism(first: int, second: int) -> None:
    total = add(multiply_generator(first), multiply_generator(second))
    assert total == multiply_generator((first + second) % SUBGROUP_ORDER)
    assert is_on_curve(total)


@given(scalars)
def test_fast_and_general_multiplication_agree(scalar: int) -> None:
    assert multiply_generator(scalar) == multiply(GENERATOR, scalar)


@given(scalars)
def test_encoding_round_trip_and_inverse(scalar: int) -> None:
    point = multiply_generator(scalar)
    assert decode_point(encode_point(point)) == point
    assert add(point, negate(point)) == IDENTITY


@given(st.binary(min_size=32, max_size=32))
def test_decoding_is_canonical(data: bytes) -> None:
    point = decode_point(data)
    assert point is None or (is_on_curve(point) and encode_point(point) == data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(31),
        bytes(33),
        FIELD_MODULUS.to_bytes(32, "little"),
        (FIELD_MODULUS + 1).to_bytes(32, "little"),
        (1 | 1 << 255).to_bytes(32, "little"),
    ],
    ids=["empty", "short", "long", "modulus", "modulus+1", "odd-zero"],
)
def test_malformed_points_are_refused(data: bytes) -> None:
    assert decode_point(data) is None


@pytest.mark.parametrize("scalar", [-1, SUBGROUP_ORDER])
def test_scalars_outside_of_the_group_are_refused(scalar: int) -> None:
    with pytest.raises(ValueError, match="subgroup order"):
        multiply_generator(scalar)
