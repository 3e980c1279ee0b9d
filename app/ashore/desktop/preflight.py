"""What has to be there before Qt may be imported. Standard library only.

Without one of these libraries the import of PySide6 fails with the name of a file, and the xcb platform ends the
process with SIGABRT and a misleading message. This names the packages instead.

``python -m ashore.desktop.preflight packages`` prints the missing Debian packages, for the scripts that install them.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Library(NamedTuple):
    """A shared library and the Debian package that brings it."""

    soname: str
    package: str


WINDOW = (
    Library("libGL.so.1", "libgl1"),
    Library("libEGL.so.1", "libegl1"),
    Library("libglib-2.0.so.0", "libglib2.0-0"),
    Library("libX11.so.6", "libx11-6"),
    Library("libdbus-1.so.3", "libdbus-1-3"),
    Library("libfontconfig.so.1", "libfontconfig1"),
    Library("libfreetype.so.6", "libfreetype6"),
    Library("libxkbcommon.so.0", "libxkbcommon0"),
)
"""Needed by QtGui and QtWidgets on every platform."""

CAMERA = (
    Library("libbrotlidec.so.1", "libbrotli1"),
    Library("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
    Library("libpulse.so.0", "libpulse0"),
    Library("libXrandr.so.2", "libxrandr2"),
    Library("libXext.so.6", "libxext6"),
    Library("libdrm.so.2", "libdrm2"),
)
"""Needed by QtMultimedia and the QtNetwork below it: without them there is no camera, and everything else works."""

XCB = (
    Library("libxcb-cursor.so.0", "libxcb-cursor0"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4"),
    Library("libxcb-image.so.0", "libxcb-image0"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0"),
    Library("libxcb-shape.so.0", "libxcb-shape0"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    Library("libX11-xcb.so.1", "libx11-xcb1"),
)
"""Needed by a window on X11."""

WAYLAND = (
    Library("libwayland-client.so.0", "libwayland-client0"),
    Library("libwayland-cursor.so.0", "libwayland-cursor0"),
    Library("libwayland-egl.so.1", "libwayland-egl1"),
)
"""Needed by a window on Wayland."""

_RENAMED_IN_DEBIAN_13 = {"libglib2.0-0": "libglib2.0-0t64"}

NO_DISPLAY = (
    "Ashore cannot open a window: there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set).\n"
    "Start it in a desktop session, or make the same voyage without a window: add --selftest."
)


def can_load(soname: str) -> bool:
    """Whether the dynamic linker finds the library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def qt_platform(environment: Mapping[str, str]) -> str | None:
    """The Qt platform that a window would use on Linux; ``None`` without a display."""
    asked = environment.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
    if asked:
        return asked
    if environment.get("DISPLAY"):
        return "xcb"
    return "wayland" if environment.get("WAYLAND_DISPLAY") else None


def missing(platform: str, *, camera: bool = False, loads: Callable[[str], bool] = can_load) -> tuple[Library, ...]:
    """The libraries that a window on `platform` needs and the system lacks.

    Args:
        platform: a name of `QT_QPA_PLATFORM`, such as ``xcb``, ``wayland`` or ``offscreen``.
        camera: ask for what the camera needs as well.
        loads: tells whether a shared library can be loaded.
    """
    wanted = WINDOW + {"xcb": XCB, "wayland": WAYLAND}.get(platform, ()) + (CAMERA if camera else ())
    return tuple(library for library in wanted if not loads(library.soname))


def debian_packages(libraries: tuple[Library, ...], release: Mapping[str, str]) -> list[str]:
    """The packages that bring `libraries` on the system that `release` (fields of os-release) describes."""
    renamed = _RENAMED_IN_DEBIAN_13 if _has_64_bit_time(release) else {}
    return [renamed.get(library.package, library.package) for library in libraries]


def _has_64_bit_time(release: Mapping[str, str]) -> bool:
    """Whether packages bear the names of the 64-bit time transition (Debian 13, Ubuntu 24.04 and later)."""
    first_number = release.get("VERSION_ID", "").split(".")[0]
    if release.get("ID") == "ubuntu":
        return not first_number.isdecimal() or int(first_number) >= 24
    # Debian testing and unstable have no VERSION_ID.
    return not first_number.isdecimal() or int(first_number) >= 13


def os_release(path: Path = Path("/etc/os-release")) -> dict[str, str]:
    """The fields of os-release; empty where there is none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def _is_debian(release: Mapping[str, str]) -> bool:
    return bool({"debian", "ubuntu"} & {release.get("ID", ""), *release.get("ID_LIKE", "").split()})


def obstacle(
    environment: Mapping[str, str],
    *,
    system: str = sys.platform,
    release: Mapping[str, str] | None = None,
    loads: Callable[[str], bool] = can_load,
) -> str | None:
    """What stands in the way of a window, in sentences for a person; ``None`` when nothing does.

    Only Linux is looked at: on Windows and macOS the wheels of Qt bring everything.
    """
    if not system.startswith("linux"):
        return None
    platform = qt_platform(environment)
    if platform is None:
        return NO_DISPLAY
    lacking = missing(platform, loads=loads)
    if not lacking:
        return None
    names = ", ".join(library.soname for library in lacking)
    found = os_release() if release is None else release
    if _is_debian(found):
        line = "sudo apt-get install " + " ".join(debian_packages(lacking, found))
        advice = f"Install them with this line, then start it again:\n  {line}"
    else:
        advice = "Install the packages of your system that bring these files, then start it again."
    return f"Ashore cannot open a window: system libraries that Qt needs are missing ({names}).\n{advice}"


def camera_line(
    *,
    system: str = sys.platform,
    release: Mapping[str, str] | None = None,
    loads: Callable[[str], bool] = can_load,
) -> str:
    """What to install so that a camera can be used, in a sentence for a person; empty where nothing is missing.

    A window is there already, so only what the camera needs beside it is looked for.
    """
    lacking = tuple(library for library in CAMERA if not loads(library.soname)) if system.startswith("linux") else ()
    if not lacking:
        return ""
    found = os_release() if release is None else release
    if _is_debian(found):
        line = "sudo apt-get install " + " ".join(debian_packages(lacking, found))
        return f"For the camera, run this line, then start Ashore again: {line}"
    names = ", ".join(library.soname for library in lacking)
    return f"For the camera, install the packages that bring these files, then start Ashore again: {names}"


def main(arguments: Sequence[str]) -> int:
    """Answer one question of the scripts that set everything up.

    ``packages`` prints the missing Debian packages of window (on X11) and camera, ``window-packages`` those of the
    window alone, one a line; ``display`` ends with 1 and a sentence where no window can be shown.
    """
    question = arguments[0] if arguments else "packages"
    if question == "display":
        if sys.platform.startswith("linux") and qt_platform(os.environ) is None:
            print(NO_DISPLAY, file=sys.stderr)
            return 1
        return 0
    for package in debian_packages(missing("xcb", camera=question == "packages"), os_release()):
        print(package)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
