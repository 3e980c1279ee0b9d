"""Rescue: its parameters from their recipe, and its message forms."""

import hashlib

import pytest
from Crypto.Cipher import ChaCha20
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto.altjubjub import FIELD_MODULUS
from ashore.crypto.rescue import (
    MDS_MATRIX,
    State,
    bytes_to_elements,
    permute,
    rescue_hash_orders,
    rescue_hash_tx_message,
    reverse_bits_of_bytes,
    round_constants,
    sponge,
)

BEACON = b"096b36a5804bfacef1691e173c366a47ff5ba84a44f26ddd7e8d9f79d5b42df0"


def test_mds_matrix_follows_from_its_seed() -> None:
    """The key of the stream is one big-endian word of the seed, eight times over, as in the original."""
    first_word = hashlib.blake2s(BEACON, person=b"ResM0003").digest()[:4]
    stream = ChaCha20.new(key=first_word[::-1] * 8, nonce=bytes(8)).encrypt(bytes(32 * 64))
    words = [int.from_bytes(stream[at : at + 4], "little") for at in range(0, len(stream), 4)]
    inverse_of_two_to_256 = pow(1 << 256, -1, FIELD_MODULUS)
    drawn: list[int] = []
    for at in range(0, len(words), 8):
        limbs = [words[at + 2 * limb] << 32 | words[at + 2 * limb + 1] for limb in range(4)]
        limbs[3] &= (1 << 62) - 1
        value = sum(limb << 64 * index for index, limb in enumerate(limbs))
        if value < FIELD_MODULUS:
            drawn.append(value * inverse_of_two_to_256 % FIELD_MODULUS)
    columns, rows = drawn[:3], drawn[3:6]
    assert tuple(tuple(pow(x - y, -1, FIELD_MODULUS) for y in rows) for x in columns) == MDS_MATRIX


def test_round_constants() -> None:
    constants = round_constants()
    assert len(constants) == len(set(constants)) == 135
    assert all(0 < constant < FIELD_MODULUS for constant in constants)


def test_permutation_mixes_every_element() -> None:
    start = permute(State(0, 0, 0))
    for changed in (State(1, 0, 0), State(0, 1, 0), State(0, 0, 1)):
        assert all(before != after for before, after in zip(start, permute(changed), strict=True))


def test_sponge_tells_lengths_apart() -> None:
    assert sponge([1]) != sponge([1, 1])
    assert sponge([0]) != sponge([])


def test_an_odd_count_is_padded_with_one() -> None:
    assert sponge([5]) == permute(State(5, 1, 1))
    assert sponge([5, 6]) == permute(State(5, 6, 2))


@given(st.binary(max_size=92))
def test_elements_hold_every_bit(data: bytes) -> None:
    elements = bytes_to_elements(data, 736)
    assert len(elements) == 3
    joined = sum(element << 253 * index for index, element in enumerate(elements))
    assert reverse_bits_of_bytes(joined.to_bytes(92, "little")) == data.ljust(92, b"\0")


def test_reversing_bits_twice_changes_nothing() -> None:
    every_byte = bytes(range(256))
    assert reverse_bits_of_bytes(b"\x01\x80\xf0") == b"\x80\x01\x0f"
    assert reverse_bits_of_bytes(reverse_bits_of_bytes(every_byte)) == every_byte


def test_lengths_are_enforced() -> None:
    with pytest.raises(ValueError, match="at most 92 bytes"):
        rescue_hash_tx_message(bytes(93))
    for length in (0, 177, 179):
        with pytest.raises(ValueError, match="exactly 178 bytes"):
            rescue_hash_orders(bytes(length))
