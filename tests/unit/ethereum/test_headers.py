"""Headers are what they hash to."""

import pytest
from eth_bloom import BloomFilter
from hypothesis import given
from hypothesis import strategies as st

from ashore.ethereum.errors import BadAnswer
from ashore.ethereum.headers import Header, bloom_mask

# Ethereum's main network, block 0: the hash is public knowledge.
GENESIS = {
    "parentHash": "0x" + "00" * 32,
    "sha3Uncles": "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
    "miner": "0x" + "00" * 20,
    "stateRoot": "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
    "transactionsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    "receiptsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    "logsBloom": "0x" + "00" * 256,
    "difficulty": "0x400000000",
    "number": "0x0",
    "gasLimit": "0x1388",
    "gasUsed": "0x0",
    "timestamp": "0x0",
    "extraData": "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
    "mixHash": "0x" + "00" * 32,
    "nonce": "0x0000000000000042",
    "hash": "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
}


def test_the_genesis_block_of_ethereum():
    header = Header.from_rpc(GENESIS)
    assert header.hash == GENESIS["hash"]
    assert (header.number, header.base_fee) == (0, None)
    assert Header.from_rlp(header.encoded) == header


async def test_every_field_of_a_prague_header_is_bound(bench):
    block = bench.views["a"].answer(
        {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": ["latest", False]}
    )["result"]
    header = Header.from_rpc(block)
    assert header.hash == bench.head_hash()
    assert header.base_fee == int(block["baseFeePerGas"], 16)
    bound = [*(name for name in GENESIS if name != "hash"), "baseFeePerGas", "withdrawalsRoot", "blobGasUsed"]
    for name in [*bound, "excessBlobGas", "parentBeaconBlockRoot", "requestsHash", "hash"]:
        value = block[name]
        for wrong in (value[:-1] + ("1" if value[-1] != "1" else "2"), None, "", "0x", 5, value + "0", [], {}):
            if wrong == value:
                continue
            with pytest.raises(BadAnswer):
                Header.from_rpc({**block, name: wrong})


@pytest.mark.parametrize("value", [None, [], "0x", 5, {}])
def test_what_is_no_block_is_refused(value):
    with pytest.raises(BadAnswer):
        Header.from_rpc(value)


def test_numbers_are_canonical_and_bounded():
    for wrong in ("0x00", "0x01", "10", "0x", "0xg", "0x1" + "0" * 64, "-0x1", " 0x1", "0x1\n"):
        with pytest.raises(BadAnswer):
            Header.from_rpc({**GENESIS, "gasLimit": wrong})
    with pytest.raises(BadAnswer):
        Header.from_rpc({**GENESIS, "number": "0x1" + "0" * 16})


@given(st.binary(max_size=700))
def test_random_bytes_are_no_header(data):
    with pytest.raises(BadAnswer):
        Header.from_rlp(data)


@given(st.lists(st.binary(min_size=20, max_size=32), max_size=20), st.binary(min_size=20, max_size=20))
def test_the_bloom_is_the_oracles(entries, asked):
    bloom = BloomFilter.from_iterable(entries)
    mask = bloom_mask(asked)
    assert (int(bloom) & mask == mask) == (asked in bloom)
    assert all(int(bloom) & bloom_mask(entry) == bloom_mask(entry) for entry in entries)
