"""A practice world with Reddio, quick to open, and a wallet's hand that signs for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ashore.sandbox.clock import ClockMode
from ashore.sandbox.server import create_app
from ashore.sandbox.world import World, WorldConfig
from unit.sandbox.reddio.coast import TOKEN, Coast

Open = Callable[..., Coast]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a world with Reddio in which nothing has happened yet."""
    folder = tmp_path_factory.mktemp("founded")
    World(WorldConfig(data_dir=folder, clock=ClockMode.STEP, reddio=True)).close()
    return folder


@pytest.fixture
def open_coast() -> Iterator[Open]:
    """Opens worlds and closes them after the test."""
    worlds: list[World] = []

    def open_one(**config: Any) -> Coast:
        app, world = create_app(WorldConfig(**{"clock": ClockMode.STEP, "reddio": True, **config}), TOKEN)
        worlds.append(world)
        return Coast(world, httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox"))

    yield open_one
    for world in worlds:
        world.close()


@pytest.fixture
def folder(founded: Path, tmp_path: Path) -> Path:
    """A copy of the founded world's folder."""
    return Path(shutil.copytree(founded, tmp_path / "world"))


@pytest.fixture
def coast(open_coast: Open, folder: Path) -> Coast:
    """A world with Reddio in mode step, moved by hand."""
    return open_coast(data_dir=folder)
