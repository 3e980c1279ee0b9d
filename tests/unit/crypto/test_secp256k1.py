"""secp256k1 against the `eth_keys` library, published RFC 6979 signatures, and its own laws."""

import hashlib

import pytest
from eth_keys import keys
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto import secp256k1

private_keys = st.integers(1, secp256k1.ORDER - 1).map(lambda number: number.to_bytes(32, "big"))
digests = st.binary(min_size=32, max_size=32)
few = settings(max_examples=15, deadline=None)

GENERATOR = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"


@pytest.mark.parametrize(
    ("private_key", "text", "signature"),
    [
        (
            1,
            "Satoshi Nakamoto",
            "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
            "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
        ),
        (
            secp256k1.ORDER - 1,
            "Satoshi Nakamoto",
            "fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0"
            "6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5",
        ),
        (
            0xF8B8AF8CE3C7CCA5E300D33939540C10D45CE001B8F252BFBC57BA0342904181,
            "Alan Turing",
            "7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c"
            "58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea",
        ),
    ],
)
def test_published_deterministic_signatures(private_key, text, signature):
    digest = hashlib.sha256(text.encode()).digest()
    assert secp256k1.sign(private_key.to_bytes(32, "big"), digest).signature.hex() == signature


def test_the_key_of_one_is_the_generator():
    assert secp256k1.public_key((1).to_bytes(32, "big")).hex() == GENERATOR


@few
@given(private_keys, digests)
def test_signs_and_recovers_as_the_oracle(private_key, digest):
    oracle_key = keys.PrivateKey(private_key)
    oracle_public = oracle_key.public_key.to_compressed_bytes()
    oracle_signature = oracle_key.sign_msg_hash(digest)
    signature, recovery_id = secp256k1.sign(private_key, digest)
    assert signature + bytes((recovery_id,)) == oracle_signature.to_bytes()
    assert secp256k1.is_low_s(signature)
    assert secp256k1.public_key(private_key) == oracle_public
    assert secp256k1.recover(digest, signature, recovery_id) == oracle_public
    assert secp256k1.verify(oracle_public, digest, signature)


@few
@given(private_keys, digests)
def test_the_high_form_recovers_and_verifies_too(private_key, digest):
    signature, recovery_id = secp256k1.sign(private_key, digest)
    s = secp256k1.ORDER - int.from_bytes(signature[32:], "big")
    high = signature[:32] + s.to_bytes(32, "big")
    public = secp256k1.public_key(private_key)
    assert not secp256k1.is_low_s(high)
    assert secp256k1.recover(digest, high, recovery_id ^ 1) == public
    assert secp256k1.verify(public, digest, high)


@few
@given(private_keys, digests, st.integers(0, 64 * 8 - 1), st.integers(0, 32 * 8 - 1))
def test_one_flipped_bit_is_another_key(private_key, digest, signature_bit, digest_bit):
    signature, recovery_id = secp256k1.sign(private_key, digest)
    public = secp256k1.public_key(private_key)
    flipped = _flip(signature, signature_bit)
    assert secp256k1.recover(digest, flipped, recovery_id) != public
    assert not secp256k1.verify(public, digest, flipped)
    other = _flip(digest, digest_bit)
    assert secp256k1.recover(other, signature, recovery_id) != public
    assert not secp256k1.verify(public, other, signature)


@few
@given(private_keys, digests)
def test_a_point_beyond_the_field_is_no_point(private_key, digest):
    signature, recovery_id = secp256k1.sign(private_key, digest)
    assert int.from_bytes(signature[:32], "big") + secp256k1.ORDER >= secp256k1.FIELD
    assert secp256k1.recover(digest, signature, recovery_id | 2) is None


@few
@given(digests, st.binary(min_size=60, max_size=68), st.integers(-1, 5), st.binary(min_size=33, max_size=33))
def test_nothing_malformed_raises(digest, signature, recovery_id, public):
    key = secp256k1.recover(digest, signature, recovery_id)
    assert key is None or secp256k1.verify(key, digest, signature)
    assert secp256k1.verify(public, digest, signature) in (True, False)


@pytest.mark.parametrize("number", [0, secp256k1.ORDER, 2**256 - 1])
def test_numbers_outside_the_order_are_no_signature_and_no_key(number):
    edge, one, digest = number.to_bytes(32, "big"), (1).to_bytes(32, "big"), bytes(32)
    for signature in (edge + one, one + edge):
        assert secp256k1.recover(digest, signature, 0) is None
        assert not secp256k1.verify(bytes.fromhex(GENERATOR), digest, signature)
    with pytest.raises(ValueError, match="below the order"):
        secp256k1.public_key(edge)


def test_what_is_no_point_is_no_key():
    x_without_point = (5).to_bytes(32, "big")
    assert secp256k1.is_public_key(bytes.fromhex(GENERATOR))
    assert not secp256k1.is_public_key(b"\x02" + x_without_point)
    assert not secp256k1.is_public_key(b"\x04" + bytes.fromhex(GENERATOR)[1:])
    assert not secp256k1.is_public_key(b"\x02" + (secp256k1.FIELD + 1).to_bytes(32, "big"))
    assert secp256k1.recover(bytes(32), x_without_point + (1).to_bytes(32, "big"), 0) is None


def test_keys_and_digests_of_a_wrong_length_are_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        secp256k1.sign(bytes(31) + b"\x01\x01", bytes(32))
    with pytest.raises(ValueError, match="digest"):
        secp256k1.sign(bytes(31) + b"\x01", bytes(31))
    with pytest.raises(ValueError, match="digest"):
        secp256k1.recover(bytes(33), bytes(64), 0)


def _flip(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ (1 << bit)).to_bytes(len(data), "big")


@few
@given(private_keys)
def test_addresses_are_those_of_another_library(private_key):
    expected = keys.PrivateKey(private_key).public_key.to_canonical_address()
    assert secp256k1.ethereum_address(secp256k1.public_key(private_key)) == expected


def test_what_is_no_key_has_no_address():
    with pytest.raises(ValueError, match="public key"):
        secp256k1.ethereum_address(b"\x02" * 20)
