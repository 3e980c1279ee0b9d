"""packaging/run and packaging/test: what they do where something is missing, and that they set up nothing twice."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import IO

import pytest
from tests.unit.domain.receipts import RECEIPT

import ashore
from ashore.domain.receipt_file import write

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
BASH = shutil.which("bash") or "bash"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the scripts are for Unix")


def start(
    *command: str | Path, cwd: Path = ROOT, given: IO[bytes] | int = subprocess.DEVNULL, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a bare environment with these variables; `given` is what it may read."""
    bare = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(cwd), "ASHORE_PYTHON": sys.executable}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=bare | environment,
        capture_output=True,
        text=True,
        stdin=given,
        timeout=100,
        check=False,
    )


def inside(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run shell code after packaging/environment.sh."""
    return start(BASH, "-euc", f'. "{PACKAGING}/environment.sh"\n{script}', **environment)


def commands(folder: Path, **scripts: str) -> str:
    """A folder with these commands and the few that the scripts cannot do without; its path for PATH."""
    folder.mkdir()
    for name in ("dirname", "env", "id", "cat"):
        found = shutil.which(name)
        if found and name not in scripts:
            (folder / name).symlink_to(found)
    for name, script in scripts.items():
        file = folder / name.replace("_", "-")
        file.write_text(f"#!{BASH}\n{script}\n", encoding="utf-8")
        file.chmod(0o755)
    return str(folder)


def lock_sum(name: str) -> str:
    """The checksum of a lock file."""
    return hashlib.sha256((PACKAGING / "locks" / f"{name}.txt").read_bytes()).hexdigest()


@pytest.fixture
def ready_venv(tmp_path: Path) -> Path:
    """A virtual environment that says it is up to date."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    (venv / ".ashore-run").write_text(lock_sum("run") + "\n", encoding="utf-8")
    return venv


@pytest.fixture
def filled_venv(ready_venv: Path) -> Path:
    """The same with all that this very process can import."""
    asked = [str(ready_venv / "bin" / "python"), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    Path(site, "others.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return ready_venv


@pytest.mark.parametrize("script", ["run", "test", "environment.sh", "../.ci/run"])
def test_scripts_are_valid(script: str) -> None:
    assert start(BASH, "-n", PACKAGING / script).returncode == 0
    assert script.endswith(".sh") or os.access(PACKAGING / script, os.X_OK)


def test_a_ready_environment_is_used_as_it_is_from_any_folder(ready_venv: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "a folder with spaces"
    elsewhere.mkdir()
    done = start(PACKAGING / "run", "--version", cwd=elsewhere, ASHORE_VENV=str(ready_venv))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Ashore {ashore.__version__}\n", "")


def test_exit_codes_come_through(ready_venv: Path) -> None:
    done = start(PACKAGING / "run", "--selftest", "--network", "mainnet", ASHORE_VENV=str(ready_venv))
    assert done.returncode == 2
    assert "mainnet cannot be reached" in done.stderr


@pytest.mark.parametrize("name", ["a file.json", "-"])
@pytest.mark.parametrize(("content", "code", "said"), [("no receipt", 2, ""), (write(RECEIPT), 1, "DOES NOT HOLD: ")])
def test_a_receipt_is_checked_without_a_display(
    filled_venv: Path, tmp_path: Path, name: str, content: str, code: int, said: str
) -> None:
    file = tmp_path / "a file.json"
    file.write_text(content, encoding="utf-8")
    with file.open("rb") as given:
        command = (PACKAGING / "run", "verify-receipt", name)
        done = start(*command, cwd=tmp_path, given=given, ASHORE_VENV=str(filled_venv))
    assert (done.returncode, bool(done.stderr)) == (code, code == 2), done.stderr
    assert done.stdout.startswith(said)
    assert done.stderr.startswith("ashore: This is not a receipt" if code == 2 else "")
    assert "display" not in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_nothing_is_installed_for_a_window(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    done = start(PACKAGING / "run", ASHORE_VENV=str(venv))
    assert done.returncode == 1
    assert "no display" in done.stderr
    assert "--selftest" in done.stderr
    assert not venv.exists()


@pytest.mark.parametrize(
    "arguments", [("--network", "mainnet"), ("--network=mainnet",), ("--theme", "dark", "--network=mainnet")]
)
def test_a_network_that_cannot_be_reached_is_said_first(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    venv = tmp_path / "venv"
    done = start(PACKAGING / "run", *arguments, ASHORE_VENV=str(venv))
    assert done.returncode == 2
    assert "mainnet cannot be reached by this version yet" in done.stderr
    assert "display" not in done.stderr
    assert not venv.exists()


def test_a_python_that_does_not_fit_is_said() -> None:
    done = inside("fits() { return 1; }; need_python")
    assert done.returncode == 1
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr
    assert "ASHORE_PYTHON" in done.stderr


def test_a_system_without_apt_is_told_what_to_install(tmp_path: Path) -> None:
    done = inside("install_packages libegl1 || exit 1", PATH=commands(tmp_path / "bin"))
    assert done.returncode == 1
    assert "no apt-get" in done.stderr
    assert "libegl1" in done.stderr


def test_a_person_without_rights_is_told_the_line(tmp_path: Path) -> None:
    path = commands(tmp_path / "bin", id="echo 1000", apt_get="exit 0")
    done = inside("install_packages libegl1 || exit 1", PATH=path)
    assert done.returncode == 1
    assert "apt-get install --yes --no-install-recommends libegl1" in done.stderr


def test_apt_s_own_words_are_shown_when_it_fails(tmp_path: Path) -> None:
    path = commands(tmp_path / "bin", id="echo 0", apt_get='echo "E: $* is a mystery"; exit 100')
    done = inside("install_packages libegl1 || exit 1", PATH=path)
    assert done.returncode == 1
    assert "is a mystery" in done.stderr


def test_apt_is_asked_once_for_its_lists_and_without_questions(tmp_path: Path) -> None:
    log = tmp_path / "log"
    path = commands(tmp_path / "bin", id="echo 0", apt_get=f'echo "$DEBIAN_FRONTEND $*" >>{log}')
    assert inside("install_packages one; install_packages two", PATH=path).returncode == 0
    assert log.read_text(encoding="utf-8").splitlines() == [
        "noninteractive --quiet update",
        "noninteractive --quiet install --yes --no-install-recommends one",
        "noninteractive --quiet install --yes --no-install-recommends two",
    ]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    done = start(PACKAGING / "run", "--version", ASHORE_VENV=str(blocked / "venv"))
    assert done.returncode == 1
    assert "cannot write to" in done.stderr
    assert "ASHORE_VENV" in done.stderr


def test_no_network_is_said_and_the_next_start_tries_again(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    done = start(PACKAGING / "run", "--version", ASHORE_VENV=str(venv), **offline)
    assert done.returncode == 1
    assert "could not be installed" in done.stderr
    assert "network" in done.stderr
    assert not (venv / ".ashore-run").exists()


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["tests/unit"], 2)])
def test_wrong_arguments_of_the_tests_are_explained(arguments: list[str], code: int) -> None:
    done = start(PACKAGING / "test", *arguments)
    assert done.returncode == code
    assert "./packaging/test -- tests/conformance -k zklink" in done.stderr
