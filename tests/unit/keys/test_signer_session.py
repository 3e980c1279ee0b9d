"""What the signer answers, and above all what it refuses. The readers are the real ones."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from ashore import signer_role
from ashore.crypto import musig
from ashore.keys import derivation
from ashore.keys.protocol import KEY_KIND
from ashore.keys.reading import Reading
from ashore.keys.receipt_reading import RECEIPT_KIND
from ashore.keys.sealing import FAST_COST
from ashore.keys.signer_session import SignerSession
from ashore.keys.vault import NewRecord, Vault
from unit.keys.vault_support import PASSWORD, counted_randomness

WITHDRAW = {
    "profile": "x-apex",
    "core": "030300dc8a4c1a00000000000000000000000078537c3a647dae9a4408b938f5fcb90b8ae2afcffffefffe"
    "000000000000000000000001cb28153348af00000228000000613df0e4",
    "symbol": "LAST",
    "call_data": None,
}
ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


def new_session(readers: Mapping[str, Any] = signer_role.READERS) -> SignerSession:
    return SignerSession(readers, counted_randomness(b"session"), ensure_ready=lambda: None)


def result(session: SignerSession, op: str, **arguments: object) -> dict[str, Any]:
    answer = session.answer({"id": 1, "op": op, **arguments})
    assert "error" not in answer, answer
    content = answer["result"]
    assert isinstance(content, dict)
    return content


def error_kind(session: SignerSession, op: str, **arguments: object) -> str:
    answer = session.answer({"id": 1, "op": op, **arguments})
    error = answer["error"]
    assert isinstance(error, dict)
    assert error["sentence"]
    return str(error["kind"])


def change_pubkey(profile: str, new_hash: str) -> dict[str, object]:
    core = "061b00da917a0b" + new_hash.removeprefix("0x") + "0001000000000000685c96ed"
    content: dict[str, object] = {"profile": profile, "core": core, "auth": "EthECDSA"}
    if profile == "v2":
        content |= {"main_contract": "0d50a4a672a66c948f1fb26fe9681c3bc8d573c2", "layer_one_chain_id": 1}
    return content


@pytest.fixture
def session(practice_vault: Path) -> SignerSession:
    opened = new_session()
    result(opened, "unlock", vault=str(practice_vault), password=PASSWORD.decode())
    return opened


class TestSigning:
    def test_a_withdrawal_is_signed_by_both_keys(self, session: SignerSession) -> None:
        reading = result(session, "read", kind="zklink.withdraw", preimage=WITHDRAW)
        signed = result(session, "sign", kind="zklink.withdraw", preimage=WITHDRAW, account=0, expect=reading["fields"])
        (signature,) = signed["ethereum"]
        (text,) = reading["texts"]
        assert Account.recover_message(encode_defunct(text=text), signature=signature) == signed["address"] == ADDRESS
        (account,) = result(session, "accounts", first=0, count=1)["accounts"]
        assert signed["l2"]["pub_key"] == account["l2_pub_key"]
        public_key = bytes.fromhex(signed["l2"]["pub_key"][2:])
        message = bytes.fromhex(reading["l2_message"])
        assert musig.verify(public_key, bytes.fromhex(signed["l2"]["signature"]), message)
        assert signed["identifier"] == reading["identifier"]

    @pytest.mark.parametrize("profile", ["v2", "main", "x-zkex", "x-apex"])
    def test_an_activation_of_the_own_key_is_signed(self, session: SignerSession, profile: str) -> None:
        (account,) = result(session, "accounts", first=3, count=1)["accounts"]
        preimage = change_pubkey(profile, account["l2_pub_key_hash"])
        reading = result(session, "read", kind="zklink.change-pubkey", preimage=preimage)
        signed = result(
            session, "sign", kind="zklink.change-pubkey", preimage=preimage, account=3, expect=reading["fields"]
        )
        (signature,) = signed["ethereum"]
        signable = (
            encode_typed_data(full_message=reading["typed_data"])
            if profile == "v2"
            else encode_defunct(text=reading["texts"][0])
        )
        assert Account.recover_message(signable, signature=signature) == account["address"]
        assert len(signed["l2"]["signature"]) == 128

    def test_an_activation_of_a_foreign_key_is_refused(self, session: SignerSession) -> None:
        (account,) = result(session, "accounts", first=3, count=1)["accounts"]
        preimage = change_pubkey("x-apex", account["l2_pub_key_hash"])
        reading = result(session, "read", kind="zklink.change-pubkey", preimage=preimage)
        arguments = {"kind": "zklink.change-pubkey", "preimage": preimage, "expect": reading["fields"]}
        assert error_kind(session, "sign", account=4, **arguments) == "Refused"

    @pytest.mark.parametrize("field", ["to", "amount", "fee", "nonce", "to_chain_id", "call_data", "ts"])
    def test_any_difference_from_the_review_is_refused(self, session: SignerSession, field: str) -> None:
        fields = result(session, "read", kind="zklink.withdraw", preimage=WITHDRAW)["fields"]
        without = {name: value for name, value in fields.items() if name != field}
        changed = fields | {field: fields[field] + "1"}
        for expect in (changed, without, {}, fields | {"more": "1"}, fields | {field: None}):
            arguments = {"kind": "zklink.withdraw", "preimage": WITHDRAW, "account": 0, "expect": expect}
            answer = session.answer({"id": 1, "op": "sign", **arguments})
            error = answer["error"]
            assert isinstance(error, dict)
            assert error["kind"] == "Refused"
            assert "Nothing was signed" in error["sentence"]

    def test_a_changed_preimage_is_refused(self, session: SignerSession) -> None:
        fields = result(session, "read", kind="zklink.withdraw", preimage=WITHDRAW)["fields"]
        changed = WITHDRAW | {"core": str(WITHDRAW["core"]).replace("78537c3a", "78537c3b")}
        arguments = {"kind": "zklink.withdraw", "preimage": changed, "account": 0, "expect": fields}
        assert error_kind(session, "sign", **arguments) == "Refused"

    def test_the_key_message_is_never_signed_on_request(self, session: SignerSession) -> None:
        reading = signer_role.READERS[KEY_KIND]({})
        for op, more in (("read", {}), ("sign", {"account": 0, "expect": dict(reading.fields)})):
            assert error_kind(session, op, kind=KEY_KIND, preimage={}, **more) == "Refused"

    def test_not_even_through_another_reader(self, practice_vault: Path) -> None:
        key_message = signer_role.READERS[KEY_KIND]({}).texts[0]

        def malicious(_: Mapping[str, object]) -> Reading:
            return Reading(kind="other.kind", fields={"a": "b"}, identifier="0x", texts=("harmless", key_message))

        session = new_session({**signer_role.READERS, "other.kind": malicious})
        result(session, "unlock", vault=str(practice_vault), password=PASSWORD.decode())
        arguments = {"kind": "other.kind", "preimage": {}, "account": 0, "expect": {"a": "b"}}
        assert error_kind(session, "sign", **arguments) == "Refused"

    def test_a_digest_is_no_preimage(self, session: SignerSession) -> None:
        digest = {"digest": "0x" + "11" * 32}
        for kind in ("zklink.withdraw", "zklink.change-pubkey", "ethereum.transaction"):
            assert error_kind(session, "sign", kind=kind, preimage=digest, account=0, expect={}) == "ReadingError"
        assert error_kind(session, "sign", kind="digest", preimage=digest, account=0, expect={}) == "Refused"

    @pytest.mark.parametrize("account", [-1, 2**31])
    def test_accounts_that_there_are_not(self, session: SignerSession, account: int) -> None:
        fields = result(session, "read", kind="zklink.withdraw", preimage=WITHDRAW)["fields"]
        arguments = {"kind": "zklink.withdraw", "preimage": WITHDRAW, "expect": fields}
        assert error_kind(session, "sign", account=account, **arguments) == "Refused"


class TestVaults:
    def test_locked_before_and_after(self, session: SignerSession) -> None:
        fields = result(session, "read", kind="zklink.withdraw", preimage=WITHDRAW)["fields"]
        result(session, "lock")
        arguments = {"kind": "zklink.withdraw", "preimage": WITHDRAW, "account": 0, "expect": fields}
        assert error_kind(session, "sign", **arguments) == "Locked"
        assert error_kind(session, "accounts", first=0, count=1) == "Locked"
        assert error_kind(new_session(), "accounts", first=0, count=1) == "Locked"

    def test_reading_needs_no_keys(self) -> None:
        assert result(new_session(), "read", kind="zklink.withdraw", preimage=WITHDRAW)["fields"]["nonce"] == "552"

    def test_a_wrong_password_leaves_the_open_vault_open(self, session: SignerSession, practice_vault: Path) -> None:
        assert error_kind(session, "unlock", vault=str(practice_vault), password="wrong") == "WrongPassword"
        assert result(session, "accounts", first=0, count=1)

    def create(self, path: Path, **changes: object) -> dict[str, object]:
        arguments = {"mnemonic": "public-test", "kdf": "fast", "network": "sandbox", "password": "pw"} | changes
        return new_session().answer({"id": 1, "op": "create", "vault": str(path), **arguments})

    def test_what_is_created_unlocks(self, tmp_path: Path) -> None:
        made = self.create(tmp_path / "new.vault")["result"]
        session = new_session()
        assert result(session, "unlock", vault=str(tmp_path / "new.vault"), password="pw") == made
        assert result(session, "accounts", first=0, count=1)["accounts"][0]["address"] == ADDRESS

    @pytest.mark.parametrize(
        ("changes", "kind"),
        [
            ({"network": "mainnet"}, "Refused"),
            ({"network": "mainnet", "kdf": "standard"}, "Refused"),
            ({"network": "mainnet", "kdf": "standard", "mnemonic": derivation.PUBLIC_TEST_MNEMONIC.title()}, "Refused"),
            ({"network": "mainnet", "mnemonic": "abandon " * 11 + "about"}, "Refused"),
            ({"network": ""}, "RequestInvalid"),
            ({"kdf": "none"}, "RequestInvalid"),
            ({"mnemonic": "abandon " * 12}, "MnemonicInvalid"),
            ({"password": ""}, "VaultLimit"),
            ({"vault": "relative.vault"}, "RequestInvalid"),
            ({"extra": 1}, "RequestInvalid"),
        ],
    )
    def test_what_is_not_created(self, tmp_path: Path, changes: dict[str, object], kind: str) -> None:
        error = self.create(tmp_path / "new.vault", **changes)["error"]
        assert isinstance(error, dict)
        assert error["kind"] == kind
        assert not (tmp_path / "new.vault").exists()

    def test_the_public_phrase_is_refused_at_unlocking_too(self, tmp_path: Path) -> None:
        record = NewRecord("eth-mnemonic", derivation.PUBLIC_TEST_MNEMONIC.encode(), {"network": "mainnet"})
        path = tmp_path / "v"
        Vault.create(path, b"pw", randomness=counted_randomness(), cost=FAST_COST, records=[record])
        assert error_kind(new_session(), "unlock", vault=str(path), password="pw") == "Refused"

    def test_a_vault_without_a_phrase(self, tmp_path: Path) -> None:
        Vault.create(tmp_path / "v", b"pw", randomness=counted_randomness(), cost=FAST_COST)
        assert error_kind(new_session(), "unlock", vault=str(tmp_path / "v"), password="pw") == "Refused"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
OPS = st.sampled_from(
    ["unlock", "create", "lock", "accounts", "read", "sign"]
    + [f"external-{operation}" for operation in ("keep", "list", "forget", "verify", "sign")]
)
NAMES = st.sampled_from(
    [
        "vault",
        "password",
        "mnemonic",
        "kdf",
        "network",
        "first",
        "count",
        "kind",
        "preimage",
        "account",
        "expect",
        "address",
        "label",
        "signature",
    ]
)
KINDS = st.sampled_from(["zklink.withdraw", "zklink.change-pubkey", KEY_KIND, "ethereum.transaction", RECEIPT_KIND])


class TestHostileRequests:
    @given(
        st.fixed_dictionaries(
            {"op": OPS | JSON}, optional={"id": st.just(7) | JSON, "kind": KINDS | JSON, "preimage": JSON}
        ),
        st.dictionaries(NAMES, JSON),
    )
    def test_any_request_gets_an_answer(self, request: dict[str, object], more: dict[str, object]) -> None:
        session = new_session()
        answer = session.answer({**more, **request})
        assert ("error" in answer) != ("result" in answer)
        assert json.dumps(answer)
        if answer.get("error"):
            error = answer["error"]
            assert isinstance(error, dict)
            assert error["kind"] != "SignerFault", (request, more)

    @given(st.fixed_dictionaries({}, optional={name: JSON for name in (*WITHDRAW, "auth", "unsigned")}), KINDS)
    def test_any_preimage_is_read_or_refused(self, preimage: dict[str, object], kind: str) -> None:
        session = new_session()
        answer = session.answer({"id": 1, "op": "read", "kind": kind, "preimage": preimage})
        if "error" in answer:
            error = answer["error"]
            assert isinstance(error, dict)
            assert error["kind"] in {"ReadingError", "Refused"}

    def test_an_unforeseen_failure_tells_nothing(self, practice_vault: Path) -> None:
        def failing(_: Mapping[str, object]) -> Reading:
            raise RuntimeError(derivation.PUBLIC_TEST_MNEMONIC)

        answer = new_session({**signer_role.READERS, "failing": failing}).answer(
            {"id": 1, "op": "read", "kind": "failing", "preimage": {}}
        )
        assert "junk" not in json.dumps(answer)
        error = answer["error"]
        assert isinstance(error, dict)
        assert error["kind"] == "SignerFault"
