"""What is on the screens, without this window in front of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget

from ashore.ui.widgets.picture import UnreadablePicture

SETTLE_S = 0.35
"""Until what was behind the window is painted, and a desktop has faded the window out."""

INSTEAD = "Take a screenshot and choose it under “From a picture…”, or copy the code’s text and paste it."
NO_PORTAL = ("This desktop does not let Ashore see the screen.", INSTEAD)
_NOTHING = (
    "The screen could not be looked at.",
    "Take a screenshot, and choose it or paste it.",
)


def needs_portal(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the desktop lets nobody read the screen but by asking it (Wayland, X11 programs on it included)."""
    if QGuiApplication.platformName().startswith("wayland"):
        return True
    wayland = environment.get("XDG_SESSION_TYPE") == "wayland" or bool(environment.get("WAYLAND_DISPLAY"))
    return wayland and QGuiApplication.platformName() == "xcb"


@contextlib.asynccontextmanager
async def out_of_the_way(window: QWidget) -> AsyncIterator[None]:
    """Hide the window and what belongs to it; it comes back to its place whatever happens meanwhile."""
    focused = QApplication.focusWidget()
    place, active = window.pos(), window.isActiveWindow()
    window.hide()
    try:
        await asyncio.sleep(SETTLE_S)
        yield
    finally:
        window.show()
        if not window.windowState() & (Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen):
            window.move(place)  # some desktops place anew what comes back
        if active:
            window.raise_()
            window.activateWindow()
        with contextlib.suppress(RuntimeError):  # it may be gone by now
            if focused is not None:
                focused.setFocus()


def grab() -> list[QImage]:
    """A picture of every screen, in the screen's own pixels. For the window's thread; raises UnreadablePicture."""
    pictures = []
    for screen in QGuiApplication.screens():
        picture = screen.grabWindow(0).toImage()
        if not picture.isNull():
            picture.setDevicePixelRatio(1)
            pictures.append(picture)
    if not pictures:
        raise UnreadablePicture(*_NOTHING)
    return pictures


def permission_words(platform: str = sys.platform) -> str:
    """What to do where a system shows a program only its own windows until a person allows more."""
    if platform != "darwin":
        return ""
    return (
        "If the code is on the screen, allow Ashore to record the screen: System Settings, Privacy & Security, "
        "Screen Recording. Then start Ashore again."
    )
