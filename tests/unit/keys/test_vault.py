"""The vault: what goes in comes out, and nothing else is ever believed."""

import asyncio
import hashlib
import json
import stat
import subprocess
import sys
from collections.abc import Callable
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
    VaultTooNew,
    WrongPassword,
)
from ashore.keys.sealing import FAST_COST, KdfCost
from ashore.keys.vault import SECRET_MAX_BYTES, NewRecord, Vault, restore_backup
from unit.keys.vault_support import PASSWORD, counted_randomness, python_path

GOLDEN = Path(__file__).with_name("golden_vault_v1.json")


def reopened(path: Path, password: bytes = PASSWORD) -> Vault:
    return Vault.open(path, password, randomness=counted_randomness(b"reopened"))


def rewritten(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Alter the file as somebody would who knows the format: with a checksum that fits."""
    content = json.loads(path.read_text())
    change(content)
    content.pop("checksum")
    text = json.dumps(content, indent=1, sort_keys=True) + "\n"
    content["checksum"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def other_digit(digits: str, place: int) -> str:
    return digits[:place] + ("1" if digits[place] == "0" else "0") + digits[place + 1 :]


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

    def test_a_later_version_asks_for_an_update(self, vault: Vault, tmp_path: Path) -> None:
        rewritten(tmp_path / "a.vault", lambda content: content.update(version=2))
        with pytest.raises(VaultTooNew):
            reopened(tmp_path / "a.vault")


class TestTampering:
    """Somebody alters the file and computes a checksum that fits."""

    @pytest.mark.parametrize(
        "cost",
        [
            {"memory_kib": 2**40},
            {"memory_kib": 2**31},
            {"memory_kib": 19 * 1024 - 1},
            {"memory_kib": 8},
            {"passes": 1},
            {"passes": 17},
            {"passes": 2**53 - 1},
            {"lanes": 2},
            {"lanes": 0},
            {"memory_kib": 2 * 1024**2, "passes": 16},
        ],
    )
    def test_costs_out_of_bounds_are_refused_unpaid(self, vault: Vault, tmp_path: Path, cost: dict[str, int]) -> None:
        rewritten(tmp_path / "a.vault", lambda content: content["kdf"].update(cost))
        with pytest.raises(VaultDamaged):
            reopened(tmp_path / "a.vault")

    @pytest.mark.parametrize("value", [-1, 1.5, "3", None, True, 2**53])
    def test_numbers_of_another_form_are_refused(self, vault: Vault, tmp_path: Path, value: object) -> None:
        rewritten(tmp_path / "a.vault", lambda content: content["kdf"].update(passes=value))
        with pytest.raises(VaultDamaged):
            reopened(tmp_path / "a.vault")

    @pytest.mark.parametrize("field", ["vault_id", "salt", "nonce", "box"])
    def test_every_byte_of_the_header_counts(self, vault: Vault, tmp_path: Path, field: str) -> None:
        path = tmp_path / "a.vault"
        original = path.read_bytes()
        content = json.loads(original)
        home = {"vault_id": (), "salt": ("kdf",)}.get(field, ("wrapped_key",))
        holder = content[home[0]] if home else content
        for place in range(0, len(holder[field]), 2):

            def alter(altered: dict[str, Any], place: int = place) -> None:
                target = altered[home[0]] if home else altered
                target[field] = other_digit(target[field], place)

            rewritten(path, alter)
            with pytest.raises(WrongPassword):
                reopened(path)
            path.write_bytes(original)

    def test_a_cheaper_cost_does_not_open(self, vault: Vault, tmp_path: Path) -> None:
        rewritten(tmp_path / "a.vault", lambda content: content["kdf"].update(passes=3))
        with pytest.raises(WrongPassword):
            reopened(tmp_path / "a.vault")

    @pytest.mark.parametrize("field", ["id", "nonce", "box"])
    def test_every_byte_of_a_record_counts(self, vault: Vault, tmp_path: Path, field: str) -> None:
        path = tmp_path / "a.vault"
        original = path.read_bytes()
        for place in range(0, len(json.loads(original)["records"][0][field]), 2):

            def alter(content: dict[str, Any], place: int = place) -> None:
                content["records"][0][field] = other_digit(content["records"][0][field], place)

            rewritten(path, alter)
            with pytest.raises(VaultDamaged):
                vault.list()
            path.write_bytes(original)

    @pytest.mark.parametrize(
        "change",
        [
            lambda content: content.update(generation=content["generation"] + 1),
            lambda content: content.update(generation=0),
            lambda content: content.update(binding="00" * 32),
            lambda content: content["records"].clear(),
            lambda content: content["records"].append(content["records"][0]),
            lambda content: content["records"][0].update(kind="stark-key"),
            lambda content: content["records"][0].update(kind="another"),
            lambda content: content["records"][0].update(version=2),
            lambda content: content["records"][0].update(extra=1),
            lambda content: content.update(version=0),
            lambda content: content["kdf"].update(name="pbkdf2"),
        ],
    )
    def test_anything_else_that_is_altered(self, vault: Vault, tmp_path: Path, change: Any) -> None:
        rewritten(tmp_path / "a.vault", change)
        with pytest.raises(VaultDamaged):
            vault.list()
        with pytest.raises(VaultDamaged):
            reopened(tmp_path / "a.vault")

    def test_swapped_records(self, vault: Vault, tmp_path: Path) -> None:
        vault.put("sealed-note", b"another note")

        def swap(content: dict[str, Any]) -> None:
            first, second = content["records"]
            first["id"], second["id"] = second["id"], first["id"]
            content["records"] = [second, first]

        rewritten(tmp_path / "a.vault", swap)
        with pytest.raises(VaultDamaged):
            reopened(tmp_path / "a.vault")

    def test_a_record_of_before_does_not_come_back(self, vault: Vault, tmp_path: Path) -> None:
        path = tmp_path / "a.vault"
        (record,) = vault.list()
        before = json.loads(path.read_text())["records"][0]
        vault.put("sealed-note", b"the note of today", record_id=record.record_id)
        rewritten(path, lambda content: content.update(records=[before]))
        with pytest.raises(VaultDamaged):
            reopened(path)

    def test_an_older_file_is_noticed_while_the_vault_is_open(self, vault: Vault, tmp_path: Path) -> None:
        path = tmp_path / "a.vault"
        before = path.read_bytes()
        vault.put("sealed-note", b"newer")
        path.write_bytes(before)
        with pytest.raises(VaultDamaged, match="older copy"):
            vault.list()

    def test_another_vault_in_its_place(self, vault: Vault, tmp_path: Path) -> None:
        (tmp_path / "a.vault").write_bytes(GOLDEN.read_bytes())
        with pytest.raises(VaultDamaged, match="Another vault"):
            vault.put("sealed-note", b"")

    def test_accidental_damage_is_told_from_a_wrong_password(self, vault: Vault, tmp_path: Path) -> None:
        path = tmp_path / "a.vault"
        with pytest.raises(WrongPassword):
            reopened(path, b"wrong")
        content = json.loads(path.read_text())
        content["kdf"]["salt"] = other_digit(content["kdf"]["salt"], 0)
        path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
        with pytest.raises(VaultDamaged, match="checksum"):
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
