"""A picture of the screen where only the desktop may take one (Wayland): asked for at the desktop's portal.

Interfaces `org.freedesktop.portal.Screenshot` and `org.freedesktop.portal.Request` of XDG Desktop Portal. The desktop
may ask the person first, and writes the picture into a file, which is removed here once it was read.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import SLOT, QObject, QUrl, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusVariant

from ashore.ui.scanner.picture_file import Picture, load_file
from ashore.ui.scanner.screen import INSTEAD, NO_PORTAL
from ashore.ui.widgets.picture import UnreadablePicture

SERVICE, ROOM = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
SCREENSHOT, REQUEST = "org.freedesktop.portal.Screenshot", "org.freedesktop.portal.Request"
_PROPERTIES = "org.freedesktop.DBus.Properties"

CALL_S, ANSWER_S = 5.0, 60.0
"""For a portal to be started and to answer a call; and for a person to read what the desktop asks."""

_HEARD: Any = SLOT("heard(uint,QVariantMap)")  # Qt's stubs want bytes, where Qt wants this
_Answer = tuple[int, dict[str, Any]]

REFUSED = ("The desktop was asked for a picture of the screen, and refused.", f"Scan again and allow it. Or: {INSTEAD}")
NO_ANSWER = ("The desktop was asked for a picture of the screen, and did not answer.", INSTEAD)
_STRANGE = ("The desktop’s picture of the screen cannot be read.", INSTEAD)


class Portal:
    """The desktop's portal on a bus. `answer_s` is how long a person may think about what the desktop asks."""

    def __init__(self, bus: QDBusConnection | None = None, *, call_s: float = CALL_S, answer_s: float = ANSWER_S):
        self._bus = bus if bus is not None else QDBusConnection.sessionBus()
        self._call_s = call_s
        self._answer_s = answer_s

    async def meet(self) -> None:
        """Find out whether there is a portal that takes pictures of the screen. Raises UnreadablePicture."""
        if not self._bus.isConnected():
            raise UnreadablePicture(*NO_PORTAL)
        reply = await self._call(ROOM, _PROPERTIES, "Get", [SCREENSHOT, "version"])
        if reply.type() is not QDBusMessage.MessageType.ReplyMessage:
            raise UnreadablePicture(*NO_PORTAL)

    async def screenshot(self) -> Path:
        """Have a picture taken, and return the file it is in.

        Raises:
            UnreadablePicture: the desktop or the person refuses, nobody answers, or the answer names no local file.
        """
        token = f"ashore{secrets.token_hex(8)}"
        sender = self._bus.baseService().removeprefix(":").replace(".", "_")
        request = f"{ROOM}/request/{sender}/{token}"
        async with self._answers(request) as answer:
            # Subscribed before it is called: the answer may come before the call returns.
            asked = ["", {"handle_token": token, "interactive": False, "modal": True}]
            reply = await self._call(ROOM, SCREENSHOT, "Screenshot", asked)
            if reply.type() is not QDBusMessage.MessageType.ReplyMessage:
                raise UnreadablePicture(*NO_PORTAL)
            try:
                async with asyncio.timeout(self._answer_s):
                    told = await answer
            except TimeoutError:
                self._bus.send(QDBusMessage.createMethodCall(SERVICE, request, REQUEST, "Close"))
                raise UnreadablePicture(*NO_ANSWER) from None
        return _file_of(*told)

    @contextlib.asynccontextmanager
    async def _answers(self, request: str) -> AsyncIterator[asyncio.Future[_Answer]]:
        answer: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()
        ear = _Ear(answer)
        place = ("", request, REQUEST, "Response", ear, _HEARD)
        if not self._bus.connect(*place):
            raise UnreadablePicture(*NO_PORTAL)
        try:
            yield answer
        finally:
            self._bus.disconnect(*place)
            ear.deleteLater()

    async def _call(self, path: str, interface: str, method: str, arguments: list[Any]) -> QDBusMessage:
        message = QDBusMessage.createMethodCall(SERVICE, path, interface, method)
        message.setArguments(arguments)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        watcher = QDBusPendingCallWatcher(self._bus.asyncCall(message, round(self._call_s * 1000)))

        def end() -> None:
            if not done.done():
                done.set_result(None)

        watcher.finished.connect(end)
        if not watcher.isFinished():
            await done
        return watcher.reply()


def load_and_remove(path: Path, begun: float) -> Picture:
    """Read the picture that the desktop wrote, and remove it, readable or not. For a worker thread.

    Raises UnreadablePicture.

    Only a picture that was written after `begun` (seconds since 1970) is removed: no portal makes this a way to have
    a person's own file deleted.
    """
    try:
        loaded = load_file(path)
    finally:
        with contextlib.suppress(OSError):
            found = path.lstat()
            if stat.S_ISREG(found.st_mode) and found.st_mtime >= begun - 1:
                path.unlink()
    if not isinstance(loaded, Picture):
        raise UnreadablePicture(*_STRANGE)
    return loaded


async def of_screen(portal: Portal) -> Picture:
    """Ask for a picture of the screen, read it, and leave no file behind. Raises UnreadablePicture."""
    begun = time.time()
    path = await portal.screenshot()
    return await asyncio.to_thread(load_and_remove, path, begun)


class _Ear(QObject):
    """Hears the one signal with which a request is answered."""

    def __init__(self, answer: asyncio.Future[_Answer]) -> None:
        super().__init__()
        self._answer = answer

    # Typed, as Python cannot unpack the dictionary of a bare message.
    @Slot("uint", "QVariantMap")
    def heard(self, code: int, told: dict[str, Any]) -> None:
        if not self._answer.done():
            self._answer.set_result((code, told))


def _file_of(code: int, told: dict[str, Any]) -> Path:
    if code != 0:
        raise UnreadablePicture(*REFUSED)
    uri = told.get("uri")
    if isinstance(uri, QDBusVariant):
        uri = uri.variant()
    url = QUrl(str(uri))
    if not url.isLocalFile() or url.host() or not url.toLocalFile():
        raise UnreadablePicture(*_STRANGE)
    return Path(url.toLocalFile())
