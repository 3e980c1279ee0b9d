"""Stark keys in the signer process: every name of every key, asked for late, used once, wiped at the end."""

from collections.abc import Sequence
from typing import Any

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore.crypto import stark
from ashore.crypto.stark import Derivation, Signature
from ashore.crypto.stark.backends import PureBackend
from ashore.keys.errors import Refused, SignerFault
from ashore.keys.stark_keys import StarkKeys, StarkRequest
from ashore.systems.reddio.codec import KeyRequest, KnownDerivation, key_requests, key_typed_data
from ashore.systems.reddio.codec.l1 import facts
from conformance.vector_files import load_file

JAVA_TEST_KEY = "0x552ad9b756acfeb2e32cfd3354b653b1f95177b851a44155d6178d244b80e08b"
REQUESTS = tuple(
    StarkRequest(each.chain_id, f"{each.chain_id}:{each.type_name}", key_typed_data(each)) for each in key_requests(1)
)


def cases(section: str) -> list[dict[str, Any]]:
    """Of the project's own vectors."""
    sections = load_file("reddio")
    assert sections is not None
    return list(sections[section])


class Wallet:
    """An Ethereum key that counts what it signs."""

    def __init__(self, private_key: str) -> None:
        self.account = Account.from_key(private_key)
        self.signed: list[str] = []

    def signatures(self, _: int, requests: Sequence[StarkRequest]) -> list[bytes]:
        self.signed += [request.prefix for request in requests]
        texts = [dict(request.typed_data) for request in requests]
        return [bytes(self.account.sign_typed_data(full_message=text).signature) for text in texts]


def keys_of(private_key: str) -> StarkKeys:
    return StarkKeys(REQUESTS, Wallet(private_key).signatures, PureBackend())


@pytest.mark.parametrize("case", cases("key_derivation"), ids=lambda case: str(case["stark_key"])[:10])
def test_the_standard_key_is_the_clients(case: dict[str, Any]) -> None:
    name = f"{case['chain_id']}:{case['eip712_type_name']}:standard"
    key = keys_of(case["eth_private_key"]).named(0, name)
    assert (key.name, f"{key.stark_key:#x}") == (name, case["stark_key"])
    assert int.from_bytes(key.private_key, "big") == int(case["stark_private_key"], 16)


@pytest.mark.parametrize("case", cases("key_derivation_leading_zero"), ids=lambda case: str(case["stark_key"])[:10])
def test_all_three_derivations_have_their_names(case: dict[str, Any]) -> None:
    keys, prefix = keys_of(case["eth_private_key"]), f"{case['chain_id']}:{case['eip712_type_name']}"
    expected = {
        Derivation.STANDARD: case["stark_key"],
        Derivation.BYTE_STRIPPED: case["byte_stripped_stark_key"],
        Derivation.NIBBLE_SHIFTED: case["nibble_shifted_stark_key"],
    }
    for derivation, stark_key in expected.items():
        assert f"{keys.named(0, f'{prefix}:{derivation}').stark_key:#x}" == stark_key
    listed = [key for key in keys.listed(0, case["chain_id"]) if key.name.startswith(prefix + ":")]
    assert [f"{key.stark_key:#x}" for key in listed] == list(dict.fromkeys(expected.values()))


@pytest.mark.parametrize(
    ("name", "stark_key"),
    [
        ("5:reddio:standard", "0x13a69a1b7a5f033ee2358ebb8c28fd5a6b86d42e30a61845d655d3c7be4ad0e"),
        ("11155111:reddio:standard", "0x79bec1"),
        ("11155111:Reddio:standard", "0x67662b"),
    ],
)
def test_the_published_keys_of_java(name: str, stark_key: str) -> None:
    assert f"{keys_of(JAVA_TEST_KEY).named(0, name).stark_key:#x}".startswith(stark_key)


@pytest.mark.parametrize("chain_id", [1, 5, 11155111])
def test_the_key_of_the_chain_stands_first_and_none_twice(chain_id: int) -> None:
    listed = keys_of(JAVA_TEST_KEY).listed(0, chain_id)
    assert listed[0].name == f"{chain_id}:reddio:standard"
    assert listed[1].name == f"{chain_id}:Reddio:standard"
    assert len({key.stark_key for key in listed}) == len(listed) >= 6


def test_every_name_of_the_codec_is_one_here() -> None:
    keys = keys_of(JAVA_TEST_KEY)
    for chain_id in (1, 5, 11155111):
        for type_name in ("reddio", "Reddio"):
            for derivation in Derivation:
                known = KnownDerivation(KeyRequest(chain_id, type_name), derivation)
                assert keys.named(0, known.name).name == known.name


def test_nothing_is_derived_before_it_is_asked_for_and_nothing_twice() -> None:
    wallet = Wallet(JAVA_TEST_KEY)
    keys = StarkKeys(REQUESTS, wallet.signatures, PureBackend())
    assert wallet.signed == []
    keys.named(0, "5:reddio:standard")
    keys.named(0, "5:reddio:nibble-shifted")
    assert wallet.signed == ["5:reddio"]
    keys.listed(0, 1)
    keys.listed(0, 5)
    assert sorted(wallet.signed) == sorted(request.prefix for request in REQUESTS)


@pytest.mark.parametrize(
    "name", ["", "1", "1:reddio", "1:reddio:", "1:reddio:other", "2:reddio:standard", "1:reddio:standard:x"]
)
def test_a_name_that_is_none(name: str) -> None:
    with pytest.raises(Refused):
        keys_of(JAVA_TEST_KEY).named(0, name)


def test_an_account_that_never_signed_has_no_keys() -> None:
    keys = StarkKeys(REQUESTS, lambda _index, requests: [None] * len(requests), PureBackend())
    assert keys.listed(0, 1) == ()
    with pytest.raises(Refused):
        keys.named(0, "1:reddio:standard")


def test_no_keys_for_a_chain_without() -> None:
    with pytest.raises(Refused, match="this network"):
        keys_of(JAVA_TEST_KEY).listed(0, 31337)


def test_closing_wipes_what_was_derived() -> None:
    keys = keys_of(JAVA_TEST_KEY)
    listed = keys.listed(0, 1)
    other = keys.listed(1, 1)
    assert all(any(key.private_key) for key in (*listed, *other))
    keys.forget(0)
    assert not any(any(key.private_key) for key in listed)
    assert all(any(key.private_key) for key in other)
    keys.close()
    assert not any(any(key.private_key) for key in other)


def test_nothing_shows_a_private_key() -> None:
    keys = keys_of(JAVA_TEST_KEY)
    key = keys.named(0, "1:reddio:standard")
    private = int.from_bytes(key.private_key, "big")
    for shown in (repr(keys), repr(key), str(key)):
        for form in (str(private), f"{private:x}", repr(bytes(key.private_key)), repr(key.private_key)):
            assert form not in shown


class FaultyMathematics(PureBackend):
    """A library that miscalculates."""

    def sign(self, private_key: int, message_hash: int) -> Signature:
        r, s = super().sign(private_key, message_hash)
        return Signature(r, s ^ 1)


def test_a_signature_that_does_not_verify_never_leaves() -> None:
    keys = StarkKeys(REQUESTS, Wallet(JAVA_TEST_KEY).signatures, FaultyMathematics())
    with pytest.raises(SignerFault):
        keys.sign(0, "1:reddio:standard", 5)


class WrongKeys(PureBackend):
    """A library that gives another key."""

    def public_key(self, private_key: int) -> int:
        return super().public_key(private_key ^ 1)


def test_a_library_that_gives_another_key_signs_nothing() -> None:
    keys = StarkKeys(REQUESTS, Wallet(JAVA_TEST_KEY).signatures, WrongKeys())
    with pytest.raises(SignerFault):
        keys.sign(0, "1:reddio:standard", 5)
    with pytest.raises(SignerFault):
        keys.registration(0, "1:reddio:standard", lambda _: 5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, stark.HASH_LIMIT - 1), st.sampled_from([each.prefix for each in REQUESTS]))
def test_every_signature_is_the_keys(message_hash: int, prefix: str) -> None:
    name = f"{prefix}:standard"
    assert stark.verify(SHARED.named(0, name).stark_key, message_hash, SHARED.sign(0, name, message_hash))


SHARED = keys_of(JAVA_TEST_KEY)


def test_a_registration_is_what_the_contract_takes() -> None:
    address = bytes.fromhex(Account.from_key(JAVA_TEST_KEY).address[2:])
    stark_key, signature = SHARED.registration(
        0, "1:reddio:standard", lambda key: facts.registration_hash(address, key)
    )
    private_key = int.from_bytes(SHARED.named(0, "1:reddio:standard").private_key, "big")
    assert signature == facts.registration_signature(private_key, address)
    r, s, y = (int.from_bytes(signature[start : start + 32], "big") for start in (0, 32, 64))
    assert stark.verify(stark_key, facts.registration_hash(address, stark_key), Signature(r, s))
    assert stark.public_point(private_key) == (stark_key, y)
