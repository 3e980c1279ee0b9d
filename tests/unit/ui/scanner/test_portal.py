"""Pictures of the screen through a desktop's portal, on a real bus, with a desktop of ours at the other end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtDBus import QDBusConnection
from PySide6.QtGui import QColor, QImage

from ashore.ui.scanner import portal as portals
from ashore.ui.scanner import screen
from ashore.ui.scanner.portal import Portal, load_and_remove, of_screen
from ashore.ui.widgets.picture import UnreadablePicture
from unit.ui.driving import Shell
from unit.ui.scanner.drawn import scene
from unit.ui.test_voucher_page import LINK, VoucherWallet

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")

_NAME = "ashore-portal-test"
Open = Callable[..., Portal]


@pytest.fixture
def wallet() -> VoucherWallet:
    return VoucherWallet()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    made = QImage(80, 60, QImage.Format.Format_RGB32)
    made.fill(QColor("white"))
    path = tmp_path / "screen.png"
    assert made.save(str(path))
    return path


@pytest.fixture
def opened(tmp_path: Path, picture: Path) -> Iterator[Open]:
    """A bus with a desktop that behaves so."""
    running: list[subprocess.Popen[str]] = []
    address = f"unix:path={tmp_path / 'bus'}"
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1", f"--address={address}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    running.append(bus)
    assert bus.stdout is not None
    bus.stdout.readline()

    def make(behaviour: str, *, answer_s: float = 5.0) -> Portal:
        if behaviour:
            desktop = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("desktop_portal.py")), behaviour, str(picture)],
                env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": address},
                stdout=subprocess.PIPE,
                text=True,
            )
            running.append(desktop)
            assert desktop.stdout is not None
            assert desktop.stdout.readline() == "ready\n"
        return Portal(QDBusConnection.connectToBus(address, _NAME), answer_s=answer_s)

    yield make
    QDBusConnection.disconnectFromBus(_NAME)
    for process in reversed(running):
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def names_beside(picture: Path) -> list[str]:
    return sorted(each.name for each in picture.parent.iterdir())


@pytest.mark.parametrize("behaviour", ["allows", "at-once"])
async def test_a_picture_is_asked_for_read_and_removed(opened: Open, picture: Path, behaviour: str) -> None:
    portal = opened(behaviour)
    await portal.meet()
    taken = await of_screen(portal)
    assert (taken.grey.width, taken.grey.height) == (80, 60)
    assert (picture.with_name("asked")).read_text().split() == ["version", "Screenshot", "interactive=False"]
    assert names_beside(picture) == ["asked", "bus", "screen.png"]


async def test_scanning_the_screen_of_a_wayland_desktop(
    shell: Shell, opened: Open, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scene(LINK).save(str(picture))
    desktop = opened("allows")
    monkeypatch.setattr(screen, "needs_portal", lambda: True)
    monkeypatch.setattr(screen, "SETTLE_S", 0.01)
    monkeypatch.setattr(portals, "Portal", lambda: desktop)
    shell.sections.home.intake.scanner.scan.from_screen()
    await shell.until(lambda: shell.sections.place == "voucher")
    assert shell.window.isVisible()
    assert names_beside(picture) == ["asked", "bus", "screen.png"]


async def test_a_wayland_desktop_that_refuses_gives_the_window_back(
    shell: Shell, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop = opened("refuses")
    monkeypatch.setattr(screen, "needs_portal", lambda: True)
    monkeypatch.setattr(screen, "SETTLE_S", 0.01)
    monkeypatch.setattr(portals, "Portal", lambda: desktop)
    intake = shell.sections.home.intake
    intake.scanner.scan.from_screen()
    await shell.until(lambda: bool(intake.field.problem.text))
    assert intake.field.problem.text.replace("\u200b", "").startswith(portals.REFUSED[0])
    assert shell.window.isVisible()


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        ("refuses", portals.REFUSED[0]),
        ("strange", portals._STRANGE[0]),
        ("text", portals._STRANGE[0]),
    ],
)
async def test_what_is_refused_or_strange_is_said(opened: Open, behaviour: str, sentence: str) -> None:
    portal = opened(behaviour)
    with pytest.raises(UnreadablePicture) as refused:
        await of_screen(portal)
    assert refused.value.sentence == sentence
    assert refused.value.advice


async def test_a_desktop_that_does_not_answer_is_not_waited_for_for_ever(opened: Open) -> None:
    portal = opened("silent", answer_s=0.2)
    with pytest.raises(UnreadablePicture, match="did not answer"):
        await of_screen(portal)


@pytest.mark.parametrize("behaviour", ["", "old"])
async def test_a_desktop_without_such_a_portal_is_told_before_anything_is_hidden(opened: Open, behaviour: str) -> None:
    with pytest.raises(UnreadablePicture, match="does not let Ashore see the screen"):
        await opened(behaviour).meet()


async def test_no_bus_at_all(tmp_path: Path) -> None:
    portal = Portal(QDBusConnection.connectToBus(f"unix:path={tmp_path / 'nothing'}", "ashore-no-bus"))
    with pytest.raises(UnreadablePicture, match="does not let Ashore see the screen"):
        await portal.meet()


def test_a_picture_that_cannot_be_read_is_removed_too(picture: Path) -> None:
    begun = time.time()
    picture.write_bytes(b"%PDF-1.7")
    with pytest.raises(UnreadablePicture):
        load_and_remove(picture, begun)
    assert not picture.exists()


def test_a_file_of_the_person_is_read_and_never_removed(picture: Path) -> None:
    os.utime(picture, (1_000_000, 1_000_000))
    load_and_remove(picture, time.time())
    assert picture.exists()
    link = picture.with_name("link.png")
    link.symlink_to(picture)
    load_and_remove(link, 0)
    assert picture.exists()
    assert link.is_symlink()
