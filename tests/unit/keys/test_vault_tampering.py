"""A vault file that somebody altered is never believed."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ashore.keys.errors import (
    VaultDamaged,
    VaultTooNew,
    WrongPassword,
)
from ashore.keys.vault import Vault
from unit.keys.vault_support import reopened

GOLDEN = Path(__file__).with_name("golden_vault_v1.json")


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

    def test_a_later_version_asks_for_an_update(self, vault: Vault, tmp_path: Path) -> None:
        rewritten(tmp_path / "a.vault", lambda content: content.update(version=2))
        with pytest.raises(VaultTooNew):
            reopened(tmp_path / "a.vault")
