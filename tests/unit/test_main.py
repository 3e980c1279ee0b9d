"""The entry point: roles, options, and how little is imported for them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

import ashore
from ashore import options
from ashore.__main__ import main
from ashore.domain import receipt_file
from unit.domain.receipts import NO_WORD_YET, RECEIPT

LINK = "lnurlw://host.example/w?k1=secret"


def run_ashore(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the program as a person would, with these variables added to a bare environment."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    kept["PYTHONPATH"] = str(Path(ashore.__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-m", "ashore", *arguments],
        capture_output=True,
        text=True,
        env=kept | environment,
        timeout=60,
        check=False,
    )


def test_version_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom ashore.__main__ import main\n"
        "try:\n    main(['--version'])\nexcept SystemExit: pass\n"
        "print([name for name in ('PySide6', 'httpx', 'asyncio', 'sqlite3', 'platformdirs') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"Ashore {ashore.__version__}", "[]"]


def test_mainnet_is_refused_with_a_sentence() -> None:
    done = run_ashore("--network", "mainnet")
    assert done.returncode == 2
    assert "mainnet cannot be reached by this version yet" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_it_says_so_and_ends() -> None:
    done = run_ashore()
    assert done.returncode == 1
    assert "no display" in done.stderr
    assert "--selftest" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_role_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--role", "captain"]) == 2
    assert "captain" in capsys.readouterr().err


def test_options_have_calm_defaults() -> None:
    assert options.parse([]) == options.Options()
    assert options.Options().network == "sandbox"


def test_options_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read = options.parse(["--data-dir", "here", "--theme", "dark", "--clock", "step", "--selftest"])
    assert read == options.Options(data_dir=tmp_path / "here", theme="dark", clock="step", selftest=True)


def test_what_follows_headless_is_left_alone() -> None:
    read = options.parse(["--data-dir", "/data", "--headless", "--amount", "25", "--version"])
    assert read.headless == ("--amount", "25", "--version")


@pytest.mark.parametrize(
    "given",
    [[LINK], ["--", LINK], ["--theme", "dark", LINK], [LINK, "--theme", "dark"], ["--theme", "dark", "--", LINK]],
)
def test_a_link_is_read_wherever_it_stands(given: list[str]) -> None:
    read = options.parse(given)
    assert read.link == LINK
    assert "secret" not in repr(read)


def test_what_a_launcher_gives_without_a_link_is_none() -> None:
    assert options.parse(["--"]) == options.Options()


_WORDS = ["--data-dir", "/data", "~/data", "a:b", "", "-x", "--", LINK, "surplus-secret"]


@pytest.mark.parametrize("length", range(4))
def test_usual_starts_are_read_as_all_others_are(length: int, capsys: pytest.CaptureFixture[str]) -> None:
    def read(arguments: list[str]) -> options.Options | int | str | None:
        try:
            return options.parse(arguments)
        except SystemExit as ended:
            return ended.code

    for given in map(list, product(_WORDS, repeat=length)):
        assert read(given) == read(["--theme", "system", *given]), given  # what only the parser knows
    assert "secret" not in capsys.readouterr().err


def test_another_start_is_led_to_the_same_wallet(tmp_path: Path) -> None:
    assert options.Options().kept() == []
    chosen = options.Options(network="elsewhere", data_dir=tmp_path, theme="dark", link=LINK)
    assert chosen.kept() == ["--network", "elsewhere", "--data-dir", str(tmp_path)]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--network", "atlantis"],
        ["--theme", "pink"],
        ["--net", "sandbox"],
        ["surplus-secret"],
        [LINK, LINK],
        ["--theme", "dark", LINK, "--clock", "step", LINK],
        [f"--open={LINK}"],
    ],
)
def test_what_cannot_be_read_ends_with_two(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        options.parse(wrong)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said
    assert "secret" not in said


def test_a_receipt_is_verified_from_a_file_or_the_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(receipt_file.write(replace(RECEIPT, stages=NO_WORD_YET, status="under-way")), encoding="ascii")
    told = run_ashore("verify-receipt", str(file), PYTHONIOENCODING="ascii")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("NOTHING PROVEN: It holds no proof.\n")
    with file.open("rb") as content:
        piped = subprocess.run(
            [sys.executable, "-m", "ashore", "verify-receipt", "-"],
            stdin=content,
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(Path(ashore.__file__).parents[1]), "PYTHONIOENCODING": "ascii"},
            check=True,
        )
    assert piped.stdout == told.stdout


@pytest.mark.parametrize(("words", "code"), [((), 2), (("--help",), 0), (("a", "b"), 2), (("--network", "x"), 2)])
def test_what_verify_receipt_takes_is_said(words: tuple[str, ...], code: int) -> None:
    told = run_ashore("verify-receipt", *words)
    assert told.returncode == code
    assert "usage: ashore verify-receipt" in told.stdout + told.stderr
    assert "Traceback" not in told.stderr


def test_the_help_tells_of_receipts() -> None:
    assert "ashore verify-receipt FILE" in run_ashore("--help").stdout
