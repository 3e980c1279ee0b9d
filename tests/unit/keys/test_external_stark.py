"""Stark keys of accounts in other wallets: only what the account signed, twice alike, is sealed, and never shown."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from ashore import signer_role
from ashore.crypto import secp256k1, stark
from ashore.keys.external_signer import ExternalSigner
from ashore.keys.signer import Signer, StarkSignature
from ashore.keys.signer_session import SignerSession
from ashore.systems.reddio.codec import KeyRequest, key_typed_data, message_hash, preimage_of, withdrawal_body
from ashore.systems.reddio.codec.l1 import facts
from conformance.vector_files import load_file
from unit.keys.test_external_accounts import OTHER, keep, said
from unit.keys.test_signer import COMMAND, python_path
from unit.keys.test_signer_session import WITHDRAW, error_kind, result
from unit.keys.test_stark_signing import COIN, NAME, SEPOLIA, WITHDRAWAL, new_session, signing
from unit.keys.vault_support import PASSWORD, reopened

STRANGER = "0x" + "22" * 32


def signed(key: str = OTHER, chain_id: int = SEPOLIA, type_name: str = "reddio") -> str:
    """What the other wallet shows for the key request."""
    typed_data = key_typed_data(KeyRequest(chain_id, type_name))
    return "0x" + bytes(Account.sign_typed_data(key, full_message=typed_data).signature).hex()


def signed_otherwise(key: str = OTHER) -> str:
    """A second signature of the same, as wallets make that draw their nonces."""
    order = secp256k1.ORDER
    first = bytes.fromhex(signed(key)[2:])
    r1, s1 = int.from_bytes(first[:32], "big"), int.from_bytes(first[32:64], "big")
    private, digest = int(key, 16), Account.sign_typed_data(key, full_message=key_typed_data(KeyRequest(SEPOLIA)))
    hashed = int.from_bytes(digest.message_hash, "big")
    # The nonce of the first signature is known to who knows the key; its double is another nonce.
    nonce = 2 * (hashed + r1 * private) * pow(s1, -1, order) % order
    from eth_keys import keys

    r = int.from_bytes(keys.PrivateKey(nonce.to_bytes(32, "big")).public_key.to_bytes()[:32], "big")
    s = pow(nonce, -1, order) * (hashed + r * private) % order
    for v in (27, 28):
        text = "0x" + (r.to_bytes(32, "big") + min(s, order - s).to_bytes(32, "big") + bytes((v,))).hex()
        if Account._recover_hash(digest.message_hash, signature=text) == Account.from_key(key).address:
            return text
    raise AssertionError("neither recovers")


@pytest.fixture
def vault_path(practice_vault: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(practice_vault, tmp_path / "own.vault"))


@pytest.fixture
def session(vault_path: Path) -> SignerSession:
    opened = new_session()
    result(opened, "unlock", vault=str(vault_path), password=PASSWORD.decode())
    return opened


def request(**changes: object) -> dict[str, Any]:
    given = {"account": -1, "chain_id": SEPOLIA, "name": "reddio", "first": signed(), "second": signed()}
    return given | changes


def keys_of(session: SignerSession) -> list[dict[str, str]]:
    found = result(session, "stark-keys", account=-1, chain_id=SEPOLIA)["keys"]
    assert isinstance(found, list)
    return found


def expected_key(key: str = OTHER, chain_id: int = SEPOLIA) -> str:
    private = stark.derive_key(bytes.fromhex(signed(key, chain_id)[2:])).private_key
    return f"{stark.public_key(private):#x}"


class TestKeeping:
    def test_the_key_is_the_one_that_every_client_makes(self, session: SignerSession) -> None:
        keep(session)
        assert keys_of(session) == []
        assert result(session, "stark-external-keep", **request()) == {}
        assert keys_of(session)[0] == {"name": NAME, "stark_key": expected_key()}

    def test_of_a_signature_that_begins_with_a_zero_all_three_keys_are_known(self, session: SignerSession) -> None:
        sections = load_file("reddio")
        assert sections is not None
        case = next(each for each in sections["key_derivation_leading_zero"] if each["eth_signature"][2:4] == "00")
        keep(session, case["eth_private_key"])
        chain_id, name = case["chain_id"], case["eip712_type_name"]
        both = dict.fromkeys(("first", "second"), case["eth_signature"])
        result(session, "stark-external-keep", **request(chain_id=chain_id, name=name, **both))
        wanted = {case[each] for each in ("stark_key", "byte_stripped_stark_key", "nibble_shifted_stark_key")}
        assert {key["stark_key"] for key in keys_of(session)} == wanted

    def test_it_outlasts_a_lock_and_goes_with_the_account(self, session: SignerSession, vault_path: Path) -> None:
        kept = keep(session)
        result(session, "stark-external-keep", **request())
        result(
            session, "stark-external-keep", **request(chain_id=1, first=signed(chain_id=1), second=signed(chain_id=1))
        )
        result(session, "lock")
        assert error_kind(session, "stark-external-keep", **request()) == "Locked"
        result(session, "unlock", vault=str(vault_path), password=PASSWORD.decode())
        assert [key["name"] for key in keys_of(session)][:2] == [NAME, "1:reddio:standard"]
        result(session, "external-forget", account=-1, address=kept["address"])
        assert error_kind(session, "stark-keys", account=-1, chain_id=SEPOLIA) == "Refused"
        assert [record for record in reopened(vault_path).list() if record.kind == "stark-key"] == []

    def test_the_signature_is_sealed_and_the_window_cannot_ask_it_back(
        self, session: SignerSession, vault_path: Path
    ) -> None:
        keep(session)
        result(session, "stark-external-keep", **request())
        material = signed()[2:]
        vault = reopened(vault_path)
        (record,) = (each for each in vault.list() if each.kind == "stark-key")
        assert bytes(vault.get(record.record_id)).hex() == material
        address = Account.from_key(OTHER).address
        assert dict(record.meta) == {"use": "external-account", "address": address, "request": f"{SEPOLIA}:reddio"}
        assert material.encode() not in vault_path.read_bytes()
        assert result(session, "listed")["records"] == []
        for op in ("show", "forget"):
            assert error_kind(session, op, record=record.record_id) == "RecordMissing"
        assert error_kind(session, "rewrite", record=record.record_id, secret="x", meta={}) == "RecordMissing"
        assert error_kind(session, "keep", kind="stark-key", secret="x", meta={}) == "Refused"


class TestRefusals:
    def refusal(self, session: SignerSession, **changes: object) -> str:
        arguments = request(**changes)
        told = said(session, "stark-external-keep", **arguments)
        for given in (arguments["first"], arguments["second"]):
            assert not given or str(given) not in told
        assert keys_of(session) == []
        return told

    def test_a_wallet_that_signs_differently_each_time(self, session: SignerSession) -> None:
        keep(session)
        assert signed_otherwise() != signed()
        told = self.refusal(session, second=signed_otherwise())
        assert "two different ways" in told
        assert "Nothing was kept" in told

    @pytest.mark.parametrize("place", ["first", "second"])
    def test_what_is_not_the_accounts_signature_of_exactly_this(self, session: SignerSession, place: str) -> None:
        keep(session)
        assert Account.from_key(STRANGER).address in self.refusal(session, **{place: signed(STRANGER)})
        assert "of chain 1" in self.refusal(session, **{place: signed(chain_id=1)})
        assert "“Reddio”" in self.refusal(session, **{place: signed(type_name="Reddio")})
        text = bytes(Account.sign_message(encode_defunct(text="Generate layer 2 key"), OTHER).signature).hex()
        assert "it would belong to" in self.refusal(session, **{place: text})
        assert "private key" in self.refusal(session, **{place: OTHER})
        self.refusal(session, **{place: ""})

    def test_twice(self, session: SignerSession) -> None:
        keep(session)
        result(session, "stark-external-keep", **request())
        assert "already" in said(session, "stark-external-keep", **request())

    @pytest.mark.parametrize("changes", [{"account": -2}, {"account": 0}, {"chain_id": 31337}, {"name": "REDDIO"}])
    def test_no_such_account_or_request(self, session: SignerSession, changes: dict[str, object]) -> None:
        keep(session)
        assert error_kind(session, "stark-external-keep", **request(**changes)) == "Refused"

    @pytest.mark.parametrize(
        "changes", [{"first": 1}, {"second": "0x" * 4000}, {"chain_id": "1"}, {"more": 1}, {"account": None}]
    )
    def test_malformed(self, session: SignerSession, changes: dict[str, object]) -> None:
        assert error_kind(session, "stark-external-keep", **request(**changes)) == "RequestInvalid"


class TestSigning:
    @pytest.fixture
    def kept(self, session: SignerSession) -> dict[str, Any]:
        account = keep(session)
        result(session, "stark-external-keep", **request())
        return account

    def test_a_withdrawal_needs_the_other_wallet_no_more(self, session: SignerSession, kept: dict[str, Any]) -> None:
        key = int(expected_key(), 16)
        preimage = preimage_of(WITHDRAWAL, COIN, NAME, key)
        made = result(session, "sign", **signing(session, "reddio.withdrawal-to", preimage, account=-1))
        assert (made["address"], made["ethereum"]) == (kept["address"], [])
        signature = stark.Signature(int(made["l2"]["r"], 16), int(made["l2"]["s"], 16))
        assert stark.verify(key, message_hash(WITHDRAWAL), signature)
        assert made["identifier"] == f"0x{message_hash(WITHDRAWAL):064x}"

    def test_a_plain_withdrawal_and_a_registration(self, session: SignerSession, kept: dict[str, Any]) -> None:
        key = int(expected_key(), 16)
        body = withdrawal_body(COIN, key, 5)
        made = result(session, "sign", **signing(session, "reddio.plain-withdrawal", body, account=-1))
        assert (made["address"], made["ethereum"], made["l2"]) == (kept["address"], [], None)
        answer = result(session, "stark-registration", account=-1, key=NAME)
        raw = bytes.fromhex(answer["signature"][2:])
        signature = stark.Signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big"))
        assert answer["address"] == kept["address"]
        assert stark.verify(key, facts.registration_hash(bytes.fromhex(kept["address"][2:]), key), signature)

    def test_what_is_refused(self, session: SignerSession, kept: dict[str, Any]) -> None:
        key = int(expected_key(), 16)
        good = signing(session, "reddio.withdrawal-to", preimage_of(WITHDRAWAL, COIN, NAME, key), account=-1)
        assert error_kind(session, "sign", **good | {"expect": {}}) == "Refused"
        assert error_kind(session, "sign", **good | {"account": -2}) == "Refused"
        assert error_kind(session, "sign", **good | {"account": 0}) == "Refused"
        for name in ("1:reddio:standard", f"{SEPOLIA}:Reddio:standard"):
            other = preimage_of(WITHDRAWAL, COIN, name, key)
            arguments = signing(session, "reddio.withdrawal-to", other, account=-1)
            assert error_kind(session, "sign", **arguments) == "Refused"
        foreign = preimage_of(WITHDRAWAL, COIN, NAME, stark.public_key(5))
        arguments = signing(session, "reddio.withdrawal-to", foreign, account=-1)
        assert error_kind(session, "sign", **arguments) == "Refused"

    def test_nothing_of_zklink_and_no_transaction(self, session: SignerSession, kept: dict[str, Any]) -> None:
        arguments = signing(session, "zklink.withdraw", WITHDRAW, account=-1)
        assert error_kind(session, "sign", **arguments) == "Refused"
        assert kept["index"] == -1


async def test_through_the_process_and_nothing_secret_leaves_it(vault_path: Path) -> None:
    address = Account.from_key(OTHER).address
    async with Signer(COMMAND, python_path()) as signer:
        await signer.unlock(vault_path, bytearray(PASSWORD))
        external = ExternalSigner(signer)
        text = signer_role.READERS["zklink.key-derivation"]({}).texts[0]
        made = Account.sign_message(encode_defunct(text=text), OTHER).signature
        account = await external.keep(address, "Ledger", "0x" + bytes(made).hex())
        await external.keep_stark_key(account.index, SEPOLIA, "reddio", (signed(), signed()))
        keys = await signer.stark_keys(account.index, SEPOLIA)
        assert keys[0].stark_key == expected_key()
        preimage = preimage_of(replace(WITHDRAWAL, nonce=8), COIN, NAME, int(expected_key(), 16))
        read = await signer.read("reddio.withdrawal-to", preimage)
        answer = await signer.sign("reddio.withdrawal-to", preimage, account.index, read.reading.fields)
        assert isinstance(answer.l2, StarkSignature)
        told = json.dumps([repr(keys), answer.as_mapping()])
        private = stark.derive_key(bytes.fromhex(signed()[2:])).private_key
        for secret in (signed()[2:], f"{private:x}", str(private)):
            assert secret not in told
