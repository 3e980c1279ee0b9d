"""Account discovery: every account that a client of Reddio's could have made of one Ethereum key."""

import pytest
from eth_account import Account
from hypothesis import assume, given
from hypothesis import strategies as st

from ashore.crypto import stark
from ashore.crypto.stark import Derivation
from ashore.systems.reddio.codec import (
    CHAIN_IDS,
    CodecError,
    KeyRequest,
    KnownDerivation,
    hex_of,
    key_requests,
    key_typed_data,
    private_keys,
)

# The public test key of Reddio's own Java client, and the Stark keys of its tests on both test networks.
JAVA_TEST_KEY = "0x552ad9b756acfeb2e32cfd3354b653b1f95177b851a44155d6178d244b80e08b"


@pytest.mark.parametrize("chain_id", [*CHAIN_IDS, 17])
def test_the_chain_at_hand_comes_first_and_none_is_left_out(chain_id):
    requests = list(key_requests(chain_id))
    assert len(set(requests)) == len(requests) == 6
    if chain_id in CHAIN_IDS:
        assert [request.chain_id for request in requests[:2]] == [chain_id, chain_id]
    assert requests[0].type_name == "reddio"


@given(st.binary(min_size=65, max_size=65), st.integers(0, 4))
def test_one_signature_has_one_to_three_keys_the_right_one_first(signature, zeros):
    signature = bytes.fromhex("0" * zeros + signature.hex()[zeros:])
    assume(any(signature))
    request = KeyRequest(1)
    found = private_keys(request, signature)
    assert next(iter(found.items())) == (KnownDerivation(request), stark.derive_key(signature).private_key)
    assert len(set(found.values())) == len(found)
    digits = signature.hex()
    expected = {Derivation.STANDARD}
    expected |= {Derivation.BYTE_STRIPPED} if digits[:2] == "00" else set()
    expected |= {Derivation.NIBBLE_SHIFTED} if digits[:1] == "0" else set()
    assert {key.derivation for key in found} == expected


@pytest.mark.parametrize(("chain_id", "type_name"), [(0, "reddio"), (137, "reddio"), (1, "REDDIO"), (1, "")])
def test_no_derivation_that_no_client_has(chain_id, type_name):
    with pytest.raises(CodecError):
        KeyRequest(chain_id, type_name)


def test_half_a_signature_has_no_keys():
    with pytest.raises(CodecError):
        private_keys(KeyRequest(1), bytes(64))


def account(chain_id, type_name="reddio"):
    typed_data = key_typed_data(KeyRequest(chain_id, type_name))
    signature = bytes(Account.sign_typed_data(JAVA_TEST_KEY, full_message=typed_data).signature)
    key = stark.derive_key(signature).private_key
    return hex_of(key), hex_of(stark.public_key(key))


def test_the_accounts_of_the_java_client_and_of_the_documentation():
    assert account(5) == (
        "0x5f6fbfbcd995e20f94a768193c42060f7e626e6ae8042cacc15e82031087a55",
        "0x13a69a1b7a5f033ee2358ebb8c28fd5a6b86d42e30a61845d655d3c7be4ad0e",
    )
    private_key, stark_key = account(11155111)
    assert private_key == "0x56035b2159b8240c17267a541713b18f697d54eb6da0eed8dfcb33144a05100"
    assert (stark_key[:8], stark_key[-4:]) == ("0x79bec1", "2174")
    _, documented = account(11155111, "Reddio")
    assert (documented[:8], documented[-4:]) == ("0x67662b", "f243")
