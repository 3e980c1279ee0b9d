"""Signatures on the STARK curve: they verify, nothing else does, and no number out of range is taken."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto.stark import HASH_LIMIT, ORDER, Signature, ecdsa, public_key, public_point, sign, verify
from ashore.crypto.stark.curve import FIELD, is_on_curve

few = settings(max_examples=25, deadline=None)
private_keys = st.integers(1, ORDER - 1)
hashes = st.integers(0, HASH_LIMIT - 1)

KEY, HASH = 0x17A3442150DB744467EA1D2EA1CF4C437632149964EA7C6F7529759B46AB567, 2**250 + 12345


@few
@given(private_keys, hashes)
def test_what_is_signed_verifies_and_is_in_range(private_key, message_hash):
    signature = sign(private_key, message_hash)
    assert signature == sign(private_key, message_hash)
    assert ecdsa.is_in_range(signature)
    assert verify(public_key(private_key), message_hash, signature)


@few
@given(private_keys, hashes, st.integers(0, 250))
def test_one_bit_elsewhere_and_it_does_not_verify(private_key, message_hash, bit):
    stark_key, signature = public_key(private_key), sign(private_key, message_hash)
    assert not verify(stark_key, message_hash ^ 1 << bit, signature)
    assert not verify(stark_key, message_hash, Signature(signature.r ^ 1 << bit, signature.s))
    assert not verify(stark_key, message_hash, Signature(signature.r, signature.s ^ 1 << bit))
    assert not verify(stark_key ^ 1 << bit, message_hash, signature)


def test_both_signs_of_s_verify_where_the_range_allows():
    """There is no low-s rule; a server may see either."""
    seen = set()
    for message_hash in range(40):
        r, s = sign(KEY, message_hash)
        other = Signature(r, ORDER - s)
        assert verify(public_key(KEY), message_hash, other) is ecdsa.is_in_range(other)
        seen.add(ecdsa.is_in_range(other))
    assert True in seen


@few
@given(private_keys)
def test_a_point_has_the_key_as_its_x(private_key):
    point = public_point(private_key)
    assert is_on_curve(point)
    assert point.x == public_key(private_key) == public_key(ORDER - private_key)


@pytest.mark.parametrize("private_key", [-1, 0, ORDER, ORDER + 1, 2**256])
def test_no_private_key_out_of_range(private_key):
    with pytest.raises(ValueError, match="private key") as caught:
        sign(private_key, HASH)
    assert str(private_key) not in str(caught.value).replace("0 and", "")
    with pytest.raises(ValueError, match="private key"):
        public_key(private_key)


@pytest.mark.parametrize("message_hash", [-1, HASH_LIMIT, FIELD, 2**256])
def test_no_hash_out_of_range(message_hash):
    with pytest.raises(ValueError, match="message hash"):
        sign(KEY, message_hash)
    assert not verify(public_key(KEY), message_hash, sign(KEY, HASH))


@pytest.mark.parametrize("change", [FIELD, ORDER, -FIELD, 2**256])
def test_numbers_are_not_reduced_before_they_are_verified(change):
    stark_key, (r, s) = public_key(KEY), sign(KEY, HASH)
    assert verify(stark_key, HASH, Signature(r, s))
    assert not verify(stark_key, HASH, Signature(r + change, s))
    assert not verify(stark_key, HASH, Signature(r, s + change))
    assert not verify(stark_key + change, HASH, Signature(r, s))


@pytest.mark.parametrize("signature", [Signature(0, 1), Signature(1, 0), Signature(HASH_LIMIT, 1), Signature(1, ORDER)])
def test_zero_and_too_much_are_simply_not_valid(signature):
    assert not verify(public_key(KEY), HASH, signature)


def test_an_inverse_of_s_that_is_too_large_is_not_valid():
    large = HASH_LIMIT + 5
    assert large < ORDER
    assert not ecdsa.is_in_range(Signature(1, pow(large, -1, ORDER)))


def test_a_number_that_is_no_key_verifies_nothing():
    no_key = next(x for x in range(1, 50) if not ecdsa.lift(x))
    assert not verify(no_key, HASH, sign(KEY, HASH))
