"""What the tests of Reddio's settlement keep their finds in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ashore.store.database import Database
from ashore.store.keep import Keep


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Keep]:
    """A store on the disk, closed when the test is over."""
    database = Database(tmp_path / "keep")
    yield Keep(database)
    database.close()
