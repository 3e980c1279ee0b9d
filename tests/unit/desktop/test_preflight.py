"""Preflight: a missing library is named with its package, before Qt could abort."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ashore.desktop import preflight

DEBIAN_12 = {"ID": "debian", "VERSION_ID": "12"}
DEBIAN_13 = {"ID": "debian", "VERSION_ID": "13"}
X11 = {"DISPLAY": ":0"}


def lacking(*sonames: str) -> Callable[[str], bool]:
    """A system without these libraries."""
    return lambda soname: soname not in sonames


def everything(soname: str) -> bool:
    """A system that has every library."""
    return True


def nothing(soname: str) -> bool:
    """A bare system."""
    return False


def test_a_complete_system_has_no_obstacle() -> None:
    assert preflight.obstacle(X11, system="linux", release=DEBIAN_12, loads=everything) is None


def test_this_system_can_load_its_own_libraries_only() -> None:
    assert preflight.can_load("libc.so.6") or not sys.platform.startswith("linux")
    assert not preflight.can_load("libashore-does-not-exist.so.1")


def test_without_a_display_the_voyage_without_a_window_is_offered() -> None:
    sentence = preflight.obstacle({}, system="linux", release=DEBIAN_12, loads=everything)
    assert sentence is not None
    assert "no display" in sentence
    assert "--selftest" in sentence


def test_an_empty_display_is_none() -> None:
    environment = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    assert preflight.obstacle(environment, system="linux", loads=everything) == preflight.NO_DISPLAY


def test_the_offscreen_platform_needs_no_display_and_no_xcb() -> None:
    xcb = {library.soname for library in preflight.XCB}
    environment = {"QT_QPA_PLATFORM": "offscreen"}
    assert preflight.obstacle(environment, system="linux", release=DEBIAN_12, loads=lacking(*xcb)) is None


def test_the_line_names_exactly_what_is_missing() -> None:
    sentence = preflight.obstacle(
        X11, system="linux", release=DEBIAN_12, loads=lacking("libEGL.so.1", "libxcb-cursor.so.0")
    )
    assert sentence is not None
    assert sentence.endswith("sudo apt-get install libegl1 libxcb-cursor0")
    assert "libEGL.so.1, libxcb-cursor.so.0" in sentence


@pytest.mark.parametrize(
    ("release", "package"),
    [
        (DEBIAN_12, "libglib2.0-0"),
        (DEBIAN_13, "libglib2.0-0t64"),
        ({"ID": "debian"}, "libglib2.0-0t64"),
        ({"ID": "ubuntu", "VERSION_ID": "22.04", "ID_LIKE": "debian"}, "libglib2.0-0"),
        ({"ID": "ubuntu", "VERSION_ID": "24.04", "ID_LIKE": "debian"}, "libglib2.0-0t64"),
    ],
)
def test_glib_has_the_name_of_its_release(release: dict[str, str], package: str) -> None:
    sentence = preflight.obstacle(X11, system="linux", release=release, loads=lacking("libglib-2.0.so.0"))
    assert sentence is not None
    assert sentence.endswith(f"sudo apt-get install {package}")


def test_another_system_is_told_the_files() -> None:
    sentence = preflight.obstacle(X11, system="linux", release={"ID": "fedora"}, loads=lacking("libEGL.so.1"))
    assert sentence is not None
    assert "libEGL.so.1" in sentence
    assert "apt-get" not in sentence


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_elsewhere_the_wheels_bring_everything(system: str) -> None:
    assert preflight.obstacle({}, system=system, loads=nothing) is None


@pytest.mark.parametrize(
    ("environment", "platform"),
    [
        ({}, None),
        ({"DISPLAY": ":0"}, "xcb"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "xcb"),
        ({"QT_QPA_PLATFORM": "wayland;xcb", "DISPLAY": ":0"}, "wayland"),
        ({"QT_QPA_PLATFORM": "vnc:size=800x600"}, "vnc"),
    ],
)
def test_the_platform_is_the_one_qt_would_take(environment: dict[str, str], platform: str | None) -> None:
    assert preflight.qt_platform(environment) == platform


def test_the_camera_is_asked_for_apart() -> None:
    window = preflight.missing("xcb", loads=nothing)
    both = preflight.missing("xcb", camera=True, loads=nothing)
    assert set(both) - set(window) == set(preflight.CAMERA)
    assert set(preflight.missing("wayland", loads=nothing)) == {*preflight.WINDOW, *preflight.WAYLAND}


def test_os_release_is_read_with_and_without_quotes(tmp_path: Path) -> None:
    file = tmp_path / "os-release"
    file.write_text("# comment\nID=debian\nVERSION_ID=\"12\"\n\nNAME='Debian GNU/Linux'\n", encoding="utf-8")
    assert preflight.os_release(file) == {"ID": "debian", "VERSION_ID": "12", "NAME": "Debian GNU/Linux"}
    assert preflight.os_release(tmp_path / "absent") == {}


def test_it_needs_the_standard_library_alone() -> None:
    """It runs before anything is installed."""
    source = Path(preflight.__file__).parents[2]
    code = f"import sys; sys.path.insert(0, {str(source)!r}); import ashore.desktop.preflight"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)


def test_what_the_camera_alone_lacks_is_told_as_a_line_to_run() -> None:
    lacks = lacking("libpulse.so.0", "libxcb-cursor.so.0")
    said = preflight.camera_line(system="linux", release=DEBIAN_12, loads=lacks)
    assert said.endswith(": sudo apt-get install libpulse0")
    assert "libpulse.so.0" in preflight.camera_line(system="linux", release={"ID": "arch"}, loads=lacks)
    assert preflight.camera_line(system="linux", release=DEBIAN_12, loads=everything) == ""
    assert preflight.camera_line(system="win32", loads=nothing) == ""
