"""The contract ABI, with eth-abi as the oracle."""

from typing import Any

import eth_abi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto.abi import (
    AbiType,
    decode,
    decode_call,
    encode,
    encode_call,
    parse_types,
    split_types,
)
from ashore.systems.zklink.codec import CodecError
from ashore.systems.zklink.codec.l1 import calls

SHAPES = [
    "uint8,address,bool",
    "bytes,uint256,bytes",
    "bytes20,uint16[],bytes[]",
    "(uint32,bytes32,(uint8,bytes32)[]),(bytes32,bytes,uint256,(bytes,uint32)[],uint32)[]",
    "uint256[2],(bool,bytes)[2]",
    calls.STORED_BLOCK_X + "," + calls.STORED_BLOCK_SECONDARY + "," + calls.STORED_BLOCK_V2,
]


def values_of(abi_type: AbiType) -> st.SearchStrategy[Any]:
    match abi_type.kind:
        case "uint":
            return st.integers(0, (1 << abi_type.size) - 1)
        case "bool":
            return st.booleans()
        case "address" | "fixed":
            return st.binary(min_size=abi_type.size, max_size=abi_type.size)
        case "bytes":
            return st.binary(max_size=70)
        case "list":
            count = abi_type.count
            items = st.lists(values_of(abi_type.parts[0]), min_size=count or 0, max_size=3 if count is None else count)
            return items.map(tuple)
        case _:
            return st.tuples(*(values_of(part) for part in abi_type.parts))


@st.composite
def shapes_and_values(draw: st.DrawFn) -> tuple[str, tuple[Any, ...]]:
    shape = draw(st.sampled_from(SHAPES))
    return shape, draw(st.tuples(*(values_of(abi_type) for abi_type in parse_types(shape))))


@given(shapes_and_values())
def test_encoding_is_that_of_eth_abi_and_is_read_back(drawn: tuple[str, tuple[Any, ...]]) -> None:
    shape, values = drawn
    encoded = encode(parse_types(shape), values)
    assert encoded == eth_abi.encode(split_types(shape), values)
    assert decode(parse_types(shape), encoded) == values


@given(st.sampled_from(SHAPES), st.binary(max_size=640))
def test_hostile_data_is_refused_or_read(shape: str, data: bytes) -> None:
    try:
        values = decode(parse_types(shape), data)
    except CodecError:
        return
    assert len(encode(parse_types(shape), values)) <= len(data) + 31


def test_data_that_points_at_itself_is_refused() -> None:
    """Without a limit, lists of lists that all share one body grow with each level."""
    word = (32).to_bytes(32, "big")
    with pytest.raises(CodecError):
        decode(parse_types("uint256[][][][][]"), word * 40)
    with pytest.raises(CodecError, match="longer than"):
        decode(parse_types("uint8[]"), word + (1 << 255).to_bytes(32, "big"))


def test_two_strings_cannot_share_a_body() -> None:
    words = [32, 2, 64, 64, 32, 7]
    with pytest.raises(CodecError, match="more than once"):
        decode(parse_types("bytes[]"), b"".join(word.to_bytes(32, "big") for word in words))


@pytest.mark.parametrize(
    ("shape", "data"),
    [
        ("uint8", "0" * 61 + "100"),
        ("bool", "0" * 63 + "2"),
        ("address", "0" * 23 + "1" + "0" * 40),
        ("bytes20", "0" * 63 + "1"),
        ("bytes", "0" * 62 + "20" + "0" * 63 + "1" + "ff" * 32),
        ("bytes", "0" * 62 + "20" + "0" * 62 + "21" + "ff" * 32),
        ("bytes", "f" * 64),
        ("uint256", "00"),
    ],
)
def test_dirty_and_short_data_is_refused(shape: str, data: str) -> None:
    with pytest.raises(CodecError):
        decode(parse_types(shape), bytes.fromhex(data))


@pytest.mark.parametrize(
    "text", ["int8", "uint7", "uint264", "uint0", "bytes33", "bytes0", "string", "uint8[x]", "fixed"]
)
def test_other_types_are_not_known(text: str) -> None:
    with pytest.raises(CodecError):
        parse_types(text)


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        ("uint8", 256),
        ("uint8", -1),
        ("address", b"\1" * 32),
        ("bytes4", b"\1"),
        ("bool", b""),
        ("uint8[2]", (1,)),
        ("bytes", 3),
    ],
)
def test_values_have_to_fit(shape: str, value: Any) -> None:
    with pytest.raises(CodecError):
        encode(parse_types(shape), (value,))
    with pytest.raises(CodecError, match="number of values"):
        encode(parse_types(shape), (value, value))


@given(st.binary(min_size=20, max_size=20), st.integers(0, 65535), st.integers(0, (1 << 128) - 1))
def test_claims(owner: bytes, token_id: int, amount: int) -> None:
    claim = calls.Claim(owner, token_id, amount)
    calldata = calls.encode_claim(claim)
    assert calls.decode_claim(calldata) == claim
    with pytest.raises(CodecError):
        calls.decode_claim(calldata + b"\0")
    with pytest.raises(CodecError):
        decode_call(calls.TOKENS, calldata)


def test_results() -> None:
    assert calls.decode_uint_result((7).to_bytes(32, "big")) == 7
    assert calls.decode_bool_result((1).to_bytes(32, "big")) is True
    assert calls.decode_address_result(bytes(32)) is None
    assert calls.decode_address_result(bytes(12) + b"\x0a" * 20) == b"\x0a" * 20
    assert calls.decode_bytes32_result(b"\x0b" * 32) == b"\x0b" * 32
    record = encode(parse_types("bool,bool,address,uint8,bool"), (True, False, b"\x0c" * 20, 6, True))
    assert calls.decode_token_result(record) == calls.RegisteredToken(True, False, b"\x0c" * 20, 6)
    for decoder in (calls.decode_uint_result, calls.decode_bool_result, calls.decode_token_result):
        with pytest.raises(CodecError):
            decoder(b"")


def test_queries() -> None:
    short, wide = (calls.encode_pending_balance_query(owner, 17) for owner in (b"\1" * 20, bytes(12) + b"\1" * 20))
    assert short == wide
    assert calls.encode_auth_pubkey_hash(b"\2" * 20, 3) == encode_call(calls.SET_AUTH_PUBKEY_HASH, (b"\2" * 20, 3))
    with pytest.raises(CodecError):
        calls.encode_auth_pubkey_hash(b"\2" * 32, 3)
