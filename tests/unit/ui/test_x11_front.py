"""Coming to the front on X11: what the window manager and the desktop are told, by a real X server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from ashore.ui.x11_front import request_front, time_of

WINDOW, TOKEN = 0x400007, "host/ashore/123-0-host name_TIME4242"
GOES_ON = "_NET_STARTUP_INFO"
PATIENCE_S = 20.0
PARTS = -(-len("remove: ID=host/ashore/123-0-host\\ name_TIME4242\0") // 20)


@pytest.mark.parametrize(
    ("token", "when"),
    [
        (TOKEN, 4242),
        ("id_TIME4294967295", 0xFFFFFFFF),
        ("id_TIME9999999999", 9999999999 & 0xFFFFFFFF),
        ("id_TIME", 0),
        ("id_TIME-1", 0),
        ("id_TIME12x", 0),
        ("gnome-shell/token", 0),
        ("", 0),
    ],
)
def test_the_time_of_the_click_is_read(token: str, when: int) -> None:
    assert time_of(token) == when


def test_without_a_server_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4242")
    assert not request_front(WINDOW, TOKEN)


@pytest.fixture
def display() -> Iterator[str]:
    """A screen of its own."""
    if shutil.which("Xvfb") is None or shutil.which("xev") is None:
        pytest.skip("Xvfb or xev is not installed (Debian: xvfb, x11-utils)")
    told, tell = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(tell), "-screen", "0", "640x480x24", "-nolisten", "tcp"],
        pass_fds=(tell,),
        stderr=subprocess.DEVNULL,
    )
    os.close(tell)
    with os.fdopen(told) as number:
        yield f":{number.readline().strip()}"
    server.terminate()
    server.wait()


def test_window_manager_and_desktop_are_told(display: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", display)
    seen: list[str] = []
    watching = [Watching(kind, seen) for kind in ("substructure", "property")]
    end = time.monotonic() + PATIENCE_S

    def heard() -> bool:
        """Both, and every part of what was said, in its order."""
        said = [kind for kind in seen if kind.startswith(GOES_ON)]
        begins = [place for place, kind in enumerate(said) if kind != GOES_ON]
        whole = any(said[place + 1 : place + PARTS] == [GOES_ON] * (PARTS - 1) for place in begins)
        return "_NET_ACTIVE_WINDOW" in seen and whole

    # Nothing tells when they have begun to watch, so it is said until both have heard it.
    while not heard():
        assert request_front(WINDOW, TOKEN)
        assert time.monotonic() < end, seen
        time.sleep(0.05)
    for each in watching:
        each.end()
    assert f"{WINDOW:#x}" in watching[0].windows


class Watching:
    """What arrives at the root window, as xev tells it."""

    def __init__(self, kind: str, seen: list[str]) -> None:
        self.windows: set[str] = set()
        self._seen = seen
        command = ["xev", "-root", "-event", kind]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as told:
            for line in told:
                self._seen += re.findall(r"message_type \S+ \((\w+)\)", line)
                if "ClientMessage" in line:
                    self.windows |= set(re.findall(r"window (0x[0-9a-f]+)", line))

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()
