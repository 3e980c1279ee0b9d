"""A desktop's settings for tests, a process of its own on its own bus: `desktop_settings.py NAMESPACE KEY JSON`."""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import ClassInfo, QCoreApplication, QObject, Slot
from PySide6.QtDBus import QDBusConnection, QDBusError, QDBusMessage, QDBusVariant


@ClassInfo(**{"D-Bus Interface": "org.freedesktop.portal.Settings"})
class Settings(QObject):
    """Knows one setting."""

    @Slot(str, str, QDBusMessage, result=QDBusVariant)
    def Read(self, space: str, key: str, message: QDBusMessage) -> QDBusVariant:
        if [space, key] != sys.argv[1:3]:
            message.setDelayedReply(True)
            QDBusConnection.sessionBus().send(
                message.createErrorReply(QDBusError.ErrorType.InvalidArgs, "Requested setting not found")
            )
        return QDBusVariant(QDBusVariant(json.loads(sys.argv[3])))


def main() -> None:
    application = QCoreApplication([])
    bus, settings = QDBusConnection.sessionBus(), Settings()
    how = QDBusConnection.RegisterOption.ExportAllSlots
    assert bus.registerObject("/org/freedesktop/portal/desktop", settings, how)
    assert bus.registerService("org.freedesktop.portal.Desktop")
    print("ready", flush=True)
    application.exec()


if __name__ == "__main__":
    main()
