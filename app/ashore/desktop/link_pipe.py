"""The running window's side of a hand-over on Windows: a named pipe that only this user may open."""

from __future__ import annotations

import functools

from PySide6.QtCore import QObject, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from ashore.desktop.link_server import LONGEST_S, MOST_AT_ONCE, Arrived, taken
from ashore.desktop.messages import MOST_BYTES, Answer, complete


class LinkPipe(QObject):
    """Listens until it is closed."""

    def __init__(self, arrived: Arrived, parent: QObject | None = None) -> None:
        """`arrived` is called with each message, and may not fail."""
        super().__init__(parent)
        self._arrived = arrived
        self._received: dict[QLocalSocket, bytes] = {}
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(MOST_AT_ONCE)
        self._server.newConnection.connect(self._begin)

    @property
    def address(self) -> str:
        """Where it listens, as the system names it."""
        return self._server.fullServerName()

    @property
    def talking(self) -> int:
        """How many conversations are going on."""
        return len(self._received)

    def open(self, name: str) -> None:
        """Listen under a name. Only the holder of the instance lock may call this.

        Raises:
            OSError: another process has that name.
        """
        QLocalServer.removeServer(name)  # of a process that has ended; Windows leaves none
        if not self._server.listen(name):
            raise OSError("the pipe cannot be opened")

    def close(self) -> None:
        """Hear no more."""
        self._server.close()
        for peer in tuple(self._received):
            peer.abort()

    def _begin(self) -> None:
        while (peer := self._server.nextPendingConnection()) is not None:
            if len(self._received) >= MOST_AT_ONCE:
                peer.abort()
                peer.deleteLater()
                continue
            self._received[peer] = b""
            peer.setReadBufferSize(MOST_BYTES + 1)
            peer.readyRead.connect(functools.partial(self._hear, peer))
            peer.disconnected.connect(functools.partial(self._end, peer))
            QTimer.singleShot(int(LONGEST_S * 1000), peer, peer.abort)
            self._hear(peer)

    def _hear(self, peer: QLocalSocket) -> None:
        if peer not in self._received:
            return
        received = self._received[peer] + bytes(peer.readAll().data())
        self._received[peer] = received[: MOST_BYTES + 1]
        if complete(received) or len(received) > MOST_BYTES:
            self._answer(peer, taken(received, self._arrived))

    def _answer(self, peer: QLocalSocket, answer: Answer) -> None:
        peer.write(f"{answer}\n".encode())
        peer.flush()
        peer.disconnectFromServer()

    def _end(self, peer: QLocalSocket) -> None:
        self._received.pop(peer, None)
        peer.deleteLater()
