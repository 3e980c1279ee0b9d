"""The locks of the peers: each package pinned by hash, no address in them; what their set-up does without a network."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "packaging" / "locks").glob("peers-*.txt"))
NPM_LOCKS = {name: ROOT / "tests" / "peers" / name / "package-lock.json" for name in ("npm", "reddio", "anvil")}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_python_locks_have_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert " @ " not in text
    entries = re.split(r"\n(?=[a-z0-9])", text)
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==\S+ ", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize(
    ("lock", "least", "package", "version"),
    [
        ("npm", 100, "lnurl", "0.27.0"),
        ("reddio", 100, "@reddio.com/js", "0.4.5"),
        ("anvil", 1, "@foundry-rs/anvil-linux-amd64", "1.7.1"),
    ],
)
def test_npm_s_locks_have_hashes_and_no_address(lock: str, least: int, package: str, version: str) -> None:
    text = NPM_LOCKS[lock].read_text(encoding="utf-8")
    assert "://" not in text
    assert "resolved" not in text
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert len(packages) >= least
    assert packages[f"node_modules/{package}"]["version"] == version
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())


def test_the_peers_are_the_versions_that_the_facts_were_measured_with() -> None:
    text = (ROOT / "packaging" / "locks" / "peers-lnbits.txt").read_text(encoding="utf-8")
    assert re.search(r"^lnbits==1\.6\.2 ", text, re.MULTILINE)
    assert int(re.search(r"^bitstring==(\d+)", text, re.MULTILINE)[1]) < 5  # type: ignore[index] # its absence is a failure too


@pytest.mark.skipif(os.name == "nt", reason="the scripts are for Unix")
def test_the_script_is_valid() -> None:
    assert subprocess.run(["bash", "-n", str(ROOT / "packaging" / "peers.sh")], check=False).returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="the scripts are for Unix")
def test_without_a_network_the_tests_go_on_without_the_peers(tmp_path: Path) -> None:
    """Nothing is downloaded: the commands that would do so fail at once, as they do without a network."""
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    script = (
        f'. "{ROOT}/packaging/environment.sh"; . "{ROOT}/packaging/peers.sh"; python="{sys.executable}"; '
        "need_certificates() { :; }; install_into() { return 1; }; node_fits() { return 1; }; need_peers; echo on"
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path), "ASHORE_VENV": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "on\n"), done.stderr
    assert "going on without npm lnurl: its tests are skipped" in done.stderr
    assert "going on without Reddio's client: its tests are skipped" in done.stderr
    ours = (platform.system(), platform.machine()) == ("Linux", "x86_64")
    assert ("going on without anvil: its tests are skipped" in done.stderr) is ours
    assert ("going on without LNbits" in done.stderr) is (sys.version_info < (3, 13))
    assert not (folder / "peers" / ".npm").exists()
    assert not (folder / "peers" / ".reddio").exists()
    assert not (folder / "peers" / ".anvil").exists()
    assert not (folder / "peers" / ".lnbits").exists()
