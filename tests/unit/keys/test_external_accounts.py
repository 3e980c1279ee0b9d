"""Accounts of other wallets: only their own signatures count, and nothing but the layer-2 key is kept."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data

from ashore.crypto import musig
from ashore.keys.errors import Locked, Refused
from ashore.keys.external_accounts import MOST
from ashore.keys.external_signer import ExternalSigner
from ashore.keys.signer import Signer
from ashore.keys.signer_session import SignerSession
from ashore.signer_role import READERS
from ashore.systems.zklink.codec.texts import KEY_DERIVATION_TEXT
from conformance.vector_files import load_file
from unit.keys.test_signer import COMMAND
from unit.keys.test_signer_session import WITHDRAW, change_pubkey, error_kind, new_session, result
from unit.keys.vault_support import PASSWORD, counted_randomness, python_path, reopened

VECTORS = (load_file("zklink") or {}).get("keys", [])
OTHER = "0x" + "11" * 32


def signed(key: str, text: str) -> str:
    """What the other wallet shows."""
    return "0x" + bytes(Account.sign_message(encode_defunct(text=text), key).signature).hex()


@pytest.fixture
def vault_path(practice_vault: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(practice_vault, tmp_path / "own.vault"))


@pytest.fixture
def session(vault_path: Path) -> SignerSession:
    opened = new_session()
    result(opened, "unlock", vault=str(vault_path), password=PASSWORD.decode())
    return opened


def keep(session: SignerSession, key: str = OTHER, label: str = "Ledger") -> dict[str, Any]:
    return result(
        session,
        "external-keep",
        address=Account.from_key(key).address,
        label=label,
        signature=signed(key, KEY_DERIVATION_TEXT),
    )


def said(session: SignerSession, op: str, **arguments: object) -> str:
    error = session.answer({"id": 1, "op": op, **arguments})["error"]
    assert isinstance(error, dict)
    return f"{error['sentence']} {error['advice']}"


class TestKeeping:
    @pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["eth_address"][:8])
    def test_the_vectors_keys(self, session: SignerSession, case: dict[str, str]) -> None:
        given = case["eth_signature"]
        kept = result(session, "external-keep", address=case["eth_address"], label="x", signature=given)
        assert kept["l2_pub_key"] == case["l2_public_key"]
        assert kept["l2_pub_key_hash"] == case["pubkey_hash"]
        assert kept["address"] == case["eth_address"]

    @pytest.mark.parametrize("case", VECTORS[:2], ids=lambda case: case["eth_address"][:8])
    def test_v_of_0_or_1_makes_the_same_key(self, session: SignerSession, case: dict[str, str]) -> None:
        raw = bytes.fromhex(case["eth_signature"][2:])
        given = f' "{(raw[:64] + bytes((raw[64] - 27,))).hex()}" '
        kept = result(session, "external-keep", address=case["eth_address"].lower(), label="x", signature=given)
        assert kept["l2_pub_key_hash"] == case["pubkey_hash"]

    def test_accounts_keep_their_numbers_over_a_restart_and_a_removal(self, vault_path: Path) -> None:
        keys = ["0x" + f"{n:02x}" * 32 for n in (1, 2, 3)]
        session = new_session()
        result(session, "unlock", vault=str(vault_path), password=PASSWORD.decode())
        kept = [keep(session, key, f"Wallet {n}") for n, key in enumerate(keys)]
        assert [account["index"] for account in kept] == [-1, -2, -3]
        result(session, "external-forget", account=-2, address=kept[1]["address"])
        session.lock()
        again = SignerSession(READERS, counted_randomness(b"again"), ensure_ready=lambda: None)
        result(again, "unlock", vault=str(vault_path), password=PASSWORD.decode())
        assert result(again, "external-list")["accounts"] == [kept[0], kept[2]]
        assert keep(again, keys[1], "Once more")["index"] == -4

    def test_only_the_layer_2_key_is_in_the_vault(self, session: SignerSession, vault_path: Path) -> None:
        keep(session)
        material = signed(OTHER, KEY_DERIVATION_TEXT)[2:]
        vault = reopened(vault_path)
        (record,) = (r for r in vault.list() if r.kind == "zklink-l2-key")
        assert bytes(vault.get(record.record_id)) == musig.private_key_from_material(bytes.fromhex(material))
        assert dict(record.meta) == {
            "use": "external-account",
            "address": Account.from_key(OTHER).address,
            "label": "Ledger",
            "number": "1",
        }
        content = vault_path.read_bytes()
        assert material.encode() not in content
        assert vault.get(record.record_id).hex().encode() not in content

    def test_the_window_can_neither_ask_the_key_back_nor_change_it(
        self, session: SignerSession, vault_path: Path
    ) -> None:
        kept = keep(session)
        (record,) = (r.record_id for r in reopened(vault_path).list() if r.kind == "zklink-l2-key")
        assert result(session, "listed")["records"] == []
        assert error_kind(session, "show", record=record) == "RecordMissing"
        assert error_kind(session, "forget", record=record) == "RecordMissing"
        assert error_kind(session, "rewrite", record=record, secret="x", meta={}) == "RecordMissing"
        assert error_kind(session, "keep", kind="zklink-l2-key", secret="x", meta={}) == "Refused"
        assert set(kept) == {"index", "address", "label", "l2_pub_key", "l2_pub_key_hash"}

    def test_there_is_room_for_so_many(self, session: SignerSession) -> None:
        for number in range(1, MOST + 1):
            keep(session, "0x" + f"{number:02x}" * 32)
        assert "at most" in said(
            session,
            "external-keep",
            address=Account.from_key("0x" + "aa" * 32).address,
            label="",
            signature=signed("0x" + "aa" * 32, KEY_DERIVATION_TEXT),
        )


class TestWrongKeySignatures:
    def refusal(self, session: SignerSession, signature: str, address: str = "") -> str:
        who = address or Account.from_key(OTHER).address
        told = said(session, "external-keep", address=who, label="x", signature=signature)
        assert result(session, "external-list")["accounts"] == []
        assert signature not in told
        return told

    def test_of_another_account(self, session: SignerSession) -> None:
        stranger = "0x" + "22" * 32
        told = self.refusal(session, signed(stranger, KEY_DERIVATION_TEXT))
        assert Account.from_key(stranger).address in told
        assert Account.from_key(OTHER).address in told

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (KEY_DERIVATION_TEXT + "\n", "line break at its end"),
            (KEY_DERIVATION_TEXT.replace("\n", "\r\n"), "CRLF"),
            (KEY_DERIVATION_TEXT.replace("\n", " "), "single line"),
            (KEY_DERIVATION_TEXT.replace("\n", ""), "without its line breaks"),
            ("0x" + KEY_DERIVATION_TEXT.encode().hex(), "hexadecimal"),
        ],
    )
    def test_of_the_text_as_it_was_spoilt_on_its_way(self, session: SignerSession, text: str, words: str) -> None:
        told = self.refusal(session, signed(OTHER, text))
        assert "signed another text" in told
        assert words in told

    def test_of_the_bare_hash(self, session: SignerSession) -> None:
        from ashore.crypto.keccak import keccak256

        made = Account.unsafe_sign_hash(keccak256(KEY_DERIVATION_TEXT.encode()), OTHER)
        assert "bare hash" in self.refusal(session, bytes(made.signature).hex())

    def test_of_another_text_altogether(self, session: SignerSession) -> None:
        told = self.refusal(session, signed(OTHER, "Sign in to example.com"))
        assert "over this text" in told
        assert "EIP-1271" in told

    def test_no_signature(self, session: SignerSession) -> None:
        assert "private key" in self.refusal(session, OTHER)
        assert "recovery phrase" in self.refusal(session, "abandon " * 11 + "about")
        made = bytes.fromhex(signed(OTHER, KEY_DERIVATION_TEXT)[2:])
        assert "longer" in self.refusal(session, made.hex() * 2)
        assert "No Ethereum key" in self.refusal(session, (b"\x00" * 31 + b"\x05" + made[32:]).hex())

    def test_no_address(self, session: SignerSession) -> None:
        arguments = {"label": "x", "signature": signed(OTHER, KEY_DERIVATION_TEXT)}
        wrong = "0x" + Account.from_key(OTHER).address[2:].swapcase()
        for address in ("", "0x12", "0x" + "00" * 20, wrong):
            assert error_kind(session, "external-keep", address=address, **arguments) == "Refused"

    def test_twice(self, session: SignerSession) -> None:
        kept = keep(session)
        arguments = {"label": "again", "signature": signed(OTHER, KEY_DERIVATION_TEXT)}
        assert "already" in said(session, "external-keep", address=kept["address"], **arguments)


class TestSigning:
    def request(self, session: SignerSession, **changes: object) -> dict[str, Any]:
        reading = result(session, "read", kind="zklink.withdraw", preimage=WITHDRAW)
        (text,) = reading["texts"]
        arguments: dict[str, Any] = {"kind": "zklink.withdraw", "preimage": WITHDRAW, "expect": reading["fields"]}
        return arguments | {"account": -1, "signature": signed(OTHER, text)} | changes

    def test_both_signatures_are_those_of_the_account(self, session: SignerSession) -> None:
        kept = keep(session)
        request = self.request(session)
        assert result(session, "external-verify", **request) == {}
        made = result(session, "external-sign", **request)
        assert made["address"] == kept["address"]
        assert made["ethereum"] == [request["signature"]]
        assert made["l2"]["pub_key"] == kept["l2_pub_key"]
        reading = result(session, "read", kind="zklink.withdraw", preimage=WITHDRAW)
        assert made["identifier"] == reading["identifier"]
        key, message = bytes.fromhex(kept["l2_pub_key"][2:]), bytes.fromhex(reading["l2_message"])
        assert musig.verify(key, bytes.fromhex(made["l2"]["signature"]), message)

    @pytest.mark.parametrize("op", ["external-verify", "external-sign"])
    def test_a_signature_of_anything_else_is_refused(self, session: SignerSession, op: str) -> None:
        kept = keep(session)
        other_request = signed(OTHER, "Withdraw 1.0 LAST to: 0x00\nNonce: 1")
        assert "it would belong to" in said(session, op, **self.request(session, signature=other_request))
        stranger = "0x" + "22" * 32
        (text,) = result(session, "read", kind="zklink.withdraw", preimage=WITHDRAW)["texts"]
        told = said(session, op, **self.request(session, signature=signed(stranger, text)))
        assert Account.from_key(stranger).address in told
        assert kept["address"] in told
        key_signature = signed(OTHER, KEY_DERIVATION_TEXT)
        told = said(session, op, **self.request(session, signature=key_signature))
        assert "is a secret" in told
        assert key_signature not in told
        assert error_kind(session, op, **self.request(session, signature="")) == "Refused"

    @pytest.mark.parametrize("op", ["external-verify", "external-sign"])
    def test_any_difference_from_the_review_is_refused(self, session: SignerSession, op: str) -> None:
        keep(session)
        fields = self.request(session)["expect"]
        for expect in (fields | {"amount": "1"}, {}, fields | {"more": "1"}):
            assert "not what was reviewed" in said(session, op, **self.request(session, expect=expect))

    @pytest.mark.parametrize("account", [0, 1, -2, 7, -(2**40)])
    def test_accounts_that_are_not_external(self, session: SignerSession, account: int) -> None:
        keep(session)
        assert error_kind(session, "external-sign", **self.request(session, account=account)) == "Refused"

    def test_the_ethereum_key_is_never_asked_of_the_signer(self, session: SignerSession) -> None:
        keep(session)
        request = self.request(session)
        del request["signature"]
        assert error_kind(session, "sign", **request) == "Refused"
        transaction = {"unsigned": "0x02" + "00"}
        arguments = {"kind": "ethereum.transaction", "preimage": transaction, "account": -1, "expect": {}}
        assert error_kind(session, "external-sign", signature="0x", **arguments) == "ReadingError"

    @pytest.mark.parametrize("profile", ["v2", "x-apex"])
    def test_an_activation_of_its_own_key(self, session: SignerSession, profile: str) -> None:
        kept = keep(session)
        preimage = change_pubkey(profile, kept["l2_pub_key_hash"])
        reading = result(session, "read", kind="zklink.change-pubkey", preimage=preimage)
        signable = (
            encode_typed_data(full_message=reading["typed_data"])
            if profile == "v2"
            else encode_defunct(text=reading["texts"][0])
        )
        made = bytes(Account.sign_message(signable, OTHER).signature).hex()
        arguments = {"kind": "zklink.change-pubkey", "preimage": preimage, "expect": reading["fields"], "account": -1}
        assert result(session, "external-sign", signature=made, **arguments)["ethereum"] == ["0x" + made]
        foreign = change_pubkey(profile, "0x" + "12" * 20)
        reading = result(session, "read", kind="zklink.change-pubkey", preimage=foreign)
        arguments |= {"preimage": foreign, "expect": reading["fields"]}
        assert "not this account" in said(session, "external-sign", signature=made, **arguments)

    def test_removed_and_locked(self, session: SignerSession) -> None:
        kept = keep(session)
        request = self.request(session)
        assert error_kind(session, "external-forget", account=-1, address="0x" + "12" * 20) == "Refused"
        result(session, "external-forget", account=-1, address=kept["address"])
        assert error_kind(session, "external-sign", **request) == "Refused"
        keep(session)
        session.lock()
        for op, arguments in (
            ("external-list", {}),
            ("external-sign", request),
            ("external-verify", request),
            ("external-forget", {"account": -1, "address": kept["address"]}),
            ("external-keep", {"address": kept["address"], "label": "", "signature": "0x"}),
        ):
            assert error_kind(session, op, **arguments) == "Locked"

    @pytest.mark.parametrize(
        ("op", "arguments"),
        [
            ("external-keep", {"address": "0x", "label": 7, "signature": "0x"}),
            ("external-keep", {"address": "0x", "label": "", "signature": "0x" * 4000}),
            ("external-keep", {"address": "0x", "label": ""}),
            ("external-list", {"more": 1}),
            ("external-forget", {"account": "1", "address": ""}),
            ("external-sign", {"kind": "zklink.withdraw", "preimage": WITHDRAW, "account": -1, "expect": {}}),
        ],
    )
    def test_malformed_requests(self, session: SignerSession, op: str, arguments: dict[str, object]) -> None:
        assert error_kind(session, op, **arguments) == "RequestInvalid"


async def test_the_process_keeps_an_account_over_a_lock_and_says_no_secret(vault_path: Path) -> None:
    address, material = Account.from_key(OTHER).address, signed(OTHER, KEY_DERIVATION_TEXT)
    async with Signer(COMMAND, python_path()) as signer:
        external = ExternalSigner(signer)
        with pytest.raises(Locked):
            await external.accounts()
        await signer.unlock(vault_path, bytearray(PASSWORD))
        with pytest.raises(Refused, match="too short"):
            await external.keep(address, "Ledger", material[:-1])
        kept = await external.keep(address, "Ledger", material)
        await signer.lock()
        await signer.unlock(vault_path, bytearray(PASSWORD))
        assert await external.accounts() == (kept,)
        read = await signer.read("zklink.withdraw", WITHDRAW)
        (text,) = read.reading.texts
        request = ("zklink.withdraw", WITHDRAW, kept.index, read.reading.fields)
        with pytest.raises(Refused, match="it would belong to"):
            await external.verify(*request, signed("0x" + "22" * 32, text))
        await external.verify(*request, signed(OTHER, text))
        made = await external.sign(*request, signed(OTHER, text))
        assert (made.address, made.identifier) == (address, read.reading.identifier)
        assert made.l2 is not None
        told = json.dumps([repr(kept), made.as_mapping()])
        secret = musig.private_key_from_material(bytes.fromhex(material[2:])).hex()
        assert material[2:] not in told
        assert secret not in told
        await external.forget(kept.index, kept.address)
        assert await external.accounts() == ()
