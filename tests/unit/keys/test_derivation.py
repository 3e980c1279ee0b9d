"""From phrase to keys: published vectors, and errors that name places, never words."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from hypothesis import given
from hypothesis import strategies as st

from ashore.crypto.ethereum_text import text_digest
from ashore.keys import derivation
from ashore.keys.errors import MnemonicInvalid, Refused
from ashore.keys.key_ring import KeyRing, typed_data_digest

VECTORS_FOLDER = os.environ.get("ASHORE_VECTORS") or Path(__file__).parents[2] / "conformance" / "vectors"
VECTORS: dict[str, Any] = json.loads((Path(VECTORS_FOLDER) / "zklink.json").read_text())
ABANDON = b"abandon " * 11 + b"about"
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


class TestMnemonic:
    def test_published_seed_and_address(self) -> None:
        """BIP-39's first test vector, without a passphrase, and its well-known first Ethereum account."""
        seed = derivation.seed_from_mnemonic(derivation.checked_mnemonic(ABANDON))
        assert seed.hex() == (
            "5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc1"
            "9a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4"
        )
        key = derivation.account_key(seed, 0)
        assert Account.from_key(bytes(key)).address == "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"

    @pytest.mark.parametrize(("index", "address"), [
        (0, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        (1, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        (9, "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"),
    ])  # fmt: skip
    def test_practice_accounts(self, index: int, address: str) -> None:
        seed = derivation.seed_from_mnemonic(derivation.PUBLIC_TEST_MNEMONIC.encode())
        assert KeyRing(seed, "any text").account(index).address == address

    @given(st.sampled_from([16, 20, 24, 28, 32]).flatmap(lambda size: st.binary(min_size=size, max_size=size)))
    def test_every_phrase_of_the_library_is_accepted(self, entropy: bytes) -> None:
        from eth_account.hdaccount.mnemonic import Mnemonic

        phrase = Mnemonic().to_mnemonic(entropy)
        assert derivation.checked_mnemonic(phrase.encode()).decode() == phrase

    def test_spacing_and_capitals_do_not_matter(self) -> None:
        assert derivation.checked_mnemonic(b"  Abandon\n" + ABANDON[8:].upper() + b"\t") == ABANDON

    @pytest.mark.parametrize("count", [0, 1, 11, 13, 25, 5000])
    def test_other_numbers_of_words(self, count: int) -> None:
        with pytest.raises(MnemonicInvalid, match=f"this one has {count}"):
            derivation.checked_mnemonic(b"abandon " * count)

    def test_unknown_words_are_named_by_place_only(self) -> None:
        words = ABANDON.decode().split()
        words[2], words[11] = "abandonn", "sekret"
        with pytest.raises(MnemonicInvalid) as caught:
            derivation.checked_mnemonic(" ".join(words).encode())
        assert caught.value.positions == (3, 12)
        assert "Words 3 and 12 are not" in str(caught.value)
        assert not any(word in str(caught.value) for word in ("abandon", "sekret"))

    def test_a_wrong_checksum_says_so_without_words(self) -> None:
        with pytest.raises(MnemonicInvalid) as caught:
            derivation.checked_mnemonic(b"abandon " * 12)
        assert caught.value.positions == ()
        assert "one word is wrong" in str(caught.value)
        assert "abandon" not in str(caught.value)

    @given(st.binary(max_size=200))
    def test_anything_else_is_one_kind_of_error(self, phrase: bytes) -> None:
        with pytest.raises(MnemonicInvalid):
            derivation.checked_mnemonic(phrase)

    def test_the_public_phrase_is_kept_from_mainnet(self) -> None:
        spelt = derivation.PUBLIC_TEST_MNEMONIC.upper().replace(" ", "  ").encode()
        derivation.refuse_public_phrase(spelt, "sandbox")
        derivation.refuse_public_phrase(ABANDON, "mainnet")
        with pytest.raises(Refused, match="public"):
            derivation.refuse_public_phrase(spelt, "mainnet")

    @pytest.mark.parametrize("index", [-1, 2**31])
    def test_accounts_out_of_range(self, index: int) -> None:
        with pytest.raises(Refused):
            derivation.account_path(index)


class TestLayer2Key:
    @pytest.mark.parametrize("vector", VECTORS["keys"])
    def test_published_keys(self, vector: dict[str, str]) -> None:
        key = derivation.layer2_key(bytes.fromhex(vector["eth_signature"][2:]))
        assert "0x" + key.private_key.hex() == vector["l2_private_key"]
        assert "0x" + key.public_key.hex() == vector["l2_public_key"]
        assert "0x" + key.public_key_hash.hex() == vector["pubkey_hash"]
        assert key.private_key.hex() not in repr(key)

    @pytest.mark.parametrize("vector", VECTORS["keys"])
    def test_signatures_in_other_forms_give_the_same_key(self, vector: dict[str, str]) -> None:
        signature = bytes.fromhex(vector["eth_signature"][2:])
        r, s, v = signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]
        low_v = signature[:64] + bytes([v - 27])
        high_s = r + (ORDER - s).to_bytes(32, "big") + bytes([27 + (28 - v)])
        assert derivation.keying_material(low_v) == derivation.keying_material(high_s) == signature

    @pytest.mark.parametrize("signature", [b"", bytes(64), bytes(66), bytes(64) + b"\x02", bytes(64) + b"\x1d"])
    def test_other_bytes_are_refused(self, signature: bytes) -> None:
        with pytest.raises(ValueError, match="signature"):
            derivation.keying_material(signature)


class TestDigests:
    @given(st.text(max_size=300, alphabet=st.characters(exclude_categories=["Cs"])))
    def test_text_digest_is_what_eth_account_signs(self, text: str) -> None:
        from eth_account.messages import _hash_eip191_message

        assert text_digest(text) == bytes(_hash_eip191_message(encode_defunct(text=text)))

    def test_typed_data_recovers_to_the_account(self) -> None:
        """zkLink's own vector, signed by another library with the same key."""
        typed = VECTORS["change_pubkey"][0]["v2"]
        signature = bytes.fromhex(typed["tx"]["ethAuthData"]["ethSignature"][2:])
        recovered = Account._recover_hash(typed_data_digest(typed["eip712"]), signature=signature)
        assert recovered == typed["tx"]["account"]
