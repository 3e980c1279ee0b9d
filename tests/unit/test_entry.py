"""How the program starts itself, and how another program starts it tomorrow."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import ashore
from ashore import entry
from ashore.desktop.desktop_entry import exec_line

PLACE = str(Path(ashore.__file__).resolve().parents[1])


def test_from_a_source_tree_it_starts_in_any_folder_and_environment(tmp_path: Path) -> None:
    (tmp_path / "ashore").mkdir()
    (tmp_path / "ashore" / "__main__.py").write_text("raise SystemExit('the wrong one')")
    (tmp_path / "argparse.py").write_text("raise SystemExit('the wrong one')")
    environment = {"PATH": os.environ["PATH"]}
    command = [*entry.lasting_command(environment), "--version"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, f"Ashore {ashore.__version__}", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no env")
def test_it_needs_no_quotes_unless_a_path_does() -> None:
    if " " not in PLACE + sys.executable:
        assert '"' not in exec_line(entry.lasting_command({}))


def test_on_windows_from_a_source_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    program, *rest = entry.lasting_command({})
    code = rest[rest.index("-c") + 1]
    environment = {"PATH": os.environ["PATH"]}
    started = [program, "-P", "-c", code, "--version"]
    done = subprocess.run(started, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == f"Ashore {ashore.__version__}"


def test_installed_it_is_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _name: PLACE)
    assert entry.lasting_command({}) == [sys.executable, "-P", "-m", "ashore"]


def test_a_bundle_is_its_own_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert entry.lasting_command({}) == [sys.executable]
    assert entry.command("signer", "x") == [sys.executable, "--role", "signer", "x"]
    assert entry.lasting_command({"APPIMAGE": "/home/me/Ashore.AppImage"}) == ["/home/me/Ashore.AppImage"]
    assert entry.lasting_program({"APPIMAGE": "/home/me/Ashore.AppImage"}) == "/home/me/Ashore.AppImage"
