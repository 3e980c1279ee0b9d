"""Layer 1 of Reddio: claims, logs, public inputs, facts and storage; with eth-abi and plain formulas as oracles."""

from contextlib import suppress
from dataclasses import replace

import eth_abi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto import abi, stark
from ashore.crypto.event_logs import encode_event
from ashore.crypto.keccak import keccak256
from ashore.systems.reddio.codec import AssetKind, CodecError
from ashore.systems.reddio.codec.l1 import calls, events, facts, public_input, refusals, storage
from ashore.systems.reddio.codec.l1.public_input import Modification, PublicInput, Roots
from unit.systems.reddio.codec.reddio_strategies import assets

few = settings(max_examples=30, deadline=None)
words = st.integers(0, 2**256 - 1)
owner_keys = st.one_of(st.integers(1, 2**160 - 1), st.integers(1, stark.FIELD - 1))

# What the published source of the contract, and the facts about it, name beyond the test vectors.
SELECTORS = {
    calls.WITHDRAW: "441a3e70",
    calls.WITHDRAW_NFT: "019b417a",
    calls.GET_WITHDRAWAL_BALANCE: "ec3161b0",
    calls.VERIFY_ESCAPE: "2dd53006",
    calls.ESCAPE: "9e3adac4",
    calls.IS_VALID: "6a938567",
}


@pytest.mark.parametrize(("function", "expected"), SELECTORS.items())
def test_selectors(function, expected):
    assert abi.selector(function).hex() == expected


@given(owner_keys, assets)
def test_a_claim_is_the_call_for_its_kind_of_asset(owner_key, asset):
    calldata = calls.encode_claim(calls.claim_of(owner_key, asset))
    kind = asset.asset_type
    if asset.kind.is_fungible:
        expected = ("withdraw(uint256,uint256)", ["uint256", "uint256"], [owner_key, kind])
    elif asset.kind is AssetKind.ERC721:
        types = ["uint256", "uint256", "uint256"]
        expected = ("withdrawNft(uint256,uint256,uint256)", types, [owner_key, kind, asset.token_id])
    else:
        types = ["uint256", "uint256", "bytes"]
        expected = ("withdrawAndMint(uint256,uint256,bytes)", types, [owner_key, kind, asset.mint_blob])
    name, types, values = expected
    assert calldata == keccak256(name.encode())[:4] + eth_abi.encode(types, values)
    assert calls.decode_claim(calldata) == calls.claim_of(owner_key, asset)


@given(owner_keys, assets, st.binary(min_size=1, max_size=40))
def test_a_claim_with_anything_more_or_less_is_none(owner_key, asset, more):
    calldata = calls.encode_claim(calls.claim_of(owner_key, asset))
    for changed in (calldata + more, calldata[:-1], b"", calldata[:4], b"\0\0\0\0" + calldata[4:]):
        with pytest.raises(CodecError):
            calls.decode_claim(changed)


def test_both_names_of_the_claim_of_an_nft_are_read():
    claim = calls.Claim(5, 6, 7)
    other = abi.encode_call(calls.WITHDRAW_WITH_TOKEN_ID, (5, 6, 7))
    assert calls.decode_claim(other) == calls.decode_claim(calls.encode_claim(claim)) == claim
    with pytest.raises(CodecError):
        calls.encode_claim(calls.Claim(5, 6, 7, b"\7"))
    with pytest.raises(CodecError):
        calls.encode_claim(calls.Claim(2**256, 6))


def test_results_of_calls():
    assert calls.decode_uint_result(eth_abi.encode(["uint256"], [9])) == 9
    assert calls.decode_bool_result(eth_abi.encode(["bool"], [True])) is True
    assert calls.decode_bytes_result(eth_abi.encode(["bytes"], [b"abc"])) == b"abc"
    assert calls.decode_address_result(bytes(12) + b"\7" * 20) == b"\7" * 20
    assert calls.decode_address_result(bytes(32)) is None
    two = eth_abi.encode(["address[]"], [["0x" + "07" * 20, "0x" + "08" * 20]])
    assert calls.decode_addresses_result(two) == (b"\7" * 20, b"\x08" * 20)
    for read in (calls.decode_uint_result, calls.decode_bytes_result, calls.decode_addresses_result):
        with pytest.raises(CodecError):
            read(b"\1" * 31)


def test_logs_are_told_apart_by_their_topic():
    topics, data = encode_event(events.WITHDRAWAL_PERFORMED, (5, 6, 0, 0, b"\7" * 20))
    assert events.decode_log(topics, data) == events.WithdrawalPerformed(5, 6, 0, 0, b"\7" * 20)
    assert topics == [events.topic_of(events.WithdrawalPerformed)]
    assert events.decode_log([], data) is None
    assert events.decode_log([b"\1" * 32], data) is None
    assert events.decode_log(*encode_event(events.MEMORY_PAGES_HASHES, (b"\1" * 32, ()))) is None
    assert events.decode_log(*encode_event(events.FROZEN, ())) == events.Frozen()
    for changed in ((topics, data[:-1]), (topics, data + b"\0"), ([*topics, topics[0]], data)):
        with pytest.raises(CodecError):
            events.decode_log(*changed)


@given(st.binary(max_size=300), st.sampled_from(sorted(events._DECLARATIONS.values())))
def test_hostile_data_of_a_log_raises_nothing_else(data, declaration):
    topics = [keccak256(declaration.encode())]
    with suppress(CodecError):
        events.decode_log(topics, data)


modifications = st.builds(
    Modification,
    words,
    words,
    st.integers(0, 2**64 - 1),
    st.one_of(st.sampled_from([-(2**63), -1, 0, 1, 2**63 - 1]), st.integers(-(2**63), 2**63 - 1)),
    st.booleans(),
)
roots = st.builds(Roots, words, words, words)


@st.composite
def public_inputs(draw):
    conditional, updates, orders = draw(st.integers(0, 2)), draw(st.integers(0, 2)), draw(st.integers(0, 2))
    length = conditional + 3 * updates + (draw(st.integers(0, 6)) if orders else 0)
    return PublicInput(
        draw(words),
        draw(roots),
        draw(roots),
        draw(words),
        draw(st.tuples(words, words, words)),
        tuple(draw(st.lists(modifications, max_size=4))),
        draw(words),
        draw(st.integers(0, 2**64)),
        (conditional, updates, orders),
        tuple(draw(st.lists(words, min_size=length, max_size=length))),
    )


@few
@given(public_inputs())
def test_a_public_input_is_read_back(content):
    encoded = public_input.encode_public_input(content)
    assert public_input.decode_public_input(encoded) == content
    assert content.withdrawals == tuple(m for m in content.modifications if m.difference < 0)
    if content.other_counts[2] == 0:
        for changed in (encoded[:-1], (*encoded, 0)):
            with pytest.raises(CodecError):
                public_input.decode_public_input(changed)


@few
@given(public_inputs(), modifications, st.sampled_from([2**128, 2**130]))
def test_a_modification_has_one_form(content, change, bit):
    content = replace(content, modifications=(replace(change, serves_request=True),))
    encoded = list(public_input.encode_public_input(content))
    encoded[17] += bit
    with pytest.raises(CodecError):
        public_input.decode_public_input(encoded)


@pytest.mark.parametrize(
    "change",
    [
        {"difference": 2**63},
        {"difference": -(2**63) - 1},
        {"vault_id": 2**64},
        {"vault_id": -1},
        {"owner_key": 2**256},
        {"asset_id": -1},
    ],
)
def test_numbers_without_room_are_not_written(change):
    modification = replace(Modification(1, 2, 3, -4), **change)
    content = PublicInput(0, Roots(1, 2, 3), Roots(4, 5, 6), 7, (31, 31, 63), (modification,), 8, 0)
    with pytest.raises(CodecError):
        public_input.encode_public_input(content)


@given(st.lists(st.one_of(st.integers(0, 3), words, st.integers()), max_size=40))
def test_hostile_words_raise_nothing_else(numbers):
    with suppress(CodecError):
        public_input.decode_public_input(numbers)
    with suppress(CodecError):
        facts.state_transition_fact(numbers)


def test_counts_that_nobody_could_send_are_refused_at_once():
    huge = [0] * 11 + [2**255, 2**255, 2**255, 0, 0, 0]
    with pytest.raises(CodecError):
        public_input.decode_public_input(huge)


@few
@given(public_inputs(), st.data())
def test_every_word_is_in_the_fact(content, data):
    encoded = list(public_input.encode_public_input(content))
    fact = facts.state_transition_fact(encoded)
    position = data.draw(st.integers(0, len(encoded) - 1))
    encoded[position] ^= 1
    assert facts.state_transition_fact(encoded) != fact


def test_facts_have_32_bytes():
    for length in (31, 33):
        with pytest.raises(CodecError):
            facts.verifier_fact(1, bytes(length))
    with pytest.raises(CodecError):
        facts.state_transition_fact([1])
    with pytest.raises(CodecError):
        facts.state_transition_fact([1, 2, 2**256 - 1])


@few
@given(st.integers(1, stark.ORDER - 1), st.binary(min_size=20, max_size=20))
def test_a_registration_is_signed_by_the_key_and_names_its_point(private_key, address):
    signature = facts.registration_signature(private_key, address)
    r, s, y = (int.from_bytes(signature[at : at + 32], "big") for at in (0, 32, 64))
    stark_key = stark.public_key(private_key)
    assert stark.verify(stark_key, facts.registration_hash(address, stark_key), stark.Signature(r, s))
    assert stark.public_point(private_key) == (stark_key, y)
    with pytest.raises(CodecError):
        facts.registration_hash(address[1:], stark_key)


def word(number):
    return number.to_bytes(32, "big")


@given(owner_keys, words)
def test_slots_are_those_of_nested_mappings(owner_key, asset_id):
    inner = keccak256(word(owner_key) + word(8))
    assert word(storage.pending_withdrawal_slot(owner_key, asset_id)) == keccak256(word(asset_id) + inner)
    assert word(storage.quantum_slot(asset_id)) == keccak256(word(asset_id) + word(22))
    assert word(storage.eth_key_slot(owner_key)) == keccak256(word(owner_key) + word(24))


def test_the_frozen_flag_stands_beside_an_address():
    verifier = int("ab" * 20, 16)
    assert storage.STATE_FROZEN.read(verifier) == 0
    assert storage.STATE_FROZEN.read(1 << 160 | verifier) == 1


def test_refusals_of_the_contract_have_sentences():
    assert "register" in refusals.revert_sentence("USER_UNREGISTERED")
    assert refusals.revert_sentence("SOMETHING_ELSE") == ""
    assert all(text.endswith(".") for text in refusals._SENTENCES.values())
