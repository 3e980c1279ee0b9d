"""The program ends in silence, whatever is being looked at then."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

_LOOKING = """
import threading, time
from ashore.intake.codes import Luma, read
from ashore.ui.scanner.threads import begin
begun = threading.Event()
def work():
    end = time.monotonic() + 1
    while time.monotonic() < end:
        read(Luma(bytes(640 * 480), 640, 480, 640))
        begun.set()
begin(work, "looking")
begun.wait(60)
"""
_KEPT = """
import ctypes
from ashore.intake import codes
codes.read(codes.Luma(bytes(64 * 64), 64, 64, 64))
ctypes.pythonapi.Py_IncRef(ctypes.py_object(codes.read))  # as a window's connection keeps it past the end
"""
_STUCK = """
import threading
from ashore.ui.scanner import threads
threads.LAST_S = 0.2
threads.begin(lambda: threading.Event().wait(60), "stuck")
"""


@pytest.mark.parametrize("program", [_LOOKING, _KEPT, _STUCK], ids=["looking", "kept", "stuck"])
def test_the_program_ends_without_a_word(program: str) -> None:
    begun = time.monotonic()
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, env=os.environ.copy(), capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert time.monotonic() - begun < 40
