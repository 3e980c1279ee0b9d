"""The vault: what goes in comes out, and nothing else is ever believed."""

import asyncio
import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ashore.keys import vault_format
from ashore.keys.errors import (
    RecordMissing,
    VaultDamaged,
    VaultError,
    VaultExists,
    VaultForeign,
    VaultLimit,
    VaultMissing,
    VaultStorage,
    WrongPassword,
)
from ashore.keys.sealing import FAST_COST, KdfCost
from ashore.keys.vault import SECRET_MAX_BYTES, NewRecord, Vault, restore_backup
from unit.keys.vault_support import PASSWORD, counted_randomness, python_path, reopened

GOLDEN = Path(__file__).with_name("golden_vault_v1.json")


class TestContent:
    def test_what_is_put_is_got_after_reopening(self, vault: Vault, tmp_path: Path) -> None:
        record_id = vault.put("service-credential", b"\x00\xffmacaroon", {"host": "node.example"})
        again = reopened(tmp_path / "a.vault")
        assert again.get(record_id) == b"\x00\xffmacaroon"
        info = next(record for record in again.list() if record.record_id == record_id)
        assert (info.kind, info.version, info.meta) == ("service-credential", 1, {"host": "node.example"})

    def test_list_and_repr_hold_no_secret(self, vault: Vault) -> None:
        assert "a secret note" not in repr(vault.list()) + repr(vault) + repr(
            NewRecord("sealed-note", b"a secret note")
        )

    def test_a_record_is_written_anew_under_its_id(self, vault: Vault) -> None:
        record_id = vault.put("stark-key", b"first")
        assert vault.put("stark-key", b"second", record_id=record_id) == record_id
        assert vault.get(record_id) == b"second"
        assert [record.version for record in vault.list() if record.record_id == record_id] == [2]

    def test_a_deleted_record_is_gone_from_the_copy_too(self, vault: Vault, tmp_path: Path) -> None:
        record_id = vault.put("sealed-note", b"to be forgotten")
        vault.delete(record_id)
        with pytest.raises(RecordMissing):
            vault.get(record_id)
        for name in ("a.vault", "a.vault.bak"):
            assert record_id not in (tmp_path / name).read_text()

    def test_neither_secret_nor_description_is_readable_in_the_file(self, vault: Vault, tmp_path: Path) -> None:
        data = (tmp_path / "a.vault").read_bytes()
        for text in (b"a secret note", b"about", b"nothing", PASSWORD):
            assert text not in data
            assert text.hex().encode() not in data

    def test_length_of_a_secret_shows_only_in_steps(self, vault: Vault, tmp_path: Path) -> None:
        vault.put("eth-mnemonic", b"x" * 80)
        vault.put("eth-mnemonic", b"x" * 180)
        boxes = {len(record["box"]) for record in json.loads((tmp_path / "a.vault").read_text())["records"]}
        assert len(boxes) == 1

    @pytest.mark.parametrize(
        ("kind", "secret", "meta"),
        [
            ("unknown-kind", b"", {}),
            ("sealed-note", bytes(SECRET_MAX_BYTES + 1), {}),
            ("sealed-note", b"", {"note": "x" * 9000}),
            ("sealed-note", b"", {"number": 1}),
        ],
    )
    def test_values_out_of_bounds_are_refused(self, vault: Vault, kind: str, secret: bytes, meta: Any) -> None:
        before = vault.list()
        with pytest.raises(VaultLimit):
            vault.put(kind, secret, meta)
        assert vault.list() == before

    def test_the_largest_secret_fits(self, vault: Vault, tmp_path: Path) -> None:
        record_id = vault.put("sealed-note", bytes(SECRET_MAX_BYTES))
        assert len(reopened(tmp_path / "a.vault").get(record_id)) == SECRET_MAX_BYTES


class TestFormat:
    def test_golden_file(self, tmp_path: Path) -> None:
        path = tmp_path / "golden.vault"
        made = Vault.create(
            path,
            "Pässwört".encode(),
            randomness=counted_randomness(b"golden"),
            cost=FAST_COST,
            records=[NewRecord("eth-mnemonic", b"not a real phrase", {"network": "sandbox"})],
        )
        made.put("zklink-l2-key", bytes(range(32)), {"account": "7"})
        assert path.read_bytes() == GOLDEN.read_bytes()

    def test_golden_file_opens(self, tmp_path: Path) -> None:
        path = tmp_path / "golden.vault"
        path.write_bytes(GOLDEN.read_bytes())
        golden = reopened(path, "Pässwört".encode())
        secrets = {record.kind: bytes(golden.get(record.record_id)) for record in golden.list()}
        assert secrets == {"eth-mnemonic": b"not a real phrase", "zklink-l2-key": bytes(range(32))}

    def test_every_flipped_byte_is_refused(self) -> None:
        data = GOLDEN.read_bytes()
        for place in range(len(data)):
            for mask in (0x01, 0x80):
                altered = data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]
                with pytest.raises(VaultError):
                    vault_format.decode(altered)

    def test_every_truncation_is_refused_in_plain_words(self) -> None:
        data = GOLDEN.read_bytes()
        for length in range(len(data)):
            with pytest.raises(VaultError) as caught:
                vault_format.decode(data[:length])
            assert caught.value.sentence
            assert caught.value.advice
            if length > 20:
                assert isinstance(caught.value, VaultDamaged)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{}",
            b"[]",
            b"null",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"format": 1}',
            b"1" * 10_000,
            b"%PDF-1.4",
            b"\x00" * 99,
        ],
    )
    def test_other_files_are_refused(self, data: bytes, tmp_path: Path) -> None:
        path = tmp_path / "other"
        path.write_bytes(data)
        with pytest.raises((VaultForeign, VaultDamaged)):
            reopened(path)

    def test_a_huge_file_is_not_read_in(self, tmp_path: Path) -> None:
        path = tmp_path / "huge"
        with path.open("wb") as file:
            file.truncate(10 * 1024**3)
        with pytest.raises(VaultForeign):
            reopened(path)


class TestPassword:
    def test_a_new_password_leaves_the_records_alone(self, vault: Vault, tmp_path: Path) -> None:
        path = tmp_path / "a.vault"
        before = json.loads(path.read_text())
        vault.change_password(b"new password")
        after = json.loads(path.read_text())
        assert after["records"] == before["records"]
        assert after["kdf"]["salt"] != before["kdf"]["salt"]
        assert after["wrapped_key"] != before["wrapped_key"]
        assert reopened(path, b"new password").list() == vault.list()

    @pytest.mark.parametrize("name", ["a.vault", "a.vault.bak"])
    def test_the_old_password_opens_nothing_any_more(self, vault: Vault, tmp_path: Path, name: str) -> None:
        vault.change_password(b"new password")
        with pytest.raises(WrongPassword):
            reopened(tmp_path / name)

    def test_a_new_password_may_raise_the_cost(self, vault: Vault, tmp_path: Path) -> None:
        vault.change_password(b"new password", cost=KdfCost(memory_kib=20 * 1024, passes=3))
        assert json.loads((tmp_path / "a.vault").read_text())["kdf"]["passes"] == 3
        assert reopened(tmp_path / "a.vault", b"new password").list()
        with pytest.raises(VaultLimit):
            vault.change_password(b"x", cost=KdfCost(memory_kib=1, passes=1))

    def test_compatible_spellings_are_one_password(self, tmp_path: Path) -> None:
        path = tmp_path / "spelt.vault"
        Vault.create(path, "ﬁlé".encode(), randomness=counted_randomness(), cost=FAST_COST)
        assert reopened(path, "file\u0301".encode()).list() == ()

    @pytest.mark.parametrize("password", [b"", b"x" * 1025, b"\xff\xfe"])
    def test_unusable_passwords(self, tmp_path: Path, password: bytes) -> None:
        with pytest.raises(VaultLimit):
            Vault.create(tmp_path / "new.vault", password, randomness=counted_randomness(), cost=FAST_COST)
        assert not (tmp_path / "new.vault").exists()

    async def test_the_event_loop_goes_on_meanwhile(self, tmp_path: Path) -> None:
        path = tmp_path / "threaded.vault"
        making = asyncio.create_task(
            Vault.create_in_thread(path, PASSWORD, randomness=counted_randomness(), cost=FAST_COST)
        )
        turns = 0
        while not making.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 10
        opened = await Vault.open_in_thread(path, PASSWORD, randomness=counted_randomness())
        assert opened.vault_id == (await making).vault_id


class TestFile:
    def test_only_its_owner_may_read_it(self, vault: Vault, tmp_path: Path) -> None:
        vault.put("sealed-note", b"")
        for name in ("a.vault", "a.vault.bak", "a.vault.lock"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600

    def test_a_file_is_never_overwritten(self, vault: Vault, tmp_path: Path) -> None:
        before = (tmp_path / "a.vault").read_bytes()
        with pytest.raises(VaultExists):
            Vault.create(tmp_path / "a.vault", PASSWORD, randomness=counted_randomness(), cost=FAST_COST)
        assert (tmp_path / "a.vault").read_bytes() == before

    def test_missing_file_and_unusable_folder(self, tmp_path: Path) -> None:
        with pytest.raises(VaultMissing):
            reopened(tmp_path / "nowhere.vault")
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(VaultStorage):
            Vault.create(tmp_path / "file" / "v", PASSWORD, randomness=counted_randomness(), cost=FAST_COST)
        with pytest.raises(VaultStorage):
            reopened(tmp_path)

    def test_a_link_planted_in_the_way_is_not_followed(self, vault: Vault, tmp_path: Path) -> None:
        victim = tmp_path / "victim"
        victim.write_bytes(b"precious")
        (tmp_path / "a.vault.new").symlink_to(victim)
        with pytest.raises(VaultStorage):
            vault.put("sealed-note", b"")
        assert victim.read_bytes() == b"precious"

    def test_a_vault_behind_a_link_stays_there(self, vault: Vault, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "a.vault")
        record_id = reopened(tmp_path / "link").put("sealed-note", b"through the link")
        assert (tmp_path / "link").is_symlink()
        assert vault.get(record_id) == b"through the link"

    def test_the_copy_restores_a_damaged_vault(self, vault: Vault, tmp_path: Path) -> None:
        vault.put("sealed-note", b"")
        path = tmp_path / "a.vault"
        path.write_bytes(path.read_bytes()[:-100])
        with pytest.raises(VaultDamaged):
            reopened(path)
        restore_backup(path)
        assert len(reopened(path).list()) == 1
        assert (tmp_path / "a.vault.damaged").exists()

    def test_a_damaged_copy_restores_nothing(self, vault: Vault, tmp_path: Path) -> None:
        before = (tmp_path / "a.vault").read_bytes()
        (tmp_path / "a.vault.bak").write_bytes(b"{}")
        with pytest.raises(VaultForeign):
            restore_backup(tmp_path / "a.vault")
        assert (tmp_path / "a.vault").read_bytes() == before

    def test_several_programs_write_and_none_loses_a_record(self, vault: Vault, tmp_path: Path) -> None:
        script = (
            "import os, sys; from pathlib import Path; from ashore.keys.vault import Vault\n"
            "vault = Vault.open(Path(sys.argv[1]), sys.argv[2].encode(), randomness=os.urandom)\n"
            "for number in range(15): vault.put('sealed-note', b'%d' % number, {'writer': sys.argv[3]})\n"
        )
        command = [sys.executable, "-c", script, str(tmp_path / "a.vault"), PASSWORD.decode()]
        writers = [subprocess.Popen([*command, str(number)], env=python_path()) for number in range(3)]
        for _ in range(15):
            vault.put("sealed-note", b"own")
        assert [writer.wait() for writer in writers] == [0, 0, 0]
        assert len(reopened(tmp_path / "a.vault").list()) == 1 + 4 * 15

    def test_killed_at_any_step_of_a_write_a_whole_file_is_left(self, vault: Vault, tmp_path: Path) -> None:
        script = Path(__file__).with_name("kill_while_writing.py")
        done = subprocess.run(
            [sys.executable, str(script), str(tmp_path / "a.vault"), PASSWORD.decode()],
            env=python_path(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert report["killed"] >= 8
        assert report["left_old"] >= 1
        assert report["left_new"] >= 1
