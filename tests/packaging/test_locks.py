"""The lock files: every package pinned by hash, no address in them, one version for program and tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LOCKS = Path(__file__).resolve().parents[2] / "packaging" / "locks"
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)


def text(name: str) -> str:
    """One lock file."""
    return (LOCKS / f"{name}.txt").read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    """Package names and versions of one lock file."""
    return dict(_PIN.findall(text(name)))


@pytest.mark.parametrize("name", ["run", "test"])
def test_no_lock_names_an_address(name: str) -> None:
    assert "://" not in text(name)
    assert "--index-url" not in text(name)
    assert "--find-links" not in text(name)
    assert " @ " not in text(name)


@pytest.mark.parametrize("name", ["run", "test"])
def test_every_package_has_hashes(name: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", text(name))
    assert len(entries) == len(pins(name)) > 20
    for entry in entries:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_what_tests_run_is_what_people_run() -> None:
    assert pins("run").items() <= pins("test").items()


def test_qt_is_the_version_that_loses_no_references() -> None:
    run = pins("run")
    assert run["pyside6-essentials"] == run["pyside6-addons"] == run["shiboken6"] == "6.11.3"
    assert "pyside6" not in run, "the meta package brings WebEngine and more"


def test_people_get_no_development_tools() -> None:
    assert not {"pytest", "mypy", "ruff", "hypothesis"} & pins("run").keys()
