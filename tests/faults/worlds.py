"""Practice worlds in which nothing has happened yet: each kind is deployed once in a run, and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

from ashore.sandbox.clock import ClockMode
from ashore.sandbox.server import Router, create_app
from ashore.sandbox.world import World, WorldConfig
from ashore.systems.zklink.codec.profiles import Profile
from faults.bench import TOKEN


class Worlds:
    """Opens them, to be moved by hand. Keeps what it deployed in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(
        self,
        folder: Path,
        *,
        chains: int = 1,
        profile: Profile = Profile.X_APEX,
        reddio: bool = False,
        token: str = TOKEN,
    ) -> tuple[Router, World]:
        """A world of its own in `folder`, where nothing is yet; `token` opens its controls."""
        kept = self._folder / f"{profile}-{chains}-{reddio}"
        if not kept.exists():
            World(_config(kept, chains, profile, reddio)).close()
        shutil.copytree(kept, folder)
        return create_app(_config(folder, chains, profile, reddio), token)


def _config(folder: Path, chains: int, profile: Profile, reddio: bool) -> WorldConfig:
    return WorldConfig(data_dir=folder, clock=ClockMode.STEP, chains=chains, profile=profile, reddio=reddio)
