"""What all tests share: no display needed, the event loop of the program where a window is, steady hypothesis.

Tests below ``tests/unit/ui`` and ``tests/journeys``, and tests marked ``window``, run on the wallet's own loop inside
Qt; all others run on plain asyncio.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

# Before anything imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

# Imports of the sandbox's libraries (py_ecc) raise it to 100,000, at which a hostile nested JSON would end the process.
# No process of the wallet has them; tests share one process with the sandbox, so each starts with the wallet's limit.
_RECURSION_LIMIT = sys.getrecursionlimit()

TESTS = Path(__file__).resolve().parent
_WINDOW_FOLDERS = (TESTS / "unit" / "ui", TESTS / "journeys")

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Gives each test the recursion limit that the wallet has."""
    sys.setrecursionlimit(_RECURSION_LIMIT)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leaves modules and collected tests out of every later search for waste: they stay to the end."""
    gc.collect()
    gc.freeze()


def needs_window(item: pytest.Item) -> bool:
    """Whether a test runs inside Qt's event loop."""
    in_folder = any(folder in item.path.parents for folder in _WINDOW_FOLDERS)
    return in_folder or item.get_closest_marker("window") is not None


def _window_loop() -> asyncio.AbstractEventLoop:
    from PySide6.QtWidgets import QApplication

    from ashore.ui.loop import WindowLoop

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    loop: asyncio.AbstractEventLoop = WindowLoop(application)
    return loop


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Chooses the event loop of an asynchronous test."""
    return {"window": _window_loop} if needs_window(item) else {"plain": asyncio.new_event_loop}


@pytest.fixture
def application(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[QApplication]:
    """The application of this test process, which does not end with its last window.

    Hands in tests press at once what a person would have read first: no button waits to be still, but where a test
    is about that. What the test leaves of its windows goes with it: each new theme would be given to all of that too.
    """
    from PySide6.QtCore import QEvent

    from ashore.ui.widgets import settled

    monkeypatch.setattr(settled, "STILL_MS", 0)
    qapp.setQuitOnLastWindowClosed(False)
    yield qapp
    for widget in qapp.topLevelWidgets():
        widget.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
