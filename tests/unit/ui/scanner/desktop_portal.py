"""A desktop's portal for tests, a process of its own on a bus of its own: `desktop_portal.py BEHAVIOUR PICTURE`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from PySide6.QtCore import ClassInfo, Property, QCoreApplication, QObject, QTimer, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusObjectPath

ROOM = "/org/freedesktop/portal/desktop"


@ClassInfo(**{"D-Bus Interface": "org.freedesktop.portal.Request"})
class Request(QObject):
    """One request, which says once how it ended."""

    Response = Signal("uint", "QVariantMap")


@ClassInfo(**{"D-Bus Interface": "org.freedesktop.portal.Screenshot"})
class Desktop(QObject):
    """Answers as it was told to: allows, refuses, is silent, is strange; notes what it was asked."""

    def __init__(self, behaviour: str, picture: Path) -> None:
        super().__init__()
        self._behaviour = behaviour
        self._picture = picture

    def _version(self) -> int:
        self._note("version")
        return 2

    version = Property("uint", _version)

    @Slot(str, "QVariantMap", QDBusMessage, result=QDBusObjectPath)
    def Screenshot(self, _parent: str, options: dict[str, object], message: QDBusMessage) -> QDBusObjectPath:
        connection, service = QDBusConnection.sessionBus(), message.service()
        self._note(f"Screenshot interactive={options['interactive']}")
        sender = service.removeprefix(":").replace(".", "_")
        request = f"{ROOM}/request/{sender}/{options['handle_token']}"
        if self._behaviour == "at-once":
            self._answer(connection, request)
        elif self._behaviour != "silent":
            QTimer.singleShot(20, lambda: self._answer(connection, request))
        return QDBusObjectPath(request)

    def _answer(self, connection: QDBusConnection, request: str) -> None:
        made = self._picture.with_name("Screenshot from a test.png")
        told: tuple[int, dict[str, str]] = (0, {"uri": made.as_uri()})
        if self._behaviour == "refuses":
            told = (1, {})
        elif self._behaviour == "strange":
            told = (0, {"uri": "https://example.org/screen.png"})
        elif self._behaviour == "text":
            told = (0, {"uri": Path(__file__).as_uri()})
        else:
            shutil.copyfile(self._picture, made)
        self._asked = Request()
        assert connection.registerObject(request, self._asked, QDBusConnection.RegisterOption.ExportAllSignals)
        self._asked.Response.emit(*told)

    def _note(self, what: str) -> None:
        with self._picture.with_name("asked").open("a") as file:
            file.write(f"{what}\n")


def main() -> None:
    application = QCoreApplication([])
    bus = QDBusConnection.sessionBus()
    desktop = Desktop(sys.argv[1], Path(sys.argv[2]))
    how = QDBusConnection.RegisterOption
    if sys.argv[1] != "old":
        assert bus.registerObject(ROOM, desktop, how.ExportAllSlots | how.ExportAllProperties)
    assert bus.registerService("org.freedesktop.portal.Desktop")
    print("ready", flush=True)
    application.exec()


if __name__ == "__main__":
    main()
