"""What the signer answers for Reddio, and above all what it refuses. The readers are the real ones."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ashore import signer_role
from ashore.crypto import stark
from ashore.keys import derivation
from ashore.keys.errors import Refused
from ashore.keys.external_accounts import ExternalAccounts
from ashore.keys.key_ring import KeyRing
from ashore.keys.protocol import STARK_KEY_KIND
from ashore.keys.reading import Reading
from ashore.keys.request_arguments import Arguments
from ashore.keys.signer import Signer, StarkSignature
from ashore.keys.signer_session import SignerSession
from ashore.keys.stark_operations import StarkOperations
from ashore.keys.vault import Vault
from ashore.systems.reddio.codec import (
    Asset,
    AssetKind,
    Transfer,
    message_hash,
    preimage_of,
    read_withdrawal_to,
    withdrawal_body,
    withdrawal_to_body,
)
from ashore.systems.reddio.codec.l1 import facts
from unit.keys.test_signer import COMMAND, python_path
from unit.keys.test_signer_session import ADDRESS, error_kind, result
from unit.keys.vault_support import PASSWORD, counted_randomness

SEPOLIA = 11155111
COIN = Asset(AssetKind.ETH, quantum=10**12)
RECEIVER = 0x70997970C51812DC3A010C7D01B50E0D17DC79C8
WITHDRAWAL = Transfer(COIN.asset_id, RECEIVER, 23400429, 23400430, 11000, 7, 4194303)
NAME = f"{SEPOLIA}:reddio:standard"


def new_session(readers: Mapping[str, Any] = signer_role.READERS) -> SignerSession:
    return SignerSession(readers, counted_randomness(b"session"), lambda: None, signer_role.STARK_RULES)


@pytest.fixture(scope="module")
def session(practice_vault: Path) -> SignerSession:
    opened = new_session()
    result(opened, "unlock", vault=str(practice_vault), password=PASSWORD.decode())
    return opened


def own_key(session: SignerSession, account: int = 0, name: str = NAME) -> int:
    keys = result(session, "stark-keys", account=account, chain_id=SEPOLIA)["keys"]
    return next(int(key["stark_key"], 16) for key in keys if key["name"] == name)


def signing(session: SignerSession, kind: str, preimage: dict[str, object], account: int = 0) -> dict[str, object]:
    """The arguments of a request to sign exactly what the signer reads."""
    fields = result(session, "read", kind=kind, preimage=preimage)["fields"]
    return {"kind": kind, "preimage": preimage, "account": account, "expect": fields}


class TestSigning:
    def test_a_withdrawal_is_signed_by_the_stark_key_alone(self, session: SignerSession) -> None:
        key = own_key(session)
        preimage = preimage_of(WITHDRAWAL, COIN, NAME, key)
        signed = result(session, "sign", **signing(session, "reddio.withdrawal-to", preimage))
        assert (signed["address"], signed["ethereum"]) == (ADDRESS, [])
        assert signed["l2"]["stark_key"] == f"{key:#x}"
        signature = stark.Signature(int(signed["l2"]["r"], 16), int(signed["l2"]["s"], 16))
        assert stark.verify(key, message_hash(WITHDRAWAL), signature)
        assert signed["identifier"] == f"0x{message_hash(WITHDRAWAL):064x}"
        assert read_withdrawal_to(withdrawal_to_body(WITHDRAWAL, COIN, key, signature)).is_signed

    def test_a_transfer_to_another_stark_key(self, session: SignerSession) -> None:
        key = own_key(session, 1)
        transfer = replace(WITHDRAWAL, receiver=own_key(session))
        preimage = preimage_of(transfer, COIN, NAME, key)
        signed = result(session, "sign", **signing(session, "reddio.transfer", preimage, account=1))
        signature = stark.Signature(int(signed["l2"]["r"], 16), int(signed["l2"]["s"], 16))
        assert stark.verify(key, message_hash(transfer), signature)

    @pytest.mark.parametrize("name", ["1:reddio:standard", "5:Reddio:standard", f"{SEPOLIA}:Reddio:standard"])
    def test_every_key_of_the_account_signs_by_its_name(self, session: SignerSession, name: str) -> None:
        key = own_key(session, name=name)
        preimage = preimage_of(WITHDRAWAL, COIN, name, key)
        signed = result(session, "sign", **signing(session, "reddio.withdrawal-to", preimage))
        assert signed["l2"]["stark_key"] == f"{key:#x}"

    def test_a_plain_withdrawal_is_reviewed_and_nothing_is_signed(self, session: SignerSession) -> None:
        body = withdrawal_body(COIN, own_key(session, name="1:reddio:standard"), 11000)
        answer = result(session, "sign", **signing(session, "reddio.plain-withdrawal", body))
        assert (answer["address"], answer["ethereum"], answer["l2"]) == (ADDRESS, [], None)
        assert "transaction" not in answer

    def test_a_registration_is_for_the_accounts_own_address(self, session: SignerSession) -> None:
        answer = result(session, "stark-registration", account=0, key=NAME)
        key, raw = own_key(session), bytes.fromhex(answer["signature"][2:])
        assert (answer["address"], answer["stark_key"], len(raw)) == (ADDRESS, f"{key:#x}", 96)
        hashed = facts.registration_hash(bytes.fromhex(ADDRESS[2:]), key)
        signature = stark.Signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big"))
        assert stark.verify(key, hashed, signature)


class TestRefusals:
    @pytest.mark.parametrize(
        ("account", "name"), [(1, NAME), (0, "1:reddio:standard"), (0, f"{SEPOLIA}:Reddio:standard")]
    )
    def test_a_key_that_is_not_the_one_of_account_and_name(
        self, session: SignerSession, account: int, name: str
    ) -> None:
        preimage = preimage_of(WITHDRAWAL, COIN, name, own_key(session))
        arguments = signing(session, "reddio.withdrawal-to", preimage, account)
        assert error_kind(session, "sign", **arguments) == "Refused"

    def test_a_plain_withdrawal_of_somebody_else(self, session: SignerSession) -> None:
        body = withdrawal_body(COIN, own_key(session, account=1), 11000)
        assert error_kind(session, "sign", **signing(session, "reddio.plain-withdrawal", body)) == "Refused"

    @pytest.mark.parametrize("field", ["receiver", "amount", "nonce", "stark_key", "key", "expiration_hours"])
    def test_any_difference_from_the_review(self, session: SignerSession, field: str) -> None:
        preimage = preimage_of(WITHDRAWAL, COIN, NAME, own_key(session))
        arguments = signing(session, "reddio.withdrawal-to", preimage)
        fields = arguments["expect"]
        assert isinstance(fields, dict)
        without = {name: value for name, value in fields.items() if name != field}
        for expect in (without, fields | {field: fields[field] + "1"}, {}, fields | {"more": "1"}):
            assert error_kind(session, "sign", **arguments | {"expect": expect}) == "Refused"

    @pytest.mark.parametrize("field", ["amount", "stark_key", "token_id", "contract_address"])
    def test_any_difference_from_the_review_of_a_plain_withdrawal(self, session: SignerSession, field: str) -> None:
        arguments = signing(session, "reddio.plain-withdrawal", withdrawal_body(COIN, own_key(session), 5))
        fields = arguments["expect"]
        assert isinstance(fields, dict)
        for expect in ({name: value for name, value in fields.items() if name != field}, fields | {field: "1"}, {}):
            assert error_kind(session, "sign", **arguments | {"expect": expect}) == "Refused"

    @pytest.mark.parametrize("preimage", signer_role.STARK_RULES.preimages, ids=str)
    def test_what_makes_a_key_is_never_signed_on_request(
        self, session: SignerSession, preimage: dict[str, object]
    ) -> None:
        fields = signer_role.READERS[STARK_KEY_KIND](preimage).fields
        for op, more in (("read", {}), ("sign", {"account": 0, "expect": dict(fields)})):
            assert error_kind(session, op, kind=STARK_KEY_KIND, preimage=preimage, **more) == "Refused"

    def test_not_even_through_another_reader(self, practice_vault: Path) -> None:
        typed_data = signer_role.READERS[STARK_KEY_KIND]({"chain_id": 5, "type_name": "Reddio"}).typed_data

        def malicious(_: Mapping[str, object]) -> Reading:
            return Reading(kind="other.kind", fields={"a": "b"}, identifier="0x", typed_data=dict(typed_data or {}))

        session = new_session({**signer_role.READERS, "other.kind": malicious})
        result(session, "unlock", vault=str(practice_vault), password=PASSWORD.decode())
        arguments = {"kind": "other.kind", "preimage": {}, "account": 0, "expect": {"a": "b"}}
        assert error_kind(session, "sign", **arguments) == "Refused"

    def test_a_hash_is_no_preimage(self, session: SignerSession) -> None:
        bare = {"hash": f"{message_hash(WITHDRAWAL):#x}", "key": NAME, "stark_key": f"{own_key(session):#x}"}
        for kind in ("reddio.withdrawal-to", "reddio.transfer", "reddio.plain-withdrawal"):
            assert error_kind(session, "sign", kind=kind, preimage=bare, account=0, expect={}) == "ReadingError"

    @pytest.mark.parametrize(
        ("op", "arguments", "kind"),
        [
            ("stark-keys", {"account": 0, "chain_id": 31337}, "Refused"),
            ("stark-keys", {"account": -1, "chain_id": 1}, "Refused"),
            ("stark-keys", {"account": 2**31, "chain_id": 1}, "Refused"),
            ("stark-keys", {"account": "0", "chain_id": 1}, "RequestInvalid"),
            ("stark-keys", {"account": 0, "chain_id": 1.0}, "RequestInvalid"),
            ("stark-keys", {"account": 0, "chain_id": 1, "more": 1}, "RequestInvalid"),
            ("stark-registration", {"account": 0, "key": "1:reddio"}, "Refused"),
            ("stark-registration", {"account": 0, "key": 1}, "RequestInvalid"),
            ("stark-registration", {"account": 0, "key": "x" * 5000}, "RequestInvalid"),
            ("stark-registration", {"account": 0, "key": NAME, "address": ADDRESS}, "RequestInvalid"),
        ],
    )
    def test_requests_that_do_not_fit(
        self, session: SignerSession, op: str, arguments: dict[str, object], kind: str
    ) -> None:
        assert error_kind(session, op, **arguments) == kind

    def test_locked_before_and_after(self, practice_vault: Path) -> None:
        session = new_session()
        ask: dict[str, Any] = {"account": 0, "chain_id": 1}
        assert error_kind(session, "stark-keys", **ask) == "Locked"
        result(session, "unlock", vault=str(practice_vault), password=PASSWORD.decode())
        arguments = signing(session, "reddio.withdrawal-to", preimage_of(WITHDRAWAL, COIN, NAME, own_key(session)))
        result(session, "lock")
        assert error_kind(session, "stark-keys", **ask) == "Locked"
        assert error_kind(session, "stark-registration", account=0, key=NAME) == "Locked"
        assert error_kind(session, "sign", **arguments) == "Locked"

    def test_a_signer_without_such_a_system(self, practice_vault: Path) -> None:
        bare = SignerSession({}, counted_randomness(b"bare"), lambda: None)
        assert error_kind(bare, "stark-keys", account=0, chain_id=1) == "Locked"
        readers = {kind: reader for kind, reader in signer_role.READERS.items() if kind.startswith("zklink.")}
        session = SignerSession(readers, counted_randomness(b"other"), lambda: None)
        result(session, "unlock", vault=str(practice_vault), password=PASSWORD.decode())
        assert error_kind(session, "stark-keys", account=0, chain_id=1) == "Refused"


PARTS = ("core", "key", "stark_key", "asset_kind", "contract", "quantum", "token_id", "token_url")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KINDS = st.sampled_from(["reddio.withdrawal-to", "reddio.transfer", "reddio.plain-withdrawal", "reddio.key-derivation"])
GOOD = preimage_of(WITHDRAWAL, COIN, NAME, stark.public_key(5))


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(PARTS, JSON))
    | st.builds(lambda changes: {**GOOD, **changes}, st.dictionaries(st.sampled_from(PARTS), JSON, max_size=2)),
    KINDS,
)
def test_any_preimage_is_read_or_refused(preimage: dict[str, object], kind: str) -> None:
    answer = new_session().answer({"id": 1, "op": "read", "kind": kind, "preimage": preimage})
    assert json.dumps(answer)
    if "error" in answer:
        error = answer["error"]
        assert isinstance(error, dict)
        assert error["kind"] in {"ReadingError", "Refused"}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["stark-keys", "stark-registration"]), st.dictionaries(st.sampled_from(PARTS), JSON))
def test_any_request_gets_an_answer(op: str, arguments: dict[str, object]) -> None:
    answer = new_session().answer({**arguments, "id": 1, "op": op})
    error = answer["error"]
    assert isinstance(error, dict)
    assert error["kind"] in {"RequestInvalid", "Locked"}


async def test_all_of_it_through_the_process(practice_vault: Path) -> None:
    async with Signer(COMMAND, python_path()) as signer:
        await signer.unlock(practice_vault, bytearray(PASSWORD))
        keys = await signer.stark_keys(0, SEPOLIA)
        assert keys[0].name == NAME
        assert len({key.stark_key for key in keys}) == len(keys) >= 6
        preimage = preimage_of(WITHDRAWAL, COIN, NAME, int(keys[0].stark_key, 16))
        read = await signer.read("reddio.withdrawal-to", preimage)
        assert read.reading.key_name == NAME
        assert read.reading.stark_key == int(keys[0].stark_key, 16)
        signed = await signer.sign("reddio.withdrawal-to", preimage, 0, read.reading.fields)
        assert isinstance(signed.l2, StarkSignature)
        assert signed.as_mapping()["l2"] == {"stark_key": keys[0].stark_key, "r": signed.l2.r, "s": signed.l2.s}
        signature = stark.Signature(int(signed.l2.r, 16), int(signed.l2.s, 16))
        assert stark.verify(int(keys[0].stark_key, 16), message_hash(WITHDRAWAL), signature)
        registered, proof = await signer.stark_registration(0, NAME)
        assert (registered, len(proof)) == (keys[0].stark_key, 194)


class FickleRing(KeyRing):
    """An account that draws its nonces, and so never signs alike."""

    drawn = 0

    def sign_all_typed_data(self, index: int, several: Iterable[Mapping[str, Any]]) -> list[bytes]:
        self.drawn += 1
        made = super().sign_all_typed_data(index, several)
        return [bytes((number,)) + signature[1:] for number, signature in enumerate(made)]


def test_an_account_that_never_signs_alike_has_no_stark_key(practice_vault: Path) -> None:
    rules, reader = signer_role.STARK_RULES, signer_role.READERS[STARK_KEY_KIND]
    operations = StarkOperations(rules, reader, lambda: None)
    vault = Vault.open(practice_vault, PASSWORD, randomness=counted_randomness())
    ring = FickleRing(derivation.seed_from_mnemonic(derivation.PUBLIC_TEST_MNEMONIC.encode()), "key text")
    operations.open(ring, vault, ExternalAccounts(vault, "key text"))
    with pytest.raises(Refused, match="two ways"):
        operations.all()["stark-keys"](Arguments({"account": 0, "chain_id": SEPOLIA}))
    assert ring.drawn == 1
    operations.close()
    vault.close()
