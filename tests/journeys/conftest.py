"""What every journey has: a house to itself, and an end even if something hangs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from faults.worlds import Worlds
from journeys.house import House
from journeys.network import PracticeWorld
from warm.fixtures import warm_servers, warm_starts  # noqa: F401 what pytest finds here

LONGEST_S = 90


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey that hangs ends with the stacks of all threads."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LONGEST_S))


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Practice networks in which nothing has happened yet."""
    return Worlds(tmp_path_factory.mktemp("deployed"))


@pytest.fixture
def house(
    application: QApplication,
    worlds: Worlds,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[House]:
    """A fresh practice network and an empty data folder."""
    application.setStyle("Fusion")
    practice = PracticeWorld(worlds, tmp_path_factory.mktemp("network") / "world")
    made = House(application, tmp_path, _album(request.node.name), practice)
    yield made
    made.close()


@pytest.fixture
def vaults(
    application: QApplication,
    worlds: Worlds,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[House]:
    """The same with Reddio beside zkLink."""
    application.setStyle("Fusion")
    practice = PracticeWorld(worlds, tmp_path_factory.mktemp("network") / "world", reddio=True)
    made = House(application, tmp_path, _album(request.node.name), practice)
    yield made
    made.close()


def _album(name: str) -> str:
    """A name for the pictures of a journey."""
    return "".join(c if c.isalnum() else "-" for c in name.removeprefix("test_").replace("window", "")).strip("-")
