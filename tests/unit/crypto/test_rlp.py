"""Strict RLP against the `rlp` library."""

import contextlib

import pytest
import rlp as oracle
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto import rlp
from ashore.crypto.rlp import RlpError

items = st.recursive(st.binary(max_size=80), lambda inner: st.lists(inner, max_size=6), max_leaves=20)


@given(items)
def test_encodes_as_the_oracle_and_decodes_back(item):
    encoded = rlp.encode(item)
    assert encoded == oracle.encode(item)
    assert rlp.decode(encoded) == item


@given(st.binary(max_size=90))
def test_accepts_exactly_what_the_strict_oracle_accepts(data):
    try:
        expected = oracle.decode(data)
    except oracle.exceptions.RLPException:
        expected = None
    if expected is None:
        with pytest.raises(RlpError):
            rlp.decode(data)
    else:
        assert rlp.encode(rlp.decode(data)) == data


@given(items, st.data())
def test_a_changed_byte_never_decodes_to_the_same_item(item, data):
    encoded = bytearray(rlp.encode(item))
    position = data.draw(st.integers(0, len(encoded) - 1))
    encoded[position] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(RlpError):
        assert rlp.decode(bytes(encoded)) != item


@pytest.mark.parametrize(
    "text",
    [
        "",  # nothing
        "8100",  # a small byte in a wrapper
        "b800",  # long form of a short length
        "b90037" + "00" * 55,  # leading zero in the length
        "83aabb",  # truncated
        "c101" + "02",  # trailing
        "c3830102",  # a child longer than its list
        "bf" + "ff" * 8,  # a length beyond any memory
    ],
)
def test_refuses_what_is_not_canonical(text):
    with pytest.raises(RlpError):
        rlp.decode(bytes.fromhex(text))


def test_depth_and_number_of_items_are_bounded():
    deep: list = []
    for _ in range(20):
        deep = [deep]
    with pytest.raises(RlpError, match="deep"):
        rlp.decode(rlp.encode(deep))
    with pytest.raises(RlpError, match="many"):
        rlp.decode(rlp.encode([b""] * 50), max_items=50)


@given(st.integers(0, 2**256 - 1))
def test_integers_round_trip(number):
    assert rlp.decode_int(rlp.encode_int(number)) == number


@pytest.mark.parametrize("content", [b"\x00", b"\x00\x01", b"\x01" * 33, [b"\x01"]])
def test_integers_are_canonical(content):
    with pytest.raises(RlpError):
        rlp.decode_int(content)
