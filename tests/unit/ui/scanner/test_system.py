"""A computer that lacks what cameras need starts the wallet, and is told so in the scanner alone."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QObject

from ashore.desktop import preflight
from ashore.ui.scanner.camera import Camera, CameraState, Device
from ashore.ui.scanner.system import NoInputs, missing_words, system_inputs

_LOADED = """
import sys
import ashore.ui.life, ashore.ui.shell.sections, ashore.ui.scanner.camera_dialog, ashore.ui.scanner.reader
print("PySide6.QtMultimedia" in sys.modules)
"""


def test_the_window_is_there_before_anything_of_cameras_is_loaded() -> None:
    told = subprocess.run([sys.executable, "-c", _LOADED], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "False"


def test_without_its_libraries_the_camera_is_barred_with_the_line_to_run(
    application: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)  # as when libpulse.so.0 is not there
    monkeypatch.delitem(sys.modules, "ashore.ui.scanner.devices", raising=False)
    monkeypatch.setattr(preflight, "can_load", lambda soname: False)
    monkeypatch.setattr(preflight, "os_release", lambda: {"ID": "debian", "VERSION_ID": "13"})
    parent = QObject()
    inputs = system_inputs(parent)
    assert isinstance(inputs, NoInputs)
    camera = Camera(inputs)
    camera.start()
    assert camera.state is CameraState.BARRED
    assert camera.devices == ()
    assert camera.obstacle
    camera.stop()
    inputs.open(Device("", ""), parent).close()


def test_the_words_name_the_packages_or_say_that_a_part_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    line = "For the camera, run this line, then start Ashore again: sudo apt-get install libpulse0"
    monkeypatch.setattr(preflight, "camera_line", lambda: line)
    assert missing_words() == f"Everything else works: scan the screen or a picture, or paste. {line}"
    monkeypatch.setattr(preflight, "camera_line", lambda: "")
    assert "does not load" in missing_words()
