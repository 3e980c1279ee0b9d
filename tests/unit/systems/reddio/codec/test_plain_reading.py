"""A withdrawal that nobody signs is read as strictly as one that is signed."""

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ashore.crypto import stark
from ashore.crypto.keccak import keccak256
from ashore.domain.addresses import checksum
from ashore.keys.reading import ReadingError
from ashore.systems.reddio.codec import Asset, AssetKind, withdrawal_body
from ashore.systems.reddio.codec.reading import read_plain_withdrawal
from unit.systems.reddio.codec.reddio_strategies import amounts, assets, stark_keys

few = settings(max_examples=25, deadline=None)
TOKEN = bytes.fromhex("31b21d05b8120dc05285a5017a30689b520b53a2")
OWN = stark.public_key(23)
NO_KEY = next(number for number in range(OWN, OWN + 99) if not stark.is_stark_key(number))
COINS = withdrawal_body(Asset(AssetKind.ERC20, TOKEN, 10**12), OWN, 1000)
PIECE = withdrawal_body(Asset(AssetKind.ERC721, TOKEN, token_id=7), OWN, 1)


@few
@given(assets, stark_keys, amounts)
def test_the_body_is_read_as_it_was_made(asset, stark_key, amount):
    body = withdrawal_body(asset, stark_key, amount if asset.kind.is_fungible else 1)
    reading = read_plain_withdrawal(body)
    assert (reading.kind, dict(reading.fields)) == ("reddio.plain-withdrawal", body)
    assert (reading.stark_key, reading.key_name) == (stark_key, "")
    assert (reading.texts, reading.typed_data, reading.l2_message) == ((), None, None)


def test_the_name_of_a_body_is_a_hash_of_it():
    text = json.dumps(COINS, sort_keys=True, separators=(",", ":"))
    assert read_plain_withdrawal(COINS).identifier == "0x" + keccak256(text.encode()).hex()
    assert read_plain_withdrawal(PIECE).identifier != read_plain_withdrawal(COINS).identifier


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 1000},
        {"amount": "01000"},
        {"amount": "0"},
        {"amount": "-1"},
        {"amount": str(2**63)},
        {"amount": "1e3"},
        {"amount": None},
        {"contract_address": ""},
        {"contract_address": "eth"},
        {"contract_address": "0x" + TOKEN.hex()},
        {"contract_address": checksum(TOKEN)[:-1]},
        {"contract_address": "ETH", "token_id": "7", "amount": "1"},
        {"token_id": None},
        {"token_id": "7"},
        {"token_id": 7, "amount": "1"},
        {"stark_key": f"0x0{OWN:x}"},
        {"stark_key": f"0x{OWN:X}"},
        {"stark_key": f"{NO_KEY:#x}"},
        {"stark_key": "0x" + "1" * 40},
        {"receiver": "0x" + "1" * 40},
        {"signature": {"r": "0x1", "s": "0x1"}},
    ],
)
def test_what_is_not_read(change):
    with pytest.raises(ReadingError):
        read_plain_withdrawal({**COINS, **change})


@pytest.mark.parametrize("name", sorted(COINS))
def test_a_part_that_is_missing(name):
    with pytest.raises(ReadingError):
        read_plain_withdrawal({key: value for key, value in COINS.items() if key != name})


@given(
    st.fixed_dictionaries(
        {},
        optional={name: st.text(max_size=70) | st.integers() | st.none() | st.lists(st.none()) for name in COINS},
    )
)
def test_anything_else_is_refused_in_one_way(preimage):
    assume(preimage != COINS)
    with pytest.raises(ReadingError):
        read_plain_withdrawal(preimage)
