"""Bring the window before the person who asked for it, by the rules of each desktop."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

_LOOK_AGAIN_MS = 500


def raise_window(window: QWidget, token: str = "") -> None:
    """Show the window in front, with the focus. Where the desktop does not allow that, it asks for attention.

    `token` is what the desktop gave the process that was started by the click, its permission to do this.
    """
    if window.isMinimized():
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    if token and QGuiApplication.platformName().startswith("wayland"):
        # Qt's Wayland side takes it from here when it activates a window, and removes it.
        os.environ["XDG_ACTIVATION_TOKEN"] = token
    window.show()
    window.raise_()
    window.activateWindow()
    if token and QGuiApplication.platformName() == "xcb":
        from ashore.ui.x11_front import request_front

        request_front(int(window.winId()), token)
    QTimer.singleShot(_LOOK_AGAIN_MS, window, lambda: _call_for(window))


def _call_for(window: QWidget) -> None:
    if not window.isActiveWindow():
        QApplication.alert(window)
