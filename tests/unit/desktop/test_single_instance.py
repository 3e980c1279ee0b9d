"""One wallet at a time on one set of files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ashore.desktop.single_instance import AlreadyRunning, InstanceLock

HOLDER = """
import sys
from pathlib import Path
from ashore.desktop.single_instance import InstanceLock
with InstanceLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(path: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_wallet_is_told(tmp_path: Path) -> None:
    path = tmp_path / "instance.lock"
    with hold(path) as other:
        with pytest.raises(AlreadyRunning, match="already running"), InstanceLock(path):
            pass
        other.communicate()
    with InstanceLock(path):
        pass


def test_the_lock_ends_with_a_killed_process(tmp_path: Path) -> None:
    path = tmp_path / "instance.lock"
    with hold(path) as other:
        other.kill()
        other.wait()
    with InstanceLock(path):
        pass


def test_the_same_process_cannot_hold_it_twice(tmp_path: Path) -> None:
    path = tmp_path / "instance.lock"
    with InstanceLock(path), pytest.raises(AlreadyRunning), InstanceLock(path):
        pass


def test_a_folder_that_is_not_there_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), InstanceLock(tmp_path / "absent" / "instance.lock"):
        pass
