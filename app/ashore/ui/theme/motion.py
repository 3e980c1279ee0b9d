"""Whether the system asks for little motion. Qt does not tell, so each system is asked in its own way.

Linux: `org.freedesktop.portal.Settings` of XDG Desktop Portal. Windows: `SystemParametersInfoW`, the choice
"Animation effects". macOS: the choice "Reduce motion".
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection, QDBusPendingCallWatcher

SERVICE, ROOM = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
SETTINGS = "org.freedesktop.portal.Settings"
_ASKED = (("org.freedesktop.appearance", "reduced-motion", 1), ("org.gnome.desktop.interface", "enable-animations", 0))
"""Names of settings, and the value that asks for little motion."""

_CALL_MS = 5000
_SPI_GETCLIENTAREAANIMATION = 0x1042


class Motion(QObject):
    """The answer comes a moment after it was asked for; until then motion is welcome."""

    def __init__(self, parent: QObject | None = None, bus: QDBusConnection | None = None) -> None:
        """`bus` is the one to ask on Linux, in place of the session's."""
        super().__init__(parent)
        self.reduced = False
        if sys.platform == "win32":
            self.reduced = not _windows_animates()
        elif sys.platform == "darwin":
            self.reduced = QSettings("apple.com", "universalaccess").value("reduceMotion", False, type=bool) is True
        elif bus is not None or "DBUS_SESSION_BUS_ADDRESS" in os.environ:  # without one Qt would start a bus
            self._ask(bus)

    def _ask(self, bus: QDBusConnection | None) -> None:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher  # on Linux alone

        bus = bus if bus is not None else QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        for space, key, little in _ASKED:
            message = QDBusMessage.createMethodCall(SERVICE, ROOM, SETTINGS, "Read")
            message.setArguments([space, key])
            watcher = QDBusPendingCallWatcher(bus.asyncCall(message, _CALL_MS), self)
            watcher.finished.connect(lambda done, little=little: self._answered(done, little))

    def _answered(self, done: QDBusPendingCallWatcher, little: int) -> None:
        from PySide6.QtDBus import QDBusMessage, QDBusVariant

        reply = done.reply()
        done.deleteLater()
        if reply.type() is not QDBusMessage.MessageType.ReplyMessage or not reply.arguments():
            return
        value: object = reply.arguments()[0]
        while isinstance(value, QDBusVariant):  # the method wraps it twice
            value = value.variant()
        if isinstance(value, int) and int(value) == little:
            self.reduced = True


def _windows_animates() -> bool:
    animates = ctypes.c_int(1)
    ask = ctypes.WinDLL("user32").SystemParametersInfoW  # type: ignore[attr-defined,unused-ignore]
    ask(_SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(animates), 0)
    return bool(animates.value)
