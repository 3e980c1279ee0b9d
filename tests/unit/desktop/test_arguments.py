"""A secret on the command line is not shown to other processes for long."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import sys
from pathlib import Path
from ashore.desktop.arguments import veil
assert veil(sys.argv[2:3])
print(Path("/proc/self/cmdline").read_bytes().split(b"\\0"), flush=True)
print(sys.argv[2] == "lnurlw://host.example/?k1=" + sys.argv[1])
"""


def run(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lets a process find its arguments")
def test_other_processes_see_stars() -> None:
    secret = "b" * 64
    link = f"lnurlw://host.example/?k1={secret}"
    done = subprocess.run(
        [sys.executable, "-c", CODE, secret, link, "after"], capture_output=True, text=True, check=True
    )
    shown, same = done.stdout.splitlines()
    assert f"b'{'*' * len(link)}', b'after'" in shown
    assert link not in shown
    assert same == "True"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lets a process find its arguments")
def test_only_whole_arguments_are_covered() -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom ashore.desktop.arguments import veil\n"
        "veil(['ab', '', 'not there', '\\udcff'])\nprint(Path('/proc/self/cmdline').read_bytes().split(b'\\0')[3:])"
    )
    assert run(code, "abc", "ab", "xab").strip() == "[b'abc', b'**', b'xab', b'']"


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    from ashore.desktop.arguments import veil

    monkeypatch.setattr(sys, "platform", "darwin")
    assert not veil(["anything"])
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "read_text", lambda *_args, **_more: "1 (name) R")
    assert not veil(["anything"])
