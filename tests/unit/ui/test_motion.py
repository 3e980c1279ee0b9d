"""The system's wish for little motion is heard, on a real bus with a desktop of ours at the other end."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtDBus import QDBusConnection, QDBusPendingCallWatcher

from ashore.ui.theme.motion import Motion

pytestmark = [
    pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the desktop's portal"),
]
_NAME = "ashore-motion-test"
Desktop = Callable[..., QDBusConnection]


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    """A bus with a desktop that has one setting, or with none."""
    running: list[subprocess.Popen[str]] = []
    address = f"unix:path={tmp_path / 'bus'}"
    environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": address}

    def begin(*command: str) -> None:
        made = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        running.append(made)
        assert made.stdout is not None
        assert made.stdout.readline()

    begin("dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1", f"--address={address}")

    def make(*setting: str) -> QDBusConnection:
        if setting:
            begin(sys.executable, str(Path(__file__).with_name("desktop_settings.py")), *setting)
        return QDBusConnection.connectToBus(address, _NAME)

    yield make
    QDBusConnection.disconnectFromBus(_NAME)
    for process in reversed(running):
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.parametrize(
    ("setting", "reduced"),
    [
        (("org.freedesktop.appearance", "reduced-motion", "1"), True),
        (("org.freedesktop.appearance", "reduced-motion", "0"), False),
        (("org.gnome.desktop.interface", "enable-animations", "false"), True),
        (("org.gnome.desktop.interface", "enable-animations", "true"), False),
        (("org.gnome.desktop.interface", "enable-animations", '"no"'), False),
        (("org.gnome.desktop.interface", "cursor-size", "1"), False),
        ((), False),
    ],
)
async def test_what_the_desktop_says_is_heard(
    application: object, desktop: Desktop, setting: tuple[str, ...], reduced: bool
) -> None:
    motion = Motion(bus=desktop(*setting))
    async with asyncio.timeout(10):
        while motion.findChildren(QDBusPendingCallWatcher):
            await asyncio.sleep(0.005)
    assert motion.reduced is reduced


def test_without_a_bus_motion_is_welcome(application: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert not Motion().reduced
    assert not Motion(bus=QDBusConnection("of nobody")).reduced
