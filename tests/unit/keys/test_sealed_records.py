"""Secrets that are no keys: sealed in the vault, asked back from the signer, and nothing else with them."""

import os
import shutil
from pathlib import Path

import pytest

from ashore.keys.errors import Locked, RecordMissing, Refused
from ashore.keys.signer import Signer
from ashore.keys.signer_session import SignerSession
from ashore.keys.vault import Vault
from unit.keys.test_signer import COMMAND
from unit.keys.test_signer_session import error_kind, new_session, result
from unit.keys.vault_support import PASSWORD, python_path

SECRET = '{"k1":"a7dd031e","note":"Grüße"}'


@pytest.fixture
def vault_path(practice_vault: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(practice_vault, tmp_path / "own.vault"))


@pytest.fixture
def session(vault_path: Path) -> SignerSession:
    opened = new_session()
    result(opened, "unlock", vault=str(vault_path), password=PASSWORD.decode())
    return opened


def readable(path: Path, text: str) -> bool:
    return text.encode() in path.read_bytes()


def phrase_record(vault_path: Path) -> str:
    vault = Vault.open(vault_path, PASSWORD, randomness=os.urandom)
    (record,) = (r.record_id for r in vault.list() if r.kind == "eth-mnemonic")
    vault.close()
    return record


async def test_a_secret_comes_back_after_a_restart_and_is_nowhere_in_the_file(vault_path: Path) -> None:
    async with Signer(COMMAND, python_path()) as signer:
        await signer.unlock(vault_path, bytearray(PASSWORD))
        record = await signer.keep("sealed-note", SECRET, {"for": "w1"})
        (listed,) = await signer.sealed()
        assert (listed.record_id, listed.kind, dict(listed.meta)) == (record, "sealed-note", {"for": "w1"})
        await signer.lock()
        with pytest.raises(Locked):
            await signer.show(record)
    assert not readable(vault_path, "a7dd031e")
    async with Signer(COMMAND, python_path()) as signer:
        await signer.unlock(vault_path, bytearray(PASSWORD))
        assert await signer.show(record) == SECRET
        await signer.rewrite(record, "another", {"for": "w2"})
        assert await signer.show(record) == "another"
        (listed,) = await signer.sealed()
        assert (listed.record_id, listed.kind, dict(listed.meta)) == (record, "sealed-note", {"for": "w2"})
        await signer.forget(record)
        with pytest.raises(RecordMissing):
            await signer.rewrite(record, SECRET, {})
        assert await signer.sealed() == ()
        with pytest.raises(RecordMissing):
            await signer.show(record)
        with pytest.raises(Refused):
            await signer.keep("eth-mnemonic", "test test", {})


def test_the_recovery_phrase_is_neither_shown_nor_listed_nor_forgotten(
    session: SignerSession, vault_path: Path
) -> None:
    phrase = phrase_record(vault_path)
    assert result(session, "listed")["records"] == []
    assert error_kind(session, "show", record=phrase) == "RecordMissing"
    assert error_kind(session, "forget", record=phrase) == "RecordMissing"
    assert error_kind(session, "rewrite", record=phrase, secret="x", meta={}) == "RecordMissing"
    assert phrase_record(vault_path) == phrase


@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "sealed-note", "secret": "x" * (32 * 1024 + 1), "meta": {}},
        {"kind": "sealed-note", "secret": "\ud800", "meta": {}},
        {"kind": "sealed-note", "secret": 7, "meta": {}},
        {"kind": "sealed-note", "secret": "x", "meta": {"a": 1}},
        {"kind": "sealed-note", "secret": "x", "meta": []},
        {"kind": "sealed-note", "secret": "x", "meta": {}, "more": 1},
    ],
)
def test_malformed_requests_keep_nothing(session: SignerSession, arguments: dict[str, object]) -> None:
    assert error_kind(session, "keep", **arguments) == "RequestInvalid"
    assert result(session, "listed")["records"] == []


def test_a_malformed_rewriting_leaves_what_was_there(session: SignerSession) -> None:
    record = result(session, "keep", kind="sealed-note", secret=SECRET, meta={})["record"]
    for changes in ({"secret": "\ud800"}, {"secret": "x" * (32 * 1024 + 1)}, {"meta": {"a": 1}}, {"kind": "x"}):
        arguments = {"record": record, "secret": "x", "meta": {}, **changes}
        assert error_kind(session, "rewrite", **arguments) == "RequestInvalid"
    assert result(session, "show", record=record)["secret"] == SECRET


def test_without_the_password_nothing_is_told(session: SignerSession) -> None:
    record = result(session, "keep", kind="service-credential", secret=SECRET, meta={})["record"]
    session.lock()
    for op, arguments in (
        ("keep", {"kind": "sealed-note", "secret": "x", "meta": {}}),
        ("rewrite", {"record": record, "secret": "x", "meta": {}}),
        ("show", {"record": record}),
        ("listed", {}),
        ("forget", {"record": record}),
    ):
        assert error_kind(session, op, **arguments) == "Locked"
