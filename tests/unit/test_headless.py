"""The wallet without a window keeps to what the window keeps to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ashore import headless
from ashore.desktop.paths import paths_for
from ashore.desktop.single_instance import InstanceLock
from ashore.options import Options

NOBODY = "http://127.0.0.1:9"


def test_two_wallets_never_work_on_one_journal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = paths_for("sandbox", tmp_path)
    paths.create()
    with InstanceLock(paths.instance_lock):
        assert headless.main(Options(data_dir=tmp_path, headless=("--url", NOBODY))) == 1
    assert "already running" in json.loads(capsys.readouterr().out)["error"]
    assert headless.main(Options(data_dir=tmp_path, headless=("--url", NOBODY))) == 1
    assert "already running" not in json.loads(capsys.readouterr().out)["error"]
