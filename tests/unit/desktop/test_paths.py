"""Places of files: one set for each network, private to their owner."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ashore.desktop.paths import paths_for


def test_networks_never_share_a_file(tmp_path: Path) -> None:
    one, other = paths_for("sandbox", tmp_path), paths_for("mainnet", tmp_path)
    assert one.journal != other.journal
    assert one.vault != other.vault
    assert one.instance_lock != other.instance_lock


def test_everything_is_below_the_folder_that_was_asked_for(tmp_path: Path) -> None:
    paths = paths_for("sandbox", tmp_path)
    named = (
        paths.journal,
        paths.vault,
        paths.instance_lock,
        paths.window_state,
        paths.sandbox,
        paths.cache,
        paths.logs,
    )
    for path in named:
        assert tmp_path in path.parents


def test_without_a_folder_the_system_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    paths = paths_for("sandbox")
    assert paths.data.name == "sandbox"
    assert paths.data.is_absolute()
    assert not (tmp_path / "data").exists(), "asking for a place must not create it"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_folders_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    paths = paths_for("sandbox", tmp_path)
    paths.create()
    paths.create()
    for folder in (paths.data, paths.cache, paths.logs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
