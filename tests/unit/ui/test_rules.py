"""Rules of the house that hold for every file of the window."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ashore.ui

FOLDER = Path(ashore.ui.__path__[0])
FILES = sorted(FOLDER.rglob("*.py"))
NESTED = {"exec", "exec_", "getText", "getItem", "getOpenFileName", "getSaveFileName", "question", "critical"}


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_no_nested_event_loop(file: Path) -> None:
    """A nested Qt loop inside a coroutine stops asyncio; dialogs are opened, not executed."""
    calls = [node.func for node in ast.walk(parsed(file)) if isinstance(node, ast.Call)]
    assert not [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in NESTED]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_labels_are_made_in_one_place(file: Path) -> None:
    """`Label` cannot show markup; a bare QLabel, QTextEdit or QMessageBox could."""
    called = {
        node.func.id
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not called & {"QLabel", "QTextEdit", "QTextBrowser", "QMessageBox", "QInputDialog"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_tooltips_are_made_in_one_place(file: Path) -> None:
    """Qt reads a tooltip as markup where it looks like it; `set_tip` never lets it look so."""
    calls = [node.func for node in ast.walk(parsed(file)) if isinstance(node, ast.Call)]
    made = [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr == "setToolTip"]
    assert not made or file.name == "labels.py"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_files_stay_small(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 400


def test_only_the_loop_imports_qasync() -> None:
    importers = [file.name for file in FILES if "qasync" in {name.split(".")[0] for name in imported(file)}]
    assert importers == ["loop.py"]


def test_what_is_opened_outside_the_window_is_judged_in_one_place() -> None:
    """The desktop's own programs are told what to open by nothing else; see `widgets/opening.py`."""
    openers = [file.name for file in FILES if "QDesktopServices" in file.read_text(encoding="utf-8")]
    assert openers == ["opening.py"]


def imported(file: Path) -> set[str]:
    """Modules that a file imports, at whatever depth."""
    found: set[str] = set()
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found
