"""Benches that are made within a test leave their store open at its end: this closes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ashore.store.database import Database


@pytest.fixture(autouse=True)
def stores_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what the test has opened: an unclosed store is a warning, from Python 3.13 on, in whatever test comes."""
    opened: list[Database] = []
    begin = Database.__init__

    def opening(self: Database, *arguments: object, **named: object) -> None:
        begin(self, *arguments, **named)  # type: ignore[arg-type]
        opened.append(self)

    monkeypatch.setattr(Database, "__init__", opening)
    yield
    for database in opened:
        database.close()
