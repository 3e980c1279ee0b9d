"""The lock files: every package pinned by hash, no address in them, one version for program and tests."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

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


@pytest.mark.parametrize(("name", "extras"), [("run", ["sandbox"]), ("test", ["sandbox", "dev"])])
def test_locks_follow_what_the_project_asks_for(name: str, extras: list[str]) -> None:
    """Fails when pyproject.toml was changed and packaging/locks/update was not run."""
    project = tomllib.loads((LOCKS.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = project["dependencies"] + [line for extra in extras for line in project["optional-dependencies"][extra]]
    locked = pins(name)
    for requirement in map(Requirement, asked):
        version = locked[requirement.name.lower()]
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} against {version}"


def test_people_get_no_development_tools() -> None:
    assert not {"pytest", "mypy", "ruff", "hypothesis"} & pins("run").keys()
