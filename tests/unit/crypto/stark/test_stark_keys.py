"""Keys from Ethereum signatures: every derivation that a client has used, and the zeros on which they part."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto.stark import ORDER, Derivation, derive_key, derive_keys, grind


def signatures(zero_digits):
    """Signatures whose r begins with at least this many zero digits."""
    digits = st.binary(min_size=65, max_size=65).map(bytes.hex)
    return digits.map(lambda text: bytes.fromhex("0" * zero_digits + text[zero_digits:]))


@given(signatures(0))
def test_a_key_is_in_range_and_its_counter_is_the_first_that_will_do(signature):
    key = derive_key(signature)
    assert 0 < key.private_key < ORDER
    for counter in range(key.counter + 1):
        value = int.from_bytes(hashlib.sha256(signature[:32] + bytes((counter,))).digest(), "big")
        assert (value < 31 * ORDER) is (counter == key.counter)
    assert key.private_key == value % ORDER


@given(signatures(2))
def test_leading_zero_bytes_are_kept(signature):
    whole = derive_key(signature)
    assert whole == grind(signature[:32])
    assert whole.private_key != grind(signature[:32].lstrip(b"\0")).private_key


@given(signatures(1), st.integers(0, 64))
def test_the_derivations_part_only_where_there_are_zeros(signature, zeros):
    signature = bytes.fromhex("0" * zeros + signature.hex()[zeros:])
    digits = signature.hex()
    standard, stripped, shifted = (derive_key(signature, derivation) for derivation in Derivation)
    assert (standard == stripped) is (digits[:2] != "00")
    assert (standard == shifted) is (digits[:1] != "0")
    assert len(derive_keys(signature)) == len({key.private_key for key in (standard, stripped, shifted)})


@pytest.mark.parametrize("signature", [bytes([0x77]) * 65, bytes([0x10]) + bytes(64)])
def test_without_a_leading_zero_there_is_one_key(signature):
    assert list(derive_keys(signature)) == [Derivation.STANDARD]


@pytest.mark.parametrize("derivation", Derivation)
def test_a_signature_of_zeros_has_keys_as_well(derivation):
    assert 0 < derive_key(bytes(65), derivation).private_key < ORDER


@pytest.mark.parametrize("length", [0, 32, 64, 66])
def test_only_a_whole_signature_gives_a_key(length):
    with pytest.raises(ValueError, match="65 bytes"):
        derive_key(bytes(length))


def test_a_key_is_not_written_where_it_is_printed():
    key = derive_key(bytes(range(65)))
    assert str(key.private_key) not in repr(key)
    assert f"{key.private_key:x}" not in repr(key)
